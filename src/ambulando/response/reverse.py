"""What remains of a same-day effect if low mood kept the person from exercise, and how strong that would have to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ambulando.response.design import REVERSE
from ambulando.response.gram import Kept, Name, believed_of
from ambulando.response.mixture import Mixture
from ambulando.response.model import Grid, Noise, Posterior, conjugate
from ambulando.response.priors import constants


@dataclass(frozen=True)
class Corrected:
    """The same-day effect after allowing for reverse causation: mean, sd, ci, p_positive, p_matters as elsewhere.

    reverse_mean, reverse_sd: the prior of its strength, in log-odds of a session per point of mood beforehand.
    """

    modality: str
    horizon: str
    mean: float
    sd: float
    ci: tuple[float, float]
    p_positive: float
    p_matters: float
    reverse_mean: float
    reverse_sd: float


def corrected(
    left: Kept,
    names: Sequence[Name],
    beliefs: Mapping[Name, tuple[float, float]],
    plain: Posterior,
    grid: Grid,
    noise: Noise,
) -> tuple[Mixture, float | None]:
    """The last effect of ``names`` after allowing for reverse causation, and its tipping point.

    left, plain: the regression without the correction and its posterior, as ``gram.settled`` gives them with the column
    REVERSE kept beside. The strength gamma is one more coefficient, with its own prior, on that column of ``design``,
    which says what a session tells about the state: the bias is gamma times Var(u_t | past). The column needs s^2, for
    which the posterior mean at each grid point without the correction is put in. The tipping point is the gamma, held
    fixed, at which the posterior mean of the effect is zero; None where the effect is not positive to begin with.
    """
    strength = constants()["reverse_causation"]
    gram, variance = left.of((REVERSE, *names)), plain.variance
    mean, sd = np.empty((variance.size, len(names) + 1)), np.empty((variance.size, len(names) + 1))
    mean[:, 1:], sd[:, 1:] = believed_of(names, beliefs)
    mean[:, 0] = strength["mean"] * variance
    # In units of the variance at that grid point, as the mean is.
    sd[:, 0] = strength["sd"] * variance * np.sqrt(plain.unit / variance)
    full = conjugate(gram, left.count, left.log_det, mean, sd, noise, grid.log_prior, plain.unit, last=1)
    scale = np.sqrt(full.rate / full.shape * full.cov[:, 0, 0])
    repaired = Mixture(full.weight, full.mean[:, 0], scale, 2 * full.shape)

    # At a known gamma its share gamma s^2 z is taken off y, so at each grid point the mean is linear in gamma; the
    # weights of the grid are kept as the days alone give them.
    slope = -variance * (plain.cov[:, -1, None, :] @ gram[:, 1:-1, :1])[:, 0, 0]
    now, change = float(plain.weight @ plain.mean[:, -1]), float(plain.weight @ slope)
    return repaired, (-now / change if now > 0 > change else None)
