"""Whom a person let in, to what, from when and until when; and the record of every look."""

from collections.abc import Container
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint

from ambulando.web.care.grants.items import ROLES


def shared(items: Container[str], shows_from: date | None, item: str, day: date | None) -> bool:
    """Whether ``item`` is among what is shared, and ``day`` among the days."""
    return item in items and (day is None or shows_from is None or day >= shows_from)


class Grant(models.Model):
    """A consent to share: who, what, from when, until when.

    It holds from when both sides have said yes until one of them ends it, or its last day is over.
    """

    PERSON, READER = "person", "reader"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    #: who reads; empty until somebody took the invitation, and always for a report that is read by a link
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="let_in_by"
    )
    #: as the person calls them
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=12, choices=list(ROLES.items()))
    #: ids of ``items.ITEMS``
    items: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    #: the first day that is seen; empty: also all that was before
    shows_from = models.DateField(null=True, blank=True)
    #: the last day on which it holds, on the person's own clock; empty: until one of them ends it
    until = models.DateField(null=True, blank=True)
    #: a report that is read by its link, without an account
    by_link = models.BooleanField(default=False)
    #: what the word that opens the invitation or the report is made from, with a key that is not in the database; and the
    #: hash by which it is found. Empty once an invitation was used
    token_seed = models.CharField(max_length=32, blank=True)
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    token_expires_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    #: when the reader said yes, and when the person said that it is them
    accepted_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=8, blank=True, choices=[(PERSON, "person"), (READER, "reader")])

    class Meta:
        ordering = ["made_at", "pk"]
        indexes = [models.Index(fields=["reader", "ended_at"])]
        constraints = [
            UniqueConstraint(
                fields=["person", "reader"],
                condition=Q(ended_at=None, reader__isnull=False),
                name="one_grant_at_a_time_for_each_reader",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.name}"

    def holds(self, now: datetime) -> bool:
        """Whether it lets somebody in at this moment; never while the account of the person is off."""
        agreed = self.confirmed_at is not None and (self.by_link or self.accepted_at is not None)
        return agreed and self.ended_at is None and self.person.is_active and not self.over(now)

    @property
    def waits_for_reader(self) -> bool:
        """An invitation that nobody has answered yet."""
        return not self.by_link and self.accepted_at is None and self.ended_at is None

    @property
    def waits_for_person(self) -> bool:
        """Somebody said yes; the person has not said yet whether it is them."""
        return self.accepted_at is not None and self.confirmed_at is None and self.ended_at is None

    @property
    def reader_left(self) -> bool:
        """Whether who was let in removed their account."""
        return self.accepted_at is not None and self.reader_id is None

    def over(self, now: datetime) -> bool:
        """Whether its last day is over, on the person's own clock."""
        return self.until is not None and now.astimezone(self.person.zone).date() > self.until

    def shows(self, item: str, day: date | None = None) -> bool:
        """Whether ``item`` is shared at all, and that of ``day``."""
        return shared(self.items, self.shows_from, item, day)


class Look(models.Model):
    """One look at a person's things, or one change of a grant: a link of the chain that only grows (see ``chain``)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="looks")
    #: 1, 2, 3 ... for each person
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    #: who looked, by name and role as they were then; no key to anybody, so that it stays when they leave
    who = models.CharField(max_length=120)
    role = models.CharField(max_length=12)
    grant_number = models.PositiveBigIntegerField(null=True)
    #: what was opened or done: an id of ``chain.WHAT``
    what = models.CharField(max_length=40)
    items: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    #: the seal of the one before, and of this one
    before = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        constraints = [
            UniqueConstraint(fields=["person", "number"], name="one_look_for_each_number_of_a_person")
        ]

    def __str__(self) -> str:
        return f"look {self.number}"


class Head(models.Model):
    """How long the chain of a person is, sealed: without it, taking the newest links away would leave a chain that holds."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="looks_head"
    )
    #: the number and the seal of the newest link
    number = models.PositiveIntegerField(default=0)
    last = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} looks"
