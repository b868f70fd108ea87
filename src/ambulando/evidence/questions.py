"""The questions that people bring, each with a short answer, the rows behind it, both sides where sources disagree, and how sure.

Sentences and the choice of rows stand in ``data/questions.toml``; every number comes out of a row. What is recomputed
here and what is only as published are kept apart finding by finding.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from ambulando.evidence import base, certainty, within_person
from ambulando.evidence.certainty import Grade
from ambulando.evidence.rows import CERTAINTIES, PACKAGE, Cells, Published, Row
from ambulando.ground import InputError, Words, packaged_toml

RECOMPUTED, PUBLISHED = "recomputed here", "as published"


@dataclass(frozen=True)
class Stated(Row):
    """What a source says that is no pooled effect: a direction, a rank, a share, a single trial. ``says`` is in our words,
    ``about`` names it; ``value``, ``low`` and ``high`` are in ``unit``.
    """

    about: str
    says: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    k: int | None
    n: int | None
    certainty: str
    certainty_note: str


@dataclass(frozen=True)
class Finding:
    """A row behind an answer. ``analysis`` is set where it is pooled here; ``status`` says "recomputed here" or "as
    published"; ``certainty`` is the word of the source, ``ours`` our own where it was judged. ``estimate`` and ``ci`` are on
    the scale of ``measure`` (ratios as ratios); ``pi`` is where a new study may lie. ``says`` puts a row without a pooled
    effect into words.
    """

    row: str
    analysis: str | None
    about: str
    measure: str
    estimate: float | None
    ci: tuple[float, float] | None
    interval: str
    pi: tuple[float, float] | None
    k: int | None
    n: int | None
    dose: float | None
    status: str
    confirmed: str
    certainty: str
    ours: str
    source: str
    where: str
    note: str
    says: Words | None


@dataclass(frozen=True)
class Side:
    """What some sources say on a topic on which others say something else."""

    topic: str
    says: Words
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Question:
    """A question as it is listed. ``short`` is the answer in a line."""

    id: str
    question: str
    short: str


@dataclass(frozen=True)
class Answer:
    """An answer. Field names are the JSON keys of ``evidence ask``.

    ``certainty`` is the lowest word among the rows that the answer leans on (``leans_on``): that of the review where it
    gave one, else our own. ``sentences`` are ``answer`` one by one.
    """

    id: str
    question: str
    short: str
    answer: str
    sentences: tuple[Words, ...]
    certainty: str
    leans_on: tuple[str, ...]
    findings: tuple[Finding, ...]
    sides: tuple[Side, ...]
    caveats: tuple[Words, ...]
    not_found: tuple[str, ...]
    grades: tuple[Grade, ...]
    sources: tuple[str, ...]
    date: str
    evidence_version: str


@cache
def stated() -> Mapping[str, Stated]:
    """Every statement by id."""

    def one(c: Cells) -> Stated:
        return Stated(
            *c.provenance(), c.text("about"), c.text("says"), c.maybe("value"), c.text("unit", required=False),
            c.maybe("low"), c.maybe("high"), c.maybe_whole("k"), c.maybe_whole("n"),
            c.text("certainty", one_of=CERTAINTIES), c.text("certainty_note"),
        )  # fmt: skip

    return MappingProxyType({row.id: row for row in base.checked("stated.csv", one)})


def _asked() -> Mapping[str, Mapping[str, Any]]:
    return {one["id"]: one for one in packaged_toml(PACKAGE, "questions.toml")["question"]}


def questions() -> tuple[Question, ...]:
    """The questions that have an answer, in the order in which people ask them."""
    return tuple(Question(one["id"], one["asks"], one["short"]) for one in _asked().values())


def answer(question: str) -> Answer:
    """The answer to one of ``questions()``. Pools what can be pooled (NumPy). Raises InputError for an unknown question."""
    if question not in _asked():
        raise InputError(f"There is no question called {question!r}; there are {', '.join(_asked())}.")
    one = _asked()[question]
    findings = tuple(finding(row) for row in one["rows"])
    sides = tuple(
        Side(side["topic"], _said(side), tuple(finding(row) for row in side["rows"]))
        for side in one.get("side", ())
    )
    every = (*findings, *(found for side in sides for found in side.findings))
    words = [_word(finding(row)) for row in one["lead"]]
    sentences = tuple(_said(part) for part in one["answer"])
    return Answer(
        id=question,
        question=one["asks"],
        short=one["short"],
        answer=" ".join(str(part) for part in sentences),
        sentences=sentences,
        certainty=certainty.lowest(words),
        leans_on=tuple(one["lead"]),
        findings=findings,
        sides=sides,
        caveats=tuple(_said(part) for part in one["caveat"]),
        not_found=tuple(one["not_found"]),
        grades=tuple(certainty.of_analysis(analysis) for analysis in one["grades"]),
        sources=tuple(dict.fromkeys(found.source for found in every)),
        date=one["date"].isoformat(),
        evidence_version=base.version(),
    )


def answers() -> tuple[Answer, ...]:
    """Every answer."""
    return tuple(answer(one.id) for one in questions())


def _word(found: Finding) -> str:
    return found.certainty if found.certainty in certainty.LEVELS else found.ours


@cache
def finding(row: str) -> Finding:
    """A row of the base as a finding: an analysis, a published result, a statement or a within-person fact, by its id.

    A published result that is also pooled here is given as recomputed. Raises InputError for an unknown id.
    """
    if row in base.analyses() and base.analyses()[row].status == "recomputed":
        return _pooled(base.analyses()[row])
    for result in base.published():
        if result.id == row:
            return _on_curve(result) if result.dose is not None else _printed(result)
    if row in stated():
        return _stated(stated()[row])
    for fact in within_person.facts():
        if fact.id == row:
            return _found(
                fact, fact.question, fact.measure, fact.estimate, _interval(fact.low, fact.high), None, fact.n
            )
    raise InputError(f"There is no row called {row!r} in the evidence base.")


def _interval(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def _found(
    row: Row,
    about: str,
    measure: str,
    estimate: float | None,
    ci: tuple[float, float] | None,
    k: int | None,
    n: int | None,
) -> Finding:
    return Finding(
        row=row.id, analysis=None, about=about, measure=measure, estimate=estimate, ci=ci, interval="", pi=None, k=k, n=n,
        dose=None, status=PUBLISHED, confirmed=row.confirmed, certainty="not graded", ours="", source=row.reference,
        where=row.where, note=row.note, says=None,
    )  # fmt: skip


def _stated(row: Stated) -> Finding:
    found = _found(row, row.about, row.unit, row.value, _interval(row.low, row.high), row.k, row.n)
    return replace(found, certainty=row.certainty, says=Words(row.says))


def _printed(row: Published) -> Finding:
    if row.analysis:
        return _pooled(base.analyses()[row.analysis])
    found = _found(row, row.question, row.measure, row.estimate, _interval(row.low, row.high), row.k, row.n)
    return replace(found, certainty=row.certainty, interval=row.interval)


def _on_curve(row: Published) -> Finding:
    """A dose of a curve that is pooled here."""
    from ambulando.evidence.dose import CurvePoint
    from ambulando.evidence.recompute import dose_curve

    if row.dose is None or not row.analysis:
        raise InputError(f"published.csv: row {row.id!r} is no dose of a curve that is pooled here.")
    curve = dose_curve(row.analysis, at=(row.dose,))
    point = curve.curve[0]
    if not isinstance(point, CurvePoint):
        raise InputError(f"published.csv: row {row.id!r} is on a curve of means, which has no ratio.")
    found = _found(row, row.question, row.measure, point.rr, point.ci, curve.k, row.n)
    return replace(
        found, analysis=row.analysis, interval="95% confidence", dose=row.dose, status=RECOMPUTED,
        certainty=row.certainty, ours=certainty.of_analysis(row.analysis).total,
    )  # fmt: skip


def _pooled(one: base.Analysis) -> Finding:
    """As the source pooled, with the prediction interval of our own default."""
    from ambulando.evidence.recompute import pooled

    ours = certainty.of_analysis(one.id).total
    shared: dict[str, Any] = {
        "row": one.id, "analysis": one.id, "about": one.question, "measure": one.measure, "k": one.k, "n": one.n,
        "status": RECOMPUTED, "confirmed": one.confirmed, "certainty": one.certainty, "ours": ours,
        "source": one.reference, "where": one.where, "note": one.note, "interval": "95% confidence", "says": None,
    }  # fmt: skip
    if one.rows == "dose":
        return Finding(**shared, estimate=None, ci=None, pi=None, dose=None)
    theirs, default = pooled(one.id), pooled(one.id, method="REML", test="hksj")
    estimate, ci, pi = theirs.estimate, theirs.ci, default.pi
    if theirs.estimate_exp is not None and theirs.ci_exp is not None and default.pi_exp is not None:
        estimate, ci, pi = theirs.estimate_exp, theirs.ci_exp, default.pi_exp
    return Finding(**shared, estimate=estimate, ci=ci, pi=pi if math.isfinite(pi[0]) else None, dose=None)


def _said(part: Mapping[str, Any]) -> Words:
    """A sentence with the numbers of its rows."""
    values = {name: value_of(place) for name, place in part.get("values", {}).items()}
    return Words(part["says"], values)


def value_of(place: str) -> str:
    """The number at "row.field" as it stands in a sentence. Raises InputError where the row has no such number."""
    row, _dot, field = place.rpartition(".")
    found = finding(row)
    low, high = found.ci if found.ci is not None else (None, None)
    known: Mapping[str, tuple[float | None, str]] = {
        "estimate": (found.estimate, ".2f"),
        "low": (low, ".2f"),
        "high": (high, ".2f"),
        "from": (low, ".0f"),
        "to": (high, ".0f"),
        "k": (found.k, ",d"),
        "n": (found.n, ",d"),
        "rank": (found.estimate, ".0f"),
        "percent": (found.estimate, ".0f"),
        "less": (_changed(found, lambda ratio: 1 - ratio), ".0f"),
        "more": (_changed(found, lambda ratio: ratio - 1), ".0f"),
        "of100": (of100(found), ".0f"),
    }
    value, form = known.get(field, (None, ""))
    if value is None:
        raise InputError(f"questions.toml: {place!r} is no number; {row!r} has none of that kind.")
    return f"{value:{form}}".replace("-", "\u2212")


def _changed(found: Finding, change: Any) -> float | None:
    if found.measure not in ("RR", "OR", "HR") or found.estimate is None:
        return None
    return float(100 * change(found.estimate))


def of100(found: Finding) -> float | None:
    """How many of 100 people of the other group had more symptoms than the typical person who exercised (Cohen's U3).

    From a standardised mean difference, for scores that are spread normally: 50 is no difference.
    """
    if found.measure != "SMD" or found.estimate is None:
        return None
    return 50 * (1 + math.erf(-found.estimate / math.sqrt(2)))


def rows_used() -> Sequence[str]:
    """The ids of all rows that an answer names, each once."""
    named: list[str] = []
    for one in _asked().values():
        named += [*one["lead"], *one["rows"], *one["grades"]]
        for part in (*one["answer"], *one["caveat"], *one.get("side", ())):
            named += [place.rpartition(".")[0] for place in part.get("values", {}).values()]
            named += part.get("rows", [])
    return tuple(dict.fromkeys(named))
