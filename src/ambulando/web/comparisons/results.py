"""What the pages of a comparison show: its name, what it could find, what came out, and the files to check it with."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from ambulando.plan.sentences import inner
from ambulando.response.grades import A_DAYS
from ambulando.response.protocol import Day, Option, Protocol, check_seal
from ambulando.web.comparisons import picture, queries
from ambulando.web.comparisons.convert import content_of
from ambulando.web.comparisons.models import Comparison
from ambulando.web.templatetags.words import say

#: the columns of the file of days
COLUMNS = ("date", "block", "option", "done", "outcome", "morning", "not_today")


def name_of(comparison: Comparison) -> str:
    """What is compared, as a line: "Easy walk or yoga"."""
    return joined(queries.protocol(comparison).options)


def joined(options: Sequence[Option]) -> str:
    said = [say(one.label) for one in options]
    text = ", ".join(said[:-1])
    return _("{first} or {last}").format(first=text[:1].upper() + text[1:], last=inner(said[-1]))


def before(protocol: Protocol) -> dict[str, Any]:
    """What a comparison could find, and with what chance, for the page before its start."""
    from ambulando.response.detect import detectable  # with NumPy, which no start waits for

    found = detectable(protocol)
    return {
        "name": joined(protocol.options),
        "found": found,
        "chances": [(difference, _in_percent(chance)) for difference, chance in found.chances],
        "short": found.rated < A_DAYS,
        "minutes": sorted({one.minutes for one in protocol.options if one.minutes}),
    }


def _in_percent(chance: float) -> str:
    """A chance for a table; never none and never all."""
    if chance < 0.01:
        return _("under 1 %")
    if chance > 0.99:
        return _("over 99 %")
    return f"{100 * chance:.0f} %"


def shown(comparison: Comparison, *, counted: bool) -> dict[str, Any]:
    """What came out. ``counted`` False: for whom counts can do harm; the sentence and no more."""
    result = comparison.result
    context: dict[str, Any] = {"result": result, "counted": counted}
    if result is None or not counted:
        return context
    protocol = queries.protocol(comparison)
    days = queries.days_of(comparison)
    labels = {one.id: say(one.label) for one in protocol.options}
    context |= {
        "labels": labels,
        "best": [(labels[id_], _in_percent(chance)) for id_, chance in result["p_best"].items()],
        "pairs": _pairs(result["itt"], labels),
        "done_pairs": _pairs(result["as_done"], labels),
        "rows": [(day, labels[day.option], labels.get(day.done or "", "")) for day in days],
        "days_picture": picture.days([(labels[one.id], _rated(days, one.id)) for one in protocol.options]),
        "sealed": check_seal(protocol, queries.sealed_draws(comparison), comparison.seed, comparison.seal),
    }
    if len(protocol.options) == 2 and result["sd"]:
        first, second = protocol.options
        context["difference_picture"] = picture.difference(
            result["difference"], result["sd"], result["ci"], labels[first.id], labels[second.id]
        )
    return context


def _rated(days: Sequence[Day], option: str) -> list[float]:
    return [day.outcome for day in days if day.option == option and day.outcome is not None]


def _pairs(found: dict[str, Any] | None, labels: dict[str, str]) -> list[dict[str, Any]]:
    if found is None:
        return []
    return [one | {"names": (labels[one["first"]], inner(labels[one["second"]]))} for one in found["pairs"]]


def design_of(comparison: Comparison) -> dict[str, Any]:
    """Everything the seal was made from, and the seal."""
    return {
        "protocol": content_of(queries.protocol(comparison)),
        "schedule": [
            {
                "day": draw.day.isoformat(),
                "block": draw.block,
                "option": draw.option,
                "probability": draw.probability,
            }
            for draw in queries.sealed_draws(comparison)
        ],
        "seed": comparison.seed,
        "seal": comparison.seal,
    }


def csv_of(comparison: Comparison) -> str:
    """The drawn days as a table; an empty cell is what is not known."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for day in queries.days_of(comparison):
        table.writerow(
            [
                day.day.isoformat(),
                day.block,
                day.option,
                day.done,
                day.outcome,
                day.morning,
                int(day.not_today),
            ]
        )
    return written.getvalue()
