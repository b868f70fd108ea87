"""Alongside care: homework within safety, and the eight-week word that is kind, rare and never wrong about its numbers."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_people import PROFILES, TODAY

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import catalogue
from ambulando.evidence import base
from ambulando.evidence.questions import finding, questions
from ambulando.plan import alongside
from ambulando.plan.alongside import left_out, not_moved, treatments, wanted
from ambulando.plan.progression import goal, week_total
from ambulando.plan.rules import rules
from ambulando.plan.standing import standing
from ambulando.plan.today import swap
from ambulando.plan.week import make
from ambulando.safety.profile import Care, Homework, Profile, profile_from
from ambulando.safety.screen import screen
from ambulando.safety.signals import Filled
from cast import ADA, BEN, CLEO, FAY, HANA

SOFT_WALK = {"activity": "easy-walk", "times": 2, "minutes": 10, "note": "Walk to the lake with Kim"}
HARD_RUN = {"activity": "jog", "times": 1, "minutes": 30}


def told(person: dict, *homework: dict, **more: object) -> Profile:
    return profile_from({**person, "homework": list(homework), **more})


# --- homework


def test_what_was_agreed_on_in_therapy_is_wanted_with_its_times_minutes_and_note() -> None:
    (one,) = wanted(told(ADA, SOFT_WALK))
    assert (one.activity, one.times, one.minutes) == ("easy-walk", 2, 10)
    assert str(alongside.homework_words(one)) == "From your therapy: Walk to the lake with Kim"
    assert str(alongside.homework_words(replace(one, note=""))) == "From your therapy."


def test_minutes_are_cut_to_what_safety_and_a_clinician_leave() -> None:
    (one,) = wanted(told(ADA, SOFT_WALK | {"minutes": 90}, care={"max_minutes": 12}))
    assert one.minutes == 12


def test_no_minutes_stay_with_the_plan() -> None:
    (one,) = wanted(told(ADA, {"activity": "easy-walk"}))
    assert one.minutes is None


def test_what_safety_forbids_is_left_out_and_the_person_reads_why() -> None:
    profile = told(BEN, HARD_RUN, SOFT_WALK)
    assert [one.activity for one in wanted(profile)] == ["easy-walk"]
    (why,) = left_out(profile)
    assert catalogue()["jog"].name in str(why)
    assert "waits" in str(why)


def test_what_the_clinician_asked_to_leave_out_wins_over_homework() -> None:
    profile = told(ADA, SOFT_WALK, care={"avoid": ["walking"]})
    assert wanted(profile) == ()
    assert "asked to leave out" in str(left_out(profile)[0])


@pytest.mark.parametrize("person", [CLEO, FAY])
def test_who_gets_no_plan_gets_no_homework_and_no_second_message(person: dict) -> None:
    profile = told(person, SOFT_WALK)
    assert wanted(profile) == left_out(profile) == ()


def test_a_week_is_never_asked_for_more_than_seven_times() -> None:
    many = [{"activity": name, "times": 5} for name in ("easy-walk", "stretching", "housework")]
    found = [one for one in many if one["activity"] in catalogue()]
    assert sum(one.times for one in wanted(told(ADA, *found))) <= 7


@settings(deadline=None)
@given(PROFILES, st.sampled_from(sorted(catalogue())), st.integers(1, 7), st.none() | st.integers(2, 240))
def test_no_homework_ever_breaks_a_limit_of_safety(
    person: Profile, id_: str, times: int, minutes: int | None
) -> None:
    profile = replace(person, homework=(Homework(id_, times, minutes),))
    limits = screen(profile).limits
    for one in wanted(profile):
        assert alongside.unsafe(catalogue()[one.activity], limits) is None
        assert one.minutes is None or limits.max_minutes is None or one.minutes <= limits.max_minutes
    assert len(wanted(profile)) + len(left_out(profile)) == (0 if limits.max_minutes == 0 else 1)


# --- a clinician's caps and goals, end to end


def week(profile: Profile, seed: int = 1, **more: object):
    return make(profile, today=TODAY, rng=Random(seed), **more)


def test_a_week_keeps_a_clinicians_minutes_and_says_so() -> None:
    made = week(profile_from({**HANA, "minutes_per_week": 300, "care": {"max_minutes": 12}}))
    assert made.week
    assert all(session.minutes <= 12 for session in made.week)
    assert "clinician-minutes" in [one.rule for one in made.constraints]


def test_a_week_keeps_a_clinicians_total_below_what_the_person_offered() -> None:
    person = {**HANA, "minutes_per_week": 300}
    free = week(profile_from(person))
    bound = week(profile_from({**person, "care": {"minutes_per_week": 25}}))
    assert sum(one.minutes for one in free.week) > 25
    assert sum(one.minutes for one in bound.week) <= 25
    (at_most,) = [one for one in bound.trace["steps"] if one["name"] == "at most in the week"]
    assert (at_most["value"], at_most["rule"]) == (25, "care-week")


def test_a_larger_word_of_a_clinician_does_not_widen_the_week() -> None:
    profile = profile_from(ADA)
    stands = standing(profile, today=TODAY)
    limits = screen(profile).limits
    asked = profile_from({**ADA, "care": {"minutes_per_week": 2000}})
    assert week_total(asked, stands, limits)[0] == week_total(profile, stands, limits)[0]


def sessions(person: dict, asked: int) -> tuple[int, int]:
    """The sessions of a week without and with a clinician's goal."""
    found = []
    for care in ({}, {"care": {"sessions": asked}}):
        profile = profile_from({**person, **care})
        found.append(goal(profile, standing(profile, today=TODAY), screen(profile).limits).sessions)
    return found[0], found[1]


def test_a_clinicians_goal_of_sessions_is_never_passed() -> None:
    free, bound = sessions(HANA, 1)
    assert free > 1
    assert bound == 1


def test_towards_a_higher_goal_it_goes_by_one_session_and_not_in_low_mood() -> None:
    low = {**ADA, "active": {"days": 2, "minutes": 20}, "phq9": 21}
    assert sessions(low, 7)[1] == sessions(low, 7)[0]
    well = {**HANA, "active": {"days": 3, "minutes": 30}, "minutes_per_week": 300}
    free, bound = sessions(well, 7)
    assert free <= bound <= free + 1


@pytest.mark.parametrize("seed", range(3))
def test_what_a_clinician_asked_to_leave_out_is_in_no_week(seed: int) -> None:
    person = {**ADA, "likes": ["walking"], "places": ["home", "outdoors"]}
    assert any(
        catalogue()[one.activity].modality == "walking" for one in week(profile_from(person), seed).week
    )
    made = week(profile_from({**person, "care": {"avoid": ["walking"]}}), seed)
    assert made.week
    assert not any(catalogue()[one.activity].modality == "walking" for one in made.week)


CARES = st.fixed_dictionaries(
    {},
    optional={
        "max_minutes": st.integers(2, 60),
        "max_intensity": st.sampled_from(("light", "moderate")),
        "minutes_per_week": st.integers(2, 200),
        "sessions": st.integers(1, 7),
        "avoid": st.lists(
            st.sampled_from(("walking", "yoga", "strength", "everyday")), max_size=3, unique=True
        ),
    },
)


@settings(deadline=None, max_examples=60)
@given(PROFILES, CARES, st.lists(st.sampled_from(sorted(catalogue())), max_size=3, unique=True))
def test_no_week_and_no_swap_ever_passes_what_a_clinician_asked_for(
    person: Profile, asked: dict, homework: list[str]
) -> None:
    care = Care(**{**asked, "avoid": tuple(asked.get("avoid", ()))})
    profile = replace(person, care=care, homework=tuple(Homework(one, 2, 30) for one in homework))
    made = week(profile)
    swapped = [swap(one, profile, today=TODAY, rng=Random(1)) for one in made.week[:1]]
    for one in (*made.week, *swapped):
        entry = catalogue()[one.activity]
        assert care.max_minutes is None or one.minutes <= care.max_minutes
        assert care.max_intensity is None or entry.intensity in ("light", care.max_intensity)
        assert not alongside.avoided(entry, profile)
    assert care.sessions is None or len(made.week) <= care.sessions
    most = care.minutes_per_week
    assert most is None or sum(one.minutes for one in made.week) <= most


def test_homework_stands_in_the_week_with_its_note_and_its_rule() -> None:
    made = week(told({**ADA, "dislikes": ["walking"]}, SOFT_WALK | {"times": 1}))
    (one,) = [session for session in made.week if session.trace.get("homework")]
    assert one.activity == "easy-walk"
    assert "Walk to the lake with Kim" in str(one.trace["homework"])
    assert any(step["rule"] == "homework" for step in one.trace["steps"])


def test_homework_that_is_left_out_is_told_with_the_week() -> None:
    made = week(told(BEN, HARD_RUN))
    assert not any(session.activity == "jog" for session in made.week)
    assert str(left_out(told(BEN, HARD_RUN))[0]) in str(made.message)


# --- the eight-week word


def filled(*totals: tuple[int, int], form: str = "phq-9") -> tuple[Filled, ...]:
    """Questionnaires by days ago and total."""
    return tuple(Filled(form, TODAY - timedelta(days=ago), total) for ago, total in totals)


def walks(*, weeks: int = 10, a_week: int = 2) -> tuple[Bout, ...]:
    return tuple(
        Bout("easy-walk", datetime.combine(TODAY - timedelta(days=7 * back + 2 * turn), time(9), UTC), 600)
        for back in range(weeks)
        for turn in range(a_week)
    )


STILL = ((60, 14), (14, 15), (0, 13))


def test_ten_weeks_of_doing_it_and_the_same_answers_get_a_kind_word() -> None:
    found = not_moved(filled(*STILL), walks(), today=TODAY)
    assert found is not None
    assert found.weeks == 8
    said = str(found.says)
    assert "no fault of yours" in said
    assert "It may be worth asking" in said
    assert "14" in str(found.why[0])
    assert "15" in str(found.why[0])
    assert "13" in str(found.why[0])


def test_the_phq_8_does_as_well() -> None:
    assert not_moved(filled(*STILL, form="phq-8"), walks(), today=TODAY) is not None
    assert not_moved(filled(*STILL, form="gad-7"), walks(), today=TODAY) is None


@pytest.mark.parametrize(
    ("totals", "why"),
    [
        (((50, 14), (14, 15), (0, 13)), "less than eight weeks"),
        (((60, 14), (0, 13)), "one questionnaire after the first"),
        (((60, 14), (3, 15), (0, 13)), "two that were filled in within the same days"),
        (((60, 14), (14, 15), (0, 9)), "lower by what counts as a change"),
        (((60, 14), (14, 9), (0, 14)), "lower the time before last"),
        (((60, 8), (14, 5), (0, 4)), "well by now"),
        (((60, 4), (14, 4), (0, 4)), "well from the start"),
        (((100, 14), (60, 15), (40, 13)), "too long ago"),
    ],
)
def test_nothing_is_said_of(totals: tuple[tuple[int, int], ...], why: str) -> None:
    assert not_moved(filled(*totals), walks(weeks=16), today=TODAY) is None, why


def test_who_did_little_of_it_is_told_nothing() -> None:
    assert not_moved(filled(*STILL), walks(weeks=5), today=TODAY) is not None
    assert not_moved(filled(*STILL), walks(weeks=4), today=TODAY) is None
    assert not_moved(filled(*STILL), walks(a_week=1), today=TODAY) is None
    assert not_moved(filled(*STILL), (), today=TODAY) is None


def test_the_same_walk_from_two_devices_counts_once() -> None:
    assert not_moved(filled(*STILL), walks(a_week=1) * 2, today=TODAY) is None


def test_it_comes_back_after_four_weeks_at_the_earliest() -> None:
    def again(ago: int) -> bool:
        return not_moved(filled(*STILL), walks(), today=TODAY, said=TODAY - timedelta(days=ago)) is not None

    assert [again(ago) for ago in (0, 27, 28)] == [False, False, True]


def test_answers_that_went_up_are_not_called_the_same() -> None:
    found = not_moved(filled((60, 10), (14, 16), (0, 17)), walks(), today=TODAY)
    assert found is not None
    assert "about where they were" not in str(found.says)
    assert "have not come down" in str(found.says)


def test_who_should_see_no_numbers_of_exercise_reads_none() -> None:
    found = not_moved(filled(*STILL), walks(), today=TODAY, no_numbers=True)
    assert found is not None
    assert "weeks" not in str(found.says)
    assert not any("sessions" in str(one) for one in found.why)


FORBIDDEN = ("failed", "diagnos", "stop taking", "start ", "must", "should", "you need", "!")


def test_no_word_diagnoses_blames_or_advises_a_medicine() -> None:
    texts = [alongside._SAME, alongside._HIGHER]
    for one in treatments():
        texts += [one.short.pattern, *(part.pattern for part in one.parts), one.ask.pattern]
    for text in texts:
        assert not [word for word in FORBIDDEN if word in text.lower()], text


DAYS = st.integers(0, 200)


@settings(deadline=None)
@given(
    st.lists(st.tuples(DAYS, st.integers(0, 27)), max_size=8),
    st.lists(st.tuples(DAYS, st.integers(1, 90)), max_size=60),
)
def test_whoever_reads_it_has_eight_weeks_two_answers_and_no_change(
    totals: list[tuple[int, int]], moved: list[tuple[int, int]]
) -> None:
    bouts = [
        Bout("easy-walk", datetime.combine(TODAY - timedelta(days=ago), time(9), UTC), 60 * minutes)
        for ago, minutes in moved
    ]
    found = not_moved(filled(*totals), bouts, today=TODAY)
    if found is None:
        return
    first, before, last = found.first, *found.last
    assert first.day < before.day < last.day <= TODAY
    assert (last.day - first.day).days >= 56
    assert min(before.total, last.total) > first.total - 5
    assert min(first.total, before.total, last.total) >= 5
    assert {one["rule"] for one in found.trace["steps"]} == {"not-moved"}


def test_every_number_of_its_trace_leads_to_its_rows() -> None:
    measures, bouts = filled(*STILL), walks()
    found = not_moved(measures, bouts, today=TODAY)
    assert found is not None
    days = {one.day.isoformat() for one in measures}
    starts = {one.start.isoformat() for one in bouts}
    for step in found.trace["steps"]:
        assert step["rule"] in rules()
        kinds = [row["kind"] for row in step["rows"]]
        assert kinds[0] == "rule"
        assert len(kinds) > 1
        for row in step["rows"][1:]:
            assert row["id"] in (days if row["kind"] == "assessment" else starts)


def test_what_comes_after_today_is_not_looked_at() -> None:
    later = Filled("phq-9", TODAY + timedelta(days=3), 4)
    assert not_moved((*filled(*STILL), later), walks(), today=TODAY) == not_moved(
        filled(*STILL), walks(), today=TODAY
    )


# --- what else there is


def test_therapy_medicine_both_and_exercise_beside_them_are_told() -> None:
    assert [one.id for one in treatments()] == ["therapy", "medicine", "both", "beside-exercise"]


def test_every_row_is_in_the_evidence_base_and_as_published() -> None:
    asked = {one.id for one in questions()}
    for one in treatments():
        assert one.lead in one.rows
        assert one.question in asked
        for row in one.rows:
            assert finding(row).source in base.references()
            assert finding(row).status == "as published"


def test_the_certainty_is_that_of_the_source() -> None:
    assert {one.id: one.certainty for one in treatments()} == {
        "therapy": "moderate",
        "medicine": "low",
        "both": "not graded",
        "beside-exercise": "not graded",
    }


def test_the_numbers_of_a_line_come_out_of_its_rows() -> None:
    both = next(one for one in treatments() if one.id == "both")
    assert "127" in str(both.parts[0])
    assert "11,910" in str(both.parts[0])
    for one in treatments():
        for part in one.parts:
            assert "{" not in str(part)
