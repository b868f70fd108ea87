"""The rules of safety, read from ``data/rules.toml``: which facts, which effect, which limits, and why."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from ambulando.ground import InputError, packaged_toml
from ambulando.safety.limits import INTENSITIES, Limits
from ambulando.safety.medicines import CLASSES
from ambulando.safety.profile import Care, Profile
from ambulando.safety.words import PACKAGE, named

EFFECTS = ("allow", "cap", "avoid", "ask-first", "stop")
#: From open to closed: the most careful one of all rules that fire is the outcome.
OUTCOMES = ("full", "gentle", "hold", "no-plan")
CERTAINTIES = ("guideline", "review", "study", "label", "judgement")
#: What may keep a rule from firing. An illness, a symptom or a medicine is none of them, so telling of one can only
#: ever make the limits tighter.
REASSURANCES = ("active", "cleared")
#: The facts that say who a person is rather than what they told, so a reason may name them.
VALUES = ("conditions", "medicines")


@dataclass(frozen=True)
class Rule:
    """A rule fires when all of ``all_of``, one of ``any_of`` (if it has some) and none of ``unless`` hold.

    Its note is not said beside a rule of ``unsaid_with``, which says the same or more; its limits hold all the same.
    """

    id: str
    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    unless: tuple[str, ...]
    effect: str
    outcome: str
    limits: Limits
    reason: str
    source: str
    certainty: str
    unsaid_with: tuple[str, ...] = ()

    def fires(self, facts: frozenset[str]) -> bool:
        """Whether this rule applies to a person of whom these facts hold."""
        if not facts.issuperset(self.all_of) or not facts.isdisjoint(self.unless):
            return False
        return not self.any_of or not facts.isdisjoint(self.any_of)


@dataclass(frozen=True)
class FactRule:
    """How an answer of a profile becomes a fact: below, at least, or equal; for "active" both of days and minutes."""

    id: str
    key: str
    below: int | None
    at_least: int | None
    days_at_least: int | None
    minutes_at_least: int | None
    equals: str | bool | None

    def holds(self, profile: Profile) -> bool:
        """Whether this fact holds of a person; an answer that was not given makes no fact."""
        value = getattr(profile, self.key)
        if value is None:
            return False
        if self.equals is not None:
            return bool(value == self.equals)
        if self.days_at_least is not None and self.minutes_at_least is not None:
            return bool(value.days >= self.days_at_least and value.minutes >= self.minutes_at_least)
        return (self.below is None or value < self.below) and (
            self.at_least is None or value >= self.at_least
        )


@dataclass(frozen=True)
class CareRule:
    """The words for one thing that a clinician asked for. ``key`` is that of ``Care``; its limit is what stands there.

    ``reason_no_numbers`` is for those for whom numbers of exercise can do harm.
    """

    id: str
    key: str
    effect: str
    reason: str
    reason_no_numbers: str
    source: str = "What your clinician asked for, as it was written down"
    certainty: str = "clinician"


@cache
def rules() -> tuple[Rule, ...]:
    """All rules in the order of the table. Raises InputError naming the rule that is at fault."""
    return rules_of(packaged_toml(PACKAGE, "data/rules.toml"))


@cache
def fact_rules() -> tuple[FactRule, ...]:
    """How the answers of a profile become facts."""
    return _fact_rules(packaged_toml(PACKAGE, "data/rules.toml"))


@cache
def care_rules() -> tuple[CareRule, ...]:
    """What a clinician can ask for, in the order of the table. Raises InputError naming the rule that is at fault."""
    return care_rules_of(packaged_toml(PACKAGE, "data/rules.toml"))


def care_rules_of(table: Mapping[str, Any]) -> tuple[CareRule, ...]:
    """The rules that the ``care`` part of a TOML table describes, checked. Raises InputError naming the one at fault."""
    found = []
    for row in table["care"]:
        where = f"rules.toml, rule '{row.get('id', '?')}',"
        try:
            rule = CareRule(**row)
        except TypeError as error:
            raise InputError(f"{where} is not whole: {error}.") from error
        _among([rule.key], [field.name for field in fields(Care)], f"{where} has the key")
        _among([rule.effect], ("allow", "cap", "avoid"), f"{where} has the effect")
        _among(
            [name for _, name, _, _ in string.Formatter().parse(rule.reason) if name],
            ["asked"],
            f"{where} tells",
        )
        found.append(rule)
    return tuple(found)


def rules_of(table: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules that a TOML table describes, checked. Raises InputError naming the rule that is at fault."""
    known = {"medicine:unknown", *(fact.id for fact in _fact_rules(table))}
    known |= {f"{kind}:{id_}" for kind in ("condition", "symptom") for id_ in named(kind)}
    known |= {f"medicine:{name}" for name in CLASSES}
    groups = table.get("groups", {})
    made = tuple(_rule(row, table["sources"], known, groups) for row in table["rules"])
    ids = [rule.id for rule in made]
    for id_ in ids:
        if ids.count(id_) > 1:
            raise InputError(f"rules.toml has two rules with the id '{id_}'.")
    for rule in made:
        _among(rule.unsaid_with, ids, f"rules.toml, rule '{rule.id}', is unsaid with")
    return made


def _fact_rules(table: Mapping[str, Any]) -> tuple[FactRule, ...]:
    return tuple(
        FactRule(
            id=str(row["id"]),
            key=str(row["key"]),
            below=row.get("below"),
            at_least=row.get("at_least"),
            days_at_least=row.get("days_at_least"),
            minutes_at_least=row.get("minutes_at_least"),
            equals=row.get("equals"),
        )
        for row in table["facts"]
    )


def _rule(
    row: Mapping[str, Any],
    sources: Mapping[str, Any],
    known: set[str],
    groups: Mapping[str, Sequence[str]],
) -> Rule:
    where = f"rules.toml, rule '{row.get('id', '?')}',"
    try:
        source = sources[row["source"]]
        limits = Limits(**row.get("limits", {}))
        made = Rule(
            id=str(row["id"]),
            all_of=tuple(row.get("all", ())),
            any_of=tuple(fact for one in row.get("any", ()) for fact in groups.get(one, (one,))),
            unless=tuple(row.get("unless", ())),
            effect=str(row["effect"]),
            outcome=str(row.get("outcome", "full")),
            limits=limits,
            reason=str(row["reason"]),
            # our own judgement has no address
            source=", ".join(source[name] for name in ("citation", "address") if name in source),
            certainty=str(row["certainty"]),
            unsaid_with=tuple(row.get("unsaid_with", ())),
        )
    except (KeyError, TypeError) as error:
        raise InputError(f"{where} is not whole: {error} is missing or not known.") from error
    _check(made, where, known)
    return made


def _check(rule: Rule, where: str, known: set[str]) -> None:
    _among(rule.all_of + rule.any_of + rule.unless, known, f"{where} asks for the fact")
    _among(rule.unless, REASSURANCES, f"{where} may not be lifted by")
    _among([rule.effect], EFFECTS, f"{where} has the effect")
    _among([rule.outcome], OUTCOMES, f"{where} has the outcome")
    _among([rule.certainty], CERTAINTIES, f"{where} has the certainty")
    _among([rule.limits.max_intensity], INTENSITIES, f"{where} has the intensity")
    _among(
        [name for _, name, _, _ in string.Formatter().parse(rule.reason) if name], VALUES, f"{where} tells"
    )
    if (rule.effect == "stop") != (rule.outcome in ("hold", "no-plan")):
        raise InputError(f"{where} must have the effect stop exactly when it holds or makes no plan.")
    if rule.outcome == "hold" and not all(fact.startswith("symptom:") for fact in rule.any_of):
        raise InputError(f"{where} holds light movement, which only a symptom may do.")
    if rule.effect == "allow" and rule.limits != Limits():
        raise InputError(f"{where} allows and limits at once.")
    if not 0 < rule.limits.share <= 1:
        raise InputError(f"{where} leaves a share of {rule.limits.share}, which is not above 0 and up to 1.")
    closed = rule.limits.max_minutes == 0
    if closed != (rule.effect == "stop"):
        raise InputError(f"{where} must have max_minutes 0 exactly when it stops.")


def _among(found: Sequence[str], known: Sequence[str] | set[str], what: str) -> None:
    for one in found:
        if one not in known:
            raise InputError(f"{what} '{one}', which is not one of {', '.join(sorted(known)[:40])}.")
