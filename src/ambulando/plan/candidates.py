"""Which activities of the catalogue may be offered: safety first, then what the person has, wants and does not want."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from ambulando.activity.catalogue import Activity, catalogue, in_season
from ambulando.plan.effort import in_reach
from ambulando.plan.rules import is_for, number
from ambulando.plan.standing import Standing
from ambulando.safety.limits import INTENSITIES
from ambulando.safety.profile import Profile
from ambulando.safety.screen import Limits

#: What is let go of, in this order, when nothing fits. Never safety, kit or money.
RELAXED = ("company", "places", "dislikes")

#: Where anybody can be, for those who did not say.
AT_HAND = ("home", "outdoors")

#: Kinds whose usual form is not seated (rule "seated-form").
UPRIGHT = ("walking", "running", "cycling", "swimming", "aerobic", "dance", "sport")

#: Where people who said that they go there find those who lead.
WITH_LEADERS = frozenset(("class", "gym", "pool"))


@dataclass(frozen=True)
class Candidates:
    """``kept``: what may be offered. ``left_out``: why each other activity is not (see ``unsafe``, ``closed`` and ``_unfit``;
    "later" for what is too much now, "sitting" for seated forms that do not fit). ``relaxed``: what was let go of. ``bound``: for which of these reasons something is
    missing that the person could and would do otherwise.
    """

    kept: tuple[Activity, ...]
    left_out: Mapping[str, str]
    relaxed: tuple[str, ...] = ()
    bound: frozenset[str] = frozenset()


def likes(profile: Profile, activity: Activity) -> bool:
    """Whether the person named this activity, or its modality without disliking the activity; what they want to do more
    of counts as named.
    """
    return said_to_like(profile, activity) or (
        profile.aim is not None
        and activity.modality == profile.aim.modality
        and {activity.id, activity.modality}.isdisjoint(profile.dislikes)
    )


def said_to_like(profile: Profile, activity: Activity) -> bool:
    """The same without an aim: whether they said that they like it."""
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
    asked: Collection[str] = (),
) -> Candidates:
    """What may be offered to this person. Empty only if the catalogue holds nothing that is safe for them.

    ``hot``: for the hot hours of somebody whom heat is not for. ``startable``: whether growth limits leave an activity
    the minutes of its smallest version. ``asked``: what the person named elsewhere, as in a comparison of their own.

    Seated forms of what is done upright come only where they fit, or before a wish is let go of. What somebody leads is no
    choice by itself while nobody knows of such a group.
    """
    # what the wishes do not touch is asked once, not once per wish let go of
    reasons = dict(_unsafe_ones(limits, hot))
    for activity in catalogue().values():
        if activity.id in reasons:
            continue
        reason = closed(activity, profile)
        if reason is None and (
            too_much(activity, profile, standing, light_only=light_only)
            or not _within_growth(activity, profile, standing, limits)
            or not startable(activity)
        ):
            reason = "later"
        if reason is not None:
            reasons[activity.id] = reason
    agreed = {one.activity for one in profile.homework}  # alone they are no week
    named = {*agreed, *profile.likes, *asked}
    upright = not sits(profile, standing, limits)
    for count in range(len(RELAXED) + 1):
        for sitting in (True, False) if upright else (False,):
            stand_ins = dict.fromkeys(_seated_forms() - named, "sitting") if sitting else {}
            found = _wanted(profile, {**stand_ins, **reasons}, RELAXED[:count])
            if any(entry.id not in agreed and not waits(entry, profile) for entry in found.kept):
                return found
    return found


def sits(profile: Profile, standing: Standing, limits: Limits) -> bool:
    """Whether seated forms of what is usually done upright fit this person now (rule "seated-form")."""
    low = standing.energy is not None and standing.energy <= number("seated-form", "energy")
    return low or limits.seated or is_for("seated-form", profile)


@cache
def _seated_forms() -> frozenset[str]:
    """What is done sitting in place of the usual form of its kind: no entry of the Compendium is for it."""
    return frozenset(
        entry.id
        for entry in catalogue().values()
        if entry.seated and entry.modality in UPRIGHT and entry.certainty == "nearest entry"
    )


def waits(activity: Activity, profile: Profile) -> bool:
    """Whether somebody leads it, and the person neither named it nor goes where it is: then it needs a known group."""
    return (
        activity.supervised
        and activity.id not in {*profile.likes, *(one.activity for one in profile.homework)}
        and WITH_LEADERS.isdisjoint(set(activity.places) & set(profile.places))
    )


@lru_cache(maxsize=256)
def _unsafe_ones(limits: Limits, hot: bool) -> Mapping[str, str]:
    """Which activities break a limit of safety, and which one; the same for all people with these limits."""
    reasons = {id_: unsafe(activity, limits, hot=hot) for id_, activity in catalogue().items()}
    return {id_: reason for id_, reason in reasons.items() if reason is not None}


def closed(activity: Activity, profile: Profile) -> str | None:
    """What else never bends: what a clinician asked to leave out ("avoid"), the "season", "ice" outside; or None."""
    if profile.care is not None and not {activity.id, activity.modality}.isdisjoint(profile.care.avoid):
        return "avoid"
    if not in_season(activity, profile.season):
        return "season"
    if "ice" in profile.weather and (
        activity.place == "outdoors" or (activity.falls and activity.place != "indoors")
    ):
        return "ice"
    return None


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


def _within_growth(activity: Activity, profile: Profile, standing: Standing, limits: Limits) -> bool:
    """Whether an activity asks for no more effort than growth opens: brisker comes after often and long."""
    named = activity.id in profile.likes
    return in_reach(activity, standing, limits, liked=likes(profile, activity), named=named)


def _wanted(profile: Profile, reasons: Mapping[str, str], relaxed: tuple[str, ...]) -> Candidates:
    kept: list[Activity] = []
    left_out: dict[str, str] = {}
    bound: set[str] = set()
    agreed = {one.activity for one in profile.homework}  # in therapy: not weighed against wishes
    kit = kit_of(profile)
    for activity in catalogue().values():
        reason = reasons.get(activity.id)
        if reason in bound:  # known to matter: no need to ask again what else would be in the way
            left_out[activity.id] = reason
            continue
        unfit = None if activity.id in agreed else _unwanted(activity, profile, relaxed)
        unfit = unfit or _without_means(activity, profile, kit)
        if reason is not None and unfit is None:
            bound.add(reason)
        if reason or unfit:
            left_out[activity.id] = reason or unfit or ""
        else:
            kept.append(activity)
    return Candidates(tuple(kept), left_out, relaxed, frozenset(bound))


def _unwanted(activity: Activity, profile: Profile, relaxed: tuple[str, ...]) -> str | None:
    """Which wish an activity does not meet ("dislikes", "places", "company"), or None."""
    if "dislikes" not in relaxed and dislikes(profile, activity):
        return "dislikes"
    if "places" not in relaxed and not _reachable(activity, profile):
        return "places"
    if "places" in relaxed and not (set(activity.places) & {*profile.places, *AT_HAND}):
        return "places"
    if "company" not in relaxed and profile.company in ("alone", "together"):
        other = "together" if profile.company == "alone" else "alone"
        if activity.company == other:
            return "company"
    return None


def _without_means(activity: Activity, profile: Profile, kit: set[str]) -> str | None:
    """Whether the person has not what an activity needs ("kit", "money"), or None."""
    if not kit.issuperset(activity.kit):
        return "kit"
    if profile.money is not None and activity.cost > profile.money:
        return "money"
    return None


def kit_of(profile: Profile) -> set[str]:
    """What the person has at hand; who lives with a wheelchair has it with them."""
    return {*profile.kit, "wheelchair"} if "wheelchair" in profile.conditions else set(profile.kit)


def _reachable(activity: Activity, profile: Profile) -> bool:
    if profile.places:
        return bool(set(activity.places) & set(profile.places))
    return likes(profile, activity) or bool(set(activity.places) & set(AT_HAND))
