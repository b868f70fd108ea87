"""What is read of plans: the week, the one thing offered now, and the trace behind it."""

from datetime import date, timedelta

from django.db.models import QuerySet

from ambulando.web.people.models import Person
from ambulando.web.plans.models import Answer, Session, Week


def week_of(person: Person, day: date) -> Week | None:
    """The plan that holds on this day: a week lasts seven days from the day on which it was made."""
    return person.weeks.filter(current=True, starts__lte=day, starts__gt=day - timedelta(days=7)).first()


def sessions_of(week: Week | None) -> list[Session]:
    """The sessions that stand in a plan; those replaced by a smaller or another one are behind their successors."""
    return list(week.sessions.exclude(state=Session.REPLACED)) if week else []


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


def missed_in_a_row(person: Person, today: date) -> int:
    """How many of the last sessions that were planned for days gone by were not done, one after the other."""
    past = (
        person.sessions.filter(day__lt=today, week__current=True)
        .exclude(state=Session.REPLACED)
        .exclude(state=Session.NOT_TODAY, draw__state="done")  # a rest day that a draw decided
        .order_by("-day", "-time")
    )
    if person.flare_on:  # a day of a flare costs nothing
        past = past.exclude(day=person.flare_on)
    count = 0
    for state in past.values_list("state", flat=True)[:14]:
        if state == Session.DONE:
            break
        count += 1
    return count
