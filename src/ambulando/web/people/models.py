"""Who uses this installation, and what they told about themselves."""

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from ambulando.safety.profile import Profile, profile_from
from ambulando.safety.rules import Rule, rules
from ambulando.safety.screen import screen


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
    #: the local day on which they last said that it flares
    flare_on = models.DateField(null=True)

    first_name = None
    last_name = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def profile(self) -> Profile:
        return profile_from(self.answers)

    @property
    def no_numbers(self) -> bool:
        """Whether counts and minutes of exercise are kept from their pages."""
        return screen(self.profile).limits.no_numbers

    @property
    def flare_rule(self) -> Rule | None:
        """The rule for a day of a flare, for those with a condition that it asks for."""
        (rule,) = (one for one in rules() if one.id == "flare")
        told = {f"condition:{id_}" for id_ in self.profile.conditions}
        return rule if told & set(rule.any_of) else None

    @property
    def flares_today(self) -> bool:
        return self.flare_on is not None and self.flare_on == timezone.localdate(timezone=self.zone)
