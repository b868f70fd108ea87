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
    ``days_a_week`` are usual values; ``days_last_week``: active days of the last seven before today. ``gap``: days since the last bout, None without any. ``last_of``: the last three
    bouts of the last 30 days by modality, oldest first. ``softness``: how much softer goals are, 0 (as usual), 1 or 2.
    ``silent``: days before today without a bout or a check-in, None where there never was one. ``was_ill``: the last
    day of an illness after which the first sessions are still to come.
    """

    today: date
    bouts: tuple[Bout, ...]
    active_days: tuple[tuple[date, float], ...]
    longest: Mapping[str, Bout]
    longest_loaded: Mapping[str, Bout]
    before_gap: Mapping[str, Bout]
    week_minutes: float
    days_a_week: float
    days_last_week: int
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
    last_of: Mapping[str, tuple[Bout, ...]]
    softness: int
    silent: int | None
    was_ill: date | None

    @property
    def last(self) -> tuple[Bout, ...]:
        """The sessions that growth is earned with: the last three of any kind, oldest first."""
        return self.bouts[-whole("step-up", "sessions") :]

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
    """Whether an activity loads joints or muscles so much that sessions may only grow by a tenth.

    Strength that is light for an average body, as rising from a chair, loads no more than walking does.
    """
    if activity.modality == "strength":
        return activity.intensity != "light" or activity.impact >= number("growth-loaded", "impact")
    return activity.modality == "running" or activity.impact >= number("growth-loaded", "impact")


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
    by_week = [0.0] * (usual // 7)
    for day, minutes in month:
        by_week[(today - day).days // 7] += minutes
    week = max(by_week)
    often = len(month) / span
    if account and known < usual:  # too few records to stand alone: what the person said still counts
        week = max(week, float(account.days * account.minutes))
        often = max(often, float(account.days))
    energy, mood, noted = _felt(profile, checkins, today)
    low_energy = energy is not None and energy <= number("low-energy", "energy")
    low_mood = mood is not None and mood <= number("soft-percentile", "mood")
    severe = profile.phq9 is not None and profile.phq9 >= number("soft-percentile", "phq9")
    unsure = profile.confidence is not None and profile.confidence < number("soft-percentile", "confidence")
    very = profile.phq9 is not None and profile.phq9 >= number("soft-percentile", "severe")
    softness = min(low_energy + low_mood + severe + unsure + very, 2)
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
        days_last_week=sum((today - day).days <= 7 for day, _ in days if day < today),
        gap=gap,
        weeks=known // 7,
        account=account.minutes if account and known < usual else None,
        energy=energy,
        mood=mood,
        soft=softness > 0,
        low=low_energy or low_mood or severe,
        moves_little=week < number("gentle-start", "little"),
        moves_a_lot=often_enough or week >= number("intensity", "week"),
        checkin=noted,
        last_of=_last_of(month_of_bouts),
        softness=softness,
        silent=_silent([bout.day for bout in kept], checkins, today),
        was_ill=_was_ill(kept, checkins, today),
    )


def _longest(bouts: Sequence[Bout]) -> dict[str, Bout]:
    longest: dict[str, Bout] = {}
    for bout in bouts:
        kind = modality_of(bout)
        if kind not in longest or bout.minutes > longest[kind].minutes:
            longest[kind] = bout
    return longest


def _last_of(bouts: Sequence[Bout]) -> dict[str, tuple[Bout, ...]]:
    found: dict[str, tuple[Bout, ...]] = {}
    for bout in bouts:
        kind = modality_of(bout)
        found[kind] = (*found.get(kind, ()), bout)[-whole("step-up", "sessions") :]
    return found


def _silent(bouts: Sequence[date], checkins: Sequence[CheckIn], today: date) -> int | None:
    """Days since the last word before today: who is back today was silent until then."""
    words = [day for day in (*bouts, *(entry.day for entry in checkins)) if day < today]
    return (today - max(words)).days if words else None


def _was_ill(bouts: Sequence[Bout], checkins: Sequence[CheckIn], today: date) -> date | None:
    """The last ill day before today, while the first sessions after it are still to come."""
    # a history file and the plainest check-ins do not tell of illness
    ill = [entry.day for entry in checkins if getattr(entry, "ill", False) and entry.day < today]
    if not ill or (today - max(ill)).days > whole("after-illness", "days"):
        return None
    since = [bout for bout in bouts if bout.day > max(ill)]
    return None if len(since) >= whole("after-illness", "sessions") else max(ill)


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
