"""When somebody usually answers: plain values in, a yes or words out."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from ambulando.web.care.threads.models import Hours


def open_at(hours: Hours, now: datetime) -> bool:
    """Whether ``now`` is within these hours, on the clock of the one who answers."""
    local = now.astimezone(hours.person.zone)
    return local.weekday() in hours.days and hours.starts <= local.time() < hours.ends


def runs(days: Iterable[int]) -> list[tuple[int, int]]:
    """The days as spans: 0, 1, 2, 4 gives (0, 2) and (4, 4)."""
    spans: list[tuple[int, int]] = []
    for day in sorted(set(days)):
        if spans and spans[-1][1] == day - 1:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def days_in_words(days: Sequence[int]) -> str:
    parts = []
    for first, last in runs(days):
        if first == last:
            parts.append(str(WEEKDAYS[first]))
        elif last == first + 1:
            parts += [str(WEEKDAYS[first]), str(WEEKDAYS[last])]
        else:
            parts.append(_("%(first)s to %(last)s") % {"first": WEEKDAYS[first], "last": WEEKDAYS[last]})
    return ", ".join(parts)


def in_words(hours: Hours, *, with_zone: bool) -> str:
    """ "Monday to Friday, 9 a.m. to 5 p.m."; with the place whose clock it is where that is another."""
    words = _("%(days)s, %(starts)s to %(ends)s") % {
        "days": days_in_words(hours.days),
        "starts": time_format(hours.starts, "P"),
        "ends": time_format(hours.ends, "P"),
    }
    if not with_zone:
        return words
    place = hours.person.time_zone.rpartition("/")[2].replace("_", " ")
    return _("%(hours)s, on the clock of %(place)s") % {"hours": words, "place": place}
