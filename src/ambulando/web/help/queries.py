"""What is read for help pages and for hard moments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ambulando.web.help.inbox import Inbox, monitored
from ambulando.web.help.models import Alert, AlertChoice, HelpShown, OwnPlan, Trusted
from ambulando.web.journal.models import Assessment
from ambulando.web.people.models import Person

#: the parts of a plan for hard moments, in the order in which they are read
PARTS: dict[str, Promise] = {
    "signs": _("What tells me that it gets hard"),
    "alone": _("What I can do alone"),
    "elsewhere": _("People and places that take my mind off it"),
    "ask": _("People I can ask"),
    "professionals": _("Professionals and lines"),
    "safer": _("How I make the place around me safer"),
}
#: the parts of which a first line stands on the help pages, and how much of it
FIRST = ("alone", "elsewhere", "ask")
FIRST_LETTERS = 120
#: word that has not gone out by then is said not to have got through
SOON = timedelta(minutes=5)
#: a page that is looked at again within this time was shown once
ONCE = timedelta(hours=1)
#: for how long help that was not shown after an answer comes before totals
OWED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Gentle:
    """What Today says once: that word did not reach ``unreached`` (an Alert), or the question of the day after.

    ``after_answer``: it was the page after an answer, or "I am not safe now"; else the help page was opened.
    """

    unreached: Alert | None = None
    after_answer: bool = False


def own_plan(person: Person) -> OwnPlan | None:
    return OwnPlan.objects.filter(person=person).first()


def parts_of(plan: OwnPlan | None) -> list[tuple[Promise, str]]:
    """The headings with the person's words, without those that are empty."""
    return [(heading, getattr(plan, id_)) for id_, heading in PARTS.items() if plan and getattr(plan, id_)]


def first_lines(plan: OwnPlan | None) -> list[tuple[Promise, str]]:
    """The first line of what the person can do, where they go and whom they ask."""
    found = [(PARTS[id_], getattr(plan, id_).strip()) for id_ in FIRST if plan]
    return [(heading, text.splitlines()[0][:FIRST_LETTERS]) for heading, text in found if text]


def trusted(person: Person) -> list[Trusted]:
    return list(Trusted.objects.filter(person=person))


def own_help(person: Person) -> dict[str, Any]:
    """What of a person's own stands on a help page: whom they chose, and how their plan begins."""
    plan = own_plan(person)
    return {"trusted": trusted(person), "plan": plan, "first_lines": first_lines(plan)}


def midnight(day: date, person: Person) -> datetime:
    """When this day begins where the person lives."""
    return datetime(day.year, day.month, day.day, tzinfo=person.zone)


def shown_on(person: Person, day: date) -> list[HelpShown]:
    """The help pages that were shown on this day of the person's."""
    return list(
        HelpShown.objects.filter(
            person=person, at__gte=midnight(day, person), at__lt=midnight(day + timedelta(days=1), person)
        )
    )


def gentle_question(person: Person, today: date) -> Gentle | None:
    """What Today asks once on the day after a help page was shown; None on any other day."""
    now = timezone.now()
    for alert in Alert.objects.filter(person=person, state__in=(*Alert.OPEN, Alert.FAILED), seen=False):
        if unreached(alert, now):
            return Gentle(unreached=alert)
    shown = shown_on(person, today - timedelta(days=1))
    if not shown or person.days_after.filter(day=today).exists():
        return None
    return Gentle(after_answer=any(one.page != HelpShown.HELP for one in shown))


def quiet_until(person: Person, now: datetime) -> datetime | None:
    """Until when no reminder may be sent, because a help page was shown on this day; None when one may."""
    today = now.astimezone(person.zone).date()
    return midnight(today + timedelta(days=1), person) if shown_on(person, today) else None


def alert_choice(person: Person) -> AlertChoice | None:
    return AlertChoice.objects.filter(person=person).first()


def reader_of_item9(person: Person) -> Inbox | None:
    """The monitored inbox that learns of a positive item 9, where the person opted in; None: nobody does.

    Nobody is sent word of a simulated person.

    Who agreed that one reader be told has not agreed to another: a new name or address asks anew.
    """
    choice = alert_choice(person)
    if choice is None or person.simulated:
        return None
    found = monitored()
    return found if found and (found.name, found.email) == (choice.name, choice.email) else None


def owed(person: Person, now: datetime) -> Assessment | None:
    """A hard answer after which no help was shown yet, as when the line broke on the way: help comes before its total.

    After a day it is left at that.
    """
    latest = (
        person.assessments.filter(help_shown=True, made_at__gt=now - OWED_FOR).order_by("-made_at").first()
    )
    pages = (HelpShown.AFTER, HelpShown.NOW)
    if latest and not person.help_shown.filter(page__in=pages, at__gt=latest.made_at - ONCE).exists():
        return latest
    return None


def alert_of(assessment: Assessment) -> Alert | None:
    return Alert.objects.filter(assessment=assessment).first()


def unreached(alert: Alert, now: datetime) -> bool:
    """Is it time to say that nobody was reached? Also when the word still waits for a worker that does not run."""
    return alert.state in (Alert.TRYING, Alert.FAILED) or (
        alert.state == Alert.WAITING and now - alert.made_at > SOON
    )


def kept_already(person: Person, instrument: str, answers: list[int | None], day: date) -> Assessment | None:
    """The same answers of the same day, which reached us before though their device never heard of it."""
    return person.assessments.filter(instrument=instrument, day=day, answers=answers).first()


def open_alerts() -> Iterator[Alert]:
    """Word that has not gone out yet, of everybody, the oldest first."""
    return Alert.objects.filter(state__in=Alert.OPEN).select_related("person").order_by("at").iterator()


def what_we_keep(person: Person) -> dict[str, Any]:
    """All that is kept about hard moments beside the plan itself, the newest first."""
    return {
        "shown": list(person.help_shown.all()),
        "answers": list(person.days_after.all()),
        "alerts": list(person.alerts.all()),
    }
