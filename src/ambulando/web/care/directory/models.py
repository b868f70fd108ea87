"""Who can be found on this installation, who vouches for them, and what people asked of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint

from ambulando.web.care.grants.items import COACH, PHYSICIAN, ROLES, THERAPIST
from ambulando.web.kept import KeptText

#: what somebody in the directory can be; a friend is let in by the person alone
KINDS = {kind: ROLES[kind] for kind in (THERAPIST, PHYSICIAN, COACH)}


class Clinician(models.Model):
    """What a therapist, doctor or coach says of themselves, and whether the operator knows them to be it.

    They are found by others while they are verified and want to be listed.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="clinician"
    )
    shown_name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=list(KINDS.items()))
    #: ids of ``words.LANGUAGES``, ``words.FOCUS`` and ``words.WAYS``
    languages: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    focus: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    ways: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    #: when they work, in their own words
    hours = models.CharField(max_length=200, blank=True)
    #: for how many more people they have time
    free_places = models.PositiveSmallIntegerField(default=0)
    about = models.CharField(max_length=600, blank=True)
    #: whether they want to be found
    listed = models.BooleanField(default=False)
    #: when they last asked the operator to verify them; empty once that was answered
    asked_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["shown_name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(free_places__gte=0), name="no_free_place_below_zero")
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def verified(self) -> bool:
        return self.verified_at is not None

    @property
    def found(self) -> bool:
        """Whether others find them."""
        return self.verified and self.listed


class Decision(models.Model):
    """What the operator said of somebody's profile, by whom and when; it is never changed."""

    VERIFIED, NOT_VERIFIED, TAKEN_BACK = "verified", "not-verified", "taken-back"
    WHAT = [(one, one) for one in (VERIFIED, NOT_VERIFIED, TAKEN_BACK)]

    clinician = models.ForeignKey(Clinician, on_delete=models.CASCADE, related_name="decisions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    #: the name and kind that it was said of
    shown_name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    what = models.CharField(max_length=16, choices=WHAT)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.shown_name}: {self.what}"

    @property
    def kind_name(self) -> str:
        return KINDS.get(self.kind, self.kind)


class Request(models.Model):
    """A person asked somebody of the directory to be on their team, and said what they would share at first."""

    ASKED, ACCEPTED, DECLINED, TAKEN_BACK = "asked", "accepted", "declined", "taken-back"
    STATES = [(state, state) for state in (ASKED, ACCEPTED, DECLINED, TAKEN_BACK)]

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests")
    clinician = models.ForeignKey(Clinician, on_delete=models.CASCADE, related_name="requests")
    #: what the person wants to be called, and what they wrote; emptied when it is taken back
    called = KeptText()
    words = KeptText()
    #: what the person would share, ids of ``grants.items.ITEMS``, from when and until when, as in a grant
    items: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    shows_from = models.DateField(null=True)
    until = models.DateField(null=True)
    state = models.CharField(max_length=12, choices=STATES, default=ASKED)
    #: what the clinician answered, and whom they named instead
    answer = KeptText(null=True)
    other = models.ForeignKey(Clinician, null=True, on_delete=models.SET_NULL, related_name="+")
    #: what came of it
    grant = models.ForeignKey("grants.Grant", null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["clinician", "state"])]
        constraints = [
            UniqueConstraint(
                fields=["person", "clinician"],
                condition=Q(state="asked"),
                name="one_open_request_to_each_clinician",
            )
        ]

    def __str__(self) -> str:
        return f"request {self.pk}: {self.state}"

    @property
    def waits(self) -> bool:
        return self.state == self.ASKED
