"""The tetrachoric correlation of a 2 x 2 table, by maximum likelihood."""

import numpy as np
from scipy.special import ndtr, ndtri, owens_t

from ambulando.evidence.results import Array

#: Bisections of the angle of the correlation: 60 halve it down to the last digit of a double.
STEPS = 60


def tetrachoric(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """The correlation of two normal variables cut into this table, and its sampling variance, each of shape (k,).

    The model has as many parameters as the table has free cells, so the likelihood is largest where the two cuts and the
    first cell are met exactly (Pearson 1900); the variance follows from that of the cells by the delta method (Brown 1977,
    Applied Statistics 26:343). A table with an empty cell has its maximum at -1 or 1 and no variance: NaN.
    """
    n = a + b + c + d
    full = (a > 0) & (b > 0) & (c > 0) & (d > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        h, k, target = (np.where(full, part, 0.25) for part in ((a + b) / n, (a + c) / n, a / n))
        h, k = ndtri(h), ndtri(k)
        low, high = np.full_like(h, -np.pi / 2), np.full_like(h, np.pi / 2)
        for _ in range(STEPS):
            middle = (low + high) / 2
            below = _upper_left(h, k, middle) < target
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        angle = (low + high) / 2
        r, s = np.sin(angle), np.cos(angle)
        density = np.exp(-(h**2 - 2 * r * h * k + k**2) / (2 * s**2)) / (2 * np.pi * s)
        # how the correlation moves with each cell: its own share, less that of the cuts that move with it
        above, left = ndtr((k - r * h) / s), ndtr((h - r * k) / s)
        slopes, shares = (1 - above - left, -above, -left), (a / n, b / n, c / n)
        mean = sum(share * slope for share, slope in zip(shares, slopes, strict=True))
        square = sum(share * slope**2 for share, slope in zip(shares, slopes, strict=True))
        variance = (square - mean**2) / (n * density**2)
    return np.where(full, r, np.nan), np.where(full, variance, np.nan)


def _upper_left(h: Array, k: Array, angle: Array) -> Array:
    """P(X < h, Y < k) for standard normal X, Y of correlation sin(angle), by Owen's T (Owen 1956)."""
    r, s = np.sin(angle), np.cos(angle)
    x, y = np.where(h == 0, 1e-300, h), np.where(k == 0, 1e-300, k)
    opposite = np.where((x < 0) != (y < 0), 0.5, 0.0)
    t = owens_t(x, (y / x - r) / s) + owens_t(y, (x / y - r) / s)
    return np.asarray((ndtr(x) + ndtr(y)) / 2 - t - opposite)
