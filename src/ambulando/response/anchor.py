"""PHQ-9 totals as a noisy anchor of the last week's level, in the same regression as the days.

    PHQ_j = a - L * mean over the last seven days of (x' beta + u) + N(0, 2.6^2)

so that -PHQ_j / L is one more row: the mean of the rows of those days, less a / L, with a noise of its own. Each total is
tied to the days through u, so its row is whitened against all of them: the columns Cov(mean of u, u_t) take the same
Kalman pass as the regressors, and what is left is a small matrix, one row for each total, at each pair (phi, rho).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambulando.response.model import Floats, Grid
from ambulando.response.priors import constants
from ambulando.response.series import Series

#: Fewer totals than this only tell the person's own level of the questionnaire.
FEWEST = 2


@dataclass(frozen=True)
class Anchors:
    """J totals of a series of T days. value: (J,), -PHQ / L; mean: (J, T), the weights of the days of each week; first,
    last: (J,), those days; noise: the variance of a row, in mood points squared; per_point: L."""

    value: Floats
    mean: Floats
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    noise: float
    per_point: float

    def covariance(self, grid: Grid) -> Floats:
        """Cov(mean of u, u_t) over s^2, (T, P, J): rho times the mean of phi^|d - t| over the days d of the week."""
        days = self.mean.shape[1]
        apart = np.abs(np.arange(-days, days + 1))
        # Added up over the distance once, so that each mean is a difference of two sums, whatever the length of its week.
        below = np.cumsum(grid.phi[:, None] ** apart, axis=1)
        t = np.arange(days)[:, None]
        sums = below[:, self.last - t + days] - below[:, self.first - t + days - 1]
        spread = sums * (grid.rho[:, None, None] / (self.last - self.first + 1))
        return spread.transpose(1, 0, 2)


def anchors(series: Series) -> Anchors | None:
    """The PHQ-9 totals of a series, None where there are fewer than two.

    Of totals that tell of the same week the first counts: asked again so soon, the answers err together.
    """
    facts = constants()["questionnaire"]
    every = series.phq9 or ()
    used: list[int] = []
    for day, total in enumerate(every):
        if total is not None and (not used or day - used[-1] >= facts["days"]):
            used.append(day)
    if len(used) < FEWEST:
        return None
    at = np.array(used, dtype=np.int64)
    totals = np.array([every[day] for day in used], dtype=float)
    first = np.maximum(at - facts["days"] + 1, 0)
    t = np.arange(len(series.mood))
    here = (t >= first[:, None]) & (t <= at[:, None])
    per_point = facts["phq9_per_mood_point"]
    return Anchors(
        value=-totals / per_point,
        mean=here / here.sum(axis=1, keepdims=True),
        first=first,
        last=at,
        noise=(facts["noise"] / per_point) ** 2,
        per_point=per_point,
    )
