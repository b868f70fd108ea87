"""What is changed in a treatment plan. The person comes first; each thing written leaves an entry that stays."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.safety.profile import MOST_MEDICINES
from ambulando.web.alongside import actions as alongside
from ambulando.web.alongside.models import Asked, Homework
from ambulando.web.care.grants.models import Grant
from ambulando.web.care.treatment.kinds import BINDING
from ambulando.web.care.treatment.models import Entry, Part
from ambulando.web.care.treatment.queries import written
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans

#: parts of one plan that hold at a time
MOST = 40
#: days after which it is asked once more whether something was checked
ASK_AGAIN = timedelta(days=14)
#: the fields of a cap, a clearance or a goal that bind the week
BINDS = ("max_minutes", "max_intensity", "minutes_per_week", "sessions", "avoid")


@transaction.atomic
def note(person: Person, grant: Grant, kind: str, fields: Mapping[str, Any], now: datetime) -> Part:
    """A new part, written down by the reader of ``grant``. Raises InputError for what can not be."""
    if person.treatment.filter(ended_at=None).count() >= MOST:
        raise InputError(_("This plan is full. Please end something that is over first."))
    if kind == "medicine":
        _room_for_medicine(person)
    part = Part(person=person, kind=kind, made_at=now, **_signed(grant))
    _put(part, fields)
    if kind == "medicine":
        part.counts, part.asks, part.new_on = True, Part.STARTED, _on(person, fields, now)
    part.save()
    _bind(person, part, grant, fields, now)
    _enter(part, Entry.BEGUN, now, on=_on(person, fields, now), signed=_signed(grant), says=part.says)
    _medicines_anew(person, part, now)
    return part


@transaction.atomic
def change(person: Person, grant: Grant, part: Part, fields: Mapping[str, Any], now: datetime) -> Part:
    """What holds from now on. What stood there before stays in its entries. A medicine keeps its name."""
    _read_anew(person, part)
    if part.ended_at is not None:
        raise InputError(_("This has ended. Please write it down anew."))
    before = part.told
    if part.kind == "medicine":
        fields = {**fields, "name": before["name"]}
    _put(part, fields)
    if part.kind == "medicine" and any(before.get(key) != part.told.get(key) for key in ("dose", "kind")):
        part.new_on = _on(person, fields, now)
        if written(part.told) != written(before):
            part.counts, part.asks = True, Part.STARTED
    held = (part.asked, part.homework)
    part.asked = part.homework = None
    part.save()
    _let_go(person, held, now)
    _bind(person, part, grant, fields, now)
    _enter(part, Entry.CHANGED, now, on=_on(person, fields, now), signed=_signed(grant), says=part.says)
    _medicines_anew(person, part, now)
    return part


@transaction.atomic
def end(person: Person, grant: Grant, part: Part, on: date, now: datetime) -> None:
    """It is over. A medicine still counts for safety until the person says that it is so."""
    _read_anew(person, part)
    if part.ended_at is not None:
        return
    part.ended_at = now
    if part.kind == "medicine":
        part.asks = Part.STOPPED
    part.save()
    _enter(part, Entry.STOPPED, now, on=on, signed=_signed(grant))
    _let_go(person, (part.asked, part.homework), now)


@transaction.atomic
def hold_review(person: Person, grant: Grant, part: Part | None, on: date, due: date, now: datetime) -> Part:
    """It was looked at together, and when it will be again."""
    if part is None:
        part = note(person, grant, "review", {"due": due}, now)
    part.due = due
    part.save(update_fields=["due"])
    _enter(part, Entry.HELD, now, on=on, signed=_signed(grant), says=json.dumps({"due": due.isoformat()}))
    return part


# --- what the person says


@transaction.atomic
def confirm(person: Person, part: Part, now: datetime) -> None:
    """The person says that what was noted of a medicine is so: only now is it among their own answers, or out of them."""
    _read_anew(person, part)
    own = list(person.answers.get("medicines") or [])
    name = written(part.told)
    same = (name.casefold(), str(part.told["name"]).casefold())
    together = [one for one in own if one.casefold() not in same]
    if part.asks == Part.STARTED:
        together = [*together, name]
    elif part.asks != Part.STOPPED:
        return
    part.counts, part.asks = False, ""
    part.save(update_fields=["counts", "asks"])
    _enter(part, Entry.RIGHT, now)
    people.tell(person, {"medicines": together})
    _safe_anew(person, now)


@transaction.atomic
def deny(person: Person, part: Part, now: datetime) -> None:
    """The person says that it is not so: nothing of it counts, and what they told before holds."""
    _read_anew(person, part)
    if not part.asks:
        return
    if part.asks == Part.STARTED:
        part.counts, part.new_on, part.asks = False, None, ""
    else:  # never answered for, it still counts, and is still asked about
        part.ended_at, part.asks = None, Part.STARTED if part.counts else ""
    part.save(update_fields=["counts", "asks", "new_on", "ended_at"])
    _enter(part, Entry.NOT_RIGHT, now)
    _safe_anew(person, now)


@transaction.atomic
def checked(person: Person, part: Part, answer: str, now: datetime) -> None:
    """Whether it was checked: ``fine`` ends the limit, ``stays`` keeps it without a day, ``not-yet`` asks again later."""
    _read_anew(person, part)
    if part.ended_at is not None:
        return
    if answer == Entry.FINE:
        _close(part, Entry.FINE, now)
        _let_go(person, (part.asked,), now)
        return
    part.due = None if answer == Entry.STAYS else now.astimezone(person.zone).date() + ASK_AGAIN
    part.save(update_fields=["due"])
    _enter(part, answer, now)


@transaction.atomic
def put_down(person: Person, part: Part, now: datetime) -> None:
    """Not for the person now: a goal, homework or a limit ends, and who wrote it sees that, and no more."""
    _read_anew(person, part)
    if part.ended_at is None:
        _close(part, Entry.NOT_NOW if part.kind in ("goal", "homework") else Entry.ENDED, now)
        _let_go(person, (part.asked, part.homework), now)


def add_words(person: Person, part: Part, words: str, now: datetime) -> Entry:
    """The person's own words about a part, beside it for all who see it."""
    words = words.strip()
    if not words:
        raise InputError(_("Please write something first."))
    return _enter(part, Entry.WORDS, now, says=json.dumps({"words": words}))


def taken_out(sender: type, person: Person, row: Asked | Homework, now: datetime, **_more: Any) -> None:
    """What a clinician wrote was taken out where the person keeps it: the plan says so."""
    by = {"asked": row} if isinstance(row, Asked) else {"homework": row}
    for part in Part.objects.filter(person=person, ended_at=None, **by):
        _close(part, Entry.NOT_NOW if part.kind in ("goal", "homework") else Entry.ENDED, now)


# --- how


def _read_anew(person: Person, part: Part) -> None:
    """As they stand now: another tap, or the other side, may have come first."""
    person.refresh_from_db(fields=["answers"])
    part.refresh_from_db()


def _signed(grant: Grant) -> dict[str, Any]:
    return {"writer": grant.reader, "by": grant.name, "role": grant.role}


def _enter(
    part: Part,
    act: str,
    now: datetime,
    *,
    on: date | None = None,
    signed: Mapping[str, Any] | None = None,
    says: str = "{}",
) -> Entry:
    """An entry; without ``signed`` it is the person's own."""
    signed = signed or {"writer": part.person, "by": "", "role": ""}
    on = on or now.astimezone(part.person.zone).date()
    return Entry.objects.create(part=part, act=act, on=on, at=now, says=says, **signed)


def _on(person: Person, fields: Mapping[str, Any], now: datetime) -> date:
    return fields.get("on") or now.astimezone(person.zone).date()


def _put(part: Part, fields: Mapping[str, Any]) -> None:
    part.due = fields.get("due")
    told = {key: value for key, value in fields.items() if key != "on" and value not in (None, "", [], ())}
    part.says = json.dumps(
        {key: value.isoformat() if isinstance(value, date) else value for key, value in told.items()}
    )


def _bind(person: Person, part: Part, grant: Grant, fields: Mapping[str, Any], now: datetime) -> None:
    """Into the week, from this moment on: as what a clinician asked for, never looser than what safety asks."""
    said: dict[str, Any] = {"said_by": grant.name, "entered_by": Asked.CLINICIAN}
    if part.kind in BINDING:
        binds = {key: fields.get(key) for key in BINDS if fields.get(key)}
        if binds or part.kind != "goal":
            part.asked = alongside.ask(person, now, **binds, **said)
    elif part.kind == "homework":
        given = {key: fields[key] for key in ("activity", "times", "minutes", "note") if fields.get(key)}
        part.homework = alongside.add_homework(person, now, **given, **said)
    part.save(update_fields=["asked", "homework"])


def _let_go(person: Person, rows: tuple[Asked | Homework | None, ...], now: datetime) -> None:
    for row in rows:
        if isinstance(row, Asked):
            alongside.end_asked(person, row, now)
        elif isinstance(row, Homework):
            alongside.end_homework(person, row, now)


def _close(part: Part, act: str, now: datetime) -> None:
    part.ended_at = now
    part.save(update_fields=["ended_at"])
    _enter(part, act, now)


def _room_for_medicine(person: Person) -> None:
    noted = person.treatment.filter(kind="medicine", counts=True).count()
    if noted + len(person.answers.get("medicines") or []) >= MOST_MEDICINES:
        raise InputError(_("There are as many medicines here as we can keep."))


def _medicines_anew(person: Person, part: Part, now: datetime) -> None:
    if part.kind == "medicine":
        _safe_anew(person, now)


def _safe_anew(person: Person, now: datetime) -> None:
    """A week that no longer is as safety asks is made anew."""
    if person.onboarded_at is not None:
        plans.keep_safe(person, now.astimezone(person.zone).date())
