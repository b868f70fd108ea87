"""From a series to regressors: dose, yesterday's dose, training stock, level, trend, and what was noted of the days.

All columns that any question needs stand side by side and take one Kalman pass; each regression picks its own of them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ambulando.response.anchor import Anchors, anchors
from ambulando.response.gram import Name, Whitened
from ambulando.response.model import Floats, Grid, whiten
from ambulando.response.priors import SESSION_MINUTES, SESSIONS_A_WEEK, Priors, constants
from ambulando.response.series import Series

#: The training stock fades to 1/e in this many days (learning by the trials' 8 to 12 weeks).
STOCK_DAYS = 28.0

#: A rating from before the session, or a note of illness, is used when it stands on this share of the days.
COVARIATE_SHARE = 0.7
#: Weekdays are told apart from this many days on, and days of illness from this many such days.
WEEKDAY_DAYS, ILL_DAYS = 28, 3
#: A change of medicine has a level of its own where this many days stand before it and after it.
MEDICINE_DAYS = 7

#: Ratings from before the session: part of the same-day question alone, for yesterday's session moves them.
BEFORE = ("morning", "sleep")

REVERSE: Name = ("", "reverse")


@dataclass(frozen=True)
class Design:
    """All columns of one person, before the pass.

    seen: (T,), the days with the rating that is asked about; columns: (T, W), level and the like, then the doses of
    every dose scale, finite everywhere; place: of each coefficient its column at each dose scale; beliefs: mean and SD
    of each; y: (T,), 0 where not seen; shock: (T, P), the reverse-causation column; totals: the questionnaires.
    """

    seen: NDArray[np.bool_]
    columns: Floats
    place: Mapping[Name, tuple[int, ...]]
    beliefs: Mapping[Name, tuple[float, float]]
    y: Floats
    shock: Floats
    totals: Anchors | None

    def whitened(self, grid: Grid, variance: Floats) -> Whitened:
        """The pass over all columns at once. variance: as ``predicted_variance`` gives it."""
        wide = self.columns.shape[1]
        anchored = 0 if self.totals is None else self.totals.value.size
        y = wide + 1
        seen = self.seen
        every = np.empty((int(seen.sum()), grid.phi.size, y + 1 + anchored))
        every[:, :, :wide] = self.columns[seen][:, None, :]
        every[:, :, wide] = self.shock[seen]
        every[:, :, y] = self.y[seen][:, None]
        if self.totals is not None:
            tied = self.totals.covariance(grid)
            every[:, :, y + 1 :] = tied[seen]
        white, log_det = whiten(grid, seen, every, variance)
        inner = white.transpose(0, 2, 1) @ white
        rest = spare = None
        noise = 0.0
        if self.totals is not None:
            week, pairs = self.totals.mean, grid.phi.size
            rows = np.empty((pairs, anchored, y + 1))
            rows[:, :, :wide] = week @ self.columns
            rows[:, :, wide] = (week @ self.shock).T
            rows[:, :, y] = self.totals.value
            rows[:, :, self.place["", "questionnaire"][0]] = -1.0 / self.totals.per_point
            rest = rows - inner[:, y + 1 :, : y + 1]
            within = (week @ tied.reshape(len(seen), -1)).reshape(anchored, pairs, anchored)
            spare = within.transpose(1, 0, 2) - inner[:, y + 1 :, y + 1 :]
            noise = self.totals.noise
        return Whitened(
            inner[:, : y + 1, : y + 1], log_det, len(every) + anchored, rest, spare, noise,
            self.place, grid.kappa.size,
        )  # fmt: skip


def done(series: Series) -> tuple[str, ...]:
    """The modalities with a session on at least one day, in the order of the series."""
    return tuple(m for m, minutes in series.minutes.items() if any(value > 0 for value in minutes))


def covariates_of(series: Series, rated: Sequence[float | None], target: str) -> tuple[str, ...]:
    """Which of "weekday", "illness", "medicine", "morning" and "sleep" there is enough of, and that vary.

    rated: as ``Series.rated``. A night's sleep is no covariate of the night after: the model's own inertia is.
    """
    used = [t for t, value in enumerate(rated) if value is not None]
    found = ["weekday"] if len(used) >= WEEKDAY_DAYS else []
    if (
        series.ill is not None
        and ILL_DAYS <= sum(series.ill[t] is True for t in used) <= len(used) - ILL_DAYS
    ):
        found.append("illness")
    if _changes(series, used):
        found.append("medicine")
    for name in BEFORE:
        values = getattr(series, name)
        if values is None or not used or (name == "sleep" and target == "sleep"):
            continue
        given = [values[t] for t in used if values[t] is not None]
        if len(given) >= COVARIATE_SHARE * len(used) and len(set(given)) > 1:
            found.append(name)
    return tuple(found)


def design(
    series: Series,
    rated: Sequence[float | None],
    believed: Priors,
    grid: Grid,
    variance: Floats,
    *,
    covariates: tuple[str, ...] = (),
    by_draw: bool = False,
) -> Design:
    """All columns for the regression of what was rated on the days.

    rated: as ``Series.rated``. by_draw: with columns for days decided by a draw ("drawn") and all others ("observed").
    variance: (T, P), as ``model.predicted_variance`` gives it.
    """
    facts = constants()
    y = np.array(rated, dtype=float)
    seen = np.isfinite(y)
    used = np.flatnonzero(seen)
    days = np.arange(y.size, dtype=float)
    middle = (used[0] + used[-1]) / 2 if used.size else 0.0
    beliefs: dict[Name, tuple[float, float]] = {}
    common: dict[Name, Floats] = {}

    def add(what: str, column: Floats, entry: str) -> None:
        beliefs["", what] = facts[entry].get("mean", 0.0), facts[entry]["sd"]
        common["", what] = column

    add("level", np.ones(y.size), "level")
    add("trend", (days - middle) / 90.0, "trend")
    if "weekday" in covariates:
        first = series.start.weekday()
        for number, contrast in enumerate(weekday_contrasts(), start=1):
            add(f"weekday-{number}", contrast[(np.arange(y.size) + first) % 7], "weekday")
    if "illness" in covariates:
        add("illness", np.array([flag is True for flag in series.ill or ()], dtype=float), "illness")
    if "medicine" in covariates:
        for number, day in enumerate(_changes(series, used.tolist()), start=1):
            add(f"medicine-{number}", (days >= day).astype(float), "medicine")
    for name in BEFORE:
        if name in covariates:
            values = np.array(getattr(series, name), dtype=float)
            given = np.isfinite(values)
            # A day without the rating is never filled in: it has a level of its own.
            add(name, np.where(given, values - values[seen & given].mean(), 0.0), name)
            if not given[seen].all():
                add(f"no-{name}", (seen & ~given).astype(float), "not_rated")
    drawn = draws(series)
    if by_draw:
        add("draw", drawn.astype(float), "draw")
    totals = anchors(series) if believed.target == "mood" and used.size else None
    if totals is not None:
        beliefs["", "questionnaire"] = (
            facts["questionnaire"]["level"],
            facts["questionnaire"]["level_sd"],
        )
        common["", "questionnaire"] = np.zeros(y.size)

    minutes, rate = [], []
    for modality in done(series):
        minutes.append(series.minutes[modality])
        rate.append(believed.met[modality] / 4.0)
        same = believed.of(modality, "same-day")
        beliefs[modality, "same-day"] = beliefs[modality, "drawn"] = same.mean, same.sd
        beliefs[modality, "observed"] = same.mean, facts["chosen"]["sd"]
        for horizon in ("next-day", "weeks"):
            belief = believed.of(modality, horizon)
            beliefs[modality, horizon] = belief.mean, belief.sd
    kinds = ("same-day", "next-day", "weeks", *(("drawn", "observed") if by_draw else ()))
    dosed = [(modality, kind) for kind in kinds for modality in done(series)]
    blocks = np.zeros((y.size, 0))
    if minutes:
        # All dose scales side by side, (S, T, K).
        known = np.isfinite(np.array(minutes).T)
        dose = dose_of(np.array(minutes).T, np.array(rate) * 4.0, grid.kappa[:, None, None])
        counted = np.maximum(known.sum(axis=0), 1)
        usual = np.where(known, dose, 0.0).sum(axis=1, keepdims=True) / counted
        # A gap enters with the person's own mean over recorded days: a zero would read silence as rest.
        filled = np.where(known, dose, usual)
        parts = [filled, np.concatenate([usual, filled[:, :-1]], axis=1), _stock(filled, known)]
        if by_draw:
            parts += [np.where(drawn[:, None], filled, 0.0), np.where(drawn[:, None], 0.0, filled)]
        blocks = np.concatenate(parts, axis=2).transpose(1, 0, 2).reshape(y.size, -1)
    columns = np.concatenate([np.stack(list(common.values()), axis=1), blocks], axis=1)
    place: dict[Name, tuple[int, ...]] = {key: (at,) * grid.kappa.size for at, key in enumerate(common)}
    for at, key in enumerate(dosed):
        place[key] = tuple(len(common) + scale * len(dosed) + at for scale in range(grid.kappa.size))
    place[REVERSE] = (columns.shape[1],) * grid.kappa.size
    shock = _shock(series, grid, variance, drawn)
    return Design(seen, columns, place, beliefs, np.where(seen, y, 0.0), shock, totals)


def dose_of(minutes: Floats, met: float | Floats, kappa: float | Floats) -> Floats:
    """The effective dose, 1 for a usual session: (1 - exp(-(met / 4) minutes / kappa)) over the same at 30 minutes."""
    rate = np.asarray(met) / 4.0 / kappa
    scaled: Floats = np.expm1(-rate * minutes) / np.expm1(-rate * SESSION_MINUTES)
    return scaled


def draws(series: Series) -> NDArray[np.bool_]:
    """Which days a draw decided, shape (T,)."""
    flags = series.randomised or (None,) * len(series.mood)
    return np.array([flag is True for flag in flags], dtype=bool)


def _changes(series: Series, used: list[int]) -> list[int]:
    """The days of a change of medicine with enough days before it and after it to tell a level of its own."""
    flagged = [t for t, flag in enumerate(series.medicine_changed or ()) if flag is True]
    kept = []
    since = 0
    for day in flagged:
        if sum(since <= t < day for t in used) >= MEDICINE_DAYS <= sum(t >= day for t in used):
            kept.append(day)
            since = day
    return kept


@cache
def weekday_contrasts() -> Floats:
    """Six orthonormal contrasts of seven weekdays, (6, 7) (Helmert's): with equal SDs every weekday is believed alike."""
    rows = [[1.0] * n + [-float(n)] + [0.0] * (6 - n) for n in range(1, 7)]
    found = np.array(rows)
    scaled: Floats = found / np.linalg.norm(found, axis=1, keepdims=True)
    return scaled


def _stock(filled: Floats, known: NDArray[np.bool_]) -> Floats:
    """The training stock (S, T, K), over its height at three usual sessions a week.

    stock_t = keep stock_(t-1) + (1 - keep) dose_t, started where the first fortnight's recorded days would hold it.
    """
    fade = np.exp(-np.arange(1, len(known) + 1)[:, None] / STOCK_DAYS)
    keep = math.exp(-1.0 / STOCK_DAYS)
    first = known & (known.cumsum(axis=0) <= 14)
    start = (filled * first).sum(axis=1, keepdims=True) / np.maximum(first.sum(axis=0), 1)
    stock: Floats = fade * (start + (1 - keep) * np.cumsum(filled / fade, axis=1))
    return stock / (SESSIONS_A_WEEK / 7.0)


def _shock(series: Series, grid: Grid, variance: Floats, drawn: NDArray[np.bool_]) -> Floats:
    """What a session on day t tells about u_t if low mood keeps people in, for gamma = 1 and s = 1; (T, P).

    If the log-odds of a session are gamma u_t plus what does not depend on u_t, Bayes' rule tilts u_t by
    exp(gamma u_t): between a day with and a day without a session its mean differs by gamma Var(u_t | past), exactly
    so for a normal u_t. That shift is a shock to the state, so it fades with phi like any other. On days that a draw
    decided, and on gaps, a session tells nothing.
    """
    chosen = np.zeros(drawn.size)
    minutes = [np.array(series.minutes[modality]) for modality in done(series)]
    if minutes:
        total = np.sum(minutes, axis=0)
        free = np.isfinite(total) & ~drawn
        session = total > 0
        if free.any():
            chosen = np.where(free, session - session[free].mean(), 0.0)
    # out_t = phi out_(t-1) + what is new: twice as far back at each step.
    out = variance * chosen[:, None]
    back = 1
    while back < len(out):
        out[back:] = out[back:] + grid.phi**back * out[:-back]
        back *= 2
    return out
