"""How a plan does over twelve weeks beside simpler ways of planning, in simulated people; writes docs/plan-evaluation.md.

Chunks of people are kept in a folder and taken up again, so that it can be stopped and gone on with at any time.
"""

import argparse
import hashlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from plan_policies import POLICIES
from plan_scene import LAST, SPAN, breaks, scene

from ambulando.response import following
from ambulando.response.followers import Wrong, drawn, luck_of

CHUNK = 50
ROOT = Path(__file__).resolve().parents[1]
#: what is kept of each person, by policy
OUTCOMES = ("minutes", "sessions", "offers", "left", "active", "gain", "pain", "unsafe")


@dataclass(frozen=True)
class Case:
    """One world. ``share``: of the people of the main world that it is lived by."""

    key: str
    name: str
    wrong: Wrong = Wrong()  # noqa: RUF009 - frozen
    share: float = 0.2


CASES = (
    Case("main", "as assumed", share=1.0),
    Case("effect-half", "exercise helps half as much", Wrong(effect=0.5)),
    Case("effect-double", "exercise helps twice as much", Wrong(effect=2.0)),
    Case("slope-half", "minutes and effort put off half as much", Wrong(slope=0.5)),
    Case("slope-double", "minutes and effort put off twice as much", Wrong(slope=2.0)),
    Case("pull-half", "mood weighs half as much on doing, half the inertia", Wrong(pull=0.5)),
    Case("pull-double", "mood weighs twice as much on doing, more inertia", Wrong(pull=2.0)),
    Case("spread-half", "people differ half as much", Wrong(spread=0.5)),
    Case("spread-double", "people differ twice as much", Wrong(spread=2.0)),
    Case("leaving-half", "people leave half as fast", Wrong(leaving=0.5)),
    Case("leaving-double", "people leave twice as fast", Wrong(leaving=2.0)),
    Case("burden-half", "being asked tires half as much", Wrong(burden=0.5)),
    Case("burden-double", "being asked tires twice as much", Wrong(burden=2.0)),
)


def lived(case: Case, number: int, people: int = CHUNK, days: int = SPAN, only: tuple[str, ...] = ()) -> dict[str, np.ndarray]:  # fmt: skip
    """Chunk ``number`` of a case under every policy (or ``only`` these): by "policy/outcome" an array (N,)."""
    who = drawn(np.random.default_rng([20261123, number]), people, case.wrong)
    luck = luck_of(np.random.default_rng([20261124, number]), people, days)
    here = scene(who, luck, number)
    found: dict[str, np.ndarray] = {}
    for name in only or POLICIES:
        policy, now = POLICIES[name](here), following.begin(who, luck)
        total = {outcome: np.zeros(people) for outcome in OUTCOMES}
        started = time.process_time()
        for t in range(days):
            asked = policy.ask(now)
            total["unsafe"] += breaks(here, asked, jogs=name == "couch to 5k")
            day = following.live(who, luck, now, asked)
            policy.saw(now, asked, day)
            done = day.size >= 0
            total["minutes"] += day.minutes
            total["sessions"] += done
            total["offers"] += (asked.activity[:, 0] >= 0) & day.active
            total["pain"] += day.pain
            if t >= LAST * days // SPAN:
                total["active"] += done
                total["gain"] += day.gain / (days - LAST * days // SPAN)
        total["left"] = now.gone.astype(float)
        total["active"] = ((total["active"] > 0) & ~now.gone).astype(float)
        found |= {f"{name}/{outcome}": value for outcome, value in total.items()}
        found[f"{name}/seconds"] = np.array([time.process_time() - started])
    return found


def _work(task: tuple[Case, int, str]) -> str:
    case, number, folder = task
    place = Path(folder) / f"{case.key}-{number:04d}.npz"
    if not place.exists():
        found = lived(case, number)
        part = place.with_suffix(".part")
        with part.open("wb") as file:
            np.savez_compressed(file, **found)
        part.rename(place)
    return place.stem


def results(folder: Path) -> dict[str, dict[str, np.ndarray]]:
    """By key of the case everything that is done so far, people after one another."""
    found = {}
    for case in CASES:
        parts = [np.load(path) for path in sorted(folder.glob(f"{case.key}-[0-9][0-9][0-9][0-9].npz"))]
        if parts:
            found[case.key] = {
                name: np.concatenate([part[name] for part in parts]) for name in parts[0].files
            }
    return found


def fingerprint() -> str:
    """Of the code and the data that an answer comes from: chunks of another planner or another world are not taken up."""
    floors = [
        path
        for name in ("plan", "safety", "activity", "response", "evidence")
        for path in (ROOT / "src" / "ambulando" / name).rglob("*")
    ]
    ours = [ROOT / "bench" / f"plan_{name}.py" for name in ("evaluation", "policies", "oracle", "scene")]
    total = hashlib.sha256()
    for path in sorted(path for path in [*floors, *ours] if path.suffix in (".py", ".toml", ".csv")):
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


def main() -> None:
    from plan_evaluation_report import page

    reading = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reading.add_argument(
        "--work",
        type=Path,
        default=ROOT / "var" / "plan-evaluation",
        help="folder for the chunks that are done",
    )
    reading.add_argument("--people", type=int, default=5000, help="simulated people in the main case")
    reading.add_argument("--quick", action="store_true", help="200 people, and 100 in each other case")
    reading.add_argument("--processes", type=int, default=2)
    reading.add_argument("--only", default="", help="cases whose key holds this word")
    reading.add_argument("--out", type=Path, default=ROOT / "docs" / "plan-evaluation.md")
    asked = reading.parse_args()
    mark = fingerprint()
    work = asked.work / mark
    work.mkdir(parents=True, exist_ok=True)
    people = 200 if asked.quick else asked.people
    tasks = []
    for case in CASES:
        chunks = -(-int(people * (max(case.share, 0.5) if asked.quick else case.share)) // CHUNK)
        tasks += [(case, number, str(work)) for number in range(chunks) if asked.only in case.key]
    begun = time.monotonic()
    with ProcessPoolExecutor(asked.processes) as pool:
        for count, name in enumerate(pool.map(_work, tasks), start=1):
            print(
                f"{count}/{len(tasks)} {name} {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True
            )
    asked.out.write_text(page(CASES, results(work), mark), "utf-8")


if __name__ == "__main__":
    main()
