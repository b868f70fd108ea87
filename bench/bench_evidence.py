"""How fast effects are pooled, beside statsmodels on the same numbers in the same run. Prints a Markdown table.

Medians over repeats; statsmodels has no REML, so its iterated Paule-Mandel estimate stands beside both of ours.
"""

import os
import platform
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from ambulando.evidence.pooling import pool, pool_many


def studies(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    v = rng.uniform(0.02, 0.3, shape)
    return rng.normal(-0.5, np.sqrt(v + 0.1)), v


def milliseconds(job: Callable[[], object], seconds: float = 2.0) -> float:
    """The median time of one run over as many runs as fit, at least 5."""
    job()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or (time.perf_counter() < end and len(times) < 2000):
        start = time.perf_counter()
        job()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def main() -> None:
    try:
        from statsmodels.stats.meta_analysis import combine_effects
    except ImportError:
        combine_effects = None
    rng = np.random.default_rng(7)
    lines = []
    for k in (20, 200, 2000):
        y, v = studies(rng, k)
        ours = milliseconds(lambda y=y, v=v: pool(y, v))
        same = milliseconds(lambda y=y, v=v: pool(y, v, method="PM"))
        theirs = (
            milliseconds(lambda y=y, v=v: combine_effects(y, v, method_re="iterated"))
            if combine_effects
            else None
        )
        lines.append((f"one data set, k = {k}", ours, same, theirs))
    y, v = studies(rng, 1000, 20)
    batch = milliseconds(lambda: pool_many(y, v))
    batch_pm = milliseconds(lambda: pool_many(y, v, method="PM"), 3)

    def loop() -> None:
        for one, variances in zip(y, v, strict=True):
            combine_effects(one, variances, method_re="iterated")

    lines.append(
        ("1,000 data sets, k = 20", batch, batch_pm, milliseconds(loop, 5) if combine_effects else None)
    )
    print("## Pooling: milliseconds, median\n")
    print("| job | REML, ours | PM, ours | PM, statsmodels | statsmodels / ours (PM) |")
    print("|---|---|---|---|---|")
    for job, ours, same, theirs in lines:
        beside = "not installed | " if theirs is None else f"{theirs:.3f} | {theirs / same:.1f}"
        print(f"| {job} | {ours:.3f} | {same:.3f} | {beside} |")
    print(
        f"\nPython {sys.version.split()[0]}, NumPy {np.__version__}, {platform.machine()}, {os.cpu_count()} cores. "
        "Ours includes checks, test, prediction interval and the Q-profile interval of tau2 for one data set; "
        "for 1,000 data sets estimate, standard error and tau2."
    )


if __name__ == "__main__":
    main()
