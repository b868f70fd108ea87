"""What a person did and felt, as they said it or as their device recorded it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

ZERO_TO_TEN = [MinValueValidator(0), MaxValueValidator(10)]


class CheckIn(models.Model):
    """Mood, energy and sleep of a morning or a later part of a day; each may be left out."""

    MORNING, LATER = "morning", "later"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="check_ins")
    day = models.DateField()
    part = models.CharField(max_length=8, choices=[(MORNING, "morning"), (LATER, "later")])
    mood = models.PositiveSmallIntegerField(null=True, validators=ZERO_TO_TEN)
    energy = models.PositiveSmallIntegerField(null=True, validators=ZERO_TO_TEN)
    sleep = models.PositiveSmallIntegerField(null=True, validators=ZERO_TO_TEN)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["day", "-part"]  # "morning" before "later"
        constraints = [
            UniqueConstraint(fields=["person", "day", "part"], name="one_check_in_for_each_part_of_a_day"),
            *(
                CheckConstraint(condition=Q(**{f"{scale}__lte": 10}), name=f"check_in_{scale}_is_0_to_10")
                for scale in ("mood", "energy", "sleep")
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
    """Something done: an activity of the catalogue, its start, how long, how hard it felt."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bouts")
    activity = models.CharField(max_length=64)
    start = models.DateTimeField()
    seconds = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(24 * 3600)])
    effort = models.PositiveSmallIntegerField(null=True, blank=True, validators=ZERO_TO_TEN)
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
    total = models.PositiveSmallIntegerField(null=True)
    band = models.CharField(max_length=64, blank=True)
    help_shown = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-day", "-made_at"]

    def __str__(self) -> str:
        return f"{self.instrument} of {self.day}"
