"""Who uses this installation, and what they told about themselves."""

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models

from ambulando.safety.profile import Profile, profile_from


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name} is not a time zone that we know.")


class Person(AbstractUser):
    #: what `ambulando.safety.profile` reads: its keys are those of the command line
    answers: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    onboarded_at = models.DateTimeField(null=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    simulated = models.BooleanField(default=False)
    #: Today shows one card only
    quiet = models.BooleanField(default=False)

    first_name = None
    last_name = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def profile(self) -> Profile:
        return profile_from(self.answers)
