"""Does it help me? The person's own effects, graded by what the days can bear, with the evidence as prior."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ambulando.ground import InputError, Words
from ambulando.response.design import covariates_of, design
from ambulando.response.grades import Counts, counts, grade_of
from ambulando.response.mixture import Summary, summaries
from ambulando.response.model import Grid, Noise, Posterior, default_grid, posterior
from ambulando.response.priors import Prior, Priors, constants, priors
from ambulando.response.reverse import Corrected, corrected
from ambulando.response.series import Series
from ambulando.response.words import grade_rule, limits, model_in_words, sentence

HORIZONS = ("same-day", "next-day", "weeks")


@dataclass(frozen=True)
class ModalityEffect:
    """One effect in mood points 0-10.

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

    days: with a mood and used for the same-day effects; missing: days between the first and the last without that.
    session_days: with a mood and a session, by modality. persistence, inertia_share, dose_scale (minutes), noise_sd
    (mood points): posterior means. limits: what this answer cannot know.
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


@dataclass(frozen=True)
class Fit:
    """The answer for one person.

    days: with a mood. grade: the best that the same-day effects reach: "A" measured by draws in this person, "B"
    observed in this person, "C" from trials in others. corrected: the same-day effect of ``modality`` after allowing
    for reverse causation (in grade A drawn and free days together), None in grade C. tipping_point: how strongly low mood would have to keep the person from
    exercise (log-odds of a session per point of mood) to erase the effect; None in grade A (a draw does not know the
    mood), in grade C, and where there is no effect above zero to erase.
    modality: the one that the sentence, corrected and tipping_point speak of, None where nothing was done.
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


def fit(series: Series, *, prior: str | Priors = "central", grid: Grid | None = None) -> Fit:
    """The effects of exercise on this person's evening mood.

    prior: "sceptical", "central" or "published", or Priors of your own. Same-day effects are adjusted for the morning
    and sleep ratings where these stand on enough days; next-day and weeks are not (a morning's mood is part of what
    yesterday's session did). Where draws give grade A, the same-day effect comes from the drawn days alone. Raises
    InputError for an unknown prior, or one that lacks a modality of the series.
    """
    grid = grid or default_grid()
    facts = constants()
    noise = Noise(facts["noise"]["shape"], facts["noise"]["variance"])
    believed = prior if isinstance(prior, Priors) else priors(prior, series.minutes)
    unknown = [modality for modality in series.minutes if modality not in believed.weeks]
    if unknown:
        raise InputError(
            f"The priors say nothing about {', '.join(unknown)}. Please make them again with each modality."
        )
    covariates = covariates_of(series)
    tally = counts(series, covariates)
    grades = {modality: grade_of(tally, modality) for modality in series.minutes}
    by_draw = "A" in grades.values()

    found, adjusted = _solve(series, believed, grid, noise, covariates, by_draw)
    if covariates:
        later, _ = _solve(series, believed, grid, noise, (), by_draw)
    else:
        later = found
    effects = []
    for modality in series.minutes:
        for horizon in HORIZONS:
            belief = believed.of(modality, horizon)
            source = found if horizon == "same-day" else later
            summary = source.get((modality, horizon)) or _prior_alone(belief, noise)
            effects.append(_effect(modality, horizon, summary, belief, grades[modality], tally))

    main = _main(tally, grades)
    grade = min(grades.values(), default="C")
    repaired, tipping_point = None, None
    if main is not None and grade != "C":
        repaired, tipping_point = corrected(series, main, believed, grid, noise, covariates)
        if grade == "A":
            tipping_point = None
    said = next((e for e in effects if e.modality == main and e.horizon == "same-day"), None)
    weight = adjusted.weight.reshape(grid.phi.size, grid.kappa.size)
    return Fit(
        days=series.days,
        grade=grade,
        effects=tuple(effects),
        corrected=repaired,
        tipping_point=tipping_point,
        sentence=sentence(
            grade,
            main,
            *((said.mean, said.ci, said.p_positive, said.p_matters, said.p_worse) if said else ()),
        ),
        modality=main,
        prior=believed.name,
        simulated=series.simulated,
        how_do_you_know=HowDoYouKnow(
            **_span(series),
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
            smallest_that_matters=facts["matters"]["points"],
            grade_rule=grade_rule(),
            limits=limits(phq9=series.phq9 is not None, by_draw=by_draw),
        ),
    )


def _solve(
    series: Series, believed: Priors, grid: Grid, noise: Noise, covariates: tuple[str, ...], by_draw: bool
) -> tuple[dict[tuple[str, str], Summary], Posterior]:
    """The summaries of all effects by (modality, horizon), and the posterior they come from."""
    made = design(series, believed, grid, covariates=covariates, by_draw=by_draw)
    gram, log_det = made.gram(grid)
    answer = posterior(gram, int(made.seen.sum()), log_det, made.mean, made.sd, noise, grid.log_prior)
    at = [i for i, (_, horizon) in enumerate(made.names) if horizon in HORIZONS]
    if not at:
        return {}, answer
    scale = np.sqrt((answer.rate / answer.shape)[:, None] * np.diagonal(answer.cov, axis1=1, axis2=2)[:, at])
    found = summaries(
        answer.weight, answer.mean[:, at], scale, 2 * answer.shape, constants()["matters"]["points"]
    )
    return {made.names[i]: summary for i, summary in zip(at, found, strict=True)}, answer


def _prior_alone(belief: Prior, noise: Noise) -> Summary:
    """The prior itself, for what was never done: Student's t with the sd of the belief."""
    df = 2 * noise.shape
    scale = np.array([[belief.sd * np.sqrt((df - 2) / df)]])
    return summaries(np.ones(1), np.array([[belief.mean]]), scale, df, constants()["matters"]["points"])[0]


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


def _span(series: Series) -> dict[str, date | None]:
    rated = [t for t, mood in enumerate(series.mood) if mood is not None]
    if not rated:
        return {"first": None, "last": None}
    return {"first": series.start + timedelta(rated[0]), "last": series.start + timedelta(rated[-1])}
