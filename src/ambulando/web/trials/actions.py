"""What is changed in group trials. Joining and leaving take the person first."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.plan.drawn import Scope
from ambulando.response.protocol import Option, Protocol, questions
from ambulando.web.comparisons import actions as comparisons
from ambulando.web.comparisons.convert import content_of, protocol_of
from ambulando.web.comparisons.forms import fits, fitting
from ambulando.web.comparisons.placing import scope_of
from ambulando.web.later import later
from ambulando.web.people.models import Person
from ambulando.web.plans.convert import profile_of
from ambulando.web.trials import consent, jobs, queries
from ambulando.web.trials.models import GroupTrial, Membership


def make(
    title: str, by: str, protocol: Protocol, *, opens: date, closes: date, leader: Person | None = None
) -> GroupTrial:
    """A draft that nobody can join yet; with a ``leader`` only people who let them in can, later. Raises InputError for a
    last day before the first.
    """
    if closes < opens:
        raise InputError(_("The last day to join is before the first one. Please change one of them."))
    return GroupTrial.objects.create(
        title=title,
        by=by,
        leader=leader,
        by_clinician=leader is not None,
        question=protocol.question,
        content=content_of(protocol),
        target=protocol.target,
        opens=opens,
        closes=closes,
    )


def open_trial(trial: GroupTrial) -> GroupTrial:
    return _state(trial, GroupTrial.OPEN)


def close_trial(trial: GroupTrial) -> GroupTrial:
    """Nobody can join any more; those who take part go on."""
    return _state(trial, GroupTrial.CLOSED)


def _state(trial: GroupTrial, state: str) -> GroupTrial:
    trial.state = state
    trial.save(update_fields=["state"])
    return trial


@transaction.atomic
def join(person: Person, trial: GroupTrial, version: str, *, now: datetime) -> Membership:
    """Begin the trial's comparison for this person, with their own draw, and keep what they agreed to.

    Raises InputError, and changes nothing, where the trial takes nobody now, the person took part before, the words they agreed
    to are not today's, a comparison of theirs runs, or one of the options is not for them.
    """
    today = now.astimezone(person.zone).date()
    if not queries.takes_people(trial, today):
        raise InputError(_("This group is not taking people now."))
    if not queries.open_for(person, trial, now):
        raise InputError(_("This group is not taking people now."))
    if queries.membership_of(person, trial):
        raise InputError(_("You have been part of this group already."))
    if version != consent.version_of(trial):
        raise InputError(_("The words on this page have changed. Please read them once more."))
    protocol = own_protocol(person, trial, today)
    comparison = comparisons.begin(person, protocol, today=today)
    return Membership.objects.create(
        person=person, trial=trial, comparison=comparison, consent_version=version, consented_at=now
    )


def own_protocol(person: Person, trial: GroupTrial, today: date) -> Protocol:
    """The trial's protocol from tomorrow on, with sessions of a length that fits this person.

    Raises InputError where an option is not for them: what keeps them safe comes before any group.
    """
    protocol, scope = protocol_of(trial.content), scope_of(person, today)
    if not _suits(person, protocol, scope, today):
        raise InputError(
            _(
                "This does not fit you as things are now, so this group is not for you. That is no fault of "
                "yours. Your own plan goes on as it is."
            )
        )
    options = tuple(_fitted(option, scope.longest) for option in protocol.options)
    return replace(protocol, options=options, start=today + timedelta(days=1))


def _suits(person: Person, protocol: Protocol, scope: Scope, today: date) -> bool:
    """Whether the person could have set up the same themselves: their rules, wishes and room leave every option."""
    question = next(one for one in questions() if one.id == protocol.question)
    profile = profile_of(person, today)
    allowed = dict(fitting(question, scope, profile))
    return (
        fits(question, scope, profile, counted=not person.no_numbers)
        and protocol.per_week <= max(2, scope.sessions)
        and all(one.activity is None or one.activity in allowed for one in protocol.options)
        and all(
            scope.has(one.activity, one.minutes)
            for one in protocol.options
            if one.kind == "minutes" and one.activity and one.minutes
        )
    )


def _fitted(option: Option, longest: Any) -> Option:
    """The option with minutes that the person has room for; where minutes are what is compared they stay."""
    if option.kind == "minutes" or option.minutes is None or option.activity is None:
        return option
    return replace(option, minutes=min(option.minutes, longest[option.activity]))


@transaction.atomic
def leave(person: Person, membership: Membership) -> Membership:
    """Stop sharing now. The person's comparison is their own and goes on unless they stop it; a second tap changes nothing."""
    left = Membership.objects.filter(pk=membership.pk, person=person, left_at=None).update(
        left_at=timezone.now()
    )
    membership.refresh_from_db()
    if left:
        forget(membership)
    return membership


def forget(membership: Membership) -> None:
    """Take somebody's own row out of the stored result at once; the worker makes the rest anew without them."""
    trial = GroupTrial.objects.select_for_update().filter(pk=membership.trial_id).first()
    if trial is None:
        return
    if trial.result:
        trial.result["members"] = [
            one for one in trial.result["members"] if one["person"] != membership.pseudonym
        ]
        trial.save(update_fields=["result"])
    later(jobs.pool, trial.pk)


def keep_result(trial: GroupTrial, result: dict[str, Any], now: datetime) -> None:
    trial.result, trial.result_at = result, now
    trial.save(update_fields=["result", "result_at"])
