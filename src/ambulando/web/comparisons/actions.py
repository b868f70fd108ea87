"""What is changed in comparisons. Each takes the person first."""

import secrets
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.response.protocol import Protocol, plain_protocol, schedule, seal
from ambulando.web.comparisons import jobs, queries
from ambulando.web.comparisons.models import Comparison, Draw
from ambulando.web.later import later
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Session

#: a seed that nobody guesses, and that a BigIntegerField holds
SEED_BITS = 48


@transaction.atomic
def begin(person: Person, protocol: Protocol, *, today: date, seed: int | None = None) -> Comparison:
    """Draw the whole schedule, seal it with its seed, and keep it. One comparison runs at a time.

    Raises InputError where one runs already, or where the protocol begins before today.
    """
    if queries.running(person):
        raise _runs_already()
    if protocol.start < today:
        raise InputError(_("A comparison can not begin in the past. Please pick today or a later day."))
    seed = secrets.randbits(SEED_BITS) if seed is None else seed
    draws = schedule(protocol, seed)
    try:
        comparison = Comparison.objects.create(
            person=person,
            question=protocol.question,
            content=plain_protocol(protocol),
            target=protocol.target,
            starts=protocol.start,
            seed=seed,
            seal=seal(protocol, draws, seed),
        )
    except IntegrityError:  # another tap was first
        raise _runs_already() from None
    Draw.objects.bulk_create(
        Draw(
            comparison=comparison,
            day=draw.day,
            block=draw.block,
            option=draw.option,
            probability=draw.probability,
        )
        for draw in draws
    )
    return comparison


def _runs_already() -> InputError:
    return InputError(_("You have one that runs now. You can start the next when it is over."))


@transaction.atomic
def stop(person: Person, comparison: Comparison, reason: str = Comparison.PERSON) -> Comparison:
    """End it now; what is known so far is looked at by the worker. A second tap changes nothing."""
    return _end(comparison, Comparison.STOPPED, timezone.now(), reason)


@transaction.atomic
def finish(person: Person, comparison: Comparison, now: datetime) -> Comparison:
    """Its last day is over."""
    return _end(comparison, Comparison.FINISHED, now)


def _end(comparison: Comparison, state: str, now: datetime, reason: str = "") -> Comparison:
    ended = Comparison.objects.filter(pk=comparison.pk, state=Comparison.RUNNING).update(
        state=state, reason=reason, ended_at=now
    )
    comparison.refresh_from_db()
    if ended:
        later(jobs.make_result, comparison.pk)
    return comparison


def keep_result(person: Person, comparison: Comparison, result: dict[str, Any] | None) -> None:
    comparison.result = result
    comparison.save(update_fields=["result"])


def seen(person: Person, comparison: Comparison, now: datetime) -> None:
    """The person looked at what came out; Today says no more of it."""
    if comparison.seen_at is None and not comparison.running:
        comparison.seen_at = now
        comparison.save(update_fields=["seen_at"])


@transaction.atomic
def remove(person: Person, comparison: Comparison) -> None:
    """Take one that has ended, and what came out of it, away for good."""
    if comparison.running:
        raise InputError(_("This one is still running. Stop it first, then you can remove it."))
    comparison.delete()


def follow(session: Session) -> None:
    """After a session was changed: its draw goes with it, and with what took its place."""
    draw = (
        Draw.objects.filter(
            session__in=[pk for pk in (session.pk, session.instead_of_id) if pk],
            comparison__state=Comparison.RUNNING,
        )
        .select_related("comparison")
        .first()
    )
    if draw is None or session.state == Session.REPLACED:
        return
    before = (draw.session_id, draw.state)
    draw.session = session
    draw.state = _state_of(draw, session)
    if (draw.session_id, draw.state) != before:
        draw.save(update_fields=["session", "state"])


def follow_all(person: Person) -> None:
    """After bouts were changed: a session whose bout is gone is open again, and its draw too."""
    draws = Draw.objects.filter(
        comparison__person=person, comparison__state=Comparison.RUNNING, session__isnull=False
    ).exclude(state=Draw.OPEN)
    for draw in draws.select_related("session", "comparison"):
        if (state := _state_of(draw, draw.session)) != draw.state:
            Draw.objects.filter(pk=draw.pk).update(state=state)


def _state_of(draw: Draw, session: Session) -> str:
    option = next(one for one in draw.comparison.content["options"] if one["id"] == draw.option)
    if session.state == Session.DONE:
        return Draw.DONE if _is(session, option) else Draw.OTHER
    if session.state == Session.NOT_TODAY:
        return Draw.DONE if option["kind"] == "rest" else Draw.NOT_TODAY
    return Draw.OPEN


def _is(session: Session, option: dict[str, Any]) -> bool:
    """Whether a session is one of the option, however small it became."""
    if option["kind"] == "rest":
        return False
    name = option["activity"]
    return name is None or name in (session.activity, catalogue()[session.activity].modality)
