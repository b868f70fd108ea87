"""The times of a group as a calendar file."""

from datetime import datetime

from django.http import HttpResponse

from ambulando.plan.calendar import Entry, write_ics
from ambulando.web.care.walks import queries
from ambulando.web.care.walks.models import Walk


def answer_with(walk: Walk, now: datetime) -> HttpResponse:
    """Half a year of it."""
    entries = [
        Entry(
            uid=f"walk-{walk.pk}-{one.day.isoformat()}@ambulando",
            start=one.start,
            minutes=walk.minutes,
            title=walk.name,
            text=walk.where,
        )
        for one in queries.upcoming(walk, now, queries.IN_FILE)
        if not one.cancelled
    ]
    answer = HttpResponse(
        write_ics(entries, name=walk.name, now=now), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="times.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer
