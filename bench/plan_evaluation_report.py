"""The page that `plan_evaluation.py` writes: docs/plan-evaluation.md, from what came out for each simulated person."""

import math
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

Found = Mapping[str, np.ndarray]
OURS, ORACLE, MAIN = "Ambulando", "oracle", "main"


def page(cases: Sequence[Any], found: Mapping[str, Found], fingerprint: str) -> str:
    """The whole page; cases that have nothing yet are left out, and the page says so."""
    there = [case for case in cases if case.key in found]
    lacking = [case.name for case in cases if case.key not in found]
    people = sum(size(found[case.key]) for case in there)
    minutes = sum(
        value.sum() for of in found.values() for name, value in of.items() if name.endswith("/seconds")
    )
    return "\n".join(
        [
            "# The plan beside simpler ones",
            "",
            "**Everything here is simulated.** No person took part, and nothing below says what a plan does for anybody real.",
            "It says how the planner does in a world of our own making, whose figures come from trials where there are any.",
            "",
            f"Written by `make evaluation`, not by hand; {datetime.now(UTC):%Y-%m-%d}; {people:,} simulated people in {len(there)} worlds"
            + (f" (not done yet: {', '.join(lacking)})" if lacking else "") + ";",
            f"{minutes / 60:.0f} minutes of one core; {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}. Fixed seeds; code and data {fingerprint}.",
            "",
            *_world(),
            *_main(found),
            *_margins(there, found),
            *_reading(there, found),
            *LIMITS,
        ]
    ).rstrip() + "\n"  # fmt: skip


def policies(of: Found) -> list[str]:
    return [name.removesuffix("/gain") for name in of if name.endswith("/gain")]


def size(of: Found) -> int:
    return int(of[f"{policies(of)[0]}/gain"].size)


def margin(of: Found, other: str, outcome: str) -> tuple[float, float, float]:
    """Ours less the other, the same people: mean and its 95% interval (normal)."""
    apart = of[f"{OURS}/{outcome}"] - of[f"{other}/{outcome}"]
    half = 1.96 * float(apart.std(ddof=1)) / math.sqrt(apart.size) if apart.size > 1 else math.nan
    mean = float(apart.mean())
    return mean, mean - half, mean + half


def _world() -> list[str]:
    return [
        "## What is compared",
        "",
        "All ways of planning meet the same people with the same luck, for twelve weeks. Limits of safety hold for all (jogging",
        "by starters is let through in couch to 5k, which is made for them). Nobody has less time than the guideline asks for.",
        "",
        "- **Ambulando**: `plan.week.make` every Monday and `plan.today.suggestion` every day, with what the application would",
        "  know: the profile told at the start, check-ins (18% of days missing), bouts with effort and feeling, what was offered",
        "  and done. Its smaller sizes are offered with every session. Not used: own answers of `response`, swaps, rest-day offers,",
        "  reminders, people who read along.",
        "- **guideline**: 30 minutes of brisk walking, three times a week. **couch to 5k**: nine weeks of running and walking.",
        "- **percentile step goal**: a walking goal every day, the 60th percentile of the last nine days (Adams).",
        "- **Thompson sampling**: three times a week, 20, later 30 minutes; a draw from what it believes picks the kind.",
        "- **oracle**: knows each person's chances, effects and hazard, and picks every day what adds most to the mood it expects",
        "  in the last fortnight, with a price on leaving. It looks at one offer at a time, so it is high but not the highest.",
        "",
        "The world is `response.following`: figures with sources in `response/data/following.toml`. It shares with the planner that",
        "longer and harder is done less often, that barriers and liking matter, and the dose curve of `response`. Its numbers and",
        "forms are its own: minutes cost little up to a comfort that differs and grows, effort costs nothing up to a tenth above",
        "one's own, good hours are a bump at one's own hour, liking is told with noise, for some what helps a barrier is no help,",
        "and no kind works better than another on average.",
        "",
    ]


def _main(found: Mapping[str, Found]) -> list[str]:
    if MAIN not in found:
        return []
    of = found[MAIN]
    lines = [
        f"## The main world, {size(of):,} people",
        "",
        "Mood gain: points of 10 in weeks 11 and 12, against the same person without exercise. Active: a session in weeks 11 or 12,",
        "and not left. Dropped out: left for good by then.",
        "",
        "| | minutes in 12 weeks | sessions | done of offered | dropped out | active at week 12 | mood gain | days with pain |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in policies(of):
        value = {
            key: float(of[f"{name}/{key}"].mean())
            for key in ("minutes", "sessions", "offers", "left", "active", "gain", "pain")
        }
        lines.append(
            f"| {name} | {value['minutes']:.0f} | {value['sessions']:.1f} | {value['sessions'] / max(value['offers'], 1e-9):.0%} |"
            f" {value['left']:.1%} | {value['active']:.1%} | {value['gain']:+.2f} | {value['pain']:.2f} |"
        )  # fmt: skip
    broken = sum(int(of[f"{name}/unsafe"].sum()) for name in policies(of))
    return [*lines, "", f"Offers beyond a limit of safety, all ways together: {broken}.", ""]


def _margins(cases: Sequence[Any], found: Mapping[str, Found]) -> list[str]:
    lines = []
    for outcome, title, unit in (
        ("gain", "Margin in mood gain, points of 10", 1.0),
        ("active", "Margin in people still active at week 12, percentage points", 100.0),
    ):
        others = [name for name in policies(next(iter(found.values()))) if name != OURS] if found else []
        lines += [
            f"## {title}",
            "",
            "Ambulando less the other, the same people, with its 95% interval. Bold: the interval is above zero.",
            "",
            f"| world | people | {' | '.join(others)} |",
            f"|---|---|{'---|' * len(others)}",
        ]
        digits = 2 if unit == 1 else 1
        for case in cases:
            of, cells = found[case.key], []
            for other in others:
                mean, low, high = (unit * value for value in margin(of, other, outcome))
                text = f"{mean:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"
                cells.append(f"**{text}**" if low > 0 else text)
            lines.append(f"| {case.name} | {size(of):,} | {' | '.join(cells)} |")
        lines.append("")
    return lines


def _reading(cases: Sequence[Any], found: Mapping[str, Found]) -> list[str]:
    """What the tables say, worked out from them."""
    total, lost = 0, dict[str, list[str]]()
    for case in cases:
        for other in policies(found[case.key]):
            if other in (OURS, ORACLE):
                continue
            for outcome, words in (("gain", "mood gain"), ("active", "people still active")):
                total += 1
                if margin(found[case.key], other, outcome)[1] <= 0:
                    lost.setdefault(f"{words} against {other}", []).append(case.name)
    if not total:
        return []
    ahead = total - sum(map(len, lost.values()))
    first = f"Of {total} comparisons with the four ways that know no more than it does, Ambulando is clearly ahead in {ahead}."
    rest = [f"- Not clearly ahead in {what}: {'; '.join(worlds)}." for what, worlds in lost.items()]
    return ["## In short", "", first, *([""] if rest else []), *rest, ""]


LIMITS = [
    "## What this can not say",
    "",
    "- A world made by the same people as the planner. A factor of two in one assumption at a time is no proof against being",
    "  wrong in several, or in form.",
    "- The planner's growth was set with this world in view: in 200 of its people (they are among the 5,000) goals shrank week by",
    "  week, and what mends that was tried on them and kept where guidelines and limits of growth leave room for it.",
    "- How minutes, effort and failures drive people away is mostly assumed. The best figures are one trial of 56 women (short",
    "  bouts were done on more days) and one that lost fewer people with shorter sessions; both are used well below face value.",
    "- Effects are trials shrunk for bias. Whether exercise helps anybody in particular is not in question here.",
    "- No human contact, no crisis, no change of medicine, no weather. Illness is short. People tell the truth, with noise.",
    "- Nobody does other exercise, and what is not recorded here did not happen.",
    "- Half of those who do not feel like the whole look at the smaller size where it is offered, a quarter of their own accord.",
    "  That is an assumption, and it favours plans with sizes.",
]
