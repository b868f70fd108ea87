"""What is stored: the address under which a plan can be read by a calendar, and the times that calendars of the person take."""

from django.conf import settings
from django.db import models


class Feed(models.Model):
    """A person lets calendar programs read their plan. Nobody has a row before they ask for it."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feed")
    #: raised when a new address is wanted; the old one then opens nothing
    serial = models.PositiveIntegerField(default=1)
    #: entries say "Time for me" instead of the activity
    discreet = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    #: when it was last read, by whatever program
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"address {self.serial} of a plan"


class Calendar(models.Model):
    """A calendar that a person gave. Its times alone are kept: no title, no place, nobody's name."""

    BUSY, FREE = "busy", "free"
    KINDS = [(BUSY, "times that are taken"), (FREE, "times that are free")]

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendars")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=4, choices=KINDS, default=BUSY)
    #: where it is read again each night; empty for a file
    address = models.CharField(max_length=500, blank=True)
    #: [[start, end], ...] in the person's local time, ISO 8601
    times = models.JSONField(default=list)
    #: the days that ``times`` was read for
    since = models.DateField()
    until = models.DateField()
    read_at = models.DateTimeField()
    #: what went wrong when it was last read; its times of before still hold
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
