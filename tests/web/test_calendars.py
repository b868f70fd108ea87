"""Calendars: the plan at an address of its own, and times that the plan stays out of."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from icalendar import Calendar as Ics

from ambulando.ground import InputError
from ambulando.web.calendars import actions, fetching, jobs, queries
from ambulando.web.calendars.models import Calendar, Feed
from ambulando.web.plans import actions as plans
from ambulando.web.plans.models import Session


def ics(start: datetime, hours: int = 2, title: str = "Dr Who, about my secret") -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a test//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\nDURATION:PT{hours}H\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def soon() -> datetime:
    return timezone.now() + timedelta(days=1)


def upload(client: Client, text: str, **more: str):
    file = SimpleUploadedFile("work.ics", text.encode())
    return client.post("/calendar/add/", {"file": file, "kind": "busy", **more})


@pytest.fixture
def feed(ada) -> Feed:
    plans.ensure_week(ada, timezone.localdate(timezone=ada.zone))
    return actions.open_feed(ada)


def path(feed: Feed) -> str:
    return f"/plan/{queries.token_of(feed)}.ics"


# ---- the plan, out
def test_nobody_has_an_address_before_they_ask_for_it(as_ada, ada):
    assert "Give my plan an address" in as_ada.get("/calendar/").content.decode()
    assert queries.feed_of(ada) is None


def test_a_calendar_program_reads_the_plan_without_a_session(feed, ada):
    answer = Client().get(path(feed))
    assert answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    events = Ics.from_ical(answer.content).walk("VEVENT")
    sessions = [one for one in ada.sessions.all() if one.open]
    assert len(events) == len(sessions) > 0
    assert {event["DTSTART"].dt for event in events} == {
        datetime.combine(one.day, one.time, ada.zone) for one in sessions
    }


def test_the_person_sees_when_their_plan_was_read(as_ada, feed):
    assert "Nobody has read it yet" in as_ada.get("/calendar/").content.decode()
    Client().get(path(feed))
    assert "It was last read on" in as_ada.get("/calendar/").content.decode()


def test_a_guessed_altered_or_old_address_opens_nothing(feed, ada):
    token = queries.token_of(feed)
    for wrong in ("1-1-guess", token[:-1] + ("A" if token[-1] != "A" else "B"), f"9{token}", "x", "1-1"):
        assert Client().get(f"/plan/{wrong}.ics").status_code == 404
    actions.new_address(ada)
    assert Client().get(path(feed)).status_code == 404
    feed.refresh_from_db()
    assert Client().get(path(feed)).status_code == 200
    actions.close_feed(ada)
    assert Client().get(path(feed)).status_code == 404


def test_an_address_that_was_taken_back_stays_dead_when_a_new_one_is_made(feed, ada):
    old = path(feed)
    actions.close_feed(ada)
    fresh = actions.open_feed(ada)
    assert path(fresh) != old
    assert Client().get(old).status_code == 404


def test_a_discreet_plan_says_neither_what_nor_why(feed, ada):
    actions.set_discreet(ada, discreet=True)
    for event in Ics.from_ical(Client().get(path(feed)).content).walk("VEVENT"):
        assert str(event["SUMMARY"]) == "Time for me"
        assert "DESCRIPTION" not in event


def test_an_entry_keeps_its_name_when_the_session_is_made_smaller(feed, ada):
    session = next(one for one in ada.sessions.order_by("day") if one.open)
    before = {str(event["UID"]) for event in Ics.from_ical(Client().get(path(feed)).content).walk("VEVENT")}
    plans.smaller(ada, session)
    after = {str(event["UID"]) for event in Ics.from_ical(Client().get(path(feed)).content).walk("VEVENT")}
    assert after == before


def test_what_is_not_today_leaves_the_calendar(feed, ada):
    session = next(one for one in ada.sessions.all() if one.open)
    plans.not_today(ada, session)
    uids = {str(event["UID"]) for event in Ics.from_ical(Client().get(path(feed)).content).walk("VEVENT")}
    assert not any(uid.startswith(f"session-{session.pk}@") for uid in uids)


def test_who_is_shown_no_numbers_has_none_in_the_calendar_either(feed, ada):
    ada.answers = {**ada.answers, "conditions": ["compulsive-exercise"]}
    ada.save()
    Session.objects.filter(person=ada).update(state=Session.DONE)
    events = Ics.from_ical(Client().get(path(feed)).content).walk("VEVENT")
    assert events
    assert not any("minute" in str(event["SUMMARY"]) for event in events)


def test_reading_a_plan_asks_the_database_no_more_for_more_sessions(feed, ada, django_assert_num_queries):
    for one in list(ada.sessions.all()):
        if one.open:
            plans.smaller(ada, one)
    with django_assert_num_queries(4):  # whose it is, the sessions, what took whose place, that it was read
        Client().get(path(feed))


def test_the_plan_can_be_saved_as_a_file(as_ada, feed):
    answer = as_ada.get("/calendar/plan.ics")
    assert "attachment" in answer["Content-Disposition"]
    assert Ics.from_ical(answer.content).walk("VEVENT")


# ---- taken times, in
def test_the_times_of_a_calendar_are_kept_and_nothing_else(as_ada, ada):
    assert upload(as_ada, ics(soon())).status_code == 302
    (kept,) = queries.calendars_of(ada)
    assert len(kept.times) == 1
    stored = " ".join(str(value) for value in vars(kept).values())
    assert "secret" not in stored
    assert "Dr Who" not in stored


def test_the_week_stays_out_of_what_is_taken(as_ada, ada):
    today = timezone.localdate(timezone=ada.zone)
    start = datetime.combine(today, datetime.min.time(), ada.zone)
    upload(as_ada, ics(start, hours=24 * 3))
    week = plans.ensure_week(ada, today)
    taken = queries.busy(ada, today, today + timedelta(days=6))
    assert taken
    for one in week.sessions.all():
        begins = datetime.combine(one.day, one.time)
        assert all(
            begins + timedelta(minutes=one.minutes) <= busy.start or begins >= busy.end for busy in taken
        )


def test_a_calendar_of_free_times_takes_all_the_rest(as_ada, ada):
    today = timezone.localdate(timezone=ada.zone)
    free = datetime.combine(today + timedelta(days=1), datetime.min.time().replace(hour=9), ada.zone)
    upload(as_ada, ics(free), kind="free")
    taken = queries.busy(ada, today, today + timedelta(days=6))
    local = free.replace(tzinfo=None)
    assert all(one.end <= local or one.start >= local + timedelta(hours=2) for one in taken)
    assert sum((one.end - one.start for one in taken), timedelta()) == timedelta(days=7, hours=-2)


@pytest.mark.parametrize(
    "text", ["hello", "", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:never\nEND:VEVENT\nEND:VCALENDAR"]
)
def test_what_is_no_calendar_is_refused_beside_the_field_and_changes_nothing(as_ada, ada, text):
    answer = upload(as_ada, text)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert queries.calendars_of(ada) == []


def test_somebody_elses_calendar_is_not_there(as_ada, as_ben, ada):
    upload(as_ada, ics(soon()))
    (kept,) = queries.calendars_of(ada)
    assert as_ben.post(f"/calendar/{kept.pk}/remove/").status_code == 404
    assert as_ben.post(f"/calendar/{kept.pk}/refresh/").status_code == 404
    assert "work.ics" not in as_ben.get("/calendar/").content.decode()
    assert as_ada.post(f"/calendar/{kept.pk}/remove/").status_code == 302
    assert queries.calendars_of(ada) == []


def test_a_name_with_markup_is_shown_as_it_is(as_ada):
    file = SimpleUploadedFile("<b>x.ics", ics(soon()).encode())
    as_ada.post("/calendar/add/", {"file": file, "kind": "busy"})
    assert "&lt;b&gt;x.ics" in as_ada.get("/calendar/").content.decode()


# ---- addresses on this installation
@pytest.fixture
def calendar_server():
    """A calendar server beside this installation; what it answers can be changed."""

    class Answers(BaseHTTPRequestHandler):
        body, status, leads = b"", 200, ""

        def do_GET(self):
            self.send_response(302 if self.leads else self.status)
            if self.leads:
                self.send_header("Location", self.leads)
            self.end_headers()
            self.wfile.write(self.body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", Answers
    server.shutdown()
    server.server_close()


def test_without_a_named_server_there_is_no_field_for_an_address(as_ada, settings):
    settings.CALENDARS = ()
    assert 'name="address"' not in as_ada.get("/calendar/").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9999/ada.ics",
        "http://127.0.0.1:5232.evil.example/ada.ics",
        "http://127.0.0.1:5232@evil.example/ada.ics",
        "http://user:word@127.0.0.1:5232/home/ada.ics",
        "http://127.0.0.1:5232/home/../etc/",
        "http://127.0.0.1:5232/home/%2e%2e/etc/",
        "http://127.0.0.1:5232/homely/ada.ics",
        "https://127.0.0.1:5232/home/ada.ics",
        "file:///etc/passwd",
        "//127.0.0.1:5232/home/ada.ics",
        "gopher://127.0.0.1:5232/home/",
    ],
)
def test_an_address_elsewhere_is_never_asked_for(settings, address):
    settings.CALENDARS = ("http://127.0.0.1:5232/home",)
    with pytest.raises(InputError, match="not on this installation"):
        fetching.fetch(address)


def test_an_address_beside_this_installation_is_read_and_again_each_night(
    as_ada, ada, settings, calendar_server
):
    base, answers = calendar_server
    settings.CALENDARS = (base,)
    answers.body = ics(soon()).encode()
    assert as_ada.post("/calendar/add/", {"address": base + "ada.ics", "kind": "busy"}).status_code == 302
    (kept,) = queries.calendars_of(ada)
    before = kept.times
    answers.body = ics(soon() + timedelta(days=2)).encode()
    jobs.read_again.call_local()
    kept.refresh_from_db()
    assert kept.times != before
    assert kept.fault == ""


def test_a_server_that_fails_leaves_what_was_known(as_ada, ada, settings, calendar_server):
    base, answers = calendar_server
    settings.CALENDARS = (base,)
    answers.body = ics(soon()).encode()
    as_ada.post("/calendar/add/", {"address": base + "ada.ics", "kind": "busy"})
    answers.status = 500
    (kept,) = queries.calendars_of(ada)
    before = kept.times
    assert actions.refresh(ada, kept, timezone.now()).fault
    assert Calendar.objects.get().times == before
    assert "What we knew before still holds" in as_ada.get("/calendar/").content.decode()


def test_a_server_that_leads_elsewhere_is_not_followed(settings, calendar_server):
    base, answers = calendar_server
    settings.CALENDARS = (base,)
    answers.leads = "http://127.0.0.1:1/elsewhere.ics"
    with pytest.raises(InputError, match="not on this installation"):
        fetching.fetch(base + "ada.ics")
