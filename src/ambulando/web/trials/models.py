"""The same comparison done by several people of this installation, and who takes part in it."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint

#: letters of a code that nobody mixes up on paper
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 10


def new_code() -> str:
    """A code that can not be guessed: ten letters of 31, about 50 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


class GroupTrial(models.Model):
    """One question for many people: its protocol (each person begins on their own day), who may join when, its result."""

    DRAFT, OPEN, CLOSED = "draft", "open", "closed"
    STATES = [(state, state) for state in (DRAFT, OPEN, CLOSED)]

    title = models.CharField(max_length=80)
    #: whether a clinician set it up, for people who let them in; else staff did, for everybody with the code
    by_clinician = models.BooleanField(default=False)
    #: that clinician; None also once they have left, and then nobody can join
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="trials_led"
    )
    #: who runs it and whom to ask, in the words of the staff
    by = models.CharField(max_length=200)
    #: the id of a question of ``ambulando.response.protocol``
    question = models.CharField(max_length=64)
    #: the protocol, as ``comparisons.convert`` stores it
    content = models.JSONField()
    target = models.CharField(max_length=16)
    #: the first and the last day on which people may join
    opens = models.DateField()
    closes = models.DateField()
    state = models.CharField(max_length=8, choices=STATES, default=DRAFT)
    code = models.CharField(max_length=16, unique=True, default=new_code)
    #: made by the worker; its members go by their pseudonyms
    result = models.JSONField(null=True)
    result_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def draft(self) -> bool:
        return self.state == self.DRAFT

    @property
    def open(self) -> bool:
        return self.state == self.OPEN


class Membership(models.Model):
    """Somebody agreed to share a comparison of theirs with a group trial, in the words of a version of the consent."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    trial = models.ForeignKey(GroupTrial, on_delete=models.CASCADE, related_name="memberships")
    comparison = models.OneToOneField(
        "comparisons.Comparison", null=True, on_delete=models.SET_NULL, related_name="membership"
    )
    #: what stands for the person in the result and in exports; made by chance, so it leads back to nobody
    pseudonym = models.CharField(max_length=16, unique=True, default=new_code)
    consent_version = models.CharField(max_length=16)
    consented_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pseudonym"]
        constraints = [UniqueConstraint(fields=["person", "trial"], name="one_membership_a_trial")]

    def __str__(self) -> str:
        return f"membership {self.pseudonym}"
