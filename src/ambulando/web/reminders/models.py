"""What is stored: whether and when a person wants reminders, on which devices, and on which days there was one."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from ambulando.web.reminders.when import EARLIEST, LATEST

USUAL_HOUR = 10


class Reminding(models.Model):
    """What a person wants. Nobody has a row before they open the page, and both ways start as not wanted."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminding"
    )
    push = models.BooleanField(default=False)
    email = models.BooleanField(default=False)
    #: of the person's own clock
    hour = models.PositiveSmallIntegerField(
        default=USUAL_HOUR, validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST - 1)]
    )
    #: the first day on which there may be reminders again
    snoozed_until = models.DateField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(hour__gte=EARLIEST, hour__lt=LATEST), name="reminders_come_in_the_daytime"
            )
        ]

    def __str__(self) -> str:
        return f"reminders at {self.hour}:00"


class Subscription(models.Model):
    """One browser on one device: where its push service takes messages, and the keys that only this browser reads with."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    endpoint = models.CharField(max_length=1024)
    p256dh = models.CharField(max_length=128)
    auth = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [UniqueConstraint(fields=["person", "endpoint"], name="a_device_is_kept_once")]

    def __str__(self) -> str:
        return f"device of {self.made_at:%Y-%m-%d}"


class Reminder(models.Model):
    """A reminder of one local day. It is made before it is sent, so that no second worker and no restart sends another."""

    PUSH, EMAIL = "push", "email"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminders")
    day = models.DateField()
    made_at = models.DateTimeField()
    #: the way it went; empty until it has, and when nothing took it
    channel = models.CharField(max_length=5, blank=True, choices=[(PUSH, "push"), (EMAIL, "e-mail")])
    sent_at = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-made_at"]
        constraints = [UniqueConstraint(fields=["person", "day"], name="one_reminder_a_day")]

    def __str__(self) -> str:
        return f"reminder of {self.day}"
