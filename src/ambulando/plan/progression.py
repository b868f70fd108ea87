"""How many sessions, and how long: gentle starts, goals from the person's own days, and the limits of growth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor
from statistics import median

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity
from ambulando.ground import Words
from ambulando.plan.felt import hurt_last, pleasant, together, went_badly
from ambulando.plan.pace import aim_minutes, usual_of
from ambulando.plan.rules import number, whole
from ambulando.plan.standing import Standing, loaded
from ambulando.plan.trace import Row, Step, row, step
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


def mastery(done: Sequence[bool]) -> float | None:
    """The share of the sessions offered lately (oldest first) that were done; None with fewer than the rule needs."""
    lately = done[-whole("mastery", "lately") :]
    return sum(lately) / len(lately) if len(lately) >= whole("mastery", "least") else None


def goal(
    profile: Profile,
    standing: Standing,
    limits: Limits,
    *,
    missed: int = 0,
    mastered: float | None = None,
    planned: float = 0.0,
    offers: Sequence[Row] = (),
) -> Goal:
    """The week that fits this person now.

    ``missed``: how many of their last planned sessions in a row did not happen. ``mastered``: the share of what was
    offered that got done (see ``mastery``). ``planned``: minutes of a week that was mostly done (see ``planned_week``).
    ``offers``: a pointer to each offer that these two were made from, oldest first.
    """
    hard_going = mastered is not None and mastered < number("mastery", "low")
    minutes, steps = _base(standing, softer=hard_going)
    if hard_going:
        lately = offers[-whole("mastery", "lately") :]
        steps.append(step("done of what was offered", mastered, "share", "mastery", lately))
    sessions = _sessions(standing, limits, missed=missed, hold=hard_going or _enough(profile, standing))
    if profile.care and profile.care.sessions is not None:
        sessions = _towards(profile.care.sessions, sessions, standing, limits, missed=missed)
        steps.append(step("towards your clinician's goal", sessions, "a week", "care-sessions"))
    level = _level(standing)
    if level is not None and missed < whole("step-down", "missed") and not hard_going and level > minutes:
        minutes = level  # days that were made smaller on purpose do not pull the goal down
        steps.append(step("as long as what you do now", minutes, "minutes", "hold", standing.bout_rows))
    earned = _earned(standing, limits, missed=missed) and not hard_going and not _enough(profile, standing)
    if earned and level is not None and _often(standing) >= whole("sessions", "low"):  # first more often
        more = number("step-up", "minutes")
        longer = max(level + more, level * number("step-up", "factor"))
        if longer > minutes:
            minutes = longer
            steps.append(step("a little longer than that", minutes, "minutes", "step-up", standing.bout_rows))
    elif (held := _held(standing)) and _earned(standing, limits, missed=missed, however_it_felt=True):
        steps.append(step("as long as before", minutes, "minutes", *held))
    for name, rule, factor in _softer(standing, missed=missed):
        minutes = max(minutes * factor, min(minutes, number("gentle-start", "shortest")))
        steps.append(step(name, minutes, "minutes", rule, standing.bout_rows + standing.checkin_rows))
    for name, rule, ceiling in _ceilings(standing, limits):
        if minutes > ceiling:
            minutes = ceiling
            steps.append(step(name, minutes, "minutes", rule, standing.bout_rows))
    length = max(floor(minutes), whole("smallest", "minutes"))
    if limits.max_minutes is not None and length >= limits.max_minutes:
        length = limits.max_minutes
        steps.append(step("safety", length, "minutes", "safety-minutes"))
    if limits.progression and planned > standing.week_minutes:
        since = standing.today - timedelta(days=whole("week-growth", "usual"))
        rows = [one for one in offers if one["id"] >= since.isoformat()]
        steps.append(step("planned for a week and mostly done", planned, "minutes", "week-growth", rows))
    total, total_step = week_total(profile, standing, limits, planned)
    sessions, shared = _shared(sessions, length, total)
    rule = total_step["rule"] if shared < length else steps[-1]["rule"]
    if missed:  # fewer sessions in the same week must not make each of them longer
        before = goal(profile, standing, limits, mastered=mastered, planned=planned).minutes
        shared, rule = min((shared, rule), (before, "step-down"), key=lambda pair: pair[0])
    steps += [
        total_step,
        step("sessions", sessions, "a week", "sessions"),
        step("goal of a session", shared, "minutes", rule),
    ]
    return Goal(sessions, shared, total, _starting(standing), tuple(steps))


def planned_week(offered: Sequence[tuple[date, int, bool]], today: date) -> float:
    """Minutes of the best planned week of the last four of which most was done (0 without one).

    ``offered``: day, minutes and whether it was done, of each session that was offered. A week counts as it was planned,
    so that small versions on bad days do not make the next week smaller.
    """
    weeks: list[list[tuple[int, bool]]] = [[] for _ in range(whole("week-growth", "usual") // 7)]
    for day, minutes, done in offered:
        ago = (today - day).days
        if 0 < ago <= 7 * len(weeks):
            weeks[(ago - 1) // 7].append((minutes, done))
    enough = number("mastery", "low")
    kept = [week for week in weeks if len(week) > 1 and sum(done for _, done in week) >= enough * len(week)]
    return max((float(sum(minutes for minutes, _ in week)) for week in kept), default=0.0)


def week_total(
    profile: Profile, standing: Standing, limits: Limits, planned: float = 0.0
) -> tuple[int, Step]:
    """The most minutes of a week: what was offered, and what growth allows over what is usual or was ``planned`` and done.

    An offer below the smallest version still gives the one smallest version, to take or leave.
    """
    smallest = whole("smallest", "minutes")
    usual = standing.week_minutes
    if limits.progression:
        usual = max(usual, planned)
        rule = "week-growth"
        most = max(usual * number(rule, "factor"), usual + number(rule, "minutes"))
    else:
        rule = "no-growth"
        most = usual if usual > 0 else number(rule, "start") * number("sessions", "low")
    if profile.minutes_per_week is not None and profile.minutes_per_week < most:
        rule, most = "offered", profile.minutes_per_week
    if profile.care and profile.care.minutes_per_week is not None and profile.care.minutes_per_week < most:
        rule, most = "care-week", profile.care.minutes_per_week
    if (most_of := _at_aim(profile, standing)) is not None and most_of < most:
        rule, most = "aim", most_of
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
    hurt = hurt_last(activity.modality, standing)
    if hurt is not None and hurt.minutes * number("step-down-feeling", "factor") < most:
        less = hurt.minutes * number("step-down-feeling", "factor")
        most, rule = max(less, min(most, number("smallest", "minutes"))), "step-down-feeling"
        rows = [row("bout", hurt.start), row("catalogue", activity.id)]
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


def _base(standing: Standing, *, softer: bool = False) -> tuple[float, list[Step]]:
    if standing.active_days:
        softness = min(standing.softness + softer, 2)
        rule = "soft-percentile" if softness else "percentile"
        share = number(rule, ("usual", "soft", "softest")[softness])
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


def _held(standing: Standing) -> tuple[str, list[Row]] | None:
    """The rule that holds growth back for how the last three sessions were, and those that did so."""
    if hurt := [bout for bout in standing.last if bout.pain]:
        return "step-up-pain", [row("bout", bout.start) for bout in hurt]
    felt = [bout for bout in standing.last if not pleasant(bout)]
    if not felt and not together(standing.last):
        felt = [bout for bout in standing.last if bout.felt_worse]
    if felt:
        return "step-up-feeling", [row("bout", bout.start) for bout in felt]
    return None


def _level(standing: Standing) -> float | None:
    """What a session is now, for who does them of late: a high percentile of the last active days (the rule ``hold``).

    Sessions are never longer than was planned, and shorter on bad days: the percentile of a goal would shrink week by week.
    """
    if (
        not standing.active_days
        or len(standing.last) < whole("step-up", "sessions")
        or not all(_fresh(one, standing) for one in standing.last)
    ):
        return None
    share = number("hold", ("usual", "soft", "softest")[standing.softness])
    return percentile([minutes for _, minutes in standing.active_days], share)


def _earned(standing: Standing, limits: Limits, *, missed: int, however_it_felt: bool = False) -> bool:
    last = standing.last
    if _held(standing) and not however_it_felt:
        return False
    if standing.gap is not None and standing.gap >= whole("missed-week", "days"):
        return False
    if not limits.progression or missed or len(last) < whole("step-up", "sessions"):
        return False
    return all(_fresh(bout, standing) for bout in last) and all(
        bout.effort is None or bout.effort <= number("step-up", "effort") for bout in last
    )


def _at_aim(profile: Profile, standing: Standing) -> float | None:
    """The most of a week for who wants no more than their aim: what they do of it now, if that is more, may stay."""
    if profile.aim is None or profile.aim.grow:
        return None
    usual, _ = usual_of(profile.aim.modality, standing)
    return max(standing.week_minutes - usual, 0.0) + max(aim_minutes(profile.aim, standing), usual)


def _enough(profile: Profile, standing: Standing) -> bool:
    """Whether the person is at the aim that they want to stay at."""
    if profile.aim is None or profile.aim.grow:
        return False
    return usual_of(profile.aim.modality, standing)[0] >= aim_minutes(profile.aim, standing)


def _softer(standing: Standing, *, missed: int) -> list[tuple[str, str, float]]:
    found = []
    if missed >= whole("step-down", "missed"):
        found.append(("a quarter shorter", "step-down", number("step-down", "factor")))
    elif went_badly(standing) and _fresh(standing.last[-1], standing):
        found.append(("a quarter shorter", "step-down-feeling", number("step-down-feeling", "factor")))
    if standing.gap is not None and standing.gap >= whole("missed-week", "days"):
        found.append(("half after a week without", "missed-week", number("missed-week", "factor")))
    elif standing.was_ill is not None:
        found.append(("smaller after an illness", "after-illness", number("after-illness", "factor")))
    return found


def _fresh(bout: Bout, standing: Standing) -> bool:
    return (standing.today - bout.day).days < whole("step-up", "within")


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
    if standing.silent is not None and standing.silent >= whole("silent-week", "days"):
        found.append(("a small start again", "silent-week", number("silent-week", "longest")))
    if not limits.progression:
        found.append(("no growth", "no-growth", _usual(standing)))
    return found


def _usual(standing: Standing) -> float:
    """What one session usually is, for people whose plan must not grow: the median of their last active days."""
    if not standing.active_days:
        return number("no-growth", "start")
    return median(minutes for _, minutes in standing.active_days)


def _sessions(standing: Standing, limits: Limits, *, missed: int, hold: bool = False) -> int:
    low, usual, high = (whole("sessions", name) for name in ("low", "usual", "high"))
    if standing.gap is not None and standing.gap >= whole("missed-week", "days"):
        return low
    if standing.weeks < 1:  # in the first days there is no usual number yet
        return min(max(round(standing.days_a_week), usual), high)
    sessions = max(_often(standing), low)
    if sessions < high and not hold and _earned(standing, limits, missed=missed):
        sessions += 1
    if _starting(standing):
        high = whole("gentle-start", "sessions_high")
    return min(sessions, high)


def _often(standing: Standing) -> int:
    """On how many days a week something is done, as usual or in the last week, whichever is more."""
    return max(round(standing.days_a_week), standing.days_last_week)


def _towards(asked: int, sessions: int, standing: Standing, limits: Limits, *, missed: int) -> int:
    """Sessions on the way to a clinician's goal: never more than asked for; one more than ours where nothing speaks against it."""
    high = whole("gentle-start", "sessions_high") if standing.moves_little else whole("sessions", "high")
    gap = standing.gap is not None and standing.gap >= whole("missed-week", "days")
    held = not limits.progression or _held(standing) is not None  # growth waits, as any growth does
    if asked <= sessions or missed or gap or standing.low or standing.soft or held:
        return min(asked, sessions)
    return max(min(asked, sessions + whole("care-sessions", "step"), high), sessions)


def _shared(sessions: int, minutes: int, total: int) -> tuple[int, int]:
    """Sessions and minutes that stay within ``total``: shorter down to five minutes first, then fewer, then shorter."""
    short, low = whole("smallest", "longest"), whole("sessions", "low")
    while sessions > low and total // sessions < min(minutes, short):
        sessions -= 1
    if total // sessions < whole("smallest", "minutes"):
        sessions = 1
    return sessions, max(min(minutes, total // sessions), 1)
