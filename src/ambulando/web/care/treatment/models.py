"""A person's treatment plan, as those who treat them wrote it down. What was written is never altered: it is followed by more."""

import json
from typing import Any

from django.conf import settings
from django.db import models

from ambulando.web.care.grants.items import ROLES
from ambulando.web.care.treatment.kinds import KINDS
from ambulando.web.kept import KeptText


class Said(models.Model):
    """Something that was written down: by whom, as they were called then, and in which role (none: the person)."""

    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=12, blank=True, choices=list(ROLES.items()))
    #: a JSON object, with the fields of its kind; encrypted
    says = KeptText()

    class Meta:
        abstract = True

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.says)
        return told


class Part(Said):
    """One part of a treatment plan, as it stands now; how it came to stand so is told by its entries."""

    #: what the person is asked about a medicine that was written down
    STARTED, STOPPED = "started", "stopped"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="treatment")
    kind = models.CharField(max_length=12, choices=[(id_, id_) for id_ in KINDS])
    made_at = models.DateTimeField()
    #: the day of the next session, of the refill, of the check, of the review
    due = models.DateField(null=True)
    #: what the week is made from: a cap, a clearance or a goal of sessions; homework
    asked = models.OneToOneField("alongside.Asked", null=True, on_delete=models.SET_NULL, related_name="part")
    homework = models.OneToOneField(
        "alongside.Homework", null=True, on_delete=models.SET_NULL, related_name="part"
    )
    #: a medicine that safety reckons with, though the person has not said that it is so
    counts = models.BooleanField(default=False)
    #: the day of the last new medicine or dose
    new_on = models.DateField(null=True)
    asks = models.CharField(max_length=8, blank=True, choices=[(STARTED, STARTED), (STOPPED, STOPPED)])
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_at", "pk"]
        indexes = [models.Index(fields=["person", "ended_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Entry(Said):
    """What was written about a part, or done with it. It is never changed and never removed."""

    BEGUN, CHANGED, STOPPED, HELD = "begun", "changed", "stopped", "held"
    #: those of the person
    RIGHT, NOT_RIGHT, NOT_NOW, ENDED = "right", "not-right", "not-now", "ended"
    FINE, STAYS, NOT_YET, WORDS = "fine", "stays", "not-yet", "words"
    ACTS = (BEGUN, CHANGED, STOPPED, HELD, RIGHT, NOT_RIGHT, NOT_NOW, ENDED, FINE, STAYS, NOT_YET, WORDS)

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="entries")
    act = models.CharField(max_length=12, choices=[(id_, id_) for id_ in ACTS])
    #: the day from which it holds, and when it was written down
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.act}, part {self.part_id}"
