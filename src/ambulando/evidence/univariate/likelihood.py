"""The maximum of the likelihood or restricted likelihood in tau2, with a proof that no other is higher.

Twice the score is A - B with A = y'PPy and B = tr P (REML) or sum w (ML). Both fall in t, and so do the relative slopes
hA = C / A and hB = D / B (Cauchy-Schwarz in the eigenbasis, see ``sums``). With F = log A - log B, F' = hB - 2 hA lies below
hB(l) - 2 hA(r) on an interval [l, r]: four sums at its ends often prove that F only falls there, or has one sign. Beyond
t = vmax - 2 vmin, F only falls. Intervals that stay open are cut until every rise of F through zero is found, so each
local maximum is known; the highest wins. Score and information: Viechtbauer 2005, J Educ Behav Stat 30:261.
"""

import math
from itertools import pairwise

from ambulando.evidence.univariate.sums import One, Sums

#: After a Newton step this small, relative to tau2 plus the smallest variance, the next would be beyond double precision.
SETTLED = 1e-8
#: After another step, which halves the distance or so, it must be this small.
SLOW = 1e-14
MAX_STEPS = 200
#: Steps after which a climb that has not settled bisects.
PATIENCE = 30
#: The relative width at which an interval is cut no more: there a rise and a fall of the score lie so near to each other
#: that the likelihood does not change between them.
NARROW = 1e-9
MOST_POINTS = 10_000


def step_of(sums: One, restricted: bool) -> tuple[float, float, float]:
    """Twice the score, the step to its root, and how small a step means that it is found: Newton on B / A (linear in t for
    equal variances), else Fisher scoring."""
    _, a, c, b, d, s1, s2 = sums
    if not restricted:
        b, d = s1, s2
    score = a - b
    bend = 2 * b * c - a * d
    # Where the ratio is nearly flat Newton would leap; scoring goes uphill everywhere.
    if bend > 0.05 * a * d:
        return score, score * a / bend, SETTLED
    return score, score / d, SLOW


def climb(
    sums: Sums, restricted: bool, start: float, low: float = 0.0, high: float = math.inf
) -> tuple[float, bool, int]:
    """A local maximum from ``start`` inside (low, high): the place, whether it was found, the steps. Zero is one if F(0) <= 0."""
    t, floor, tried = start, sums.low, False
    for step in range(1, MAX_STEPS + 1):
        score, move, enough = step_of(sums.at(t), restricted)
        if not math.isfinite(move):
            return t, False, step
        if score > 0:
            low = t
        elif t == 0:
            return 0.0, True, step
        else:
            high = t
        after = t + move
        if abs(move) <= enough * (t + floor):
            return max(after, 0.0), True, step
        slow = step > PATIENCE
        if (after <= low or slow) and low == 0 and score <= 0 and not tried:
            # Zero itself is tried once: a maximum may sit there.
            after, tried = 0.0, True
        elif slow:
            after = (low + high) / 2 if high < math.inf else 2 * t + floor
        elif after <= low:
            after = (t + low) / 2
        elif after >= high:
            after = (t + high) / 2
        t = after
        if high < math.inf and high - low <= 1e-15 * high:
            return t, True, step
    return t, False, MAX_STEPS


Point = tuple[float, float, float, float]


def rises(sums: Sums, restricted: bool, found: float) -> list[tuple[float, float]]:
    """Brackets of local maxima other than the one at ``found``; empty proves that there is none.

    A bracket (0, 0) stands for a maximum at zero, one that ends at infinity for one beyond the range of the variances.
    """
    low, end = sums.low, sums.high - 2 * sums.low
    if end <= 0:
        return []
    known = [_slopes(sums, restricted, t) for t in ((0.0, found, end) if 0 < found < end else (0.0, end))]
    waiting = known[:0:-1]
    points = known[:1]
    while waiting:
        left, right = points[-1], waiting[-1]
        narrow = right[0] - left[0] <= NARROW * (right[0] + low)
        if narrow or len(points) > MOST_POINTS or _closed(left, right):
            points.append(waiting.pop())
        else:
            middle = math.sqrt((left[0] + low) * (right[0] + low)) - low
            waiting.append(_slopes(sums, restricted, middle))
    brackets = [(0.0, 0.0)] if points[0][1] <= 0 else []
    brackets += [(a[0], b[0]) for a, b in pairwise(points) if a[1] > 0 >= b[1]]
    if points[-1][1] > 0:
        # Beyond the last point F only falls, and ends below zero.
        brackets.append((end, math.inf))
    return [(a, b) for a, b in brackets if not a <= found <= b]


def _slopes(sums: Sums, restricted: bool, t: float) -> Point:
    """t, F, hA, hB."""
    _, a, c, b, d, s1, s2 = sums.at(t)
    if not restricted:
        b, d = s1, s2
    if not a > 0:
        return t, -math.inf, math.inf, d / b
    return t, math.log(a / b), c / a, d / b


def _closed(left: Point, right: Point) -> bool:
    """Whether it is proved that between both F only falls, only rises, or keeps its sign."""
    steepest = left[3] - 2 * right[2]
    if steepest < 0 or right[3] > 2 * left[2]:
        return True
    climb_at_most = steepest * (right[0] - left[0])
    return left[1] + climb_at_most < 0 or right[1] - climb_at_most > 0
