"""What the worker does: pooling, so that no page waits for it."""

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.ground import as_json, stored
from ambulando.web.trials.models import GroupTrial

log = logging.getLogger(__name__)


@task()
def pool(trial_id: int) -> None:
    """Make the result of a group trial anew, from those who share their days now."""
    from ambulando.response.comparison_words import named
    from ambulando.response.group import pooled  # brings NumPy and SciPy, which no page needs
    from ambulando.web.comparisons.convert import protocol_of
    from ambulando.web.trials import actions, queries

    trial = GroupTrial.objects.filter(pk=trial_id).first()
    if trial is None:
        return
    protocol = protocol_of(trial.content)
    first, second = protocol.options
    found = pooled(
        queries.days_of(trial),
        (first.id, second.id),
        target=trial.target,
        called={option.id: named(option) for option in protocol.options},
    )
    with transaction.atomic():
        # Who left while this was computed is not put back.
        still = set(queries.sharing(trial).values_list("pseudonym", flat=True))
        result = _stored(found, (named(first), named(second)))
        result["members"] = [one for one in result["members"] if one["person"] in still]
        actions.keep_result(trial, result, timezone.now())


def _stored(found: Any, named: tuple[Any, Any]) -> dict[str, Any]:
    """The answer as JSON; its sentences, and one for each member, keep their patterns."""
    from ambulando.response.group_words import member_sentence

    members = [
        as_json(one)
        | {
            "sentence": stored(
                member_sentence(named, found.target, one.shrunk, one.shrunk_ci, one.p_matters, one.p_worse)
            )
        }
        for one in found.members
        if one.shrunk is not None
    ]
    return {
        **as_json(found),
        "sentence": stored(found.sentence),
        "spread": stored(found.spread),
        "members": members,
    }


@db_periodic_task(crontab(minute="50", hour="4"))
def pool_all() -> None:
    """Each night, for every group trial in which somebody takes part."""
    for trial_id in list(
        GroupTrial.objects.filter(memberships__isnull=False).distinct().values_list("pk", flat=True)
    ):
        try:
            pool.call(trial_id)
        except Exception:  # what goes wrong for one must not keep the others waiting
            log.exception("A group trial could not be pooled")
