"""Certainty in each answer of a network, by the six domains of CINeMA (Nikolakopoulou et al. 2020, PLoS Medicine 17:e1003082).

What can be computed is computed: the contribution of each study carries its risk of bias and indirectness to each comparison;
intervals and a clinically important difference tell imprecision and heterogeneity; side-splitting and the design-by-treatment
interaction tell incoherence. Reporting bias is judged by hand, with a reason. A domain that nobody judged is "not judged", and an
answer with such a domain is never of high certainty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ambulando.evidence.effects import RATIO_MEASURES
from ambulando.evidence.faults import ImpossibleValue, MissingReference, UnknownOption
from ambulando.evidence.networks.contributions import contributions
from ambulando.evidence.networks.fit import Comparison, Network
from ambulando.evidence.networks.splits import Split
from ambulando.evidence.results import versions

DOMAINS = (
    "within-study bias",
    "reporting bias",
    "indirectness",
    "imprecision",
    "heterogeneity",
    "incoherence",
)
NOT_JUDGED, NONE, SOME, MAJOR = "not judged", "no concerns", "some concerns", "major concerns"
CONCERNS = (NONE, SOME, MAJOR)
RULES = ("average", "majority", "highest")
CERTAINTY = ("very low", "low", "moderate", "high")
LABELS = ("low", "some", "high")
SPELLINGS = {
    "moderate": "some",
    "unclear": "some",
    "some concerns": "some",
    "low risk": "low",
    "high risk": "high",
}


@dataclass(frozen=True)
class Judgement:
    """What was found in one domain, and why, in words."""

    domain: str
    concern: str
    reason: str


@dataclass(frozen=True)
class Answer:
    """One comparison with its six judgements. ``certainty`` starts at high and falls by one for some and by two for major
    concerns; it is at most moderate while a domain is not judged.
    """

    pair: str
    estimate: float
    certainty: str
    domains: tuple[Judgement, ...]
    not_judged: tuple[str, ...]


@dataclass(frozen=True)
class Certainty:
    """Judgements of all comparisons, and what they rest on: ``threshold`` is on the scale of the estimates."""

    k: int
    threshold: float | None
    rule: str
    answers: tuple[Answer, ...]
    studies: tuple[str, ...]
    data_hash: str
    options: Mapping[str, object]
    versions: Mapping[str, str]
    notes: tuple[str, ...]


def judge(
    found: Network,
    *,
    threshold: float | None = None,
    risk_of_bias: Mapping[str, str] | None = None,
    indirectness: Mapping[str, str] | None = None,
    reporting: Mapping[str, tuple[str, str]] | tuple[str, str] | None = None,
    rule: str = "average",
    way: str = "shortest-path",
) -> Certainty:
    """The certainty of each comparison of ``found``.

    ``threshold`` is the smallest difference that matters, above zero: on the scale of the estimate, for ratio measures the ratio
    itself (1.25 is the same as 0.8). ``risk_of_bias`` and ``indirectness`` label studies low, some or high; ``rule`` sums them up by
    contribution: average, majority, or the highest that contributes. ``reporting`` is a concern and its reason, for all comparisons
    or by pair ("A:B"). Raises UnknownOption, ImpossibleValue, and MissingReference for a study that is not in the network.
    """
    if rule not in RULES:
        raise UnknownOption(f"The rule {rule!r} is none of {', '.join(RULES)}.")
    edge = _edge(threshold, found.measure)
    pairs = [one.pair for one in found.splits]
    shares = contributions(found, way=way)
    bias = _carried(found, shares.by_study, risk_of_bias, "risk of bias", rule)
    apart = _carried(found, shares.by_study, indirectness, "indirectness", rule)
    told = _by_pair(reporting, pairs)
    answers = []
    for place, split in enumerate(found.splits):
        cell = found.league[split.treat1][split.treat2]
        domains = (
            Judgement(DOMAINS[0], *bias[place]),
            Judgement(DOMAINS[1], *told.get(split.pair, (NOT_JUDGED, "nobody has judged it"))),
            Judgement(DOMAINS[2], *apart[place]),
            Judgement(DOMAINS[3], *_imprecision(cell, edge)),
            Judgement(DOMAINS[4], *_heterogeneity(cell, edge, found)),
            Judgement(DOMAINS[5], *_incoherence(split, found, edge)),
        )
        missing = tuple(one.domain for one in domains if one.concern == NOT_JUDGED)
        level = 3 - sum(CONCERNS.index(one.concern) for one in domains if one.concern != NOT_JUDGED)
        if missing:
            level = min(level, 2)
        answers.append(Answer(split.pair, cell.estimate, CERTAINTY[max(level, 0)], domains, missing))
    absent = sorted({domain for one in answers for domain in one.not_judged}, key=DOMAINS.index)
    notes = (
        (
            f"Not judged for some comparisons: {', '.join(absent)}; the certainty of these is at most moderate.",
        )
        if absent
        else ()
    )
    return Certainty(
        k=found.k, threshold=threshold, rule=rule, answers=tuple(answers), studies=found.studies, data_hash=found.data_hash,
        options=dict(found.options) | {"threshold": threshold, "rule": rule, "way": way}, versions=versions(), notes=notes,
    )  # fmt: skip


def _edge(threshold: float | None, measure: str) -> float | None:
    if threshold is None:
        return None
    if measure in RATIO_MEASURES:
        if not 0 < threshold < np.inf or threshold == 1:
            raise ImpossibleValue(
                f"The threshold {threshold:g} is not a ratio that matters; 1.25 (or 0.8) would be one."
            )
        return float(abs(np.log(threshold)))
    if not 0 < threshold < np.inf:
        raise ImpossibleValue(
            f"The threshold {threshold:g} is not above zero; it is the smallest difference that matters."
        )
    return float(threshold)


def _by_pair(
    reporting: Mapping[str, tuple[str, str]] | tuple[str, str] | None, pairs: Sequence[str]
) -> dict[str, tuple[str, str]]:
    if reporting is None:
        return {}
    given = dict(reporting) if isinstance(reporting, Mapping) else dict.fromkeys(pairs, reporting)
    found = {}
    for pair, (concern, reason) in given.items():
        name = pair if pair in pairs else ":".join(reversed(pair.split(":")))
        if name not in pairs:
            raise MissingReference(
                f"{pair} is no comparison of this network; its comparisons are named as {pairs[0]}."
            )
        if concern not in CONCERNS:
            raise UnknownOption(
                f"Reporting bias of {pair} is {concern!r}; take one of {', '.join(CONCERNS)}."
            )
        if not reason.strip():
            raise ImpossibleValue(f"Reporting bias of {pair} is judged without a reason; please state it.")
        found[name] = (concern, reason.strip())
    return found


def _carried(
    found: Network,
    by_study: Sequence[Sequence[float]],
    labels: Mapping[str, str] | None,
    what: str,
    rule: str,
) -> list[tuple[str, str]]:
    """The concern of each comparison that the labels of its studies carry to it, by their contributions."""
    if not labels:
        return [(NOT_JUDGED, f"no study has a {what}")] * len(by_study)
    for study, label in labels.items():
        if SPELLINGS.get(label.lower(), label.lower()) not in LABELS:
            raise UnknownOption(
                f"{study} has {label!r} as {what}; take one of {', '.join(LABELS)}.", study=study
            )
    if not set(labels) & set(found.studies):
        raise MissingReference(
            f"No study of the network has a {what}; please name the studies as in the table."
        )
    level = [
        LABELS.index(SPELLINGS.get(labels[study].lower(), labels[study].lower())) if study in labels else -1
        for study in found.graph.studies
    ]
    answers = []
    for row in by_study:
        share = [
            sum(part for part, one in zip(row, level, strict=True) if one == wanted)
            for wanted in (-1, 0, 1, 2)
        ]
        if share[0] > 1e-9:
            unknown = [
                study
                for study, part, one in zip(found.graph.studies, row, level, strict=True)
                if one < 0 and part > 1e-9
            ]
            answers.append((NOT_JUDGED, f"{unknown[0]} ({100 * share[0]:.0f}% with others) has no {what}"))
            continue
        low, some, high = share[1:]
        told = f"{100 * low:.0f}% of the evidence low, {100 * some:.0f}% some, {100 * high:.0f}% high"
        if rule == "average":
            concern = int(np.floor(some + 2 * high + 0.5))
        elif rule == "majority":
            concern = int(np.argmax([low, some, high]))
        else:
            concern = 2 if high > 1e-9 else 1 if some > 1e-9 else 0
        answers.append((CONCERNS[min(concern, 2)], f"{told} {what} ({rule})"))
    return answers


def _side(value: float, edge: float) -> int:
    return -1 if value < -edge else 1 if value > edge else 0


def _reach(interval: tuple[float, float], estimate: float, edge: float) -> int:
    """0: the interval says one thing; 1: it reaches no effect and into what does not matter the other way; 2: it also holds an
    important effect the other way.
    """
    low, high = interval if estimate >= 0 else (-interval[1], -interval[0])
    if low < -edge:
        return 2
    if low < 0 and high > edge:
        return 1
    return 0


def _imprecision(cell: Comparison, edge: float | None) -> tuple[str, str]:
    if edge is None:
        return NOT_JUDGED, "no difference that matters was named"
    step = _reach(cell.ci, cell.estimate, edge)
    told = f"the interval runs from {cell.ci[0]:.3g} to {cell.ci[1]:.3g}, and {edge:.3g} matters"
    ends = (
        "it tells one thing",
        "it also holds no effect",
        "it also holds an effect that matters the other way",
    )
    return CONCERNS[step], f"{told}: {ends[step]}"


def _heterogeneity(cell: Comparison, edge: float | None, found: Network) -> tuple[str, str]:
    if edge is None:
        return NOT_JUDGED, "no difference that matters was named"
    if not np.isfinite(cell.pi[0]):
        return NOT_JUDGED, f"the {found.method} model gives no prediction interval"
    inside, outside = _reach(cell.ci, cell.estimate, edge), _reach(cell.pi, cell.estimate, edge)
    step = max(0, outside - inside)
    told = f"the prediction interval runs from {cell.pi[0]:.3g} to {cell.pi[1]:.3g}"
    ends = (
        "it leads to the same conclusion",
        "it leads to another conclusion",
        "it leads to the opposite conclusion",
    )
    return CONCERNS[step], f"{told}: {ends[step]} as the interval"


def _incoherence(split: Split, found: Network, edge: float | None) -> tuple[str, str]:
    everywhere = found.q_inconsistency_random_p
    if np.isnan(everywhere):
        everywhere = found.q_inconsistency_p
    if np.isnan(split.p):
        if np.isnan(everywhere):
            return NOT_JUDGED, "there are no loops, so consistency cannot be tested"
        kind = "direct" if np.isnan(split.indirect) else "indirect"
        told = f"only {kind} evidence; in the whole network designs differ with p = {everywhere:.3g}"
        return (MAJOR if everywhere < 0.05 else SOME if everywhere < 0.10 else NONE), told
    told = f"direct and indirect evidence differ by {split.difference:.3g}, p = {split.p:.3g}"
    if split.p > 0.10:
        return NONE, told
    if edge is None:
        return (SOME if split.p >= 0.01 else MAJOR), told
    sides = {_side(split.direct, edge), _side(split.indirect, edge)}
    if len(sides) == 1:
        return NONE, f"{told}, but both lie on the same side of what matters"
    return (MAJOR if sides == {-1, 1} or split.p < 0.01 else SOME), told
