"""What is changed in plans. Each takes the person first."""

import random
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ambulando.activity.catalogue import activity
from ambulando.ground import stored
from ambulando.plan import own_words
from ambulando.plan import today as plan_today
from ambulando.plan import week as plan_week
from ambulando.plan.alongside import avoided
from ambulando.plan.calendar import outside as busy_outside
from ambulando.plan.rules import number
from ambulando.safety.profile import OwnPlan, Profile
from ambulando.safety.screen import Constraint, screen
from ambulando.safety.stop_signs import StopSign, symptom_after
from ambulando.web.journal import actions as journal
from ambulando.web.journal import queries as read
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import convert, decisions, inputs
from ambulando.web.plans.how import with_how
from ambulando.web.plans.models import Pause, Session, Stop, Week
from ambulando.web.plans.queries import pause_on, sessions_of, week_of
from ambulando.web.plans.where import with_place


def ensure_week(person: Person, today: date) -> Week:
    """The plan that holds today, made when there is none."""
    # Looked for outside a transaction, which would take the write lock for a mere look.
    if found := week_of(person, today):
        return found
    with transaction.atomic():
        return week_of(person, today) or make_week(person, today)


@transaction.atomic
def make_week(person: Person, today: date) -> Week:
    """Plan seven days from today; made anew, the days that are left of them.

    What was done or begun in an earlier version of the week stays in it, and counts with what was done beside it. Who said
    "not today" is offered nothing new for today, and a day of illness is one of rest.
    """
    before = week_of(person, today)
    profile = convert.profile_of(person, today)
    kept = [one for session in sessions_of(before) if (one := _as_it_stays(person, session, profile))]
    rested = [one for one in sessions_of(before) if one.state == Session.NOT_TODAY and one.day == today]
    found = inputs.of_week(person, today)
    if rested:
        found["busy"] = (*found["busy"], *busy_outside((), since=today, until=today))
    seed = secrets.randbits(48)
    made = plan_week.make(
        profile,
        today=today,
        rng=random.Random(seed),  # noqa: S311 - a seed that is kept, so that the odds can be checked
        kept=[convert.planned(session) for session in kept],
        since=before.starts if before else None,
        **found,
    )
    starts = before.starts if before else today
    last_one = made.outcome in ("full", "gentle") and not made.week and today - starts == timedelta(days=6)
    if before:
        Week.objects.filter(pk=before.pk).update(current=False)
    week = Week.objects.create(
        person=person,
        starts=starts,
        seed=seed,
        outcome=made.outcome,
        message=stored(plan_week.LAST_DAY if rested and last_one else made.message),
        constraints=convert.stored_constraints(lasting(made.constraints)),
        trace=dict(made.trace),
    )
    Session.objects.filter(pk__in=[session.pk for session in (*kept, *rested)]).update(week=week)
    planned = [
        Session.objects.create(week=week, person=person, **convert.session_fields(session))
        for session in made.week
    ]
    decisions.keep_week(person, week, planned, today)
    if profile.ill:
        rest_when_ill(person, today, ill=True)
    return week


@transaction.atomic
def make_anew(person: Person, today: date) -> Week | None:
    """The week with what holds now. While the plan rests only safety makes one: coming back makes the next."""
    return keep_safe(person, today) if pause_on(person, today) else make_week(person, today)


def _as_it_stays(person: Person, session: Session, profile: Profile) -> Session | None:
    """What is done as it is; what is under way too, or shorter, or at rest when it is not for the person any more."""
    if session.state != Session.STARTED:
        return session if session.state == Session.DONE else None
    planned = plan_today.within(convert.planned(session), screen(profile).limits)
    if planned is None or avoided(activity(session.activity), profile):
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
    """After a check-in: on a day of illness today rests, and when energy is low today's session becomes smaller.

    It never becomes larger by itself.
    """
    check_in = read.latest_check_in(person, today)
    rest_when_ill(person, today, ill=bool(check_in and check_in.ill))
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
    if (planned.activity, planned.minutes) == (session.activity, session.minutes):
        return session
    today = timezone.localdate(timezone=person.zone)
    fields = convert.session_fields(with_place(person, with_how(person, planned), session, today))
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
    here = with_place(person, plan_today.moved(convert.planned(session), today), session, today)
    session.content |= {"trace": dict(here.trace)}
    session.state = Session.STARTED
    session.day = today  # any order is fine: what is done now belongs to today
    session.started_at = timezone.now()
    session.save(update_fields=["content", "state", "day", "started_at", "changed_at"])
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
    session.week = week_of(person, session.day) or session.week  # begun in the last minutes of another one
    session.save(update_fields=["bout", "state", "day", "week", "changed_at"])
    return session


@transaction.atomic
def not_today(person: Person, session: Session, *, why: str = Session.SKIPPED) -> Session:
    """A valid answer. Nothing is lost. With an empty ``why`` the person may say what kept them; else they are not asked."""
    session.state = Session.NOT_TODAY
    session.why = session.why or why
    session.save(update_fields=["state", "why", "changed_at"])
    return session


@transaction.atomic
def undo(person: Person, session: Session) -> Session:
    """Take back "done" or "not today"."""
    if session.bout:
        journal.remove_bout(person, session.bout)
        session.bout = None
    session.state = Session.PLANNED
    session.feeling_before, session.how_skipped = None, False
    if session.why != Session.ILL:  # who takes back the rest of a day of illness is not put to rest again
        session.why = ""
    session.save(update_fields=["bout", "state", "feeling_before", "how_skipped", "why", "changed_at"])
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
        if session.day == today and session.state == Session.PLANNED and _step(session) == plan_today.SHARE:
            _as_before(session)


@transaction.atomic
def rest_when_ill(person: Person, today: date, *, ill: bool) -> None:
    """Ill today: what is planned for today and not begun rests, and the first session after it is smaller.

    Not ill, as when it was a slip: both are as they were.
    """
    state = Session.PLANNED if ill else Session.NOT_TODAY
    sessions = sessions_of(week_of(person, today))
    for session in sessions:
        if session.day == today and session.state == state and session.why == ("" if ill else Session.ILL):
            session.state = Session.NOT_TODAY if ill else Session.PLANNED
            session.why = Session.ILL if ill else ""
            session.save(update_fields=["state", "why", "changed_at"])
    ahead = [one for one in sessions if one.day > today and one.state == Session.PLANNED]
    shrunk = [one for one in ahead if _step(one) == plan_today.AFTER_ILLNESS]
    if ill and ahead and not shrunk:
        share, name = number("after-illness", "factor"), plan_today.AFTER_ILLNESS
        planned = plan_today.shorter(convert.planned(ahead[0]), share, name=name, rule="after-illness")
        _replace(person, ahead[0], planned)
    elif shrunk and not ill and not read.ill_before(person, today):
        _as_before(shrunk[0])


def _step(session: Session) -> str:
    """The name of the last step of its trace."""
    return str(session.content["trace"]["steps"][-1]["name"])


def _as_before(session: Session) -> None:
    """What was planned before this one took its place."""
    before = session.instead_of
    if before:
        session.delete()
        before.state, before.week = Session.PLANNED, session.week
        before.save(update_fields=["state", "week", "changed_at"])


@transaction.atomic
def a_little(person: Person, session: Session, today: date) -> Session:
    """On a day of rest: begin the smallest version of it after all."""
    session.state = Session.PLANNED
    session.save(update_fields=["state", "changed_at"])
    smallest = plan_today.smaller(plan_today.smaller(convert.planned(session)))
    return start(person, _replace(person, session, smallest), today)


@transaction.atomic
def say_why(person: Person, session: Session, why: str, now: datetime) -> bool:
    """Keep why it was not the day, which is asked once a day. Whether it makes the next session smaller.

    No energy and low mood do. "Ill" is told to the journal too, as one tap on the check-in would.
    """
    session.why = why
    session.save(update_fields=["why", "changed_at"])
    today = now.date()
    if why == Session.ILL:
        journal.check_in(person, today, journal.part_of(now), {"ill": True})
    if why not in (Session.ENERGY, Session.MOOD):
        return False
    coming = [
        one
        for one in sessions_of(week_of(person, today))
        if one.day > today and one.state == Session.PLANNED and one.content["trace"].get("size") == "full"
    ]
    return bool(coming) and smaller(person, coming[0]).pk != coming[0].pk


@transaction.atomic
def outside(person: Person, weather: Sequence[str], today: date) -> Week | None:
    """Keep how the weather is these days. The week is made anew when that changes it; None while there is none."""
    before = convert.profile_of(person, today).weather
    people.tell_weather(person, weather, today)
    week = week_of(person, today)
    if week is None or set(before) == set(weather) or pause_on(person, today):
        return week
    return make_week(person, today)


@transaction.atomic
def word(person: Person, plans: Sequence[OwnPlan], today: date, *, barriers: Sequence[str]) -> None:
    """Keep the person's own if-then words. The open sessions of the week have them at once; nothing is drawn anew."""
    written = [
        {"cue": one.cue, "instead": one.instead} | ({"barrier": one.barrier} if one.barrier else {})
        for one in plans
    ]
    told: dict[str, Any] = {"own_plans": written}
    named = list(barriers) != person.answers.get("barriers", [])
    people.tell(person, told | ({"barriers": list(barriers)} if named else {}))
    profile = convert.profile_of(person, today)
    for session in sessions_of(week_of(person, today)):
        if session.state in (Session.PLANNED, Session.STARTED):
            made = own_words.reworded(convert.planned(session), profile)
            session.content |= {"if_then": str(made.if_then), "trace": dict(made.trace)}
            session.save(update_fields=["content", "changed_at"])


@transaction.atomic
def pause(person: Person, today: date, days: int | None = None) -> Pause:
    """The plan rests from today on, for some days or until the person comes back."""
    found = pause_on(person, today) or Pause(person=person, starts=today)
    found.ends = None if days is None else today + timedelta(days=days)
    found.save()
    return found


@transaction.atomic
def come_back(person: Person, today: date) -> Week | None:
    """The plan goes on, with a new week; a pause of the same day was a slip, and leaves no mark."""
    found = pause_on(person, today)
    if found and found.starts < today:
        found.ends = today
        found.save(update_fields=["ends"])
        return make_week(person, today)
    if found:
        found.delete()
    return None


def reopen(person: Person) -> None:
    """A session whose bout was removed from the journal is no longer done."""
    person.sessions.filter(state=Session.DONE, bout=None).update(state=Session.PLANNED)
