"""Barriers: each one that a person can name has a strategy, codes that were checked, and an if-then plan."""

from datetime import time

import pytest

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError, packaged_toml
from ambulando.plan import barriers as module
from ambulando.plan import sentences
from ambulando.plan.barriers import barriers
from ambulando.safety.profile import BARRIERS, OwnPlan

#: The codes that were read in a source; the others of the taxonomy were not, and must not appear.
READ = {
    "1.2",
    "1.4",
    "1.5",
    "2.3",
    "2.4",
    "3.1",
    "4.1",
    "5.1",
    "5.6",
    "6.1",
    "7.1",
    "8.2",
    "8.7",
    "12.1",
    "12.5",
}


def test_every_barrier_that_a_profile_may_name_is_here_and_no_other():
    assert set(barriers()) == set(BARRIERS)


def test_only_codes_that_were_read_in_a_source_are_carried():
    assert {code for barrier in barriers().values() for code in barrier.codes} <= READ


def test_every_row_has_its_source_its_date_and_its_certainty():
    for barrier in barriers().values():
        assert barrier.source
        assert barrier.date == "2026-11-22"
        assert barrier.certainty == "our judgement"


def test_every_if_then_plan_reads_as_sentences_without_blame():
    walk, twin = catalogue()["easy-walk"], catalogue()["indoor-walk"]
    for barrier in barriers().values():
        said = str(sentences.if_then(walk, minutes=8, at=time(8), barrier=barrier, indoor=twin))
        assert said.startswith("If it is 08:00 and breakfast is done, then ")
        assert "for 8 minutes" in said
        assert not {"!", "{", "}"} & set(said)
        assert "should" not in said


def test_weather_has_an_indoor_twin_in_its_plan():
    walk, twin = catalogue()["easy-walk"], catalogue()["indoor-walk"]
    said = str(sentences.if_then(walk, minutes=8, at=time(15), barrier=barriers()["weather"], indoor=twin))
    assert "If it rains or it is dark, do this inside: walk" in said


def test_a_plan_without_a_barrier_falls_back_on_its_smallest_version():
    walk = catalogue()["easy-walk"]
    said = str(sentences.if_then(walk, minutes=8, at=time(8), barrier=None, indoor=None))
    assert said.endswith("this is enough: walk for two minutes away from the door and come back.")


def test_what_helps_with_a_barrier_fits_it_better():
    fatigue = barriers()["fatigue"]
    assert fatigue.fit(catalogue()["chair-yoga"]) > fatigue.fit(catalogue()["easy-run"])
    for barrier in barriers().values():
        assert all(-1 <= barrier.fit(activity) <= 1 for activity in catalogue().values())


def test_going_with_someone_is_not_planned_for_what_nobody_can_do_alone():
    alone = barriers()["alone"]
    assert alone.applies(catalogue()["easy-walk"])
    assert not alone.applies(catalogue()["tennis"])


def test_a_session_as_small_as_the_smallest_version_names_no_longer_one():
    walk = catalogue()["moderate-walk"]  # its smallest version takes four minutes
    for barrier in (None, *barriers().values()):
        said = str(
            sentences.if_then(walk, minutes=3, at=time(8), barrier=barrier, indoor=catalogue()["house-move"])
        )
        assert "four minutes" not in said
        assert "for 3 minutes" in said


def test_before_six_nobody_has_had_breakfast():
    assert str(sentences.cue(time(3, 30))) == "it is 03:30 and you are awake"
    assert str(sentences.cue(time(6))) == "it is 06:00 and breakfast is done"


def test_every_barrier_has_a_place_for_a_persons_own_words_and_ideas_to_start_from():
    for barrier in barriers().values():
        assert len(barrier.ideas) >= 2
        for idea in barrier.ideas:
            own = OwnPlan("I have had tea", barrier.id, idea)
            said = str(
                sentences.if_then(
                    catalogue()["easy-walk"], minutes=8, at=time(8), barrier=barrier, indoor=None, own=own
                )
            )
            assert said.startswith("If it is 08:00 and I have had tea, then ")
            assert f": {idea}." in said
            assert not {"!", "{", "}"} & set(said)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"own": "If {cue}, then {activity} for {minutes} minutes."}, "own words"),
        ({"own": "{cue} {activity} {minutes} {instead} {smallest}"}, "own words"),
        ({"ideas": []}, "no ideas"),
        ({"if_then": "If {cue}, then {activity}."}, "fields"),
    ],
)
def test_a_row_that_is_not_whole_is_named(monkeypatch: pytest.MonkeyPatch, row: dict, fault: str):
    whole = packaged_toml("ambulando.plan", module.FILE)
    monkeypatch.setattr(module, "packaged_toml", lambda *_: {"weather": whole["weather"] | row})
    with pytest.raises(InputError, match=f"(?s)'weather'.*{fault}|{fault}.*'weather'"):
        module.barriers.__wrapped__()
