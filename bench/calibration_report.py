"""The page that `calibration.py` writes: docs/calibration.md and its picture, from what came out for each person."""

import math
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

#: The marks of the design: the 95% intervals of randomised designs, false claims, the corrected interval and the naive.
LOW, HIGH, FALSE_CLAIMS, CORRECTED, NAIVE = 0.93, 0.97, 0.025, 0.90, 0.40
#: Below this many people a row is not judged.
FEWEST = 2000
#: A bin of the reliability table is judged from this many chances on, and by this much.
BIN, APART = 500, 0.03
PICTURE = Path("pictures") / "calibration.svg"

Found = dict[str, np.ndarray]


def covers(found: Found, low: str = "low", high: str = "high", truth: str = "truth") -> float:
    """The share of intervals that hold the truth, of those that there are."""
    there = np.isfinite(found[low])
    held = (found[low] < found[truth]) & (found[truth] < found[high])
    return float(held[there].mean()) if there.any() else math.nan


def share(values: np.ndarray) -> float:
    return float(np.nanmean(values))


def brier(found: Found) -> tuple[float, float]:
    """The Brier score of P(best), summed over the kinds, and that of always saying 1 / K."""
    there = np.isfinite(found["p_best"]).all(axis=1)
    chance, best = found["p_best"][there], found["best"][there]
    return float(((chance - best) ** 2).sum(axis=1).mean()), 1 - 1 / chance.shape[1]


def reliability(found: Found) -> list[tuple[float, float, int]]:
    """By tenths: the mean chance that was said, how often it was the best, and of how many."""
    there = np.isfinite(found["p_best"])
    chance, best = found["p_best"][there], found["best"][there]
    tenth = np.minimum((chance * 10).astype(int), 9)
    return [
        (float(chance[tenth == k].mean()), float(best[tenth == k].mean()), int((tenth == k).sum()))
        for k in range(10)
        if (tenth == k).any()
    ]


def write(docs: Path, cases: Sequence[Any], found: dict[str, Found], fingerprint: str) -> None:
    """Write the page and the picture. Cases that have nothing yet are left out, and the page says how many."""
    (docs / "calibration.md").write_text(page(cases, found, fingerprint), "utf-8")
    picture(cases, found, docs / PICTURE)


def page(cases: Sequence[Any], found: dict[str, Found], fingerprint: str) -> str:
    done = {
        table: [(case, found[case.key]) for case in cases if case.table == table and case.key in found]
        for table in ("drawn", "free", "zero", "power", "best", "compared")
    }
    people = sum(next(iter(of.values())).shape[0] for of in found.values())
    minutes = sum(of["seconds"].sum() for of in found.values()) / 60
    lacking = sum(case.key not in found for case in cases)
    return "\n".join(
        [
            "# Calibration",
            "",
            "How often the answers of `ambulando.response` are right, over simulated people whose truth is known. Written by",
            "`make calibration`; not edited by hand. Nobody on this page is real.",
            "",
            f"{people:,} simulated people in {len(found)} cases"
            + (f" ({lacking} more are not done yet)" if lacking else "")
            + f"; {datetime.now(UTC):%Y-%m-%d}; engine {fingerprint}; {minutes:.0f} minutes of one core;",
            f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}.",
            "Seeds come from the name of the case and the number of the chunk. Every person goes through `fit` or",
            "`comparison.analyse`, as in the application; drawn days through the compiled batch, held against `fit` in every",
            f"chunk. At 20,000 people a share near 95% is known to 0.3 points, at 5,000 to 0.6. Under {FEWEST:,} nothing is judged.",
            "",
            *_drawn(done["drawn"]),
            *_zero(done["zero"], done["compared"]),
            *_power(done["power"], done["compared"]),
            *_free(done["free"], done["zero"]),
            *_best([*done["best"], *done["compared"]]),
            *_compared(done["compared"]),
        ]
    ).rstrip() + "\n"  # fmt: skip


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.1f}%"


def _met(good: bool, people: int) -> str:
    if people < FEWEST:
        return "too few"
    return "met" if good else "**not met**"


def _within(value: float, people: int) -> str:
    if value > HIGH and people >= FEWEST:
        return "**not met** (too wide)"
    return _met(value >= LOW, people)


def _drawn(rows: Sequence[tuple[Any, Found]]) -> list[str]:
    by_name: dict[str, dict[int, Found]] = {}
    for case, of in rows:
        by_name.setdefault(case.name, {})[case.days] = of
    lines = [
        "## Days that a draw decided",
        "",
        f"The 95% interval of the same-day effect; the mark is {LOW:.0%} to {HIGH:.0%}. One thing is wrong at a time, and the",
        "rest is as the model believes. Where ratings are whole numbers, the truth is the effect on the number tapped.",
        "",
        "| Simulated people | n | 56 days | | 120 days | | bias | width |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, of in by_name.items():
        cells = []
        for days in (56, 120):
            value = covers(of[days]) if days in of else math.nan
            cells += [_percent(value), _within(value, of[days]["truth"].size) if days in of else ""]
        last = of[max(of)]
        bias = f"{share(last['mean'] - last['truth']):+.2f}"
        width = f"{share(last['high'] - last['low']):.2f}"
        n = min(one["truth"].size for one in of.values())
        lines.append(f"| {name} | {n:,} | {' | '.join(cells)} | {bias} | {width} |")
    return [
        *lines,
        "",
        "Bias and width are at 120 days, in points of 10. Too wide errs on the safe side: near an end of the scale less of an",
        "effect can be tapped than is believed. Two weak spots: with many days missing because mood was low, the days that are",
        "left are no fair pick; and where a draw is followed only in part, those on which it was followed are none either",
        "(`fit` uses these alone; a comparison is analysed as drawn).",
        "",
    ]


def _zero(rows: Sequence[tuple[Any, Found]], compared: Sequence[tuple[Any, Found]]) -> list[str]:
    lines = [
        "## Where exercise does nothing",
        "",
        f"A claim is a sentence with a causal verb (grade A, chance above 0.9 that it matters). The mark is under {FALSE_CLAIMS:.1%} of people.",
        "",
        "| True effect zero | n | benefit claimed | | harm claimed |",
        "|---|---|---|---|---|",
    ]
    for case, of in rows:
        rate = share(of["claim"])
        lines.append(
            f"| {case.name}, {case.days} days | {of['truth'].size:,} | {_percent(rate)} | {_met(rate < FALSE_CLAIMS, of['truth'].size)} | {_percent(share(of['harm']))} |"
        )
    for case, of in compared:
        if "do nothing" in case.name:
            rate = share(of["claim"])
            ended = f" (rule of harm: {_percent(share(of['harm']))})" if case.looks else ""
            lines.append(
                f"| comparison, {case.name}, {case.days} draws | {of['truth'].size:,} | {_percent(rate)} either way | {_met(rate < FALSE_CLAIMS, of['truth'].size)} | -{ended} |"
            )
    return [*lines, ""]


def _power(rows: Sequence[tuple[Any, Found]], compared: Sequence[tuple[Any, Found]]) -> list[str]:
    by_name: dict[str, dict[int, Found]] = {}
    for case, of in rows:
        by_name.setdefault(case.name, {})[case.days] = of
    lines = [
        "## How often a real effect is told",
        "",
        "Drawn days, people of the cited figures. Trials and diaries suggest a quarter of a point: expect no claim for months.",
        "",
        "| True effect | n | 56 days | 120 days | 365 days |",
        "|---|---|---|---|---|",
    ]
    for name, of in by_name.items():
        told = " | ".join(_percent(share(of[d]["claim"])) if d in of else "-" for d in (56, 120, 365))
        lines.append(f"| {name} | {min(one['truth'].size for one in of.values()):,} | {told} |")
    for case, of in compared:
        if "apart" in case.name:
            lines.append(
                f"| comparison, {case.name}, {case.days} draws | {of['truth'].size:,} | {_percent(share(of['claim']))} | | |"
            )
    return [*lines, ""]


def _free(rows: Sequence[tuple[Any, Found]], zero: Sequence[tuple[Any, Found]]) -> list[str]:
    lines = [
        "## Days without a draw (grade B)",
        "",
        "Low mood keeps people in: the pull is in log-odds of a session per point. Plain: the difference of evenings with and",
        "without. Carry-over: least squares that is told each person's true persistence and noise. Unmended, mended: our",
        f"answer before and after its correction. The mark: mended at least {CORRECTED:.0%} where plain is under {NAIVE:.0%}.",
        "",
        "| Simulated people | n | plain | carry-over | unmended | mended | bias plain | mended | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for case, of in rows:
        truth, difference = of["truth"], of["naive"]
        plain = share(of["naive_covers"])
        mended = covers(of, "corrected_low", "corrected_high")
        verdict = _met(mended >= CORRECTED, truth.size) if plain < NAIVE else f"plain not under {NAIVE:.0%}"
        lines.append(
            f"| {case.name}, {case.days} days | {truth.size:,} | {_percent(plain)} | {_percent(share(of['gls_covers']))} | "
            f"{_percent(covers(of))} | {_percent(mended)} | {share(difference - truth):+.2f} | "
            f"{share(of['corrected'] - truth):+.2f} | {verdict} |"
        )
    remark = [
        f"{_percent(share(of['better']))} of people for whom exercise does nothing ({case.days} days)"
        for case, of in zero
        if "without draws" in case.name
    ]
    real = [
        f"{_percent(share(of['better']))} of the people of the cited figures ({case.days} days)"
        for case, of in rows
        if case.name == "people of the cited figures"
    ]
    if remark:
        lines += [
            "",
            f'"Your evenings were a bit better. We can not tell yet which caused which" is told to {" and ".join(remark)},',
            f"and to {' and '.join(real) or 'others'}. It is true of the evenings, and says nothing of the cause.",
        ]
    return [*lines, ""]


def _best(rows: Sequence[tuple[Any, Found]]) -> list[str]:
    rows = [(case, of) for case, of in rows if "p_best" in of and not case.fixed and np.isfinite(of["p_best"]).any()]  # fmt: skip
    lines = [
        "## The chance to be the best",
        "",
        "| Case | n | Brier score | always 1 / K | |",
        "|---|---|---|---|---|",
    ]
    for case, of in rows:
        ours, flat = brier(of)
        lines.append(
            f"| {_called(case)} | {of['best'].shape[0]:,} | {ours:.3f} | {flat:.3f} | {'better' if ours < flat else '**worse**'} |"
        )
    if not rows:
        return [*lines, ""]
    lines += [
        "",
        f"How often what was said came true, in drawn days with three kinds. The mark: {APART:.2f} apart at most, where {BIN} or more were said.",
        "",
        "| Chance that was said | was the best | times | |",
        "|---|---|---|---|",
    ]
    for said, was, times in reliability(rows[0][1]):
        verdict = _met(abs(said - was) <= APART, FEWEST if times >= BIN else 0)
        lines.append(f"| {said:.2f} | {was:.2f} | {times:,} | {verdict} |")
    return [
        *lines,
        "",
        f"![What was said against how often it was so: the points lie along the diagonal]({PICTURE.as_posix()})",
        "",
    ]


def _called(case: Any) -> str:
    return f"comparison, {case.name}, {case.days} draws" if case.table == "compared" else f"drawn days, {case.name}, {case.days} days"  # fmt: skip


def _compared(rows: Sequence[tuple[Any, Found]]) -> list[str]:
    lines = [
        "## Comparisons",
        "",
        "The 95% interval of the difference as drawn, and as done with the draw as instrument; people of the cited figures.",
        "Where little is done as drawn, the difference as drawn is smaller than believed, and its interval is on the safe side.",
        "",
        "| Comparison | n | as drawn | | as done | | width |",
        "|---|---|---|---|---|---|---|",
    ]
    for case, of in rows:
        if case.fixed:
            continue
        drawn, done = covers(of), covers(of, "done_low", "done_high", "done_truth")
        lines.append(
            f"| {case.name}, {case.days} draws | {of['truth'].size:,} | {_percent(drawn)} | {_within(drawn, of['truth'].size)} | {_percent(done)} | {_within(done, of['truth'].size)} | {share(of['high'] - of['low']):.2f} |"
        )
    return [*lines, ""]


def picture(cases: Sequence[Any], found: dict[str, Found], path: Path) -> None:
    """The reliability curves, as a small SVG that is the same each time."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    rows = [(case, found[case.key]) for case in cases if case.key in found]
    rows = [(case, of) for case, of in rows if "p_best" in of and not case.fixed and np.isfinite(of["p_best"]).any()]  # fmt: skip
    if not rows:
        return
    marks = ("o", "s", "^", "D", "v", "P")
    inks = ("#2F6B4F", "#34607F", "#A4562F", "#5C6A64", "#7FC29B", "#8DB9D6")
    with plt.rc_context({"svg.hashsalt": "ambulando", "font.size": 9, "svg.fonttype": "none"}):
        drawing, axes = plt.subplots(figsize=(5.6, 4.2))
        axes.plot([0, 1], [0, 1], color="#22302B", linewidth=0.8)
        for (case, of), mark, ink in zip(rows, marks, inks, strict=False):
            curve = [(said, was) for said, was, times in reliability(of) if times >= BIN]
            axes.plot(*np.array(curve).reshape(-1, 2).T, marker=mark, color=ink, linewidth=1, markersize=4, label=_called(case))  # fmt: skip
        axes.set(xlabel="chance that was said", ylabel="share of times that it was the best", xlim=(0, 1), ylim=(0, 1))  # fmt: skip
        axes.legend(frameon=False, fontsize=6.5, loc="upper left")
        drawing.tight_layout()
        drawing.savefig(path, format="svg", metadata={"Date": None, "Title": "Chance to be the best, simulated people"})  # fmt: skip
        plt.close(drawing)
