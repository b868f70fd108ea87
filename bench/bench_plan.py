"""A week, a week made anew after a check-in, and weeks for many: milliseconds beside other ways to do the same.

Prints medians of wall-clock and CPU time, one thread each, how the rest compares with one week, and how many people a
second a batch of MANY serves with one process and with two, its start included; what a start takes is shown by itself.
Two processes need two cores for themselves: the load of the machine is printed before and after.
Run: .venv/bin/python bench/bench_plan.py
"""

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from unittest.mock import patch

from ambulando.activity.bouts import Bout
from ambulando.plan import fill, programme
from ambulando.plan.many import THREADS, Request, plan_many
from ambulando.plan.week import make
from ambulando.safety.profile import Profile, profile_from

TODAY = date(2026, 6, 8)
#: how many people a batch is for; a second, smaller one shows what its start takes
MANY, FEW = 2000, 200
KINDS = ("easy-walk", "chair-yoga", "moderate-walk", "bodyweight")
WINDOWS = [
    {"day": day, "from": "07:30", "to": "09:00"} for day in ("monday", "tuesday", "thursday", "friday")
]
WINDOWS += [{"day": day, "from": "13:00", "to": "20:00"} for day in ("wednesday", "saturday")]
#: the first call in a process: loading SciPy's solver by itself, and the first week with all there is to load
COLD = """
import time
clock, start = time.process_time(), time.perf_counter()
from datetime import date
from random import Random
from ambulando.plan.week import make
from ambulando.safety.profile import profile_from
profile = profile_from({"likes": ["walking", "yoga"], "phq9": 12})
if %r:
    clock, start = time.process_time(), time.perf_counter()
    exec(%r)
print(1000 * (time.perf_counter() - start), 1000 * (time.process_time() - clock))
"""


FIRST = "make(profile, today=date(2026, 6, 8), rng=Random(1))"


@dataclass(frozen=True)
class Felt:
    """A check-in."""

    day: date
    mood: float
    energy: float


def person(number: int) -> tuple[Profile, tuple[Bout, ...]]:
    """One of many different people with their last weeks, the same for the same number."""
    rng = Random(number)
    told = {
        "age": rng.randint(18, 80),
        "phq9": rng.randint(3, 22),
        "likes": rng.sample(["walking", "yoga", "strength", "dance", "cycling", "everyday", "tai-chi"], 2),
        "company": rng.choice(["alone", "either", "together"]),
        "barriers": rng.sample(["fatigue", "time", "weather", "motivation", "sleep"], 2),
        "energy": rng.randint(1, 8),
        "confidence": rng.randint(3, 9),
        "active": {"days": rng.randint(0, 5), "minutes": rng.randint(5, 50)},
        "windows": WINDOWS if rng.random() < 0.6 else [],
        "medicines": rng.choice([[], ["sertraline"], ["metoprolol"]]),
        "weather": rng.choice([[], ["rain"]]),
    }
    start = datetime(2026, 6, 8, 9, tzinfo=UTC)
    bouts = tuple(
        Bout(
            rng.choice(KINDS),
            start - timedelta(days=day),
            60.0 * rng.randint(5, 35),
            effort=rng.randint(1, 6),
        )
        for day in sorted(rng.sample(range(1, 40), rng.randint(0, 12)))
    )
    return profile_from(told), bouts


def medians(call: Callable[[int], object], repeats: int) -> tuple[float, float]:
    """Median wall-clock and CPU time in ms of a call for one person after the other, after some to warm up."""
    for number in range(5):
        call(number)
    wall, cpu = [], []
    for number in range(repeats):
        start, clock = time.perf_counter(), time.process_time()
        call(number)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - clock)
    return 1000 * statistics.median(wall), 1000 * statistics.median(cpu)


def week(number: int) -> object:
    profile, bouts = person(number)
    return make(profile, today=TODAY, rng=Random(number), bouts=bouts)


def anew(number: int) -> object:
    """Two days later energy is low: the rest of the week is made anew beside what is done of it."""
    return make(*AGAIN[number][:1], **AGAIN[number][1])


def cold(then: str) -> tuple[float, float]:
    """Loading the plan in a new process; or only what comes ``then``."""
    rows = [
        [
            float(part)
            for part in subprocess.run(
                [sys.executable, "-c", COLD % (then, then)], capture_output=True, text=True, check=True
            ).stdout.split()
        ]
        for _ in range(5)
    ]
    return statistics.median(row[0] for row in rows), statistics.median(row[1] for row in rows)


def many(count: int, workers: int) -> tuple[float, float]:
    """Wall-clock ms and CPU ms of a batch, the start of the processes included."""
    requests = [
        Request(profile, TODAY, number, {"bouts": bouts})
        for number in range(count)
        for profile, bouts in [person(number)]
    ]
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    start = time.perf_counter()
    plan_many(requests, workers=workers)
    wall = time.perf_counter() - start
    then = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(used, then, strict=True))
    return 1000 * wall, 1000 * cpu


def everything(problem: programme.Programme) -> programme.Solution:
    """The alternative: look at every week there could be, one after the other."""
    from itertools import combinations, product

    count = min(problem.sessions, len(problem.days))
    best: tuple[float, tuple[tuple[int, int], ...]] = (float("-inf"), ())
    for places in combinations(range(len(problem.days)), count):
        for options in product(range(len(problem.options)), repeat=count):
            chosen = tuple(zip(places, options, strict=True))
            if all(pair in problem.entries for pair in chosen) and programme.may_follow(problem, chosen):
                best = max(best, (programme.worth(problem, chosen), chosen))
    return programme.Solution(best[1], "all")


AGAIN: dict[int, tuple[Profile, dict[str, object]]] = {}


def main() -> None:
    os.environ.update(dict.fromkeys(THREADS, "1"))  # NumPy is loaded by the first week
    problems: list[programme.Programme] = []

    def noted(problem: programme.Programme) -> programme.Solution:
        problems.append(problem)
        return programme.solve(problem)

    with patch.object(fill, "solve", noted):
        for number in range(60):
            profile, bouts = person(number)
            made = make(profile, today=TODAY, rng=Random(number), bouts=bouts)
            later = TODAY + timedelta(days=2)
            AGAIN[number] = (
                profile,
                {
                    "today": later,
                    "rng": Random(number),
                    "bouts": bouts,
                    "checkins": [Felt(later, 4, 2)],
                    "kept": made.week[:1] if made.week and made.week[0].day <= later else (),
                    "since": TODAY,
                },
            )

    def solved(number: int) -> object:
        return programme.solve(problems[number % len(problems)])

    def greedy(number: int) -> object:
        with patch.object(programme, "_optimum", lambda *_: None):
            return programme.solve(problems[number % len(problems)])

    small = [one for one in problems if one.sessions <= 3][:5]
    print(f"plan: medians in ms; {platform.machine()}, one thread a process; load {load()}")
    print(f"  {'':<46} {'wall':>9} {'CPU':>9} {'beside a week':>14}")
    base = medians(week, 120)
    rows = [
        ("a week for one person", base),
        ("the week made anew after a check-in", medians(anew, 60)),
        ("  of it: the programme, HiGHS", medians(solved, 60)),
        ("  instead: place by place (not the best)", medians(greedy, 60)),
        ("  instead: every week there could be", medians(lambda n: everything(small[n % len(small)]), 5)),
        ("loading the plan, in a new process", cold("")),
        ("  then SciPy's milp", cold("from scipy.optimize import milp")),
        ("  or the first week, with all that it loads", cold(FIRST)),
    ]
    for name, (wall, cpu) in rows:
        print(f"  {name:<46} {wall:9.2f} {cpu:9.2f} {cpu / base[1]:14.2f}")
    print(f"batches of {MANY} people: ms for one person, wall / CPU of all processes; load {load()}")
    for workers, name in ((1, "a plain loop"), (2, "two processes")):
        few, all_ = many(FEW, workers), many(MANY, workers)
        one = [(big - less) / (MANY - FEW) for big, less in zip(all_, few, strict=True)]
        start = [max(less - FEW * each, 0.0) for less, each in zip(few, one, strict=True)]
        print(
            f"  {name:<16} {all_[0] / MANY:6.2f} / {all_[1] / MANY:.2f}: {1000 * MANY / all_[0]:.0f} people a second"
            f"; the start takes {start[0]:.0f} / {start[1]:.0f} ms, then {1000 / one[0]:.0f} people a second"
        )
    print(f"  load {load()}")


def load() -> str:
    """How busy the machine was in the last minute: with more than there are cores, every figure is too high."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
