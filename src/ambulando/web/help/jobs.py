"""Word to the reader goes out here, so that no page waits for a mail server."""

from django.utils import timezone
from django_tasks import task
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.help import actions, queries
from ambulando.web.help.models import Alert


@task()
def send_alert(pk: int) -> None:
    word = Alert.objects.filter(pk=pk, state__in=Alert.OPEN).select_related("person").first()
    if word:
        actions.send_alert(word.person, word, timezone.now())


@db_periodic_task(crontab(minute="*/5"))
def send_open_alerts() -> None:
    """Try again what did not go out, and what a lost queue left behind."""
    for word in queries.open_alerts():
        actions.send_alert(word.person, word, timezone.now())
