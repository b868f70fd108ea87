"""Stop now: the signs, the steps, what to do for each, and when a sign leads to a doctor first."""

import pytest

from ambulando.ground import InputError
from ambulando.safety.profile import SYMPTOMS
from ambulando.safety.rules import rules
from ambulando.safety.stop_signs import ANY_NUMBER, sign, source, stop_signs, symptom_after, what_to_do


def test_the_signs_that_can_not_wait_are_all_there() -> None:
    words = " ".join(str(one.words).lower() for one in stop_signs())
    for said in (
        "chest",
        "jaw",
        "back",
        "short of breath",
        "faint",
        "cold sweat",
        "very sick",
        "heartbeat",
        "one side",
        "headache",
        "joint",
        "cramps",
        "confused",
    ):
        assert said in words
    assert "heat" in words


def test_chest_pain_comes_first_and_what_is_urgent_before_the_rest() -> None:
    assert "chest" in str(stop_signs()[0].words)
    urgent = [one.urgent for one in stop_signs()]
    assert urgent == sorted(urgent, reverse=True)
    assert {one.id for one in stop_signs() if one.urgent} == {"chest", "one-side"}


def test_the_first_step_is_to_stop_and_the_second_the_emergency_number_as_dialled() -> None:
    steps = [str(step) for step in what_to_do("111")]
    assert steps[0].startswith("Stop now")
    assert steps[1].startswith("Call 111 at once")
    assert any("see a doctor" in step for step in steps)


def test_without_a_country_the_step_still_reads_well() -> None:
    assert "Call your emergency number at once" in str(what_to_do()[1])


def test_every_sign_says_what_to_do_with_the_number_as_dialled() -> None:
    for one in stop_signs():
        said = str(one.what_to_do("111"))
        assert "{" not in said
        assert ANY_NUMBER not in said
        if one.urgent:
            assert said.startswith("Call 111 now")
        assert ("111" in said) == ("{emergency}" in one.advice)


def test_a_sign_becomes_a_symptom_that_holds_the_plan() -> None:
    holding = {fact for rule in rules() if rule.outcome == "hold" for fact in rule.any_of}
    for one in stop_signs():
        if one.symptom is not None:
            assert one.symptom in SYMPTOMS
            assert f"symptom:{one.symptom}" in holding, one


@pytest.mark.parametrize("id_", ["heat", "joint"])
def test_what_settles_once_and_comes_back_leads_to_a_doctor_first(id_: str) -> None:
    one = sign(id_)
    assert symptom_after(one, ()) is None
    assert symptom_after(one, {"faint"}) is None, "another sign is not the same one again"
    assert symptom_after(one, {id_}) == "warning-sign"


def test_a_sign_of_the_heart_leads_to_a_doctor_the_first_time() -> None:
    assert symptom_after(sign("chest"), ()) == "chest-discomfort"
    assert symptom_after(sign("faint"), ()) == "dizziness-or-fainting"


def test_what_is_no_sign_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match="choose one of the signs"):
        sign("toothache")


def test_the_signs_have_a_source() -> None:
    assert "https://" in source()


def test_who_passed_out_calls_at_once() -> None:
    assert "If you passed out, or it stays" in str(sign("faint").what_to_do("111"))
