"""How fast the evidence engine is, beside PyMetaAnalysis, PyMARE, pimeta, statsmodels and, where R is installed, metafor
and netmeta, on the same numbers in the same run. Prints Markdown tables of medians and ratios.

The others do different amounts of work for one call (checks, tests, intervals); what each did stands under the table.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from ambulando import evidence

Job = Callable[[], object]
#: What the issue of this engine promises, in milliseconds.
BUDGETS = {
    "REML, k = 20": 0.2,
    "REML, k = 20,000": 5,
    "1,000 bootstrap refits, k = 20": 20,
    "GOSH, 8,191 subsets of BCG": 500,
    "three levels, 1,000 effects in 250 studies": 50,
    "three levels, 20,000 effects in 5,000 studies": 2000,
    "network, 93 studies, 22 treatments": 50,
}
#: Bacillus Calmette-Guerin against tuberculosis, 13 trials (Colditz 1994): cases and others, vaccinated and not.
BCG = np.array(
    [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
        (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
        (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ]
)  # fmt: skip


def milliseconds(job: Job, seconds: float = 2.0, least: int = 3) -> float:
    """The median time of one run over as many runs as fit, at least ``least``; the first one is not counted."""
    job()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < least or (time.perf_counter() < end and len(times) < 2000):
        start = time.perf_counter()
        job()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def studies(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    v = rng.uniform(0.02, 0.3, shape)
    return rng.normal(-0.5, np.sqrt(v + 0.1)), v


def nested(rng: np.random.Generator, k: int, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    cluster = np.sort(rng.integers(0, groups, k))
    v = rng.uniform(0.02, 0.3, k)
    y = 0.3 + rng.normal(0, 0.3, groups)[cluster] + rng.normal(0, 0.2, k) + rng.normal(0, np.sqrt(v))
    return y, v, cluster


def network_rows(rng: np.random.Generator) -> dict[str, list[Any]]:
    """93 studies of 22 treatments, each tenth with three arms; the contrasts of a study add up exactly."""
    effect = rng.normal(0, 0.4, 22)
    rows: dict[str, list[Any]] = {name: [] for name in ("studlab", "treat1", "treat2", "TE", "seTE")}
    for study in range(93):
        arms = [study % 22, *rng.choice([t for t in range(22) if t != study % 22], 2 if study % 10 == 0 else 1, replace=False)]  # fmt: skip
        variance = rng.uniform(0.02, 0.2, len(arms))
        seen = effect[arms] + rng.normal(0, np.sqrt(variance + 0.01))
        for i in range(len(arms)):
            for j in range(i + 1, len(arms)):
                values = (f"S{study}", f"T{arms[i]}", f"T{arms[j]}", seen[i] - seen[j], float(np.sqrt(variance[i] + variance[j])))  # fmt: skip
                for name, value in zip(rows, values, strict=True):
                    rows[name].append(value)
    return rows


def peers() -> dict[str, Any]:
    """The other packages that are installed, by name."""
    found: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, module in (("PyMetaAnalysis", "meta_analyze"), ("PyMARE", "pymare"), ("pimeta", "pimeta"), ("statsmodels", "statsmodels.stats.meta_analysis")):  # fmt: skip
            try:
                found[name] = __import__(module, fromlist=["x"])
            except ImportError:
                print(f"{name} is not installed and is left out.", file=sys.stderr)
    return found


def one_fit(there: dict[str, Any], y: np.ndarray, v: np.ndarray) -> dict[str, Job]:
    jobs: dict[str, Job] = {"Ambulando": lambda: evidence.pool(y, v)}
    if "PyMetaAnalysis" in there:
        import pandas as pd

        frame = pd.DataFrame({"yi": y, "vi": v})
        jobs["PyMetaAnalysis"] = lambda: there["PyMetaAnalysis"].meta_analysis(
            frame, effect="yi", variance="vi", model="random", tau2_method="REML"
        )
    if "PyMARE" in there:
        from pymare import Dataset
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        jobs["PyMARE"] = lambda: (
            VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(Dataset(y=y, v=v)).summary()
        )
    if "pimeta" in there and y.size <= 2000:
        jobs["pimeta"] = lambda: there["pimeta"].rma(y, v, method="REML", test="knha")
    if "statsmodels" in there:
        jobs["statsmodels"] = lambda: there["statsmodels"].combine_effects(
            y, v, method_re="iterated", use_t=True
        )
    return jobs


def many_fits(there: dict[str, Any], y: np.ndarray, v: np.ndarray) -> dict[str, Job]:
    """1,000 resamples of one data set, refitted."""
    draws = np.random.default_rng(3).integers(0, y.size, (1000, y.size))
    jobs: dict[str, Job] = {"Ambulando": lambda: evidence.pool_many(y[draws], v[draws])}
    if "PyMARE" in there:
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        jobs["PyMARE"] = lambda: VarianceBasedLikelihoodEstimator(method="REML").fit(
            y[draws].T, v[draws].T, np.ones((y.size, 1))
        )
    if "pimeta" in there:
        jobs["pimeta"] = lambda: [there["pimeta"].rma(y[d], v[d], method="REML") for d in draws]
    if "statsmodels" in there:
        jobs["statsmodels"] = lambda: [
            there["statsmodels"].combine_effects(y[d], v[d], method_re="iterated") for d in draws
        ]
    return jobs


R_SCRIPT = """
suppressMessages(library(metafor))
ms <- function(f, n) { f(); t <- numeric(n); for (i in seq_len(n)) { s <- proc.time()[["elapsed"]]; f(); t[i] <- proc.time()[["elapsed"]] - s }; 1000 * median(t) }
few <- function(f, n, inner) ms(function() for (i in seq_len(inner)) f(), n) / inner
a <- read.csv("a.csv"); b <- read.csv("bcg.csv"); m <- read.csv("nested.csv"); draws <- as.matrix(read.csv("draws.csv")) + 1
out <- function(name, value) cat(name, value, sep = "\\t", fill = TRUE)
out("REML, k = 20", few(function() rma(yi, vi, data = a, test = "knha"), 5, 40))
out("1,000 bootstrap refits, k = 20", ms(function() for (i in 1:1000) try(rma(a$yi[draws[i, ]], a$vi[draws[i, ]]), silent = TRUE), 1))
out("three levels, 1,000 effects in 250 studies", ms(function() rma.mv(yi, vi, random = ~ 1 | cluster/id, data = m, sparse = TRUE), 2))
e <- escalc(measure = "RR", ai = a, bi = b, ci = c, di = d, data = b)
s <- proc.time()[["elapsed"]]; g <- gosh(rma(yi, vi, data = e), progbar = FALSE); out("GOSH, 8,191 subsets of BCG", 1000 * (proc.time()[["elapsed"]] - s))
if (requireNamespace("netmeta", quietly = TRUE)) {
  n <- read.csv("network.csv"); out("network, 93 studies, 22 treatments", ms(function() netmeta::netmeta(TE, seTE, treat1, treat2, studlab, data = n), 1)) }
cat("versions", paste("R", getRversion(), "metafor", packageVersion("metafor")), sep = "\\t", fill = TRUE)
"""


def in_r(tables: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What R took, by job; nothing when it is not here."""
    if not shutil.which("Rscript"):
        print("R is not installed and is left out.", file=sys.stderr)
        return {}
    with tempfile.TemporaryDirectory() as folder:
        for name, columns in tables.items():
            lines = [
                ",".join(columns),
                *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True)),
            ]
            Path(folder, name).write_text("\n".join(lines))
        Path(folder, "bench.R").write_text(R_SCRIPT)
        print("R runs; the subsets take it half a minute and more.", file=sys.stderr)
        done = subprocess.run(["Rscript", "bench.R"], cwd=folder, capture_output=True, text=True, timeout=900)
        if done.returncode:
            print(f"R stopped: {done.stderr.strip()[-300:]}", file=sys.stderr)
    return dict(line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line)


def main() -> None:
    there = peers()
    rng = np.random.default_rng(7)
    y, v = studies(rng, 20)
    large = studies(rng, 20_000)
    many = nested(rng, 1000, 250)
    huge = nested(rng, 20_000, 5000)
    rows = network_rows(rng)
    draws = np.random.default_rng(3).integers(0, 20, (1000, 20))
    bcg = evidence.two_by_two("RR", *BCG.T)
    names = [str(one) for one in many[2]]
    labels = [str(one) for one in huge[2]]
    net = {name: np.array(column) if name.endswith("TE") else column for name, column in rows.items()}
    jobs: dict[str, dict[str, Job]] = {
        "REML, k = 20": one_fit(there, y, v),
        "REML, k = 20,000": one_fit(there, *large),
        "1,000 bootstrap refits, k = 20": many_fits(there, y, v),
        "GOSH, 8,191 subsets of BCG": {"Ambulando": lambda: evidence.gosh(bcg.yi, bcg.vi)},
        "three levels, 1,000 effects in 250 studies": {
            "Ambulando": lambda: evidence.three_level(many[0], many[1], names)
        },
        "three levels, 20,000 effects in 5,000 studies": {
            "Ambulando": lambda: evidence.three_level(huge[0], huge[1], labels)
        },
        "network, 93 studies, 22 treatments": {
            "Ambulando": lambda: evidence.network(
                net["studlab"], net["treat1"], net["treat2"], net["TE"], net["seTE"]
            )
        },
    }
    if "pimeta" in there:
        pimeta = there["pimeta"]
        jobs["GOSH, 8,191 subsets of BCG"]["pimeta"] = lambda: pimeta.gosh(bcg.yi, bcg.vi)
        jobs["network, 93 studies, 22 treatments"]["pimeta"] = lambda: pimeta.netmeta(
            net["TE"], net["seTE"], net["treat1"], net["treat2"], net["studlab"]
        )
        import pandas as pd

        few = pd.DataFrame({"yi": many[0], "vi": many[1], "study": names, "id": range(1000)})
        jobs["three levels, 1,000 effects in 250 studies"]["pimeta"] = lambda: pimeta.rma_mv(
            few["yi"], few["vi"], data=few, random="~ 1 | study/id"
        )
    r = in_r(
        {
            "a.csv": {"yi": y, "vi": v},
            "bcg.csv": dict(zip("abcd", BCG.T, strict=True)),
            "nested.csv": {"yi": many[0], "vi": many[1], "cluster": many[2], "id": range(1000)},
            "draws.csv": {f"c{i}": draws[:, i] for i in range(20)},
            "network.csv": rows,
        }
    )
    columns = ["Ambulando", *there, "R"]
    print("## Evidence: milliseconds, median (and how many times ours)\n")
    print(f"| job | budget | {' | '.join(columns)} |")
    print(f"|---|---|{'---|' * len(columns)}")
    for job, ways in jobs.items():
        ours = milliseconds(ways["Ambulando"])
        cells = [f"{ours:.3g}"]
        for name in columns[1:]:
            if name == "R":
                took = float(r[job]) if job in r else None
            else:
                took = timed(name, ways[name]) if name in ways else None
            cells.append("–" if took is None else f"{took:.3g} ({took / ours:.2g}x)")
        print(f"| {job} | {BUDGETS[job]:g} | {' | '.join(cells)} |", flush=True)
    print(
        f"\nPython {sys.version.split()[0]}, NumPy {np.__version__}, {', '.join(map(shown, there))}, "
        f"{r.get('versions', 'no R')}; {platform.machine()}, {os.cpu_count()} cores. Ours is the whole call: checks, "
        "Hartung-Knapp test, prediction interval, Q-profile interval; three levels with cluster-robust errors; the network "
        "with league table and ranks. statsmodels has no REML: its Paule-Mandel stands here. metafor's three levels with sparse "
        "matrices; netmeta only where it is installed."
    )


def timed(name: str, job: Job) -> float | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return milliseconds(job, 1.0, least=1)
        except Exception as error:
            print(f"{name} could not do this: {type(error).__name__}: {error}", file=sys.stderr)
            return None


def shown(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return name


if __name__ == "__main__":
    main()
