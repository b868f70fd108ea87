"""What is changed in plans. Each takes the person first."""

import random
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ambulando.ground import stored
from ambulando.plan import today as plan_today
from ambulando.plan import week as plan_week
from ambulando.safety.limits import Limits
from ambulando.safety.screen import Constraint, screen
from ambulando.safety.stop_signs import StopSign, symptom_after
from ambulando.web.journal import actions as journal
from ambulando.web.journal import queries as read
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import convert, decisions, inputs
from ambulando.web.plans.models import Answer, Session, Stop, Week
from ambulando.web.plans.queries import sessions_of, week_of


def ensure_week(person: Person, today: date) -> Week:
    """The plan that holds today, made when there is none."""
    # Looked for outside a transaction, which would take the write lock for a mere look.
    if found := week_of(person, today):
        return found
    with transaction.atomic():
        return week_of(person, today) or make_week(person, today)


@transaction.atomic
def make_week(person: Person, today: date) -> Week:
    """Plan seven days from today; what was done or begun in an earlier version of the week stays in it."""
    before = week_of(person, today)
    profile = convert.profile_of(person, today)
    limits = screen(profile).limits
    kept = [session for session in sessions_of(before) if session.state == Session.DONE]
    kept += [
        one
        for session in sessions_of(before)
        if session.state == Session.STARTED and (one := _as_it_may_go_on(person, session, limits))
    ]
    seed = secrets.randbits(48)
    made = plan_week.make(
        profile,
        today=today,
        rng=random.Random(seed),  # noqa: S311 - a seed that is kept, so that the odds can be checked
        **inputs.of_week(person, today),
    )
    if before:
        Week.objects.filter(pk=before.pk).update(current=False)
    week = Week.objects.create(
        person=person,
        starts=today,
        seed=seed,
        outcome=made.outcome,
        message=stored(made.message),
        constraints=convert.stored_constraints(lasting(made.constraints)),
        trace=dict(made.trace),
    )
    Session.objects.filter(pk__in=[session.pk for session in kept]).update(week=week)
    taken = {session.day for session in kept}
    planned = [
        Session.objects.create(week=week, person=person, **convert.session_fields(session))
        for session in made.week
        if session.day not in taken
    ]
    decisions.keep_week(person, week, planned)
    return week


def _as_it_may_go_on(person: Person, session: Session, limits: Limits) -> Session | None:
    """What is under way when the answers change: as it is, shorter, or at rest when it is not for the person any more."""
    planned = plan_today.within(convert.planned(session), limits)
    if planned is None:
        not_today(person, session)
        return None
    return _replace(person, session, planned)


def keep_safe(person: Person, today: date) -> Week | None:
    """Plan anew when what safety asks for has changed, as after a questionnaire; else leave the week alone."""
    week = week_of(person, today)
    if week is None:
        return None
    screening = screen(convert.profile_of(person, today))
    asked = [constraint.rule for constraint in lasting(screening.constraints)]
    if asked == [constraint["rule"] for constraint in week.constraints]:
        return week
    return make_week(person, today)


def lasting(constraints: Sequence[Constraint]) -> list[Constraint]:
    """Without what holds for today alone, as on a day of a flare: tomorrow it is no longer said."""
    return [one for one in constraints if one.limits.share == 1]


@transaction.atomic
def smaller(person: Person, session: Session) -> Session:
    """The same session, half as long, down to its smallest version. The trace says that the person asked for it."""
    return _replace(person, session, plan_today.smaller(convert.planned(session)))


@transaction.atomic
def swap(person: Person, session: Session, today: date) -> Session:
    """Another activity that is safe, liked and asks no more."""
    other = plan_today.swap(
        convert.planned(session),
        convert.profile_of(person, today),
        today=today,
        rng=random.Random(secrets.randbits(48)),  # noqa: S311 - the odds are kept in the trace
        **inputs.of_person(person, today),
    )
    return decisions.keep_swap(person, session, _replace(person, session, other))


@transaction.atomic
def adapt(person: Person, today: date) -> Session | None:
    """After a check-in: when energy is low, today's session becomes smaller. It never becomes larger by itself."""
    check_in = read.latest_check_in(person, today)
    session = next(
        (
            one
            for one in sessions_of(week_of(person, today))
            if one.day == today and one.state == Session.PLANNED
        ),
        None,
    )
    if session is None or check_in is None or session.content["trace"].get("size", "full") != "full":
        return session
    offered = plan_today.suggestion([convert.planned(session)], today=today, energy=check_in.energy)
    return _replace(person, session, offered) if offered else session


def _replace(person: Person, session: Session, planned: Any) -> Session:
    fields = convert.session_fields(planned)
    if (fields["activity"], fields["minutes"]) == (session.activity, session.minutes):
        return session
    state = session.state
    session.state = Session.REPLACED
    session.save(update_fields=["state", "changed_at"])
    return Session.objects.create(
        week=session.week,
        person=person,
        state=state,
        started_at=session.started_at,
        feeling_before=session.feeling_before,
        instead_of=session,
        **fields,
    )


@transaction.atomic
def start(person: Person, session: Session, today: date) -> Session:
    if session.day != today and person.flare_on == today:  # what is taken from another day is half too
        share = screen(convert.profile_of(person, today)).limits.share
        session = _replace(person, session, plan_today.shorter(convert.planned(session), share))
    session.state = Session.STARTED
    session.day = today  # any order is fine: what is done now belongs to today
    session.started_at = timezone.now()
    session.save(update_fields=["state", "day", "started_at", "changed_at"])
    return session


@transaction.atomic
def done(
    person: Person, session: Session, now: datetime, *, minutes: int | None = None, effort: int | None = None
) -> Session:
    """Mark as done, and write the bout into the journal. The smallest version counts in full."""
    session.refresh_from_db(fields=["bout", "state", "feeling_before"])  # another tap may have come first
    if session.bout_id:
        return session
    took = minutes or session.minutes
    session.bout = journal.add_bout(
        person,
        activity=session.activity,
        start=now - timedelta(minutes=took),
        minutes=took,
        effort=effort,
        feeling_before=session.feeling_before,
    )
    session.state = Session.DONE
    session.day = now.date()
    session.save(update_fields=["bout", "state", "day", "changed_at"])
    return session


@transaction.atomic
def not_today(person: Person, session: Session) -> Session:
    """A valid answer. Nothing is asked and nothing is lost."""
    session.state = Session.NOT_TODAY
    session.save(update_fields=["state", "changed_at"])
    return session


@transaction.atomic
def undo(person: Person, session: Session) -> Session:
    """Take back "done" or "not today"."""
    if session.bout:
        journal.remove_bout(person, session.bout)
        session.bout = None
    session.state = Session.PLANNED
    session.feeling_before, session.how_skipped = None, False
    session.save(update_fields=["bout", "state", "feeling_before", "how_skipped", "changed_at"])
    return session


@transaction.atomic
def feel_before(person: Person, session: Session, feeling: int) -> Session:
    """Keep how it felt before a session; its bout has it once it is done, or now where "done" came first."""
    session.feeling_before = feeling
    session.save(update_fields=["feeling_before", "changed_at"])
    if session.bout:
        journal.change_bout(person, session.bout, feeling_before=feeling)
    return session


@transaction.atomic
def skip_how_it_was(person: Person, session: Session) -> Session:
    """Ask no more how this session was."""
    session.how_skipped = True
    session.save(update_fields=["how_skipped", "changed_at"])
    return session


@transaction.atomic
def stop(
    person: Person, session: Session, now: datetime, *, sign: StopSign | None = None, minutes: int = 0
) -> Stop | None:
    """Close a session that is under way. What was done until then is kept as a bout when ``minutes`` says so.

    A sign that needs a doctor goes among the answers, and the plan holds from now on. The same tap twice counts once.
    """
    if session.state == Session.STARTED:
        if minutes > 0:
            done(person, session, now, minutes=minutes)
        else:
            not_today(person, session)
    if sign is None:
        return None
    before = set(person.stops.exclude(session=session).values_list("sign", flat=True))
    symptom = symptom_after(sign, before)
    kept, made = Stop.objects.get_or_create(
        session=session, sign=sign.id, defaults={"person": person, "symptom": symptom or "", "at": now}
    )
    if made and symptom:
        people.add_symptom(person, symptom)
        make_week(person, now.date())
    return kept


@transaction.atomic
def flare(person: Person, today: date) -> None:
    """It flares today: what is planned for today and not begun becomes half as long, and nothing else changes."""
    if person.flare_on == today:  # a second tap
        return
    people.flares(person, today)
    share = screen(convert.profile_of(person, today)).limits.share
    for session in sessions_of(week_of(person, today)):
        if session.day == today and session.state == Session.PLANNED:
            _replace(person, session, plan_today.shorter(convert.planned(session), share))


@transaction.atomic
def no_flare(person: Person, today: date) -> None:
    """It was a slip, or it passed: what was planned for today before is back."""
    people.flares(person, None)
    for session in sessions_of(week_of(person, today)):
        before = session.instead_of
        last = session.content["trace"]["steps"][-1]["name"]
        if session.day == today and session.state == Session.PLANNED and before and last == plan_today.SHARE:
            session.delete()
            before.state = Session.PLANNED
            before.save(update_fields=["state", "changed_at"])


def reopen(person: Person) -> None:
    """A session whose bout was removed from the journal is no longer done."""
    person.sessions.filter(state=Session.DONE, bout=None).update(state=Session.PLANNED)


def keep_answer(person: Person, fit: Mapping[str, Any], changes: int = 0) -> None:
    """Keep the latest answer to "does it help me?". ``changes``: how often the diary had changed when it was read."""
    Answer.objects.update_or_create(
        person=person,
        defaults={
            "grade": fit["grade"],
            "days": fit["days"],
            "sentence": fit["sentence"],
            "fit": fit,
            "changes_read": changes,
        },
    )


def leave_behind(person: Person) -> None:
    """The diary changed: the answer that is kept no longer holds what was told."""
    Answer.objects.filter(person=person).update(changes=F("changes") + 1)
