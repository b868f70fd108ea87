"""The exact model of a person's days: one Kalman pass, normal-inverse-gamma in closed form, a mixture over a grid.

    y_t = x_t' beta + u_t + e_t,   u_t = phi u_(t-1) + sqrt((1 - phi^2) rho) s eps_t,   e_t ~ N(0, (1 - rho) s^2)

u is the person's own inertia, e the noise of one evening. Given (phi, rho, kappa), a scalar Kalman filter run over
y and every regressor at once whitens them together (de Jong 1991, The diffuse Kalman filter, Annals of Statistics
19:1073, the augmented filter), so that beta and s^2 have a posterior in closed form. The answer is the mixture over the
grid, each point weighing its prior times its marginal likelihood. A missing day is predicted and adds nothing else.
No sampling, no iteration: the same days give the same answer.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambulando.response.priors import constants

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """Every pair (phi, rho), shape (P,), and every dose scale kappa in minutes, shape (S,), with their prior logs.

    A grid point is a pair with a scale: point p * S + s, G = P * S in all.
    """

    phi: Floats
    rho: Floats
    log_pair: Floats
    kappa: Floats
    log_kappa: Floats

    @property
    def log_prior(self) -> Floats:
        """The log prior weight of every point, shape (G,)."""
        return (self.log_pair[:, None] + self.log_kappa[None, :]).ravel()


@dataclass(frozen=True)
class Noise:
    """Inverse-gamma prior of s^2: shape and mean (mood points squared)."""

    shape: float
    variance: float


@dataclass(frozen=True)
class Posterior:
    """At every grid point: beta given s^2 is normal, s^2 inverse gamma.

    mean: (G, C); cov: (G, C, C), the covariance of beta over s^2; shape: of the inverse gamma; rate: (G,);
    weight: (G,), adds up to 1; log_evidence: (G,), the log marginal likelihood; unit: see ``conjugate``.
    """

    mean: Floats
    cov: Floats
    shape: float
    rate: Floats
    weight: Floats
    log_evidence: Floats
    unit: float

    @property
    def variance(self) -> Floats:
        """The posterior mean of s^2 at every grid point, shape (G,)."""
        return self.rate / (self.shape - 1.0)


def default_grid() -> Grid:
    """The grid of ``data/priors.toml``: 5 x 3 x 3 = 45 points."""
    facts = constants()
    phi = np.array(facts["persistence"]["points"])
    rho = np.array(facts["inertia_share"]["points"])
    kappa = np.array(facts["dose_scale"]["points"])
    alpha, beta = facts["persistence"]["beta"]
    # Each point stands for the stretch up to halfway to its neighbours.
    edges = np.concatenate([[0.0], (phi[1:] + phi[:-1]) / 2, [1.0]])
    weight = np.log((phi ** (alpha - 1) * (1 - phi) ** (beta - 1)) * np.diff(edges))
    weight -= np.log(np.exp(weight).sum())
    return Grid(
        phi=np.repeat(phi, rho.size),
        rho=np.tile(rho, phi.size),
        log_pair=np.repeat(weight, rho.size) - math.log(rho.size),
        kappa=kappa,
        log_kappa=np.full(kappa.size, -math.log(kappa.size)),
    )


def predicted_variance(grid: Grid, seen: NDArray[np.bool_]) -> Floats:
    """Var(u_t | the days before t) in units of s^2, shape (T, P); it depends on which days were seen, not on what."""
    noise = 1.0 - grid.rho
    shock = (1.0 - grid.phi**2) * grid.rho
    out = np.empty((seen.size, grid.phi.size))
    now = grid.rho
    for t, here in enumerate(seen):
        out[t] = now
        kept = now * noise / (now + noise) if here else now
        now = grid.phi**2 * kept + shock
    return out


def whiten(grid: Grid, seen: NDArray[np.bool_], columns: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """One pass over the days with all pairs and all columns together.

    columns: (T, P, C) or (T, 1, C), y among them; rows of days not seen are not read. variance: as
    ``predicted_variance`` gives it. Returns the innovations over their SD, (P, N, C) with N the days seen, and the
    log determinant of the covariance of y over s^2, (P,).
    """
    total = variance + (1.0 - grid.rho)
    gain = np.where(seen[:, None], variance / total, 0.0)
    white = np.empty((int(seen.sum()), grid.phi.size, columns.shape[2]))
    phi = grid.phi[:, None]
    pull = (grid.phi * gain)[:, :, None]
    state = np.zeros((grid.phi.size, columns.shape[2]))
    row = 0
    for t, here in enumerate(seen):
        if here:
            innovation = np.subtract(columns[t], state, out=white[row])
            state *= phi
            state += pull[t] * innovation
            row += 1
        else:
            state *= phi
    white /= np.sqrt(total[seen])[:, :, None]
    return np.ascontiguousarray(white.transpose(1, 0, 2)), np.log(total[seen]).sum(axis=0)


def posterior(
    gram: Floats, count: int, log_det: Floats, mean: Floats, sd: Floats, noise: Noise, log_prior: Floats
) -> Posterior:
    """The posterior of beta and s^2 under a prior of beta that does not depend on how much this person's mood moves.

    gram: (G, C + 1, C + 1), inner products of the whitened regressors and, last, y. mean, sd: (C,), the prior of beta
    in its own units. A conjugate prior is one in units of s: with a restless mood it would widen the belief about
    exercise too. So ``conjugate`` runs twice, first with the expected s^2 as the unit, then with the posterior mean
    of s^2; both are the same where there are no days.
    """
    first = conjugate(gram, count, log_det, mean, sd, noise, log_prior, noise.variance)
    unit = float(first.weight @ first.variance)
    return conjugate(gram, count, log_det, mean, sd, noise, log_prior, unit)


def conjugate(
    gram: Floats,
    count: int,
    log_det: Floats,
    mean: Floats,
    sd: Floats,
    noise: Noise,
    log_prior: Floats,
    unit: float,
) -> Posterior:
    """Normal-inverse-gamma in closed form at every grid point, and the weights of the points.

    As ``posterior``, with beta given s^2 ~ N(mean, sd^2 s^2 / unit); mean and sd may also be (G, C). Source: the
    conjugate linear model, e.g. Gelman et al., Bayesian Data Analysis, 3rd edition, section 14.8.
    """
    points, size = gram.shape[0], gram.shape[1] - 1
    prior_mean = np.broadcast_to(mean, (points, size))
    scale = np.broadcast_to(sd, (points, size)) / math.sqrt(unit)
    inner = gram[:, :size, :size]
    fitted = np.einsum("gij,gj->gi", inner, prior_mean)
    cross = gram[:, :size, size]
    residual = cross - fitted
    # Scaled by the prior SDs the matrix is 1 + something positive: well conditioned however few the days.
    system = inner * scale[:, :, None] * scale[:, None, :]
    system[:, np.arange(size), np.arange(size)] += 1.0
    inverse = np.linalg.inv(system)
    cov = inverse * scale[:, :, None] * scale[:, None, :]
    move = np.einsum("gij,gj->gi", cov, residual)
    squares = gram[:, size, size] - np.einsum("gi,gi->g", prior_mean, cross + residual)
    start = noise.variance * (noise.shape - 1.0)
    rate = start + 0.5 * np.maximum(squares - np.einsum("gi,gi->g", residual, move), 0.0)
    shape = noise.shape + count / 2.0
    log_evidence = (
        -0.5 * count * math.log(2 * math.pi)
        - 0.5 * log_det
        - 0.5 * np.linalg.slogdet(system)[1]
        + noise.shape * math.log(start)
        - shape * np.log(rate)
        + math.lgamma(shape)
        - math.lgamma(noise.shape)
    )
    weight = np.exp(log_prior + log_evidence - np.max(log_prior + log_evidence))
    return Posterior(prior_mean + move, cov, shape, rate, weight / weight.sum(), log_evidence, unit)
