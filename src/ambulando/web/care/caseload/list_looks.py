"""The list of people is a look at each of them who stands on it, written down once a day, and again when more is shared."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from django.db import transaction

from ambulando.web.care.caseload.listing import ITEMS, Line, Open
from ambulando.web.care.grants import chain
from ambulando.web.care.grants.models import Head, Look

WHAT = "caseload"
#: rows in one statement; within what an older SQLite takes
BATCH = 90


def items_of(grant: Open) -> list[str]:
    """What of a person the list can show this reader."""
    return [item for item in ITEMS if grant.shows(item)]


def record(lines: Sequence[Line], now: datetime) -> int:
    """Write down that these people were looked at in the list. How many were; one query when it was all done today."""
    grants = {line.grant.pk: line.grant for line in lines if items_of(line.grant)}
    if not grants:
        return 0
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    told = Look.objects.filter(
        person_id__in=[one.person_id for one in grants.values()], what=WHAT, at__gte=midnight
    )
    here: dict[int | None, set[str]] = {}
    for number, items in told.values_list("grant_number", "items"):
        here.setdefault(number, set()).update(items)
    new = [one for one in grants.values() if not set(items_of(one)) <= here.get(one.pk, set())]
    if new:
        _add(new, now)
    return len(new)


@transaction.atomic
def _add(grants: Sequence[Open], now: datetime) -> None:
    """The same links that ``chain.record`` makes, of many chains at once."""
    people = [grant.person_id for grant in grants]
    Head.objects.bulk_create(
        [Head(person_id=pk, last=chain.START, seal="") for pk in people],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    heads = {one.person_id: one for one in Head.objects.select_for_update().filter(person_id__in=people)}
    looks = []
    for grant in grants:
        head = heads[grant.person_id]
        look = Look(
            person_id=grant.person_id,
            number=head.number + 1,
            at=now,
            who=grant.name,
            role=grant.role,
            grant_number=grant.pk,
            what=WHAT,
            items=items_of(grant),
            before=head.last,
        )
        look.seal = chain.seal_of(look)
        head.number, head.last = look.number, look.seal
        head.seal = chain.head_seal_of(head)
        looks.append(look)
    Look.objects.bulk_create(looks, batch_size=BATCH)
    Head.objects.bulk_update(heads.values(), ["number", "last", "seal"], batch_size=BATCH)
