"""Does it help me? The person's own effects, graded by what the days can bear, with the evidence as prior."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from ambulando.ground import InputError, Words
from ambulando.response.beside import (
    DAYS_AFTER,
    ByPrior,
    Curve,
    DayAfter,
    by_prior,
    curve,
    mixture_of,
    shares_after,
)
from ambulando.response.best import p_best
from ambulando.response.design import BEFORE, REVERSE, Design, covariates_of, design, done
from ambulando.response.grades import Counts, counts, grade_of
from ambulando.response.gram import Kept, Name, Whitened, settled
from ambulando.response.mixture import Mixture, Summary, student, summarised
from ambulando.response.model import Grid, Noise, Posterior, default_grid, predicted_variance
from ambulando.response.priors import NAMES, Prior, Priors, constants, priors
from ambulando.response.reverse import Corrected, corrected
from ambulando.response.series import Series, check_target
from ambulando.response.words import grade_rule, limits, model_in_words, sentence

HORIZONS = ("same-day", "next-day", "weeks")

#: What a sentence is given where nothing was done: mean, interval and chances.
_NOTHING = (0.0, (0.0, 0.0), 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class ModalityEffect:
    """One effect in points 0-10 of what is rated, signed so that above zero is better.

    horizon: "same-day" (a usual session of 30 minutes against none, that evening), "next-day" (the evening after) or
    "weeks" (three usual sessions a week, held for months). ci: 95%. p_positive, p_matters, p_worse: the chances that
    it is above 0, above 0.2, below -0.2. measured: False for "weeks", which one person's days cannot tell from time,
    season, medicine or a natural turn, and for what the person has not done; its grade is always C.
    """

    modality: str
    horizon: str
    mean: float
    sd: float
    ci: tuple[float, float]
    p_positive: float
    p_matters: float
    p_worse: float
    prior_mean: float
    prior_sd: float
    grade: str
    measured: bool


@dataclass(frozen=True)
class Belief:
    """A prior as it went in; sources are reference ids of ``evidence``, basis says how the figures were reached."""

    modality: str
    horizon: str
    mean: float
    sd: float
    sources: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class HowDoYouKnow:
    """What an answer stands on: the days used, the model with what it found about this person, priors, grade rule.

    days: with the rating; missing: days between the first and the last without it. session_days: with the rating and a
    session, by modality. covariates: of "weekday", "illness", "medicine", "morning", "sleep", those allowed for. persistence, inertia_share, dose_scale (minutes), noise_sd
    (points): posterior means. questionnaires: PHQ-9 totals that are part of it. limits: what this answer cannot know.
    """

    first: date | None
    last: date | None
    days: int
    missing: int
    session_days: Mapping[str, int]
    randomised_days: int
    covariates: tuple[str, ...]
    model: Words
    grid_points: int
    persistence: float
    inertia_share: float
    dose_scale: float
    noise_sd: float
    prior: str
    priors: tuple[Belief, ...]
    smallest_that_matters: float
    grade_rule: Words
    limits: tuple[Words, ...]
    questionnaires: int = 0


@dataclass(frozen=True)
class Fit:
    """The answer for one person, about one target.

    days: with the rating. grade: the best that the same-day effects reach: "A" measured by draws in this person, "B"
    observed in this person, "C" from trials in others. corrected: the same-day effect of ``modality`` after allowing
    for reverse causation (in grade A drawn and free days together), None in grade C. tipping_point: how strongly low mood would have to keep the person from
    exercise (log-odds of a session per point of mood) to erase the effect; None in grade A (a draw does not know the
    mood), in grade C, and where there is no effect above zero to erase.
    modality: the one that the sentence, corrected, tipping_point, by_prior, weeks_by_prior, day_after and curve speak
    of, None where nothing was done (then these are empty or None). by_prior, weeks_by_prior: its same-day effect and
    its effect over weeks under each named prior; day_after: what one usual session goes with on that day and the seven
    days after it; curve: its same-day effect before and after the days. p_best: of those done, where they are two or
    more, the chance that its same-day effect is the largest; where draws give grade A, of those with grade A alone.
    """

    days: int
    grade: str
    effects: tuple[ModalityEffect, ...]
    corrected: Corrected | None
    tipping_point: float | None
    sentence: Words
    modality: str | None
    prior: str
    simulated: bool
    how_do_you_know: HowDoYouKnow
    target: str = "mood"
    by_prior: tuple[ByPrior, ...] = ()
    weeks_by_prior: tuple[ByPrior, ...] = ()
    day_after: tuple[DayAfter, ...] = ()
    curve: Curve | None = None
    p_best: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Solved:
    """One person's regressions. effects: the names that the posteriors hold, in order, the main one's same-day last;
    others, before: the names integrated out, those from before the session apart; adjusted: with these (same-day);
    later: without them (next-day and weeks), each with the regression that it came from."""

    made: Design
    white: Whitened
    effects: tuple[Name, ...]
    others: tuple[Name, ...]
    before: tuple[Name, ...]
    same: Mapping[str, str]
    adjusted: Posterior
    later: Posterior
    adjusted_from: Kept
    later_from: Kept

    def mixture(self, shares: Mapping[Name, float], *, later: bool) -> Mixture:
        return mixture_of(self.later if later else self.adjusted, self.effects, shares)


def fit(
    series: Series, *, target: str = "mood", prior: str | Priors = "central", grid: Grid | None = None
) -> Fit:
    """The effects of exercise on this person's evening mood, energy or stress, or on their sleep the night after.

    prior: "sceptical", "central" or "published", or Priors of your own. Same-day effects are adjusted for the morning
    and sleep ratings where these stand on enough days; next-day and weeks are not (a morning's mood is part of what
    yesterday's session did). Where draws give a modality grade A, its same-day effect comes from the drawn days alone. Raises
    InputError for an unknown prior or target, or a prior that lacks a modality of the series or is for another target.
    """
    grid = grid or default_grid()
    facts = constants()
    noise = Noise(facts["noise"]["shape"], facts["noise"]["variance"])
    matters = facts["matters"]["points"]
    believed = prior if isinstance(prior, Priors) else priors(prior, series.minutes, target)
    _check(series, believed, target)
    rated = series.rated(target)
    covariates = covariates_of(series, rated, target)
    tally = counts(series, rated)
    grades = {modality: grade_of(tally, modality) for modality in series.minutes}
    grade = min(grades.values(), default="C")
    main = _main(tally, grades)
    solved = _solve(series, rated, believed, grid, noise, covariates, grades, main)

    # Everything that has to be summarised, so that all of it is worked out side by side.
    wanted: dict[tuple[str, ...], Mixture] = {}
    active = done(series)
    for modality in series.minutes:
        for horizon in HORIZONS:
            belief = believed.of(modality, horizon)
            if modality in active:
                name = (modality, solved.same[modality] if horizon == "same-day" else horizon)
                wanted["effect", modality, horizon] = solved.mixture({name: 1.0}, later=horizon != "same-day")
            else:
                wanted["effect", modality, horizon] = student(belief.mean, belief.sd, 2 * noise.shape)
    repaired, tipping_point = None, None
    named: dict[str, Priors] = {}
    if main is not None:
        if grade != "C":
            repaired, tipping_point = _corrected(solved, grid, noise)
            wanted["corrected",] = repaired
            if grade == "A":
                tipping_point = None
        for days in range(DAYS_AFTER):
            shares = shares_after(days, (main, solved.same[main]), (main, "next-day"), (main, "weeks"))
            wanted["after", str(days)] = solved.mixture(shares, later=days > 0)
        for belief_name in NAMES:
            own = belief_name == believed.name
            named[belief_name] = believed if own else priors(belief_name, active, target)
            under = solved if own else _under(solved, named[belief_name], grid, noise)
            wanted["same-day", belief_name] = under.mixture({(main, solved.same[main]): 1.0}, later=False)
            wanted["weeks", belief_name] = under.mixture({(main, "weeks"): 1.0}, later=True)
    found = dict(zip(wanted, summarised(list(wanted.values()), matters), strict=True))

    said = found.get(("effect", main or "", "same-day"))
    if said is not None and believed.name == "published":
        # A hopeful belief alone makes no claim: it may be no surer than with the central one.
        central = found["same-day", "central"]
        said = replace(
            said,
            p_positive=min(said.p_positive, central.p_positive),
            p_matters=min(said.p_matters, central.p_matters),
        )
    return Fit(
        days=tally.days,
        grade=grade,
        effects=tuple(
            _effect(m, h, found["effect", m, h], believed.of(m, h), grades[m], tally)
            for m in series.minutes
            for h in HORIZONS
        ),
        corrected=_repaired(main, found.get(("corrected",))),
        tipping_point=tipping_point,
        sentence=sentence(
            grade,
            main,
            *((said.mean, said.ci, said.p_positive, said.p_matters, said.p_worse) if said else _NOTHING),
            target,
        ),
        modality=main,
        prior=believed.name,
        simulated=series.simulated,
        how_do_you_know=_how(series, rated, believed, grid, covariates, tally, solved, matters, target),
        target=target,
        by_prior=tuple(
            by_prior(name, of.of(main or "", "same-day"), found["same-day", name])
            for name, of in named.items()
        ),
        weeks_by_prior=tuple(
            by_prior(name, of.of(main or "", "weeks"), found["weeks", name]) for name, of in named.items()
        ),
        day_after=tuple(
            DayAfter(days, found["after", str(days)].mean, found["after", str(days)].ci)
            for days in range(DAYS_AFTER if main else 0)
        ),
        curve=_curve(main, believed, noise, wanted, found),
        p_best=_best(solved, active),
    )


def _check(series: Series, believed: Priors, target: str) -> None:
    check_target(target)
    if believed.target != target:
        raise InputError(
            f"The priors are for {believed.target}, not {target}. Please make them again for {target}."
        )
    unknown = [modality for modality in series.minutes if modality not in believed.weeks]
    if unknown:
        raise InputError(
            f"The priors say nothing about {', '.join(unknown)}. Please make them again with each modality."
        )


def _solve(
    series: Series,
    rated: Sequence[float | None],
    believed: Priors,
    grid: Grid,
    noise: Noise,
    covariates: tuple[str, ...],
    grades: Mapping[str, str],
    main: str | None,
) -> _Solved:
    """One pass over all columns, and the two regressions that every answer needs."""
    seen = np.array([value is not None for value in rated], dtype=bool)
    variance = predicted_variance(grid, seen)
    by_draw = "A" in grades.values()
    made = design(series, rated, believed, grid, variance, covariates=covariates, by_draw=by_draw)
    white = made.whitened(grid, variance)
    active = done(series)
    same = {m: "drawn" if grades[m] == "A" else "same-day" for m in active}
    effects = [(m, kind) for kind in ("next-day", "weeks") for m in active] + list(same.items())
    effects.sort(key=lambda name: name[0] == main and name[1] in ("drawn", "same-day"))
    before = tuple(("", what) for name in BEFORE for what in (name, f"no-{name}") if ("", what) in made.place)
    others = tuple(name for name in made.place if name[0] == "" and name not in (*before, REVERSE))
    effects = [*((m, "observed") for m in active if same[m] == "drawn"), *effects]
    names, extra = tuple(effects), (REVERSE,)
    later_from, later = settled(white, others, names, extra, made.beliefs, grid, noise)
    adjusted_from, adjusted = later_from, later
    if before:
        adjusted_from, adjusted = settled(white, (*others, *before), names, extra, made.beliefs, grid, noise)
    return _Solved(made, white, names, others, before, same, adjusted, later, adjusted_from, later_from)


def _under(solved: _Solved, believed: Priors, grid: Grid, noise: Noise) -> _Solved:
    """The same days under other beliefs about exercise: no new pass."""
    beliefs = dict(solved.made.beliefs)
    for modality, kind in solved.effects:
        belief = believed.of(modality, kind if kind in HORIZONS else "same-day")
        beliefs[modality, kind] = belief.mean, beliefs[modality, kind][1] if kind == "observed" else belief.sd
    later = solved.later_from.posterior(solved.effects, beliefs, grid, noise)
    adjusted = later
    if solved.before:
        adjusted = solved.adjusted_from.posterior(solved.effects, beliefs, grid, noise)
    return replace(solved, adjusted=adjusted, later=later)


def _corrected(solved: _Solved, grid: Grid, noise: Noise) -> tuple[Mixture, float | None]:
    """The main same-day effect after allowing for reverse causation; in grade A of all days, drawn and free."""
    beliefs, left, plain, names = solved.made.beliefs, solved.adjusted_from, solved.adjusted, solved.effects
    if "drawn" in solved.same.values():
        names = tuple((m, "same-day" if kind == "drawn" else kind) for m, kind in names if kind != "observed")
        others = tuple(name for name in (*solved.others, *solved.before) if name != ("", "draw"))
        left, plain = settled(solved.white, others, names, (REVERSE,), beliefs, grid, noise)
    return corrected(left, names, beliefs, plain, grid, noise)


def _repaired(main: str | None, found: Summary | None) -> Corrected | None:
    if main is None or found is None:
        return None
    strength = constants()["reverse_causation"]
    return Corrected(
        main, "same-day", found.mean, found.sd, found.ci, found.p_positive, found.p_matters,
        strength["mean"], strength["sd"],
    )  # fmt: skip


def _curve(
    main: str | None,
    believed: Priors,
    noise: Noise,
    wanted: Mapping[tuple[str, ...], Mixture],
    found: Mapping[tuple[str, ...], Summary],
) -> Curve | None:
    if main is None:
        return None
    belief, key = believed.of(main, "same-day"), ("effect", main, "same-day")
    shown = [found[name] for name in (key, ("corrected",)) if name in found]
    return curve(
        student(belief.mean, belief.sd, 2 * noise.shape),
        wanted[key],
        wanted.get(("corrected",)),
        [(belief.mean, belief.sd), *((one.mean, one.sd) for one in shown)],
    )


def _best(solved: _Solved, active: tuple[str, ...]) -> dict[str, float]:
    # What a draw measured is not held against what was chosen: a choice carries the reverse causation with it.
    drawn = tuple(modality for modality in active if solved.same[modality] == "drawn")
    active = drawn or active
    if len(active) < 2:
        return {}
    at = [solved.effects.index((modality, solved.same[modality])) for modality in active]
    found = solved.adjusted
    cov = (found.rate / found.shape)[:, None, None] * found.cov[:, at][:, :, at]
    chances = p_best(found.weight, found.mean[:, at], cov, 2 * found.shape)
    return dict(zip(active, chances.tolist(), strict=True))


def _how(
    series: Series,
    rated: Sequence[float | None],
    believed: Priors,
    grid: Grid,
    covariates: tuple[str, ...],
    tally: Counts,
    solved: _Solved,
    matters: float,
    target: str,
) -> HowDoYouKnow:
    adjusted, totals = solved.adjusted, solved.made.totals
    weight = adjusted.weight.reshape(grid.phi.size, grid.kappa.size)
    used = [t for t, value in enumerate(rated) if value is not None]
    return HowDoYouKnow(
        first=series.start + timedelta(used[0]) if used else None,
        last=series.start + timedelta(used[-1]) if used else None,
        days=tally.days,
        missing=tally.span - tally.days,
        session_days=tally.with_session,
        randomised_days=tally.drawn,
        covariates=covariates,
        model=model_in_words(covariates),
        grid_points=adjusted.weight.size,
        persistence=float(weight.sum(axis=1) @ grid.phi),
        inertia_share=float(weight.sum(axis=1) @ grid.rho),
        dose_scale=float(weight.sum(axis=0) @ grid.kappa),
        noise_sd=float(np.sqrt(adjusted.weight @ adjusted.variance)),
        prior=believed.name,
        priors=tuple(_belief(believed, m, h) for m in series.minutes for h in HORIZONS),
        smallest_that_matters=matters,
        grade_rule=grade_rule(),
        limits=limits(
            by_draw="drawn" in solved.same.values(),
            questionnaires=totals is not None,
            covariates=covariates,
            target=target,
        ),
        questionnaires=0 if totals is None else totals.value.size,
    )


def _effect(
    modality: str, horizon: str, found: Summary, belief: Prior, grade: str, tally: Counts
) -> ModalityEffect:
    measured = horizon != "weeks" and tally.with_session[modality] > 0
    if horizon == "weeks":
        grade = "C"
    elif horizon == "next-day":
        grade = max(grade, "B")
    return ModalityEffect(
        modality, horizon, found.mean, found.sd, found.ci, found.p_positive, found.p_matters, found.p_worse,
        belief.mean, belief.sd, grade, measured,
    )  # fmt: skip


def _belief(believed: Priors, modality: str, horizon: str) -> Belief:
    held = believed.of(modality, horizon)
    return Belief(modality, horizon, held.mean, held.sd, held.sources, held.basis)


def _main(tally: Counts, grades: Mapping[str, str]) -> str | None:
    """The modality to speak of: the best grade, then the most days."""
    doing = [modality for modality, days in tally.with_session.items() if days > 0]
    return min(doing, key=lambda m: (grades[m], -tally.with_session[m], m), default=None)
