"""What is learned over the people here who share their numbers: worked out, kept, and given to the next answer."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from ambulando.ground import InputError, packaged_toml, stored
from ambulando.web.people.models import SHARING_TEXT, Learned, Person

if TYPE_CHECKING:
    from ambulando.response import people as core
    from ambulando.response.priors import Priors

log = logging.getLogger(__name__)

#: days of a person's past that their number is read from, as in their own answer
DAYS = 365
#: what is learned is kept to so many decimals, so that one person who comes or goes shows less
DECIMALS = 2


def sharing() -> QuerySet[Person]:
    """The people whose numbers may be used: who agreed to the text as it reads now; never a simulated one."""
    return Person.objects.filter(
        shares_numbers_since__isnull=False, shares_numbers_text=SHARING_TEXT, simulated=False, is_active=True
    )


def least_people() -> int:
    """With fewer people than this nothing is learned."""
    least: int = packaged_toml("ambulando.response.data", "people.toml")["people"]["least"]
    return least


def learn(now: datetime) -> None:
    """Work it out anew from everybody who shares now; what was learned before goes."""
    from ambulando.response import people as core  # numpy, which the web process never needs
    from ambulando.response.priors import priors
    from ambulando.web.plans import convert

    rows: list[core.PersonEffect] = []
    for person in sharing().iterator():
        today = now.astimezone(person.zone).date()
        try:
            series = convert.series(person, today - timedelta(days=DAYS), today)
        except InputError:  # an entry that can not be read costs the others nothing
            log.warning("The days of one person who shares their numbers can not be read; they are left out.")
            continue
        if series is not None:
            rows.extend(core.own_effects(str(person.pk), series))
    made = now.date()
    found = core.learned(rows, prior=priors("central", {row.modality for row in rows}), today=made)
    with transaction.atomic():
        Learned.objects.all().delete()
        Learned.objects.bulk_create(
            Learned(
                modality=one.modality,
                horizon=one.horizon,
                mean=round(one.mean, DECIMALS),
                mean_sd=round(one.mean_sd, DECIMALS),
                tau=round(one.tau, DECIMALS),
                tau_low=round(one.tau_ci[0], DECIMALS),
                tau_high=round(one.tau_ci[1], DECIMALS),
                people=one.people,
                randomised_people=one.randomised_people,
                version=found.version,
                made_on=made,
            )
            for one in found.spreads
        )


def priors_for(modalities: Iterable[str]) -> "Priors | str":
    """The prior of the next answer: "central", or with what was learned here in it."""
    wanted = tuple(modalities)
    rows = list(Learned.objects.filter(modality__in=wanted))
    if not rows:
        return "central"
    from ambulando.response import people as core
    from ambulando.response.priors import priors

    return core.with_learned(
        priors("central", wanted),
        core.Learned(tuple(_spread(row) for row in rows), "central", rows[0].version, rows[0].made_on),
    )


def told(modality: str | None) -> dict[str, Any] | None:
    """The sentence for "how do you know?" on what was learned here of the same day, to be kept with an answer."""
    row = Learned.objects.filter(modality=modality, horizon="same-day").first()
    if row is None:
        return None
    from ambulando.response import people as core

    return stored(core.said(_spread(row), row.made_on))


def _spread(row: Learned) -> "core.Spread":
    from ambulando.response import people as core

    return core.Spread(
        row.modality, row.horizon, row.mean, row.mean_sd, row.tau, (row.tau_low, row.tau_high),
        row.people, row.randomised_people,
    )  # fmt: skip
