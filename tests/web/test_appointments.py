"""Planned calls: asked for, accepted or moved, called off, and as a file for a calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from calling_people import alex, let_in
from django.test import Client
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.web.care.calls import actions, ics, queries
from ambulando.web.care.calls.models import Appointment

NOW = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)
THEN = NOW + timedelta(days=2)


@pytest.fixture
def reader(db: None) -> Any:
    return alex()


@pytest.fixture
def grant(ada: Any, reader: Any) -> Any:
    return let_in(ada, reader)


@pytest.fixture
def one(ada: Any, grant: Any) -> Appointment:
    return actions.ask(ada, grant, starts_at=THEN, minutes=30, now=NOW)


@pytest.fixture
def as_alex(reader: Any) -> Any:
    client = Client()
    client.force_login(reader)
    return client


def test_the_other_side_accepts(reader: Any, one: Appointment) -> None:
    assert actions.accept(reader, one, NOW).state == Appointment.ACCEPTED


def test_who_asked_does_not_accept_their_own_time(ada: Any, one: Appointment) -> None:
    with pytest.raises(InputError, match="The other side still has to say yes"):
        actions.accept(ada, one, NOW)


def test_another_time_is_for_the_first_side_to_accept(ada: Any, reader: Any, one: Appointment) -> None:
    actions.another_time(reader, one, starts_at=THEN + timedelta(hours=1), minutes=45, now=NOW)
    with pytest.raises(InputError):
        actions.accept(reader, one, NOW)
    actions.accept(ada, one, NOW)
    assert (one.minutes, one.state, one.sequence) == (45, Appointment.ACCEPTED, 2)


def test_either_side_calls_it_off(ada: Any, reader: Any, one: Appointment) -> None:
    actions.call_off(reader, one)
    assert queries.appointments_of(ada, NOW) == []


@pytest.mark.parametrize(
    ("starts_at", "minutes"),
    [(NOW - timedelta(minutes=1), 30), (NOW + timedelta(days=366), 30), (THEN, 31), (THEN, 10**9)],
)
def test_a_time_that_can_not_be_is_refused_with_a_sentence(
    ada: Any, grant: Any, starts_at: datetime, minutes: int
) -> None:
    with pytest.raises(InputError):
        actions.ask(ada, grant, starts_at=starts_at, minutes=minutes, now=NOW)
    assert not Appointment.objects.exists()


def test_so_many_can_wait_and_no_more(ada: Any, grant: Any) -> None:
    for at in range(actions.MOST_PLANNED):
        actions.ask(ada, grant, starts_at=THEN + timedelta(hours=at), minutes=30, now=NOW)
    with pytest.raises(InputError, match="many calls planned"):
        actions.ask(ada, grant, starts_at=THEN, minutes=30, now=NOW)


def test_asking_and_accepting_on_the_pages(as_ada: Any, as_alex: Any, grant: Any, ada: Any) -> None:
    ada.time_zone = "Pacific/Auckland"
    ada.save()
    day = (timezone.now() + timedelta(days=5)).date()
    answer = as_ada.post(
        f"/calls/with/{grant.pk}/plan/", {"day": day.isoformat(), "time": "14:00", "minutes": "30"}
    )
    assert answer["Location"] == f"/calls/with/{grant.pk}/"
    one = Appointment.objects.get()
    assert one.starts_at.astimezone(ada.zone).strftime("%H:%M") == "14:00", "the time is that of who asks"
    assert "You asked for this time" in as_ada.get("/calls/").content.decode()
    page = as_alex.get("/calls/").content.decode()
    assert "They ask whether this time suits you." in page
    assert f"{one.starts_at:%H:%M}" in page, "each sees it on their own clock"
    as_alex.post(f"/calls/planned/{one.pk}/accept/")
    assert "Both of you said yes." in as_ada.get("/calls/").content.decode()


@pytest.mark.parametrize(
    "sent",
    [{}, {"day": "0001-01-01", "time": "00:00", "minutes": "30"}, {"day": "9999-12-31", "time": "23:59", "minutes": "30"},
     {"day": "\0", "time": "\ud800", "minutes": "9" * 400}, {"day": "2020-01-01", "time": "10:00", "minutes": "30"}],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_odd_times_are_answered_beside_the_form(
    as_ada: Any, ada: Any, grant: Any, sent: dict[str, str], zone: str
) -> None:
    ada.time_zone = zone
    ada.save()
    sent = {name: value.encode("utf-8", "surrogatepass") for name, value in sent.items()}  # type: ignore[misc]
    answer = as_ada.post(f"/calls/with/{grant.pk}/plan/", sent)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not Appointment.objects.exists()


def test_the_file_has_the_time_and_no_word_of_health_or_of_whom(one: Appointment, reader: Any) -> None:
    from icalendar import Calendar

    (event,) = Calendar.from_ical(ics.written(one, "https://move.example.org/calls/with/1/", NOW)).walk(
        "VEVENT"
    )
    assert event["DTSTART"].dt == THEN
    assert event["DTEND"].dt == THEN + timedelta(minutes=30)
    assert (str(event["SUMMARY"]), str(event["STATUS"]), event["SEQUENCE"]) == ("Call", "TENTATIVE", 0)
    actions.accept(reader, one, NOW)
    text = ics.written(one, "https://move.example.org/calls/with/1/", NOW).decode()
    assert "STATUS:CONFIRMED" in text
    assert "SEQUENCE:1" in text
    for word in ("alex", "ada", "therap", "depress", "DESCRIPTION"):
        assert word not in text.replace("Ambulando", "").replace("@ambulando", "")


def test_the_file_is_an_attachment(as_ada: Any, one: Appointment) -> None:
    Appointment.objects.update(starts_at=timezone.now() + timedelta(days=1))
    answer = as_ada.get(f"/calls/planned/{one.pk}/call.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="call.ics"'


def test_nobody_else_finds_it(as_ben: Any, one: Appointment) -> None:
    for path in ("another/", "call.ics"):
        assert as_ben.get(f"/calls/planned/{one.pk}/{path}").status_code == 404
    for path in ("accept/", "another/", "call-off/"):
        assert as_ben.post(f"/calls/planned/{one.pk}/{path}").status_code == 404


def test_the_number_of_queries_does_not_grow_with_appointments(as_ada: Any, ada: Any, grant: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for many in (3, 15):
        for at in range(many):
            soon = timezone.now() + timedelta(days=1, minutes=at)
            actions.ask(ada, grant, starts_at=soon, minutes=30, now=timezone.now())
        as_ada.get("/calls/")
        with CaptureQueriesContext(connection) as asked:
            as_ada.get("/calls/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_yes_to_a_time_is_none_to_the_time_that_took_its_place(
    ada: Any, as_alex: Any, one: Appointment
) -> None:
    shown = as_alex.get(f"/calls/with/{one.grant_id}/").content.decode()
    assert f'name="sequence" value="{one.sequence}"' in shown
    before = one.sequence
    actions.another_time(ada, one, starts_at=NOW + timedelta(days=9), minutes=30, now=NOW)
    as_alex.post(f"/calls/planned/{one.pk}/accept/", {"sequence": str(before)})
    one.refresh_from_db()
    assert one.state == Appointment.ASKED
    as_alex.post(f"/calls/planned/{one.pk}/accept/", {"sequence": str(one.sequence)})
    one.refresh_from_db()
    assert one.state == Appointment.ACCEPTED


def test_what_was_called_off_meanwhile_does_not_come_back(ada: Any, reader: Any, one: Appointment) -> None:
    theirs, again = Appointment.objects.get(pk=one.pk), Appointment.objects.get(pk=one.pk)
    actions.call_off(ada, one)
    with pytest.raises(InputError):
        actions.accept(reader, theirs, NOW)
    with pytest.raises(InputError):
        actions.another_time(reader, again, starts_at=NOW + timedelta(days=9), minutes=30, now=NOW)
    one.refresh_from_db()
    assert one.state == Appointment.CALLED_OFF
