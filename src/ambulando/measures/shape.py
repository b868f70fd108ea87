"""What an instrument consists of: items, answers, bands, and the rules for its score and for change."""

from dataclasses import dataclass
from datetime import date
from math import prod

from ambulando.ground import Words


@dataclass(frozen=True)
class Answer:
    """One answer a person can choose: its score, its words and its LOINC answer code, where there is one."""

    score: int
    text: str
    loinc: str | None


@dataclass(frozen=True)
class Item:
    """One question. Its ``kind`` is "choice" (one of ``answers``) or "whole" (a whole number, ``low`` to ``high``).

    ``low`` and ``high`` are the ends of a choice too. ``unit`` is what a whole number counts; ``low_words`` and
    ``high_words`` stand at the ends of a track. ``needless_when`` names another item and the answer to it that makes
    this one needless: it then counts as 0, and is not missing when it was left out.
    """

    id: str
    text: str
    loinc: str | None
    answers: tuple[Answer, ...]
    answer_list: str | None
    kind: str
    low: int
    high: int
    unit: Words | None = None
    low_words: Words | None = None
    high_words: Words | None = None
    needless_when: tuple[str, int] | None = None

    def offers(self, given: int) -> bool:
        """Whether this can be an answer."""
        if self.kind == "whole":
            return self.low <= given <= self.high
        return any(answer.score == given for answer in self.answers)

    @property
    def offered(self) -> str:
        """What can be answered, as the middle of a sentence about a wrong answer."""
        scores = sorted(answer.score for answer in self.answers)
        if scores and scores != list(range(self.low, self.high + 1)):
            return f"one of {', '.join(str(score) for score in scores)}"
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Band:
    """A range of totals, both ends included. The sentence explains it to the person, without a diagnosis."""

    id: str
    low: int
    high: int
    label: str
    sentence: Words


@dataclass(frozen=True)
class Flag:
    """A mark that a score carries when one item reaches ``at_least``."""

    id: str
    item: str
    at_least: int


@dataclass(frozen=True)
class Noticed:
    """A share of the earlier total that many people notice when it falls by so much, from ``start`` points up."""

    drop: float
    start: int
    source: str
    certainty: str


@dataclass(frozen=True)
class ChangeRule:
    """What counts as change: at least ``points``, and what many people notice, where a source says so."""

    points: int
    source: str
    certainty: str
    noticed: Noticed | None


@dataclass(frozen=True)
class ClinicalRule:
    """One mark for clinicians: ``points`` of change, a ``drop`` by a share, or an end ``below`` a total.

    Those of drop and end hold for people who began at ``start`` points or more, as in the source.
    """

    source: str
    certainty: str
    points: int = 0
    drop: float = 0.0
    below: int = 0
    start: int = 0


@dataclass(frozen=True)
class ClinicalRules:
    """The marks that a source gives for one instrument; None where none does."""

    reliable: ClinicalRule | None = None
    response: ClinicalRule | None = None
    remission: ClinicalRule | None = None


@dataclass(frozen=True)
class Codes:
    """LOINC codes of the whole form and of its total; None where none was confirmed."""

    panel: str | None
    total: str | None
    answer_list: str | None


@dataclass(frozen=True)
class Instrument:
    """A questionnaire or a single question. ``items`` are scored, ``extras`` are asked beside them and never scored.

    ``group`` is where it is asked: "questionnaire", "session" (before and after one) or "plan". ``scoring`` is "sum",
    "mean", "product", "single" (its one answer) or "choose" (at most ``most`` items). ``scale`` is what the raw score is
    multiplied with, ``unit`` what a total counts. ``better`` says which way is fewer symptoms or more well-being:
    "lower", "higher", or None where neither is meant. ``translate`` says whether the licence allows translations.
    """

    id: str
    name: str
    title: str
    about: Words
    lead: str
    group: str
    items: tuple[Item, ...]
    extras: tuple[Item, ...]
    answers: tuple[Answer, ...]
    bands: tuple[Band, ...]
    band_source: str | None
    band_certainty: str | None
    flags: tuple[Flag, ...]
    recall_days: int | None
    every_days: int | None
    scoring: str
    scale: float
    unit: Words | None
    most: int | None
    better: str | None
    partial: str
    licence: str
    translate: bool
    copyright: str
    source: str
    certainty: str
    seen: date
    loinc: Codes
    change: ChangeRule | None
    clinicians: ClinicalRules

    @property
    def lowest(self) -> int | float:
        """The smallest total there can be; 0 where there is none."""
        return self.total_of([min(0, item.low) if item.needless_when else item.low for item in self.items])

    @property
    def highest(self) -> int | float:
        """The largest total there can be; 0 where there is none."""
        return self.total_of([item.high for item in self.items])

    def total_of(self, values: list[int]) -> int | float:
        """The total of a whole set of answers, one for each item; 0 for "choose", which has none."""
        if self.scoring == "choose":
            return 0
        if self.scoring == "mean":
            return sum(values) / len(values) * self.scale
        raw = prod(values) if self.scoring == "product" else sum(values)
        return round(raw * self.scale)  # whole: the scale of these is checked on load
