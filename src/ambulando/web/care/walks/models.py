"""Walking groups and classes that somebody of the installation runs, when they meet, and who comes."""

import secrets
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint

from ambulando.web.kept import KeptText
from ambulando.web.trials.models import LENGTH, LETTERS


def new_code() -> str:
    """A code that can not be guessed, as that of a group trial."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


class Walk(models.Model):
    """A walking group or a class: what is done, where, when, for how many, and who may come."""

    THEIRS, EVERYBODY = "theirs", "everybody"

    #: who runs it: a verified clinician, or staff
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="walks_led")
    name = models.CharField(max_length=80)
    #: whom one can ask, in the leader's words
    by = models.CharField(max_length=120)
    #: an id of the activity catalogue
    activity = models.CharField(max_length=64)
    #: where one meets; beside it one of everybody's places, if it is one of them
    where = models.CharField(max_length=200)
    place = models.ForeignKey("places.Place", null=True, on_delete=models.SET_NULL, related_name="+")
    accessible = models.BooleanField(null=True)
    cost = models.PositiveSmallIntegerField(default=0)
    #: the clock that all its times stand on
    time_zone = models.CharField(max_length=64, default="UTC")
    #: every week on these days, ids of ``safety.profile.DAYS``, from the first date to the last; or on single dates
    weekly: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    dates: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    first = models.DateField()
    last = models.DateField(null=True)
    starts = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    capacity = models.PositiveSmallIntegerField()
    #: who may come: people who let the leader in, or everybody of this installation who has the code
    open_to = models.CharField(max_length=12, choices=[(THEIRS, THEIRS), (EVERYBODY, EVERYBODY)])
    code = models.CharField(max_length=16, unique=True, default=new_code)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Comer(models.Model):
    """Somebody who comes. Others of the group learn a name only where they chose to be seen."""

    walk = models.ForeignKey(Walk, on_delete=models.CASCADE, related_name="comers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="walks")
    #: what the leader may call them; the others too where ``seen``
    called = models.CharField(max_length=40)
    seen = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    #: the dates, as in ISO 8601, of which word went out that they are off
    told_off: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        ordering = ["called", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["walk", "person"], condition=Q(left_at=None), name="one_place_in_a_walk_for_each"
            )
        ]

    def __str__(self) -> str:
        return f"place {self.pk} in walk {self.walk_id}"


class Cancelled(models.Model):
    """A date on which it does not meet."""

    walk = models.ForeignKey(Walk, on_delete=models.CASCADE, related_name="cancelled")
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["day"]
        constraints = [UniqueConstraint(fields=["walk", "day"], name="one_cancellation_for_each_day")]

    def __str__(self) -> str:
        return f"not on {self.day}"


class Word(models.Model):
    """What somebody who comes said of one date: that they were there, or not this time. Their own word counts, and no other."""

    THERE, NOT_THIS_TIME = "there", "not-this-time"

    comer = models.ForeignKey(Comer, on_delete=models.CASCADE, related_name="words")
    day = models.DateField()
    said = models.CharField(max_length=16, choices=[(THERE, THERE), (NOT_THIS_TIME, NOT_THIS_TIME)])

    class Meta:
        ordering = ["day"]
        constraints = [UniqueConstraint(fields=["comer", "day"], name="one_word_on_each_date")]

    def __str__(self) -> str:
        return f"{self.said} on {self.day}"


class Post(models.Model):
    """A message of the leader to all who come."""

    walk = models.ForeignKey(Walk, on_delete=models.CASCADE, related_name="posts")
    body = KeptText()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"post {self.pk}"
