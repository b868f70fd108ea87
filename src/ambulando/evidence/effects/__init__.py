"""Effect sizes from summary data: of means, events, rates, proportions, correlations and change, and from what papers
print instead of them.

All functions take arrays of shape (k,) (or anything that broadcasts) and return an ``Effects`` with arrays of shape (k,).
Group 1 is the one whose effect is asked about (exercise), group 2 the one it is compared with; a negative difference
in a depression score means fewer symptoms in group 1. Where an effect cannot be had, ``yi`` and ``vi`` are NaN. ``flipped``
turns effects round; no direction is ever guessed.
"""

from ambulando.evidence.effects.change import CHANGES, change
from ambulando.evidence.effects.conversions import (
    mean_and_sd,
    sd_from_interval,
    sd_from_se,
    se_from_interval,
    se_from_p,
    smd_from_f,
    smd_from_p,
    smd_from_t,
)
from ambulando.evidence.effects.counts import (
    CONTINUITY_RULES,
    COUNTS,
    UNCORRECTED,
    double_zero,
    rule_for,
    table_from_ratio,
    two_by_two,
)
from ambulando.evidence.effects.means import (
    MEANS,
    SMD_VARIANCES,
    cvr,
    glass,
    md,
    rom,
    rpb,
    smd,
    smd_from_d,
    smdh,
    two_means,
    vr,
)
from ambulando.evidence.effects.measures import (
    MEASURES,
    ONE_GROUP,
    RATIO_MEASURES,
    Effects,
    correction,
    finite,
    flipped,
    natural,
)
from ambulando.evidence.effects.one_group import (
    CORRELATIONS,
    ONE_MEAN,
    ONE_RATE,
    PROPORTIONS,
    correlation,
    mean,
    proportion,
    rate,
)
from ambulando.evidence.effects.rates import RATES, two_rates
from ambulando.evidence.results import Array

__all__ = [
    "CHANGES",
    "CONTINUITY_RULES",
    "CORRELATIONS",
    "COUNTS",
    "MEANS",
    "MEASURES",
    "ONE_GROUP",
    "ONE_MEAN",
    "ONE_RATE",
    "PROPORTIONS",
    "RATES",
    "RATIO_MEASURES",
    "SMD_VARIANCES",
    "UNCORRECTED",
    "Array",
    "Effects",
    "change",
    "correction",
    "correlation",
    "cvr",
    "double_zero",
    "finite",
    "flipped",
    "glass",
    "md",
    "mean",
    "mean_and_sd",
    "natural",
    "proportion",
    "rate",
    "rom",
    "rpb",
    "rule_for",
    "sd_from_interval",
    "sd_from_se",
    "se_from_interval",
    "se_from_p",
    "smd",
    "smd_from_d",
    "smd_from_f",
    "smd_from_p",
    "smd_from_t",
    "smdh",
    "table_from_ratio",
    "two_by_two",
    "two_means",
    "two_rates",
    "vr",
]
