"""What looks odd about rows that are to be added to an analysis: each doubt is a sentence that names study and row.

A doubt is a hint for a person, never a correction, and none of them keeps a row out.
"""

import math
from collections.abc import Sequence
from statistics import median

from ambulando.evidence import base
from ambulando.evidence.additions import slug, year_in
from ambulando.evidence.recompute import effects_of
from ambulando.evidence.rows import Contrast, DoseRow, EffectContrast, EventContrast
from ambulando.evidence.univariate.pooling import Pooled

#: Standardised differences beyond this are rare among trials, and more often a slip.
LARGE = 3.0
#: Standard deviations of two arms on one scale hardly differ by more than this factor.
UNLIKE = 4.0
#: 95% normal quantile
Z = 1.959963984540054
#: Hardly anybody does more, in marginal MET-hours a week; a minute is a sixtieth of an hour.
MUCH = 150.0

NUMBERS = {
    Contrast: ("n_arm", "mean_arm", "sd_arm", "n_against", "mean_against", "sd_against"),
    EventContrast: ("events_arm", "n_arm", "events_against", "n_against"),
    EffectContrast: ("yi", "vi"),
}


def numbers_of(row: base.AnyContrast) -> tuple[float, ...]:
    """The figures of a row that make it the same as another."""
    return tuple(getattr(row, name) for name in NUMBERS[type(row)])


def same(row: base.AnyContrast, others: Sequence[base.AnyContrast]) -> base.AnyContrast | None:
    """A row of the same study with the same figures."""
    for other in others:
        if (
            slug(other.study) == slug(row.study)
            and type(other) is type(row)
            and numbers_of(other) == numbers_of(row)
        ):
            return other
    return None


def of_contrasts(
    new: Sequence[base.AnyContrast], old: Sequence[base.AnyContrast], before: Pooled
) -> tuple[str, ...]:
    """Doubts about ``new`` contrasts beside the ``old`` ones of an analysis and their pooled effect ``before``."""
    found: list[str] = []
    effects, _ = effects_of([*old, *new])
    fresh = list(zip(new, effects.yi[len(old) :].tolist(), effects.vi[len(old) :].tolist(), strict=True))
    others: list[base.AnyContrast] = list(old)
    for row, effect, variance in fresh:
        place = f"{row.study} ({row.where})"
        found += _twice(row, others, place)
        found += _direction(place, effect, variance, before)
        found += _far(place, effect, variance, before)
        if isinstance(row, Contrast):
            found += _units(row, place, effect)
            found += _errors(row, [one for one in old if isinstance(one, Contrast)], place)
        others.append(row)
    return tuple(found)


def of_doses(new: Sequence[DoseRow]) -> tuple[str, ...]:
    """Doubts about new dose rows."""
    found = []
    for row in new:
        place = f"{row.study}, dose {row.dose:g} ({row.where})"
        if row.dose > MUCH:
            found.append(
                f"{place}: hardly anybody does that much; doses are MET-hours a week here, not minutes."
            )
        if row.cases > row.person_years:
            found.append(f"{place}: there are more cases than person-years; please check which is which.")
    return tuple(found)


def _twice(row: base.AnyContrast, others: Sequence[base.AnyContrast], place: str) -> list[str]:
    """The same study, or another name with the same figures, or the same year and numbers of people."""
    if twin := same(row, others):
        return [f"{place} is there already: the row {twin.id} has the same study and the same figures."]
    for other in others:
        if slug(other.study) == slug(row.study):
            return [
                f"{place}: {other.study} has a row in this analysis already ({other.id}); its people would count twice."
            ]
    for other in others:
        if type(other) is type(row) and numbers_of(other) == numbers_of(row):
            return [f"{place} has the same figures as {other.study} ({other.id}); is it the same trial?"]
    year, sizes = year_in(row.study), (row.n_arm, row.n_against)
    for other in others:
        if (
            year
            and None not in sizes
            and (year_in(other.study), (other.n_arm, other.n_against)) == (year, sizes)
        ):
            return [
                f"{place} has the year and the numbers of people of {other.study} ({other.id}); is it the same trial?"
            ]
    return []


def _direction(place: str, effect: float, variance: float, before: Pooled) -> list[str]:
    """An effect that is clearly on the other side of zero than the pooled one."""
    if effect * before.estimate < 0 and abs(effect) > Z * math.sqrt(variance):
        side = "above" if effect > 0 else "below"
        return [
            f"{place}: its effect ({effect:.2f}) is {side} zero, the pooled one ({before.estimate:.2f}) is not; please "
            "check which arm is which, and whether a lower score is fewer symptoms."
        ]
    return []


def _far(place: str, effect: float, variance: float, before: Pooled) -> list[str]:
    """An effect outside the interval in which that of a new study of its size would be expected."""
    # The interval is of the true effect of a new study; what chance adds to a study of this size comes on top.
    spread = Z * before.se if math.isnan(before.pi[0]) else (before.pi[1] - before.pi[0]) / 2
    half = math.sqrt(spread**2 + Z**2 * variance)
    low, high = before.estimate - half, before.estimate + half
    if low <= effect <= high:
        return []
    return [
        f"{place}: its effect ({effect:.2f}) lies outside the prediction interval; a study of its size would be "
        f"expected between {low:.2f} and {high:.2f}."
    ]


def _units(row: Contrast, place: str, effect: float) -> list[str]:
    """Two arms that do not look measured on one scale, or a difference that trials hardly find."""
    ratio = max(row.sd_arm, row.sd_against) / min(row.sd_arm, row.sd_against)
    if ratio > UNLIKE:
        return [
            f"{place}: the standard deviations of its arms ({row.sd_arm:g} and {row.sd_against:g}) differ by a factor of "
            f"{ratio:.1f}; are both on the same scale, and is neither a standard error?"
        ]
    if abs(effect) > LARGE:
        return [
            f"{place}: a standardised difference of {effect:.2f} is rare; please check units, and whether the standard "
            "deviations are standard errors."
        ]
    return []


def _errors(row: Contrast, old: Sequence[Contrast], place: str) -> list[str]:
    """Standard deviations that may be standard errors: small beside the means, and usual again times the root of n."""
    usual_of = [
        sd / abs(mean)
        for one in old
        for mean, sd in ((one.mean_arm, one.sd_arm), (one.mean_against, one.sd_against))
        if mean != 0
    ]
    if len(usual_of) < 8 or row.mean_arm == 0 or row.mean_against == 0:
        return []
    usual = median(usual_of)
    arms = ((row.mean_arm, row.sd_arm, row.n_arm), (row.mean_against, row.sd_against, row.n_against))
    if all(
        sd / abs(mean) < usual / 3 and 0.5 < sd / abs(mean) * math.sqrt(n) / usual < 2 for mean, sd, n in arms
    ):
        return [
            f"{place}: the standard deviations {row.sd_arm:g} and {row.sd_against:g} are small beside those of the other "
            "trials and may be standard errors; please look them up."
        ]
    return []
