"""Many people at once: people a second from arrays, and a million simulated people from a Parquet file.

120 days, a quarter of the moods missing, 3 modalities x 3 horizons = 9 dose regressors, level, trend and a morning
rating: 12 regressors, 30 grid points; then as in the program (45 points, weekdays: 18 regressors). Beside it, in the
same run, one person after the other through ``fit`` and statsmodels UnobservedComponents (one estimate each).

usage: bench_batch.py [PEOPLE]   (of the file; a million when left out)
"""

import os
import platform
import resource
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ambulando.response.batch import Days, answer_file, answers
from ambulando.response.crowd import Lives, Setting, from_figures, live, series_of
from ambulando.response.fit import fit
from ambulando.response.model import Grid, default_grid

KINDS = ("walking", "strength", "yoga")
DAYS = 120
CHUNK = 20_000


def simulated(seed: int, people: int) -> Lives:
    rng = np.random.default_rng(seed)
    setting = Setting(DAYS, met=(3.5, 3.5, 2.5), missing=0.25)
    return live(rng, from_figures(rng, people, len(KINDS)), setting)


def days_of(lives: Lives) -> Days:
    minutes = {
        m: np.where(lives.here, lives.minutes * (lives.kind == k), np.nan) for k, m in enumerate(KINDS)
    }
    return Days(lives.mood, minutes, morning=lives.morning)


def write(path: Path, people: int) -> None:
    """Simulated people as a file, a chunk at a time; ratings and minutes as whole numbers of one byte."""

    def lists(values: np.ndarray) -> pa.Array:
        gone = np.isnan(values).ravel()
        flat = pa.array(np.nan_to_num(values).astype(np.uint8).ravel(), mask=gone)
        return pa.FixedSizeListArray.from_arrays(flat, DAYS)

    writer = None
    for first in range(0, people, CHUNK):
        many = min(CHUNK, people - first)
        crowd = days_of(simulated(first, many))
        columns = {
            "person": pa.array(np.arange(first, first + many)),
            "mood": lists(crowd.mood),
            "morning": lists(crowd.morning),
            **{f"minutes_{modality}": lists(values) for modality, values in crowd.minutes.items()},
        }
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    writer.close()


def thirty(grid: Grid) -> Grid:
    """The first ten (phi, rho) pairs with three dose scales."""
    weight = grid.log_pair[:10] - np.log(np.exp(grid.log_pair[:10]).sum())
    return replace(grid, phi=grid.phi[:10], rho=grid.rho[:10], log_pair=weight)


def rate(call: Callable[[], object], people: int, repeats: int) -> float:
    """People a second, the median of some runs."""
    call()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return people / statistics.median(seconds)


def usual(series: list) -> None:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    for one in series:
        mood = np.array([np.nan if value is None else value for value in one.mood])
        doses = np.nan_to_num(np.array(list(one.minutes.values()))).T / 30
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            UnobservedComponents(mood, "fixed intercept", autoregressive=1, irregular=True, exog=doses).fit(
                disp=0
            )


def main(people: int) -> None:
    lives = simulated(1, 6_000)
    plain = days_of(lives)
    dated = replace(plain, start=np.full(len(plain.mood), np.datetime64("2026-01-01")))
    few = [series_of(lives, one, KINDS, date(2026, 1, 1)) for one in range(60)]
    grid = default_grid()
    answers(days_of(simulated(2, 8)))  # compiled, or read where it was compiled before
    rows = [
        ("statsmodels UnobservedComponents, 3 regressors", rate(lambda: usual(few[:5]), 5, 3)),
        (
            "fit, one after the other (45 points, all of the answer)",
            rate(lambda: [fit(one) for one in few], 60, 3),
        ),
        ("batch, 12 regressors, 30 points", rate(lambda: answers(plain, grid=thirty(grid)), 6_000, 5)),
        ("the same on one processor", rate(lambda: answers(plain, grid=thirty(grid), threads=1), 6_000, 3)),
        ("batch, 12 regressors, 45 points", rate(lambda: answers(plain), 6_000, 5)),
        ("batch, 18 regressors (weekdays), 45 points", rate(lambda: answers(dated), 6_000, 5)),
    ]
    print(f"batch: {os.cpu_count()} processors ({platform.machine()}), {DAYS} days, medians")
    for name, found in rows:
        print(f"  {name:<58} {found:9.1f} people/s   {found / rows[0][1]:8.1f} x")

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "people.parquet", Path(folder) / "answers.parquet"
        start = time.perf_counter()
        write(source, people)
        print(
            f"  {people} simulated people written in {time.perf_counter() - start:.0f} s, {source.stat().st_size / people:.0f} bytes each"
        )
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        answer_file(source, target)
        seconds = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"  answered from the file in {seconds:.0f} s ({people / seconds:.0f} people/s), 45 points; most memory {after / 1024:.0f} MiB, {before / 1024:.0f} before"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
