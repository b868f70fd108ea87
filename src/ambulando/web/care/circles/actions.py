"""What is changed about circles. Each action takes the member who does it; views look up whether they may."""

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care.circles import queries
from ambulando.web.care.circles.models import LONGEST, MOST, Circle, Member, Post, Report
from ambulando.web.care.circles.phrases import phrases
from ambulando.web.people.models import Person

ADULT = 18
#: posts of one member in a day; a circle is quiet
IN_A_DAY = 20
#: within this the same words again are the same tap
TWICE = timedelta(minutes=1)


def written(text: str, most: int = LONGEST) -> str:
    """Words as they are kept: without what no keyboard makes. Raises InputError where they are too long."""
    lines = ("".join(one for one in line if one.isprintable()).strip() for line in text.splitlines())
    found = "\n".join(lines).strip()
    if len(found) > most:
        raise InputError(_("That is a bit long. Please keep it to {most} letters.").format(most=most))
    return found


def _named(circle: Circle, shown_name: str, but: Member | None = None) -> str:
    name = " ".join(written(shown_name, 40).split())
    if not name:
        raise InputError(_("Please choose a name for this circle."))
    others = circle.members.exclude(pk=but.pk if but else None).values_list("shown_name", flat=True)
    if name.casefold() in {one.casefold() for one in others}:
        raise InputError(_("Somebody here has that name. Please choose another."))
    return name


def new_code() -> str:
    return secrets.token_hex(8)


@transaction.atomic
def make(name: str, about: str, moderator: Person, shown_name: str, now: datetime) -> Circle:
    """A new circle, with who moderates it as its first member."""
    circle = Circle.objects.create(
        name=written(name, 80), about=written(about), moderator=moderator, code=new_code(), made_at=now
    )
    Member.objects.create(
        circle=circle, person=moderator, shown_name=_named(circle, shown_name), joined_at=now
    )
    return circle


@transaction.atomic
def hand_over(circle: Circle, moderator: Person, shown_name: str, now: datetime) -> None:
    """Name another moderator. Who moderated before stays in the circle."""
    before = circle.members.filter(person=moderator).first()
    if before is None:
        if queries.members(circle).count() >= MOST:
            raise InputError(_("The circle is full. Please name somebody who is in it."))
        Member.objects.create(
            circle=circle, person=moderator, shown_name=_named(circle, shown_name), joined_at=now
        )
    elif before.left_at is not None:
        before.left_at, before.removed = None, False
        before.save(update_fields=["left_at", "removed"])
    circle.moderator = moderator
    circle.save(update_fields=["moderator"])


def close(circle: Circle, now: datetime) -> None:
    if circle.closed_at is None:
        circle.closed_at = now
        circle.save(update_fields=["closed_at"])


def reopen(circle: Circle) -> None:
    circle.closed_at = None
    circle.save(update_fields=["closed_at"])


@transaction.atomic
def join(person: Person, circle: Circle, shown_name: str, now: datetime) -> Member:
    """Come in, or come back. Raises InputError where there is no place for them."""
    circle = Circle.objects.select_for_update().get(pk=circle.pk)
    if person.profile.age is not None and person.profile.age < ADULT:
        raise InputError(_("Circles are for adults. There is help for younger people on the Help page."))
    before = circle.members.filter(person=person).first()
    if before and before.left_at is None:
        return before
    if before and before.removed:
        raise InputError(_("This circle can not take you in again. You can write to who invited you."))
    if not circle.open:
        raise InputError(_("This circle is not taking people now."))
    if queries.members(circle).count() >= MOST:
        raise InputError(_("This circle is full. It stays small on purpose."))
    name = _named(circle, shown_name, before)
    if before:
        before.shown_name, before.joined_at, before.left_at = name, now, None
        before.save(update_fields=["shown_name", "joined_at", "left_at"])
        return before
    return Member.objects.create(circle=circle, person=person, shown_name=name, joined_at=now)


def _writes(member: Member) -> None:
    if not member.circle.open:
        raise InputError(_("This circle is closed. Nothing new is written here."))


@transaction.atomic
def write(member: Member, now: datetime, *, phrase: str = "", text: str = "") -> Post:
    """Send a phrase or a few words. The same tap twice is kept once."""
    _writes(member)
    text = "" if phrase else written(text)
    if phrase and phrase not in phrases():
        raise InputError(_("Please pick one of the phrases."))
    if not (phrase or text):
        raise InputError(_("Please write a few words, or pick a phrase."))
    recent = member.posts.filter(at__gt=now - timedelta(days=1))
    last = recent.first()
    if last and last.at > now - TWICE and (last.phrase, last.body or "") == (phrase, text):
        return last
    if recent.count() >= IN_A_DAY:
        raise InputError(_("That is a lot for one day. Please go on tomorrow."))
    return Post.objects.create(circle=member.circle, member=member, phrase=phrase, body=text or None, at=now)


def remove_own(member: Member, post: Post) -> None:
    if post.member_id == member.pk:
        post.delete()


def mute(member: Member, other: Member) -> None:
    member.mutes.add(other)


def unmute(member: Member, other: Member) -> None:
    member.mutes.remove(other)


def report(member: Member, post: Post, now: datetime, *, why: str, words: str) -> Report:
    """Tell the moderator of a post. Telling it again while it waits changes nothing."""
    if why not in dict(Report.WHYS):
        raise InputError(_("Please pick what it is."))
    told = written(words) or None
    try:
        with transaction.atomic():
            return Report.objects.create(post=post, member=member, why=why, words=told, at=now)
    except IntegrityError:
        return Report.objects.get(post=post, member=member, seen_at=None)


@transaction.atomic
def leave(member: Member, now: datetime, *, with_posts: bool) -> None:
    """Go, at once. What was written goes too where that is wished; else it stays under no name."""
    if with_posts:
        member.posts.all().delete()
    member.mutes.clear()
    member.left_at = now
    member.save(update_fields=["left_at"])
    circle = member.circle
    if circle.moderator_id == member.person_id:
        circle.moderator = None
        circle.save(update_fields=["moderator"])


# The moderator


def new_invitation(member: Member) -> None:
    """Another code; the old one opens nothing now."""
    member.circle.code = new_code()
    member.circle.save(update_fields=["code"])


@transaction.atomic
def take_down(member: Member, post: Post, note: str, now: datetime) -> None:
    """Take a post down, with a word to who wrote it. What was reported about it is seen to."""
    post.note, post.taken_down_at = written(note) or None, now
    post.save(update_fields=["note", "taken_down_at"])
    post.reports.filter(seen_at=None).update(seen_at=now)


def saw(member: Member, report: Report, now: datetime) -> None:
    report.seen_at = now
    report.save(update_fields=["seen_at"])


@transaction.atomic
def take_out(member: Member, other: Member, now: datetime) -> None:
    """Take somebody out. What they wrote is taken down with them."""
    other.left_at, other.removed = now, True
    other.save(update_fields=["left_at", "removed"])
    other.posts.filter(taken_down_at=None).update(taken_down_at=now)
    Report.objects.filter(post__member=other, seen_at=None).update(seen_at=now)
