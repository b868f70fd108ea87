"""What one pass leaves, and the posterior of any of its regressions: each picks its columns, none takes another pass."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ambulando.response.model import Floats, Grid, Noise, Posterior, conjugate

#: A coefficient: what it belongs to (a modality, or "") and what it is.
Name = tuple[str, str]

#: Mean and SD of the wide belief about an effect, in points.
WIDE = (0.0, 1.0)


@dataclass(frozen=True)
class Whitened:
    """What the pass leaves: inner products of all columns, y last, at each pair.

    inner: (P, W, W); log_det: (P,); count: days and questionnaires; rest: (P, J, W), the rows of the questionnaires less
    what the days say of them; spare: (P, J, J), what is left of their covariance over s^2 before their own noise.
    """

    inner: Floats
    log_det: Floats
    count: int
    rest: Floats | None
    spare: Floats | None
    noise: float
    place: Mapping[Name, tuple[int, ...]]
    scales: int
    _by_unit: dict[float, tuple[Floats, Floats]] = field(default_factory=dict, repr=False, compare=False)

    def gram(self, names: Sequence[Name], unit: float) -> tuple[Floats, Floats]:
        """Inner products (G, C + 1, C + 1) for these coefficients, y last, and log determinants (G,).

        unit: mood points squared that s^2 is reckoned in, for the noise of a questionnaire is not in units of s.
        """
        size = len(names) + 1
        pick = np.empty((self.scales, size), dtype=np.int64)
        pick[:, :-1] = (
            np.array([self.place[name] for name in names], dtype=np.int64).reshape(-1, self.scales).T
        )
        pick[:, -1] = self.inner.shape[1] - 1
        inner, log_det = self._anchored(unit)
        # One flat index for each entry: quicker than two.
        flat = (pick[:, :, None] * inner.shape[1] + pick[:, None, :]).ravel()
        picked = inner.reshape(inner.shape[0], -1).take(flat, axis=1)
        return picked.reshape(-1, size, size), np.repeat(log_det, self.scales)

    def _anchored(self, unit: float) -> tuple[Floats, Floats]:
        """inner and log_det with the questionnaires: their rows, whitened by the root of what is left of them."""
        if self.rest is None or self.spare is None:
            return self.inner, self.log_det
        if unit in self._by_unit:
            return self._by_unit[unit]
        left = self.spare + (self.noise / unit) * np.eye(self.spare.shape[1])
        root = np.linalg.cholesky(left)
        rows = np.linalg.solve(root, self.rest)
        more = 2.0 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        self._by_unit[unit] = self.inner + rows.transpose(0, 2, 1) @ rows, self.log_det + more
        return self._by_unit[unit]


@dataclass(frozen=True)
class Kept:
    """The regression of y on the coefficients that matter, all others integrated out under their priors.

    names: of the C coefficients that are left; gram: (G, C + 1, C + 1), log_det: (G,), count: as for
    ``model.conjugate``; unit: what the priors of the others were reckoned in.
    """

    names: tuple[Name, ...]
    gram: Floats
    log_det: Floats
    count: int
    unit: float

    def posterior(
        self, names: Sequence[Name], beliefs: Mapping[Name, tuple[float, float]], grid: Grid, noise: Noise
    ) -> Posterior:
        """Of some of its coefficients, the others being left out (their columns are not part of the regression)."""
        mean, sd = believed_of(names, beliefs)
        gram = self.of(names)
        return conjugate(gram, self.count, self.log_det, mean, sd, noise, grid.log_prior, self.unit)

    def of(self, names: Sequence[Name]) -> Floats:
        """The inner products of some of its coefficients, y last."""
        at = [*(self.names.index(name) for name in names), len(self.names)]
        return self.gram[:, np.array(at)[:, None], np.array(at)]


def believed_of(names: Sequence[Name], beliefs: Mapping[Name, tuple[float, float]]) -> tuple[Floats, Floats]:
    """Means and SDs of the priors of these coefficients, (C,) each."""
    mean, sd = np.array([beliefs[name] for name in names]).reshape(-1, 2).T
    return mean, sd


def kept(
    white: Whitened,
    others: Sequence[Name],
    names: Sequence[Name],
    beliefs: Mapping[Name, tuple[float, float]],
    unit: float,
) -> Kept:
    """Integrate ``others`` out: given the rest, y is normal with X m for its mean and Sigma + X V X' for its covariance,

    with m and V = sd^2 s^2 / unit the prior of the others. So the inner products lose G_kn (G_nn + V^-1)^-1 G_nk and the
    log determinant gains that of 1 + V^1/2 G_nn V^1/2: what is left is exactly the regression on ``names``.
    """
    gram, log_det = white.gram((*others, *names), unit)
    first = len(others)
    mean, sd = believed_of(others, beliefs)
    scale = sd / math.sqrt(unit)
    # y less what the others are believed to make of it; its square after the row it is made from.
    gram[:, :, -1] -= gram[:, :, :first] @ mean
    gram[:, -1, :-1] = gram[:, :-1, -1]
    gram[:, -1, -1] -= gram[:, :first, -1] @ mean
    system = gram[:, :first, :first] * np.outer(scale, scale)
    diagonal = np.arange(first)
    system[:, diagonal, diagonal] += 1.0
    factor = np.linalg.cholesky(system)
    tied = np.linalg.solve(factor, gram[:, :first, first:] * scale[:, None])
    more = 2.0 * np.log(factor[:, diagonal, diagonal]).sum(axis=1)
    left = gram[:, first:, first:] - tied.transpose(0, 2, 1) @ tied
    return Kept(tuple(names), left, log_det + more, white.count, unit)


def settled(
    white: Whitened,
    others: Sequence[Name],
    names: Sequence[Name],
    extra: Sequence[Name],
    beliefs: Mapping[Name, tuple[float, float]],
    grid: Grid,
    noise: Noise,
) -> tuple[Kept, Posterior]:
    """The regression on ``others`` and ``names``, with the posterior of ``names``, as ``model.posterior``.

    The unit is the posterior mean of s^2 with a wide belief about ``names``, so that it is the same whatever is believed
    of them. With questionnaires that mean hangs on the unit itself, through their noise: two steps towards where it no
    longer changes are carried on to their limit (Aitken's). extra: columns kept beside, for a question that comes after.
    """
    mean, sd = believed_of((*others, *names), beliefs)
    mean[len(others) :], sd[len(others) :] = WIDE
    units = [noise.variance]
    for _ in range(1 if white.rest is None else 2):
        gram, log_det = white.gram((*others, *names), units[-1])
        found = conjugate(gram, white.count, log_det, mean, sd, noise, grid.log_prior, units[-1], last=0)
        units.append(float(found.weight @ found.variance))
    unit = units[-1] if white.rest is None else limit_of(*units)
    left = kept(white, others, (*extra, *names), beliefs, unit)
    return left, left.posterior(names, beliefs, grid, noise)


def limit_of(start: float, once: float, twice: float) -> float:
    """Where a sequence that closes in by the same share at each step ends; its last value where it does not close in."""
    first, second = once - start, twice - once
    if abs(second) >= 0.9 * abs(first):
        return twice
    return twice + second * second / (first - second)
