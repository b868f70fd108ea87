"""A history file as bouts and check-ins."""

from datetime import date
from random import Random

import pytest

from ambulando.ground import InputError
from ambulando.plan.history import read
from ambulando.plan.standing import modality_of
from ambulando.plan.week import make
from ambulando.safety.profile import profile_from
from cast import ADA

CSV = """date,mood,minutes_walking,minutes_yoga
2026-06-01,4,12,0
2026-06-02,,0,20
2026-06-04,6,15,5
"""


def test_each_day_and_modality_with_minutes_is_a_bout():
    history = read(CSV, "history.csv")
    done = [(bout.day.isoformat(), modality_of(bout), round(bout.minutes, 6)) for bout in history.bouts]
    assert done == [
        ("2026-06-01", "walking", 12),
        ("2026-06-02", "yoga", 20),
        ("2026-06-04", "walking", 15),
        ("2026-06-04", "yoga", 5),
    ]


def test_a_mood_is_a_check_in_and_a_gap_is_none():
    assert [(felt.day, felt.mood) for felt in read(CSV, "history.csv").checkins] == [
        (date(2026, 6, 1), 4),
        (date(2026, 6, 4), 6),
    ]


def test_a_history_changes_the_week_and_stands_in_its_trace():
    history = read(CSV, "history.csv")
    plan = make(
        profile_from(ADA),
        today=date(2026, 6, 8),
        rng=Random(1),
        bouts=history.bouts,
        checkins=history.checkins,
    )
    rows = [row["id"] for session in plan.week for step in session.trace["steps"] for row in step["rows"]]
    assert "2026-06-01T12:00:00+00:00" in rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,minutes_walking\n2026-06-01,5\n", "'mood'"),
        ("date,mood,minutes_flying\n2026-06-01,5,5\n", "flying"),
        ("date,mood,minutes_walking\n2026-06-01,50,5\n", "mood"),
        ("date,mood,minutes_walking\n2026-13-01,5,5\n", "2026-13-01"),
    ],
)
def test_a_history_at_fault_is_refused_by_name(text, said):
    with pytest.raises(InputError, match=said) as refused:
        read(text, "history.csv")
    assert "history.csv" in str(refused.value)
