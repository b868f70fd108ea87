"""Answers to a questionnaire that waited on a device for a connection."""

import re
from collections.abc import Mapping
from datetime import datetime

from django.core import signing
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.measures.instruments import instruments
from ambulando.web.help import actions
from ambulando.web.journal.models import Assessment
from ambulando.web.journal.questionnaires import GROUPS, answers_of
from ambulando.web.people import unsent
from ambulando.web.people.models import Person


def is_of(fields: Mapping[str, str], person: Person) -> bool:
    """Does the mark in the form say that it is this person's? What another wrote on the same device is not taken."""
    try:
        return bool(signing.loads(fields.get("of", ""), salt=unsent.NAME) == person.pk)
    except signing.BadSignature:
        return False


def keep(person: Person, fields: Mapping[str, str], now: datetime) -> Assessment:
    """Keep the answers of the form at ``path``, given at ``at``. Raises InputError when they are no answers to it."""
    found = re.fullmatch(r"/questions/([a-z0-9-]+)/", fields.get("path", ""))
    form = instruments().get(found[1]) if found else None
    if form is None or form.group not in GROUPS:
        raise InputError(_("These answers are for a questionnaire that is not here any more."))
    answers = list(answers_of(form, fields))
    return actions.keep_late(person, form.id, answers, _moment(fields.get("at", ""), now), now)


def _moment(text: str, now: datetime) -> datetime:
    try:
        at = parse_datetime(text)
    except ValueError:
        return now
    return at if at and is_aware(at) else now
