"""Real gaps: the days of LifeSnaps people, to see that nothing breaks. Their mood is flags, not a 0-10 rating.

The stand-in here (10 for a pleasant flag, 0 for an unpleasant one, 5 else) is a rough shape for the machinery; no
answer about these people is read from it.
"""

import csv
import math
from collections import defaultdict
from datetime import date, timedelta

import pytest

from ambulando.response.fit import fit
from ambulando.response.series import Series
from places import SHARED

FILE = SHARED / "data/lifesnaps/lifesnaps_daily_fitbit_sema.csv"
PLEASANT, UNPLEASANT = ("HAPPY", "RESTED/RELAXED"), ("SAD", "TENSE/ANXIOUS")


def people() -> dict[str, Series]:
    rows: dict[str, dict[date, dict[str, str]]] = defaultdict(dict)
    with FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            rows[row["id"]][date.fromisoformat(row["date"])] = row

    def flagged(row, names):
        return any(row[name] and float(row[name]) > 0 for name in names)

    found = {}
    for who, days in rows.items():
        span = [min(days) + timedelta(n) for n in range((max(days) - min(days)).days + 1)]
        moods, minutes = [], []
        for day in span:
            row = days.get(day)
            active = row and row["very_active_minutes"]
            minutes.append(min(float(active), 240.0) if active else math.nan)
            rated = active and any(row[name] for name in (*PLEASANT, *UNPLEASANT))
            moods.append(5.0 + 5.0 * (flagged(row, PLEASANT) - flagged(row, UNPLEASANT)) if rated else None)
        found[who] = Series(span[0], tuple(moods), {"everyday": tuple(minutes)})
    return found


@pytest.mark.skipif(
    not FILE.exists(), reason="needs ../shared/data/lifesnaps, which is not part of the repository"
)
def test_the_gaps_of_real_people_break_nothing():
    everyone = people()
    assert len(everyone) == 71
    assert sum(series.days for series in everyone.values()) > 1500
    grades = set()
    for series in sorted(everyone.values(), key=lambda s: -s.days)[:25] + [
        s for s in everyone.values() if s.days < 3
    ]:
        answer = fit(series)
        grades.add(answer.grade)
        assert answer.days == series.days
        for effect in answer.effects:
            assert all(math.isfinite(v) for v in (effect.mean, effect.sd, *effect.ci, effect.p_positive))
            assert effect.ci[0] < effect.mean < effect.ci[1]
            assert effect.sd < 1.2 * effect.prior_sd
    assert grades == {"B", "C"}
