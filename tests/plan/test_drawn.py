"""What a draw may decide between, and the session that it gives: never more than the plan itself may offer."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.activity.catalogue import catalogue
from ambulando.plan.candidates import unsafe
from ambulando.plan.drawn import drawn, scope, still_right
from ambulando.safety.profile import profile_from
from ambulando.safety.screen import screen
from cast import ADA, BEN, CLEO, DANA, ELI, FAY, GUS, HANA

DAY = date(2026, 3, 2)
HALF = {"easy-walk": 0.5, "chair-yoga": 0.5}
PEOPLE = {
    "ada": ADA,
    "ben": BEN,
    "cleo": CLEO,
    "dana": DANA,
    "eli": ELI,
    "fay": FAY,
    "gus": GUS,
    "hana": HANA,
}


def of(name: str, minutes: int | None = 8, *, told=ADA, among=HALF, **week):
    profile = profile_from(told)
    return drawn(
        name, chance=0.5, among=among, minutes=minutes, at=time(10), profile=profile, today=DAY, **week
    )


@pytest.mark.parametrize("name", PEOPLE)
def test_nothing_that_is_unsafe_is_ever_in_scope(name: str) -> None:
    profile = profile_from(PEOPLE[name])
    limits = screen(profile).limits
    found = scope(profile, today=DAY)
    assert not [id_ for id_ in found.longest if unsafe(catalogue()[id_], limits)]
    if limits.max_minutes is not None:
        assert all(most <= limits.max_minutes for most in found.longest.values())


@pytest.mark.parametrize("name", ["cleo"])
def test_who_has_no_plan_has_nothing_to_draw(name: str) -> None:
    profile = profile_from(PEOPLE[name])
    assert screen(profile).outcome in ("hold", "no-plan")
    assert not scope(profile, today=DAY).longest
    assert of("easy-walk", told=PEOPLE[name]) is None


@given(
    minutes=st.integers(2, 180), name=st.sampled_from(sorted(PEOPLE)), chosen=st.sampled_from(sorted(HALF))
)
def test_a_drawn_session_keeps_to_what_was_agreed_and_to_every_limit(
    minutes: int, name: str, chosen: str
) -> None:
    made = of(chosen, minutes, told=PEOPLE[name])
    if made is None:
        return
    found = scope(profile_from(PEOPLE[name]), today=DAY)
    assert made.activity == chosen
    assert made.minutes <= min(minutes, found.longest[chosen])


def test_its_trace_says_that_a_draw_decided_and_with_which_chance() -> None:
    made = of("chair-yoga")
    assert made
    assert "A draw decided this" in made.trace["sentence"]
    assert "50 %" in made.trace["sentence"]
    assert made.trace["steps"][0]["rule"] == "comparison"
    assert made.probability == 0.5
    assert {one["activity"]: one["probability"] for one in made.trace["odds"]} == HALF


def test_a_modality_gives_one_of_its_activities() -> None:
    made = of("yoga", None, among={"walking": 0.5, "yoga": 0.5})
    assert made
    assert catalogue()[made.activity].modality == "yoga"


def test_what_the_person_ruled_out_is_not_drawn() -> None:
    assert of("easy-run", among={"easy-run": 0.5, "easy-walk": 0.5}) is None
    assert "easy-run" not in scope(profile_from(ADA), today=DAY).longest


def test_loaded_kinds_are_never_drawn_for_two_days_in_a_row() -> None:
    told = {"told": HANA, "among": {"bodyweight": 0.5, "easy-walk": 0.5}}
    assert of("bodyweight", **told)
    assert of("bodyweight", near=["bodyweight"], **told) is None
    assert of("easy-walk", near=["bodyweight"], **told)


@pytest.mark.parametrize(("used", "minutes"), [(0, 8), (39, 6), (44, None), (90, None)])
def test_one_session_more_stays_within_the_minutes_of_a_week(used: int, minutes: int | None) -> None:
    made = of("easy-walk", used=used)
    assert (made and made.minutes) == minutes


def test_heat_moves_the_hour_and_does_not_choose() -> None:
    told = GUS | {"likes": ["walking", "yoga"]}
    assert screen(profile_from(told)).limits.no_heat
    made = drawn(
        "easy-walk", chance=0.5, among=HALF, minutes=8, at=time(14), profile=profile_from(told), today=DAY
    )
    assert made
    assert made.time == time(8)


def test_limits_that_changed_since_are_seen() -> None:
    assert still_right("easy-walk", screen(profile_from(ADA)).limits)
    held = screen(profile_from(ADA | {"conditions": ["heart"]})).limits
    assert not still_right("easy-run", held)
    assert still_right("walking", held), "some walking is light enough"
