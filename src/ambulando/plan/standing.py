"""Where a person stands today: what their bouts, check-ins and profile say before anything is planned."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity, catalogue
from ambulando.plan.rules import number, whole
from ambulando.plan.trace import Row, row
from ambulando.safety.profile import Profile


class CheckIn(Protocol):
    """A dated check-in; mood and energy are 0-10 or None."""

    @property
    def day(self) -> date: ...
    @property
    def mood(self) -> float | None: ...
    @property
    def energy(self) -> float | None: ...


@dataclass(frozen=True)
class Standing:
    """A person today. Minutes are minutes; days are local dates.

    ``active_days``: minutes per day of up to nine last active days, oldest first. ``longest``: the longest bout of the
    last 30 days by modality; ``longest_loaded``: the same among loaded activities; ``before_gap``: the same for the 30 days before the last bout. ``week_minutes`` and
    ``days_a_week`` are usual values. ``gap``: days since the last bout, None without any.
    """

    today: date
    bouts: tuple[Bout, ...]
    active_days: tuple[tuple[date, float], ...]
    longest: Mapping[str, Bout]
    longest_loaded: Mapping[str, Bout]
    before_gap: Mapping[str, Bout]
    week_minutes: float
    days_a_week: float
    gap: int | None
    weeks: int
    account: int | None
    energy: float | None
    mood: float | None
    soft: bool
    low: bool
    moves_little: bool
    moves_a_lot: bool
    checkin: date | None

    @property
    def bout_rows(self) -> list[Row]:
        """The bouts of the active days that goals come from."""
        days = {day for day, _ in self.active_days}
        return [row("bout", bout.start) for bout in self.bouts if bout.day in days]

    @property
    def checkin_rows(self) -> list[Row]:
        return [] if self.checkin is None else [row("checkin", self.checkin)]

    @property
    def longest_any(self) -> Bout | None:
        """The longest bout of any kind in the last 30 days."""
        return max(self.longest.values(), key=lambda bout: bout.minutes, default=None)

    @property
    def recent(self) -> tuple[Bout, ...]:
        """The bouts of the last 30 days, oldest first."""
        return within(self.bouts, self.today, whole("growth-easy", "days"))


def modality_of(bout: Bout) -> str:
    """The modality of what was done."""
    return catalogue()[bout.activity].modality


def loaded(activity: Activity) -> bool:
    """Whether an activity loads joints or muscles so much that sessions may only grow by a tenth."""
    return activity.modality in ("running", "strength") or activity.impact >= number(
        "growth-loaded", "impact"
    )


def within(bouts: Sequence[Bout], today: date, days: int) -> tuple[Bout, ...]:
    """The bouts of the ``days`` days that end with ``today``."""
    return tuple(bout for bout in bouts if 0 <= (today - bout.day).days < days)


def standing(
    profile: Profile, *, today: date, bouts: Sequence[Bout] = (), checkins: Sequence[CheckIn] = ()
) -> Standing:
    """Where this person stands today. Bouts after ``today``, and those too old to tell, are left out."""
    kept = sorted(within(bouts, today, whole("recent-days", "memory")), key=lambda bout: bout.start)
    kept = [bout for bout in kept if bout.minutes > 0]
    by_day: defaultdict[date, float] = defaultdict(float)
    for bout in kept:
        by_day[bout.day] += bout.minutes
    # less than the smallest version tells nothing about what a session can be
    days = tuple(
        (day, minutes) for day, minutes in sorted(by_day.items()) if minutes >= number("smallest", "minutes")
    )
    gap = (today - days[-1][0]).days if days else None
    known = (today - days[0][0]).days + 1 if days else 0
    account = profile.active if profile.active and profile.active.days * profile.active.minutes > 0 else None
    usual = whole("week-growth", "usual")
    month = [(day, minutes) for day, minutes in days if (today - day).days < usual]
    span = max(min(known, usual), 7) / 7
    week = max(
        sum(minutes for day, minutes in month if (today - day).days < whole("week-growth", "recent")),
        sum(minutes for _, minutes in month) / span,
    )
    often = len(month) / span
    if account and known < usual:  # too few records to stand alone: what the person said still counts
        week = max(week, float(account.days * account.minutes))
        often = max(often, float(account.days))
    energy, mood, noted = _felt(profile, checkins, today)
    low_energy = energy is not None and energy <= number("low-energy", "energy")
    low_mood = mood is not None and mood <= number("soft-percentile", "mood")
    severe = profile.phq9 is not None and profile.phq9 >= number("soft-percentile", "phq9")
    unsure = profile.confidence is not None and profile.confidence < number("soft-percentile", "confidence")
    month_of_bouts = within(kept, today, whole("growth-easy", "days"))
    often_enough = often >= number("intensity", "days") and week / often >= number("intensity", "minutes")
    return Standing(
        today=today,
        bouts=tuple(kept),
        active_days=days[-whole("recent-days", "days") :],
        longest=_longest(month_of_bouts),
        longest_loaded=_longest([bout for bout in month_of_bouts if loaded(catalogue()[bout.activity])]),
        before_gap=_longest(within(kept, days[-1][0], whole("restart", "before"))) if days else {},
        week_minutes=week,
        days_a_week=often,
        gap=gap,
        weeks=known // 7,
        account=account.minutes if account and known < usual else None,
        energy=energy,
        mood=mood,
        soft=low_energy or low_mood or severe or unsure,
        low=low_energy or low_mood or severe,
        moves_little=week < number("gentle-start", "little"),
        moves_a_lot=often_enough or week >= number("intensity", "week"),
        checkin=noted,
    )


def _longest(bouts: Sequence[Bout]) -> dict[str, Bout]:
    longest: dict[str, Bout] = {}
    for bout in bouts:
        kind = modality_of(bout)
        if kind not in longest or bout.minutes > longest[kind].minutes:
            longest[kind] = bout
    return longest


def _felt(
    profile: Profile, checkins: Sequence[CheckIn], today: date
) -> tuple[float | None, float | None, date | None]:
    """Energy and mood as last told: a check-in of today or yesterday comes before the profile."""
    fresh = [entry for entry in checkins if today - timedelta(days=1) <= entry.day <= today]
    if not fresh:
        energy = None if profile.energy is None else float(profile.energy)
        return energy, None, None
    last = max(fresh, key=lambda entry: entry.day)
    energy = last.energy if last.energy is not None else profile.energy
    return energy, last.mood, last.day
