"""When a questionnaire may be filled in again, and when it is offered.

Everything counts in whole days on the person's own calendar: a night that the clock changes in, or a flight, makes
nothing come early or twice. Forms that ask the same question (by its LOINC code) are one family and share one turn.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from ambulando.measures.shape import Instrument

#: Two calendars on Earth are at most this far apart (UTC-12 and UTC+14, just before midnight in the west).
CALENDARS_APART = timedelta(days=2)
#: days from the first of a turn on which a form is offered; who lets them pass is left alone until the next turn
OPEN_DAYS = 7


@dataclass(frozen=True)
class Wish:
    """What a person asked for. ``wanted``: True switched on, False switched off, None not said.

    ``wanted_on`` is the local day on which they switched it on, ``skipped`` that of their last "skip this time"; on
    ``paused_until`` it may be offered again.
    """

    wanted: bool | None = None
    wanted_on: date | None = None
    skipped: date | None = None
    paused_until: date | None = None


@dataclass(frozen=True)
class Due:
    """A form that a person is offered. ``since``: the first local day for it.

    ``last``: when one of its family was last filled in, None for never. ``paused``: a pause is under way.
    """

    instrument: Instrument
    since: date
    last: date | None
    paused: bool


@dataclass(frozen=True)
class Early:
    """Too early for a form: one of its family was filled in on ``last``; ``again`` is the first day for the next.

    ``closed``: the days that it looks back on were all asked about already, so it does not open before ``again``.
    """

    last: date
    again: date
    closed: bool


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The date on a clock in ``zone`` at ``moment`` (aware)."""
    return moment.astimezone(zone).date()


def counted_from(day: date, moment: datetime, zone: tzinfo) -> date:
    """The local day from which days are counted on, for a form kept on ``day`` and written down at ``moment`` (aware).

    After a flight the calendar of then and that of ``zone`` may name two days; the later one counts. A form that was
    written down on another day than it tells of counts by ``day`` alone.
    """
    now = local_day(moment, zone)
    return max(day, now) if abs(now - day) <= CALENDARS_APART else day


def family(form: Instrument, forms: Iterable[Instrument]) -> tuple[Instrument, ...]:
    """``form`` and those of ``forms`` that ask one of its questions, in their order."""
    asked = _questions(form)
    return tuple(one for one in forms if one.id == form.id or asked & _questions(one))


def early(
    form: Instrument, forms: Iterable[Instrument], done: Mapping[str, date], today: date
) -> Early | None:
    """Whether ``form`` comes too early today; None when it does not. ``done``: the last local day of each form by id.

    It is closed while a form with the same questions, or more, looks back on days up to today. A longer form after a
    shorter one, or one whose look back is over but whose turn is not, is early and stays open.
    """
    if form.every_days is None:
        return None
    asked = _questions(form)
    covered = [
        done[one.id]
        for one in family(form, forms)
        if one.id in done and (one.id == form.id or asked <= _questions(one))
    ]
    if covered and form.recall_days and today < (again := _later(max(covered), form.recall_days)):
        return Early(max(covered), again, closed=True)
    last = _last(family(form, forms), done)
    if last is None or today >= (again := _later(last, form.every_days)):
        return None
    return Early(last, again, closed=False)


def offered(
    forms: Iterable[Instrument], done: Mapping[str, date], wishes: Mapping[str, Wish], today: date
) -> tuple[Due, ...]:
    """What a person is offered, now or on a later day, the longest waiting first; at most one form of each family.

    Offered is what they switched on, else what they filled in last, unless they switched that off. A form that was
    never chosen is never offered. A missed turn stays open and does not add up. ``done`` as for ``early``.
    """
    known = [form for form in forms if form.every_days is not None]
    found: list[Due] = []
    for form in known:
        kin = family(form, known)
        if form is _stands_for(kin, done, wishes):
            found.append(_turn(form, kin, done, wishes, today))
    return tuple(sorted(found, key=lambda one: one.since))


def due(
    forms: Iterable[Instrument], done: Mapping[str, date], wishes: Mapping[str, Wish], today: date
) -> tuple[Due, ...]:
    """What of ``offered`` is put before the person today: in the first days of its turn, and not day after day for ever.

    A turn that was let pass is followed by the next one, an interval later, as if it had been skipped.
    """
    return tuple(one for one in offered(forms, done, wishes, today) if _open(one, today))


def _open(one: Due, today: date) -> bool:
    waited = (today - one.since).days
    return waited >= 0 and waited % (one.instrument.every_days or 1) < OPEN_DAYS


def _turn(
    form: Instrument,
    kin: tuple[Instrument, ...],
    done: Mapping[str, date],
    wishes: Mapping[str, Wish],
    today: date,
) -> Due:
    every = form.every_days or 0
    own = [wishes[one.id] for one in kin if one.id in wishes]
    last = _last(kin, done)
    turns = [_later(day, every) for day in (last, *(wish.skipped for wish in own)) if day is not None]
    pauses = [wish.paused_until for wish in own if wish.paused_until is not None]
    chosen = [wish.wanted_on for wish in own if wish.wanted and wish.wanted_on is not None]
    since = max([*turns, *pauses], default=max(chosen, default=today))
    paused = since in pauses and since > max([today, *turns])
    return Due(form, since, last, paused)


def _stands_for(
    kin: tuple[Instrument, ...], done: Mapping[str, date], wishes: Mapping[str, Wish]
) -> Instrument | None:
    """The one of a family that is offered: what was switched on, else what was filled in last."""
    no_wish = Wish()
    on = [one for one in kin if wishes.get(one.id, no_wish).wanted]
    if on:
        return on[0]
    filled = [one for one in kin if one.id in done]
    if not filled:
        return None
    latest = max(filled, key=lambda one: done[one.id])
    return latest if wishes.get(latest.id, no_wish).wanted is None else None


def _last(kin: tuple[Instrument, ...], done: Mapping[str, date]) -> date | None:
    return max((done[one.id] for one in kin if one.id in done), default=None)


def _questions(form: Instrument) -> frozenset[str]:
    """The questions of a form, by what they are known as everywhere; own ones by the form's own name."""
    return frozenset(item.loinc or item.id for item in form.items)


def _later(day: date, days: int) -> date:
    return day + min(timedelta(days=days), date.max - day)
