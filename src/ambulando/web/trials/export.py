"""The rows of a group trial as a table: a made-up code for each person, and days counted from their own first day."""

from collections.abc import Iterator
from datetime import date

from ambulando.web.trials import queries
from ambulando.web.trials.models import GroupTrial

#: what every person's first draw day is called, so that no real date stands in the table
FIRST_DAY = date(2000, 1, 1)
HIGHEST = 10


def columns(trial: GroupTrial) -> list[str]:
    return ["person", "date", "block", "option", "done", trial.target, "morning"]


def rows(trial: GroupTrial) -> Iterator[dict[str, object]]:
    """One row a draw day, as ``ambulando response group`` reads them."""
    for person, days in queries.days_of(trial).items():
        for one in days:
            yield {
                "person": person,
                "date": FIRST_DAY + (one.day - days[0].day),
                "block": one.block,
                "option": one.option,
                "done": one.done,
                trial.target: _given(one.outcome, trial.target),
                "morning": _given(one.morning, trial.target),
            }


def _given(value: float | None, target: str) -> float | None:
    """The rating as it was given; the core turns stress round, so that more is better."""
    return HIGHEST - value if value is not None and target == "stress" else value
