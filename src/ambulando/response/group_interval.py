"""Where the mean of somebody new lies: a prediction interval that knows how little a few people tell about their spread.

The usual interval, mean -+ t sqrt(tau2 + se^2) with the estimate of tau2 put in, covers 80-90% here where people differ much. This one
averages over a confidence distribution of tau2, as in Nagashima, Noma & Furukawa 2019 (Stat Methods Med Res 28:1689): here that of
the Q-profile method (Viechtbauer 2007, Stat Med 26:37) at fixed quantiles, so that the same people give the same interval.
"""

import numpy as np
from scipy.special import chdtri, stdtr

from ambulando.response.model import Floats

#: Quantiles of tau2 that stand for its distribution.
POINTS = 199
HALVINGS = 60


def prediction_interval(means: Floats, variances: Floats, level: float = 0.95) -> tuple[float, float]:
    """means, variances: (k,), of k >= 3 people, points and points squared. tau2 at probability u solves Q(tau2) = the 1 - u
    point of chi2 with k - 1 degrees of freedom (0 where Q(0) is below it); given tau2, somebody new is Student's t (k - 1)
    around the weighted mean with variance tau2 + 1 / sum of the weights."""
    df = means.size - 1
    wanted = chdtri(df, (np.arange(POINTS) + 0.5) / POINTS)
    low, high = np.zeros(POINTS), np.ones(POINTS)
    while np.any(_around(means, variances, high)[2] > wanted):
        high = np.where(_around(means, variances, high)[2] > wanted, 4 * high, high)
    for _ in range(HALVINGS):
        half = (low + high) / 2
        above = _around(means, variances, half)[2] > wanted
        low, high = np.where(above, half, low), np.where(above, high, half)
    tau2 = np.where(_around(means, variances, np.zeros(POINTS))[2] <= wanted, 0.0, (low + high) / 2)
    middle, variance, _ = _around(means, variances, tau2)
    sd = np.sqrt(tau2 + variance)
    reach = 1000 * float(sd.max())
    ends = []
    for chance in ((1 - level) / 2, (1 + level) / 2):
        below, beyond = float(middle.min()) - reach, float(middle.max()) + reach
        for _ in range(HALVINGS):
            here = (below + beyond) / 2
            if float(np.mean(stdtr(df, (here - middle) / sd))) < chance:
                below = here
            else:
                beyond = here
        ends.append((below + beyond) / 2)
    return ends[0], ends[1]


def _around(means: Floats, variances: Floats, tau2: Floats) -> tuple[Floats, Floats, Floats]:
    """Weighted mean, its variance, and Q, at each tau2; all (POINTS,)."""
    weights = 1 / (variances[None, :] + tau2[:, None])
    total = weights.sum(axis=1)
    mean = weights @ means / total
    return mean, 1 / total, np.sum(weights * (means - mean[:, None]) ** 2, axis=1)
