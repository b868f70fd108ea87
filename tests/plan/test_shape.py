"""How to do a session: lines that fit its kind, its minutes, what was done before and what safety asks for."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_people import BOUTS, TODAY, bout

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError
from ambulando.plan import shape as module
from ambulando.plan.shape import shape, shapes
from ambulando.plan.standing import standing
from ambulando.safety.limits import Limits
from ambulando.safety.profile import profile_from

COUNTS = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|once|twice|half|minutes?|seconds?)\b", re.I
)


def lines(name, minutes, bouts=(), limits=Limits(), **told):  # noqa: B008 - frozen
    state = standing(profile_from(told), today=TODAY, bouts=bouts)
    return [str(one) for one in shape(catalogue()[name], minutes, standing=state, limits=limits)]


def test_every_activity_has_one_to_four_lines_whatever_its_minutes():
    for name in catalogue():
        for minutes in (1, 2, 5, 8, 15, 30, 60):
            for no_floor in (True, False):
                found = lines(name, minutes, limits=Limits(no_floor=no_floor))
                assert 1 <= len(found) <= 4
                assert not any("{" in line for line in found)


def test_every_shape_has_its_source_and_its_certainty():
    assert {one.modality for one in shapes() if one.modality} == set(MODALITIES)
    for one in shapes():
        assert one.source
        assert one.certainty in ("cited", "our judgement")
        assert len(one.calm) <= 4


def test_strength_starts_with_one_set_that_stops_well_short():
    assert lines("bodyweight", 10) == [
        "Pick 6 moves. Do each one 8 to 12 times, slowly, then rest.",
        "Stop each time while you could still do 2 to 4 more.",
        "Keep breathing, and skip any move that hurts.",
    ]


@pytest.mark.parametrize(("done", "rounds"), [(5, None), (6, 2), (17, 2), (18, 3)])
def test_strength_grows_by_rounds_before_load_after_sessions_without_pain(done, rounds):
    bouts = [bout("bodyweight", 1 + 2 * number, 10) for number in range(done)]
    text = " ".join(lines("bodyweight", 20, bouts))
    assert ("Go round" in text) == (rounds is not None)
    assert rounds is None or f"Go round {rounds} times" in text
    assert "weight comes much later" in text or rounds is None


def test_a_session_that_hurt_goes_back_to_one_set_and_the_first_spells():
    bouts = [bout("bodyweight", 1 + 2 * number, 10) for number in range(20)]
    bouts[0] = replace(bouts[0], pain=True)
    assert "Go round" not in " ".join(lines("bodyweight", 20, bouts))
    runs = [bout("walk-jog", 1 + 2 * number, 10) for number in range(12)]
    assert "60 seconds and walk" in " ".join(lines("walk-jog", 20, runs))
    runs[0] = replace(runs[0], pain=True)
    assert "30 seconds and walk" in " ".join(lines("walk-jog", 20, runs))


def test_where_nothing_may_grow_neither_do_rounds_and_spells():
    still = Limits(progression=False)
    done = [bout("bodyweight", 1 + 2 * number, 10) for number in range(20)]
    assert "Go round" not in " ".join(lines("bodyweight", 20, done, still))
    runs = [bout("walk-jog", 1 + 2 * number, 10) for number in range(12)]
    assert "jog for 30 seconds" in " ".join(lines("walk-jog", 20, runs, still))


def test_jogging_starts_with_short_spells_and_long_walks_that_fit_the_minutes():
    found = lines("walk-jog", 12)
    assert found[0] == "Walk for 2 minutes to warm up."
    assert found[1] == "Then jog for 30 seconds and walk for 90 seconds, 4 times."
    for minutes in range(8, 61):
        text = " ".join(lines("walk-jog", minutes))
        spells = int(re.search(r"(\d+) times|once", text)[1] or 1)
        assert spells * 120 <= minutes * 60


def test_yoga_and_tai_chi_go_by_length_and_form():
    for name in ("hatha-yoga", "tai-chi-at-home"):
        short, middle, long = (lines(name, minutes) for minutes in (5, 15, 30))
        assert short != middle != long
    assert "two forms" in " ".join(lines("hatha-yoga", 5))
    assert "two forms" in " ".join(lines("tai-chi-at-home", 5))


def test_on_a_chair_nobody_is_asked_to_stand():
    for activity in catalogue().values():
        if activity.seated:
            for minutes in (3, 15, 40):
                text = " ".join(
                    lines(activity.id, minutes, limits=Limits(seated=True, no_floor=True))
                ).lower()
                assert not re.search(r"\b(stand|standing|feet|knees|mat|fours|lie|lying|walk)\b", text), (
                    activity.id
                )


def test_who_stays_off_the_floor_rises_slowly_and_hears_of_no_mat():
    for activity in catalogue().values():
        if not activity.seated and not activity.floor:
            found = lines(activity.id, 30, limits=Limits(no_floor=True))
            assert "Get up slowly" in found[0]
            assert not re.search(r"\b(mat|fours|lie|lying)\b", " ".join(found)), activity.id


def test_effort_is_told_by_talking_and_never_by_weight_or_heartbeat():
    for name in catalogue():
        text = " ".join(lines(name, 30)).lower()
        assert not re.search(r"\b(kg|kilo|pounds?|lbs|bpm|heart|beats)\b", text)


@given(st.sampled_from(sorted(catalogue())), st.integers(1, 90), BOUTS)
def test_who_sees_no_counts_sees_none_here(name, minutes, bouts):
    found = " ".join(lines(name, minutes, bouts, Limits(no_numbers=True)))
    assert not COUNTS.search(found), found


def test_everyday_things_are_done_at_ones_own_speed():
    assert lines("sweep", 10)[0].startswith("At your own speed")


def test_a_shape_that_is_not_whole_is_refused_by_its_place(monkeypatch):
    broken = {
        "shape": [
            {"modality": "flying", "from": 0, "says": ["Fly."], "calm": [], "source": "x", "certainty": "y"}
        ]
    }
    monkeypatch.setattr(module, "packaged_toml", lambda *_: broken)
    with pytest.raises(InputError, match=r"Shape 1 of data/shapes\.toml"):
        shapes.__wrapped__()
