"""What is stored of circles. What people write is encrypted in its column; nothing of it is counted or analysed."""

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from ambulando.web.care.circles.phrases import phrases
from ambulando.web.kept import KeptText

#: most people in a circle, with its moderator
MOST = 12
#: characters of a post, of a note and of a report
LONGEST = 280


class Circle(models.Model):
    """A small group of people who encourage each other. Its operator names who moderates."""

    name = models.CharField(max_length=80)
    about = models.CharField(max_length=280, blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="moderates"
    )
    #: the word that lets somebody in; another takes its place when the moderator wants that
    code = models.CharField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    #: closed: it can be read and left, and nobody writes any more
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return f"circle {self.pk}"

    @property
    def open(self) -> bool:
        """Whether somebody can write in it: not closed, and with a moderator."""
        return self.closed_at is None and self.moderator_id is not None


class Member(models.Model):
    """Somebody in a circle, under the name that they chose for it."""

    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="circles")
    shown_name = models.CharField(max_length=40)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    #: taken out by the moderator; the code does not let them in again
    removed = models.BooleanField(default=False)
    #: whose posts they do not want to see
    mutes: models.ManyToManyField["Member", "Member"] = models.ManyToManyField("self", symmetrical=False)

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            UniqueConstraint(fields=["circle", "person"], name="one_member_of_a_circle_for_each_person")
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"


class Post(models.Model):
    """A set phrase, or a few words of one's own."""

    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="posts")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="posts")
    #: an id of ``phrases``, or empty where ``body`` says it
    phrase = models.CharField(max_length=24, blank=True)
    body = KeptText(null=True)
    at = models.DateTimeField()
    taken_down_at = models.DateTimeField(null=True)
    #: what the moderator says to who wrote it
    note = KeptText(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["circle", "-id"], name="posts_of_a_circle")]

    def __str__(self) -> str:
        return f"post {self.pk}"

    @property
    def text(self) -> str:
        """What it says; a phrase that is no longer offered says nothing."""
        return phrases().get(self.phrase, "") if self.phrase else self.body or ""


class Report(models.Model):
    """That a post worries or hurts somebody: to the moderator, with who says so and when."""

    HURTS, WORRY, ADVICE, OTHER = "hurts", "worry", "advice", "other"
    WHYS = (
        (HURTS, _("It is unkind")),
        (WORRY, _("I am worried about this person")),
        (ADVICE, _("It tells others what to take, eat or stop")),
        (OTHER, _("Something else")),
    )

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reports")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="reports")
    why = models.CharField(max_length=8, choices=WHYS)
    words = KeptText(null=True)
    at = models.DateTimeField()
    #: when the moderator had seen to it
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            UniqueConstraint(
                fields=["post", "member"],
                condition=Q(seen_at=None),
                name="one_open_report_of_a_post_for_each_member",
            )
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"
