"""What a person brings from their care into their plan, and the eight-week word. What is taken out is ended, not deleted."""

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint


class Entered(models.Model):
    """Something that a clinician asked for: who said it and when, who wrote it down, and until when it held."""

    PERSON, CLINICIAN = "person", "clinician"
    WRITERS = [(who, who) for who in (PERSON, CLINICIAN)]

    #: in the person's words, such as "my GP"
    said_by = models.CharField(max_length=80, default="", blank=True)
    said_on = models.DateField()
    entered_by = models.CharField(max_length=16, choices=WRITERS, default=PERSON)
    entered_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Homework(Entered):
    """Something agreed on in therapy; the fields are those of ``safety.profile.Homework``."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="homework")
    activity = models.CharField(max_length=64)
    times = models.PositiveSmallIntegerField(default=1)
    minutes = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        ordering = ["entered_at", "pk"]

    def __str__(self) -> str:
        return f"{self.activity}, {self.times} a week"


class Asked(Entered):
    """Caps and goals; the fields are those of ``safety.profile.Care``.

    Of what the person wrote down one set holds at a time; of clinicians each holds, and the tightest binds.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="asked")
    max_minutes = models.PositiveSmallIntegerField(null=True)
    max_intensity = models.CharField(max_length=16, null=True)
    minutes_per_week = models.PositiveSmallIntegerField(null=True)
    sessions = models.PositiveSmallIntegerField(null=True)
    avoid: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        ordering = ["-entered_at", "-pk"]
        constraints = [
            UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at=None, entered_by="person"),
                name="one_set_holds_of_what_a_person_wrote_that_was_asked",
            )
        ]

    def __str__(self) -> str:
        return f"asked on {self.said_on}"


class EightWeeks(models.Model):
    """The word to somebody whose answers have not moved: what was said, why, and how that came about."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="eight_weeks")
    day = models.DateField()
    says = models.JSONField()
    why = models.JSONField()
    trace = models.JSONField()
    put_away_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            UniqueConstraint(fields=["person", "day"], name="the_eight_week_word_comes_once_a_day")
        ]

    def __str__(self) -> str:
        return f"eight-week word of {self.day}"
