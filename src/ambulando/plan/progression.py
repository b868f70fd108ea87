"""How many sessions, and how long: gentle starts, goals from the person's own days, and the limits of growth."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from statistics import median

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity
from ambulando.ground import Words
from ambulando.plan.rules import number, whole
from ambulando.plan.standing import Standing, loaded
from ambulando.plan.trace import Step, row, step
from ambulando.safety.profile import Profile
from ambulando.safety.screen import Limits


@dataclass(frozen=True)
class Goal:
    """What a week aims at: ``sessions``, ``minutes`` of one session, ``total`` minutes at most, and the steps to them.

    ``light_only``: for the first weeks of somebody who moves little.
    """

    sessions: int
    minutes: int
    total: int
    light_only: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Cap:
    """The most minutes that one session of an activity may take, and the step that says why."""

    minutes: int
    step: Step


def percentile(values: Sequence[float], share: float) -> float:
    """The value at rank share x (n + 1), between neighbours in a straight line (Adams' rule). Needs one value or more."""
    ordered = sorted(values)
    rank = share * (len(ordered) + 1)
    if rank <= 1:
        return ordered[0]
    if rank >= len(ordered):
        return ordered[-1]
    below = floor(rank)
    return ordered[below - 1] + (rank - below) * (ordered[below] - ordered[below - 1])


def goal(profile: Profile, standing: Standing, limits: Limits, *, missed: int = 0) -> Goal:
    """The week that fits this person now. ``missed``: how many of their last planned sessions in a row did not happen."""
    minutes, steps = _base(standing)
    sessions = _sessions(standing, limits, missed=missed)
    if _earned(standing, limits, missed=missed) and standing.days_a_week >= number("step-up", "often"):
        minutes *= number("step-up", "factor")
        steps.append(step("a tenth longer", minutes, "minutes", "step-up", standing.bout_rows))
    elif (worse := _felt_worse(standing)) and _earned(standing, limits, missed=missed, however_it_felt=True):
        rows = [row("bout", bout.start) for bout in worse]
        steps.append(step("as long as before", minutes, "minutes", "step-up-feeling", rows))
    for name, rule, factor in _softer(standing, missed=missed):
        minutes *= factor
        steps.append(step(name, minutes, "minutes", rule, standing.bout_rows + standing.checkin_rows))
    for name, rule, ceiling in _ceilings(standing, limits):
        if minutes > ceiling:
            minutes = ceiling
            steps.append(step(name, minutes, "minutes", rule, standing.bout_rows))
    length = max(floor(minutes), whole("smallest", "minutes"))
    if limits.max_minutes is not None and length >= limits.max_minutes:
        length = limits.max_minutes
        steps.append(step("safety", length, "minutes", "safety-minutes"))
    total, total_step = week_total(profile, standing, limits)
    sessions, shared = _shared(sessions, length, total)
    rule = total_step["rule"] if shared < length else steps[-1]["rule"]
    if missed:  # fewer sessions in the same week must not make each of them longer
        before = goal(profile, standing, limits).minutes
        shared, rule = min((shared, rule), (before, "step-down"), key=lambda pair: pair[0])
    steps += [
        total_step,
        step("sessions", sessions, "a week", "sessions"),
        step("goal of a session", shared, "minutes", rule),
    ]
    return Goal(sessions, shared, total, _starting(standing), tuple(steps))


def week_total(profile: Profile, standing: Standing, limits: Limits) -> tuple[int, Step]:
    """The most minutes of a week: what was offered, and what growth allows.

    An offer below the smallest version still gives the one smallest version, to take or leave.
    """
    smallest = whole("smallest", "minutes")
    usual = standing.week_minutes
    if limits.progression:
        rule = "week-growth"
        most = max(usual * number(rule, "factor"), usual + number(rule, "minutes"))
    else:
        rule = "no-growth"
        most = usual if usual > 0 else number(rule, "start") * number("sessions", "low")
    if profile.minutes_per_week is not None and profile.minutes_per_week < most:
        rule, most = "offered", profile.minutes_per_week
    total = max(floor(most + 1e-9), smallest)
    return total, step("at most in the week", total, "minutes", rule, standing.bout_rows)


def cap(activity: Activity, standing: Standing, limits: Limits, *, liked: bool = False) -> Cap:
    """The most minutes that one session of this activity may take now (learning from the last 30 days of its modality)."""
    most, rule, rows = _growth(activity, standing, liked=liked)
    rows = [*rows, row("catalogue", activity.id)]
    if standing.gap is not None and standing.gap >= whole("restart", "days"):
        long = standing.gap >= whole("restart", "long_days")
        factor = number("restart", "long_factor" if long else "factor")
        old = standing.before_gap.get(activity.modality)
        known = activity.modality in standing.longest
        # a loaded kind that is not in the last 30 days starts anew; an easy one may go by its old longest
        if old is not None and (old.minutes * factor < most or not (known or loaded(activity))):
            # the smallest size is a floor for a restart, but never a way round the limit of growth
            most, rule = max(old.minutes * factor, min(most, number("smallest", "minutes"))), "restart"
            rows = [row("bout", old.start), row("catalogue", activity.id)]
    if not limits.progression:
        usual = _usual(standing)
        if usual < most:
            most, rule, rows = usual, "no-growth", standing.bout_rows
    if limits.max_minutes is not None and limits.max_minutes < most:
        most, rule = limits.max_minutes, "safety-minutes"
    if number("session-top", "minutes") < most:
        most, rule = number("session-top", "minutes"), "session-top"
    minutes = max(floor(most + 1e-9), 1)
    return Cap(minutes, step("at most in one session", minutes, "minutes", rule, rows))


def _growth(
    activity: Activity, standing: Standing, *, liked: bool
) -> tuple[float, str, list[dict[str, str]]]:
    heavy = loaded(activity)
    rule = "growth-loaded" if heavy else "growth-easy"
    record = (standing.longest_loaded if heavy else standing.longest).get(activity.modality)
    if record is not None:
        most = record.minutes * number(rule, "factor")
        if not heavy:
            most = max(most, record.minutes + number(rule, "minutes"))
        return most, rule, [row("bout", record.start)]
    start, share = number("new-kind", "minutes"), number("new-kind", "share")
    if standing.account is not None and (not heavy or (liked and standing.moves_a_lot)):
        told = standing.account * (share if heavy else number("own-account", "share"))
        return max(start, told), "own-account", []
    longest = standing.longest_any
    if longest is None or heavy:
        return start, "new-kind", []
    return max(start, longest.minutes * share), "new-kind", [row("bout", longest.start)]


def _base(standing: Standing) -> tuple[float, list[Step]]:
    if standing.active_days:
        rule = "soft-percentile" if standing.soft else "percentile"
        share = number(rule, "soft" if standing.soft else "usual")
        value = percentile([minutes for _, minutes in standing.active_days], share)
        name = Words(
            "percentile {share} of the last {days} active days",
            {"share": f"{share:.0%}", "days": len(standing.active_days)},
        )
        return value, [step(name, value, "minutes", rule, standing.bout_rows + standing.checkin_rows)]
    if standing.account is not None:
        value = max(standing.account * number("own-account", "share"), number("gentle-start", "shortest"))
        return value, [step("from your own account", value, "minutes", "own-account")]
    low, high = number("gentle-start", "shortest"), number("gentle-start", "longest")
    value = low if standing.soft else (low + high) / 2
    return value, [step("gentle start", value, "minutes", "gentle-start")]


def _felt_worse(standing: Standing) -> list[Bout]:
    """Which of the sessions that growth is earned with felt worse after than before."""
    return [bout for bout in standing.bouts[-whole("step-up", "sessions") :] if bout.felt_worse]


def _earned(standing: Standing, limits: Limits, *, missed: int, however_it_felt: bool = False) -> bool:
    last = standing.bouts[-whole("step-up", "sessions") :]
    if _felt_worse(standing) and not however_it_felt:
        return False
    if not limits.progression or missed or standing.soft or len(last) < whole("step-up", "sessions"):
        return False
    fresh = all((standing.today - bout.day).days < whole("step-up", "within") for bout in last)
    return fresh and all(bout.effort is None or bout.effort <= number("step-up", "effort") for bout in last)


def _softer(standing: Standing, *, missed: int) -> list[tuple[str, str, float]]:
    found = []
    if missed >= whole("step-down", "missed"):
        found.append(("a quarter shorter", "step-down", number("step-down", "factor")))
    if standing.gap is not None and standing.gap >= whole("missed-week", "days"):
        found.append(("half after a week without", "missed-week", number("missed-week", "factor")))
    if standing.energy is not None and standing.energy <= number("low-energy", "energy"):
        found.append(("shorter when energy is low", "low-energy", number("low-energy", "factor")))
    return found


def _starting(standing: Standing) -> bool:
    """Whether this is the gentle start: little movement so far, and fewer than three weeks of it."""
    return standing.moves_little and standing.weeks < whole("gentle-start", "weeks")


def _ceilings(standing: Standing, limits: Limits) -> list[tuple[str, str, float]]:
    found = [("at most in a session", "session-top", number("session-top", "minutes"))]
    if _starting(standing):
        found.append(("gentle start", "gentle-start", number("gentle-start", "longest")))
    elif standing.moves_little:
        early = standing.weeks < whole("gentle-rise", "weeks")
        found.append(("gentle rise", "gentle-rise", number("gentle-rise", "longest" if early else "later")))
    if standing.energy is not None and standing.energy <= number("low-energy", "almost_none"):
        found.append(("smallest version", "low-energy", number("low-energy", "smallest")))
    if not limits.progression:
        found.append(("no growth", "no-growth", _usual(standing)))
    return found


def _usual(standing: Standing) -> float:
    """What one session usually is, for people whose plan must not grow: the median of their last active days."""
    if not standing.active_days:
        return number("no-growth", "start")
    return median(minutes for _, minutes in standing.active_days)


def _sessions(standing: Standing, limits: Limits, *, missed: int) -> int:
    low, usual, high = (whole("sessions", name) for name in ("low", "usual", "high"))
    if standing.gap is not None and standing.gap >= whole("missed-week", "days"):
        return low
    if not standing.active_days and standing.account is None:
        return low if standing.soft else usual
    sessions = round(standing.days_a_week)
    if sessions < usual and _earned(standing, limits, missed=missed):
        sessions += 1
    if standing.moves_little:
        high = whole("gentle-start", "sessions_high")
    if standing.low:
        sessions -= 1
    return min(max(sessions, low), high)


def _shared(sessions: int, minutes: int, total: int) -> tuple[int, int]:
    """Sessions and minutes that stay within ``total``: shorter down to five minutes first, then fewer, then shorter."""
    short, low = whole("smallest", "longest"), whole("sessions", "low")
    while sessions > low and total // sessions < min(minutes, short):
        sessions -= 1
    if total // sessions < whole("smallest", "minutes"):
        sessions = 1
    return sessions, max(min(minutes, total // sessions), 1)
