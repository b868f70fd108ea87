"""What is read of circles."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ambulando.web.care.circles.models import Circle, Member, Post, Report
from ambulando.web.people.models import Person

#: posts on one page
PAGE = 30
#: the largest number that a row can have
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Shown:
    """A post as one member sees it."""

    post: Post
    own: bool
    by_moderator: bool


def own(person: Person) -> QuerySet[Member]:
    """The circles that this person is in now. One query."""
    return person.circles.filter(left_at=None).select_related("circle").order_by("circle__name", "pk")


def membership(person: Person, circle: int) -> Member | None:
    """This person in the circle of this number, if they are in it now."""
    if circle > LARGEST:
        return None
    return person.circles.filter(circle=circle, left_at=None).select_related("circle", "person").first()


def moderated(person: Person, circle: int) -> Member | None:
    """The same, if they moderate it."""
    found = membership(person, circle)
    return found if found and found.circle.moderator_id == person.pk else None


def by_code(code: str) -> Circle | None:
    """The circle that takes people with this code."""
    return Circle.objects.filter(code=code, closed_at=None, moderator__isnull=False).first() if code else None


def named(name: str) -> Person | None:
    """Who has this user name here, and can be a moderator."""
    return Person.objects.filter(username=name, is_active=True, simulated=False).first()


def members(circle: Circle) -> QuerySet[Member]:
    return circle.members.filter(left_at=None)


def muted(member: Member) -> set[int]:
    return set(member.mutes.values_list("pk", flat=True))


def posts(member: Member, muted: set[int], before: int | None = None) -> tuple[Sequence[Shown], int | None]:
    """The newest posts as this member sees them, newest first, and from which on there are earlier ones. One query.

    A post that was taken down is seen by its writer alone, with the moderator's note; who is muted is not seen.
    """
    rows = _posts(member).exclude(member__in=muted)
    rows = rows.exclude(~_of(member), taken_down_at__isnull=False)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    shown = [
        Shown(
            one,
            own=one.member_id == member.pk,
            by_moderator=one.member.person_id == member.circle.moderator_id,
        )
        for one in found[:PAGE]
    ]
    return shown, found[PAGE - 1].pk if len(found) > PAGE else None


def _posts(member: Member) -> QuerySet[Post]:
    """Those of people whose account is on."""
    return member.circle.posts.select_related("member").filter(member__person__is_active=True)


def _of(member: Member) -> Q:
    return Q(member=member)


def post(member: Member, pk: int) -> Post | None:
    """A post of this member's circle that stands."""
    return _posts(member).filter(pk=pk, taken_down_at=None).first()


def other(member: Member, pk: int) -> Member | None:
    """Somebody else who is in this member's circle now."""
    return members(member.circle).exclude(pk=member.pk).filter(pk=pk).first()


def reports(circle: Circle) -> QuerySet[Report]:
    """What the moderator has not seen to, the oldest first. One query."""
    rows = Report.objects.filter(post__circle=circle, seen_at=None, post__member__person__is_active=True)
    return rows.select_related("post__member", "member").order_by("pk")


def all_circles() -> QuerySet[Circle]:
    """For the operator: their names and who moderates, and nothing of what is in them."""
    return Circle.objects.select_related("moderator")
