"""What is read of plans: the week, the one thing offered now, and the trace behind it."""

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ambulando.ground import Words, words_of
from ambulando.plan.rules import whole
from ambulando.web.journal.models import Bout
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Answer, Pause, Session, Week


def week_of(person: Person, day: date) -> Week | None:
    """The plan that holds on this day: a week lasts seven days from the day on which it was made."""
    return _weeks_on(person, day).first()


def _weeks_on(person: Person, day: date) -> QuerySet[Week]:
    return person.weeks.filter(current=True, starts__lte=day, starts__gt=day - timedelta(days=7))


def week_and_pause(person: Person, day: date, **also: Exists) -> tuple[Week | None, Pause | None]:
    """The plan that holds on this day, and the pause that it lies in; one query where neither is special.

    ``also``: what else is to be known by the way, as attributes of the week.
    """
    resting = Exists(rests_on(day).filter(person=OuterRef("person")))
    week = _weeks_on(person, day).annotate(rests=resting, **also).first()
    return week, pause_on(person, day) if week is None or week.rests else None


def sessions_of(week: Week | None) -> list[Session]:
    """The sessions that stand in a plan; those replaced by a smaller or another one are behind their successors."""
    return list(week.sessions.exclude(state=Session.REPLACED)) if week else []


def message_of(week: Week | None) -> Words | None:
    """What was said with a week, with the minutes that it holds by now: sessions may be smaller since, or others."""
    if week is None:
        return None
    rows = list(week.sessions.values_list("pk", "minutes", "state", "instead_of"))
    here = {pk for pk, *_ in rows}
    now = sum(minutes for _, minutes, state, _ in rows if state != Session.REPLACED)
    first = sum(minutes for _, minutes, _, before in rows if before not in here)
    return _with_more(words_of(week.message), now - first)


def _with_more(said: Words, more: int) -> Words:
    """The same words; where they count the minutes of a week's sessions, with so many more."""
    if said.values.keys() == {"sessions", "minutes"}:
        return Words(said.pattern, {**said.values, "minutes": said.values["minutes"] + more})
    inner = {
        name: _with_more(value, more) if isinstance(value, Words) else value
        for name, value in said.values.items()
    }
    return Words(said.pattern, inner)


def with_week() -> QuerySet[Session]:
    """Sessions with their weeks, which say whether they are still open."""
    return Session.objects.select_related("week")


def changes_of(person: Person) -> int:
    """How often the diary changed since there is an answer."""
    return Answer.objects.filter(person=person).values_list("changes", flat=True).first() or 0


def standing(session: Session) -> Session:
    """The session that took this one's place, when the person asked for smaller or other; else this one."""
    while session.state == Session.REPLACED:
        session = with_week().get(instead_of=session)
    return session


def suggested(sessions: list[Session], today: date) -> Session | None:
    """The one thing offered now: what was begun, else the open session of today, else the next one to come.

    A session of an earlier day is never offered: nobody is shown what they did not do.
    """
    still = [session for session in sessions if session.open and session.day >= today]
    begun = [session for session in still if session.state == Session.STARTED]
    return next(iter(begun + still), None)


def pause_on(person: Person, day: date) -> Pause | None:
    """The pause that this day lies in."""
    return rests_on(day).filter(person=person).first()


def rests_on(day: date | OuterRef) -> QuerySet[Pause]:
    """The pauses, of whomever, that a day lies in."""
    return Pause.objects.filter(Q(ends=None) | Q(ends__gt=day), starts__lte=day)


def paused_days(person: Person, since: date) -> set[date]:
    """The days from ``since`` up to the person's today on which the plan rested."""
    today = timezone.localdate(timezone=person.zone)
    after = today + timedelta(days=1)
    return {
        max(starts, since) + timedelta(days=number)
        for starts, ends in person.pauses.filter(starts__lte=today).values_list("starts", "ends")
        for number in range((min(ends or after, after) - max(starts, since)).days)
    }


def resting_days(person: Person, since: date) -> set[date]:
    """The days from ``since`` on of which nothing is asked afterwards: the plan rested, or the person was ill, or it flared."""
    ill = person.check_ins.filter(day__gte=since, ill=True).values_list("day", flat=True)
    flare = {person.flare_on} if person.flare_on else set()
    return paused_days(person, since) | set(ill) | flare


def unplanned(person: Person, week: Week) -> list[Bout]:
    """What was done since the week began without being one of its sessions, the last first."""
    start = datetime(week.starts.year, week.starts.month, week.starts.day, tzinfo=person.zone)
    return list(person.bouts.filter(start__gte=start, start__lt=start + timedelta(days=7), session=None))


def times_kept_by(person: Person, why: str, today: date) -> int:
    """On how many days of the last weeks this was why it was not the day."""
    since = today - timedelta(days=whole("same-why", "days"))
    told = person.sessions.filter(state=Session.NOT_TODAY, why=why, day__gt=since, day__lte=today)
    return told.order_by().values("day").distinct().count()
