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

#: the text that a person agrees to when they share their numbers; a text that asks for more needs another name
SHARING_TEXT = "2026-11-22"


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
    #: the local day on which they last said how the weather is
    weather_on = models.DateField(null=True)
    #: which way round the seasons go where they live, one of ``plan.season.HEMISPHERES``; empty: as their country says
    hemisphere = models.CharField(max_length=8, default="", blank=True)
    #: when they agreed that their numbers are part of what is learned here, and to which text (``SHARING_TEXT``)
    shares_numbers_since = models.DateTimeField(null=True)
    shares_numbers_text = models.CharField(max_length=16, default="", blank=True)

    #: whether they let anybody in, and whether anybody lets them in; kept by ``care.grants.actions``, read by every page
    has_team = models.BooleanField(default=False)
    has_caseload = models.BooleanField(default=False)

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
    def shares_numbers(self) -> bool:
        """Whether they agree, to the text as it reads now, that their numbers are part of what is learned here."""
        return self.shares_numbers_since is not None and self.shares_numbers_text == SHARING_TEXT

    @property
    def flare_rule(self) -> Rule | None:
        """The rule for a day of a flare, for those with a condition that it asks for."""
        (rule,) = (one for one in rules() if one.id == "flare")
        told = {f"condition:{id_}" for id_ in self.profile.conditions}
        return rule if told & set(rule.any_of) else None

    @property
    def flares_today(self) -> bool:
        return self.flare_on is not None and self.flare_on == timezone.localdate(timezone=self.zone)


class Learned(models.Model):
    """What was learned of one effect over the people here who share their numbers, in mood points; nothing of a person.

    Each run takes the place of the one before: two of them side by side could tell one person's number. The answers
    that were made with it keep their own trace of it.
    """

    modality = models.CharField(max_length=32)
    horizon = models.CharField(max_length=16)
    mean = models.FloatField()
    mean_sd = models.FloatField()
    #: how people differ, with its 95% interval
    tau = models.FloatField()
    tau_low = models.FloatField()
    tau_high = models.FloatField()
    people = models.PositiveIntegerField()
    randomised_people = models.PositiveIntegerField()
    version = models.CharField(max_length=32)
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["modality", "horizon"], name="one_learned_spread_for_each_effect")
        ]

    def __str__(self) -> str:
        return f"{self.modality}, {self.horizon}: from {self.people} people, {self.made_on}"
