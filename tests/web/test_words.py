"""Every word for a person can be translated, and the look keeps its promises of contrast."""

import re
from datetime import datetime, timedelta
from html import unescape
from itertools import product
from pathlib import Path

import pytest
from comparing_people import ended, protocol
from django.test import Client
from django.utils import timezone
from django.utils.translation import _trans
from treating import lets_in

import ambulando
from ambulando.evidence.base import references
from ambulando.plan.places import Place
from ambulando.response.protocol import option_of
from ambulando.safety.profile import OwnPlan
from ambulando.web.alongside import actions as alongside
from ambulando.web.calendars import actions as calendars
from ambulando.web.care.treatment import actions as treatment
from ambulando.web.care.treatment.models import Part
from ambulando.web.journal import actions as journal
from ambulando.web.library.questions import cited
from ambulando.web.people.models import Person
from ambulando.web.places import actions as places
from ambulando.web.plans import actions, queries
from ambulando.web.trials import actions as trials
from ambulando.web.trials import consent
from ambulando.web.trials.models import GroupTrial
from cast import ADA

PAGES = ["/today/", "/week/", "/journal/", "/journal/add/", "/journal/import/", "/progress/", "/progress/answer/", "/questions/",
         "/questions/phq-9/", "/you/", "/you/leave/", "/start/safety/", "/start/likes/", "/help/", "/about/", "/offline/", "/nothing/",
         "/questions/phq-8/", "/questions/phq-9/?now=1", "/questions/evs/", "/questions/paces-s/", "/questions/gad-7/", "/questions/barriers/", "/questions/confidence/",
         "/you/reminders/", "/you/signals/", "/help/now/", "/help/?next=/questions/phq-9/", "/help/plan/", "/help/plan/change/", "/help/alert/", "/help/kept/", "/stop/", "/sessions/{session}/stop/",
         "/account/password/reset/", "/account/password/reset/done/", "/account/confirm-email/", "/account/inactive/", "/sessions/{session}/", "/sessions/{session}/why/",
         "/you/sharing/", "/week/sharing/", "/compare/", "/compare/new/two-kinds/", "/compare/new/minutes/",
         "/compare/new/two-kinds/?options=moderate-walk&options=hatha-yoga&target=mood&weeks=12&per_week=2", "/compare/{comparison}/",
         "/progress/answer/?of=energy", "/join/", "/join/{code}/", "/groups/{group}/", "/trials/", "/trials/new/two-kinds/", "/trials/new/minutes/",
         "/trials/{trial}/", "/trials/{draft}/", "/week/words/", "/week/road/", "/alongside/", "/alongside/homework/", "/alongside/asked/",
         "/alongside/other-help/", "/treatment/", "/treatment/review/", "/places/", "/places/add/", "/places/manage/", "/places/manage/add/", "/calendar/", "/messages/key/",
         "/team/", "/team/ask/", "/team/ask/report/", "/team/looks/", "/in/", "/messages/", "/messages/settings/", "/messages/hours/", "/find/", "/practice/", "/walks/", "/calls/", "/calls/check/"]  # fmt: skip
#: the same page with something on it that is there only then
MOMENTS = ["/today/#paused", "/week/#paused", "/today/#not-today", "/today/#energy", "/today/#weather", "/today/#ill", "/today/#homework",
           "/week/#homework", "/sessions/{session}/why/#homework", "/week/words/#written", "/week/road/#aim", "/alongside/#homework",
           "/treatment/#treated", "/treatment/review/#treated", "/places/#place", "/calendar/#read"]  # fmt: skip
#: names, which stay as they are in every language
NAMES = {
    "Ambulando",
    "Ada",
    "ada",
    "UTC",
    "PHQ",
    "PHQ-8",
    "PHQ-9",
    "Apache-2.0",
    "findahelpline.com",
    "Find a Helpline",
}


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which every translated sentence stands between marks."""
    from django.utils.translation import trans_real

    monkeypatch.setattr(_trans, "gettext", lambda text: f"⟦{text}⟧" if text else text, raising=False)
    monkeypatch.setattr(
        _trans, "ngettext", lambda one, many, n: f"⟦{one if n == 1 else many}⟧", raising=False
    )
    monkeypatch.setattr(_trans, "pgettext", lambda _context, text: f"⟦{text}⟧", raising=False)
    monkeypatch.setattr(_trans, "activate", trans_real.activate, raising=False)


def shown(page: str) -> str:
    """What a reader or a screen reader is given of a page."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    labels = " ".join(re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', page))
    options = re.sub(r'<option value="([^"]*/[^"]*|UTC)".*?</option>', " ", page)  # time zones are names
    return unescape(re.sub(r"<[^>]+>", " ", options) + " " + labels)


def untranslated(text: str) -> set[str]:
    while "⟦" in text and (less := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = less
    text = re.sub(r"\d{4}\.\d\d\+[0-9a-f]{8}", " ", text)  # the version of the evidence base
    text = re.sub(r"\b[0-9a-f]{64}\b|http://testserver/\S+", " ", text)  # a seal, and a link to join by
    for name in sorted(NAMES, key=len, reverse=True):
        text = text.replace(name, " ")
    return set(re.findall(r"[A-Za-z]{3,}", text))


@pytest.mark.parametrize("path", PAGES + MOMENTS)
def test_no_word_of_a_page_escapes_translation(marked: None, as_ada: Client, ada: Person, path: str) -> None:
    now = timezone.now()
    journal.check_in(ada, now.date(), "later", mood=4, energy=6, sleep=5)
    journal.assess(ada, "phq-8", [1] * 8, now.date())
    actions.make_week(ada, now.date())
    path, _, moment = path.partition("#")
    if path.startswith("/places/manage/"):
        Person.objects.filter(pk=ada.pk).update(is_staff=True)
    if moment:
        bring_about(ada, moment)
    if "{" in path or path.startswith("/trials/"):
        path = path.format(session=ada.sessions.last().pk, **rows_of(ada, path))
    page = as_ada.get(path).content.decode()
    page = re.sub(r'<ol class="trace">.*?</ol>', numbers_without_rows, page, flags=re.S)
    assert "⟦" in page
    assert untranslated(shown(page)) <= not_ours()


def bring_about(ada: Person, moment: str) -> None:
    """What a page shows only then. What the person wrote themselves is "Ada"."""
    now = timezone.now()
    day = now.date()
    session = queries.suggested(queries.sessions_of(queries.week_of(ada, day)), day)
    assert session
    if moment == "paused":
        actions.pause(ada, day, 7)
    elif moment in ("not-today", "energy", "weather", "ill"):
        session = actions.not_today(ada, actions.start(ada, session, day), why="")
        if moment != "not-today":
            actions.say_why(ada, session, moment, now)
    elif moment == "homework":
        alongside.add_homework(ada, now, activity="easy-walk", times=3, minutes=5, note="Ada", said_by="Ada")
        alongside.ask(ada, now, max_minutes=15, max_intensity="light", avoid=["running"], said_by="Ada")
    elif moment == "treated":
        treated(ada, now)
    elif moment == "written":
        actions.word(ada, [OwnPlan("Ada", "fatigue", "Ada")], day, barriers=["fatigue"])
    elif moment == "aim":
        ada.answers |= {"aim": {"modality": "walking", "km": 3}}
        ada.save()
    elif moment == "place":
        places.add(ada, Place(id="one", name="Ada", kind="park", activities=("walking",)))
    else:
        calendars.open_feed(ada)
        calendars.add(ada, name="Ada", kind="busy", text=EMPTY, now=now)


def treated(ada: Person, now: datetime) -> None:
    """A treatment plan with something of each kind."""
    grant = lets_in(ada, "physician")
    grant.name = "Ada"
    due = now.date() + timedelta(days=3)
    words = dict.fromkeys(("text", "who", "kind", "name", "dose", "check", "why", "note", "told_by"), "Ada")
    words |= {"max_minutes": 9, "max_intensity": "light", "avoid": ["running"], "activity": "easy-walk"}
    words |= {"due": due, "agreed": 4, "held": 2}
    for kind in ("review", "cap", "clearance", "goal", "homework", "therapy", "medicine", "medicine", "task"):
        part = treatment.note(ada, grant, kind, words, now)
        treatment.add_words(ada, part, "Ada", now)
    treatment.end(ada, grant, part, now.date(), now)
    Part.objects.filter(kind="clearance").update(due=now.date() - timedelta(days=1))


EMPTY = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a test//EN\r\nEND:VCALENDAR\r\n"


def rows_of(ada: Person, path: str) -> dict[str, object]:
    """What the pages of comparisons and groups hang on, made where a path asks for it. Ada is of the staff, and titles are names."""
    Person.objects.filter(pk=ada.pk).update(is_staff=True)
    told = {"options": (option_of("easy-walk"), option_of("chair-yoga")), "blocks": 4, "per_week": 2}
    days = {"opens": timezone.localdate(), "closes": timezone.localdate()}
    if "{comparison}" in path:
        return {"comparison": ended(ada).pk}
    drafted, opened, joined = (
        trials.make("Ada", "Ada", protocol(**told), **days) for _ in ("drafted", "opened", "joined")
    )
    for one in (opened, joined):
        trials.open_trial(one)
    if "{group}" in path:
        trials.join(ada, joined, consent.VERSION, now=timezone.now())
    GroupTrial.objects.filter(pk=opened.pk).update(code="2345678922")
    return {"code": "2345678922", "group": joined.pk, "trial": opened.pk, "draft": drafted.pk}


def numbers_without_rows(steps: re.Match[str]) -> str:
    """The steps of a trace without the identifiers of the rows behind them, which are the same in every language."""
    return re.sub(r"<a href=.*?</a>", " ", steps[0], flags=re.S)


def not_ours() -> set[str]:
    """The names of help lines, the sources of their numbers, copyright lines and the person's own words stay as they are."""
    from ambulando.measures.instruments import packaged
    from ambulando.safety.helplines import countries, helplines

    texts = [line.name + " " + line.source + " " + (line.text_word or "") for line in helplines("NZ").lines]
    texts += [name for _code, name in countries()]
    texts += ["http", "https", "www", *ADA["medicines"]]
    texts += [cited(id_) for id_ in references()]  # who wrote it
    for form in packaged().values():
        texts += [form.copyright, form.name]
        if not form.translate:  # the licence lets nobody put these into another language
            texts += [form.lead, *(item.text for item in (*form.items, *form.extras))]
            texts += [answer.text for item in form.items for answer in item.answers]
    return {word for text in texts for word in re.findall(r"[A-Za-z]{3,}", text)}


CSS = (Path(ambulando.__file__).parent / "web/static/ambulando.css").read_text()


def tokens(theme: str) -> dict[str, str]:
    blocks = re.findall(r"html:root \{([^}]*)\}", CSS)
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9A-Fa-f]{6})", blocks[0 if theme == "light" else 1]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("theme", "text", "ground"),
    [*product(("light", "dark"), ("ink", "stone", "moss", "sky"), ("paper", "sand"))],
)
def test_text_has_a_contrast_of_at_least_4_5(theme: str, text: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize(
    ("theme", "shape", "ground"), [*product(("light", "dark"), ("moss", "edge", "clay"), ("paper", "sand"))]
)
def test_shapes_have_a_contrast_of_at_least_3(theme: str, shape: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[shape], colours[ground]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tokens_are_those_of_the_look(theme: str) -> None:
    assert {"paper", "sand", "ink", "stone", "moss", "sky", "clay"} <= tokens(theme).keys()
