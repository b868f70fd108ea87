"""What a person did and felt, as they said it or as their device recorded it."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone

ZERO_TO_TEN = [MinValueValidator(0), MaxValueValidator(10)]
#: the Feeling Scale, from very bad to very good
FEELING = [MinValueValidator(-5), MaxValueValidator(5)]


def whole(value: float | None) -> int | float | None:
    """A total as it is told: 14 where it is 14.0."""
    return int(value) if value is not None and value == int(value) else value


class Total(models.FloatField[Any, Any]):
    """A total, which is whole wherever an instrument counts whole points: 14 is read as 14, not as 14.0."""

    def from_db_value(self, value: float | None, *_: object) -> int | float | None:
        return whole(value)


class CheckIn(models.Model):
    """Mood, energy, sleep and stress of a morning or a later part of a day; each may be left out."""

    MORNING, LATER = "morning", "later"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="check_ins")
    day = models.DateField()
    part = models.CharField(max_length=8, choices=[(MORNING, "morning"), (LATER, "later")])
    mood = models.PositiveSmallIntegerField(null=True, validators=ZERO_TO_TEN)
    energy = models.PositiveSmallIntegerField(null=True, validators=ZERO_TO_TEN)
    sleep = models.PositiveSmallIntegerField(null=True, validators=ZERO_TO_TEN)
    stress = models.PositiveSmallIntegerField(null=True, validators=ZERO_TO_TEN)
    #: of the whole day, the same in both of its parts; read beside a mood and for nothing else
    ill = models.BooleanField(default=False)
    medicine_changed = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["day", "-part"]  # "morning" before "later"
        constraints = [
            UniqueConstraint(fields=["person", "day", "part"], name="one_check_in_for_each_part_of_a_day"),
            *(
                CheckConstraint(condition=Q(**{f"{scale}__lte": 10}), name=f"check_in_{scale}_is_0_to_10")
                for scale in ("mood", "energy", "sleep", "stress")
            ),
        ]

    def __str__(self) -> str:
        return f"check-in of {self.day}, {self.part}"


class Recording(models.Model):
    """A file from a device that was read. The file itself is not kept: it holds where the person lives."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recordings")
    name = models.CharField(max_length=255)
    format = models.CharField(max_length=16)
    fingerprint = models.CharField(max_length=64)
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["person", "fingerprint"], name="a_recording_is_imported_once")
        ]

    def __str__(self) -> str:
        return self.name


class Bout(models.Model):
    """Something done: an activity of the catalogue, its start, how long, how hard it was and how it felt."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bouts")
    activity = models.CharField(max_length=64)
    start = models.DateTimeField()
    seconds = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(24 * 3600)])
    effort = models.PositiveSmallIntegerField(null=True, blank=True, validators=ZERO_TO_TEN)
    feeling_before = models.SmallIntegerField(null=True, blank=True, validators=FEELING)
    feeling_after = models.SmallIntegerField(null=True, blank=True, validators=FEELING)
    #: whether it hurt; None where they did not say
    pain = models.BooleanField(null=True, blank=True)
    #: the answer to the talk test, by its score
    talk = models.SmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    # from a recording
    recording = models.ForeignKey(Recording, null=True, on_delete=models.CASCADE, related_name="bouts")
    moving_seconds = models.FloatField(null=True)
    metres = models.FloatField(null=True)
    ascent = models.FloatField(null=True)
    hr_mean = models.FloatField(null=True)
    hr_max = models.FloatField(null=True)
    samples = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list)
    #: the person altered what, when or how long; a newer export then leaves these three alone
    corrected = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-start"]
        indexes = [models.Index(fields=["person", "start"])]
        constraints = [
            CheckConstraint(condition=Q(**{f"{name}__range": (-5, 5)}), name=f"bout_{name}_is_minus_5_to_5")
            for name in ("feeling_before", "feeling_after")
        ]

    def __str__(self) -> str:
        return f"{self.activity}, {self.minutes} min"

    @property
    def minutes(self) -> int:
        return round(self.seconds / 60)


class Assessment(models.Model):
    """A completed instrument: the answers, and what they add up to."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assessments")
    instrument = models.CharField(max_length=32)
    day = models.DateField()
    answers = models.JSONField()
    total = Total(null=True)
    band = models.CharField(max_length=64, blank=True)
    help_shown = models.BooleanField(default=False)
    #: when it was written down; ``day`` is the date that the person's own clock showed then
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-day", "-made_at"]
        indexes = [
            models.Index(fields=["person", "instrument", "-day", "-made_at"], name="last_of_each_instrument")
        ]

    def __str__(self) -> str:
        return f"{self.instrument} of {self.day}"


class Offer(models.Model):
    """What a person asked for about one questionnaire: whether it is offered, its last skip, and a pause."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="offers")
    instrument = models.CharField(max_length=32)
    #: switched on or off; where neither was said, it is offered once it was filled in
    wanted = models.BooleanField(null=True)
    wanted_at = models.DateTimeField(null=True)
    skipped_at = models.DateTimeField(null=True)
    paused_until = models.DateField(null=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["person", "instrument"], name="one_offer_for_each_questionnaire")
        ]

    def __str__(self) -> str:
        return f"offer of {self.instrument}"
