"""What would change this answer: each half alone, tomorrow's session, odd days pulled in, days that a draw decides.

Slower than ``fit`` by a few times; for the worker, never for a page that waits.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from ambulando.ground import Words
from ambulando.response.design import design, done
from ambulando.response.fit import fit
from ambulando.response.gram import settled
from ambulando.response.model import Noise, default_grid, predicted_variance
from ambulando.response.priors import Priors, constants
from ambulando.response.series import Series

#: A half is answered alone from this many days with the rating on.
HALF_DAYS = 14
#: Half the width of the interval that ``draw_days`` asks for, in points.
WANTED = 0.5
#: A day counts as odd from this many robust SDs on; it is pulled in to there (Huber's usual constant is 1.345; 2.5 leaves
#: all but one in eighty normal days as they are).
ODD = 2.5


@dataclass(frozen=True)
class Sensitivity:
    """How far the same-day effect of ``modality`` leans on one part of the days. None where there are too few of them.

    first_half, second_half: its mean from each half alone; lead_mean, lead_ci: how today's rating goes with tomorrow's
    session, which it can not be due to; lead_warns: that interval leaves out zero, so low days seem to keep the person
    from exercise (False says nothing: most such people are not found); robust_mean: odd days pulled in, odd_days of
    them; draw_days: how many days decided by a fair draw would give a 95% interval of half a point to each side.
    """

    modality: str | None
    first_half: float | None
    second_half: float | None
    lead_mean: float | None
    lead_ci: tuple[float, float] | None
    lead_warns: bool
    robust_mean: float | None
    odd_days: int
    robust_method: Words
    draw_days: int | None


def sensitivity(series: Series, *, target: str = "mood", prior: str | Priors = "central") -> Sensitivity:
    """What the same-day answer of ``fit`` leans on. Raises InputError as ``fit`` does."""
    answer = fit(series, target=target, prior=prior)
    main = answer.modality
    method = Words(
        "We look at how far each day is from what the model expects. A day more than {odd} usual distances away is pulled "
        "in to that, once.",
        {"odd": f"{ODD:g}"},
    )
    if main is None:
        return Sensitivity(None, None, None, None, None, False, None, 0, method, None)
    used = [t for t, value in enumerate(series.rated(target)) if value is not None]
    middle = used[len(used) // 2]

    def mean_of(part: Series) -> float:
        found = fit(part, target=target, prior=prior)
        return next(e.mean for e in found.effects if (e.modality, e.horizon) == (main, "same-day"))

    halves: list[float | None] = [None, None]
    if len(used) >= 2 * HALF_DAYS:
        # The night after the last day of a half is told by the day after it.
        more = 1 if target == "sleep" else 0
        halves = [mean_of(_part(series, 0, middle + more)), mean_of(_part(series, middle, len(series.mood)))]
    ahead = _lead(series, main, target, prior)
    calmer, odd = _pulled_in(series, target, prior, answer.how_do_you_know.covariates)
    known = answer.how_do_you_know
    return Sensitivity(
        modality=main,
        first_half=halves[0],
        second_half=halves[1],
        lead_mean=ahead[0] if ahead else None,
        lead_ci=ahead[1] if ahead else None,
        lead_warns=ahead is not None and not ahead[1][0] <= 0.0 <= ahead[1][1],
        robust_mean=mean_of(calmer),
        odd_days=odd,
        robust_method=method,
        draw_days=_draw_days(known.noise_sd, known.persistence, known.inertia_share),
    )


def _part(series: Series, first: int, last: int) -> Series:
    """The days from ``first`` up to, not with, ``last``."""

    def cut(values: tuple[object, ...] | None) -> object:
        return None if values is None else values[first:last]

    names = ("mood", "morning", "sleep", "phq9", "randomised", "energy", "stress", "ill", "medicine_changed")
    parts = {name: cut(getattr(series, name)) for name in names}
    minutes = {modality: values[first:last] for modality, values in series.minutes.items()}
    # The date matters for the weekday alone, so the start moves with the cut.
    start = series.start.fromordinal(series.start.toordinal() + first)
    return replace(series, start=start, minutes=minutes, **parts)  # type: ignore[arg-type]


def _lead(
    series: Series, main: str, target: str, prior: str | Priors
) -> tuple[float, tuple[float, float]] | None:
    """How today's rating goes with tomorrow's session beside today's: mean and 95% interval, under a wide belief.

    The placebo in time of Athey and Imbens: what has not happened yet can have no effect. Plain regression with the
    model's own inertia, on days whose next day is known; None below 28 of them.
    """
    rated = series.rated(target)
    minutes = series.minutes[main]
    days = len(rated)
    tomorrow = [minutes[t + 1] if t + 1 < days else math.nan for t in range(days)]
    fine = [v if not math.isnan(n) else None for v, n in zip(rated, tomorrow, strict=True)]
    if sum(v is not None for v in fine) < 2 * HALF_DAYS:
        return None
    grid, facts = default_grid(), constants()
    noise = Noise(facts["noise"]["shape"], facts["noise"]["variance"])
    believed = _believed(series, target, prior)
    # Tomorrow's session takes the place of a rating from before: a column of its own, at each dose scale the same.
    session = tuple(None if math.isnan(n) else float(n > 0) for n in tomorrow)
    stand_in = replace(series, morning=session, sleep=None)
    variance = predicted_variance(grid, np.array([v is not None for v in fine]))
    made = design(stand_in, fine, believed, grid, variance, covariates=("morning",))
    beliefs = {**made.beliefs, ("", "morning"): (0.0, 1.0)}
    active = done(series)
    others = [name for name in made.place if name[0] == "" and name[1] not in ("morning", "reverse")]
    others += [(m, kind) for kind in ("same-day", "next-day", "weeks") for m in active]
    white = made.whitened(grid, variance)
    _, found = settled(white, others, [("", "morning")], (), beliefs, grid, noise)
    mean = float(found.weight @ found.mean[:, 0])
    spread = found.rate / (found.shape - 1) * found.cov[:, 0, 0] + (found.mean[:, 0] - mean) ** 2
    half = 1.96 * math.sqrt(float(found.weight @ spread))
    return mean, (mean - half, mean + half)


def _believed(series: Series, target: str, prior: str | Priors) -> Priors:
    from ambulando.response.priors import priors

    return prior if isinstance(prior, Priors) else priors(prior, series.minutes, target)


def _pulled_in(
    series: Series, target: str, prior: str | Priors, covariates: tuple[str, ...]
) -> tuple[Series, int]:
    """The series with odd days pulled in to 2.5 robust SDs of the one-step-ahead error, and how many there were.

    The errors are those of the heaviest grid point: y less the regression, whitened (1.4826 times the median distance is
    the SD of normal errors). Winsorised once (Tukey's word), so that it stays one pass more.
    """
    grid, facts = default_grid(), constants()
    noise = Noise(facts["noise"]["shape"], facts["noise"]["variance"])
    believed, rated = _believed(series, target, prior), series.rated(target)
    seen = np.array([v is not None for v in rated])
    variance = predicted_variance(grid, seen)
    made = design(series, rated, believed, grid, variance, covariates=covariates)
    names = [name for name in made.place if name[1] != "reverse"]
    _, found = settled(made.whitened(grid, variance), (), names, (), made.beliefs, grid, noise)
    best = int(found.weight.argmax())
    pair, scale = divmod(best, grid.kappa.size)
    expected = made.columns[:, [made.place[name][scale] for name in names]] @ found.mean[best]
    off = np.where(seen, made.y - expected, 0.0)
    phi, rho = grid.phi[pair], grid.rho[pair]
    total = variance[:, pair] + (1.0 - rho)
    state, error = 0.0, np.zeros(off.size)
    for t in range(off.size):
        if seen[t]:
            error[t] = off[t] - state
            state += variance[t, pair] / total[t] * error[t]
        state *= phi
    size = error[seen] / np.sqrt(total[seen])
    usual = 1.4826 * float(np.median(np.abs(size)))
    far = np.abs(error) - ODD * usual * np.sqrt(total)
    pull = np.where(seen & (far > 0) & (usual > 0), -np.sign(error) * far, 0.0)
    return _moved(series, target, pull), int(np.count_nonzero(pull))


def _moved(series: Series, target: str, by: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Series:
    """The series with what is rated of each day moved, in the sense in which more is better."""
    name = target
    values = list(getattr(series, name))
    for t in np.flatnonzero(by).tolist():
        at = t + 1 if target == "sleep" else t
        values[at] += -by[t] if target == "stress" else by[t]
    return replace(series, **{name: tuple(values)})  # type: ignore[arg-type]


def _draw_days(sd: float, persistence: float, inertia_share: float) -> int:
    """The days by a fair draw, all followed and rated, for a 95% interval of half-width 0.5 without any prior.

    Each day adds 1/4 over the innovation variance to the information about a 0/1 column, for a coin does not know the
    day before: what inertia foretells is taken off. The stationary innovation variance comes from the filter itself.
    """
    predicted = inertia_share
    for _ in range(200):
        kept = predicted * (1 - inertia_share) / (predicted + 1 - inertia_share)
        predicted = persistence**2 * kept + (1 - persistence**2) * inertia_share
    gain = predicted / (predicted + 1 - inertia_share)
    # A whitened coin column: this day's flip, and the past flips that the filter takes off, at most phi * gain each.
    keep = persistence * (1 - gain)
    past = (persistence * gain) ** 2 / (1 - keep**2)
    by_day = 0.25 * (1 + past) / (sd**2 * (predicted + 1 - inertia_share))
    return math.ceil((1.96 / WANTED) ** 2 / by_day)
