"""How often the intervals of a group trial hold what they should, in simulated groups: python bench/group_coverage.py [groups].

Prints the table of docs/group-trials.md. Each person has 1, 4, 8, 12 or 16 blocks, misses 15% of the ratings, and scatters by
1.5 points, most of it inert (persistence 0.5).
"""

import math
import sys
from datetime import date, timedelta

import numpy as np

from ambulando.response.group import pooled
from ambulando.response.protocol import Day

OPTIONS = ("walking", "yoga")
START = date(2026, 3, 2)
#: people, true mean, true SD between people, SD between the blocks of one person
SETTINGS = [
    (4, 0.0, 0.3, 0.0),
    (8, 0.0, 0.0, 0.0),
    (8, 0.3, 0.3, 0.0),
    (20, 0.3, 0.3, 0.0),
    (10, 0.3, 0.8, 0.4),
]


def person(rng: np.random.Generator, effect: float, blocks: int, within: float) -> list[Day]:
    state, states = rng.normal(0, 1.2), []
    for _ in range(7 * blocks):
        states.append(state)
        state = 0.5 * state + rng.normal(0, 1.2 * math.sqrt(0.75))
    days = []
    for block in range(blocks):
        order = OPTIONS if rng.random() < 0.5 else OPTIONS[::-1]
        here = effect + rng.normal(0, within)
        for offset, option in zip((block % 2, 3 + block % 2), order, strict=True):
            t = 7 * block + offset
            rating = 5 + (here / 2 if option == OPTIONS[0] else -here / 2) + states[t] + rng.normal(0, 0.9)
            outcome = None if rng.random() < 0.15 else float(rating)
            days.append(Day(START + timedelta(t), block + 1, option, outcome=outcome))
    return days


def covered(groups: int, people: int, mean: float, spread: float, within: float) -> list[str]:
    rng = np.random.default_rng(people + int(100 * spread))
    group, new, raw, shrunk, errors, told = [], [], [], [], [], 0
    for _ in range(groups):
        effects = rng.normal(mean, spread, people)
        lengths = rng.choice([1, 4, 8, 12, 16], people)
        members = {
            f"p{n}": person(rng, effect, int(blocks), within)
            for n, (effect, blocks) in enumerate(zip(effects, lengths, strict=True))
        }
        found = pooled(members, OPTIONS)
        if found.estimate is None:
            continue
        group.append(found.robust.ci[0] < mean < found.robust.ci[1])
        new.append(found.pi[0] < rng.normal(mean, spread) < found.pi[1])
        told += "was better" in str(found.sentence)
        for one in found.members:
            truth = effects[int(one.person[1:])]
            raw.append(one.raw_ci[0] < truth < one.raw_ci[1])
            shrunk.append(one.shrunk_ci[0] < truth < one.shrunk_ci[1])
            errors.append(((one.raw - truth) ** 2, (one.shrunk - truth) ** 2))
    error = np.sqrt(np.mean(errors, axis=0))
    shares = [f"{100 * np.mean(one):.1f}%" for one in (group, new, raw, shrunk)]
    return [*shares, f"{error[0]:.2f}", f"{error[1]:.2f}", f"{100 * told / len(group):.1f}%"]


def main() -> None:
    groups = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(
        "| People | True mean | SD between | Group | Someone new | Own days alone | Seen with the group | Error alone | Error with the group | Told of a difference |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for people, mean, spread, within in SETTINGS:
        row = [str(people), str(mean), str(spread), *covered(groups, people, mean, spread, within)]
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
