"""What is changed about walking groups: the leader first where they run it, the person first where they come."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care import live
from ambulando.web.care.walks import queries, times
from ambulando.web.care.walks.models import Cancelled, Comer, Post, Walk, Word
from ambulando.web.people.models import Person

#: groups that one person runs at a time
MOST_LED = 50


def make(leader: Person, **told: Any) -> Walk:
    if Walk.objects.filter(leader=leader, ended_at=None).count() >= MOST_LED:
        raise InputError(_("You run as many groups as we keep. Please end one first."))
    return Walk.objects.create(leader=leader, **told)


@transaction.atomic
def change(leader: Person, walk: Walk, **told: Any) -> None:
    """Other words or times; whoever comes stays. Raises InputError where fewer could come than do."""
    row = Walk.objects.select_for_update().get(pk=walk.pk, leader=leader)
    coming = queries.comers(row).count()
    if told["capacity"] < coming:
        raise InputError(_("More people come already. Please leave room for all of them."))
    for name, value in told.items():
        setattr(row, name, value)
    row.save()
    _tell(row)


@transaction.atomic
def join(person: Person, walk: Walk, *, called: str, seen: bool, now: datetime) -> Comer:
    """Take a place. Raises InputError, and changes nothing, where all are taken or the group has ended."""
    row = Walk.objects.select_for_update().filter(pk=walk.pk, ended_at=None).first()
    if row is None:
        raise InputError(_("This group has ended."))
    own = Comer.objects.filter(walk=row, person=person, left_at=None).first()
    if own:  # a double tap
        return own
    if queries.full(row):
        raise InputError(_("All places are taken just now. You can look again later."))
    made = Comer.objects.create(walk=row, person=person, called=called, seen=seen, joined_at=now)
    live.tell([row.leader_id], "walk", walk=row.pk)
    return made


@transaction.atomic
def leave(person: Person, own: Comer, now: datetime) -> None:
    """No reason is asked for; the place is free at once, and what they were called and said is gone."""
    left = Comer.objects.filter(pk=own.pk, person=person, left_at=None).update(
        left_at=now, called="", seen=False
    )
    if left:
        Word.objects.filter(comer=own).delete()
        live.tell([own.walk.leader_id], "walk", walk=own.walk_id)


@transaction.atomic
def show_me(person: Person, own: Comer, seen: bool) -> None:
    Comer.objects.filter(pk=own.pk, person=person, left_at=None).update(seen=seen)


@transaction.atomic
def say(person: Person, own: Comer, day: date, said: str, now: datetime) -> None:
    """The person's own word on one date; none takes it back. Raises InputError for a date on which it does not meet."""
    there = next((one for one in queries.dates_of(own, now) if one.meeting.day == day), None)
    if there is None:
        raise InputError(_("It does not meet on this day."))
    if said == Word.THERE and not there.over:
        raise InputError(_("It has not begun yet."))
    if said:
        Word.objects.update_or_create(comer=own, day=day, defaults={"said": said})
    else:
        Word.objects.filter(comer=own, day=day).delete()
    live.tell([own.walk.leader_id], "walk", walk=own.walk_id)


@transaction.atomic
def post(leader: Person, walk: Walk, body: str, now: datetime) -> Post:
    """A message to all who come; each reads it on the group's page."""
    made = Post.objects.create(walk=walk, body=body, at=now)
    _tell(walk)
    return made


@transaction.atomic
def cancel(leader: Person, walk: Walk, day: date, now: datetime) -> None:
    """It does not meet on this day. Raises InputError where it would not have."""
    if not times.meetings(walk, day, day):
        raise InputError(_("It does not meet on this day."))
    Cancelled.objects.get_or_create(walk=walk, day=day, defaults={"at": now})
    _tell(walk)


@transaction.atomic
def told_off(own: Comer, day: date) -> bool:
    """Keep that word goes out of this date. Returns False where it went out before: no second worker sends another."""
    row = Comer.objects.select_for_update().get(pk=own.pk)
    if day.isoformat() in row.told_off:
        return False
    row.told_off = [*row.told_off, day.isoformat()]
    row.save(update_fields=["told_off"])
    return True


@transaction.atomic
def bring_back(leader: Person, walk: Walk, day: date) -> None:
    Cancelled.objects.filter(walk=walk, day=day).delete()
    for own in Comer.objects.select_for_update().filter(walk=walk, left_at=None):
        if day.isoformat() in own.told_off:  # should it be off once more, they are told once more
            own.told_off.remove(day.isoformat())
            own.save(update_fields=["told_off"])
    _tell(walk)


@transaction.atomic
def end(leader: Person, walk: Walk, now: datetime) -> None:
    """It is over for good. Nobody comes any more, and it is in no new week."""
    Walk.objects.filter(pk=walk.pk, leader=leader, ended_at=None).update(ended_at=now)
    _tell(walk)


def _tell(walk: Walk) -> None:
    live.tell(queries.comers(walk).values_list("person", flat=True), "walk", walk=walk.pk)
