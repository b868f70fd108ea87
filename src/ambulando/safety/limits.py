"""What a plan has to stay within, and how several limits become one."""

from dataclasses import dataclass

INTENSITIES = ("light", "moderate", "vigorous")


@dataclass(frozen=True)
class Limits:
    """Bounds on what may be offered; the defaults bind nothing.

    ``max_minutes`` is for one session (None: no bound; 0: no session at all). ``max_impact`` is 0 to 3 as in the
    catalogue. ``progression`` False: the plan never grows by itself. ``earliest_hour`` and
    ``latest_hour``: no session begins before, or ends after, this
    hour of the day. ``no_floor``: nothing that gets down to the floor. ``no_falls``: nothing in which a fall or a knock is
    likely. ``no_heat``: no hot rooms or hot hours. ``share``: of the minutes that would be planned for today, 0 to 1.
    ``no_numbers``: show no counts or scores of exercise. ``no_heart_rate``: no heart rate zones. ``seated``: only
    what can be done sitting.
    """

    max_intensity: str = "vigorous"
    max_minutes: int | None = None
    max_impact: int = 3
    progression: bool = True
    earliest_hour: int | None = None
    latest_hour: int | None = None
    no_floor: bool = False
    no_falls: bool = False
    no_heat: bool = False
    no_numbers: bool = False
    no_heart_rate: bool = False
    seated: bool = False
    share: float = 1.0


def tightest(*limits: Limits) -> Limits:
    """The limits that keep within all of these; without any, limits that bind nothing."""
    minutes = [one.max_minutes for one in limits if one.max_minutes is not None]
    earliest = [one.earliest_hour for one in limits if one.earliest_hour is not None]
    latest = [one.latest_hour for one in limits if one.latest_hour is not None]
    return Limits(
        max_intensity=min(
            (one.max_intensity for one in limits), key=INTENSITIES.index, default=INTENSITIES[-1]
        ),
        max_minutes=min(minutes, default=None),
        max_impact=min((one.max_impact for one in limits), default=3),
        progression=all(one.progression for one in limits),
        earliest_hour=max(earliest, default=None),
        latest_hour=min(latest, default=None),
        no_floor=any(one.no_floor for one in limits),
        no_falls=any(one.no_falls for one in limits),
        no_heat=any(one.no_heat for one in limits),
        no_numbers=any(one.no_numbers for one in limits),
        no_heart_rate=any(one.no_heart_rate for one in limits),
        seated=any(one.seated for one in limits),
        share=min((one.share for one in limits), default=1.0),
    )
