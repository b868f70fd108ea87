"""Every rule of safety works through to the week: what it limits is kept whatever the person likes, and only because of it.

For each rule somebody of whom its facts hold is planned for beside a twin of whom they do not. Both like what the rule
forbids. The week of the first keeps every limit; that of the twin breaks each of them at least once, so that a control
that did nothing would be seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from random import Random
from typing import Any

import pytest
from plan_people import TODAY, bout, broken

from ambulando.activity.catalogue import KIT, catalogue
from ambulando.plan.session import Session
from ambulando.plan.week import Plan, make
from ambulando.safety.limits import Limits
from ambulando.safety.profile import DAYS, PLACES, profile_from
from ambulando.safety.rules import OUTCOMES, Rule, rules

RULES = {rule.id: rule for rule in rules()}
SEEDS = range(3)
ENERGIES = (1, 5, 9)


def wide(start: str, end: str) -> list[dict[str, str]]:
    return [{"day": day, "from": start, "to": end} for day in DAYS]


#: Somebody well who moves a lot, has everything, and may be anywhere at any hour.
WELL: dict[str, Any] = {
    "age": 40,
    "active": {"days": 5, "minutes": 60},
    "places": list(PLACES),
    "kit": list(KIT),
    "money": 3,
    "windows": wide("07:00", "21:00"),
    "minutes_per_week": 600,
    "energy": 9,
    "confidence": 9,
}
#: limit -> what pulls the other way: likes, and times where the limit is about these
PULL: Mapping[str, dict[str, Any]] = {
    "max_intensity": {"likes": ["running", "easy-run", "lap-swim", "aerobics-class"]},
    "max_minutes": {"likes": ["walking"]},
    "max_impact": {"likes": ["running", "football", "aerobics-class"]},
    "progression": {"likes": ["walking"]},
    "earliest_hour": {"likes": ["walking"], "windows": wide("03:00", "04:30")},
    "latest_hour": {"likes": ["walking"], "windows": wide("18:30", "21:00")},
    "no_floor": {"likes": ["yoga", "pilates", "bodyweight"]},
    "no_falls": {"likes": ["cycling", "sport", "hill-walk"]},
    "no_heat": {"likes": ["walking", "cycling"], "windows": wide("11:30", "16:30")},
    "seated": {"likes": ["walking", "dance", "swimming"]},
    "share": {"likes": ["walking"]},
}
#: what no session shows; tests/web/test_every_rule_on_the_page.py has them
ON_PAGES = {"no_numbers", "no_heart_rate"}
OFTEN = {"active": {"days": 2, "minutes": 60}}


def ill(*conditions: str, **more: Any) -> dict[str, Any]:
    return {"conditions": list(conditions), **more}


def takes(*names: str, **more: Any) -> dict[str, Any]:
    return {"medicines": list(names), **more}


#: rule -> what somebody tells of whom it holds
TOLD: dict[str, dict[str, Any]] = {
    "under-18": {"age": 17},
    "eating-disorder": ill("eating-disorder"),
    "compulsive-exercise": ill("compulsive-exercise"),
    "chest-discomfort": {"symptoms": ["chest-discomfort"]},
    "breathless-at-rest": {"symptoms": ["breathless-at-rest"]},
    "dizziness-or-fainting": {"symptoms": ["dizziness-or-fainting"]},
    "breathless-lying-down": {"symptoms": ["breathless-lying-down"]},
    "ankle-swelling": {"symptoms": ["ankle-swelling"]},
    "palpitations": {"symptoms": ["palpitations"]},
    "calf-pain-walking": {"symptoms": ["calf-pain-walking"]},
    "warning-sign": {"symptoms": ["warning-sign"]},
    "fatigue-alone": {"symptoms": ["fatigue"]},
    "starting-out": OFTEN,
    "older-balance": {"age": 65, **OFTEN},
    "older-strength": {"age": 65},
    "wish-light": {"intensity": "light"},
    "wish-moderate": {"intensity": "moderate"},
    "vigorous-not-checked": ill("heart", intensity="vigorous"),
    "told-to-wait": {"clearance": False},
    "not-checked-yet": ill("metabolic", **OFTEN),
    "not-checked-yet-active": ill("kidney"),
    "heart-failure-not-checked": ill("heart-failure"),
    "heart-failure": ill("heart-failure", clearance=True),
    "heart-failure-on-beta-blocker": ill("heart-failure", **takes("carvedilol")),
    "high-score": {"phq9": 20},
    "bipolar": ill("bipolar"),
    "post-exertional-malaise": ill("post-exertional-malaise"),
    "fibromyalgia": ill("fibromyalgia"),
    "chronic-pain": ill("chronic-pain"),
    "flare": ill("chronic-pain", flare=True),
    "pregnant-not-checked": {"pregnant": True},
    "pregnant": ill("pregnant", clearance=True),
    "pregnant-stop": ill("pregnant", clearance=True),
    "postpartum-not-checked": ill("postpartum"),
    "postpartum": ill("postpartum", clearance=True),
    "postpartum-pelvic-floor": ill("postpartum", clearance=True),
    "falls": ill("falls"),
    "wheelchair": ill("wheelchair"),
    "ssri": takes("sertraline"),
    "snri": takes("venlafaxine"),
    "tricyclic": takes("amitriptyline"),
    "maoi": takes("phenelzine"),
    "bupropion": takes("bupropion"),
    "mirtazapine": takes("mirtazapine"),
    "other-antidepressant": takes("trazodone"),
    "beta-blocker": takes("metoprolol"),
    "lithium": takes("lithium"),
    "antipsychotic": takes("quetiapine"),
    "stimulant": takes("methylphenidate"),
    "sedative": takes("zopiclone"),
    "cholesterol": takes("simvastatin"),
    "thyroid": takes("levothyroxine"),
    "heat-over-65": takes("sertraline", age=66),
    "heat-new-medicine": takes("sertraline", medicine_changed=True),
    "heat-hot-days": takes("sertraline", hot=True),
    "hot-days": {"hot": True},
    "falls-medicine-over-65": takes("zopiclone", age=66),
    "psychotropic-heart-rate": takes("sertraline"),
    "other-psychotropic": takes("lamotrigine"),
    "anticholinergic": takes("oxybutynin"),
    "diuretic": takes("furosemide"),
    "blood-pressure-medicine": takes("ramipril"),
    "low-sugar": takes("gliclazide"),
    "medicine-unknown": takes("blue pills"),
}
#: what the twin of a rule still has, where the rule is about something that comes on top
STILL: dict[str, dict[str, Any]] = {"flare": ill("chronic-pain")}


def bound(rule: Rule) -> list[str]:
    """The limits of a rule that a session can show."""
    free = Limits()
    names = [field.name for field in fields(Limits)]
    return [
        name
        for name in names
        if getattr(rule.limits, name) != getattr(free, name) and name not in ON_PAGES and name != "share"
    ]


#: limit -> whether a session breaks it, worked out apart from the code under test
BREAKS: Mapping[str, Callable[[Session, Limits], bool]] = {
    "max_intensity": lambda one, limits: "intensity" in broken(catalogue()[one.activity], limits),
    "max_minutes": lambda one, limits: one.minutes > (limits.max_minutes or 0),
    "max_impact": lambda one, limits: "impact" in broken(catalogue()[one.activity], limits),
    "no_floor": lambda one, limits: "floor" in broken(catalogue()[one.activity], limits),
    "no_falls": lambda one, limits: "falls" in broken(catalogue()[one.activity], limits),
    "seated": lambda one, limits: "seated" in broken(catalogue()[one.activity], limits),
    "earliest_hour": lambda one, limits: begins(one) < (limits.earliest_hour or 0) * 60,
    "latest_hour": lambda one, limits: ends(one) > (limits.latest_hour or 0) * 60,
    "no_heat": lambda one, _: (
        "outdoors" in catalogue()[one.activity].places
        and "home" not in catalogue()[one.activity].places
        and begins(one) < 17 * 60
        and ends(one) > 11 * 60
    ),
    # five minutes were the usual; a plan that never grows stays there
    "progression": lambda one, _: one.minutes > 5,
}
USUAL = tuple(
    bout("slow-stroll", ago, minutes, effort=1)
    for ago, minutes in ((1, 5), (3, 9), (5, 5), (7, 9), (9, 5), (11, 9), (13, 5))
)


def begins(one: Session) -> int:
    return one.time.hour * 60 + one.time.minute


def ends(one: Session) -> int:
    return begins(one) + one.minutes


def planned(told: dict[str, Any], limit: str, seed: int, energy: int) -> Plan:
    person = profile_from(WELL | PULL.get(limit, {}) | {"energy": energy} | told)
    bouts = USUAL if limit == "progression" else ()
    return make(person, today=TODAY, rng=Random(seed), bouts=bouts)


@cache
def of_twin(rule: str, limit: str) -> tuple[Session, ...]:
    """What somebody gets who likes the same and of whom the rule does not hold, over all seeds."""
    told = STILL.get(rule, {})
    return tuple(one for seed in SEEDS for one in planned(told, limit, seed, energy=9).week)


def test_every_rule_has_a_case_and_every_limit_something_that_pulls() -> None:
    assert set(TOLD) == set(RULES)
    assert set(PULL) | ON_PAGES == {field.name for field in fields(Limits)}
    assert set(BREAKS) | ON_PAGES | {"share"} == {field.name for field in fields(Limits)}


@pytest.mark.parametrize("rule", TOLD)
def test_a_week_keeps_every_limit_of_a_rule(rule: str) -> None:
    limits = RULES[rule].limits
    for limit in bound(RULES[rule]) or ["max_minutes"]:
        for seed in SEEDS:
            for energy in ENERGIES:
                plan = planned(TOLD[rule], limit, seed, energy)
                assert rule in {one.rule for one in plan.constraints}
                for name in bound(RULES[rule]):
                    if name != "progression" or limit == "progression":  # what is usual is known there alone
                        assert not any(BREAKS[name](one, limits) for one in plan.week), name
                assert bool(plan.week) != (RULES[rule].outcome in ("hold", "no-plan"))
                assert OUTCOMES.index(plan.outcome) >= OUTCOMES.index(RULES[rule].outcome)


@pytest.mark.parametrize("rule", TOLD)
def test_without_the_fact_the_same_likes_get_what_the_rule_forbids(rule: str) -> None:
    limits = RULES[rule].limits
    for limit in bound(RULES[rule]):
        assert any(BREAKS[limit](one, limits) for one in of_twin(rule, limit)), limit


@pytest.mark.parametrize("rule", TOLD)
def test_the_reason_stands_in_the_week_of_the_one_and_not_of_the_other(rule: str) -> None:
    plan = planned(TOLD[rule], "max_minutes", 0, 5)
    (one,) = [one for one in plan.constraints if one.rule == rule]
    assert "{" not in str(one.reason)
    if one.effect == "stop":
        assert str(one.reason) in str(plan.message)
    twin = planned(STILL.get(rule, {}), "max_minutes", 0, 5)
    assert rule not in {one.rule for one in twin.constraints}


@pytest.mark.parametrize("condition", ["fibromyalgia", "chronic-pain"])
@pytest.mark.parametrize("energy", ENERGIES)
def test_on_a_day_of_a_flare_todays_session_is_half_and_the_others_are_as_they_were(
    condition: str, energy: int
) -> None:
    for seed in SEEDS:
        calm = planned(ill(condition), "share", seed, energy).week
        flared = planned(ill(condition, flare=True), "share", seed, energy).week
        assert [one.day for one in flared] == [one.day for one in calm]
        for before, now in zip(calm, flared, strict=True):
            if before.day == TODAY:
                assert now.minutes == max(before.minutes // 2, 2)
                assert now.minutes < before.minutes or before.minutes == 2
            else:
                assert now.minutes <= max(before.minutes, 20)
        assert any(one.day == TODAY for one in calm)
        late = [(one.day, one.minutes) for one in calm if one.day != TODAY]
        assert late == [(one.day, one.minutes) for one in flared if one.day != TODAY]


def test_a_flare_never_goes_below_the_smallest_version() -> None:
    for bouts in ((), (bout("slow-stroll", 2, 3, effort=9),)):
        told = profile_from(WELL | ill("chronic-pain", flare=True, energy=0) | {"minutes_per_week": 6})
        for one in make(told, today=TODAY, rng=Random(1), bouts=bouts).week:
            assert one.minutes >= 2


def test_a_flare_says_in_the_trace_where_the_half_comes_from() -> None:
    (now, *_) = planned(ill("chronic-pain", flare=True), "share", 1, 9).week
    assert now.day == TODAY
    (share,) = [step for step in now.trace["steps"] if step["name"] == "share of today"]
    assert (share["value"], share["rule"]) == (0.5, "safety-minutes")
    (minutes,) = [step for step in now.trace["steps"] if step["name"] == "minutes"]
    assert minutes["rule"] == "safety-minutes"
