"""Calls and appointments: who, when and how long; nothing of what was said or seen."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint

#: for how long a call rings
RINGS = timedelta(seconds=60)
#: for how long a call goes on after neither side was heard of; a restart of the server is shorter
UNHEARD = timedelta(minutes=5)


def room() -> str:
    """A name that nobody can guess."""
    return secrets.token_urlsafe(18)


class Call(models.Model):
    """One call between the two sides of a grant."""

    RINGING, ANSWERED, MISSED, DECLINED, ENDED = "ringing", "answered", "missed", "declined", "ended"
    OPEN = (RINGING, ANSWERED)

    grant = models.ForeignKey("grants.Grant", on_delete=models.CASCADE, related_name="calls")
    caller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calls_made")
    state = models.CharField(
        max_length=8,
        default=RINGING,
        choices=[(one, one) for one in (RINGING, ANSWERED, MISSED, DECLINED, ENDED)],
    )
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: when a page of either side was last heard of
    heard_at = models.DateTimeField()
    #: its name with a provider outside, where the installation uses one
    room = models.CharField(max_length=32, default=room)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            UniqueConstraint(
                fields=["grant"],
                condition=Q(state__in=("ringing", "answered")),
                name="one_call_at_a_time_for_each_grant",
            )
        ]

    def __str__(self) -> str:
        return f"call {self.pk}: {self.state}"

    def state_at(self, now: datetime) -> str:
        """Its state, also where no page was left to say that it was over."""
        if self.state == self.RINGING and now > self.asked_at + RINGS:
            return self.MISSED
        if self.state == self.ANSWERED and now > self.heard_at + UNHEARD:
            return self.ENDED
        return self.state

    def is_open(self, now: datetime) -> bool:
        return self.state_at(now) in self.OPEN

    @property
    def minutes(self) -> int:
        """How long it was, in whole minutes, at least one; 0 where nobody answered."""
        if self.answered_at is None:
            return 0
        return max(1, round(((self.ended_at or self.heard_at) - self.answered_at).total_seconds() / 60))


class Appointment(models.Model):
    """A call that is planned: one side asks, the other accepts or asks for another time."""

    ASKED, ACCEPTED, CALLED_OFF = "asked", "accepted", "called-off"
    OPEN = (ASKED, ACCEPTED)

    grant = models.ForeignKey("grants.Grant", on_delete=models.CASCADE, related_name="appointments")
    #: who asked for the time as it is now; the other side decides
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=10, default=ASKED, choices=[(one, one) for one in (ASKED, ACCEPTED, CALLED_OFF)]
    )
    made_at = models.DateTimeField()
    #: how often it was changed, and what calendars know it by (RFC 5545 SEQUENCE and UID)
    sequence = models.PositiveIntegerField(default=0)
    uid = models.UUIDField(default=uuid.uuid4, unique=True)

    class Meta:
        ordering = ["starts_at", "pk"]

    def __str__(self) -> str:
        return f"appointment {self.pk}: {self.state}"

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)
