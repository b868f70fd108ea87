"""Distance, climb and time in movement from points, with the thresholds stated."""

from collections.abc import Callable, Iterable, Sequence
from math import asin, cos, radians, sin, sqrt

#: Mean radius of the Earth in metres (IUGG R1 of the WGS 84 ellipsoid, (2a + b) / 3).
EARTH_RADIUS = 6_371_008.8
#: A climb counts once it has risen by this many metres: less is the noise of satellite heights.
CLIMB_STEP = 5.0
#: Someone moves when they get this far in a second (about 1 km/h; a very slow walk is twice that) ...
MOVING_SPEED = 0.3
#: ... looked at over steps of at least this many seconds, because single positions jump about.
MOVING_STEP = 5.0


def metres_between(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres between two points in degrees.

    Haversine: 2 R asin sqrt(sin^2(dlat/2) + cos lat1 cos lat2 sin^2(dlon/2)), R = ``EARTH_RADIUS`` (Sinnott 1984).
    """
    a, b = radians(lat1), radians(lat2)
    h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(h)))


def ascent_of(heights: Iterable[float | None], step: float = CLIMB_STEP) -> float | None:
    """Metres climbed over the heights in order (None: not known), changes below ``step`` metres ignored.

    The height is held until it has changed by at least ``step``; rises of the held height add up. None without heights.
    """
    held: float | None = None
    climbed = 0.0
    for height in heights:
        if height is None:
            continue
        if held is None:
            held = height
        elif abs(height - held) >= step:
            climbed += max(0.0, height - held)
            held = height
    return None if held is None else climbed


def moving_of(seconds: Sequence[float], between: Callable[[int, int], float]) -> float:
    """Seconds in movement: the sum of the steps (at least ``MOVING_STEP`` long) covered at ``MOVING_SPEED`` or faster.

    ``seconds`` are the times of the points, rising; ``between(i, j)`` is the distance in metres from point i to j.
    """
    moving = 0.0
    start = 0
    last = len(seconds) - 1
    for point in range(1, len(seconds)):
        step = seconds[point] - seconds[start]
        if step <= 0 or (step < MOVING_STEP and point != last):
            continue
        if between(start, point) >= MOVING_SPEED * step:
            moving += step
        start = point
    return moving
