"""From moderators of studies to the columns of a regression: numbers as they are, words by treatment coding."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from ambulando.evidence.faults import CollinearModerators, MissingColumns, NotANumber, UnknownOption
from ambulando.evidence.results import Array
from ambulando.ground import InputError

INTERCEPT = "intercept"
#: A column of which less than this part of its spread is its own follows from the others.
OWN = 1e-8


@dataclass(frozen=True)
class Design:
    """How moderators become columns. ``levels`` has the words of each categorical moderator, the base first."""

    moderators: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]
    intercept: bool
    interactions: tuple[tuple[str, str], ...]

    def columns(self, values: Mapping[str, Sequence[Any]], n: int) -> tuple[tuple[str, ...], Array]:
        """Names (p,) and columns (n, p) for ``values`` of every moderator. Raises MissingColumns and UnknownOption."""
        names: list[str] = [INTERCEPT] if self.intercept else []
        columns: list[Array] = [np.ones(n)] if self.intercept else []
        blocks: dict[str, list[tuple[str, Array]]] = {}
        whole = not self.intercept
        for name in self.moderators:
            if name not in values:
                raise MissingColumns(f"There is no value of the moderator {name!r}; please give one.")
            blocks[name] = self._block(name, values[name], whole=whole)
            # Without an intercept the first categorical moderator has a column for each of its words.
            whole = whole and name not in self.levels
        for first, second in self.interactions:
            blocks[f"{first}*{second}"] = [
                (f"{one}*{other}", a * b)
                for other, b in self._block(second, values[second])
                for one, a in self._block(first, values[first])
            ]
        for block in blocks.values():
            names += [name for name, _ in block]
            columns += [column for _, column in block]
        return tuple(names), np.column_stack(columns)

    def _block(self, name: str, values: Sequence[Any], *, whole: bool = False) -> list[tuple[str, Array]]:
        if name not in self.levels:
            try:
                return [(name, np.array([float(value) for value in values]))]
            except (TypeError, ValueError):
                raise NotANumber(f"The moderator {name!r} is a number; it cannot be {values[0]!r}.") from None
        levels = self.levels[name]
        for value in values:
            if value not in levels:
                raise UnknownOption(f"The moderator {name!r} has no {value!r}; it has {', '.join(levels)}.")
        return [
            (f"{name}:{level}", np.array([float(value == level) for value in values]))
            for level in (levels if whole else levels[1:])
        ]


def missing(value: object) -> bool:
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or (isinstance(value, str) and not value.strip())
    )


def design_of(
    moderators: Mapping[str, Sequence[Any]],
    studies: Sequence[str],
    *,
    intercept: bool,
    interactions: Sequence[tuple[str, str]],
) -> Design:
    """The design for complete values of moderators. Raises CollinearModerators where one never changes, NotANumber where one
    has words and numbers, MissingColumns for an interaction of what is no moderator."""
    levels = {}
    for name, values in moderators.items():
        words = [isinstance(value, str) for value in values]
        if all(words):
            levels[name] = tuple(sorted(set(values)))
        else:
            for place, (value, study) in enumerate(zip(values, studies, strict=True), start=1):
                if not isinstance(value, Real | np.generic) or isinstance(value, str):
                    raise NotANumber(
                        f"The moderator {name!r} is {value!r} in {study}, where the others have numbers; please put it right.",
                        row=place,
                        study=study,
                    )
                if not math.isfinite(float(value)):
                    raise NotANumber(
                        f"The moderator {name!r} of {study} is {value!r}; a finite number is needed there.",
                        row=place,
                        study=study,
                    )
        if len(set(values)) == 1 and (intercept or name in levels):
            raise CollinearModerators(
                f"The moderator {name!r} is {values[0]!r} in every study that can be used, so nothing can be learned from "
                "it; please leave it out."
            )
    for pair in interactions:
        for name in pair:
            if name not in moderators:
                raise MissingColumns(
                    f"The interaction of {pair[0]!r} and {pair[1]!r} needs {name!r} among the moderators."
                )
    return Design(tuple(moderators), levels, intercept, tuple((a, b) for a, b in interactions))


def independent(names: Sequence[str], X: Array) -> None:
    """Raises CollinearModerators, naming the column that follows from others, and these."""
    constant = names[0] == INTERCEPT
    Z = X[:, 1:] - X[:, 1:].mean(axis=0) if constant else X
    labels = list(names[1:] if constant else names)
    sizes = np.linalg.norm(Z, axis=0)
    for index, (label, size) in enumerate(zip(labels, sizes.tolist(), strict=True)):
        reference = float(np.linalg.norm(X[:, index + 1])) if constant else size
        if size <= 1e-13 * reference:
            raise CollinearModerators(
                f"The moderator {label!r} is the same in every study that can be used; please leave it out."
            )
        before = Z[:, :index] / sizes[:index]
        if not index:
            continue
        share, *_ = np.linalg.lstsq(before, Z[:, index] / size, rcond=None)
        if np.linalg.norm(Z[:, index] / size - before @ share) < OWN:
            others = [labels[i] for i in np.flatnonzero(np.abs(share) > 1e-6)]
            raise CollinearModerators(
                f"The moderator {label!r} follows from {' and '.join(map(repr, others))}, so their effects cannot be told "
                "apart; please leave one of them out."
            )


def complete(
    moderators: Mapping[str, Sequence[Any]], n: int
) -> tuple[dict[str, list[Any]], list[str | None]]:
    """Moderators as lists of Python values, and for each of ``n`` studies the first moderator it lacks (None: none)."""
    found: dict[str, list[Any]] = {}
    lacking: list[str | None] = [None] * n
    for name, values in moderators.items():
        column = values.tolist() if isinstance(values, np.ndarray) else list(values)
        if len(column) != n:
            raise InputError(f"The moderator {name!r} has {len(column)} values for {n} studies.")
        for index, value in enumerate(column):
            if missing(value) and lacking[index] is None:
                lacking[index] = name
        found[name] = column
    return found, lacking
