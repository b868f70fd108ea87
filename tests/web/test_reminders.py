"""Reminders: asked for, at most one a day, silent when it matters, and quiet about what they are for."""

import json
import re
import smtplib
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from ambulando.web.help import queries as hard
from ambulando.web.journal import actions as diary
from ambulando.web.journal import queries as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.plans.models import Session, Week
from ambulando.web.reminders import actions, jobs, message, push, queries
from ambulando.web.reminders.models import Reminder, Reminding, Subscription
from push_service import Browser, push_service

DAY = date(2026, 11, 23)
TEN = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
ENDPOINT = "https://fcm.googleapis.com/fcm/send/"
#: what nobody who looks at another's screen learns
HEALTH = {
    "health", "mental", "mood", "depress", "sad", "anxi", "therap", "medic", "exercis", "train", "fitness", "sport",
    "walk", "run", "move", "activ", "body", "workout", "symptom", "clinic", "doctor", "patient", "care", "treat", "phq",
    "gad", "questionnaire", "survey", "score", "suicid", "crisis", "help", "hard", "well",
}  # fmt: skip


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were sent to. Every device takes what it is sent."""
    found: list[str] = []

    def send(endpoint: str, p256dh: str, auth: str, _message: object) -> str:
        found.append(endpoint)
        return push.TAKEN

    monkeypatch.setattr(push, "send", send)
    return found


@pytest.fixture
def mails(settings) -> list:
    settings.SENDS_EMAIL = settings.HTTPS = True
    settings.PUBLIC = urlsplit("https://move.example.org")
    mail.outbox.clear()
    return mail.outbox


def device(person: Person, name: str = "one") -> Subscription:
    return actions.add_device(person, endpoint=ENDPOINT + name, **Browser().keys)


def with_address(person: Person, *, verified: bool = True) -> None:
    person.email = f"{person.username}@example.org"
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=verified)


def planned(person: Person, day: date = DAY) -> Session:
    """A session of this day, in a week that holds."""
    week = plans.ensure_week(person, day)
    session = week.sessions.first()
    Session.objects.filter(week=week).exclude(pk=session.pk).delete()
    Session.objects.filter(pk=session.pk).update(day=day)
    session.refresh_from_db()
    return session


def test_nobody_is_reminded_who_did_not_ask(ada: Person, sent: list[str], mails: list) -> None:
    planned(ada)
    with_address(ada)
    jobs.remind_all.call_local()
    assert actions.remind(ada, TEN) is None
    assert (sent, mails) == ([], [])
    assert not Reminding.objects.exists()


def test_a_session_of_today_is_reminded_of_once(ada: Person, sent: list[str]) -> None:
    planned(ada)
    device(ada)
    reminder = actions.remind(ada, TEN)
    assert (reminder.channel, reminder.day, reminder.failed) == ("push", DAY, False)
    for minutes in (10, 60, 170):
        assert actions.remind(ada, TEN + timedelta(minutes=minutes)) is None
    assert sent == [ENDPOINT + "one"]


def test_the_next_day_has_its_own(ada: Person, sent: list[str]) -> None:
    session = planned(ada)
    device(ada)
    actions.remind(ada, TEN)
    Session.objects.filter(pk=session.pk).update(day=DAY + timedelta(days=1))
    assert actions.remind(ada, TEN + timedelta(days=1))
    assert len(sent) == 2


def test_a_second_worker_finds_the_day_taken_and_sends_nothing(
    ada: Person, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(ada)
    device(ada)
    actions.remind(ada, TEN)
    monkeypatch.setattr(queries, "last_reminder", lambda _: None)  # it looked before the other one wrote
    assert actions.remind(ada, TEN) is None
    assert len(sent) == 1
    with pytest.raises(IntegrityError):
        Reminder.objects.create(person=ada, day=DAY, made_at=TEN)


def test_a_worker_that_stops_while_it_sends_does_not_send_again(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(ada)
    device(ada)
    stops = []

    def stop(*_: object) -> str:
        stops.append(Reminder.objects.filter(person=ada, day=DAY).exists())
        raise SystemExit

    monkeypatch.setattr(push, "send", stop)
    with pytest.raises(SystemExit):
        actions.remind(ada, TEN)
    assert actions.remind(ada, TEN + timedelta(minutes=10)) is None
    assert stops == [True], "the row is there before anything is sent"


@pytest.mark.parametrize("hour", [7, 8, 9, 13, 21])
def test_it_comes_at_the_chosen_hour_or_up_to_three_after(ada: Person, sent: list[str], hour: int) -> None:
    planned(ada)
    device(ada)
    assert actions.remind(ada, TEN.replace(hour=hour)) is None
    assert sent == []


def test_the_hour_and_the_day_are_those_of_the_person(ada: Person, sent: list[str]) -> None:
    ada.time_zone = "Pacific/Auckland"
    ada.save()
    planned(ada, DAY + timedelta(days=1))
    device(ada)
    assert actions.remind(ada, TEN) is None, "11 in the evening there"
    reminder = actions.remind(ada, datetime(2026, 11, 23, 21, 5, tzinfo=UTC))
    assert reminder.day == DAY + timedelta(days=1)


def test_without_anything_that_waits_there_is_none(ada: Person, sent: list[str]) -> None:
    session = planned(ada)
    device(ada)
    Session.objects.filter(pk=session.pk).update(day=DAY + timedelta(days=1))
    assert actions.remind(ada, TEN) is None
    assert not Reminder.objects.exists()


def test_a_questionnaire_that_is_due_is_a_reason(
    ada: Person, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    device(ada)
    monkeypatch.setattr(journal, "due", lambda person, today: ["one"] if today == DAY else [])
    assert actions.remind(ada, TEN)


@pytest.mark.parametrize("outcome", ["hold", "no-plan"])
def test_a_session_that_safety_holds_is_no_reason(ada: Person, sent: list[str], outcome: str) -> None:
    session = planned(ada)
    device(ada)
    Week.objects.filter(pk=session.week_id).update(outcome=outcome)
    assert actions.remind(ada, TEN) is None


@pytest.mark.parametrize("state", [Session.STARTED, Session.DONE, Session.NOT_TODAY])
def test_who_did_something_or_said_not_today_is_left_alone(
    ada: Person, sent: list[str], state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = planned(ada)
    device(ada)
    monkeypatch.setattr(journal, "due", lambda *_: ["one"])
    Session.objects.filter(pk=session.pk).update(state=state)
    assert actions.remind(ada, TEN) is None


def test_something_done_without_a_plan_counts_too(ada: Person, sent: list[str]) -> None:
    planned(ada)
    device(ada)
    diary.add_bout(ada, activity="walk-stroll", start=TEN - timedelta(hours=2), minutes=5)
    assert actions.remind(ada, TEN) is None


def test_after_a_help_page_it_is_silent(
    ada: Person, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(ada)
    device(ada)
    monkeypatch.setattr(hard, "quiet_until", lambda person, now: TEN + timedelta(minutes=30))
    assert actions.remind(ada, TEN) is None
    assert actions.remind(ada, TEN + timedelta(minutes=30))


def test_opening_help_keeps_the_day_silent(
    ada: Person, as_ada: Client, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC).replace(hour=10)
    planned(ada, now.date())
    device(ada)
    as_ada.get("/help/")
    assert actions.remind(ada, now) is None
    ada.help_shown.all().delete()
    assert actions.remind(ada, now)


def test_a_pause_lasts_a_week_and_can_be_taken_back(ada: Person, sent: list[str]) -> None:
    session = planned(ada)
    device(ada)
    assert actions.pause(ada, DAY).snoozed_until == DAY + timedelta(days=7)
    assert actions.remind(ada, TEN) is None
    week_later = DAY + timedelta(days=7)
    week = plans.make_week(ada, week_later)
    Session.objects.filter(pk=session.pk).update(day=week_later, week=week)
    assert actions.remind(ada, TEN + timedelta(days=6)) is None
    assert actions.remind(ada, TEN + timedelta(days=7))
    actions.pause(ada, week_later)
    assert actions.resume(ada).snoozed_until is None


@pytest.mark.parametrize("fields", [{"is_active": False}, {"simulated": True}, {"onboarded_at": None}])
def test_the_job_leaves_out_who_is_not_really_here(
    ada: Person, sent: list[str], monkeypatch: pytest.MonkeyPatch, fields: dict
) -> None:
    planned(ada)
    device(ada)
    assert [wanted.person for wanted in queries.who_want_them()] == [ada]
    Person.objects.filter(pk=ada.pk).update(**fields)
    assert not queries.who_want_them().exists()


def test_the_job_looks_every_ten_minutes() -> None:
    task = jobs.remind_all.task_class()
    assert [minute for minute in range(60) if task.validate_datetime(TEN.replace(minute=minute))] == [
        0, 10, 20, 30, 40, 50]  # fmt: skip


def test_the_job_goes_on_when_it_fails_for_one(
    ada: Person, ben: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for person in (ada, ben):
        device(person, person.username)
    reached = []

    def remind(person: Person, now: datetime) -> None:
        reached.append(person.username)
        if person == ada:
            raise RuntimeError("broken")

    monkeypatch.setattr(actions, "remind", remind)
    jobs.remind_all.call_local()
    assert sorted(reached) == ["ada", "ben"]
    assert "ada" not in caplog.text.replace("ambulando", ""), "no name in the log"


# --- the ways it goes


def test_mail_goes_only_when_no_device_took_it(
    ada: Person, mails: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_address(ada)
    device(ada)
    wanted = actions.choose(ada, email=True, hour=10)
    monkeypatch.setattr(push, "send", lambda *_: push.TAKEN)
    assert actions.deliver(ada, wanted) == "push"
    assert mails == []
    monkeypatch.setattr(push, "send", lambda *_: push.FAILED)
    assert actions.deliver(ada, wanted) == "email"
    assert [one.to for one in mails] == [["ada@example.org"]]
    assert ada.devices.count() == 1, "what failed once may work tomorrow"


def test_a_device_that_is_gone_is_forgotten_and_push_stays_wanted(
    ada: Person, mails: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(ada)
    device(ada)
    monkeypatch.setattr(push, "send", lambda *_: push.GONE)
    reminder = actions.remind(ada, TEN)
    assert (reminder.channel, reminder.failed, reminder.sent_at) == ("", True, None)
    assert not ada.devices.exists()
    assert ada.reminding.push


def test_every_device_gets_it(ada: Person, sent: list[str]) -> None:
    planned(ada)
    device(ada, "one")
    device(ada, "two")
    actions.remind(ada, TEN)
    assert sent == [ENDPOINT + "one", ENDPOINT + "two"]


def test_a_day_on_which_nothing_took_it_is_not_tried_again(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(ada)
    device(ada)
    tries = []
    monkeypatch.setattr(push, "send", lambda *_: tries.append(1) or push.FAILED)
    assert actions.remind(ada, TEN).failed
    assert actions.remind(ada, TEN + timedelta(minutes=10)) is None
    assert len(tries) == 1


@pytest.mark.parametrize("lacking", ["verified", "mail", "address of the page", "wish"])
def test_no_mail_without_a_confirmed_address_a_mail_server_a_public_address_and_a_wish(
    ada: Person, mails: list, settings, lacking: str
) -> None:
    with_address(ada, verified=lacking != "verified")
    settings.SENDS_EMAIL = lacking != "mail"
    if lacking == "address of the page":
        settings.PUBLIC = urlsplit("")
    wanted = actions.choose(ada, email=lacking != "wish", hour=10)
    assert actions.deliver(ada, wanted) == ""
    assert mails == []


def test_a_mail_server_that_is_down_is_no_error(
    ada: Person, mails: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_address(ada)
    wanted = actions.choose(ada, email=True, hour=10)

    def down(*_: object) -> int:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    assert actions.deliver(ada, wanted) == ""


def test_old_reminders_are_not_kept(ada: Person, sent: list[str]) -> None:
    planned(ada)
    device(ada)
    long_ago = TEN - timedelta(days=31)
    Reminder.objects.create(person=ada, day=long_ago.date(), made_at=long_ago)
    actions.remind(ada, TEN)
    assert [one.day for one in ada.reminders.all()] == [DAY]


# --- what it says


def words_of(text: str) -> set[str]:
    without_links = re.sub(r"https?://\S+", " ", text)
    return set(re.findall(r"[a-z]+", without_links.lower()))


def test_no_notification_and_no_mail_says_what_it_is_about(ada: Person, mails: list) -> None:
    with_address(ada)
    actions.deliver(ada, actions.choose(ada, email=True, hour=10))
    told = message.notification(ada)["notification"]
    shown = [told["title"], told["body"], *(one["title"] for one in told["actions"])]
    (letter,) = mails
    texts = [*shown, letter.subject, letter.body]
    found = [
        (word, text) for text in texts for word in words_of(text) for part in HEALTH if word.startswith(part)
    ]
    assert found == []
    assert "!" not in " ".join(texts)


def test_neither_names_the_person(ada: Person, mails: list) -> None:
    with_address(ada)
    actions.deliver(ada, actions.choose(ada, email=True, hour=10))
    (letter,) = mails
    whole = json.dumps(message.notification(ada)) + letter.subject + letter.body + str(letter.extra_headers)
    assert not re.search(r"\bada\b", whole)


def test_a_notification_is_a_declarative_push_message_with_whole_addresses(ada: Person, mails: list) -> None:
    told = message.notification(ada)
    assert told["web_push"] == 8030
    assert told["notification"]["navigate"] == "https://move.example.org/today/"
    (action,) = told["notification"]["actions"]
    assert action["navigate"].startswith("https://move.example.org/reminders/")


def test_a_mail_can_be_stopped_from_the_mail_program(ada: Person, mails: list) -> None:
    with_address(ada)
    actions.deliver(ada, actions.choose(ada, email=True, hour=10))
    headers = mails[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(r"<https://move\.example\.org(/reminders/\S+/)>", headers["List-Unsubscribe"])[1]
    program = Client(enforce_csrf_checks=True)
    answer = program.post(
        address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    assert not Reminding.objects.get(person=ada).email


def test_what_a_device_reads_is_the_notification(ada: Person, settings, monkeypatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    browser = Browser()
    with push_service() as service:
        settings.PUSH_ORIGINS = [service.origin]
        actions.add_device(ada, endpoint=f"{service.origin}/one", **browser.keys)
        planned(ada)
        assert actions.remind(ada, TEN).channel == "push"
        ((_, _, body),) = service.taken
    assert browser.read(body)["notification"]["title"] == "Ambulando"


# --- links that need no signing in


def path_of(person: Person, what: str) -> str:
    return reverse("reminder_link", args=[message.token(person, what)])


def test_opening_the_link_only_asks_and_a_tap_pauses_for_a_week(client: Client, ada: Person) -> None:
    ada.reminding = actions.choose(ada, email=True, hour=10)
    page = client.get(path_of(ada, message.WEEK)).content.decode()
    assert page.count("<button") == 1
    assert Reminding.objects.get().snoozed_until is None, "mail scanners open links"
    assert "Quiet until" in client.post(path_of(ada, message.WEEK)).content.decode()
    assert Reminding.objects.get().snoozed_until is not None
    assert Reminding.objects.get().email


def test_the_service_worker_pauses_without_a_form_and_nothing_else_is_open_to_it(
    ada: Person, as_ada: Client
) -> None:
    outside = Client(enforce_csrf_checks=True)
    outside.force_login(ada)
    assert outside.post(path_of(ada, message.WEEK)).status_code == 200
    for name in ("reminders", "reminders_pause", "reminders_resume", "reminders_try", "reminders_off",
                 "reminders_device", "reminders_device_remove"):  # fmt: skip
        assert outside.post(reverse(name), {}).status_code == 403, name


@pytest.mark.parametrize("text", ["x", "WzEsIndlZWsiXQ", "WzEsIndlZWsiXQ:1vMabc:forged"])
def test_a_link_that_we_did_not_sign_does_nothing(client: Client, ada: Person, text: str) -> None:
    assert client.get(f"/reminders/{text}/").status_code == 404
    assert client.post(f"/reminders/{text}/").status_code == 404


def test_the_link_of_somebody_who_left_leads_nowhere(client: Client, ada: Person) -> None:
    path = path_of(ada, message.WEEK)
    ada.delete()
    assert client.post(path).status_code == 404


def test_a_link_signed_for_something_else_does_not_work_here(client: Client, ada: Person) -> None:
    from django.core import signing

    other = signing.dumps([ada.pk, "week"], salt="unsent")
    assert client.post(f"/reminders/{other}/").status_code == 404


# --- the page


def test_the_page_begins_with_everything_off(as_ada: Client, ada: Person) -> None:
    page = as_ada.get("/you/reminders/").content.decode()
    assert page.count('class="main"') == 1
    assert 'id="wanted" hidden' in page
    assert not Reminding.objects.exists(), "looking changes nothing"


def test_you_leads_to_it(as_ada: Client) -> None:
    assert 'href="/you/reminders/"' in as_ada.get("/you/").content.decode()


def test_without_javascript_mail_is_chosen_with_its_hour(as_ada: Client, ada: Person, mails: list) -> None:
    with_address(ada)
    assert "ada@example.org" in as_ada.get("/you/reminders/").content.decode()
    answer = as_ada.post("/you/reminders/", {"email": "on", "hour": "17"}, follow=True)
    assert "Kept." in answer.content.decode()
    assert (ada.reminding.email, ada.reminding.hour) == (True, 17)
    as_ada.post("/you/reminders/", {"hour": "17"})
    ada.reminding.refresh_from_db()
    assert not ada.reminding.email


@pytest.mark.parametrize("hour", ["7", "21", "-1", "x", ""])
def test_an_hour_of_the_night_is_refused(as_ada: Client, hour: str) -> None:
    answer = as_ada.post("/you/reminders/", {"hour": hour})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Reminding.objects.exists()


@pytest.mark.parametrize(
    ("address", "words"),
    [(None, "For this we need an address."), (False, "Please confirm your address first.")],
)
def test_without_a_confirmed_address_the_page_leads_to_one_and_keeps_no_wish_for_mail(
    as_ada: Client, ada: Person, mails: list, address: bool | None, words: str
) -> None:
    if address is not None:
        with_address(ada, verified=address)
    page = as_ada.get("/you/reminders/").content.decode()
    assert words in page
    assert 'href="/account/email/"' in page
    as_ada.post("/you/reminders/", {"email": "on", "hour": "10"})
    assert not Reminding.objects.get().email


def test_an_installation_that_sends_no_mail_says_so(as_ada: Client) -> None:
    assert "sends no e-mail" in as_ada.get("/you/reminders/").content.decode()


def test_without_https_the_page_says_that_devices_can_not_be_reached(as_ada: Client, settings) -> None:
    assert "No public address is set here yet" in as_ada.get("/you/reminders/").content.decode()
    settings.PUBLIC = urlsplit("http://192.168.1.5:8000")
    page = as_ada.get("/you/reminders/").content.decode()
    assert "only from a safe address (https)" in page
    assert "reminders.js" not in page


def test_pause_and_undo_are_one_tap_each(as_ada: Client, ada: Person, sent: list[str]) -> None:
    device(ada)
    page = as_ada.post("/you/reminders/pause/", follow=True).content.decode()
    assert "Quiet until" in page
    assert "Undo" in page
    page = as_ada.post("/you/reminders/resume/", follow=True).content.decode()
    assert "Quiet until" not in page


def test_one_to_try_is_sent_at_once_and_does_not_count(as_ada: Client, ada: Person, sent: list[str]) -> None:
    device(ada)
    page = as_ada.post("/you/reminders/try/", follow=True).content.decode()
    assert "It is on its way to your device." in page
    assert len(sent) == 1
    assert not Reminder.objects.exists()


def test_one_to_try_that_does_not_get_through_says_so(as_ada: Client, ada: Person) -> None:
    assert "It did not get through." in as_ada.post("/you/reminders/try/", follow=True).content.decode()


def test_turning_all_off_forgets_every_device(as_ada: Client, ada: Person) -> None:
    device(ada, "one")
    device(ada, "two")
    as_ada.post("/you/reminders/off/")
    assert not ada.devices.exists()
    wanted = Reminding.objects.get()
    assert (wanted.push, wanted.email) == (False, False)


@pytest.mark.parametrize("path", ["pause", "resume", "try", "off", "device", "device/remove"])
def test_opening_an_address_for_forms_changes_nothing(as_ada: Client, path: str) -> None:
    assert as_ada.get(f"/you/reminders/{path}/")["Location"] == "/you/reminders/"
    assert not Reminding.objects.exists()


def test_the_last_one_is_told(as_ada: Client, ada: Person) -> None:
    device(ada)
    Reminder.objects.create(person=ada, day=DAY, made_at=TEN, channel="push", sent_at=TEN)
    assert "The last one came on 23 November." in as_ada.get("/you/reminders/").content.decode()
    Reminder.objects.update(sent_at=None)
    assert "did not get through" in as_ada.get("/you/reminders/").content.decode()


# --- devices


def told(client: Client, path: str, what: object):
    return client.post(path, json.dumps(what), content_type="application/json")


def subscription(name: str = "one", browser: Browser | None = None) -> dict:
    return {"endpoint": ENDPOINT + name, "expirationTime": None, "keys": (browser or Browser()).keys}


def test_a_browser_subscribes_and_the_same_again_is_kept_once(as_ada: Client, ada: Person) -> None:
    browser = Browser()
    for _ in range(2):
        assert told(as_ada, "/you/reminders/device/", subscription(browser=browser)).status_code == 204
    assert ada.devices.get().endpoint == ENDPOINT + "one"
    assert ada.reminding.push


@pytest.mark.parametrize(
    "what",
    [None, [], {}, "x", {"endpoint": ENDPOINT}, {"endpoint": 1, "keys": {}}, {"endpoint": ENDPOINT, "keys": {"p256dh": 1, "auth": 2}},
     subscription() | {"endpoint": "https://127.0.0.1/"}, subscription() | {"endpoint": ENDPOINT + "x" * 2000}],
)  # fmt: skip
def test_what_is_no_subscription_is_one_sentence_and_changes_nothing(as_ada: Client, what: object) -> None:
    answer = told(as_ada, "/you/reminders/device/", what)
    assert answer.status_code == 422
    assert answer.json()["error"].endswith(".")
    assert not Reminding.objects.exists()


@pytest.mark.parametrize("body", [b"\xff", b"{", b" " * 9000])
def test_what_can_not_be_read_is_refused(as_ada: Client, body: bytes) -> None:
    for path in ("/you/reminders/device/", "/you/reminders/device/remove/", "/reminders/device/"):
        assert as_ada.post(path, body, content_type="application/json").status_code == 422, path


def test_only_so_many_devices_are_kept(ada: Person) -> None:
    for number in range(actions.MOST_DEVICES + 2):
        device(ada, str(number))
    names = [one.endpoint.removeprefix(ENDPOINT) for one in ada.devices.all()]
    assert names == [str(number) for number in range(2, actions.MOST_DEVICES + 2)]


def test_a_browser_stops(as_ada: Client, ada: Person) -> None:
    told(as_ada, "/you/reminders/device/", subscription("one"))
    device(ada, "two")
    assert told(as_ada, "/you/reminders/device/remove/", {"endpoint": ENDPOINT + "one"}).status_code == 204
    assert [one.endpoint for one in ada.devices.all()] == [ENDPOINT + "two"]
    ada.reminding.refresh_from_db()
    assert ada.reminding.push
    told(as_ada, "/you/reminders/device/remove/", {"endpoint": ENDPOINT + "two"})
    ada.reminding.refresh_from_db()
    assert not ada.reminding.push, "the last device took the wish with it"


def test_signing_out_takes_this_device_along_and_no_other(as_ada: Client, ada: Person) -> None:
    told(as_ada, "/you/reminders/device/", subscription("here"))
    device(ada, "elsewhere")
    as_ada.post("/account/logout/")
    assert [one.endpoint for one in ada.devices.all()] == [ENDPOINT + "elsewhere"]


def test_leaving_removes_it_all(as_ada: Client, ada: Person) -> None:
    told(as_ada, "/you/reminders/device/", subscription("here"))
    device(ada, "elsewhere")
    Reminder.objects.create(person=ada, day=DAY, made_at=TEN)
    as_ada.post("/you/leave/")
    assert not Subscription.objects.exists()
    assert not Reminding.objects.exists()
    assert not Reminder.objects.exists()


def test_a_push_service_that_gives_a_browser_another_address_is_followed(client: Client, ada: Person) -> None:
    browser = Browser()
    actions.add_device(ada, endpoint=ENDPOINT + "old", **browser.keys)
    outside = Client(enforce_csrf_checks=True)
    what = {"old": subscription("old", browser), "new": subscription("new")}
    assert told(outside, "/reminders/device/", what).status_code == 204
    assert ada.devices.get().endpoint == ENDPOINT + "new"
    assert told(outside, "/reminders/device/", what).status_code == 404, "the old one is gone"


def test_who_does_not_know_the_secret_of_a_device_can_not_replace_it(client: Client, ada: Person) -> None:
    device(ada, "hers")
    theirs = subscription("hers")
    theirs["keys"] = Browser().keys | {"auth": "AAAAAAAAAAAAAAAAAAAAAA"}
    answer = told(client, "/reminders/device/", {"old": theirs, "new": subscription("theirs")})
    assert answer.status_code == 404
    assert ada.devices.get().endpoint == ENDPOINT + "hers"


def test_nobody_reaches_the_devices_or_wishes_of_another(
    as_ben: Client, ada: Person, ben: Person, mails: list
) -> None:
    device(ada, "hers")
    with_address(ada)
    actions.choose(ada, email=True, hour=9)
    page = as_ben.get("/you/reminders/").content.decode()
    assert "/hers" not in page
    assert "ada" not in page.replace("data-", "")
    told(as_ben, "/you/reminders/device/remove/", {"endpoint": ENDPOINT + "hers"})
    told(
        as_ben, "/you/reminders/device/", subscription("hers") | {"keys": Browser().keys | {"auth": "A" * 22}}
    )
    as_ben.post("/you/reminders/off/")
    as_ben.post("/you/reminders/pause/")
    as_ben.post("/account/logout/")
    assert [one.endpoint for one in ada.devices.all()] == [ENDPOINT + "hers"]
    ada.reminding.refresh_from_db()
    assert (ada.reminding.push, ada.reminding.email, ada.reminding.snoozed_until) == (True, True, None)


def test_a_browser_that_another_person_signs_in_on_shows_only_theirs(
    as_ben: Client, ada: Person, ben: Person
) -> None:
    shared = Browser()
    actions.add_device(ada, endpoint=ENDPOINT + "shared", **shared.keys)
    told(as_ben, "/you/reminders/device/", subscription("shared", shared))
    assert not ada.devices.exists()
    assert ben.devices.count() == 1


@pytest.mark.parametrize("path", ["", "pause/", "resume/", "try/", "off/", "device/", "device/remove/"])
def test_who_is_not_signed_in_gets_nowhere(client: Client, db: None, path: str) -> None:
    answer = client.post(f"/you/reminders/{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_the_page_knows_its_own_devices_and_other_pages_only_a_lost_one(as_ada: Client, ada: Person) -> None:
    from django.template import Context, Template
    from django.test import RequestFactory

    def script(session: dict, asks: bool = False) -> str:
        request = RequestFactory().get("/today/")
        request.user, request.session = ada, session
        tag = Template("{% load reminders %}{% push_script asks=asks %}")
        return tag.render(Context({"request": request, "asks": asks}))

    assert script({}) == ""
    assert 'data-wanted=""' in script({}, asks=True)
    one = device(ada)
    ada.devices.all().delete()  # the push service said that it is gone
    assert 'data-wanted="yes"' in script({"device": one.pk})
    actions.turn_off(ada)
    assert script({"device": one.pk}) == ""


def test_the_service_worker_knows_the_address_for_replacing(client: Client, db: None) -> None:
    script = client.get("/sw.js").content.decode()
    assert f'"{reverse("reminders_device_replace")}"' in script
    assert f'"{reverse("today")}"' in script
    for event in ("push", "notificationclick", "pushsubscriptionchange"):
        assert f'addEventListener("{event}"' in script
