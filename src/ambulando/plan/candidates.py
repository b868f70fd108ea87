"""Which activities of the catalogue may be offered: safety first, then what the person has, wants and does not want."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ambulando.activity.catalogue import Activity, catalogue
from ambulando.plan.standing import Standing
from ambulando.safety.limits import INTENSITIES
from ambulando.safety.profile import Profile
from ambulando.safety.screen import Limits

#: What is let go of, in this order, when nothing fits. Never safety, kit or money.
RELAXED = ("company", "places", "dislikes")

#: Where anybody can be, for those who did not say.
AT_HAND = ("home", "outdoors")


@dataclass(frozen=True)
class Candidates:
    """``kept``: what may be offered. ``left_out``: why each other activity is not (see ``unsafe`` and ``_unfit``; "later" for what is too much now). ``relaxed``: what was let go of."""

    kept: tuple[Activity, ...]
    left_out: Mapping[str, str]
    relaxed: tuple[str, ...] = ()


def likes(profile: Profile, activity: Activity) -> bool:
    """Whether the person named this activity, or its modality without disliking the activity."""
    if activity.id in profile.likes:
        return True
    return activity.modality in profile.likes and not {activity.id, activity.modality} & set(profile.dislikes)


def dislikes(profile: Profile, activity: Activity) -> bool:
    """Whether the person ruled this activity out, or its modality without naming the activity as liked."""
    if activity.id in profile.dislikes:
        return True
    return activity.modality in profile.dislikes and activity.id not in profile.likes


def candidates(
    profile: Profile,
    standing: Standing,
    limits: Limits,
    *,
    light_only: bool = False,
    hot: bool = False,
    startable: Callable[[Activity], bool] = lambda _: True,
) -> Candidates:
    """What may be offered to this person. Empty only if the catalogue holds nothing that is safe for them.

    ``hot``: for the hot hours of somebody whom heat is not for. ``startable``: whether growth limits leave an activity
    the minutes of its smallest version.
    """
    # what the wishes do not touch is asked once, not once per wish let go of
    reasons: dict[str, str | None] = {}
    for activity in catalogue().values():
        reason = unsafe(activity, limits, hot=hot)
        if reason is None and (
            too_much(activity, profile, standing, light_only=light_only) or not startable(activity)
        ):
            reason = "later"
        reasons[activity.id] = reason
    for count in range(len(RELAXED) + 1):
        found = _wanted(profile, reasons, RELAXED[:count])
        if found.kept:
            return found
    return found


def unsafe(activity: Activity, limits: Limits, *, hot: bool = False) -> str | None:
    """Which limit of safety an activity would break ("intensity", "impact", "floor", "falls", "heat", "seated"), or None."""
    if INTENSITIES.index(activity.intensity) > INTENSITIES.index(limits.max_intensity):
        return "intensity"
    if activity.impact > limits.max_impact:
        return "impact"
    if limits.no_floor and activity.floor:
        return "floor"
    if limits.no_falls and activity.falls:
        return "falls"
    if hot and limits.no_heat and activity.place != "indoors":
        return "heat"
    if limits.seated and not activity.seated:
        return "seated"
    return None


def too_much(activity: Activity, profile: Profile, standing: Standing, *, light_only: bool) -> bool:
    """Whether an activity asks more than this person should be offered now, though it is not unsafe."""
    if light_only:
        return activity.intensity != "light"
    if activity.intensity != "vigorous":
        return False
    return not (standing.moves_a_lot and not standing.low and likes(profile, activity))


def _wanted(profile: Profile, reasons: Mapping[str, str | None], relaxed: tuple[str, ...]) -> Candidates:
    kept: list[Activity] = []
    left_out: dict[str, str] = {}
    for activity in catalogue().values():
        reason = reasons[activity.id] or _unfit(activity, profile, relaxed)
        if reason is None:
            kept.append(activity)
        else:
            left_out[activity.id] = reason
    return Candidates(tuple(kept), left_out, relaxed)


def _unfit(activity: Activity, profile: Profile, relaxed: tuple[str, ...]) -> str | None:
    """Which wish or means an activity does not meet ("dislikes", "places", "kit", "money", "company"), or None."""
    if "dislikes" not in relaxed and dislikes(profile, activity):
        return "dislikes"
    if "places" not in relaxed and not _reachable(activity, profile):
        return "places"
    if "places" in relaxed and not (set(activity.places) & {*profile.places, *AT_HAND}):
        return "places"
    if not set(activity.kit) <= kit_of(profile):
        return "kit"
    if profile.money is not None and activity.cost > profile.money:
        return "money"
    if "company" not in relaxed and profile.company in ("alone", "together"):
        other = "together" if profile.company == "alone" else "alone"
        if activity.company == other:
            return "company"
    return None


def kit_of(profile: Profile) -> set[str]:
    """What the person has at hand; who lives with a wheelchair has it with them."""
    return {*profile.kit, "wheelchair"} if "wheelchair" in profile.conditions else set(profile.kit)


def _reachable(activity: Activity, profile: Profile) -> bool:
    if profile.places:
        return bool(set(activity.places) & set(profile.places))
    return likes(profile, activity) or bool(set(activity.places) & set(AT_HAND))
