"""The model of ``fit`` for many people at once, compiled: the same columns, the same pass, the same mixture.

Plain loops, one person after the other; ``batch`` gives each processor its share. Nothing is estimated in another way than in
 ``design``, ``model``, ``gram`` and ``mixture``; a test holds the two to 1e-9. Needs Numba.
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ambulando.response.design import COVARIATE_SHARE, STOCK_DAYS, WEEKDAY_DAYS, weekday_contrasts
from ambulando.response.grades import A_DAYS, B_DAYS, EACH_SIDE
from ambulando.response.gram import WIDE
from ambulando.response.priors import SESSION_MINUTES, SESSIONS_A_WEEK

Floats = NDArray[np.float64]

#: Sums may be taken in any order. Never "nnan" or "ninf": they delete the tests for days without a rating.
FAST = {"reassoc", "contract", "arcp", "nsz"}

#: What is told of an effect: mean, sd, both ends of the 95% interval, p_positive, p_matters, p_worse.
TOLD = 7
#: The columns of a modality: its effects, and what a draw decided apart from what was chosen.
SAME, NEXT, WEEKS, DRAWN, OBSERVED = range(5)
#: The other columns; from MORNING on they are from before the session.
LEVEL, TREND, WEEKDAY, DRAW, MORNING, NO_MORNING, SLEEP, NO_SLEEP = 0, 1, 2, 8, 9, 10, 11, 12
COMMON = 13

_KEEP = math.exp(-1.0 / STOCK_DAYS)
_CONTRASTS = weekday_contrasts()
#: Pieces of a table of the distribution function.
_PIECES = 1000


def student_tables(shape: float, days: int) -> Floats:
    """F and dF/da of Student's t at even angles a = atan(t / sqrt(df)), for df = 2 shape + 0, 1, ... days.

    Shape (days + 1, pieces + 1, 2); by Simpson's rule, as ``mixture`` does it.
    """
    angle = np.linspace(-math.pi / 2, math.pi / 2, 2 * _PIECES + 1)
    out = np.empty((days + 1, _PIECES + 1, 2))
    cosine = np.maximum(np.cos(angle), 0.0)
    for more in range(days + 1):
        density = cosine ** (2 * shape + more - 1)
        steps = (density[2::2] + 4 * density[1::2] + density[:-1:2]) / 6
        below = np.concatenate([[0.0], np.cumsum(steps)])
        out[more, :, 0] = below / below[-1]
        out[more, :, 1] = density[::2] / below[-1]
    return out


@njit(fastmath=FAST, cache=True)
def _student(table: Floats, t: float, root: float) -> tuple[float, float]:
    """P(T <= t) and the density at t. root: sqrt(df)."""
    piece = math.pi / _PIECES
    ratio = t / root
    x = (math.atan(ratio) + math.pi / 2) / piece
    k = min(max(int(x), 0), _PIECES - 1)
    x -= k
    left, right = table[k, 1], table[k + 1, 1]
    rise = table[k + 1, 0] - table[k, 0]
    third, fourth = 3 * rise - 2 * left - right, left + right - 2 * rise
    below = table[k, 0] + x * (left + x * (third + x * fourth))
    slope = left + x * (2 * third + 3 * x * fourth)
    return below, slope / piece / root / (1.0 + ratio * ratio)


@njit(fastmath=FAST, cache=True)
def _posterior(
    gram: Floats, log_det: Floats, pick: Any, mean: Floats, sd: Floats, unit: float, count: int, log_prior: Floats,
    shape: float, variance: float, wanted: Any, location: Floats, scale: Floats, weight: Floats,
) -> float:  # fmt: skip
    """As ``model.conjugate`` for the columns ``pick`` (y last): fills weight (G,) and, for the places ``wanted`` in it,
    location and scale (G, E); returns the posterior mean of s^2."""
    points, size, root = gram.shape[0], pick.size - 1, 1.0 / math.sqrt(unit)
    y = pick[size]
    after = shape + count / 2.0
    start = variance * (shape - 1.0)
    factor, move, rate = np.empty((size, size)), np.empty(size), np.empty(points)
    for g in range(points):
        squares, log_root = gram[g, y, y], 0.0
        for i in range(size):
            fitted = 0.0
            for j in range(size):
                fitted += gram[g, pick[i], pick[j]] * mean[pick[j]]
            cross = gram[g, pick[i], y]
            squares -= mean[pick[i]] * (2.0 * cross - fitted)
            move[i] = (cross - fitted) * sd[pick[i]] * root
            for j in range(i + 1):
                factor[i, j] = gram[g, pick[i], pick[j]] * (sd[pick[i]] * root) * (sd[pick[j]] * root)
            factor[i, i] += 1.0
        for j in range(size):  # Cholesky
            value = factor[j, j]
            for k in range(j):
                value -= factor[j, k] * factor[j, k]
            value = math.sqrt(value)
            factor[j, j] = value
            log_root += math.log(value)
            for i in range(j + 1, size):
                value = factor[i, j]
                for k in range(j):
                    value -= factor[i, k] * factor[j, k]
                factor[i, j] = value / factor[j, j]
        for i in range(size):
            value = move[i]
            for k in range(i):
                value -= factor[i, k] * move[k]
            move[i] = value / factor[i, i]
            squares -= move[i] * move[i]
        rate[g] = start + 0.5 * max(squares, 0.0)
        if wanted.size:
            for j in range(size):  # the inverse of the factor, in its place
                factor[j, j] = 1.0 / factor[j, j]
                for i in range(j + 1, size):
                    value = 0.0
                    for k in range(j, i):
                        value += factor[i, k] * factor[k, j]
                    factor[i, j] = -value / factor[i, i]
            for e in range(wanted.size):
                at = wanted[e]
                if at < 0:
                    continue
                shift, spread = 0.0, 0.0
                for k in range(at, size):
                    shift += factor[k, at] * move[k]
                    spread += factor[k, at] * factor[k, at]
                location[g, e] = mean[pick[at]] + shift * sd[pick[at]] * root
                scale[g, e] = math.sqrt(spread * rate[g] / after) * sd[pick[at]] * root
        weight[g] = log_prior[g] - 0.5 * log_det[g] - log_root - after * math.log(rate[g])
    top, total, expected = weight.max(), 0.0, 0.0
    for g in range(points):
        weight[g] = math.exp(weight[g] - top)
        total += weight[g]
    for g in range(points):
        weight[g] /= total
        expected += weight[g] * rate[g] / (after - 1.0)
    return expected


@njit(fastmath=FAST, cache=True)
def _summary(
    weight: Floats, location: Floats, scale: Floats, df: float, table: Floats, matters: float, told: Floats
) -> None:
    """As ``mixture.summaries`` for one effect; fills told (TOLD,)."""
    root = math.sqrt(df)
    mean, variance = 0.0, 0.0
    for g in range(weight.size):
        mean += weight[g] * location[g]
    for g in range(weight.size):
        variance += weight[g] * (scale[g] ** 2 * (df / (df - 2.0)) + (location[g] - mean) ** 2)
    sd = math.sqrt(variance)
    told[0], told[1] = mean, sd
    for end in range(2):
        wanted = 0.025 if end == 0 else 0.975
        low, high = mean - 15.0 * sd, mean + 15.0 * sd
        x = mean + (-1.96 if end == 0 else 1.96) * sd
        for _ in range(60):
            below, slope = 0.0, 1e-300
            for g in range(weight.size):
                one, each = _student(table, (x - location[g]) / scale[g], root)
                below += weight[g] * one
                slope += weight[g] * each / scale[g]
            if below < wanted:
                low = x
            else:
                high = x
            then = x - (below - wanted) / slope
            if then <= low or then >= high:
                then = (low + high) / 2
            moved, x = abs(then - x), then
            if moved <= 1e-7 * sd:
                break
        told[2 + end] = x
    for mark in range(3):
        below = 0.0
        for g in range(weight.size):
            x = matters if mark == 1 else (-matters if mark == 2 else 0.0)
            below += weight[g] * _student(table, (x - location[g]) / scale[g], root)[0]
        told[4 + mark] = below if mark == 2 else 1.0 - below


@njit(fastmath=FAST, cache=True)
def _rating(column: Floats, missing: Floats, values: Floats, seen: Any, days: int) -> bool:
    """A rating from before the session as two columns: itself less its mean, and a level for days that lack it."""
    given, total, rated, low, high = 0, 0.0, 0, math.inf, -math.inf
    for t in range(values.size):
        if seen[t]:
            rated += 1
            if not math.isnan(values[t]):
                given += 1
                total += values[t]
                low, high = min(low, values[t]), max(high, values[t])
    if rated == 0 or given < COVARIATE_SHARE * rated or low >= high:
        return False
    mean = total / given
    for t in range(days):
        known = not math.isnan(values[t])
        column[t] = values[t] - mean if known else 0.0
        missing[t] = 1.0 if seen[t] and not known else 0.0
    return True


@njit(fastmath=FAST, cache=True)
def _doses(columns: Floats, minutes: Floats, drawn: Any, met: float, kappa: float, days: int) -> None:
    """The five columns (5, T) of one modality at one dose scale, as ``design`` has them."""
    rate = met / 4.0 / kappa
    full = math.expm1(-rate * SESSION_MINUTES)
    total, known, start, first = 0.0, 0, 0.0, 0
    for t in range(days):
        if not math.isnan(minutes[t]):
            dose = math.expm1(-rate * minutes[t]) / full
            columns[SAME, t] = dose
            total += dose
            known += 1
            if first < 14:
                start += dose
                first += 1
    usual = total / max(known, 1)
    level = start / max(first, 1)
    before = usual
    for t in range(days):
        if math.isnan(minutes[t]):
            columns[SAME, t] = usual
        dose = columns[SAME, t]
        columns[NEXT, t] = before
        before = dose
        level = _KEEP * level + (1.0 - _KEEP) * dose
        columns[WEEKS, t] = level / (SESSIONS_A_WEEK / 7.0)
        columns[DRAWN, t] = dose if drawn[t] else 0.0
        columns[OBSERVED, t] = 0.0 if drawn[t] else dose


@njit(fastmath=FAST, cache=True)
def _grades(minutes: Floats, seen: Any, drawn: Any, grade: Any) -> None:
    """As ``grades.grade_of``: 0 for A, 1 for B, 2 for C, by modality."""
    rated, draws, rest = 0, 0, 0
    for t in range(seen.size):
        if seen[t]:
            rated += 1
            if drawn[t]:
                draws += 1
                total = 0.0
                for k in range(minutes.shape[0]):
                    total += minutes[k, t]
                if total == 0.0:
                    rest += 1
    for k in range(minutes.shape[0]):
        sessions, drawn_sessions = 0, 0
        for t in range(seen.size):
            if seen[t] and minutes[k, t] > 0:
                sessions += 1
                if drawn[t]:
                    drawn_sessions += 1
        grade[k] = 2
        if draws >= A_DAYS and drawn_sessions >= EACH_SIDE and rest >= EACH_SIDE:
            grade[k] = 0
        elif rated >= B_DAYS and sessions >= EACH_SIDE and rated - sessions >= EACH_SIDE:
            grade[k] = 1


@njit(nogil=True, fastmath=FAST, cache=True)
def solve(
    mood: Floats, minutes: Floats, morning: Floats, sleep: Floats, drawn: Any, weekday: Any, met: Floats, phi: Floats,
    rho: Floats, kappa: Floats, log_prior: Floats, mean: Floats, sd: Floats, shape: float, variance: float, matters: float,
    tables: Floats, told: Floats, grade: Any, rated: Any, noise: Floats,
) -> None:  # fmt: skip
    """The answers of N people, into told (N, K, 3, TOLD), grade (N, K), rated (N,) and noise (N,), the SD of an evening.

    mood, morning, sleep: (N, T), NaN where not given; minutes: (N, K, T), NaN on a gap; drawn: (N, T); weekday: (N,), of
    the first day, -1 where it is not known; met: (K,); phi, rho: (P,); kappa: (S,); log_prior: (P S,); mean, sd:
    (COMMON + 5 K,), of the columns in their order; tables: of ``student_tables``. What somebody has not done is left alone.
    """
    people, days = mood.shape
    kinds, pairs, scales = minutes.shape[1], phi.size, kappa.size
    size = COMMON + 5 * kinds
    for n in range(people):
        begin, end = days, 0
        for t in range(days):
            here = not (math.isnan(mood[n, t]) and math.isnan(morning[n, t]) and math.isnan(sleep[n, t]))
            for k in range(kinds):
                here = here or not math.isnan(minutes[n, k, t])
            if here:
                begin, end = min(begin, t), t + 1
        span = max(end - begin, 0)
        begin = min(begin, end)
        seen = np.empty(span, dtype=np.bool_)
        first, last, count = span, 0, 0
        for t in range(span):
            seen[t] = not math.isnan(mood[n, begin + t])
            if seen[t]:
                first, last, count = min(first, t), t, count + 1
        rated[n] = count
        own = minutes[n, :, begin : begin + span]
        draws = drawn[n, begin : begin + span]
        _grades(own, seen, draws, grade[n])
        by_draw = False
        for k in range(kinds):
            by_draw = by_draw or grade[n, k] == 0

        # The columns: those of nobody are left out.
        common = np.zeros((COMMON, span))
        used = np.zeros(size, dtype=np.bool_)
        used[LEVEL] = used[TREND] = True
        middle = (first + last) / 2 if count else 0.0
        for t in range(span):
            common[LEVEL, t] = 1.0
            common[TREND, t] = (t - middle) / 90.0
            common[DRAW, t] = 1.0 if draws[t] else 0.0
        used[DRAW] = by_draw
        if weekday[n] >= 0 and count >= WEEKDAY_DAYS:
            for c in range(6):
                used[WEEKDAY + c] = True
                for t in range(span):
                    common[WEEKDAY + c, t] = _CONTRASTS[c, (weekday[n] + begin + t) % 7]
        for at, values in ((MORNING, morning), (SLEEP, sleep)):
            if _rating(common[at], common[at + 1], values[n, begin : begin + span], seen, span):
                used[at] = used[at + 1] = True
        for k in range(kinds):
            done = False
            for t in range(span):
                done = done or own[k, t] > 0
            for kind in range(5):
                later, split = kind in (NEXT, WEEKS), kind in (DRAWN, OBSERVED)
                used[COMMON + 5 * k + kind] = done and (later or split == (grade[n, k] == 0))
        place = np.full(size + 1, -1)
        shared, width = 0, 0
        for c in range(size):
            if used[c]:
                place[c] = width
                width += 1
                shared += c < COMMON
        each = width - shared
        wide = shared + scales * each + 1
        columns = np.zeros((span, wide))
        for c in range(COMMON):
            if used[c]:
                for t in range(span):
                    columns[t, place[c]] = common[c, t]
        block = np.empty((5, span))
        for s in range(scales):
            for k in range(kinds):
                if not used[COMMON + 5 * k + NEXT]:
                    continue
                _doses(block, own[k], draws, met[k], kappa[s], span)
                for kind in range(5):
                    if used[COMMON + 5 * k + kind]:
                        at = place[COMMON + 5 * k + kind] + s * each
                        for t in range(span):
                            columns[t, at] = block[kind, t]
        for t in range(span):
            columns[t, wide - 1] = mood[n, begin + t] if seen[t] else 0.0

        # One pass at each pair, and the inner products of what it leaves; those of the shared columns once.
        gram, log_det = np.empty((pairs * scales, width + 1, width + 1)), np.empty(pairs * scales)
        white, state = np.empty((wide, count)), np.empty(wide)
        for p in range(pairs):
            state[:] = 0.0
            ahead, lost, log, row = rho[p], 1.0 - rho[p], 0.0, 0
            shock = (1.0 - phi[p] * phi[p]) * rho[p]
            for t in range(span):
                if seen[t]:
                    total = ahead + lost
                    over, gain = 1.0 / math.sqrt(total), ahead / total
                    for c in range(wide):
                        innovation = columns[t, c] - state[c]
                        white[c, row] = innovation * over
                        state[c] = phi[p] * (state[c] + gain * innovation)
                    log += math.log(total)
                    row += 1
                    ahead = phi[p] * phi[p] * ahead * lost / total + shock
                else:
                    for c in range(wide):
                        state[c] *= phi[p]
                    ahead = phi[p] * phi[p] * ahead + shock
            for s in range(scales):
                g = p * scales + s
                log_det[g] = log
                for i in range(width + 1):
                    at = wide - 1 if i == width else (i if i < shared else i + s * each)
                    for j in range(i + 1):
                        if s > 0 and i < shared:
                            gram[g, i, j] = gram[g - s, i, j]
                        else:
                            other = wide - 1 if j == width else (j if j < shared else j + s * each)
                            value = 0.0
                            for r in range(count):
                                value += white[at, r] * white[other, r]
                            gram[g, i, j] = value
                        gram[g, j, i] = gram[g, i, j]

        # Same-day effects with the ratings from before the session, the others without.
        own_mean, own_sd = np.empty(width), np.empty(width)
        wide_mean, wide_sd = np.empty(width), np.empty(width)
        with_them, without = np.empty(width + 1, dtype=np.int64), np.empty(width + 1, dtype=np.int64)
        many, fewer = 0, 0
        spot = np.full(width, -1)
        for c in range(size):
            if used[c]:
                own_mean[place[c]], own_sd[place[c]] = mean[c], sd[c]
                # The unit of s^2 is the same whatever is believed of the effects.
                wide_mean[place[c]] = WIDE[0] if c >= COMMON else mean[c]
                wide_sd[place[c]] = WIDE[1] if c >= COMMON else sd[c]
                with_them[many] = place[c]
                many += 1
                if not MORNING <= c <= NO_SLEEP:
                    without[fewer] = place[c]
                    spot[place[c]] = fewer
                    fewer += 1
        with_them[many], without[fewer] = width, width
        wanted = np.full(3 * kinds, -1)
        wanted_without = np.full(3 * kinds, -1)
        for k in range(kinds):
            if used[COMMON + 5 * k + NEXT]:
                wanted[3 * k] = place[COMMON + 5 * k + (DRAWN if grade[n, k] == 0 else SAME)]
                wanted_without[3 * k] = spot[wanted[3 * k]]
                for kind in (NEXT, WEEKS):
                    wanted_without[3 * k + kind] = spot[place[COMMON + 5 * k + kind]]
        nothing = np.empty(0, dtype=np.int64)
        location, scale = np.empty((pairs * scales, 3 * kinds)), np.empty((pairs * scales, 3 * kinds))
        weight = np.empty(pairs * scales)
        df, table = 2.0 * shape + count, tables[count]
        pick = without[: fewer + 1]
        unit = _posterior(gram, log_det, pick, wide_mean, wide_sd, variance, count, log_prior, shape, variance, nothing, location, scale, weight)  # fmt: skip
        s2 = _posterior(gram, log_det, pick, own_mean, own_sd, unit, count, log_prior, shape, variance, wanted_without, location, scale, weight)  # fmt: skip
        for e in range(3 * kinds):
            if wanted_without[e] >= 0 and (e % 3 > 0 or fewer == many):
                _summary(weight, location[:, e], scale[:, e], df, table, matters, told[n, e // 3, e % 3])
        if fewer < many:
            pick = with_them[: many + 1]
            unit = _posterior(gram, log_det, pick, wide_mean, wide_sd, variance, count, log_prior, shape, variance, nothing, location, scale, weight)  # fmt: skip
            s2 = _posterior(gram, log_det, pick, own_mean, own_sd, unit, count, log_prior, shape, variance, wanted, location, scale, weight)  # fmt: skip
            for k in range(kinds):
                if wanted[3 * k] >= 0:
                    _summary(weight, location[:, 3 * k], scale[:, 3 * k], df, table, matters, told[n, k, 0])
        noise[n] = math.sqrt(s2)
