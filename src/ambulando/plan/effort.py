"""How hard a session may be: brisker comes last."""

from dataclasses import dataclass

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity, catalogue
from ambulando.plan.felt import hurt_last, went_well
from ambulando.plan.rules import number, whole
from ambulando.plan.standing import Standing
from ambulando.plan.trace import Step, row, step
from ambulando.safety.limits import INTENSITIES
from ambulando.safety.screen import Limits


@dataclass(frozen=True)
class Ceiling:
    """The most effort that a session of an activity may ask for now, as far as growth goes, and the step that says why."""

    intensity: str
    step: Step


def ceiling(
    activity: Activity, standing: Standing, limits: Limits, *, liked: bool = False, named: bool = False
) -> Ceiling:
    """How hard a session of this activity may be: brisker comes last.

    A kind stays at the effort that the person does it with. After three times that felt no worse, did not hurt and were
    not hard, often enough and long enough, it may go one step up: from light to moderate sooner than to vigorous, which
    is for a kind that is ``liked`` alone. What they ``named`` themselves is their
    choice; a kind that they have not done three times, and everyday things, are left to the other rules. After a
    session that hurt the kind goes one step down. The limits of safety bind all the same.
    """
    level, name, rule, bouts = _effort(activity, standing, limits, liked=liked, named=named)
    rows = [row("bout", bout.start) for bout in bouts]
    return Ceiling(INTENSITIES[level], step(name, INTENSITIES[level], "at most", rule, rows))


def in_reach(
    activity: Activity, standing: Standing, limits: Limits, *, liked: bool = False, named: bool = False
) -> bool:
    """Whether an activity asks for no more effort than its ``ceiling``."""
    level = INTENSITIES.index(activity.intensity)
    return level == 0 or level <= _effort(activity, standing, limits, liked=liked, named=named)[0]


def _effort(
    activity: Activity, standing: Standing, limits: Limits, *, liked: bool, named: bool
) -> tuple[int, str, str, tuple[Bout, ...]]:
    """The place of a ceiling in INTENSITIES, its name, its rule and the bouts that it comes from."""
    most = len(INTENSITIES) - 1
    last = standing.last_of.get(activity.modality, ())
    if (hurt := hurt_last(activity.modality, standing)) is not None:
        level = max(INTENSITIES.index(catalogue()[hurt.activity].intensity) - 1, 0)
        return level, "one step gentler", "step-down-feeling", (hurt,)
    if named or activity.modality == "everyday" or len(last) < whole("intensity-step", "sessions"):
        return most, "as you choose", "intensity-step", last
    used = max(INTENSITIES.index(catalogue()[bout.activity].intensity) for bout in last)
    brisk = used >= INTENSITIES.index("moderate")  # the next step would be vigorous
    ready = (
        (liked or not brisk)
        and limits.progression
        and not (standing.soft and brisk)
        and standing.days_a_week >= number("intensity-step", "often")
        and all(
            bout.minutes >= number("intensity-step", "minutes" if brisk else "light_minutes") for bout in last
        )
        and all(went_well(bout, number("intensity-step", "effort")) for bout in last)
    )
    if ready:
        return min(used + 1, most), "one step brisker", "intensity-step", last
    return used, "as you do it now", "intensity-step", last
