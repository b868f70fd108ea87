"""Every rule of the readiness screen fires on its facts and on no others, and nothing told ever loosens a limit."""

import re
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.safety.limits import INTENSITIES, Limits, tightest
from ambulando.safety.medicines import medicines
from ambulando.safety.profile import CONDITIONS, SYMPTOMS, profile_from
from ambulando.safety.rules import OUTCOMES, rules
from ambulando.safety.screen import Screening, screen
from cast import ADA, BEN, CLEO, DANA, ELI, FAY, GUS, HANA

MOVING = {"active": {"days": 4, "minutes": 40}}


def screened(**told: Any) -> Screening:
    return screen(profile_from(told))


def fired(**told: Any) -> set[str]:
    return {one.rule for one in screened(**told).constraints}


def ill(*conditions: str, **told: Any) -> dict[str, Any]:
    return {"conditions": list(conditions), **told}


def takes(*names: str, **told: Any) -> dict[str, Any]:
    return {"medicines": list(names), **told}


#: rule -> (a profile on which it fires, the nearest profile on which it does not)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "under-18": ({"age": 17}, {"age": 18}),
    "eating-disorder": (ill("eating-disorder"), ill("falls")),
    "compulsive-exercise": (ill("compulsive-exercise"), ill("falls")),
    "chest-discomfort": ({"symptoms": ["chest-discomfort"]}, {"symptoms": ["fatigue"]}),
    "breathless-at-rest": ({"symptoms": ["breathless-at-rest"]}, {"symptoms": ["breathless-lying-down"]}),
    "dizziness-or-fainting": ({"symptoms": ["dizziness-or-fainting"]}, {"symptoms": ["fatigue"]}),
    "breathless-lying-down": ({"symptoms": ["breathless-lying-down"]}, {"symptoms": ["breathless-at-rest"]}),
    "ankle-swelling": ({"symptoms": ["ankle-swelling"]}, {"symptoms": ["calf-pain-walking"]}),
    "palpitations": ({"symptoms": ["palpitations"]}, {"symptoms": ["fatigue"]}),
    "calf-pain-walking": ({"symptoms": ["calf-pain-walking"]}, {"symptoms": ["ankle-swelling"]}),
    "warning-sign": ({"symptoms": ["warning-sign"]}, {"symptoms": ["fatigue"]}),
    "fatigue-alone": ({"symptoms": ["fatigue"]}, {"barriers": ["fatigue"]}),
    "starting-out": ({"active": {"days": 3, "minutes": 29}}, {"active": {"days": 3, "minutes": 30}}),
    "older-balance": ({"age": 65}, {"age": 64}),
    "older-strength": ({"age": 65, **MOVING}, {"age": 64, **MOVING}),
    "wish-light": ({"intensity": "light"}, {"intensity": "moderate"}),
    "wish-moderate": ({"intensity": "moderate"}, {"intensity": "vigorous"}),
    "vigorous-not-checked": (
        ill("heart", intensity="vigorous", **MOVING),
        ill("heart", intensity="vigorous", clearance=True, **MOVING),
    ),
    "told-to-wait": ({"clearance": False}, {"clearance": True}),
    "not-checked-yet": (ill("kidney"), ill("kidney", clearance=True)),
    "not-checked-yet-active": (ill("metabolic", **MOVING), ill("metabolic", clearance=True, **MOVING)),
    "heart-failure-not-checked": (ill("heart-failure"), ill("heart-failure", clearance=True)),
    "heart-failure": (ill("heart-failure", clearance=True), ill("heart", clearance=True)),
    "heart-failure-on-beta-blocker": (
        ill("heart-failure", **takes("carvedilol")),
        ill("heart-failure", **takes("sertraline")),
    ),
    "high-score": ({"phq9": 20}, {"phq9": 19}),
    "bipolar": (ill("bipolar"), ill("chronic-pain")),
    "post-exertional-malaise": (ill("post-exertional-malaise"), {"symptoms": ["fatigue"]}),
    "fibromyalgia": (ill("fibromyalgia"), ill("chronic-pain")),
    "chronic-pain": (ill("chronic-pain"), ill("fibromyalgia")),
    "flare": (ill("chronic-pain", flare=True), ill("falls", flare=True)),
    "pregnant-not-checked": ({"pregnant": True}, {"pregnant": True, "clearance": True}),
    "pregnant": (ill("pregnant", clearance=True), {"pregnant": False}),
    "pregnant-stop": ({"pregnant": True}, ill("postpartum")),
    "postpartum-not-checked": (ill("postpartum"), ill("postpartum", clearance=True)),
    "postpartum": (ill("postpartum", clearance=True), ill("pregnant", clearance=True)),
    "postpartum-pelvic-floor": (ill("postpartum"), ill("pregnant")),
    "falls": (ill("falls"), {"age": 64}),
    "wheelchair": (ill("wheelchair"), ill("falls")),
    "ssri": (takes("Zoloft 50 mg"), takes("venlafaxine")),
    "snri": (takes("venlafaxine"), takes("sertraline")),
    "tricyclic": (takes("amitriptyline"), takes("mirtazapine")),
    "maoi": (takes("phenelzine"), takes("amitriptyline")),
    "bupropion": (takes("Wellbutrin XL"), takes("sertraline")),
    "mirtazapine": (takes("mirtazapine"), takes("trazodone")),
    "other-antidepressant": (takes("trazodone"), takes("mirtazapine")),
    "beta-blocker": (takes("metoprolol"), takes("lithium")),
    "lithium": (takes("lithium carbonate"), takes("quetiapine")),
    "antipsychotic": (takes("quetiapine"), takes("lithium")),
    "stimulant": (takes("methylphenidate"), takes("bupropion")),
    "sedative": (takes("zopiclone"), takes("mirtazapine")),
    "cholesterol": (takes("Zocor"), takes("metformin")),
    "thyroid": (takes("levothyroxine"), takes("metformin")),
    "heat-over-65": (takes("sertraline", age=66), takes("sertraline", age=65)),
    "heat-new-medicine": (takes("lamotrigine", medicine_changed=True), takes("lamotrigine")),
    "heat-hot-days": (takes("sertraline", hot=True), takes("zopiclone", hot=True)),
    "hot-days": ({"hot": True}, {"hot": False}),
    "falls-medicine-over-65": (takes("zopiclone", age=66), takes("zopiclone", age=65)),
    "psychotropic-heart-rate": (takes("zopiclone"), takes("ramipril")),
    "other-psychotropic": (takes("lamotrigine"), takes("lithium")),
    "anticholinergic": (takes("oxybutynin"), takes("omeprazole")),
    "diuretic": (takes("furosemide"), takes("lisinopril")),
    "blood-pressure-medicine": (takes("Norvasc"), takes("furosemide")),
    "low-sugar": (takes("insulin glargine"), takes("metformin")),
    "medicine-unknown": (takes("setraline"), takes("sertraline")),
}


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == {rule.id for rule in rules()}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fires_on_its_facts_and_not_beside_them(rule: str) -> None:
    on, off = CASES[rule]
    assert rule in fired(**on)
    assert rule not in fired(**off)


@pytest.mark.parametrize("rule", CASES)
def test_what_a_rule_limits_holds_in_the_whole_screening(rule: str) -> None:
    found = screened(**CASES[rule][0])
    (one,) = [constraint for constraint in found.constraints if constraint.rule == rule]
    assert no_looser(found.limits, one.limits)
    assert "https://" in one.source or one.source == "Our own judgement, not reviewed by a clinician"
    assert one.certainty


# --- the people of the cast


def test_somebody_well_and_active_has_the_full_library() -> None:
    found = screen(profile_from(HANA | {"medicines": []}))
    assert (found.outcome, found.constraints, found.limits) == ("full", (), Limits())


def test_somebody_starting_out_gets_the_full_library_easy_and_short() -> None:
    found = screen(profile_from(ADA))
    assert found.outcome == "full"
    assert (found.limits.max_intensity, found.limits.max_minutes) == ("moderate", 30)


def test_a_heart_condition_is_gentle_until_checked_and_clearance_lifts_it() -> None:
    assert screen(profile_from(BEN)).outcome == "gentle"
    assert screen(profile_from(BEN)).limits.max_intensity == "light"
    assert screen(profile_from(BEN | {"clearance": False})).outcome == "gentle"
    assert screen(profile_from(BEN | {"clearance": True})).outcome == "full"
    checked_and_active = screen(profile_from(BEN | MOVING | {"clearance": True}))
    assert checked_and_active.limits.max_intensity == "vigorous"


def test_somebody_active_with_a_heart_condition_goes_on_as_before_but_not_harder() -> None:
    found = screen(profile_from(BEN | MOVING))
    assert (found.outcome, found.limits.max_intensity) == ("gentle", "moderate")


def test_chest_discomfort_holds_the_plan_and_nothing_else_is_said() -> None:
    found = screen(profile_from(CLEO))
    assert found.outcome == "hold"
    assert found.limits.max_minutes == 0
    assert [one.rule for one in found.shown] == ["chest-discomfort"]
    assert "see a doctor" in str(found.shown[0].reason)


def test_clearance_does_not_lift_a_symptom() -> None:
    assert screen(profile_from(CLEO | {"clearance": True})).outcome == "hold"


def test_post_exertional_malaise_blocks_progression() -> None:
    found = screen(profile_from(DANA))
    assert not found.limits.progression
    assert found.limits.max_intensity == "light"
    assert all(screen(profile_from(person)).limits.progression for person in (ADA, BEN, GUS, HANA))


def test_a_minor_is_not_offered_a_plan_and_is_told_kindly() -> None:
    found = screen(profile_from(ELI))
    assert found.outcome == "no-plan"
    assert "adult you trust" in str(found.shown[0].reason)


@pytest.mark.parametrize("condition", ["eating-disorder", "compulsive-exercise"])
def test_exercise_that_harms_gets_no_plan_and_no_numbers(condition: str) -> None:
    found = screen(profile_from(FAY | {"conditions": [condition]}))
    assert found.outcome == "no-plan"
    assert found.limits.no_numbers
    assert found.limits.max_minutes == 0
    assert not re.search(r"[0-9]", " ".join(str(one.reason) for one in found.shown))


def test_a_beta_blocker_and_a_tricyclic_mean_no_heart_rate_zones_and_no_floor() -> None:
    found = screen(profile_from(GUS))
    assert found.limits.no_heart_rate
    assert found.limits.no_floor
    assert found.limits.no_heat
    reasons = {one.rule: str(one.reason) for one in found.constraints}
    assert reasons["tricyclic"].startswith("You take amitriptyline.")
    assert reasons["beta-blocker"].startswith("You take metoprolol.")


def test_a_high_score_never_blocks() -> None:
    found = screened(phq9=27, **MOVING)
    assert found.outcome == "full"
    assert found.limits.max_minutes == 10
    assert "alongside your care" in str(found.constraints[0].reason)


def test_bipolar_means_daytime_and_moderate() -> None:
    limits = screened(**ill("bipolar", **MOVING)).limits
    assert (limits.latest_hour, limits.max_intensity) == (18, "moderate")


def test_an_unknown_medicine_asks_and_does_not_guess() -> None:
    found = screened(medicines=["setraline"], **MOVING)
    assert found.outcome == "full"
    (one,) = found.constraints
    assert one.effect == "ask-first"
    assert str(one.reason).startswith("We do not know setraline. Is it spelled as on the box?")


def test_only_the_medicines_that_a_rule_is_about_are_named_in_its_reason() -> None:
    reasons = {
        one.rule: str(one.reason) for one in screened(medicines=["Zoloft", "quetiapine", "blue"]).constraints
    }
    assert reasons["ssri"].startswith("You take Zoloft. ")
    assert reasons["antipsychotic"].startswith("You take quetiapine. ")
    assert reasons["medicine-unknown"].startswith("We do not know blue. ")


def test_a_medicine_name_with_braces_is_shown_as_it_was_written() -> None:
    reasons = [str(one.reason) for one in screened(medicines=["{x} {0}"]).constraints]
    assert any("{x} {0}" in reason for reason in reasons)


def test_the_conditions_of_a_person_are_named_in_the_reason() -> None:
    reasons = {
        one.rule: str(one.reason) for one in screened(**ill("heart", "metabolic", "falls")).constraints
    }
    assert "a heart condition, diabetes or high blood sugar." in reasons["not-checked-yet"]


def test_the_gravest_comes_first() -> None:
    effects = [
        one.effect
        for one in screened(**ill("heart", "falls", symptoms=["palpitations", "fatigue"])).constraints
    ]
    order = ["stop", "ask-first", "avoid", "cap", "allow"]
    assert effects == sorted(effects, key=order.index)


# --- what holds for everybody

CONDITION_SETS = st.lists(st.sampled_from(CONDITIONS), unique=True, max_size=4)
SYMPTOM_SETS = st.lists(st.sampled_from(SYMPTOMS), unique=True, max_size=3)
MEDICINE_SETS = st.lists(
    st.sampled_from(sorted(medicines())) | st.just("blue pills"), unique=True, max_size=3
)
PEOPLE = st.fixed_dictionaries(
    {"conditions": CONDITION_SETS, "symptoms": SYMPTOM_SETS, "medicines": MEDICINE_SETS},
    optional={
        "age": st.integers(0, 120),
        "phq9": st.integers(0, 27),
        "pregnant": st.booleans(),
        "clearance": st.booleans(),
        "active": st.fixed_dictionaries({"days": st.integers(0, 7), "minutes": st.integers(0, 120)}),
        "intensity": st.sampled_from(INTENSITIES),
        "flare": st.booleans(),
        "medicine_changed": st.booleans(),
        "hot": st.booleans(),
    },
)


def no_looser(one: Limits, other: Limits) -> bool:
    return tightest(one, other) == one


def no_more_open(one: Screening, other: Screening) -> bool:
    return OUTCOMES.index(one.outcome) >= OUTCOMES.index(other.outcome) and no_looser(
        one.limits, other.limits
    )


@given(PEOPLE, CONDITION_SETS, SYMPTOM_SETS, MEDICINE_SETS)
def test_telling_of_more_never_loosens_anything(
    person: dict[str, Any], conditions: list[str], symptoms: list[str], names: list[str]
) -> None:
    more = person | {
        "conditions": person["conditions"] + conditions,
        "symptoms": person["symptoms"] + symptoms,
        "medicines": person["medicines"] + names,
    }
    before, after = screened(**person), screened(**more)
    assert no_more_open(after, before)
    assert {one.rule for one in before.constraints} <= {one.rule for one in after.constraints}


@given(PEOPLE)
def test_pregnancy_never_loosens_and_clearance_never_tightens(person: dict[str, Any]) -> None:
    assert no_more_open(screened(**person | {"pregnant": True}), screened(**person | {"pregnant": False}))
    assert no_more_open(screened(**person | {"clearance": None}), screened(**person | {"clearance": True}))


@pytest.mark.parametrize("key", ["flare", "medicine_changed", "hot"])
@given(PEOPLE)
def test_a_flare_a_new_medicine_and_hot_days_only_ever_tighten(key: str, person: dict[str, Any]) -> None:
    assert no_more_open(screened(**person | {key: True}), screened(**person | {key: False}))
    assert screened(**person | {key: False}) == screened(**person | {key: None})


@given(PEOPLE)
def test_a_wish_for_less_is_followed_and_a_wish_for_more_opens_nothing(person: dict[str, Any]) -> None:
    none = screened(**person | {"intensity": None})
    light, hard = screened(**person | {"intensity": "light"}), screened(**person | {"intensity": "vigorous"})
    assert light.limits.max_intensity == "light"
    assert no_more_open(light, none)
    assert light.outcome == none.outcome, "a wish for less asks nobody for a note"
    assert no_more_open(hard, none)


@given(PEOPLE)
def test_a_flare_leaves_a_half_and_never_holds(person: dict[str, Any]) -> None:
    calm, flared = screened(**person | {"flare": False}), screened(**person | {"flare": True})
    painful = {"fibromyalgia", "chronic-pain"} & set(person["conditions"])
    assert flared.limits.share == (0.5 if painful else 1.0)
    assert (flared.outcome, flared.limits.progression) == (calm.outcome, calm.limits.progression)


@given(PEOPLE)
def test_light_movement_is_locked_by_symptoms_alone_for_those_we_plan_for(person: dict[str, Any]) -> None:
    found = screened(**person)
    real_symptoms = set(person["symptoms"]) - {"fatigue"}
    if found.outcome != "no-plan":
        assert (found.outcome == "hold") == bool(real_symptoms)
        assert (found.limits.max_minutes == 0) == bool(real_symptoms)


@given(PEOPLE)
def test_fatigue_never_changes_what_is_open(person: dict[str, Any]) -> None:
    rested = screened(**person | {"symptoms": [one for one in person["symptoms"] if one != "fatigue"]})
    tired = screened(**person | {"symptoms": [*rested_symptoms(person), "fatigue"]})
    assert (tired.outcome, tired.limits) == (rested.outcome, rested.limits)


def rested_symptoms(person: dict[str, Any]) -> list[str]:
    return [one for one in person["symptoms"] if one != "fatigue"]


@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_telling_does_not_matter(person: dict[str, Any], rng: Any) -> None:
    shuffled = {
        key: rng.sample(value, len(value)) if isinstance(value, list) else value
        for key, value in person.items()
    }
    one, other = screened(**person), screened(**shuffled)
    assert (one.outcome, one.limits) == (other.outcome, other.limits)


# --- limits

LIMITS = st.builds(
    Limits,
    max_intensity=st.sampled_from(INTENSITIES),
    max_minutes=st.none() | st.integers(0, 60),
    max_impact=st.integers(0, 3),
    progression=st.booleans(),
    earliest_hour=st.none() | st.integers(0, 23),
    latest_hour=st.none() | st.integers(0, 23),
    no_floor=st.booleans(),
    no_falls=st.booleans(),
    no_heat=st.booleans(),
    no_numbers=st.booleans(),
    no_heart_rate=st.booleans(),
    seated=st.booleans(),
    share=st.floats(0.1, 1),
)


@given(LIMITS, LIMITS, LIMITS)
def test_the_tightest_of_limits_is_the_same_in_any_order_and_keeps_within_each(
    a: Limits, b: Limits, c: Limits
) -> None:
    assert tightest(a, b) == tightest(b, a)
    assert tightest(tightest(a, b), c) == tightest(a, tightest(b, c)) == tightest(a, b, c)
    assert tightest(a, a) == a
    assert tightest(a, Limits()) == a
    assert no_looser(tightest(a, b), a)


@given(LIMITS)
def test_every_limit_has_its_part_in_the_tightest(limits: Limits) -> None:
    for field in fields(Limits):
        alone = Limits(**{field.name: getattr(limits, field.name)})
        assert getattr(tightest(Limits(), alone), field.name) == getattr(limits, field.name)


# --- the sentences


@pytest.mark.parametrize("rule", [rule.id for rule in rules()])
def test_a_reason_is_plain_and_tells_nobody_what_to_take(rule: str) -> None:
    (text,) = [one.reason for one in rules() if one.id == rule]
    lowered = text.lower()
    for word in (
        "diagnos",
        "cure",
        "treat",
        "remission",
        "dose of your",
        "stop taking",
        "start taking",
        "!",
        "must",
    ):
        assert word not in lowered
    for sentence in re.split(r"[.?:] ", text):
        assert len(sentence.split()) <= 24, sentence


# --- what is said beside what


def told(**answers: Any) -> list[str]:
    return [one.rule for one in screened(**answers).shown]


@pytest.mark.parametrize(
    ("answers", "said", "unsaid"),
    [
        (ill("post-exertional-malaise"), "post-exertional-malaise", "starting-out"),
        (ill("heart", "heart-failure", **MOVING), "heart-failure-not-checked", "not-checked-yet-active"),
        (ill("heart", intensity="vigorous"), "not-checked-yet", "vigorous-not-checked"),
        (ill("wheelchair", age=70), "wheelchair", "older-strength"),
        (takes("sertraline", hot=True, medicine_changed=True, age=70), "heat-hot-days", "heat-over-65"),
        (takes("sertraline", "metoprolol"), "beta-blocker", "psychotropic-heart-rate"),
        (ill("kidney", clearance=False, **MOVING), "told-to-wait", "not-checked-yet-active"),
        (ill("fibromyalgia", "chronic-pain"), "fibromyalgia", "chronic-pain"),
    ],
)
def test_no_two_notes_say_the_opposite_or_the_same(answers: dict[str, Any], said: str, unsaid: str) -> None:
    assert said in told(**answers)
    assert unsaid not in told(**answers)
    assert unsaid in fired(**answers)  # what it limits holds


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.unsaid_with], ids=lambda rule: rule.id)
def test_a_note_is_silent_only_where_another_one_speaks(rule: Any) -> None:
    by_id = {one.id: one for one in rules()}
    for other in rule.unsaid_with:
        assert rule.id not in by_id[other].unsaid_with
        assert rule.effect != "stop"


@given(st.fixed_dictionaries({}, optional={
    "age": st.integers(16, 90), "conditions": st.lists(st.sampled_from(CONDITIONS), unique=True, max_size=5),
    "clearance": st.booleans(), "intensity": st.sampled_from(INTENSITIES), "hot": st.booleans(),
    "medicine_changed": st.booleans(),
    "medicines": st.lists(st.sampled_from(sorted(medicines())), unique=True, max_size=4),
}))  # fmt: skip
def test_something_is_said_whenever_something_is_limited(answers: dict[str, Any]) -> None:
    found = screen(profile_from(answers))
    assert bool(found.shown) == bool(found.constraints)


def test_a_symptom_comes_before_all_else_that_stops() -> None:
    found = screened(age=17, symptoms=["chest-discomfort"], **ill("eating-disorder"))
    assert found.shown[0].rule == "chest-discomfort"
    assert found.outcome == "no-plan"


def test_who_was_told_to_wait_is_offered_light_movement_alone() -> None:
    found = screened(clearance=False, **MOVING)
    assert (found.outcome, found.limits.max_intensity) == ("gentle", "light")
