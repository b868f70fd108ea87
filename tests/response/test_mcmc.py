"""The engine against a sampler that shares nothing with it: NumPyro's NUTS on the same model, written out a second time.

Here the persistence is continuous (the engine has five points), the priors of the coefficients are absolute (the engine's
are in units of the posterior variance), the noise share and the dose scale are added up inside the likelihood, and states
and coefficients are one dense normal distribution; persistence and variance are sampled, and the coefficients drawn given
them. So the two differ a little by more than chance. Means have to agree to 0.15 posterior SDs and SDs to 12%: the chance
error of 400 draws is near 0.07 SDs and 5%, and the five points and the unit cost about as much again.
"""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from ambulando.activity.catalogue import catalogue
from ambulando.response.fit import fit
from ambulando.response.priors import constants, priors
from ambulando.response.series import Series

numpyro = pytest.importorskip("numpyro")

START = date(2026, 2, 2)
MODALITIES = ("walking", "yoga")


def person(seed: int, days: int, *, morning: bool = False, questionnaires: bool = False) -> Series:
    rng = np.random.default_rng(seed)
    state, moods, mornings, totals = 0.0, [], [], []
    minutes = {m: [] for m in MODALITIES}
    for t in range(days):
        state = 0.5 * state + rng.normal(0, 0.9)
        for modality in MODALITIES:
            minutes[modality].append(float(rng.choice([0, 0, 15, 30, 45])))
        mood = 4.5 + 0.6 * (minutes["walking"][t] > 0) + 0.01 * t + state + rng.normal(0, 0.8)
        moods.append(None if rng.random() < 0.2 else float(np.clip(mood, 0, 10)))
        mornings.append(float(np.clip(4.5 + state + rng.normal(0, 0.8), 0, 10)))
        totals.append(int(np.clip(15 - 0.1 * t + rng.normal(0, 2), 0, 27)) if t % 14 == 13 else None)
    return Series(
        START, tuple(moods), {m: tuple(values) for m, values in minutes.items()},
        morning=tuple(mornings) if morning else None, phq9=tuple(totals) if questionnaires else None,
    )  # fmt: skip


def columns(series: Series, kappa: float, morning: bool):
    """Regressors (T, C) with the mean and SD of each prior, day by day and by hand; the main effect's place."""
    facts, believed = constants(), priors("central", MODALITIES)
    rated = [t for t, mood in enumerate(series.mood) if mood is not None]
    rows, prior = [], [(5.0, 3.0), (0.0, 1.0)]
    stock = dict.fromkeys(MODALITIES)
    dose = {}
    for m in MODALITIES:
        mets = sorted(one.met for one in catalogue().values() if one.modality == m)
        met = (mets[(len(mets) - 1) // 2] + mets[len(mets) // 2]) / 2
        full = 1 - math.exp(-met / 4 * 30 / kappa)
        dose[m] = [(1 - math.exp(-met / 4 * v / kappa)) / full for v in series.minutes[m]]
        stock[m] = sum(dose[m][:14]) / 14
    usual = sum(series.morning[t] for t in rated) / len(rated) if morning else 0.0
    for t in range(len(series.mood)):
        row = [1.0, (t - (rated[0] + rated[-1]) / 2) / 90]
        weekday = (START + timedelta(t)).weekday()
        for n in range(1, 7):
            length = math.sqrt(n + n * n)
            row.append((1.0 if weekday < n else -float(n) if weekday == n else 0.0) / length)
        if morning:
            row.append(series.morning[t] - usual)
        for m in MODALITIES:
            yesterday = dose[m][t - 1] if t else sum(dose[m]) / len(dose[m])
            stock[m] = math.exp(-1 / 28) * stock[m] + (1 - math.exp(-1 / 28)) * dose[m][t]
            row += [dose[m][t], yesterday, stock[m] * 7 / 3]
        rows.append(row)
    prior += [(0.0, facts["weekday"]["sd"])] * 6 + ([(0.0, 0.5)] if morning else [])
    for m in MODALITIES:
        prior += [
            (belief.mean, belief.sd)
            for belief in (believed.of(m, h) for h in ("same-day", "next-day", "weeks"))
        ]
    return np.array(rows), np.array(prior)


def sampled(series: Series, *, morning: bool) -> dict[tuple[str, str], np.ndarray]:
    """Draws of every effect by NUTS."""
    import jax
    import jax.numpy as jnp
    import numpyro.distributions as dist
    from numpyro.infer import MCMC, NUTS

    jax.config.update("jax_enable_x64", True)
    numpyro.set_host_device_count(1)
    seen = np.array([t for t, mood in enumerate(series.mood) if mood is not None])
    y = np.array([series.mood[t] for t in seen])
    at = [t for t, total in enumerate(series.phq9 or ()) if total is not None]
    days = len(series.mood)
    rows = np.zeros((seen.size + len(at), days))
    rows[np.arange(seen.size), seen] = 1.0
    for n, t in enumerate(at):
        rows[seen.size + n, t - 6 : t + 1] = 1 / 7
    made = [columns(series, kappa, morning) for kappa in (15.0, 30.0, 60.0)]
    x, prior = np.stack([rows @ one for one, _ in made]), made[0][1]
    if at:
        own = np.zeros((3, rows.shape[0], 1))
        own[:, seen.size :] = -1 / 1.8
        x = np.concatenate([x, own], axis=2)
        prior = np.vstack([prior, [23.0, 9.0]])
        y = np.concatenate([y, [-series.phq9[t] / 1.8 for t in at]])
    apart = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    evening = np.diag([1.0] * seen.size + [0.0] * len(at))
    paper = np.diag([0.0] * seen.size + [(2.6 / 1.8) ** 2] * len(at))

    mean, spread = x @ prior[:, 0], np.einsum("kic,c,kjc->kij", x, prior[:, 1] ** 2, x)

    def parts(phi, variance):
        """For each noise share and dose scale: log likelihood with the coefficients integrated out, and covariance."""
        state = rows @ jnp.exp(apart * jnp.log(phi)) @ rows.T
        days_only = jnp.stack(
            [variance * (rho * state + (1 - rho) * evening) + paper for rho in (0.3, 0.6, 0.9)]
        )
        total = (days_only[:, None] + spread).reshape(-1, *state.shape)
        logs = dist.MultivariateNormal(jnp.tile(mean, (3, 1)), covariance_matrix=total).log_prob(y)
        return logs, total

    def model() -> None:
        phi = numpyro.sample("phi", dist.Beta(2.8, 5.2))
        variance = numpyro.sample("variance", dist.InverseGamma(4.0, 2.25 * 3.0))
        numpyro.factor("days", jax.scipy.special.logsumexp(parts(phi, variance)[0]))

    run = MCMC(NUTS(model), num_warmup=100, num_samples=400, progress_bar=False)
    run.run(jax.random.PRNGKey(1))
    found = run.get_samples()
    # Given those two, the coefficients are normal: one draw for each, noise share and dose scale by their chance.
    rng, beta, both = np.random.default_rng(1), [], jax.jit(parts)
    for phi, variance in zip(found["phi"], found["variance"], strict=True):
        logs, total = both(phi, variance)
        chance = np.exp(np.asarray(logs) - np.max(logs))
        pick = rng.choice(9, p=chance / chance.sum())
        gain = np.linalg.solve(np.asarray(total[pick]), x[pick % 3] * prior[:, 1] ** 2).T
        cov = np.diag(prior[:, 1] ** 2) - gain @ x[pick % 3] * prior[:, 1] ** 2
        centre = prior[:, 0] + gain @ (y - mean[pick % 3])
        beta.append(rng.multivariate_normal(centre, (cov + cov.T) / 2, size=16))
    beta = np.concatenate(beta)
    first = 2 + 6 + morning
    return {
        (m, h): beta[:, first + 3 * i + j]
        for i, m in enumerate(MODALITIES)
        for j, h in enumerate(("same-day", "next-day", "weeks"))
    }


@pytest.mark.parametrize(
    ("seed", "days", "morning", "questionnaires"), [(1, 60, False, False), (2, 60, True, True)]
)
def test_every_effect_agrees_with_an_independent_sampler(seed, days, morning, questionnaires):
    series = person(seed, days, morning=morning, questionnaires=questionnaires)
    draws, answer = sampled(series, morning=morning), fit(series)
    for effect in answer.effects:
        if morning and effect.horizon != "same-day":
            continue  # the engine takes these from the regression without the morning rating
        found = draws[effect.modality, effect.horizon]
        assert effect.mean == pytest.approx(found.mean(), abs=0.15 * found.std()), effect
        assert effect.sd == pytest.approx(found.std(), rel=0.12), effect
        assert effect.ci == pytest.approx(np.quantile(found, [0.025, 0.975]), abs=0.3 * found.std()), effect
