"""Every number of a trace follows from the rows and the rule that it names, worked out again apart from the code."""

from collections import defaultdict
from datetime import time, timedelta
from math import exp, floor, pi, sqrt
from random import Random
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_people import BOUTS, PROFILES, TODAY, bout

from ambulando.activity.catalogue import catalogue
from ambulando.evidence.base import analyses, published, references
from ambulando.ground import as_json, words_of
from ambulando.plan.barriers import barriers
from ambulando.plan.doing import FEATURES, Offered, beliefs, learn
from ambulando.plan.drawn import drawn
from ambulando.plan.offer import energy_share
from ambulando.plan.progression import planned_week
from ambulando.plan.regimen import characteristics
from ambulando.plan.rules import number, rules
from ambulando.plan.session import Session
from ambulando.plan.standing import standing
from ambulando.plan.today import shorter, smaller, suggestion, swap
from ambulando.plan.week import Plan, make
from ambulando.safety.profile import Profile, profile_from
from ambulando.safety.screen import screen
from cast import ADA, GUS, HANA

EXAMPLES = settings(max_examples=150)
PUBLISHED = {one.id: one for one in published()}
NEAR = {"abs": 2e-4}


class Felt:
    """A check-in."""

    def __init__(self, ago: int, mood: float | None = None, energy: float | None = None) -> None:
        self.day, self.mood, self.energy = TODAY - timedelta(days=ago), mood, energy


FELT = st.lists(
    st.builds(Felt, st.integers(0, 5), st.none() | st.integers(0, 10), st.none() | st.integers(0, 10)),
    max_size=3,
)
ANSWERS = st.dictionaries(
    st.sampled_from(sorted({entry.modality for entry in catalogue().values()})),
    st.fixed_dictionaries(
        {"mean": st.floats(-2, 2), "sd": st.floats(0.05, 2), "grade": st.sampled_from("ABC")}
    ),
    max_size=3,
)
OFFERED = st.lists(
    st.builds(
        Offered,
        day=st.integers(1, 40).map(lambda ago: TODAY - timedelta(days=ago)),
        at=st.integers(6, 21).map(time),
        activity=st.sampled_from(list(catalogue())),
        minutes=st.integers(2, 60),
        done=st.booleans(),
    ),
    max_size=8,
)


def offer_at(one: Offered) -> str:
    return f"{one.day.isoformat()}T{one.at:%H:%M}"


def told_of(one: Offered) -> str:
    return "done" if one.done else "not done"


class Told:
    """What a plan was made from, and where its rows are looked up."""

    def __init__(self, profile, bouts=(), felt=(), answers=None, offered=()):
        self.profile, self.bouts, self.felt = profile, bouts, felt
        self.answers, self.offered = answers or {}, offered
        self.starts = {one.start.isoformat() for one in bouts}
        self.days = {one.day.isoformat() for one in felt}
        self.offers = {(offer_at(one), one.activity, told_of(one)) for one in self.offered}
        self.stands = standing(profile, today=TODAY, bouts=bouts, checkins=felt)

    def made(self, seed: int, **more) -> Plan:
        return make(
            self.profile,
            today=TODAY,
            rng=Random(seed),
            bouts=self.bouts,
            checkins=self.felt,
            answers=self.answers,
            offered=self.offered,
            **more,
        )

    def resolves(self, row) -> bool:
        if row["kind"] == "offer":
            return (row["id"].split("#")[0], row["activity"], row["told"]) in self.offers
        known = {
            "rule": rules(),
            "catalogue": catalogue(),
            "published": PUBLISHED,
            "analysis": analyses(),
            "reference": references(),
            "bout": self.starts,
            "checkin": self.days,
        }
        return row["id"] in known[row["kind"]]

    def rows(self, step, kind="bout"):
        """The bouts (or the ids of another kind) that a step names."""
        ids = [row["id"] for row in step["rows"] if row["kind"] == kind]
        return [one for one in self.bouts if one.start.isoformat() in ids] if kind == "bout" else ids

    def lately(self, modality):
        return [one for one in self.stands.recent if catalogue()[one.activity].modality == modality]


def name_of(step) -> str:
    return step["name"] if isinstance(step["name"], str) else words_of(step["name"]).pattern


def named(steps, name, rule=None):
    found = [one for one in steps if name_of(one) == name and rule in (None, one["rule"])]
    assert found, (name, [name_of(one) for one in steps])
    return found[0]


def value(steps, name, rule=None):
    return named(steps, name, rule)["value"]


# --- the goal of a session


def softness(told: Told) -> int:
    """How many steps softer than usual, from the profile and the check-ins alone."""
    profile, fresh = told.profile, [one for one in told.felt if 0 <= (TODAY - one.day).days <= 1]
    last = max(fresh, key=lambda one: one.day, default=None)
    energy = last.energy if last and last.energy is not None else profile.energy
    signs = [
        energy is not None and energy <= 2,
        last is not None and last.mood is not None and last.mood <= 3,
        profile.phq9 is not None and profile.phq9 >= 15,
        profile.phq9 is not None and profile.phq9 >= 20,
        profile.confidence is not None and profile.confidence < 7,
    ]
    return min(sum(signs), 2)


def check_goal(told: Told, steps) -> None:
    """From the first number to the goal of a session, each step from the one before it."""
    minutes = None
    for step in steps:
        name, rule, now = name_of(step), step["rule"], step["value"]
        if name.startswith("percentile"):
            by_day = defaultdict(float)
            for one in told.rows(step):
                by_day[one.day] += one.minutes
            days = [each for _, each in sorted(by_day.items()) if each >= 2]
            assert len(days) == words_of(step["name"]).values["days"] <= 9
            soft = softness(told)
            share = (0.6, 0.5, 0.4)[min(soft + any(one["rule"] == "mastery" for one in steps), 2)]
            assert words_of(step["name"]).values["share"] == f"{share:.0%}"
            assert now == pytest.approx(np.percentile(days, 100 * share, method="weibull"), **NEAR)
            minutes = now
        elif name in ("from your own account", "gentle start") and minutes is None:
            asked = told.profile.active
            if rule == "own-account":
                assert now == pytest.approx(max(asked.minutes * number(rule, "share"), 5), **NEAR)
            else:
                assert now == (5 if softness(told) else 7.5)
            minutes = now
        elif step["unit"] == "minutes" and name in (
            "a quarter shorter",
            "half after a week without",
            "smaller after an illness",
        ):
            least = min(minutes, number("gentle-start", "shortest"))
            assert now == pytest.approx(max(minutes * number(rule, "factor"), least), **NEAR)
            minutes = now
        elif name in ("as long as what you do now", "a little longer than that"):
            by_day = defaultdict(float)
            for one in told.rows(step):
                by_day[one.day] += one.minutes
            share = number("hold", ("usual", "soft", "softest")[min(softness(told), 2)])
            level = np.percentile(
                [each for each in by_day.values() if each >= 2], 100 * share, method="weibull"
            )
            longer = max(level + number("step-up", "minutes"), level * number("step-up", "factor"))
            assert now == pytest.approx(level if rule == "hold" else longer, **NEAR)
            assert now > minutes
            minutes = now
        elif name == "planned for a week and mostly done":
            assert now == planned_week([(one.day, one.minutes, one.done) for one in told.offered], TODAY)
        elif name == "as long as before":
            assert now == pytest.approx(minutes, **NEAR)
            assert told.rows(step)
        elif name in (
            "at most in a session",
            "gentle start",
            "gentle rise",
            "a small start again",
            "smallest version",
        ):
            assert now in rules()[rule].numbers.values()
            assert now < minutes
            minutes = now
        elif name == "no growth":
            by_day = defaultdict(float)
            for one in told.rows(step):
                by_day[one.day] += one.minutes
            days = [each for each in by_day.values() if each >= 2]
            assert now == pytest.approx(median(days) if days else 5, **NEAR)
            minutes = now
        elif name == "safety":
            limit = screen(told.profile).limits.max_minutes
            assert now == limit <= max(floor(minutes), 2)
            minutes = now
        elif name == "done of what was offered":
            lately = [one.done for one in told.offered][-12:]
            assert now == pytest.approx(sum(lately) / len(lately), **NEAR)
            assert now < number("mastery", "low")
        elif name == "at most in the week":
            check_week(told, step)
        elif name == "goal of a session":
            total, sessions = value(steps, "at most in the week"), value(steps, "sessions")
            assert now == max(min(max(floor(minutes + 1e-9), 2), total // sessions), 1)
            minutes = now
        else:
            assert name in (
                "sessions",
                "towards your clinician's goal",
                "minutes planned",
                "places in the week",
                "chosen together with the other sessions",
                "chosen one after the other, as the programme found no best week",
                "goal of a session in the rest of the week",
                "done or begun this week",
                "minutes of this week so far",
            ), name


def check_week(told: Told, step) -> None:
    rule, now, profile = step["rule"], step["value"], told.profile
    if rule == "offered":
        assert now == max(profile.minutes_per_week, 2)
    elif rule == "care-week":
        assert now == profile.care.minutes_per_week
    elif rule == "week-growth":
        done = planned_week([(one.day, one.minutes, one.done) for one in told.offered], TODAY)
        usual = max(told.stands.week_minutes, done)
        assert now == max(floor(max(usual * 1.2, usual + 30) + 1e-9), 2)
    elif rule == "no-growth":
        usual = told.stands.week_minutes
        assert now == max(floor(usual + 1e-9) if usual > 0 else 10, 2)
    else:
        assert rule == "aim"


# --- the minutes of a session


def check_most(told: Told, session: Session, step) -> None:
    """The most minutes of one session from the bout that is named and the numbers of the rule."""
    rule, entry = step["rule"], catalogue()[session.activity]
    numbers = rules()[rule].numbers
    assert told.rows(step, "catalogue") in ([session.activity], [])
    lengths = [one.minutes for one in told.rows(step)]
    if rule == "growth-easy":
        fit = [max(each * numbers["factor"], each + numbers["minutes"]) for each in lengths]
    elif rule == "growth-loaded":
        fit = [each * numbers["factor"] for each in lengths]
    elif rule == "new-kind":
        fit = [max(numbers["minutes"], each * numbers["share"]) for each in lengths] or [numbers["minutes"]]
    elif rule == "own-account":
        usual = told.profile.active.minutes
        fit = [max(10, usual * numbers["share"]), max(10, usual * number("new-kind", "share"))]
    elif rule == "restart":
        factors = (numbers["factor"], numbers["long_factor"])
        fit = [each * factor for each in lengths for factor in factors] + [2]
    elif rule == "step-down-feeling":
        fit = [each * numbers["factor"] for each in lengths] + [2]
    elif rule == "no-growth":
        by_day = defaultdict(float)
        for one in told.rows(step):
            by_day[one.day] += one.minutes
        days = [each for each in by_day.values() if each >= 2]
        fit = [median(days) if days else numbers["start"]]
    elif rule == "safety-minutes":
        fit = [screen(told.profile).limits.max_minutes]
    else:
        assert rule == "session-top"
        fit = [numbers["minutes"]]
    assert step["value"] in {max(floor(each + 1e-9), 1) for each in fit}, (rule, entry.id)


def check_minutes(told: Told, session: Session) -> None:
    steps = session.trace["steps"]
    most, room = named(steps, "at most in one session"), named(steps, "room in its time")
    check_most(told, session, most)
    made = named(steps, "minutes")
    bounds = [value(steps, "goal of a session"), most["value"]]
    rest = [one["value"] for one in steps if name_of(one) == "goal of a session in the rest of the week"]
    agreed = [one.minutes for one in told.profile.homework if one.activity == session.activity]
    bounds += rest + [each for each in agreed if each is not None]
    share = [one["value"] for one in steps if name_of(one) == "share of today" and one["unit"] != "minutes"]
    if share:
        assert share == [pytest.approx(screen(told.profile).limits.share * energy_share(told.stands.energy))]

    def left(goal):
        today = min(goal, max(int(goal * share[0]), 2)) if share else goal
        return min(today, room["value"])

    # what somebody rules out altogether is kept at its smallest
    assert made["value"] in (left(min(bounds)), left(min(*bounds, 5)))
    if session.size == "full":
        assert session.minutes == made["value"]
    by_rule = {
        most["rule"]: most["value"],
        room["rule"]: room["value"],
        "homework": agreed[0] if agreed else None,
    }
    goals = {one["rule"] for one in steps if name_of(one) == "goal of a session"}
    if made["rule"] in by_rule and made["rule"] not in goals:
        assert made["value"] == by_rule[made["rule"]]


# --- the score


def check_score(told: Told, session: Session) -> None:
    steps, entry = session.trace["steps"], catalogue()[session.activity]
    check_evidence(told, session)
    check_doing(told, session)
    check_kind(told, session)
    total = 0.0
    for name, weighed in {
        "liked": "weight of liking",
        "doing": "weight of the chance of doing",
        "enjoyment": "weight of enjoyment",
        "mastery": "weight of mastery",
        "regimen": "weight of the form",
    }.items():
        part, weight = named(steps, name), named(steps, weighed)
        assert part["value"] == pytest.approx(session.scores[name], **NEAR)
        assert weight["value"] in rules()[weight["rule"]].numbers.values()
        total += part["value"] * weight["value"]
    chance = value(steps, "doing")
    total += value(steps, "benefit") * chance * value(steps, "weight of the benefit")
    total -= value(steps, "strain") * value(steps, "weight of strain, taken off")
    less = named(steps, "less for variety")
    beside = [catalogue()[one] for one in session.trace["beside"]]
    same = sum(one.id == entry.id for one in beside)
    kind = [one for one in beside if one.modality == entry.modality]
    assert less["value"] == pytest.approx(
        same * number("variety", "same_activity") + len(kind) * number("variety", "same_kind")
    )
    assert set(told.rows(less, "catalogue")) == {one.id for one in kind}
    score = named(steps, "score")["value"]
    assert score == pytest.approx(total - less["value"], abs=1e-3)
    assert score == pytest.approx(session.scores["total"], **NEAR)
    wanted = {*told.profile.likes, *((told.profile.aim.modality,) if told.profile.aim else ())}
    liked = session.activity in told.profile.likes or (
        entry.modality in wanted and not {session.activity, entry.modality} & set(told.profile.dislikes)
    )
    assert value(steps, "liked") == liked


def check_evidence(told: Told, session: Session) -> None:
    steps, entry = session.trace["steps"], catalogue()[session.activity]
    effect = named(steps, "effect in trials")
    rows = [PUBLISHED[one] for one in told.rows(effect, "published")]
    assert effect["value"] == pytest.approx(rows[0].estimate, **NEAR)
    sure = next(one for one in steps if name_of(one).startswith("share") and "certainty" in name_of(one))
    word = rows[0].certainty.strip().lower().replace(" ", "-")
    assert sure["value"] == rules()["evidence"].numbers.get(word, number("evidence", "none"))
    fit = next(one for one in steps if name_of(one).startswith("share for trials"))
    assert fit["value"] in {number("evidence", name) for name in ("own", "near", "whole")}
    carries = named(steps, "share for effort")
    used = not (told.stands.moves_little or told.stands.low)
    assert carries["value"] == pytest.approx(
        min((entry.met - 1) / (number("reach", "used" if used else "start") - 1), 1), **NEAR
    )
    evidence = min(max(-effect["value"] * sure["value"] * fit["value"], 0), 1) * carries["value"]
    assert value(steps, "evidence") == pytest.approx(evidence, abs=1e-3)
    full = evidence * value(steps, "mood points for one in trials")
    answer = told.answers.get(entry.modality)
    own = 0.0
    if answer:
        sd = sqrt(answer["sd"] ** 2 + (0 if answer["grade"] == "A" else number("own", "unseen") ** 2))
        spread = value(steps, "give or take between people") ** 2
        own = min(max(answer["mean"] * spread / (spread + sd**2) / number("benefit", "range"), -1), 1)
        if answer["grade"] in "AB":
            assert value(steps, "seen in you") == pytest.approx(answer["mean"], **NEAR)
            assert value(steps, "give or take in you") == pytest.approx(sd, **NEAR)
            full = (full / spread + answer["mean"] / sd**2) / (1 / spread + 1 / sd**2)
    assert value(steps, "own") == pytest.approx(own, abs=1e-3)
    assert value(steps, "a full session may bring") == pytest.approx(full, abs=2e-3)
    dose = (1 - exp(-value(steps, "minutes") / number("benefit", "scale"))) / (1 - exp(-1))
    assert value(steps, "share for its minutes") == pytest.approx(min(dose, 1), **NEAR)
    whole = min(max(full / value(steps, "counts in full from"), -1), 1)
    assert value(steps, "benefit") == pytest.approx(whole * min(dose, 1), abs=5e-3)


def features(told: Told, session: Session) -> dict[str, float]:
    """What is known of a session, read from the profile, the rows and the catalogue."""
    profile, entry, stands = told.profile, catalogue()[session.activity], told.stands
    lately = told.lately(entry.modality)
    used = stands.moves_a_lot and not stands.low
    ease = 2.5 if stands.low else 6.0 if stands.moves_a_lot else 2.8 if stands.moves_little else 3.5
    lack = 0 if stands.energy is None else max(0, 5 - stands.energy) / 5
    fits = [barriers()[name].fit(entry, used=used) for name in profile.barriers]
    hard = sum(one.effort is not None and one.effort >= 8 for one in lately[-5:])
    hour = session.time.hour
    return {
        "start": 1.0,
        "minutes": (value(session.trace["steps"], "minutes") - 10) / 10,
        "effort": max(0, entry.met - ease) * (1 + lack),
        "morning": hour < 12,
        "midday": 12 <= hour < 17,
        "evening": hour >= 17,
        "energy": 0 if stands.energy is None else stands.energy - 5,
        "mood": 0 if stands.mood is None else stands.mood - 5,
        "symptoms": 0 if profile.phq9 is None else (profile.phq9 - 10) / 5,
        "doubt": 0 if profile.confidence is None else max(0, 7 - profile.confidence),
        "weather": bool(profile.weather) and entry.place == "outdoors",
        "company": entry.company == "together",
        "led": entry.supervised,
        "barrier": sum(fits) / len(fits) if fits else 0,
        "liked": session.scores["liked"],
        "enjoyment": -0.5 * hard / (len(lately[-5:]) + 2),
        "habit": min(len(lately), 4),
    }


def check_doing(told: Told, session: Session) -> None:
    steps = session.trace["steps"]
    held = features(told, session)
    doing = learn(
        told.offered,
        profile=told.profile,
        standing=told.stands,
        barriers=[barriers()[name] for name in told.profile.barriers],
    )
    held["burden"] = doing.burden
    odds = 0.0
    for at, name in enumerate(FEATURES):
        step = [one for one in steps if one["rule"] == f"doing-{name}"]
        assert len(step) == bool(held[name]), name
        if step:
            mean = doing.mean[at] if told.offered else beliefs()[name].mean
            assert step[0]["value"] == pytest.approx(mean * held[name], **NEAR), name
            odds += step[0]["value"]
    unsure = value(steps, "how unsure the log-odds are")
    if not told.offered:
        spread = sum((beliefs()[name].sd * float(held[name])) ** 2 for name in FEATURES)
        assert unsure == pytest.approx(spread, abs=1e-3)
    assert value(steps, "doing") == pytest.approx(1 / (1 + exp(-odds / sqrt(1 + pi / 8 * unsure))), abs=1e-3)
    learned = named(steps, "learned from")
    assert learned["value"] == len(told.offered) == len(told.rows(learned, "offer"))
    outcomes = [row["told"] for row in learned["rows"] if row["kind"] == "offer"]
    assert outcomes.count("done") == sum(one.done for one in told.offered)
    assert len(set(told.rows(learned, "offer"))) == len(told.offered), "each has a name of its own"
    for name, rule in (
        ("done of what was offered", "mastery"),
        ("planned for a week and mostly done", "week-growth"),
    ):
        for step in (one for one in steps if name_of(one) == name and one["rule"] == rule):
            assert told.rows(step, "offer"), "a number made from offers names them"


def check_kind(told: Told, session: Session) -> None:
    steps, entry = session.trace["steps"], catalogue()[session.activity]
    step = named(steps, "enjoyment")
    bouts = told.rows(step)
    lately = [one for one in bouts if catalogue()[one.activity].modality == entry.modality]
    well = sum(one.effort is None or one.effort < 8 for one in lately)
    felt = features(told, session)["enjoyment"]
    assert step["value"] == pytest.approx(
        min(max(0.5 + 0.05 * min(well, 5) + number("enjoyment", "felt") * felt, 0), 1), **NEAR
    )
    leaves = {"everyday": 0.5, "strength": 0.3}.get(entry.modality, 0)
    assert value(steps, "mastery") == pytest.approx(leaves + 0.15 * min(well, 3), **NEAR)
    effort = features(told, session)["effort"]
    assert value(steps, "strain") == pytest.approx(min(effort / number("strain", "most"), 1), **NEAR)
    counted = [
        one
        for one in characteristics().values()
        if told.profile.company != "alone" or one.id not in ("others", "supervised")
    ]
    weights = [value(steps, one.weighed, f"regimen-{one.id}") for one in counted]
    assert weights == [one.weight for one in counted]
    had = [value(steps, one.part, f"regimen-{one.id}") for one in counted]
    mean = sum(one * weight for one, weight in zip(had, weights, strict=True)) / sum(weights)
    assert value(steps, "regimen", "regimen") == pytest.approx(mean, **NEAR)


# --- the lots


def check_odds(session: Session) -> None:
    """The chances from the scores of the options, as the rule says."""
    numbers = rules()["odds"].numbers
    odds = session.trace["odds"]
    best = odds[0]["score"]
    assert all(best - one["score"] <= numbers["near"] + 1e-3 for one in odds)
    assert len(odds) <= numbers["options"]
    pull = [exp((one["score"] - best) / numbers["temperature"]) for one in odds]
    for one, each in zip(odds, pull, strict=True):
        chance = numbers["floor"] + (1 - numbers["floor"] * len(odds)) * each / sum(pull)
        assert one["probability"] == pytest.approx(chance, abs=5e-3)
    mine = next(one for one in odds if one["activity"] == session.activity)
    assert value(session.trace["steps"], "probability") == pytest.approx(mine["probability"], **NEAR)
    assert session.probability == pytest.approx(mine["probability"], **NEAR)
    assert session.scores["total"] == pytest.approx(mine["score"], **NEAR)


def check_session(told: Told, session: Session) -> None:
    assert session.trace["steps"]
    for step in session.trace["steps"]:
        assert step["rule"] in rules(), step
        assert step["rows"][0] == {"kind": "rule", "id": step["rule"]}
        assert all(told.resolves(row) for row in step["rows"]), step
    assert set(session.constraints) <= set(rules()) | {
        one.rule for one in screen(told.profile).constraints
    } | {"clinician-avoid"}
    if "goal of a session" in map(name_of, session.trace["steps"]):
        check_goal(told, goal_of(session))
    check_minutes(told, session)
    check_score(told, session)


def goal_of(session: Session):
    """The steps of a session up to its goal."""
    names = [name_of(one) for one in session.trace["steps"]]
    return session.trace["steps"][: names.index("goal of a session") + 1]


@EXAMPLES
@given(PROFILES, BOUTS, FELT, ANSWERS, OFFERED | st.just([]), st.integers(0, 2**32))
def test_every_number_of_a_week_follows_from_its_rows(profile: Profile, bouts, felt, answers, offered, seed):
    told = Told(profile, bouts, felt, answers, sorted(offered, key=lambda one: (one.day, one.at)))
    plan = told.made(seed)
    assert as_json(plan.trace) == plan.trace
    if not plan.week:
        return
    for step in plan.trace["steps"]:
        assert step["rule"] in rules()
        assert all(told.resolves(row) for row in step["rows"]), step
    check_goal(told, plan.trace["steps"])
    assert value(plan.trace["steps"], "minutes planned") == sum(one.minutes for one in plan.week)
    for session in plan.week:
        check_session(told, session)
        check_odds(session)
        others = [abs((session.day - one.day).days) for one in plan.week if one is not session]
        apart = [
            one["value"] for one in session.trace["steps"] if name_of(one) == "days to the nearest session"
        ]
        assert apart == ([min(others)] if others else [])


@EXAMPLES
@given(PROFILES, BOUTS, FELT, st.integers(0, 2**32), st.integers(0, 10))
def test_every_number_of_a_suggestion_follows_too(profile: Profile, bouts, felt, seed, energy):
    told = Told(profile, bouts, felt)
    week = told.made(seed).week
    if not week:
        return
    first = week[0]
    last = {
        "half": smaller(first),
        "smallest": smaller(smaller(first)),
        "flare": shorter(first, 0.5),
        "ill": shorter(first, 0.65, name="smaller after an illness", rule="after-illness"),
    }
    for name, made in last.items():
        step = made.trace["steps"][-1]
        assert step["value"] == made.minutes
        assert all(told.resolves(row) for row in step["rows"])
        if name == "half":
            half = first.minutes // 2
            assert made.minutes == (half if half >= 5 else min(max(half, 2), 5, first.minutes))
        elif name in ("flare", "ill"):
            share = {"flare": 0.5, "ill": number("after-illness", "factor")}[name]
            assert made.minutes == min(max(int(first.minutes * share), 2), first.minutes)
        check_score(told, made)
    today = suggestion(week, today=TODAY, energy=energy)
    assert today is not None
    if today.minutes != next(one for one in week if one.activity == today.activity).minutes:
        assert today.trace["steps"][-1]["value"] == today.minutes
    other = swap(first, profile, today=TODAY, rng=Random(seed), bouts=bouts, checkins=felt)
    if other != first:
        check_session(told, other)
        check_odds(other)


@pytest.mark.parametrize("person", [ADA, GUS, HANA])
def test_a_drawn_session_names_its_draw_and_every_number_after_it(person):
    told = Told(profile_from(person), [bout("easy-walk", ago, 20) for ago in (2, 4, 6)])
    made = drawn(
        "easy-walk",
        chance=0.5,
        among={"easy-walk": 0.5, "chair-yoga": 0.5},
        minutes=10,
        at=time(9),
        profile=told.profile,
        today=TODAY,
        bouts=told.bouts,
    )
    assert made is not None
    first = made.trace["steps"][0]
    assert (first["rule"], first["value"]) == ("comparison", 0.5)
    assert value(made.trace["steps"], "probability") == 0.5
    assert all(told.resolves(row) for step in made.trace["steps"] for row in step["rows"])
    check_score(told, made)


def test_homework_names_its_rule_and_its_activity():
    told = Told(profile_from({"homework": [{"activity": "easy-walk", "times": 1, "minutes": 4}]}))
    (session,) = (one for one in told.made(1).week if one.activity == "easy-walk" and "homework" in one.trace)
    step = named(session.trace["steps"], "homework")
    assert (step["rule"], step["value"]) == ("homework", session.minutes)
    assert {"kind": "catalogue", "id": "easy-walk"} in step["rows"]
    check_session(told, session)
