"""The road to an aim, week by week: frequency, then time, on the same limits of growth as a plan. Never a promise."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from ambulando.ground import InputError, Words
from ambulando.plan.pace import Pace, aim_minutes, in_km, in_unit, pace, unit_of, usual_of
from ambulando.plan.rules import number, whole
from ambulando.plan.standing import Standing
from ambulando.plan.trace import Row, Step, row, step
from ambulando.safety.limits import Limits
from ambulando.safety.profile import Aim, Profile

__all__ = ["Road", "RoadWeek", "in_km", "in_unit", "road", "unit_of"]

#: modalities of which every session counts as loaded, whatever its form
HEAVY = ("running", "strength")

#: what is said where safety asks for no growth
LEVEL = Words(
    "Your safety answers ask us to keep it level, so this road does not climb. What you do counts in full."
)
LEVEL_THERE = Words("You are there. Your safety answers ask us to keep it level, so it stays just like this.")

#: more minutes than a week has: nobody said how much it may hold
ENDLESS = 10_081
#: weeks of a year: no road is drawn further
MOST_WEEKS = 52


@dataclass(frozen=True)
class RoadWeek:
    """A week of the road. ``starts``: days from today; ``minutes``: of each session; ``km`` of the week, where told."""

    starts: int
    sessions: int
    minutes: int
    km: float | None
    words: Words


@dataclass(frozen=True)
class Road:
    """``weeks``: the road; ``reached_in``: the first week that comes to the aim, None where none of these does.

    ``steps``: the numbers with their rules and rows. ``sentence``: what is said with it.
    """

    aim: Aim
    weeks: tuple[RoadWeek, ...]
    reached_in: int | None
    steps: tuple[Step, ...]
    sentence: Words


@dataclass(frozen=True)
class _Bounds:
    """What no week of the road may pass, in minutes: of a session, by growth and by the rules of safety; and of a week."""

    session: float
    session_rule: str
    week: float
    week_rule: str
    heavy: bool
    gentle: bool


def road(aim: Aim, *, standing: Standing, limits: Limits, profile: Profile, weeks: int = 12) -> Road:
    """The weeks from where this person stands to their aim, if every step feels good; growth waits where it does not.

    More often comes first (to three times), then longer, then a fourth time. Once the aim is reached it stays there,
    or goes slowly on where the person wants that. Where safety asks for no growth the road is level.
    Raises InputError for a number of weeks that is not 1 to 52, and for kilometres of a kind without a distance.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise InputError(f"A road can not have {weeks} weeks; please give 1 to {MOST_WEEKS}.")
    known = pace(aim.modality, standing) if aim.km is not None else None
    wanted = aim_minutes(aim, standing)
    usual, often = usual_of(aim.modality, standing)
    rows = _rows(aim, standing)
    steps = [] if known is None else [known.step]
    steps += [
        step("your aim", wanted, "minutes a week", "aim"),
        step("your usual week of it", usual, "minutes", "week-growth", rows),
    ]
    if limits.max_minutes == 0:
        return Road(
            aim, (), None, tuple(steps), Words("For now there is no road to draw. Your answers ask for rest.")
        )
    bounds = _bounds(aim, standing, limits, profile)
    sessions, minutes, first = _start(aim, standing, bounds, usual=usual, often=often, wanted=wanted)
    steps.append(first)
    if not limits.progression:
        level = tuple(_week(place, sessions, minutes, known, profile) for place in range(weeks))
        there = _there(sessions, minutes, wanted)
        steps.append(step("no growth", minutes, "minutes", "no-growth", rows))
        return Road(aim, level, 1 if there else None, tuple(steps), LEVEL_THERE if there else LEVEL)
    found = [_week(0, sessions, minutes, known, profile)]
    reached = 1 if _there(sessions, minutes, wanted) else None
    for place in range(1, weeks):
        sessions, minutes = _next(sessions, minutes, wanted, aim, bounds, weeks=standing.weeks + place)
        found.append(_week(place, sessions, minutes, known, profile))
        if reached is None and _there(sessions, minutes, wanted):
            reached = place + 1
    growth = "growth-loaded" if bounds.heavy else "growth-easy"
    steps += [
        step("a week grows by", number("week-growth", "factor"), "times at most", "week-growth"),
        step("a session grows by", number(growth, "factor"), "times at most", growth),
        step("at most in a session", bounds.session, "minutes", bounds.session_rule),
    ]
    if bounds.week < ENDLESS:
        steps.append(step("at most in the week", bounds.week, "minutes", bounds.week_rule))
    if reached is not None:
        steps.append(step("the aim is reached in week", reached, "of the road", "aim"))
    return Road(aim, tuple(found), reached, tuple(steps), _sentence(reached, found, grow=aim.grow))


def _rows(aim: Aim, standing: Standing) -> list[Row]:
    return [row("bout", bout.start) for bout in standing.last_of.get(aim.modality, ())]


def _there(sessions: int, minutes: int, wanted: float) -> bool:
    """Whether a week comes to the aim, up to what a whole minute a session rounds away."""
    return sessions * (minutes + 1) > wanted


def _bounds(aim: Aim, standing: Standing, limits: Limits, profile: Profile) -> _Bounds:
    session = (number("session-top", "minutes"), "session-top")
    if limits.max_minutes is not None:
        session = min(session, (float(limits.max_minutes), "safety-minutes"))
    week = (float(ENDLESS), "week-growth")
    if profile.minutes_per_week is not None:
        week = min(week, (float(profile.minutes_per_week), "offered"))
    if profile.care and profile.care.minutes_per_week is not None:
        week = min(week, (float(profile.care.minutes_per_week), "care-week"))
    least = max(week[0], number("smallest", "minutes"))
    return _Bounds(*session, least, week[1], aim.modality in HEAVY, standing.moves_little)


def _start(
    aim: Aim, standing: Standing, bounds: _Bounds, *, usual: float, often: float, wanted: float
) -> tuple[int, int, Step]:
    """The first week: as often and as long as the person does it now; a gentle start where they do not."""
    smallest, gap = number("smallest", "minutes"), standing.gap or 0
    sessions, rows = whole("sessions", "low"), _rows(aim, standing)
    if often > 0 and aim.modality in standing.last_of:
        sessions = min(max(round(often), 1), whole("sessions", "high"))
        minutes, rule = min(bout.minutes for bout in standing.last_of[aim.modality]), "week-growth"
        minutes = min(
            minutes, max(usual * number(rule, "factor"), usual + number(rule, "minutes")) / sessions
        )
    elif gap >= whole("restart", "days") and (old := standing.before_gap.get(aim.modality)):
        long = gap >= whole("restart", "long_days")
        minutes, rule = old.minutes * number("restart", "long_factor" if long else "factor"), "restart"
        minutes = min(minutes, number("week-growth", "minutes") / sessions)
        rows = [row("bout", old.start)]
    else:
        minutes, rule = number("gentle-start", "shortest"), "gentle-start"
    if bounds.gentle and standing.weeks < whole("gentle-start", "weeks"):
        minutes = min(minutes, number("gentle-start", "longest"))
    room = bounds.week if aim.grow else min(bounds.week, max(wanted, usual))
    while sessions > 1 and room / sessions < smallest:
        sessions -= 1
    length = max(floor(min(minutes, room / sessions, bounds.session) + 1e-9), 1)
    return sessions, length, step("the first week", sessions * length, "minutes", rule, rows)


def _next(
    sessions: int, minutes: int, wanted: float, aim: Aim, bounds: _Bounds, *, weeks: int
) -> tuple[int, int]:
    """The week after: one session more up to three, else longer, else one more up to four; at the aim slowly or level."""
    past = sessions * minutes
    most = max(past * number("week-growth", "factor"), past + number("week-growth", "minutes"))
    there = _there(sessions, minutes, wanted)
    if there and not aim.grow:
        return sessions, minutes
    if there:  # and slowly more after that
        most = past * number("growth-easy", "factor")
    most = min(most, bounds.week) if aim.grow else min(most, bounds.week, max(wanted, past))
    usual, high = whole("sessions", "usual"), whole("sessions", "high")
    gentle = bounds.gentle and past < number("gentle-start", "little")
    if gentle and weeks < whole("gentle-rise", "weeks"):
        high = whole("gentle-start", "sessions_high")
    if sessions < usual and (sessions + 1) * minutes <= most:
        return sessions + 1, minutes
    longer = _longer(minutes, bounds, gentle=gentle, weeks=weeks)
    if longer == minutes and sessions < high and (sessions + 1) * minutes <= most:
        return sessions + 1, minutes
    return sessions, max(min(longer, floor(most / sessions + 1e-9)), minutes)


def _longer(minutes: int, bounds: _Bounds, *, gentle: bool, weeks: int) -> int:
    """How long a session may be in the next week."""
    rule = "growth-loaded" if bounds.heavy else "growth-easy"
    most = minutes * number(rule, "factor")
    if not bounds.heavy:
        most = max(most, minutes + number(rule, "minutes"))
    if gentle:
        if weeks < whole("gentle-start", "weeks"):
            most = min(most, number("gentle-start", "longest"))
        else:
            early = weeks < whole("gentle-rise", "weeks")
            most = min(most, number("gentle-rise", "longest" if early else "later"))
    return max(floor(min(most, bounds.session) + 1e-9), minutes)


def _week(place: int, sessions: int, minutes: int, known: Pace | None, profile: Profile) -> RoadWeek:
    km = None if known is None else round(sessions * minutes / known.minutes, 1)
    values = {"times": _times(sessions), "minutes": minutes}
    if km is None:
        words = Words("{times}, about {minutes} minutes each", values)
    else:
        unit = unit_of(profile.country)
        far = f"{in_unit(km, unit):.1f}"
        pattern = (
            "{times}, about {minutes} minutes each: {far} miles in all"
            if unit == "mile"
            else "{times}, about {minutes} minutes each: {far} km in all"
        )
        words = Words(pattern, {**values, "far": far})
    return RoadWeek(place * 7, sessions, minutes, km, words)


def _times(sessions: int) -> Words:
    if sessions <= 2:
        return Words("Once") if sessions == 1 else Words("Twice")
    return Words("{n} times", {"n": sessions})


def _sentence(reached: int | None, found: Sequence[RoadWeek], *, grow: bool) -> Words:
    if reached == 1 and grow:
        return Words("You are there already. From here it can go slowly on, as long as it feels good.")
    if reached == 1:
        return Words("You are there already. It can stay just like this.")
    if reached is not None and grow:
        return Words("This is one way there, and then slowly on. It waits whenever you need it to.")
    if reached is not None:
        return Words("This is one way there, and then it stays level. It waits whenever you need it to.")
    if len(found) > 1 and (found[-1].sessions, found[-1].minutes) == (found[-2].sessions, found[-2].minutes):
        return Words(
            "This road climbs as far as your time and your limits let it, and then stays level. All of it counts in full."
        )
    return Words("This road goes towards your aim in small steps. There is no hurry, and each step counts.")
