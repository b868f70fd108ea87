"""What is changed about hard moments. Each takes the person first."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage
from django.db import DatabaseError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.help import queries
from ambulando.web.help.inbox import Inbox, monitored
from ambulando.web.help.models import Alert, AlertChoice, DayAfter, HelpShown, OwnPlan, Trusted
from ambulando.web.journal import actions as journal
from ambulando.web.journal.models import Assessment
from ambulando.web.people.models import Person

log = logging.getLogger(__name__)

#: people that a person may choose
MOST_TRUSTED = 3
#: for how long word is tried again
TRY_FOR = timedelta(hours=12)
#: for how long answers may have waited on a device
LONGEST_WAIT = timedelta(days=60)


@transaction.atomic
def keep_plan(person: Person, parts: Mapping[str, str], chosen: Sequence[tuple[str, str]]) -> OwnPlan | None:
    """Keep a person's own plan and whom they chose (name, number). What was emptied is gone, and only that.

    Raises InputError, and keeps nothing, when more than three were chosen.
    """
    chosen = [(name, number) for name, number in chosen if name or number]
    if len(chosen) > MOST_TRUSTED:
        raise InputError(_("Please choose at most three people. You can change them any day."))
    Trusted.objects.filter(person=person).delete()
    for place, (name, number) in enumerate(chosen):
        Trusted.objects.create(person=person, place=place, name=name, number=number)
    if not any(parts.values()):
        OwnPlan.objects.filter(person=person).delete()
        return None
    return OwnPlan.objects.update_or_create(person=person, defaults=dict(parts))[0]


def help_was_shown(person: Person, page: str, now: datetime) -> None:
    """Keep that a help page was shown, and nothing else. Should that fail, the page comes all the same."""
    try:
        # Looked up first, so that a page that is opened again waits for nobody who writes.
        if not person.help_shown.filter(page=page, at__gt=now - queries.ONCE).exists():
            with transaction.atomic():
                HelpShown.objects.create(person=person, page=page, at=now)
    except DatabaseError:
        log.exception("That a help page was shown could not be kept")


@transaction.atomic
def keep_late(
    person: Person, instrument: str, answers: Sequence[int | None], at: datetime, now: datetime
) -> Assessment:
    """Keep answers that waited on a device, on the day they were given. What is kept already is kept once.

    A device whose clock is far off does not decide on the day. Raises InputError as ``assess`` does.
    """
    at = at if now - LONGEST_WAIT < at <= now else now
    day = at.astimezone(person.zone).date()
    if same := queries.kept_already(person, instrument, list(answers), day):
        return same
    assessment, route = journal.assess(person, instrument, answers, day)
    if route != "none":
        # The device showed help when it was asked for it.
        HelpShown.objects.create(person=person, page=HelpShown.AFTER, at=at)
        Alert.objects.filter(assessment=assessment).update(at=at)
    return assessment


@transaction.atomic
def answer_day_after(person: Person, day: date, answer: str) -> DayAfter:
    """Keep how it is now, or that the person would rather not say. Raises InputError for an answer not offered."""
    if answer not in (DayAfter.LIGHTER, DayAfter.SAME, DayAfter.HARD, DayAfter.NOT_NOW):
        raise InputError(_("That answer was not among those offered. Please choose again."))
    return DayAfter.objects.update_or_create(person=person, day=day, defaults={"answer": answer})[0]


def forget(person: Person, kind: str, pk: int) -> bool:
    """Remove one row of what is kept. ``kind`` is "shown", "answers" or "alerts"; False when it is not the person's."""
    rows = {"shown": person.help_shown, "answers": person.days_after, "alerts": person.alerts}
    return bool(kind in rows and rows[kind].filter(pk=pk).delete()[0])


@transaction.atomic
def forget_all(person: Person) -> None:
    for rows in (person.help_shown, person.days_after, person.alerts):
        rows.all().delete()


# Word to the reader


def allow_alert(person: Person, name: str, now: datetime) -> AlertChoice:
    """From now on ``name`` is told. Raises InputError unless that is who reads a monitored inbox with hours now."""
    inbox = monitored()
    if inbox is None or person.simulated:
        raise InputError(_("No one reads such messages here, so no one can be told."))
    if inbox.name != name:
        raise InputError(_("Who reads has changed. Please look at the page once more."))
    values = {"name": inbox.name, "email": inbox.email, "agreed_at": now}
    return AlertChoice.objects.update_or_create(person=person, defaults=values)[0]


@transaction.atomic
def take_back_alert(person: Person) -> None:
    """No one is told any more, nor of what still waits."""
    AlertChoice.objects.filter(person=person).delete()
    person.alerts.filter(state__in=Alert.OPEN).update(state=Alert.TAKEN_BACK)


def alert(person: Person, assessment: Assessment, now: datetime) -> Alert | None:
    """Leave word for the reader, where there is one that the person agreed to; a job sends it."""
    reader = queries.reader_of_item9(person)
    if reader is None:
        return None
    return Alert.objects.create(person=person, assessment=assessment, at=now, name=reader.name)


def send_alert(person: Person, word: Alert, now: datetime) -> None:
    """Send word that waits. A failure is kept for the person to see, and tried again for twelve hours."""
    reader = queries.reader_of_item9(person)
    if reader is None or reader.name != word.name:
        state = Alert.FAILED if queries.alert_choice(person) else Alert.TAKEN_BACK
    else:
        try:
            mail_of(person, word, reader).send()
            state = Alert.SENT
        except Exception as error:
            # Whatever it was, the person is told and the next try is made.
            log.warning("Word to the monitored inbox did not go out (%s)", type(error).__name__)
            state = Alert.FAILED if now - word.made_at > TRY_FOR else Alert.TRYING
    Alert.objects.filter(pk=word.pk, state__in=Alert.OPEN).update(state=state)


def mail_of(person: Person, word: Alert, reader: Inbox) -> EmailMessage:
    """Who asked and when it was; neither an answer nor a total."""
    at = date_format(word.at.astimezone(ZoneInfo(reader.zone)), "j F Y, H:i")
    lines = [
        _("{person} asked that you be told of an answer.").format(person=person.get_username()),
        _("It was given on {at} ({zone}).").format(at=at, zone=reader.zone),
        _("They were told that you read this {hours}, and that you are no emergency service.").format(
            hours=reader.hours
        ),
        _("They were shown help lines and the emergency number."),
        _("Ambulando does not see a reply to this mail. Please reach them in the way you agreed."),
    ]
    subject = _("Ambulando: {person} asked that you be told").format(person=person.get_username())
    return EmailMessage(subject, "\n\n".join(lines), to=[reader.email])


def saw_unreached(person: Person, pk: int) -> None:
    """The person knows that word did not get through."""
    person.alerts.filter(pk=pk).update(seen=True)
