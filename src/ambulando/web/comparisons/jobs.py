"""What the worker does, so that no page waits for it: today's draw, stopping for harm, the end, and the result."""

import logging
from datetime import date, datetime

from django.utils import timezone
from django_tasks import task
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.comparisons.models import Comparison

log = logging.getLogger(__name__)

#: the hour of a person's own day from which the draw of the day stands in the plan
MORNING = 3


@task()
def look_at(comparison_id: int) -> None:
    """After a change in the journal: is there harm, or is it over?"""
    comparison = Comparison.objects.select_related("person").filter(pk=comparison_id).first()
    if comparison and comparison.running:
        _look(comparison, timezone.now().astimezone(comparison.person.zone))


@task()
def make_result(comparison_id: int) -> None:
    """What came out of a comparison that has ended; made anew only where its days changed."""
    import numpy as np  # the web process never needs it

    from ambulando.response.comparison_analysis import analyse
    from ambulando.web.comparisons import actions, convert, queries

    comparison = Comparison.objects.select_related("person").filter(pk=comparison_id).first()
    if comparison is None or comparison.running:
        return
    days = queries.days_of(comparison)
    if not any(day.outcome is not None for day in days):
        if comparison.result:  # the last rating was removed from the diary
            actions.keep_result(comparison.person, comparison, None)
        return
    made_of = convert.stored_days(days)
    if comparison.result and comparison.result.get("made_of") == made_of:
        return
    result = analyse(
        queries.protocol(comparison),
        days,
        rng=np.random.default_rng(0),  # as the command line does, so that the same days give the same p
        reason=comparison.reason or None,
    )
    actions.keep_result(comparison.person, comparison, convert.stored_result(result) | {"made_of": made_of})


@db_periodic_task(crontab(minute="25", hour="*"))
def look_each_morning() -> None:
    """Put the draw of the day into the plan, where it is morning, and end what is over."""
    from ambulando.web.comparisons.placing import ensure_draw
    from ambulando.web.plans.actions import ensure_week
    from ambulando.web.plans.queries import pause_on

    now = timezone.now()
    # Read whole: a cursor that stays open would keep an old view of the database.
    for comparison in list(
        Comparison.objects.filter(
            state=Comparison.RUNNING, person__is_active=True, person__onboarded_at__isnull=False
        ).select_related("person")
    ):
        local = now.astimezone(comparison.person.zone)
        if local.hour < MORNING:
            continue
        try:
            _look(comparison, local)
            if comparison.running and not pause_on(comparison.person, local.date()):
                week = ensure_week(comparison.person, local.date())
                ensure_draw(comparison.person, comparison, week, local.date())
        except Exception:  # what goes wrong for one must not keep the others waiting
            log.exception("A comparison could not be looked at")


def _look(comparison: Comparison, local: datetime) -> None:
    from ambulando.response.harm import stop_reason
    from ambulando.web.comparisons import actions, queries

    days = queries.days_of(comparison, local.date())
    if over(comparison, local.date()):
        actions.finish(comparison.person, comparison, local)
    elif stop_reason(queries.protocol(comparison), days) == Comparison.HARM:
        actions.stop(comparison.person, comparison, Comparison.HARM)


def over(comparison: Comparison, today: date) -> bool:
    """Whether the day of the last rating is gone."""
    from ambulando.web.comparisons import queries

    return today > queries.last_day(comparison)
