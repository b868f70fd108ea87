"""An account that is removed, by whatever way, ends what was shared with it, and tells those who shared."""

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from ambulando.web.care.grants import actions
from ambulando.web.people.models import Person


@receiver(pre_delete, sender=Person)
def end_all(instance: Person, **_: Any) -> None:
    actions.leaves(instance, timezone.now())
