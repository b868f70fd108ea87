"""What the worker does: calendars with an address are read again each night."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.calendars import actions
from ambulando.web.calendars.models import Calendar


@db_periodic_task(crontab(minute="10", hour="2"))
def read_again() -> None:
    for calendar in Calendar.objects.exclude(address="").select_related("person").iterator():
        actions.refresh(calendar.person, calendar, timezone.now())
