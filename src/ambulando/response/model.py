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

    mean: (G, E); cov: (G, E, E), the covariance of beta over s^2, of the last E coefficients (all of them unless asked
    otherwise); shape: of the inverse gamma; rate: (G,); weight: (G,), adds up to 1; log_evidence: (G,), the log
    marginal likelihood; unit: see ``conjugate``.
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
    noise, square = 1.0 - grid.rho, grid.phi**2
    # Of the next innovation: a day seen leaves now * noise / (now + noise) of the state's variance, in total = now + noise.
    shock = (1.0 - square) * grid.rho + noise
    after_seen, lost, after_gap = shock + square * noise, square * noise**2, shock - square * noise
    total = np.empty((seen.size + 1, grid.phi.size))
    total[0] = 1.0
    for here, now, then in zip(seen.tolist(), total[:-1], total[1:], strict=True):
        if here:
            np.divide(lost, now, out=then)
            np.subtract(after_seen, then, out=then)
        else:
            np.multiply(square, now, out=then)
            then += after_gap
    return total[:-1] - noise


def whiten(grid: Grid, seen: NDArray[np.bool_], columns: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """One pass over the days with all pairs and all columns together.

    seen: (T,); columns: (N, P, C) or (N, 1, C), of the N days seen, y among them, finite. variance: (T, P), as
    ``predicted_variance`` gives it. Returns the innovations over their SD, (P, N, C), and the log determinant of the
    covariance of y over s^2, (P,).
    """
    used = np.flatnonzero(seen)
    total = variance[used] + (1.0 - grid.rho)
    # From one day seen to the next: state' = phi^days (state + gain (column - state)).
    fades = grid.phi ** np.diff(used)[:, None]
    pull = fades * variance[used][:-1] / total[:-1]
    keep = (fades - pull)[:, :, None]
    state = np.empty((used.size, *np.broadcast_shapes(columns.shape[1:], keep.shape[1:])))
    state[:1] = 0.0
    np.multiply(pull[:, :, None], columns[:-1], out=state[1:])
    kept_state = np.empty(state.shape[1:])
    for kept, now, then in zip(keep, state[:-1], state[1:], strict=True):
        np.multiply(now, kept, out=kept_state)
        then += kept_state
    np.subtract(columns, state, out=state)
    state /= np.sqrt(total)[:, :, None]
    return state.transpose(1, 0, 2), np.log(total).sum(axis=0)


def posterior(
    gram: Floats, count: int, log_det: Floats, mean: Floats, sd: Floats, noise: Noise, log_prior: Floats
) -> Posterior:
    """The posterior of beta and s^2 under a prior of beta that does not depend on how much this person's mood moves.

    gram: (G, C + 1, C + 1), inner products of the whitened regressors and, last, y. mean, sd: (C,), the prior of beta
    in its own units. A conjugate prior is one in units of s: with a restless mood it would widen the belief about
    exercise too. So ``conjugate`` runs twice, first with the expected s^2 as the unit, then with the posterior mean
    of s^2; both are the same where there are no days.
    """
    first = conjugate(gram, count, log_det, mean, sd, noise, log_prior, noise.variance, last=0)
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
    *,
    last: int | None = None,
) -> Posterior:
    """Normal-inverse-gamma in closed form at every grid point, and the weights of the points.

    As ``posterior``, with beta given s^2 ~ N(mean, sd^2 s^2 / unit); mean and sd may also be (G, C). last: of how many
    coefficients, from the end, the posterior is wanted. Source: the conjugate linear model, e.g. Gelman et al., Bayesian
    Data Analysis, 3rd edition, section 14.8. One Cholesky factor L of the regressors with y as the last row holds it
    all: its diagonal the evidence, its last entry the rate, its lower corner the coefficients at the end.
    """
    points, size = gram.shape[0], gram.shape[1] - 1
    last = size if last is None else last
    start = noise.variance * (noise.shape - 1.0)
    scale = np.broadcast_to(sd, (points, size)) / math.sqrt(unit)
    prior_mean = np.broadcast_to(mean, (points, size))
    fitted = (gram[:, :, :size] @ prior_mean[:, :, None])[:, :, 0]
    residual = gram[:, :, size] - fitted
    # Scaled by the prior SDs the matrix is 1 + something positive: well conditioned however few the days.
    system = np.empty((points, size + 1, size + 1))
    np.multiply(gram[:, :size, :size], scale[:, :, None] * scale[:, None, :], out=system[:, :size, :size])
    diagonal = np.arange(size)
    system[:, diagonal, diagonal] += 1.0
    system[:, size, :size] = residual[:, :size] * scale
    system[:, :size, size] = system[:, size, :size]
    squares = residual[:, size] - (prior_mean[:, None, :] @ residual[:, :size, None])[:, 0, 0]
    system[:, size, size] = 2.0 * start + np.maximum(squares, 0.0)
    factor = np.linalg.cholesky(system)
    rate = 0.5 * factor[:, size, size] ** 2
    shape = noise.shape + count / 2.0
    log_evidence = (
        -0.5 * count * math.log(2 * math.pi)
        - 0.5 * log_det
        - np.log(factor[:, diagonal, diagonal]).sum(axis=1)
        + noise.shape * math.log(start)
        - shape * np.log(rate)
        + math.lgamma(shape)
        - math.lgamma(noise.shape)
    )
    weight = np.exp(log_prior + log_evidence - np.max(log_prior + log_evidence))
    root = np.linalg.inv(factor[:, size - last : size, size - last : size]) * scale[:, None, size - last :]
    turned = root.transpose(0, 2, 1)
    move = (turned @ factor[:, size, size - last : size, None])[:, :, 0]
    return Posterior(
        prior_mean[:, size - last :] + move,
        turned @ root,
        shape,
        rate,
        weight / weight.sum(),
        log_evidence,
        unit,
    )
