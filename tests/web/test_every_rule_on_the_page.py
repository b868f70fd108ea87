"""Every rule of safety, from the person's own answers in the form to its reason on their page."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.safety.rules import rules
from ambulando.web.journal.models import Bout
from ambulando.web.people.models import Person

RULES = {rule.id: rule for rule in rules()}
#: the form of somebody who is well and moves a lot
FORM: dict[str, Any] = {
    "age": "40",
    "country": "NZ",
    "time_zone": "UTC",
    "active_days": "5",
    "active_minutes": "60",
    "intensity": "",
    "clearance": "",
    "medicines": "",
    "medicine_changed": "false",
    "hot": "false",
}
SELDOM = {"active_days": "1"}


def ill(*conditions: str, **more: Any) -> dict[str, Any]:
    return {"conditions": list(conditions), **more}


def takes(*names: str, **more: Any) -> dict[str, Any]:
    return {"medicines": "\n".join(names), **more}


#: rule -> what the person puts into the form
ANSWERS: dict[str, dict[str, Any]] = {
    "under-18": {"age": "17"},
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
    "starting-out": SELDOM,
    "older-balance": {"age": "65", **SELDOM},
    "older-strength": {"age": "65"},
    "wish-light": {"intensity": "light"},
    "wish-moderate": {"intensity": "moderate"},
    "vigorous-not-checked": ill("heart", intensity="vigorous"),
    "told-to-wait": {"clearance": "false"},
    "not-checked-yet": ill("metabolic", **SELDOM),
    "not-checked-yet-active": ill("kidney"),
    "heart-failure-not-checked": ill("heart-failure"),
    "heart-failure": ill("heart-failure", clearance="true"),
    "heart-failure-on-beta-blocker": ill("heart-failure", **takes("carvedilol")),
    "high-score": {},
    "bipolar": ill("bipolar"),
    "post-exertional-malaise": ill("post-exertional-malaise"),
    "fibromyalgia": ill("fibromyalgia"),
    "chronic-pain": ill("chronic-pain"),
    "flare": ill("chronic-pain"),
    "pregnant-not-checked": ill("pregnant"),
    "pregnant": ill("pregnant", clearance="true"),
    "pregnant-stop": ill("pregnant"),
    "postpartum-not-checked": ill("postpartum"),
    "postpartum": ill("postpartum", clearance="true"),
    "postpartum-pelvic-floor": ill("postpartum"),
    "falls": ill("falls"),
    "wheelchair": ill("wheelchair"),
    "ssri": takes("Zoloft 50 mg"),
    "snri": takes("venlafaxine"),
    "tricyclic": takes("amitriptyline"),
    "maoi": takes("phenelzine"),
    "bupropion": takes("Wellbutrin"),
    "mirtazapine": takes("mirtazapine"),
    "other-antidepressant": takes("trazodone"),
    "beta-blocker": takes("metoprolol"),
    "lithium": takes("lithium"),
    "antipsychotic": takes("quetiapine"),
    "stimulant": takes("Ritalin"),
    "sedative": takes("zopiclone"),
    "cholesterol": takes("Zocor"),
    "thyroid": takes("levothyroxine"),
    "heat-over-65": takes("sertraline", age="66"),
    "heat-new-medicine": takes("sertraline", medicine_changed="true"),
    "heat-hot-days": takes("sertraline", hot="true"),
    "hot-days": {"hot": "true"},
    "falls-medicine-over-65": takes("zopiclone", age="66"),
    "psychotropic-heart-rate": takes("sertraline"),
    "other-psychotropic": takes("lamotrigine"),
    "anticholinergic": takes("oxybutynin"),
    "diuretic": takes("Lasix"),
    "blood-pressure-medicine": takes("ramipril"),
    "low-sugar": takes("gliclazide"),
    # kept as it is, after the page asked
    "medicine-unknown": takes("blue pills"),
}


def text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def reason(rule: str, answers: dict[str, Any]) -> str:
    """What the person reads: the reason with their own words in it."""
    told = {
        "medicines": answers.get("medicines", ""),
        "conditions": {
            "heart": "a heart condition",
            "metabolic": "diabetes or high blood sugar",
            "kidney": "a kidney condition",
        }.get(next(iter(answers.get("conditions", [])), ""), ""),
    }
    return RULES[rule].reason.format(**told)


def tell(client: Client, answers: dict[str, Any]) -> None:
    """The person fills in the form; a name that is not known is kept as it is when the page asks."""
    page = client.post("/start/safety/", FORM | answers)
    if page.status_code == 200:
        asked = set(re.findall(r'name="(medicine-[0-9a-f]{8})"', page.content.decode()))
        assert asked, text(page.content.decode())
        page = client.post("/start/safety/", FORM | answers | dict.fromkeys(asked, "keep"))
    assert page.status_code == 302


def test_every_rule_has_its_answers() -> None:
    assert set(ANSWERS) == set(RULES)


@pytest.mark.parametrize("rule", ANSWERS)
def test_who_answers_the_form_reads_the_reason_of_the_rule(as_ada: Client, ada: Person, rule: str) -> None:
    said = reason(rule, ANSWERS[rule])
    tell(as_ada, {})
    assert said not in text(as_ada.get("/week/").content.decode()), "before anything is told"
    tell(as_ada, ANSWERS[rule])
    if rule == "high-score":
        as_ada.post("/questions/phq-9/", {f"item-{number}": "3" for number in range(1, 9)} | {"item-9": "0"})
    if rule == "flare":
        as_ada.post("/today/flare/", {"flares": "yes"})
    page = text(as_ada.get("/week/").content.decode())
    assert said in page
    if RULES[rule].outcome in ("hold", "no-plan"):
        assert "No plan for now" in page
        assert not ada.sessions.filter(week__current=True).exists()
        assert ">Start<" not in as_ada.get("/today/").content.decode()
    else:
        assert ada.sessions.filter(week__current=True).exists()


# --- no numbers

PAGES = ("/today/", "/week/", "/progress/", "/journal/")
#: what counts exercise: minutes, sessions, milestones, doses, distances, efforts
COUNTS = re.compile(r"\b\d+ (minutes?|sessions?|km|percent)\b|so far|effort \d|milestone|MET-", re.I)


def moved(person: Person, *, sessions: int = 3) -> None:
    now = timezone.now()
    for ago in range(1, sessions + 1):
        Bout.objects.create(
            person=person, activity="easy-walk", start=now - timedelta(days=ago), seconds=1260, effort=7,
            metres=2345, hr_mean=143, hr_max=171,
        )  # fmt: skip


def picture(page: str) -> bool:
    return "landscape" in page or 'id="path"' in page


@pytest.mark.parametrize("condition", ["eating-disorder", "compulsive-exercise"])
@pytest.mark.parametrize("path", PAGES)
def test_with_no_numbers_no_page_counts_exercise(
    as_ada: Client, ada: Person, condition: str, path: str
) -> None:
    moved(ada)
    before = as_ada.get(path).content.decode()
    if path != "/week/":
        assert COUNTS.search(text(before)), "others see them, so that this can fail"
    tell(as_ada, ill(condition))
    page = as_ada.get(path).content.decode()
    assert not COUNTS.search(text(page)), COUNTS.search(text(page))
    assert not picture(page), "the path is a count too"
    assert "21 min" not in text(page)


@pytest.mark.parametrize("condition", ["eating-disorder", "compulsive-exercise"])
def test_with_no_numbers_there_is_a_kind_referral_and_no_way_round(
    as_ada: Client, ada: Person, condition: str
) -> None:
    as_ada.get("/today/")
    session = ada.sessions.first()
    assert session
    tell(as_ada, ill(condition))
    page = text(as_ada.get("/today/").content.decode())
    assert "can help" in page
    assert "People you can talk to" in page
    for path in (f"/sessions/{session.pk}/", f"/sessions/{session.pk}/why/", "/progress/answer/"):
        assert as_ada.get(path).status_code == 302
    assert as_ada.get("/progress/time-line.json").status_code == 404


def test_a_done_session_of_before_is_not_counted_either(as_ada: Client, ada: Person) -> None:
    as_ada.get("/today/")
    session = ada.sessions.first()
    as_ada.post(f"/sessions/{session.pk}/done/")
    as_ada.get("/today/")  # the sentence with the count was read
    tell(as_ada, ill("eating-disorder"))
    for path in PAGES:
        assert not COUNTS.search(text(as_ada.get(path).content.decode())), path


# --- no heart rate


@pytest.mark.parametrize("medicine", ["metoprolol", "sertraline", "methylphenidate", "blue pills"])
def test_no_page_shows_a_heart_rate_or_a_zone(as_ada: Client, ada: Person, medicine: str) -> None:
    """For anybody: what a device recorded is kept, and no rate, zone or formula stands on a page of a person."""
    tell(as_ada, takes(medicine))
    moved(ada)
    session = ada.sessions.first()
    assert session
    for path in (*PAGES, f"/sessions/{session.pk}/", f"/sessions/{session.pk}/why/"):
        page = text(as_ada.get(path).content.decode())
        for shown in ("143", "171", "bpm", "beats a minute", "220 "):
            assert shown not in page, (path, shown)
    week = text(as_ada.get("/week/").content.decode())
    assert "heart rate" in week or "pharmacist" in week, "the note says why"
    how = text(as_ada.get(f"/sessions/{session.pk}/").content.decode())
    assert "easy enough" in how, "effort goes by talking and singing"
