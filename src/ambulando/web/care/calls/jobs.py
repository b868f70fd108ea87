"""Word of a call or an appointment to who asked for word of messages and calls. It says nothing of either."""

from django.utils.translation import gettext as _
from django_tasks import task

from ambulando.web.care.threads import word as words
from ambulando.web.care.threads.queries import telling_of


@task()
def word(pk: int, path: str) -> None:
    """At once, as a call rings for a minute. Nothing to who wanted none. No word tells who: others see a screen, too."""
    from ambulando.web.care.calls import queries

    person = queries.person_of(pk)
    if person is not None:
        words.send(telling_of(person), _("Someone would like to talk with you."), path, tag="call")
