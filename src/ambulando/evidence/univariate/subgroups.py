"""Effects in groups of studies, and whether they differ: with a tau2 of its own for each group, or one for all.

Sources: Borenstein & Higgins 2013, Prev Sci 14:134; Borenstein et al. 2009, chapter 19.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ambulando.evidence.effects import RATIO_MEASURES
from ambulando.evidence.faults import TooFewStudies
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, versions
from ambulando.evidence.univariate.design import missing
from ambulando.evidence.univariate.pooling import METHODS, NONE, TESTS, pool
from ambulando.evidence.univariate.regression import predict, regress
from ambulando.evidence.univariate.usable import named, usable
from ambulando.ground import InputError


@dataclass(frozen=True)
class Subgroup:
    """The pooled effect of one group; ``i2`` in percent, ``weights`` in percent within the group."""

    name: str
    k: int
    studies: tuple[str, ...]
    test: str
    estimate: float
    se: float
    statistic: float
    df: float
    p: float
    ci: Interval
    pi: Interval
    tau2: float
    q: float
    q_df: int
    q_p: float
    i2: float
    weights: tuple[float, ...]
    estimate_exp: float | None
    ci_exp: Interval | None


@dataclass(frozen=True)
class Subgroups:
    """All groups in alphabetical order, and the test that they differ.

    ``q_between`` is chi-squared with ``df`` where each group has its own tau2 or the test is z; with a common tau2 and
    another test it is F with ``df`` and ``df2``. ``tau2`` is the common one, else NaN. ``q_within`` is the sum over groups.
    """

    k: int
    method: str
    test: str
    groups: tuple[Subgroup, ...]
    q_between: float
    df: int
    df2: float
    p: float
    q_within: float
    q_within_df: int
    common_tau2: bool
    tau2: float
    measure: str
    level: float
    studies: tuple[str, ...]
    converged: bool
    boundary: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def subgroups(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[str],
    *,
    common_tau2: bool = False,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    measure: str = "GEN",
    studies: Sequence[str] | None = None,
) -> Subgroups:
    """Pooled effects of ``yi`` (k,) with variances ``vi`` (k,) within each of ``groups`` (k,), and their difference.

    A group of one study has the z test, whatever the test of the others. With ``common_tau2`` the groups are the categories
    of a meta-regression. Raises TooFewStudies where there are fewer than two groups, and what ``pool`` raises.
    """
    method, test = named(method, METHODS, "method"), named(test, TESTS, "test")
    use = usable(yi, vi, studies)
    n = np.size(yi)
    if len(groups) != n:
        raise InputError(f"There are {len(groups)} groups for {n} effects; each study needs one.")
    keep = np.ones(n, dtype=bool) if use.keep is None else use.keep
    names = iter(use.studies)
    y, v, labels, chosen, excluded = [], [], [], [], list(use.excluded)
    for place, index in enumerate(np.flatnonzero(keep).tolist()):
        study = next(names)
        if missing(groups[index]):
            excluded.append(Excluded(index + 1, study, "its group is missing"))
            continue
        y.append(use.y[place])
        v.append(use.v[place])
        labels.append(str(groups[index]))
        chosen.append(study)
    kinds = sorted(set(labels))
    if len(kinds) < 2:
        raise TooFewStudies(
            f"Groups can be compared where there are two or more; these studies have {len(kinds)}"
            + (f" ({kinds[0]})." if kinds else ".")
        )
    effects, variances, of = np.array(y), np.array(v), np.array(labels)
    one_for_all = common_tau2 and method != "EE"
    if one_for_all and len(kinds) >= effects.size:
        raise TooFewStudies(
            "Every group has one study, so a common tau2 cannot be estimated; please join groups."
        )
    fit = (_together if one_for_all else _apart)(
        effects, variances, of, kinds, chosen, method, test, level, measure
    )
    single = [group.name for group in fit.groups if group.k == 1]
    notes = fit.notes
    if single and not one_for_all and test != "z":
        notes = (
            *notes,
            f"With one study, {' and '.join(single)} {'has' if len(single) == 1 else 'have'} the z test.",
        )
    return Subgroups(
        k=effects.size, method=method, test=test, groups=fit.groups, q_between=fit.q, df=len(kinds) - 1, df2=fit.df2,
        p=fit.p, q_within=sum(group.q for group in fit.groups), q_within_df=effects.size - len(kinds),
        common_tau2=one_for_all, tau2=fit.tau2, measure=measure, level=level, studies=tuple(chosen), converged=True,
        boundary=fit.boundary, data_hash=data_hash(effects, variances),
        options={"method": method, "test": test, "level": level, "measure": measure, "common_tau2": common_tau2,
                 "groups": labels},
        versions=versions(), excluded=tuple(sorted(excluded, key=lambda one: one.row)), notes=notes,
    )  # fmt: skip


@dataclass(frozen=True)
class _Fit:
    groups: tuple[Subgroup, ...]
    q: float
    df2: float
    p: float
    tau2: float
    boundary: bool
    notes: tuple[str, ...]


def _exp(interval: Interval) -> Interval:
    return (math.exp(interval[0]), math.exp(interval[1]))


def _apart(
    y: Array, v: Array, of: Array, kinds: list[str], names: list[str], method: str, test: str, level: float, measure: str
) -> _Fit:  # fmt: skip
    found, boundary, notes = [], False, []
    for kind in kinds:
        here = np.flatnonzero(of == kind).tolist()
        one = pool(
            y[here], v[here], method=method, test=test if len(here) > 1 else "z", level=level, measure=measure,
            studies=[names[index] for index in here],
        )  # fmt: skip
        boundary = boundary or one.boundary
        notes += [f"{kind}: {note}" for note in one.notes]
        found.append(
            Subgroup(kind, one.k, one.studies, one.test, one.estimate, one.se, one.statistic, one.df, one.p, one.ci,
                     one.pi, one.tau2, one.q, one.q_df, one.q_p, one.i2, one.weights, one.estimate_exp, one.ci_exp)
        )  # fmt: skip
    estimates, errors = np.array([one.estimate for one in found]), np.array([one.se for one in found])
    with np.errstate(divide="ignore", invalid="ignore"):
        w = errors**-2.0
        q = float((w * (estimates - (w * estimates).sum() / w.sum()) ** 2).sum())
    p = float(chdtrc(len(kinds) - 1, q)) if math.isfinite(q) else math.nan
    return _Fit(tuple(found), q, math.nan, p, math.nan, boundary, tuple(notes))


def _together(
    y: Array, v: Array, of: Array, kinds: list[str], names: list[str], method: str, test: str, level: float, measure: str
) -> _Fit:  # fmt: skip
    options = {"method": method, "test": test, "level": level, "measure": measure, "studies": names}
    groups = {"group": of.tolist()}
    between = regress(y, v, groups, **options)  # type: ignore[arg-type]
    means = regress(y, v, groups, intercept=False, **options)  # type: ignore[arg-type]
    ratio = measure in RATIO_MEASURES
    found = []
    for kind, mean, ahead in zip(kinds, means.coefficients, predict(means, {"group": kinds}), strict=True):
        here = np.flatnonzero(of == kind).tolist()
        alone = pool(y[here], v[here], method="EE", test="z", level=level)
        w = 1 / (v[here] + means.tau2)
        found.append(
            Subgroup(kind, len(here), tuple(names[index] for index in here), test, mean.estimate, mean.se, mean.statistic,
                     mean.df, mean.p, mean.ci, ahead.pi if means.method != "EE" else NONE, means.tau2, alone.q, alone.q_df,
                     alone.q_p, alone.i2, tuple((100 * w / w.sum()).tolist()),
                     math.exp(mean.estimate) if ratio else None, _exp(mean.ci) if ratio else None)
        )  # fmt: skip
    return _Fit(
        tuple(found), between.qm, between.df, between.qm_p, between.tau2, between.boundary, between.notes
    )
