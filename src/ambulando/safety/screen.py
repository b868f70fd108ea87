"""The readiness screen: what a person told becomes facts, facts fire rules, rules give limits and reasons.

Own-worded, on the questions of the ACSM screening of 2015: how active now, known illness, symptoms, and how hard the
person would like it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ambulando.activity.catalogue import catalogue
from ambulando.ground import Words
from ambulando.safety.limits import INTENSITIES, Limits, tightest
from ambulando.safety.medicines import classes_of
from ambulando.safety.profile import Active, Profile
from ambulando.safety.rules import EFFECTS, OUTCOMES, Rule, care_rules, fact_rules, rules
from ambulando.safety.words import named

__all__ = ["Constraint", "Limits", "Screening", "facts_of", "of_medicines", "said", "screen", "tightest"]


@dataclass(frozen=True)
class Constraint:
    """One rule that fired: its id, effect (allow, cap, avoid, ask-first, stop), why, and what it limits."""

    rule: str
    effect: str
    reason: Words
    source: str
    limits: Limits
    certainty: str


@dataclass(frozen=True)
class Screening:
    """The outcome (full, gentle, hold, no-plan), every rule that fired, and the limits that keep within them all.

    full: within the limits. gentle: light until a clinician agreed. hold: see a doctor first. no-plan: none is made.
    """

    outcome: str
    constraints: tuple[Constraint, ...]
    limits: Limits

    @property
    def shown(self) -> tuple[Constraint, ...]:
        """What to tell the person: the stops alone where there are any (nothing else matters then), else what is ``said``."""
        stops = tuple(one for one in self.constraints if one.effect == "stop")
        return stops or said(self.constraints)


def screen(profile: Profile) -> Screening:
    """What is and what is not for this person, the gravest first, with a reason and a source for each."""
    facts = facts_of(profile)
    fired = sorted((rule for rule in rules() if rule.fires(facts)), key=_gravest_first)
    constraints = tuple(
        Constraint(rule.id, rule.effect, _reason(rule, profile), rule.source, rule.limits, rule.certainty)
        for rule in fired
    )
    outcome = max((rule.outcome for rule in fired), key=OUTCOMES.index, default="full")
    limits = tightest(*(rule.limits for rule in fired))
    asked = of_care(profile, no_numbers=limits.no_numbers)
    together = sorted((*constraints, *asked), key=lambda one: -EFFECTS.index(one.effect))
    return Screening(outcome, tuple(together), tightest(limits, *(one.limits for one in asked)))


def of_care(profile: Profile, *, no_numbers: bool = False) -> tuple[Constraint, ...]:
    """What a clinician asked for, as constraints: only ever tighter than what safety asks for anyway.

    A word that binds nothing ("hard is fine") makes none. Minutes of a week and what to leave out have no place in
    ``Limits``: ``plan`` reads them from ``profile.care``.
    """
    if profile.care is None:
        return ()
    found = []
    for rule in care_rules():
        value = getattr(profile.care, rule.key)
        if value in (None, (), INTENSITIES[-1]):
            continue
        limits = Limits(**{rule.key: value}) if rule.key in ("max_minutes", "max_intensity") else Limits()
        pattern = rule.reason_no_numbers if no_numbers else rule.reason
        reason = Words(pattern, {"asked": _asked(value)} if "{asked}" in pattern else {})
        found.append(Constraint(rule.id, rule.effect, reason, rule.source, limits, rule.certainty))
    return tuple(found)


def _asked(value: object) -> str:
    """What was asked for, as it stands in a sentence: activities by their names, kinds of movement by their own."""
    if isinstance(value, tuple):
        entries = catalogue()
        return _listed([entries[one].name if one in entries else one.replace("-", " ") for one in value])
    return str(value)


def said(constraints: Sequence[Constraint]) -> tuple[Constraint, ...]:
    """Without the notes that another one already says, or says the stricter way. The limits of all of them hold."""
    there = {one.rule for one in constraints}
    silent = {rule.id for rule in rules() if not there.isdisjoint(rule.unsaid_with)}
    return tuple(one for one in constraints if one.rule not in silent)


def of_medicines(written: tuple[str, ...]) -> tuple[Constraint, ...]:
    """What medicines bring by themselves, to somebody who is well and active: what is said of them, and the limits."""
    return screen(Profile(medicines=written, active=Active(7, 60))).shown


def facts_of(profile: Profile) -> frozenset[str]:
    """The facts that rules ask for: "condition:ID", "symptom:ID", "medicine:CLASS", and those of the fact table."""
    facts = {f"condition:{id_}" for id_ in profile.conditions}
    facts |= {f"symptom:{id_}" for id_ in profile.symptoms}
    facts |= {f"medicine:{name}" for written in profile.medicines for name in classes_of(written)}
    facts |= {rule.id for rule in fact_rules() if rule.holds(profile)}
    return frozenset(facts)


def _gravest_first(rule: Rule) -> tuple[int, int]:
    """A symptom, which may have to be called for at once, comes before a reason to make no plan at all."""
    return -EFFECTS.index(rule.effect), OUTCOMES.index(rule.outcome) if rule.effect == "stop" else 0


def _reason(rule: Rule, profile: Profile) -> Words:
    """The reason with the person's own words in it: which of their medicines or conditions made the rule fire."""
    asked = set(rule.all_of + rule.any_of)
    values: dict[str, str] = {}
    if "{medicines}" in rule.reason:
        values["medicines"] = _listed(
            [name for name in profile.medicines if asked & {f"medicine:{one}" for one in classes_of(name)}]
        )
    if "{conditions}" in rule.reason:
        told = [*profile.conditions, *(["pregnant"] if profile.pregnant else [])]
        values["conditions"] = _listed(
            [str(named("condition")[id_].said) for id_ in dict.fromkeys(told) if f"condition:{id_}" in asked]
        )
    return Words(rule.reason, values)


def _listed(names: list[str]) -> str:
    return ", ".join(names)
