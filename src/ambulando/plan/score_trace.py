"""How the score of a session came about, as steps of its trace: every number with its rule and the rows behind it."""

from collections.abc import Mapping, Sequence

from ambulando.evidence.modalities import Finding, finding
from ambulando.plan import doing as model
from ambulando.plan import regimen
from ambulando.plan.doing import FEATURES
from ambulando.plan.rules import number
from ambulando.plan.score import (
    RULES,
    WEIGHTS,
    Made,
    Scored,
    dose,
    mood_points,
    own_sd,
    reach,
    share_of_certainty,
    weights_of,
)
from ambulando.plan.standing import Standing, modality_of
from ambulando.plan.trace import Row, Step, row, step

#: Names of steps of a trace, whole, so that they can be translated.
CERTAINTY_SHARE = {
    "high": "share for high certainty",
    "moderate": "share where certainty is moderate",
    "low": "share for low certainty",
    "very low": "share for very low certainty",
}
FIT_SHARE = {
    "own": "share for trials of this kind",
    "near": "share for trials of a wider kind",
    "whole": "share for trials of exercise as a whole",
}


def evidence_rows(found: Finding) -> list[Row]:
    """Pointers to the rows that an effect of a modality comes from, and to its references."""
    first = row("analysis" if found.status == "recomputed" else "published", found.analysis)
    others = [row("published", name) for name in found.rows if name != found.analysis]
    return [first, *others, *(row("reference", source) for source in found.sources)]


def score_steps(scored: Scored, standing: Standing) -> list[Step]:
    """Every number of a score, in the order in which it was worked out, with the rows behind it."""
    found = finding(scored.activity.modality)
    own = [
        row("bout", bout.start) for bout in standing.recent if modality_of(bout) == scored.activity.modality
    ]
    entry = row("catalogue", scored.activity.id)
    rows: dict[str, list[Row]] = {
        "liked": [entry],
        "benefit": [],
        "doing": [],
        "enjoyment": own,
        "mastery": [entry, *own],
        "regimen": [entry],
        "strain": [entry, *standing.checkin_rows],
    }
    weights = weights_of(standing)
    steps = [
        step("effect in trials", found.effect, found.measure, "evidence", [*evidence_rows(found), entry]),
        step(
            CERTAINTY_SHARE.get(found.certainty, "share for a certainty that was not rated"),
            share_of_certainty(found.certainty),
            "share",
            "evidence",
        ),
        step(FIT_SHARE[found.fit], number("evidence", found.fit), "share", "evidence"),
        step("share for effort", reach(scored.activity, standing), "share", "reach", [entry]),
        step("evidence", scored.parts["evidence"], "0 to 1", "evidence"),
    ]
    if scored.made is not None:
        steps += _benefit_steps(scored, scored.made, own)
        steps += _doing_steps(scored.made, [entry, *own, *standing.checkin_rows, *scored.made.doing.rows])
        steps += regimen.steps(scored.activity, company=scored.made.company)
    for name in WEIGHTS:
        unit, rule = "-1 to 1" if name == "benefit" else "0 to 1", RULES.get(name, name)
        steps.append(step(name, scored.parts[name], unit, rule, rows[name]))
        steps.append(step(WEIGHTS[name], weights[name], "weight", rule))
    return steps


def _benefit_steps(scored: Scored, made: Made, own: Sequence[Row]) -> list[Step]:
    evidence, answer = scored.parts["evidence"], made.answer
    steps = [
        step("mood points for one in trials", number("benefit", "points"), "mood points", "benefit"),
        step("give or take between people", number("benefit", "spread"), "mood points", "benefit"),
    ]
    if answer is not None and answer.grade in ("A", "B"):
        steps += [
            step("seen in you", answer.mean, "mood points", "own", own),
            step("give or take in you", own_sd(answer), "mood points", "own", own),
        ]
    return [
        *steps,
        step("own", scored.parts["own"], "-1 to 1", "own", own),
        step("a full session may bring", mood_points(evidence, answer), "mood points", "benefit"),
        step("counts in full from", number("benefit", "range"), "mood points", "benefit"),
        step("share for its minutes", dose(made.minutes), "share", "benefit"),
    ]


def _doing_steps(made: Made, rows: Sequence[Row]) -> list[Step]:
    """What each feature adds to the log-odds of doing; then how unsure that is, and how many offers it was learned from."""
    steps = []
    for at, name in enumerate(FEATURES):
        if made.x[at]:
            added = made.doing.mean[at] * made.x[at]
            belief = model.beliefs()[name]
            steps.append(step(belief.name, added, "log-odds", f"doing-{name}", _rows_of(name, rows)))
    held = [(at, value) for at, value in enumerate(made.x) if value]
    unsure = sum(made.doing.cov[at][to] * one * other for at, one in held for to, other in held)
    return [
        *steps,
        step("how unsure the log-odds are", unsure, "variance", "doing"),
        step("learned from", made.doing.offered, "offered sessions", "doing", made.doing.rows),
    ]


#: where a feature is read from: the kinds of rows that a step of it points at
READ_FROM: Mapping[str, tuple[str, ...]] = {
    "effort": ("catalogue", "checkin"),
    "energy": ("checkin",),
    "mood": ("checkin",),
    "weather": ("catalogue",),
    "company": ("catalogue",),
    "led": ("catalogue",),
    "barrier": ("catalogue",),
    "liked": ("catalogue",),
    "enjoyment": ("bout",),
    "habit": ("bout",),
    "burden": ("offer",),
}


def _rows_of(name: str, rows: Sequence[Row]) -> list[Row]:
    return [one for one in rows if one["kind"] in READ_FROM.get(name, ())]
