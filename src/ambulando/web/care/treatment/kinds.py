"""The kinds of parts of a treatment plan: who reads them, and who writes them. Tested row by row."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ambulando.web.care.grants.items import COACH, PHYSICIAN, THERAPIST

ALL = (THERAPIST, PHYSICIAN, COACH)
TREATING = (THERAPIST, PHYSICIAN)


@dataclass(frozen=True)
class Kind:
    """``item``: what has to be shared with who reads it. ``writers``: the roles that write it down and end their own.

    ``heard``: a role that writes down what somebody else said, and has to say who. Only a physician ends what others wrote.
    """

    id: str
    name: str
    add: str
    item: str
    writers: tuple[str, ...]
    heard: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    one.id: one
    for one in (
        Kind("review", _("Next review"), _("Set a day for the review"), "plan", ALL),
        Kind("clearance", _("Until it was checked"), _("Add a limit until a check"), "plan", TREATING, (THERAPIST,)),
        Kind("cap", _("Limits"), _("Add a limit"), "plan", ALL),
        Kind("goal", _("Goals"), _("Add a goal"), "plan", ALL),
        Kind("homework", _("Homework"), _("Add homework"), "plan", TREATING),
        Kind("therapy", _("Therapy"), _("Add therapy"), "plan", TREATING),
        Kind("medicine", _("Medicines"), _("Note a medicine"), "medicines", TREATING, (THERAPIST,)),
        Kind("task", _("Who does what"), _("Add who does what"), "plan", ALL),
    )
}  # fmt: skip
#: kinds whose parts bind the week, as what a clinician asked for
BINDING = ("cap", "clearance", "goal")


def may_write(role: str, kind: str) -> bool:
    """Whether somebody in this role writes down such a part."""
    return role in KINDS[kind].writers


def may_alter(role: str, kind: str, *, own: bool) -> bool:
    """Whether somebody in this role changes or ends such a part: their own, or as a physician anybody's."""
    return may_write(role, kind) and (own or role == PHYSICIAN)
