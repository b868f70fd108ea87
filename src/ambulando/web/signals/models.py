"""What was noticed in a person's own days, and what they did with it.

The person sees all of it; who was let in sees that of which everything that it rests on is shared (care/caseload/masks).
"""

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint


class Noticed(models.Model):
    """A signal: what was said, why, and the rows it rests on."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="noticed")
    signal = models.CharField(max_length=32)
    day = models.DateField()
    says = models.JSONField()
    why = models.JSONField()
    #: ``[{"kind": "checkin", "day": "2026-03-01"}, ...]``, oldest first
    rows = models.JSONField()
    source = models.TextField()
    certainty = models.CharField(max_length=16)
    put_away_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            UniqueConstraint(fields=["person", "signal", "day"], name="a_signal_speaks_once_for_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.signal} of {self.day}"


class Removed(models.Model):
    """That a signal of this kind was removed on this day, and nothing else, so that it does not come back."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="removed_signals"
    )
    signal = models.CharField(max_length=32)
    day = models.DateField()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["person", "signal", "day"], name="a_signal_is_removed_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.signal}, removed on {self.day}"


class NotLooking(models.Model):
    """The person asked us not to look for signals: while this stands, nothing is computed."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="not_looking"
    )

    def __str__(self) -> str:
        return f"not looking for person {self.person_id}"
