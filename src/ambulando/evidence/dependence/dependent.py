"""What all models of dependent effects share: the rows that can be used, the design, and the tests of coefficients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from ambulando.evidence.faults import (
    CollinearModerators,
    EvidenceFault,
    ImpossibleValue,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.results import Array, Excluded, Interval

Codes = NDArray[np.int64]
Moderators = Mapping[str, Sequence[float] | Sequence[str] | ArrayLike]

#: A column of the design whose part beyond the columns before it is smaller than this, follows from them.
COLLINEAR = 1e-9
#: Effects and variances that are more than this times the usual ones cannot be summed with them in 16 digits.
OUT_OF_SCALE = 1e12


@dataclass(frozen=True)
class Coefficient:
    """One coefficient; ``df`` is NaN for a z test."""

    name: str
    estimate: float
    se: float
    statistic: float
    df: float
    p: float
    ci: Interval


@dataclass(frozen=True)
class Rows:
    """The usable rows: effects ``y`` (k,), variances ``v`` (k,), design ``x`` (k, p) with ``names``; ``codes`` (k,) point
    into ``clusters``; ``keep`` (all,) says which rows of the input these are."""

    y: Array
    v: Array
    x: Array
    names: tuple[str, ...]
    codes: Codes
    clusters: tuple[str, ...]
    studies: tuple[str, ...]
    keep: NDArray[np.bool_]
    excluded: tuple[Excluded, ...]


def option(name: str, known: Mapping[str, str], what: str) -> str:
    """The option's own spelling. Raises UnknownOption with the ones that exist."""
    try:
        return known[name.strip().lower()]
    except (KeyError, AttributeError):
        names = ", ".join(dict.fromkeys(known.values()))
        raise UnknownOption(f"There is no {what} called {name!r}; take one of {names}.") from None


def numbers(values: ArrayLike, what: str) -> Array:
    """``values`` as a column of floats; None is NaN. Raises NotANumber with the row of the first that is none."""
    try:
        column = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        listed: list[Any] = list(values) if isinstance(values, Sequence | np.ndarray) else [values]
        for row, value in enumerate(listed, start=1):
            try:
                float(np.nan if value is None else value)
            except (TypeError, ValueError):
                raise NotANumber(
                    f"{value!r} in row {row} is no number, where {what} is needed; write it as 0.35 or leave it empty.",
                    row=row,
                ) from None
        raise NotANumber(f"The column of {what} is no list of numbers.") from None
    if column.ndim != 1:
        raise NotANumber(f"The column of {what} is a table; one number for each effect is needed.")
    return column


def rows_of(
    yi: ArrayLike,
    vi: ArrayLike,
    clusters: Sequence[object],
    *,
    studies: Sequence[str] | None = None,
    moderators: Moderators | None = None,
    intercept: bool = True,
    cluster_word: str = "study",
) -> Rows:
    """Check the columns, leave out what cannot be used (with the reason), and build the design.

    Raises NegativeVariance, NotANumber, TooFewStudies, CollinearModerators, or EvidenceFault for columns of unequal length.
    """
    y, v = numbers(yi, "an effect"), numbers(vi, "a variance")
    k = y.size
    if v.size != k or len(clusters) != k:
        raise EvidenceFault(
            f"There are {k} effects, {v.size} variances and {len(clusters)} {cluster_word} labels; each effect needs all three."
        )
    names = tuple(str(one) for one in clusters)
    labels = tuple(studies) if studies is not None else names
    if len(labels) != k:
        raise EvidenceFault(f"There are {len(labels)} study names for {k} effects.")
    for index in np.flatnonzero(v < 0).tolist():
        raise NegativeVariance(
            f"{labels[index]} (row {index + 1}) has a negative variance ({v[index]:g}); a variance is above zero.",
            row=index + 1,
            study=labels[index],
        )
    reasons: dict[int, str] = {}
    for index in np.flatnonzero(~(np.isfinite(y) & np.isfinite(v) & (v > 0))).tolist():
        if not np.isfinite(y[index]):
            reasons[index] = "no effect could be computed"
        elif v[index] == 0:
            reasons[index] = "its variance is zero"
        else:
            reasons[index] = "no variance could be computed"
    for index, one in enumerate(clusters):
        if one is None or names[index].strip() == "" or one != one:
            reasons.setdefault(index, f"no {cluster_word} is named for it")
    columns: Moderators = moderators or {}
    for name, values in columns.items():
        for index in _missing(name, values, k):
            reasons.setdefault(index, f"its moderator {name} is missing")
    keep = np.ones(k, dtype=bool)
    keep[list(reasons)] = False
    if not keep.any():
        raise TooFewStudies(
            "No study has both an effect and a positive variance, so there is nothing to pool."
        )
    x, coefficient_names = _design(columns, keep, intercept)
    y, v = y[keep], v[keep]
    kept_names = [name for name, kept in zip(names, keep.tolist(), strict=True) if kept]
    found: dict[str, int] = {}
    codes = np.array([found.setdefault(name, len(found)) for name in kept_names], dtype=np.int64)
    if len(found) < 2:
        raise TooFewStudies(
            f"All effects belong to one {cluster_word}, {kept_names[0]}, so nothing tells how studies differ; "
            "pool its effects without clusters, or add studies.",
            study=kept_names[0],
        )
    _check_size(y, v, [name for name, kept in zip(labels, keep.tolist(), strict=True) if kept], keep)
    if y.size <= x.shape[1]:
        raise TooFewStudies(
            f"There are {y.size} effects for {x.shape[1]} coefficients; use fewer moderators or more studies."
        )
    return Rows(
        y, v, x, coefficient_names, codes, tuple(found),
        tuple(name for name, kept in zip(labels, keep.tolist(), strict=True) if kept), keep,
        tuple(Excluded(index + 1, labels[index], reasons[index]) for index in sorted(reasons)),
    )  # fmt: skip


def _check_size(y: Array, v: Array, names: Sequence[str], keep: NDArray[np.bool_]) -> None:
    """Numbers so far out of scale that a sum with them is no sum are slips; they are not computed with."""
    typical = float(np.median(v))
    out = (
        (np.abs(y) > OUT_OF_SCALE * np.sqrt(typical))
        | (v > OUT_OF_SCALE * typical)
        | (v < typical / OUT_OF_SCALE)
    )
    for index in np.flatnonzero(out).tolist():
        row = int(np.flatnonzero(keep)[index]) + 1
        raise ImpossibleValue(
            f"{names[index]} (row {row}) has the effect {y[index]:g} with the variance {v[index]:g}, where a variance of "
            f"{typical:g} is usual; please look for a slip.",
            row=row,
            study=names[index],
        )


def _is_text(values: Sequence[float] | Sequence[str] | ArrayLike) -> bool:
    return any(isinstance(value, str) for value in np.asarray(values, dtype=object).tolist())


def _missing(name: str, values: Sequence[float] | Sequence[str] | ArrayLike, k: int) -> list[int]:
    if _is_text(values):
        listed = np.asarray(values, dtype=object).tolist()
        absent = [
            i for i, one in enumerate(listed) if one is None or (isinstance(one, str) and not one.strip())
        ]
    else:
        listed = numbers(values, f"a value of {name}").tolist()
        absent = [i for i, one in enumerate(listed) if not np.isfinite(one)]
    if len(listed) != k:
        raise EvidenceFault(
            f"The moderator {name} has {len(listed)} values for {k} effects; each effect needs one."
        )
    return absent


def _design(
    moderators: Moderators, keep: NDArray[np.bool_], intercept: bool
) -> tuple[Array, tuple[str, ...]]:
    """Numbers as they are; text in treatment coding, its first level in sorted order the base (none without intercept)."""
    columns: list[Array] = [np.ones(int(keep.sum()))] if intercept else []
    names = ["intercept"] if intercept else []
    for name, values in moderators.items():
        if not _is_text(values):
            columns.append(numbers(values, name)[keep])
            names.append(name)
            continue
        text = np.asarray([str(one).strip() for one in np.asarray(values, dtype=object)[keep]])
        levels = sorted(set(text.tolist()))
        if columns and len(levels) == 1:
            raise CollinearModerators(
                f"Every usable effect has {name} {levels[0]!r}, so it cannot be a moderator; leave it out."
            )
        for level in levels[1:] if columns else levels:
            columns.append((text == level).astype(float))
            names.append(f"{name}:{level}")
    if not columns:
        raise EvidenceFault("A model without an intercept needs at least one moderator.")
    x = np.column_stack(columns)
    check_rank(x, names)
    return x, tuple(names)


def check_rank(x: Array, names: Sequence[str]) -> None:
    """Raises CollinearModerators, naming the first column that follows from those before it."""
    lengths = np.linalg.norm(x, axis=0)
    scaled = x / np.where(lengths > 0, lengths, 1.0)
    beyond = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    if x.shape[1] > x.shape[0]:
        raise TooFewStudies(
            f"There are {x.shape[0]} effects for {x.shape[1]} coefficients; use fewer moderators or more studies."
        )
    for index in np.flatnonzero(beyond < COLLINEAR).tolist():
        before = [one for one in names[:index] if one != "intercept"]
        reason = (
            f"follows from {', '.join(before)} and the intercept" if before else "is the same for all effects"
        )
        raise CollinearModerators(f"The moderator {names[index]} {reason}; leave one of them out.")


def critical(level: float, df: float) -> float:
    """The half-width of an interval in standard errors; z where ``df`` is NaN."""
    tail = (1 - level) / 2
    return float(-ndtri(tail) if np.isnan(df) else -stdtrit(df, tail))


def two_sided(statistic: float, df: float) -> float:
    return float(2 * (ndtr(-abs(statistic)) if np.isnan(df) else stdtr(df, -abs(statistic))))


def coefficients_of(
    names: Sequence[str], beta: Array, se: Array, df: Sequence[float], level: float
) -> tuple[Coefficient, ...]:
    """Estimates (p,) with standard errors (p,), each tested against zero with its own degrees of freedom."""
    found = []
    for name, b, s, d in zip(names, beta.tolist(), se.tolist(), df, strict=True):
        half = critical(level, d) * s
        statistic = b / s if s > 0 else float("nan")
        found.append(
            Coefficient(name, b, s, statistic, float(d), two_sided(statistic, d), (b - half, b + half))
        )
    return tuple(found)


def tested(names: Sequence[str]) -> list[int]:
    """Which coefficients the test of moderators is about: all but the intercept, or the intercept where it stands alone."""
    return [i for i, name in enumerate(names) if name != "intercept"] or [0]


def wald(beta: Array, vcov: Array, which: Sequence[int], df: float) -> tuple[float, tuple[int, float], float]:
    """The joint test of the coefficients ``which``: chi2 (``df`` NaN) or F, its degrees of freedom and p."""
    part, m = beta[list(which)], len(which)
    value = float(part @ np.linalg.solve(vcov[np.ix_(which, which)], part))
    if np.isnan(df):
        return value, (m, float("nan")), float(chdtrc(m, value))
    return value / m, (m, float(df)), float(fdtrc(m, df, value / m))
