"""One person's fit, cold and warm, beside the usual way (statsmodels UnobservedComponents) in the same run.

120 days, a quarter of the moods missing, 3 modalities x 3 horizons = 9 dose regressors, level, trend and a morning
rating: 12 regressors, on the program's grid (and a second one of 30 points). The comparison gives one maximum
likelihood estimate: no prior, no interval of its noise structure, one dose scale; it gets all 12 regressors too.
"""

import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import date

# One thread for everybody: small matrices only get slower, and less steady, with more.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from ambulando.response.design import design
from ambulando.response.fit import fit
from ambulando.response.model import Grid, Noise, default_grid, posterior
from ambulando.response.priors import constants, priors
from ambulando.response.series import Series

COLD = """
import time
import numpy
from ambulando.response.series import Series
from datetime import date
rng = numpy.random.default_rng(1)
moods = tuple(rng.uniform(2, 8, 120).tolist())
minutes = {m: tuple((30.0 * (rng.random(120) < 0.3)).tolist()) for m in ("walking", "yoga", "strength")}
series = Series(date(2026, 1, 1), moods, minutes, morning=moods[::-1])
start = time.perf_counter()
from ambulando.response.fit import fit
loaded = time.perf_counter()
fit(series)
print(loaded - start, time.perf_counter() - loaded)
"""


def person() -> Series:
    rng = np.random.default_rng(1)
    days = 120
    state = np.zeros(days)
    for t in range(1, days):
        state[t] = 0.5 * state[t - 1] + rng.normal(0, 1.0)
    minutes = {m: tuple((30.0 * (rng.random(days) < 0.3)).tolist()) for m in ("walking", "yoga", "strength")}
    mood = np.clip(5 + state + rng.normal(0, 0.9, days), 0, 10)
    moods = tuple(None if rng.random() < 0.25 else float(m) for m in mood)
    morning = tuple(np.clip(5 + state + rng.normal(0, 0.9, days), 0, 10).tolist())
    return Series(date(2026, 1, 1), moods, minutes, morning=morning)


def median_ms(call: Callable[[], object], repeats: int) -> float:
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def thirty(grid: Grid) -> Grid:
    """The first ten (phi, rho) pairs with three dose scales."""
    weight = grid.log_pair[:10] - np.log(np.exp(grid.log_pair[:10]).sum())
    return replace(grid, phi=grid.phi[:10], rho=grid.rho[:10], log_pair=weight)


def main() -> None:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    series = person()
    grid = default_grid()
    facts = constants()
    noise = Noise(facts["noise"]["shape"], facts["noise"]["variance"])
    believed = priors("central", series.minutes)

    def one_posterior(points: Grid) -> None:
        made = design(series, believed, points, covariates=("morning",))
        gram, log_det = made.gram(points)
        posterior(gram, int(made.seen.sum()), log_det, made.mean, made.sd, noise, points.log_prior)

    made = design(series, believed, grid, covariates=("morning",))
    y = np.array([np.nan if m is None else m for m in series.mood])
    columns = made.columns[:, 0, made.pick[1, 1:-1]]  # all but the level, which is its own component there

    def usual() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            UnobservedComponents(
                y, level="fixed intercept", autoregressive=1, irregular=True, exog=columns
            ).fit(disp=0)

    cold = [
        [float(part) for part in subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True).stdout.split()]
        for _ in range(5)
    ]  # fmt: skip
    rows = [
        ("statsmodels UnobservedComponents, one estimate", median_ms(usual, 7)),
        (f"posterior, {grid.log_prior.size} grid points", median_ms(lambda: one_posterior(grid), 60)),
        ("posterior, 30 grid points", median_ms(lambda: one_posterior(thirty(grid)), 60)),
        ("fit: both regressions, correction, words; 45 points", median_ms(lambda: fit(series), 60)),
        ("fit: the same, 30 points", median_ms(lambda: fit(series, grid=thirty(grid)), 60)),
        ("fit, first call in a new process", 1000 * statistics.median(row[1] for row in cold)),
        ("loading the modules after NumPy", 1000 * statistics.median(row[0] for row in cold)),
    ]
    print(f"response: one person, 120 days, {columns.shape[1] + 1} regressors, medians")
    for name, ms in rows:
        print(f"  {name:<55} {ms:8.2f} ms   {rows[0][1] / ms:7.1f} x")


if __name__ == "__main__":
    main()
