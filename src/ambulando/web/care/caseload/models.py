"""What a reader does beside reading: they mark that they saw a signal, and keep notes of their own."""

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint

from ambulando.web.care.grants.items import ROLES
from ambulando.web.care.grants.models import Grant
from ambulando.web.kept import KeptText


class Acknowledged(models.Model):
    """That somebody who was let in saw a signal, and when. The name stays as it was when they are gone."""

    noticed = models.ForeignKey("signals.Noticed", on_delete=models.CASCADE, related_name="acknowledged")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="acknowledged"
    )
    #: as the person called them then
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=12, choices=list(ROLES.items()))
    #: the day of the signal as it was then; one that speaks again of a later day waits again
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            UniqueConstraint(fields=["noticed", "reader", "day"], name="a_reader_sees_a_signal_of_a_day_once")
        ]

    def __str__(self) -> str:
        return f"seen at {self.at}"


class Note(models.Model):
    """What a reader wrote down about a person for themselves. The person sees it only while it is shared."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="notes")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notes_written"
    )
    body = KeptText()
    shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"note {self.pk}"
