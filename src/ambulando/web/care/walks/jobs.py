"""What the worker does: look each minute for whom a meeting is off."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.care.walks import word


@db_periodic_task(crontab())
def tell_of_what_is_off() -> None:
    word.tell_of_what_is_off(timezone.now())
