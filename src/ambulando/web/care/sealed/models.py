"""What is kept of sealed threads: public keys, keys that only their owners can open, and who asked for what.

Nothing here opens a word that was sealed. What each record holds stands in ``static/sealed-crypto.js`` and docs/care.md.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint

from ambulando.web.care.threads.models import Thread

Record = models.JSONField[dict[str, Any], dict[str, Any]]


class PersonKey(models.Model):
    """A key pair of a person: the public key, and the private key as their browser wrapped it, twice.

    The newest is the one in use. An older one was lost; it stays for who finds its passphrase or code again.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sealing_keys"
    )
    algorithm = models.CharField(max_length=8)
    #: base64url of the raw public key
    public = models.CharField(max_length=100, unique=True)
    passphrase: Record = models.JSONField()
    recovery: Record = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"key {self.pk}, {self.algorithm}"


class SealWish(models.Model):
    """One side asked to seal a thread; it is sealed once the other says yes."""

    thread = models.OneToOneField(Thread, on_delete=models.CASCADE, related_name="seal_wish")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seal_wishes")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"wish for thread {self.thread_id}"


class ThreadKey(models.Model):
    """The key of a thread, as wrapped for one of its two sides. A new number follows when one of them has a new key."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="sealing_keys")
    #: 1, 2, 3 ...
    number = models.PositiveSmallIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sealed_thread_keys"
    )
    algorithm = models.CharField(max_length=8)
    #: [{"id", "public"} of who made it, the same of the other side]
    pair: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField()
    #: {"nonce", "sealed"}
    copy: Record = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["number", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["thread", "number", "person"], name="one_copy_of_a_thread_key_for_each_side"
            )
        ]

    def __str__(self) -> str:
        return f"key {self.number} of thread {self.thread_id}"


class KeyWrite(models.Model):
    """When somebody changed a key; counted to keep the number of changes in a day small."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sealing_key_writes"
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "at"])]

    def __str__(self) -> str:
        return f"key write at {self.at}"
