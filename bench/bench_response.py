"""One person, cold and warm, beside statsmodels UnobservedComponents and NumPyro's NUTS in the same run.

120 days, a quarter of the moods missing, 3 modalities x 3 horizons = 9 dose regressors, level, trend and a morning
rating: 12 regressors, at 30 and at 45 grid points; then the whole ``fit`` (both regressions, weekdays, correction, three
priors, days after, curve, chances, words) of 120 and of 365 days, and a day's update: the year's fit with one day more,
which is how an answer is kept up to date (nothing is stored between fits). statsmodels gives one maximum likelihood
estimate: no prior, no interval of its noise structure, one dose scale; it gets all 12 regressors. NumPyro samples the same
12 regressors at one dose scale with the states integrated out by the scalar Kalman filter: one chain, 200 warm-up and 200
draws, a fraction of what a report would use; with and without its compilation. Medians of wall-clock times and of CPU
times, one thread each.
"""

import os
import platform
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
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import numpy as np

from ambulando.response.design import REVERSE, design
from ambulando.response.fit import fit
from ambulando.response.gram import believed_of
from ambulando.response.model import Grid, Noise, default_grid, posterior, predicted_variance
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
clock, start = time.process_time(), time.perf_counter()
from ambulando.response.fit import fit
loaded, clock_loaded = time.perf_counter(), time.process_time()
fit(series)
print(loaded - start, clock_loaded - clock, time.perf_counter() - loaded, time.process_time() - clock_loaded)
"""


def person(days: int) -> Series:
    rng = np.random.default_rng(1)
    state = np.zeros(days)
    for t in range(1, days):
        state[t] = 0.5 * state[t - 1] + rng.normal(0, 1.0)
    minutes = {m: tuple((30.0 * (rng.random(days) < 0.3)).tolist()) for m in ("walking", "yoga", "strength")}
    mood = np.clip(5 + state + rng.normal(0, 0.9, days), 0, 10)
    moods = tuple(None if rng.random() < 0.25 else float(m) for m in mood)
    morning = tuple(np.clip(5 + state + rng.normal(0, 0.9, days), 0, 10).tolist())
    return Series(date(2026, 1, 1), moods, minutes, morning=morning)


def medians(call: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median wall-clock and CPU time in ms, after one call to warm up."""
    call()
    wall, cpu = [], []
    for _ in range(repeats):
        start, clock = time.perf_counter(), time.process_time()
        call()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - clock)
    return 1000 * statistics.median(wall), 1000 * statistics.median(cpu)


def thirty(grid: Grid) -> Grid:
    """The first ten (phi, rho) pairs with three dose scales."""
    weight = grid.log_pair[:10] - np.log(np.exp(grid.log_pair[:10]).sum())
    return replace(grid, phi=grid.phi[:10], rho=grid.rho[:10], log_pair=weight)


def nuts(y: np.ndarray, x: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> Callable[[], object]:
    """The usual sampler on the same regression; a call draws 200 times after 200 to warm up."""
    import jax
    import jax.numpy as jnp
    import numpyro
    import numpyro.distributions as dist
    from numpyro.infer import MCMC, NUTS

    jax.config.update("jax_enable_x64", True)
    seen = jnp.asarray(np.isfinite(y))
    held = jnp.asarray(np.nan_to_num(y))

    def model() -> None:
        phi = numpyro.sample("phi", dist.Beta(2.8, 5.2))
        rho = numpyro.sample("rho", dist.Uniform(0.3, 0.9))
        variance = numpyro.sample("variance", dist.InverseGamma(4.0, 6.75))
        beta = mean + sd * numpyro.sample("z", dist.Normal(jnp.zeros(mean.size), 1.0))
        off = held - x @ beta

        def step(carry, day):
            state, spread, log = carry
            value, here = day
            total = spread + (1 - rho) * variance
            gain = jnp.where(here, spread / total, 0.0)
            error = value - state
            more = -0.5 * (jnp.log(2 * jnp.pi * total) + error**2 / total)
            left = spread * (1 - gain)
            following = phi**2 * left + (1 - phi**2) * rho * variance
            return (phi * (state + gain * error), following, log + jnp.where(here, more, 0.0)), None

        (_, _, log), _ = jax.lax.scan(step, (0.0, rho * variance, 0.0), (off, seen))
        numpyro.factor("days", log)

    run = MCMC(NUTS(model), num_warmup=200, num_samples=200, progress_bar=False)

    def call() -> object:
        run.run(jax.random.PRNGKey(1))
        return jax.block_until_ready(run.get_samples())

    return call


def one_posterior(series: Series, points: Grid | None) -> None:
    """From the days to the posterior, with what is believed before them. points: None for thirty of the program's."""
    points = points or thirty(default_grid())
    facts = constants()["noise"]
    noise = Noise(facts["shape"], facts["variance"])
    rated = series.rated("mood")
    variance = predicted_variance(points, np.array([mood is not None for mood in rated]))
    believed = priors("central", series.minutes)
    made = design(series, rated, believed, points, variance, covariates=("morning",))
    names = [name for name in made.place if name != REVERSE]
    white = made.whitened(points, variance)
    gram, log_det = white.gram(names, noise.variance)
    belief, spread = believed_of(names, made.beliefs)
    posterior(gram, white.count, log_det, belief, spread, noise, points.log_prior)


def cold_posterior() -> None:
    """Its first call in a process, which prints its milliseconds, wall and CPU."""
    series = person(120)
    start, clock = time.perf_counter(), time.process_time()
    one_posterior(series, None)
    print(1000 * (time.perf_counter() - start), 1000 * (time.process_time() - clock))


def main() -> None:
    series, year = person(120), person(365)
    grid = default_grid()
    believed, rated = priors("central", series.minutes), series.rated("mood")
    seen = np.array([mood is not None for mood in rated])

    variance = predicted_variance(grid, seen)
    made = design(series, rated, believed, grid, variance, covariates=("morning",))
    wanted = [name for name in made.place if name != REVERSE]
    y = np.array(rated, dtype=float)
    x = made.columns[:, [made.place[name][1] for name in wanted]]
    mean, sd = np.array([made.beliefs[name] for name in wanted]).T

    cold = [
        [1000 * float(part) for part in subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True).stdout.split()]
        for _ in range(7)
    ]  # fmt: skip
    median = [statistics.median(row[part] for row in cold) for part in range(4)]
    alone = [
        [float(part) for part in subprocess.run([sys.executable, __file__, "--cold"], capture_output=True, text=True, check=True).stdout.split()]
        for _ in range(7)
    ]  # fmt: skip
    first_calls = [statistics.median(row[part] for row in alone) for part in range(2)]
    rows = [
        ("posterior, 30 grid points", medians(lambda: one_posterior(series, None), 200)),
        (f"posterior, {grid.log_prior.size} grid points", medians(lambda: one_posterior(series, grid), 200)),
        ("posterior, 30 grid points, first call in a new process", (first_calls[0], first_calls[1])),
        ("whole fit, 120 days, 30 points", medians(lambda: fit(series, grid=thirty(grid)), 60)),
        ("whole fit, 120 days, 45 points", medians(lambda: fit(series), 60)),
        ("a day's update: whole fit, 365 days, 45 points", medians(lambda: fit(year), 40)),
        ("whole fit, first call in a new process", (median[2], median[3])),
        ("loading the modules after NumPy", (median[0], median[1])),
    ]
    # The others come after ours: what they load and start would slow a process down that knows nothing of them.
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    def usual() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # All but the level, which is its own component there.
            UnobservedComponents(
                y, level="fixed intercept", autoregressive=1, irregular=True, exog=x[:, 1:]
            ).fit(disp=0)

    sample = nuts(y, x, mean, sd)
    start, clock = time.perf_counter(), time.process_time()
    sample()
    first = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - clock)
    rows += [
        ("statsmodels UnobservedComponents, one estimate", medians(usual, 7)),
        ("NumPyro NUTS, 200 + 200, Kalman inside, compiled", medians(sample, 3)),
        ("NumPyro NUTS, the same, first call", first),
    ]
    base = rows[0][1]
    print(
        f"response: one person, 120 days, {len(wanted)} regressors; medians in ms; {platform.machine()}, one thread"
    )
    print(f"  {'':<55} {'wall':>9} {'CPU':>9}   times the first, by CPU")
    for name, (wall, cpu) in rows:
        print(f"  {name:<55} {wall:9.2f} {cpu:9.2f}   {cpu / base[1]:9.1f}")


if __name__ == "__main__":
    cold_posterior() if "--cold" in sys.argv else main()
