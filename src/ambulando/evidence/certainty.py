"""How sure a pooled answer is, after GRADE: five domains, computed where they can be and judged by hand where they can not.

A body of randomised trials starts at high certainty, one of cohorts at low; a serious concern takes one step off, a very
serious one two (Guyatt et al. 2008, BMJ 336:924; the domains: J Clin Epidemiol 2011, 64:407-415 and 1277-1316). Nothing is ever
added. A domain that nobody judged stays "not judged", and then the total is "not graded" with what it is at most.

The words of a review stay apart from these: this module makes our own judgement, never theirs. Standard library only,
but for ``of_analysis``, which pools.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ambulando.evidence import base
from ambulando.evidence.rows import Cells, Row
from ambulando.ground import InputError, Words

LEVELS = ("very low", "low", "moderate", "high")
DOMAINS = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
#: A judgement and the steps it takes off; None: nobody judged.
CONCERNS: Mapping[str, int | None] = MappingProxyType(
    {"none": 0, "serious": 1, "very serious": 2, "not judged": None}
)
#: What still counts as a difference, on the scale that is pooled. Our own choice: a fifth of a standard deviation, which
#: Noetel 2024 took as the smallest that people notice, and a tenth more or less of a risk.
SMALL: Mapping[str, float] = MappingProxyType(
    {"SMD": 0.2, **dict.fromkeys(("RR", "OR", "HR"), math.log(1.1))}
)
QUANTILE = 1.959963984540054
#: The sum of the standard normal quantiles for a two-sided 5% test with 80% power.
POWERED = QUANTILE + 0.8416212335729143
WORDS = ("none", "serious", "very serious")
#: Fewer studies than this say nothing about which ones are missing (Sterne et al. 2011).
ENOUGH_FOR_ASYMMETRY = 10

_CROSSED = (
    "The whole interval is on one side of what still counts as a difference.",
    "The interval holds both a difference that counts and one that is too small to matter.",
    "The interval reaches from a difference that counts to one that counts the other way.",
)
_FEW = "There is less information than one trial of the right size would give."
_FEW_PEOPLE = "There are {n} people, and one trial of the right size would need about {needed}."
_I2 = "I² is {i2}%: the share of the spread that chance does not explain."
_OUTSIDE = "The intervals of {out} of {k} studies do not hold the pooled effect."
_NEW_DIFFERS = "A new study may well find something else than the pooled effect."
_NEW_SAME = "A new study would most likely find much the same."
_NEW_NOTHING = "The pooled effect is so unsure already that the spread of new studies adds nothing."
_SMALL_MORE = "Small studies found more than large ones (Egger's test, p {p})."
_SMALL_SAME = "Small studies did not clearly find more than large ones (Egger's test, p {p})."
_FILLED = "Trim and fill would add {filled} studies."
_FILLED_ONE = "Trim and fill would add one study."


@dataclass(frozen=True)
class Domain:
    """One domain: ``judgement`` is one of CONCERNS, ``how`` "computed", "by hand" or "not judged", ``source`` a reference id."""

    domain: str
    judgement: str
    reasons: tuple[Words, ...]
    how: str
    source: str = ""


@dataclass(frozen=True)
class Grade:
    """Our own judgement of an analysis. ``total`` is one of LEVELS, or "not graded" when a domain is not judged; ``at_most``
    is what the judged domains leave. ``published`` is the word of the review itself, kept apart, "not graded" where none
    was read.
    """

    analysis: str
    question: str
    start: str
    domains: tuple[Domain, ...]
    total: str
    at_most: str
    published: str
    published_note: str
    evidence_version: str


@dataclass(frozen=True)
class Judged(Row):
    """A judgement by hand."""

    analysis: str
    domain: str
    judgement: str
    reason: str


def grade(start: str, domains: Sequence[Domain]) -> tuple[str, str]:
    """(total, at most) of a body of evidence that begins at ``start``, one of LEVELS.

    Every domain counts once; one that is missing counts as not judged. Raises InputError for an unknown word.
    """
    if start not in LEVELS:
        raise InputError(f"Certainty can not start at {start!r}; take one of {', '.join(LEVELS)}.")
    steps: dict[str, int | None] = {}
    for one in domains:
        if one.domain not in DOMAINS or one.domain in steps:
            raise InputError(
                f"The domain {one.domain!r} is unknown or given twice; there are {', '.join(DOMAINS)}."
            )
        if one.judgement not in CONCERNS:
            raise InputError(f"There is no judgement {one.judgement!r}; take one of {', '.join(CONCERNS)}.")
        steps[one.domain] = CONCERNS[one.judgement]
    off = sum(step or 0 for step in steps.values())
    at_most = LEVELS[max(0, LEVELS.index(start) - off)]
    complete = all(steps.get(name) is not None for name in DOMAINS)
    # At the bottom nothing that is still open can change the answer.
    return (at_most if complete or at_most == LEVELS[0] else "not graded"), at_most


def lowest(words: Sequence[str]) -> str:
    """The lowest of several words of certainty; "not graded" where none is a word of LEVELS."""
    found = [LEVELS.index(word) for word in words if word in LEVELS]
    return LEVELS[min(found)] if found else "not graded"


def _crossed(low: float, high: float, small: float) -> int:
    """How many of the two borders of a difference too small to matter lie inside an interval."""
    return (low < -small < high) + (low < small < high)


def imprecision(
    ci: tuple[float, float] | None, measure: str, n: int | None = None, cases: float | None = None
) -> Domain:
    """From the interval and the amount of information, both on the scale that is pooled (ratios as logarithms).

    An interval that holds one border of what still counts as a difference is a serious concern, one that holds both a
    very serious one. Fewer people (or ``cases``) than a single trial would need to find the smallest difference that counts (the optimal
    information size, Guyatt 2011) is a serious concern at least.
    """
    if ci is None or measure not in SMALL or not all(math.isfinite(end) for end in ci):
        return _open("imprecision", "There is no interval to judge it from.")
    small = SMALL[measure]
    crossed = _crossed(ci[0], ci[1], small)
    needed = (POWERED / small) ** 2
    # A two-armed trial of n people tells n/4 about a standardised difference, and of so many cases a quarter of them about
    # a log ratio (Schoenfeld 1983); else the interval says how much it tells.
    counted = n if measure == "SMD" else cases
    had = counted / 4 if counted is not None else ((2 * QUANTILE) / (ci[1] - ci[0])) ** 2
    enough = had >= needed
    level = max(crossed, 0 if enough else 1)
    reasons = [Words(_CROSSED[crossed])]
    if not enough and n is not None and measure == "SMD":
        reasons.append(Words(_FEW_PEOPLE, {"n": f"{n:,}", "needed": f"{4 * needed:,.0f}"}))
    elif not enough:
        reasons.append(Words(_FEW))
    return Domain("imprecision", WORDS[level], tuple(reasons), "computed")


def inconsistency(
    measure: str,
    *,
    i2: float | None,
    ci: tuple[float, float] | None = None,
    pi: tuple[float, float] | None = None,
    outside: tuple[int, int] | None = None,
) -> Domain:
    """From the prediction interval beside the confidence interval, or from I2 where there is none.

    A prediction interval that holds a border of what counts as a difference which the confidence interval does not hold is
    a serious concern; with both borders and an I2 of at least 75 percent a very serious one. An I2 of at least 50 percent is
    a serious concern too when a tenth of the studies have intervals without the pooled effect in them (``outside``: how
    many of how many). Without a prediction interval, an I2 of at least 50 is serious and of at least 75 very serious.
    """
    seen = []
    if i2 is not None and math.isfinite(i2):
        seen.append(Words(_I2, {"i2": f"{i2:.0f}"}))
    if outside is not None:
        seen.append(Words(_OUTSIDE, {"out": outside[0], "k": outside[1]}))
    level: int | None = None
    known = i2 is not None and math.isfinite(i2)
    if pi and ci and measure in SMALL and all(math.isfinite(end) for end in (*pi, *ci)):
        new, pooled = _crossed(*pi, SMALL[measure]), _crossed(*ci, SMALL[measure])
        apart = known and (i2 or 0) >= 50 and outside is not None and 10 * outside[0] >= outside[1]
        level = 2 if new - pooled == 2 and known and (i2 or 0) >= 75 else int(new > pooled or apart)
        seen.append(Words(_NEW_DIFFERS if new > pooled else _NEW_NOTHING if new else _NEW_SAME))
    elif known:
        level = sum((i2 or 0) >= border for border in (50, 75))
    if level is None:
        return _open("inconsistency", "The source prints nothing that says how far the studies differ.")
    return Domain("inconsistency", WORDS[level], tuple(seen), "computed")


def publication_bias(
    k: int | None, egger_p: float | None, *, more: bool = True, filled: int | None = None
) -> Domain:
    """From Egger's test (p below 0.1, as is usual for it) of ten studies or more: a serious concern when small studies found
    more (``more``). ``filled``, the studies that trim and fill would add, is told and takes nothing off by itself.
    """
    if k is not None and k < ENOUGH_FOR_ASYMMETRY:
        return _open("publication_bias", "With {k} studies nothing can be said about missing ones.", k=k)
    if k is None or egger_p is None or not math.isfinite(egger_p):
        return _open(
            "publication_bias",
            "The effects of the single studies are not at hand, so it can not be computed.",
        )
    found = egger_p < 0.1 and more
    p = "< 0.001" if egger_p < 0.001 else f"= {egger_p:.3f}"
    reasons = [Words(_SMALL_MORE if found else _SMALL_SAME, {"p": p})]
    if filled:
        reasons.append(Words(_FILLED if filled > 1 else _FILLED_ONE, {"filled": filled}))
    return Domain("publication_bias", "serious" if found else "none", tuple(reasons), "computed")


def _open(domain: str, reason: str, **values: object) -> Domain:
    return Domain(domain, "not judged", (Words(reason, values),), "not judged")


@cache
def judged() -> tuple[Judged, ...]:
    """Every judgement by hand."""

    def one(c: Cells) -> Judged:
        return Judged(
            *c.provenance(), c.text("analysis"), c.text("domain", one_of=DOMAINS),
            c.text("judgement", one_of=("none", "serious", "very serious")), c.text("reason"),
        )  # fmt: skip

    rows = base.checked("certainty.csv", one)
    for row in rows:
        if row.analysis not in base.analyses():
            raise InputError(f"certainty.csv: row {row.id!r} judges the unknown analysis {row.analysis!r}.")
    return rows


def by_hand(analysis: str, domain: str) -> Domain:
    """The judgement by hand of a domain; "not judged" where there is none."""
    for row in judged():
        if (row.analysis, row.domain) == (analysis, domain):
            return Domain(domain, row.judgement, (Words(row.reason),), "by hand", row.reference)
    return _open(domain, "Nobody has judged this yet.")


def of_analysis(analysis: str) -> Grade:
    """Our own judgement of an analysis of the base, recomputed or as published.

    What can be computed is computed from its rows, or from the printed figures where there are no rows; a domain that
    can not be computed takes the judgement by hand. Raises InputError for an unknown analysis.
    """
    one = base.analyses().get(analysis)
    if one is None:
        raise InputError(
            f"There is no analysis called {analysis!r}; 'ambulando evidence list' shows what there is."
        )
    kind = base.references()[one.reference].kind
    start = "high" if kind in ("review of trials", "trial") else "low"
    computed = _from_rows(one) if one.status == "recomputed" else _from_print(one)
    domains = []
    for name in DOMAINS:
        found = computed.get(name)
        if found is None or found.how == "not judged":
            hand = by_hand(analysis, name)
            found = hand if hand.how == "by hand" or found is None else found
        domains.append(found)
    total, at_most = grade(start, domains)
    return Grade(
        analysis,
        one.question,
        start,
        tuple(domains),
        total,
        at_most,
        one.certainty,
        one.certainty_note,
        base.version(),
    )


def _from_rows(one: base.Analysis) -> dict[str, Domain]:
    from ambulando.evidence.recompute import dose_curve, dose_groups, pooled

    if one.rows == "dose":
        curve = dose_curve(one.id, at=(8.75,))
        ends = curve.curve[0].ci
        cases = sum(group.cases for group in dose_groups(one.id))
        return {
            "imprecision": imprecision((math.log(ends[0]), math.log(ends[1])), "RR", cases=cases),
            "inconsistency": inconsistency("RR", i2=curve.i2),
        }
    # Judged by our own default; a prediction interval needs a random-effects fit.
    found = pooled(one.id, method="REML", test="hksj")
    half = [QUANTILE * math.sqrt(v) for v in found.vi]
    outside = sum(abs(y - found.estimate) > h for y, h in zip(found.yi, half, strict=True))
    egger_p, more, filled = (
        _asymmetry(found.yi, found.vi, found.estimate)
        if found.k >= ENOUGH_FOR_ASYMMETRY
        else (None, False, None)
    )
    return {
        "imprecision": imprecision(found.ci, one.measure, one.n),
        "inconsistency": inconsistency(
            one.measure, i2=found.i2, ci=found.ci, pi=found.pi, outside=(outside, found.k)
        ),
        "publication_bias": publication_bias(found.k, egger_p, more=more, filled=filled),
    }


def _from_print(one: base.Analysis) -> dict[str, Domain]:
    ratio = one.measure in ("RR", "OR", "HR")
    ci = one.ci
    if ci is not None and one.interval.startswith("90"):
        ci = None  # narrower than what the other analyses are judged by
    if ci is not None and ratio:
        ci = (math.log(ci[0]), math.log(ci[1])) if ci[0] > 0 else None
    printed = next(row.printed for row in base.published() if row.id == one.id)
    i2 = float(printed["i2"]) if printed["i2"] else None
    return {
        "imprecision": imprecision(ci, one.measure, one.n),
        "inconsistency": inconsistency(one.measure, i2=i2),
        "publication_bias": publication_bias(one.k, None),
    }


def _asymmetry(
    yi: Sequence[float], vi: Sequence[float], estimate: float
) -> tuple[float | None, bool, int | None]:
    """(p of Egger's test, whether small studies found more, studies that trim and fill would add)."""
    from ambulando.evidence.checks.asymmetry import egger
    from ambulando.evidence.checks.trimfill import trim_and_fill
    from ambulando.evidence.faults import EvidenceFault

    try:
        found = egger(yi, vi)
    except EvidenceFault:  # all studies of one size: nothing can be seen
        return None, False, None
    return found.p, found.slope * estimate > 0, trim_and_fill(yi, vi).k0
