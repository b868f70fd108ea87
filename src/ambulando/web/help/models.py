"""What a person made for hard moments, whom they chose, and the little that is kept about such moments."""

import re

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint

#: characters that each part of a plan may have
LONGEST_PART = 2000


class OwnPlan(models.Model):
    """A person's own plan for hard moments: free words under six headings, each of which may stay empty."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="own_plan")
    signs = models.TextField(blank=True, max_length=LONGEST_PART)
    alone = models.TextField(blank=True, max_length=LONGEST_PART)
    elsewhere = models.TextField(blank=True, max_length=LONGEST_PART)
    ask = models.TextField(blank=True, max_length=LONGEST_PART)
    professionals = models.TextField(blank=True, max_length=LONGEST_PART)
    safer = models.TextField(blank=True, max_length=LONGEST_PART)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return "a plan for hard moments"


class Trusted(models.Model):
    """Someone the person chose to turn to. Only the person calls or writes; the application never does."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trusted")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80, blank=True)
    #: as it is dialled
    number = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["place"]
        constraints = [UniqueConstraint(fields=["person", "place"], name="one_trusted_in_each_place")]

    def __str__(self) -> str:
        return self.name or self.number

    @property
    def dialled(self) -> str:
        """What a link dials: the digits, with the + before them where there is one."""
        return re.sub(r"[^0-9+]", "", self.number)


class HelpShown(models.Model):
    """A help page was shown: when, and which of the three. Nothing of what was answered, tapped or dialled."""

    HELP, NOW, AFTER = "help", "now", "after"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="help_shown")
    at = models.DateTimeField()
    page = models.CharField(
        max_length=8, choices=[(HELP, "help"), (NOW, "not safe now"), (AFTER, "after a questionnaire")]
    )

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["person", "at"])]

    def __str__(self) -> str:
        return f"help shown at {self.at}"


class DayAfter(models.Model):
    """The answer to the one question of the day after. An empty one was "not now"."""

    LIGHTER, SAME, HARD, NOT_NOW = "lighter", "same", "hard", ""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="days_after")
    day = models.DateField()
    answer = models.CharField(
        max_length=8, blank=True, choices=[(LIGHTER, "lighter"), (SAME, "same"), (HARD, "hard")]
    )

    class Meta:
        ordering = ["-day"]
        constraints = [UniqueConstraint(fields=["person", "day"], name="one_question_on_a_day_after")]

    def __str__(self) -> str:
        return f"the day after, {self.day}"


class AlertChoice(models.Model):
    """The person asked that whoever reads the monitored inbox be told: whom they agreed to, and when."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alert_choice"
    )
    name = models.CharField(max_length=120)
    email = models.EmailField()
    agreed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} may be told"


class Alert(models.Model):
    """Word to the reader that there was an answer: no answer, no total. The person sees what became of it."""

    WAITING, TRYING, SENT, FAILED, TAKEN_BACK = "waiting", "trying", "sent", "failed", "back"
    OPEN = (WAITING, TRYING)

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alerts")
    assessment = models.OneToOneField(
        "journal.Assessment", null=True, on_delete=models.SET_NULL, related_name="alert"
    )
    #: when the answer was given, which for one that waited on a device is before ``made_at``
    at = models.DateTimeField()
    made_at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=120)
    state = models.CharField(
        max_length=8,
        default=WAITING,
        choices=[(one, one) for one in (WAITING, TRYING, SENT, FAILED, TAKEN_BACK)],
    )
    #: the person has seen on Today that it did not get through
    seen = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"word to {self.name}, {self.state}"
