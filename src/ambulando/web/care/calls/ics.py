"""An appointment as a file for a calendar (RFC 5545). It says "Call" and nothing more: others see a calendar, too."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from ambulando.web.care.calls.models import Appointment


def written(one: Appointment, address: str, now: datetime) -> bytes:
    from icalendar import Calendar, Event

    calendar = Calendar()
    for key, value in (
        ("prodid", "-//Ambulando//EN"),
        ("version", "2.0"),
        ("calscale", "GREGORIAN"),
        ("method", "PUBLISH"),
    ):
        calendar.add(key, value)
    event = Event()
    event.add("uid", f"{one.uid}@ambulando")
    event.add("sequence", one.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", one.starts_at.astimezone(UTC))
    event.add("dtend", one.ends_at.astimezone(UTC))
    event.add("summary", _("Call"))
    event.add("url", address)
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED" if one.state == Appointment.ACCEPTED else "TENTATIVE")
    calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made
