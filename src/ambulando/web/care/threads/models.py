"""What is stored of messages. What people write, and the files that they add, are encrypted in their columns."""

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint

from ambulando.web.care.grants.models import Grant
from ambulando.web.kept import KeptText


class Thread(models.Model):
    """What a person and one member of their team write to each other."""

    grant = models.OneToOneField(Grant, on_delete=models.CASCADE, related_name="thread")
    #: whether its words are encrypted in the browsers of the two, so that nobody here can read them
    sealed = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"thread {self.pk}"


class Side(models.Model):
    """How one of the two wants a thread."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="sides")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sides")
    #: no push and no e-mail because of this thread
    muted = models.BooleanField(default=False)
    #: whether the other sees what was read; only while both show it does either see it
    shows_read = models.BooleanField(default=True)

    class Meta:
        constraints = [UniqueConstraint(fields=["thread", "who"], name="each_has_one_side_of_a_thread")]

    def __str__(self) -> str:
        return f"side of thread {self.thread_id}"


class Message(models.Model):
    """Something that one of the two wrote. It is never changed; its writer may take it back, and the row stays."""

    WORDS, SEALED = "words", "sealed"

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="written"
    )
    #: made where it was written, so that what is sent twice is kept once
    key = models.UUIDField()
    #: sealed: an opaque text that only the browsers of the two can open
    kind = models.CharField(max_length=6, default=WORDS, choices=[(WORDS, "words"), (SEALED, "sealed")])
    body = KeptText()
    at = models.DateTimeField()
    #: when the other side had it before them
    read_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [UniqueConstraint(fields=["thread", "key"], name="a_message_is_kept_once")]
        indexes = [models.Index(fields=["thread"], condition=Q(read_at=None), name="messages_not_read")]

    def __str__(self) -> str:
        return f"message {self.pk}"


class File(models.Model):
    """A file that came with a message. It is never opened here."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="file")
    name = KeptText()
    #: bytes
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    #: as ``kept.kept`` makes it
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file {self.pk}"


class Hours(models.Model):
    """When somebody usually answers, on their own clock, and what is said outside of these hours."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hours")
    #: 0 is Monday
    days: models.JSONField[list[int], list[int]] = models.JSONField(default=list)
    starts = models.TimeField()
    ends = models.TimeField()
    words = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"hours from {self.starts} to {self.ends}"


class Telling(models.Model):
    """Whether somebody wants word of messages and calls when no page is open. Nobody has a row before they ask for it."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="telling")
    push = models.BooleanField(default=False)
    email = models.BooleanField(default=False)
    #: when the last word went out
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"telling of {self.person_id}"
