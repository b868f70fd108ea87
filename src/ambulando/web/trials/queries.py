"""What is read of group trials. Nothing here gives staff a name."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from ambulando.web.care.directory import queries as directory
from ambulando.web.comparisons import queries as comparisons
from ambulando.web.comparisons.convert import protocol_of
from ambulando.web.comparisons.results import joined
from ambulando.web.people.models import Person
from ambulando.web.trials.models import GroupTrial, Membership

#: a result of fewer people than this is shown to nobody
FEWEST_SHOWN = 5


def all_trials() -> QuerySet[GroupTrial]:
    """Every trial with how many people take part now (``joined``), the newest first."""
    return GroupTrial.objects.annotate(joined=Count("memberships", filter=Q(memberships__left_at=None)))


def may_run(user: Person) -> bool:
    """Whether somebody may run group trials: staff, and whom the operator has verified."""
    return user.is_authenticated and (user.is_staff or directory.verified(user) is not None)


def run_by(user: Person) -> QuerySet[GroupTrial]:
    """The trials that somebody sees as who runs them: staff all, a clinician their own."""
    return all_trials() if user.is_staff else all_trials().filter(leader=user)


def open_for(person: Person, trial: GroupTrial, now: datetime) -> bool:
    """Whether the trial is for this person: of a clinician's, only people who let them in are asked."""
    if not trial.by_clinician:
        return True
    leader = trial.leader
    return (
        leader is not None
        and leader.is_active
        and directory.verified(leader) is not None
        and directory.lets_in(person, leader, now)
    )


def open_to_all() -> QuerySet[GroupTrial]:
    """Trials whose code leads somewhere: all that are no drafts any more."""
    return GroupTrial.objects.exclude(state=GroupTrial.DRAFT)


def sharing(trial: GroupTrial) -> QuerySet[Membership]:
    """Those whose days go into the next result: who has not left, and still keeps the comparison."""
    return (
        trial.memberships.filter(left_at=None, comparison__isnull=False, person__is_active=True)
        .select_related("comparison", "comparison__person")
        .order_by("pseudonym")
    )


def membership_of(person: Person, trial: GroupTrial) -> Membership | None:
    rows = Membership.objects.filter(person=person, trial=trial)
    return rows.select_related("comparison", "trial").first()


def memberships_of(person: Person) -> QuerySet[Membership]:
    """What the person takes part in, the newest first."""
    return (
        Membership.objects.filter(person=person, left_at=None)
        .select_related("trial", "comparison")
        .order_by("-consented_at")
    )


def name_of(trial: GroupTrial) -> str:
    """What is compared, as a line: "Walk at an easy pace or do yoga on a chair"."""
    return joined(protocol_of(trial.content).options)


def takes_people(trial: GroupTrial, today: date) -> bool:
    """Whether somebody can join on this day."""
    return trial.open and trial.opens <= today <= trial.closes


def days_of(trial: GroupTrial) -> dict[str, list[Any]]:
    """The draw days of everybody who shares them, as the core takes them, by pseudonym."""
    return {one.pseudonym: comparisons.days_of(one.comparison) for one in sharing(trial)}


def shown_result(trial: GroupTrial) -> dict[str, Any] | None:
    """The stored result without its members; None where it rests on too few people to be shown, or so few are left."""
    if not trial.result or trial.result["people"] < FEWEST_SHOWN or trial.result["estimate"] is None:
        return None
    if sharing(trial).count() < FEWEST_SHOWN:
        return None
    return {name: value for name, value in trial.result.items() if name != "members"}


def own_result(membership: Membership) -> dict[str, Any] | None:
    """The person's own row of the result that is shown; only once their own draws are over, so that no number sways a rating."""
    comparison = membership.comparison
    if (
        membership.left_at
        or comparison is None
        or comparison.running
        or shown_result(membership.trial) is None
    ):
        return None
    members: list[dict[str, Any]] = membership.trial.result["members"]
    return next((one for one in members if one["person"] == membership.pseudonym), None)
