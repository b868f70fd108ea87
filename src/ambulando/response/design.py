"""From a series to regressors: dose, yesterday's dose, training stock, level, trend, and what was noted beforehand."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambulando.response.model import Floats, Grid, predicted_variance, whiten
from ambulando.response.priors import SESSION_MINUTES, SESSIONS_A_WEEK, Priors, constants
from ambulando.response.series import Series

#: The training stock fades to 1/e in this many days (learning by the trials' 8 to 12 weeks).
STOCK_DAYS = 28.0

#: A rating from before the session is used when it stands on this share of the days with a mood.
COVARIATE_SHARE = 0.7

#: A coefficient: what it belongs to (a modality, or "") and what it is.
Name = tuple[str, str]


@dataclass(frozen=True)
class Design:
    """All columns of one regression, ready for the pass.

    names: of the C coefficients; mean, sd: (C,), their prior; seen: (T,), the days used; columns: (T, P or 1, all);
    pick: (S, C + 1), which columns belong to each dose scale, y last; shock: whether the last coefficient is the
    reverse-causation one, whose prior is set later.
    """

    names: tuple[Name, ...]
    mean: Floats
    sd: Floats
    seen: NDArray[np.bool_]
    columns: Floats
    pick: NDArray[np.int64]
    variance: Floats
    shock: bool

    def gram(self, grid: Grid) -> tuple[Floats, Floats]:
        """Inner products (G, C + 1, C + 1) of the whitened columns, y last, and log determinants (G,)."""
        white, log_det = whiten(grid, self.seen, self.columns, self.variance)
        inner = white.transpose(0, 2, 1) @ white
        scales, size = self.pick.shape
        picked = inner[:, self.pick[:, :, None], self.pick[:, None, :]]
        return picked.reshape(grid.phi.size * scales, size, size), np.repeat(log_det, scales)


def done(series: Series) -> tuple[str, ...]:
    """The modalities with a session on at least one day, in the order of the series."""
    return tuple(m for m, minutes in series.minutes.items() if any(value > 0 for value in minutes))


def covariates_of(series: Series) -> tuple[str, ...]:
    """Which of "morning" and "sleep" stand on enough of the days with a mood to be used."""
    rated = [t for t, mood in enumerate(series.mood) if mood is not None]
    used = []
    for name in ("morning", "sleep"):
        values = _rating(series, name)
        if values is not None and rated and np.isfinite(values[rated]).mean() >= COVARIATE_SHARE:
            used.append(name)
    return tuple(used)


def design(
    series: Series,
    believed: Priors,
    grid: Grid,
    *,
    covariates: tuple[str, ...] = (),
    by_draw: bool = False,
    shock: bool = False,
) -> Design:
    """The regression of mood on the days.

    covariates: ratings from before the session; a day without them is not used (it is predicted, not filled in).
    by_draw: same-day coefficients of days decided by a draw ("same-day") apart from all others ("observed"), with a
    level of their own. shock: with the reverse-causation column.
    """
    facts = constants()
    mood = np.array([math.nan if value is None else value for value in series.mood], dtype=float)
    seen = np.isfinite(mood)
    held = []
    for name in covariates:
        values = _rating(series, name)
        if values is not None:
            seen &= np.isfinite(values)
            held.append((name, values))
    days = np.arange(mood.size, dtype=float)
    used = np.flatnonzero(seen)
    middle = (used[0] + used[-1]) / 2 if used.size else 0.0

    names: list[Name] = [("", "level"), ("", "trend")]
    beliefs = [(facts["level"]["mean"], facts["level"]["sd"]), (facts["trend"]["mean"], facts["trend"]["sd"])]
    common = [np.ones(mood.size), (days - middle) / 90.0]
    for name, values in held:
        names.append(("", name))
        beliefs.append((facts[name]["mean"], facts[name]["sd"]))
        common.append(values - (values[used].mean() if used.size else 0.0))
    drawn = draws(series)
    if by_draw:
        names.append(("", "draw"))
        beliefs.append((0.0, 1.0))
        common.append(drawn.astype(float))

    dosed: list[list[Floats]] = [[] for _ in grid.kappa]
    for modality in done(series):
        minutes = np.array(series.minutes[modality])
        same = believed.of(modality, "same-day")
        if by_draw:
            # What was chosen freely carries the reverse causation with it: a wide belief of its own.
            names += [(modality, "same-day"), (modality, "observed")]
            beliefs += [(same.mean, same.sd), (same.mean, 1.0)]
        else:
            names.append((modality, "same-day"))
            beliefs.append((same.mean, same.sd))
        for horizon in ("next-day", "weeks"):
            belief = believed.of(modality, horizon)
            names.append((modality, horizon))
            beliefs.append((belief.mean, belief.sd))
        for columns, kappa in zip(dosed, grid.kappa, strict=True):
            dose = dose_of(minutes, believed.met[modality], float(kappa))
            columns += [np.where(drawn, dose, 0.0), np.where(drawn, 0.0, dose)] if by_draw else [dose]
            columns += _later(dose)

    variance = predicted_variance(grid, seen)
    wide = [*common, *(column for columns in dosed for column in columns)]
    stacked = np.stack(wide, axis=1)[:, None, :]
    parts = [stacked]
    if shock:
        parts = [
            np.broadcast_to(stacked, (mood.size, grid.phi.size, len(wide))),
            _shock(series, grid, seen, variance, drawn)[:, :, None],
        ]
        names.append(("", "reverse"))
        beliefs.append((0.0, 1.0))
    parts.append(np.broadcast_to(mood[:, None, None], (mood.size, parts[0].shape[1], 1)))
    every = np.concatenate(parts, axis=2)
    every[~seen] = 0.0
    first, block, last = len(common), len(dosed[0]), every.shape[2]
    pick = [
        [*range(first), *range(first + s * block, first + (s + 1) * block), *range(len(wide), last)]
        for s in range(grid.kappa.size)
    ]
    mean, sd = np.array(beliefs).T
    return Design(tuple(names), mean, sd, seen, every, np.array(pick), variance, shock)


def dose_of(minutes: Floats, met: float, kappa: float) -> Floats:
    """The effective dose, 1 for a usual session: (1 - exp(-(met / 4) minutes / kappa)) over the same at 30 minutes."""
    rate = met / 4.0 / kappa
    scaled: Floats = np.expm1(-rate * minutes) / math.expm1(-rate * SESSION_MINUTES)
    return scaled


def draws(series: Series) -> NDArray[np.bool_]:
    """Which days a draw decided, shape (T,)."""
    flags = series.randomised or (None,) * len(series.mood)
    return np.array([flag is True for flag in flags], dtype=bool)


def _later(dose: Floats) -> list[Floats]:
    """Yesterday's dose and the training stock, over its height at three usual sessions a week.

    A gap enters both with the person's own mean over recorded days (a zero would read silence as rest). The stock
    starts where the first fortnight's recorded days would hold it.
    """
    known = np.isfinite(dose)
    if not known.any():
        return [np.zeros(dose.size), np.zeros(dose.size)]
    filled = np.where(known, dose, dose[known].mean())
    yesterday = np.concatenate([[dose[known].mean()], filled[:-1]])
    keep = math.exp(-1.0 / STOCK_DAYS)
    level = float(dose[known][:14].mean())
    stock = np.empty(dose.size)
    for t, value in enumerate(filled.tolist()):
        level = keep * level + (1 - keep) * value
        stock[t] = level
    return [yesterday, stock / (SESSIONS_A_WEEK / 7.0)]


def _shock(
    series: Series, grid: Grid, seen: NDArray[np.bool_], variance: Floats, drawn: NDArray[np.bool_]
) -> Floats:
    """What a session on day t tells about u_t if low mood keeps people in, for gamma = 1 and s = 1; (T, P).

    If the log-odds of a session are gamma u_t plus what does not depend on u_t, Bayes' rule tilts u_t by
    exp(gamma u_t): between a day with and a day without a session its mean differs by gamma Var(u_t | past), exactly
    so for a normal u_t. That shift is a shock to the state, so it fades with phi like any other. On days that a draw
    decided, and on gaps, a session tells nothing.
    """
    chosen = np.zeros(seen.size)
    minutes = [np.array(series.minutes[modality]) for modality in done(series)]
    if minutes:
        total = np.sum(minutes, axis=0)
        free = np.isfinite(total) & ~drawn
        session = total > 0
        if free.any():
            chosen = np.where(free, session - session[free].mean(), 0.0)
    out = np.empty_like(variance)
    now = np.zeros(grid.phi.size)
    for t in range(seen.size):
        now = grid.phi * now + variance[t] * chosen[t]
        out[t] = now
    return out


def _rating(series: Series, name: str) -> Floats | None:
    values = series.morning if name == "morning" else series.sleep
    if values is None:
        return None
    return np.array([math.nan if value is None else value for value in values], dtype=float)
