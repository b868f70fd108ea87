"""What remains of a same-day effect if low mood kept the person from exercise, and how strong that would have to be."""

from dataclasses import dataclass

import numpy as np

from ambulando.response.design import design
from ambulando.response.mixture import summaries
from ambulando.response.model import Floats, Grid, Noise, Posterior, conjugate, posterior
from ambulando.response.priors import Priors, constants
from ambulando.response.series import Series


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
    series: Series, modality: str, believed: Priors, grid: Grid, noise: Noise, covariates: tuple[str, ...]
) -> tuple[Corrected, float | None]:
    """The corrected same-day effect of ``modality`` and its tipping point.

    The strength gamma is one more coefficient, with its own prior, on the column of ``design`` that says what a
    session tells about the state: the bias is gamma times Var(u_t | past). The column needs s^2, for which the
    posterior mean at each grid point without the correction is put in. The tipping point is the gamma, held fixed,
    at which the posterior mean of the effect is zero; None where the effect is not positive to begin with.
    """
    believed_reverse = constants()["reverse_causation"]
    made = design(series, believed, grid, covariates=covariates, shock=True)
    gram, log_det = made.gram(grid)
    count, size = int(made.seen.sum()), len(made.names)
    at = made.names.index((modality, "same-day"))
    without = [*range(size - 1), size]
    plain = posterior(
        gram[:, without][:, :, without], count, log_det, made.mean[:-1], made.sd[:-1], noise, grid.log_prior
    )
    variance = plain.variance
    mean = np.tile(made.mean, (variance.size, 1))
    sd = np.tile(made.sd, (variance.size, 1))
    mean[:, -1] = believed_reverse["mean"] * variance
    # In units of the variance at that grid point, as the mean is.
    sd[:, -1] = believed_reverse["sd"] * variance * np.sqrt(plain.unit / variance)
    full = conjugate(gram, count, log_det, mean, sd, noise, grid.log_prior, plain.unit)
    scale = np.sqrt(full.rate / full.shape * full.cov[:, at, at])
    found = summaries(
        full.weight, full.mean[:, [at]], scale[:, None], 2 * full.shape, constants()["matters"]["points"]
    )[0]
    answer = Corrected(
        modality, "same-day", found.mean, found.sd, found.ci, found.p_positive, found.p_matters,
        believed_reverse["mean"], believed_reverse["sd"],
    )  # fmt: skip
    return answer, _tipping_point(plain, gram, variance, at)


def _tipping_point(plain: Posterior, gram: Floats, variance: Floats, at: int) -> float | None:
    """Where the posterior mean crosses zero as a fixed gamma grows.

    At a known gamma its share gamma s^2 z is taken off y, so at each grid point the mean is linear in gamma; the
    weights of the grid are kept as the days alone give them.
    """
    slope = -variance * np.einsum("gi,gi->g", plain.cov[:, at, :], gram[:, :-2, -2])
    mean, change = float(plain.weight @ plain.mean[:, at]), float(plain.weight @ slope)
    return -mean / change if mean > 0 > change else None
