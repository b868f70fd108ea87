"""Signals from data over time: each fires on its edge and not beside it, and none speaks twice or out of turn."""

import re
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.measures.instruments import instrument
from ambulando.safety.profile import Profile, profile_from
from ambulando.safety.signals import (
    Earlier,
    Facts,
    Felt,
    Filled,
    Planned,
    Row,
    Signal,
    checked,
    importance,
    noticed,
    signal_table,
)
from cast import ADA, FAY

TODAY = date(2026, 11, 22)
ADAS, FAYS = profile_from(ADA), profile_from(FAY)
BIPOLAR = profile_from(ADA | {"conditions": ["bipolar"]})
COMPULSIVE = profile_from(ADA | {"conditions": ["compulsive-exercise"]})


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


def ids(
    facts: Facts, profile: Profile = ADAS, today: date = TODAY, earlier: tuple[Earlier, ...] = ()
) -> set[str]:
    return {one.id for one in noticed(facts, today=today, profile=profile, earlier=earlier)}


def only(facts: Facts, profile: Profile = ADAS) -> Signal:
    (found,) = noticed(facts, today=TODAY, profile=profile)
    return found


# --- answers that add up to more


def filled(id_: str, **by_days_back: int) -> Facts:
    """``filled("phq-9", d14=10, d0=16)``: a total of 10 a fortnight ago, and of 16 today."""
    return Facts(filled=tuple(Filled(id_, back(int(day[1:])), total) for day, total in by_days_back.items()))


@pytest.mark.parametrize("id_", ["phq-9", "phq-8", "gad-7"])
def test_a_rise_by_the_instruments_own_rule_is_said_and_one_point_less_is_not(id_: str) -> None:
    rule = instrument(id_).change
    assert rule
    step = int(rule.points)
    assert ids(filled(id_, d14=10, d0=10 + step)) == {f"higher-{id_}"}
    assert ids(filled(id_, d14=10, d0=10 + step - 1)) == set()
    assert ids(filled(id_, d14=10 + step, d0=10)) == set(), "fewer is never told as a sign"


def test_a_slow_rise_is_seen_against_the_first_of_the_last_weeks() -> None:
    signal = only(filled("phq-9", d42=9, d28=11, d14=12, d0=14))
    assert str(signal.says).startswith(
        "Your answers on the PHQ-9 add up to 14 this time. Some weeks ago it was 9."
    )
    assert signal.rows == (Row(back(42), "assessment"), Row(back(0), "assessment"))


@pytest.mark.parametrize(
    ("facts", "fires"),
    [
        (filled("phq-9", d56=9, d14=12, d0=14), True),
        (filled("phq-9", d57=9, d14=12, d0=14), False),  # too long ago to be the first of these weeks
        (filled("phq-9", d42=9, d14=14, d0=14), False),  # it rose before, not now
        (filled("phq-9", d42=5, d14=20, d0=12), False),  # it is coming down
        (filled("phq-9", d21=10, d7=16), True),
        (filled("phq-9", d22=10, d8=16), False),  # no news any more
        (filled("phq-9", d300=10, d0=16), True),  # "last time" may be long ago
        (filled("phq-9", d0=27), False),  # nothing to hold it against
        (filled("phq-2", d14=0, d0=6), False),  # nothing says what counts as change on it
        (Facts(filled=(Filled("phq-9", back(14), 10), Filled("phq-8", TODAY, 20))), False),
    ],
)
def test_what_counts_as_a_rise(facts: Facts, fires: bool) -> None:
    assert bool(ids(facts)) is fires


def test_a_total_tells_both_figures_and_never_that_anything_got_worse() -> None:
    signal = only(filled("phq-9", d14=10, d0=16))
    assert str(signal.says) == (
        "Your answers on the PHQ-9 add up to 16 this time, 10 last time."
        " It can help to tell someone who looks after you."
    )
    assert signal.day == TODAY
    rule = instrument("phq-9").change
    assert rule
    assert (signal.source, signal.certainty) == (rule.source, rule.certainty)


def test_of_two_totals_on_a_day_the_lower_counts() -> None:
    slip = Filled("phq-9", TODAY, 27)
    facts = filled("phq-9", d14=10, d0=11)
    assert ids(replace(facts, filled=(*facts.filled, slip))) == set()
    assert ids(replace(facts, filled=(slip, *facts.filled))) == set()


# --- poor sleep and much energy


def nights(*days_back: int, sleep: int | None = 3, energy: int | None = 7) -> tuple[Felt, ...]:
    return tuple(Felt(back(day), energy=energy, sleep=sleep) for day in days_back)


@pytest.mark.parametrize(
    ("felt", "fires"),
    [
        (nights(2, 1, 0), True),
        (nights(3, 2, 1), True),  # today has no check-in yet
        (nights(4, 3, 2), False),  # over since
        (nights(1, 0), False),
        (nights(3, 1, 0), False),  # not in a row
        (nights(2, 1, 0, sleep=4), False),
        (nights(2, 1, 0, energy=6), False),
        (nights(2, 1, 0, sleep=0, energy=10), True),
        (nights(2, 1) + nights(0, sleep=None), False),
        (nights(2, 0) + nights(1, energy=None), False),
        (nights(2, 1, 0) + nights(1, sleep=8), False),  # two answers that differ on one day
        (nights(1, 0, -1), False),  # a day that is still to come
    ],
)
def test_three_days_in_a_row_of_little_sleep_and_much_energy(felt: tuple[Felt, ...], fires: bool) -> None:
    assert ids(Facts(felt=felt)) == ({"sleep-energy"} if fires else set())


def test_the_words_are_stronger_for_those_with_bipolar_disorder_and_gentle_for_others() -> None:
    facts = Facts(felt=nights(2, 1, 0))
    assert "call your care team today" in str(only(facts, BIPOLAR).says)
    assert "call" not in str(only(facts).says)
    assert only(facts).rows == tuple(Row(back(day), "checkin") for day in (2, 1, 0))
    assert only(facts).day == TODAY
    assert only(Facts(felt=nights(3, 2, 1))).day == back(1)


# --- exercise that looks driven


def bout(
    days_back: int,
    minutes: float = 60,
    *,
    activity: str = "easy-run",
    effort: int | None = None,
    hour: int = 9,
) -> Bout:
    day = back(days_back)
    return Bout(
        activity, datetime(day.year, day.month, day.day, hour, tzinfo=UTC), minutes * 60, effort=effort
    )


def every_day(days: int, double: int, *, first: int = 0, **what: Any) -> tuple[Bout, ...]:
    """A bout on each of ``days`` days, and a second one on ``double`` of them."""
    ones = [bout(first + day, **what) for day in range(days)]
    return (*ones, *(bout(first + day, hour=17, **what) for day in range(double)))


@pytest.mark.parametrize(
    ("bouts", "fires"),
    [
        (every_day(10, 5), True),
        (every_day(10, 5, first=1), True),  # today may still become a day of rest
        (every_day(10, 5, first=2), False),  # there was one since
        (every_day(10, 4), False),
        (every_day(6, 0) + every_day(5, 5, first=6), True),  # up to yesterday, though not up to today
        (every_day(6, 0) + every_day(4, 4, first=6), False),
        (every_day(9, 9), False),
        (every_day(10, 5, effort=3), False),  # easy, as the person felt it
        (every_day(10, 5, effort=4), True),
        (every_day(10, 10, activity="brisk-walk", effort=9), False),
        (every_day(10, 10, activity="big-clean"), False),
        (every_day(10, 10, activity="wheel-outdoors", effort=9), False),
        (every_day(10, 10, activity="leisure-cycle"), False),  # getting about
        (every_day(10, 10, activity="leisure-cycle", effort=7), False),
        (every_day(10, 10, activity="leisure-cycle", effort=8), True),
        (every_day(10, 10, activity="hatha-yoga"), False),  # light
        (every_day(10, 10, activity="hatha-yoga", effort=8), True),
    ],
)
def test_no_day_of_rest_with_more_than_one_bout_on_many_days(bouts: tuple[Bout, ...], fires: bool) -> None:
    assert ids(Facts(bouts=bouts)) == ({"driven"} if fires else set())


def weeks_before(minutes: float, weeks: int = 4) -> tuple[Bout, ...]:
    """One bout a week, in weeks that end where those that are looked at begin."""
    return tuple(bout(14 + 7 * week, minutes) for week in range(weeks))


def lately(minutes: float, days: int = 4) -> tuple[Bout, ...]:
    return tuple(bout(day, minutes / days) for day in range(days))


@pytest.mark.parametrize(
    ("bouts", "planned", "fires"),
    [
        (lately(420) + weeks_before(168), 210, True),
        (lately(419) + weeks_before(100), 0, False),  # less than is ever looked at
        (lately(420) + weeks_before(169), 0, False),  # not so far above what is usual
        (lately(420) + weeks_before(168), 211, False),  # not so far above the plan
        (lately(420) + weeks_before(168, weeks=3), 0, False),  # too little is known of before
        (lately(420) + weeks_before(60, weeks=7) + (bout(70, 169),), 0, True),  # a day too long ago
        (lately(420) + weeks_before(60, weeks=7) + (bout(69, 169),), 0, False),  # the fullest week counts
        (lately(420) + tuple(bout(10, 200) for _ in range(1)) + weeks_before(100), 0, True),
        (tuple(bout(2 + day, 105) for day in range(4)) + weeks_before(100), 0, False),  # rested since
        (tuple(bout(1 + day, 105) for day in range(4)) + weeks_before(100), 0, True),
    ],
)
def test_a_week_far_above_what_was_usual_and_planned(
    bouts: tuple[Bout, ...], planned: int, fires: bool
) -> None:
    facts = Facts(bouts=bouts, planned=(Planned(back(3), planned), Planned(back(7), 999)))
    assert ids(facts) == ({"driven"} if fires else set())


def low(*days_back: int, energy: int = 2) -> tuple[Felt, ...]:
    return tuple(Felt(back(day), energy=energy) for day in days_back)


@pytest.mark.parametrize(
    ("days", "minutes", "effort", "felt", "flares", "fires"),
    [
        ((8, 4, 0), 30, 8, low(8, 4, 0), (), True),
        ((8, 4, 0), 29, 8, low(8, 4, 0), (), False),
        ((8, 4, 0), 30, 7, low(8, 4, 0), (), False),
        ((8, 4, 0), 30, 8, low(8, 4, 0, energy=3), (), False),
        ((8, 4, 0), 30, 8, low(8, 4), (), False),
        ((8, 4, 0), 30, 8, low(8, 4), (back(0),), True),
        ((13, 4, 1), 30, 8, low(13, 4, 1), (), True),
        ((14, 4, 1), 30, 8, low(14, 4, 1), (), False),
        ((8, 4, 2), 30, 8, low(8, 4, 2), (), False),  # rested since
        ((8, 4, 0), 30, None, low(8, 4, 0), (), False),
    ],
)
def test_long_hard_bouts_on_days_of_low_energy_or_pain(
    days: tuple[int, ...],
    minutes: int,
    effort: int | None,
    felt: tuple[Felt, ...],
    flares: tuple[date, ...],
    fires: bool,
) -> None:
    bouts = tuple(bout(day, minutes, effort=effort) for day in days)
    assert ids(Facts(bouts=bouts, felt=felt, flares=flares)) == ({"driven"} if fires else set())


@pytest.mark.parametrize(
    ("hours", "stops", "fires"),
    [(1, (5, 0), True), (24, (6, 1), True), (25, (6, 1), False), (0, (5, 0), False), (1, (0,), False), (1, (15, 0), False)],
)  # fmt: skip
def test_exercise_soon_after_a_sign_to_stop_more_than_once(
    hours: int, stops: tuple[int, ...], fires: bool
) -> None:
    moments = tuple(bout(day).start for day in stops)
    bouts = tuple(Bout("easy-run", moment + timedelta(hours=hours), 1800) for moment in moments)
    assert ids(Facts(bouts=bouts, stops=moments)) == ({"driven"} if fires else set())


def test_the_same_bout_from_phone_and_watch_is_one() -> None:
    once = every_day(10, 0)
    assert ids(Facts(bouts=once + tuple(replace(one, samples=9) for one in once))) == set()


@pytest.mark.parametrize("profile", [ADAS, FAYS, COMPULSIVE])
@pytest.mark.parametrize(
    "facts",
    [
        Facts(bouts=every_day(10, 5)),
        Facts(bouts=lately(420) + weeks_before(100)),
        Facts(bouts=tuple(bout(day, effort=9) for day in (2, 1, 0)), felt=low(2, 1, 0)),
        Facts(
            bouts=(bout(1, hour=11), bout(0, hour=11)),
            stops=tuple(bout(day).start for day in (1, 0)),
        ),
    ],
)
def test_no_number_of_exercise_is_ever_told(facts: Facts, profile: Profile) -> None:
    signal = only(facts, profile)
    words = f"{signal.says} {signal.why}"
    assert "Rest counts too" in words
    assert "never counted here" in words
    assert not re.search(r"\d|minute|hour|calor|weight", words)


@pytest.mark.parametrize("profile", [FAYS, COMPULSIVE])
def test_those_for_whom_numbers_can_do_harm_are_told_none(profile: Profile) -> None:
    everything = Facts(
        filled=filled("phq-9", d14=10, d0=16).filled + filled("gad-7", d42=4, d14=7, d0=10).filled,
        felt=nights(2, 1, 0),
        bouts=every_day(10, 5),
    )
    found = noticed(everything, today=TODAY, profile=profile)
    assert [one.id for one in found] == ["sleep-energy", "higher-phq-9", "higher-gad-7", "driven"]
    for one in found:
        assert not re.search(r"\d", f"{one.says} {one.why}")
    assert "you do not have to earn it" in str(found[-1].says)


# --- quiet after a bad day


def mood(days_back: int, place: int | None) -> Facts:
    return Facts(felt=(Felt(back(days_back), mood=place),))


@pytest.mark.parametrize(
    ("facts", "fires"),
    [
        (mood(6, 2), True),
        (mood(5, 2), False),
        (mood(6, 3), False),
        (mood(6, None), False),
        (mood(91, 2), True),
        (mood(92, 2), False),
        (replace(mood(6, 2), bouts=(bout(5),)), False),
        (replace(mood(6, 2), other_days=(back(5),)), False),
        (replace(mood(6, 2), filled=filled("phq-2", d1=0).filled), False),
        (replace(mood(6, 2), bouts=(bout(0),)), True),  # today is the coming back
        (replace(mood(6, 2), other_days=(back(-1),)), True),
        (Facts(help_shown=(back(6),)), True),
        (Facts(help_shown=(back(5),)), False),
        (replace(mood(8, 2), help_shown=(back(6),)), True),
        (replace(mood(6, 8), help_shown=(back(6),)), True),
        (replace(mood(8, 2), felt=(Felt(back(8), mood=1), Felt(back(7), mood=5))), False),
    ],
)
def test_quiet_after_a_bad_day(facts: Facts, fires: bool) -> None:
    assert ids(facts) == ({"silence"} if fires else set())


def test_who_comes_back_is_greeted_and_not_counted() -> None:
    signal = only(replace(mood(6, 1), help_shown=(back(6),)))
    assert str(signal.says).startswith("Good to see you.")
    assert not re.search(r"\d|miss|days you", str(signal.says))
    assert signal.day == TODAY
    assert signal.rows == (Row(back(6), "checkin"), Row(back(6), "help"))


# --- what holds for all of them

SOME_DAY = st.integers(0, 80).map(back)
PLACE = st.none() | st.integers(0, 10)
ANYTHING_DONE = st.builds(
    bout,
    st.integers(0, 80),
    st.integers(5, 170),
    activity=st.sampled_from(sorted(catalogue())),
    effort=PLACE,
    hour=st.sampled_from([6, 9, 12, 15, 18]),
)
ANY_FACTS = st.builds(
    Facts,
    filled=st.lists(
        st.builds(Filled, st.sampled_from(["phq-9", "phq-8", "gad-7"]), SOME_DAY, st.integers(0, 21)), max_size=6
    ).map(tuple),
    felt=st.lists(st.builds(Felt, SOME_DAY, PLACE, PLACE, PLACE), max_size=12).map(tuple),
    bouts=st.lists(ANYTHING_DONE, max_size=30).map(tuple),
    planned=st.lists(st.builds(Planned, SOME_DAY, st.integers(1, 60)), max_size=5).map(tuple),
    stops=st.lists(st.integers(0, 20).map(lambda day: bout(day, hour=8).start), max_size=3).map(tuple),
    flares=st.lists(SOME_DAY, max_size=3).map(tuple),
    help_shown=st.lists(SOME_DAY, max_size=2).map(tuple),
    other_days=st.lists(SOME_DAY, max_size=3).map(tuple),
)  # fmt: skip
#: weeks that are on the edge of looking driven, so that the properties are tried where they matter
BUSY = st.builds(
    lambda some, rest, first: Facts(
        bouts=tuple(
            bout(day, minutes, effort=effort, hour=hour)
            for day, (minutes, effort, second) in enumerate(some, start=first)
            if day not in rest
            for hour in ((9, 17) if second else (9,))
        )
        + weeks_before(60, weeks=6),
        felt=low(*range(0, 14, 3)),
        stops=tuple(bout(day, hour=8).start for day in range(0, 14, 4)),
    ),
    st.lists(
        st.tuples(st.integers(20, 170), st.sampled_from([None, 5, 8, 9]), st.booleans()),
        min_size=9,
        max_size=13,
    ),
    st.sets(st.integers(0, 13), max_size=2),
    st.integers(0, 1),
)


def test_with_no_data_there_is_no_signal() -> None:
    assert ids(Facts()) == set()


@given(ANY_FACTS | BUSY, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(facts: Facts, chance: Any) -> None:
    def mixed(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(rows, len(rows)))

    other = Facts(**{name: mixed(rows) for name, rows in vars(facts).items()})
    assert noticed(other, today=TODAY, profile=ADAS) == noticed(facts, today=TODAY, profile=ADAS)


@given(ANY_FACTS | BUSY, st.integers(0, 13))
def test_a_day_of_rest_never_makes_exercise_look_driven(facts: Facts, day: int) -> None:
    rested = replace(facts, bouts=tuple(one for one in facts.bouts if one.day != back(day)))
    if "driven" in ids(rested):
        assert "driven" in ids(facts)


@given(
    st.lists(
        st.builds(
            bout,
            st.integers(0, 80),
            st.integers(5, 170),
            activity=st.sampled_from(
                [one.id for one in catalogue().values() if one.modality in ("walking", "everyday")]
                + ["wheel-outdoors", "wheel-with-someone"]
            ),
            effort=PLACE,
            hour=st.integers(5, 21),
        ),
        max_size=60,
    ),
    st.booleans(),
)  # fmt: skip
def test_who_walks_or_wheels_a_lot_or_has_a_house_to_run_is_left_in_peace(
    bouts: list[Bout], stopped: bool
) -> None:
    facts = Facts(bouts=tuple(bouts) * 3, felt=low(*range(14)), flares=tuple(back(day) for day in range(14)))
    stops = tuple(one.start - timedelta(hours=1) for one in bouts) if stopped else ()
    assert "driven" not in ids(replace(facts, stops=stops))


@given(ANY_FACTS | BUSY, st.sampled_from([ADAS, FAYS, BIPOLAR]))
def test_a_signal_asked_for_on_its_own_day_is_the_same(facts: Facts, profile: Profile) -> None:
    for one in noticed(facts, today=TODAY, profile=profile):
        assert one in noticed(facts, today=one.day, profile=profile)
        assert one.rows == tuple(sorted(one.rows))
        assert one.rows[-1].day <= one.day <= TODAY


@given(ANY_FACTS | BUSY, st.integers(0, 13))
def test_a_signal_never_repeats_within_two_weeks_of_being_put_away(facts: Facts, days: int) -> None:
    before = tuple(Earlier(one, back(days)) for one in ids(facts))
    assert ids(facts, earlier=before) == set()


def test_after_two_weeks_it_may_speak_again_of_something_new_and_never_of_the_same() -> None:
    facts = Facts(felt=nights(2, 1, 0))
    assert ids(facts, earlier=(Earlier("sleep-energy", back(13)),)) == set()
    assert ids(facts, earlier=(Earlier("sleep-energy", back(14)),)) == {"sleep-energy"}
    assert ids(facts, earlier=(Earlier("silence", back(0)),)) == {"sleep-energy"}
    assert ids(mood(40, 1), earlier=(Earlier("silence", back(20)),)) == set()
    assert ids(mood(40, 1), earlier=(Earlier("silence", back(41)),)) == {"silence"}


def test_the_most_important_comes_first() -> None:
    facts = Facts(
        filled=filled("gad-7", d14=2, d0=12).filled + filled("phq-9", d14=2, d0=12).filled,
        felt=nights(2, 1, 0),
        bouts=every_day(10, 5),
    )
    found = [one.id for one in noticed(facts, today=TODAY, profile=ADAS)]
    assert found == ["sleep-energy", "higher-phq-9", "higher-gad-7", "driven"]
    assert [importance(one) for one in found] == sorted(importance(one) for one in found)


def test_one_that_was_kept_and_is_no_longer_in_the_table_comes_last() -> None:
    assert importance("weather") > importance("silence")


# --- the table


@pytest.mark.parametrize(
    ("where", "value", "named"),
    [
        (("driven", "left-out", "modalities"), ["strolling"], "strolling"),
        (("driven", "left-out", "activities"), ["wheel-away"], "wheel-away"),
        (("driven", "source"), "hearsay", "hearsay"),
        (("silence", "lines", "certainty"), "guideline", "silence"),
        (("higher", "instruments"), ["phq-2"], "phq-2"),
    ],
)
def test_a_table_that_names_what_is_not_there_is_refused(
    where: tuple[str, ...], value: Any, named: str
) -> None:
    table: Any = deepcopy(dict(signal_table()))
    part = table
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    with pytest.raises(InputError, match=named):
        checked(table)


def test_every_source_has_a_citation_an_address_and_the_day_it_was_seen() -> None:
    for source in signal_table()["sources"].values():
        assert source["citation"]
        assert source["address"].startswith("https://")
        assert isinstance(source["seen"], date)


def test_every_sentence_is_calm() -> None:
    def texts(part: Any) -> list[str]:
        if isinstance(part, dict):
            return [
                text
                for key, value in part.items()
                if key not in ("sources", "lines")
                for text in texts(value)
            ]
        return [part] if isinstance(part, str) and " " in part else []

    found = texts(dict(signal_table()))
    assert len(found) > 12
    for text in found:
        assert not re.search(
            r"!|worse|should|must|cure|fail|missed|disorder|mania|depress|addict", text.lower()
        ), text
