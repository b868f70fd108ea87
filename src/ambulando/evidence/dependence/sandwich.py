"""Cluster-robust covariance of regression coefficients, with small-sample corrections, from a working model.

Formulas: Liang & Zeger 1986 (CR0); Bell & McCaffrey 2002, Pustejovsky & Tipton 2018, J Bus Econ Stat 36:672 (CR2, CR3,
Satterthwaite degrees of freedom); Tipton & Pustejovsky 2015, J Educ Behav Stat 40:604 (the HTZ test). Clusters of one size
are handled together; the covariance of the clusters' contributions under the working model has a diagonal plus a part of
rank 2p, so no matrix of clusters by clusters is formed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from ambulando.evidence.dependence.dependent import Codes, Coefficient, Rows, coefficients_of
from ambulando.evidence.dependence.thin import LEVERAGE, Thin, contributions, leverage
from ambulando.evidence.faults import TooFewStudies
from ambulando.evidence.results import Array, Interval, data_hash, versions

TYPES = {one.lower(): one for one in ("CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3")}
TESTS = {
    **dict.fromkeys(("satterthwaite", "satt"), "Satterthwaite"),
    "naive-t": "naive-t",
    "naive-tp": "naive-tp",
    "z": "z",
}
#: Eigenvalues below this part of the largest count as none (a cluster that alone determines a coefficient).
NO_EIGENVALUE = 1e-11
#: Degrees of freedom below which the approximation of the t test is poor (Tipton 2015).
FEW_DF = 4
#: A robust variance whose expectation is below this part of the model's is none.
NO_SPREAD = 1e-8


@dataclass(frozen=True)
class Batch:
    """Clusters of one size: ``rows`` (m, n) into the effects; working covariance ``phi`` and weights ``w``, (m, n, n)."""

    rows: Codes
    phi: Array
    w: Array


@dataclass(frozen=True)
class Working:
    """A weighted regression and its working model: design ``x`` (k, p), ``residuals`` (k,), ``beta`` (p,), and its clusters,
    in batches or, the large ones of a three-level model, as ``thin``. ``bread`` (p, p) is the inverse of X' W X."""

    names: tuple[str, ...]
    x: Array
    beta: Array
    residuals: Array
    bread: Array
    batches: tuple[Batch, ...]
    thin: Thin | None = None

    @property
    def clusters(self) -> int:
        large = int(self.thin.sizes.size) if self.thin else 0
        return large + sum(int(one.rows.shape[0]) for one in self.batches)


@dataclass(frozen=True)
class Model:
    """What a fit keeps of its data, beside the fields that are printed: rows, working model, and, where sampling errors are
    correlated, their covariances by study with the ``slots`` (k,) of the random effects."""

    rows: Rows
    working: Working
    covariances: tuple[Array, ...] | None = None
    slots: Codes | None = None


@dataclass(frozen=True)
class Robust:
    """Cluster-robust tests. ``se``, ``statistic``, ``df``, ``p`` and ``ci`` are those of the pooled effect, None where there
    are several coefficients; ``vcov`` (p, p); ``clusters`` counts the independent studies."""

    k: int
    clusters: int
    type: str
    test: str
    se: float | None
    statistic: float | None
    df: float | None
    p: float | None
    ci: Interval | None
    coefficients: tuple[Coefficient, ...]
    vcov: tuple[tuple[float, ...], ...]
    level: float
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class WaldTest:
    """A joint test of several coefficients: F with ``df`` (numerator, denominator), and ``names`` of what was tested."""

    test: str
    names: tuple[str, ...]
    statistic: float
    df: tuple[int, float]
    p: float
    type: str
    clusters: int


@dataclass(frozen=True)
class Spread:
    """Contributions ``g`` (m, p) of the clusters to the coefficients' errors, and their covariance under the working model,
    as a diagonal ``a`` (m, p, p) plus ``n`` (m, p, 2p) times ``kernel`` (2p, 2p) times n of the other cluster."""

    g: Array
    a: Array
    n: Array
    kernel: Array

    def rotated(self, by: Array) -> "Spread":
        """Of linear combinations, ``by`` (p, s)."""
        return Spread(
            self.g @ by,
            np.einsum("mcd,cs,dt->mst", self.a, by, by),
            np.einsum("mcr,cs->msr", self.n, by),
            self.kernel,
        )

    @property
    def own(self) -> Array:
        """The covariance of each cluster's contribution, (m, s, s)."""
        return np.asarray(self.a + np.einsum("msr,rq,mtq->mst", self.n, self.kernel, self.n))


def batches_by_size(codes: Codes) -> tuple[Codes, ...]:
    """For each size of cluster the rows of its clusters, (m, n). Memory is that of the rows."""
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    found = []
    for size in np.unique(sizes[sizes > 0]).tolist():
        first = starts[sizes == size]
        found.append(order[first[:, None] + np.arange(size)])
    return tuple(found)


def regression(names: Sequence[str], x: Array, y: Array, batches: tuple[Batch, ...]) -> Working:
    """The weighted regression of ``y`` (k,) on ``x`` (k, p) with the weights of the batches."""
    p = x.shape[1]
    information, right = np.zeros((p, p)), np.zeros(p)
    for one in batches:
        wx = one.w @ x[one.rows]
        information += np.einsum("mnp,mnq->pq", wx, x[one.rows])
        right += np.einsum("mnp,mn->p", wx, y[one.rows])
    bread = np.linalg.inv(information)
    bread = (bread + bread.T) / 2
    beta = bread @ right
    return Working(tuple(names), x, beta, y - x @ beta, bread, batches)


def _power(matrices: Array, power: float) -> Array:
    """A power of symmetric matrices (m, n, n) on the space where they are not zero."""
    values, vectors = np.linalg.eigh(matrices)
    large = values > NO_EIGENVALUE * np.maximum(values[..., -1:], 1e-300)
    raised = np.where(large, np.where(large, values, 1.0) ** power, 0.0)
    return np.asarray((vectors * raised[..., None, :]) @ vectors.swapaxes(-1, -2))


def _scale(kind: str, m: int, k: int, p: int) -> float:
    """What multiplies the covariance; the named corrections for few clusters."""
    if kind == "CR1":
        return m / (m - 1)
    if kind == "CR1p":
        return m / (m - p)
    if kind == "CR1S":
        return m * (k - 1) / ((m - 1) * (k - p))
    return 1.0


def spread_of(working: Working, kind: str) -> Spread:
    """The clusters' contributions for a type of correction, and their covariance under the working model."""
    m, (k, p) = working.clusters, working.x.shape
    if m < 2 or (kind == "CR1p" and m <= p):
        needed = p + 1 if kind == "CR1p" else 2
        raise TooFewStudies(
            f"Robust standard errors ({kind}) need at least {needed} studies, and there {'is' if m == 1 else 'are'} {m}."
        )
    bread = working.bread
    batches, thin = _thick_and_thin(working, kind)
    middle = np.zeros((p, p))  # X' W Phi W X
    for one in batches:
        wx = one.w @ working.x[one.rows]
        middle += np.einsum("mnp,mnl,mlq->pq", wx, one.phi, wx)
    if thin:
        middle += thin.inverse_times(working.x[thin.rows]).T @ working.x[thin.rows]
    outer = bread @ middle @ bread
    factor = _scale(kind, m, k, p) ** 0.5
    g, a, n = [], [], []
    for one in batches:
        x, wx = working.x[one.rows], one.w @ working.x[one.rows]
        t = factor * wx @ bread
        if kind == "CR2":
            root = np.linalg.cholesky(one.phi).swapaxes(-1, -2)
            cross = x @ bread @ (wx.swapaxes(-1, -2) @ one.phi)
            left = one.phi - cross - cross.swapaxes(-1, -2) + x @ outer @ x.swapaxes(-1, -2)
            inner = root @ left @ root.swapaxes(-1, -2)
            inner = (inner + inner.swapaxes(-1, -2)) / 2
            t = root.swapaxes(-1, -2) @ (_power(inner, -0.5) @ (root @ t))
        elif kind == "CR3":
            hat = wx @ bread @ x.swapaxes(-1, -2)  # the transpose of H
            t = _solve(np.eye(x.shape[1]) - hat, t)
        g.append(np.einsum("mnp,mn->mp", t, working.residuals[one.rows]))
        phi_t = one.phi @ t
        a.append(np.einsum("mnc,mnd->mcd", t, phi_t))
        n.append(
            np.concatenate([np.einsum("mnc,mnp->mcp", t, x), np.einsum("mnc,mnp->mcp", phi_t, wx)], axis=2)
        )
    if thin:
        x = working.x[thin.rows]
        t = factor * contributions(thin, x, bread, kind)
        sums = thin.sums(t)
        g.append(thin.sums(t * working.residuals[thin.rows][:, None]))
        a.append(
            thin.sums(t[:, :, None] * (t * thin.delta[:, None])[:, None, :])
            + thin.between * sums[:, :, None] * sums[:, None, :]
        )
        inside = thin.sums(t[:, :, None] * x[:, None, :])
        n.append(np.concatenate([inside, inside], axis=2))  # Phi W X is X here
    kernel = np.block([[outer, -bread], [-bread, np.zeros((p, p))]])
    return Spread(np.concatenate(g), np.concatenate(a), np.concatenate(n), kernel)


def _thick_and_thin(working: Working, kind: str) -> tuple[tuple[Batch, ...], Thin | None]:
    """The clusters in full, and those known by sums; one that alone determines a coefficient is needed in full for CR2."""
    thin = working.thin
    if thin is None or kind != "CR2":
        return working.batches, thin
    x = working.x[thin.rows]
    alone = leverage(thin, x, thin.inverse_times(x), working.bread) > 1 - LEVERAGE
    full = thin.only(alone)
    more = tuple(Batch(rows[None], phi[None], w[None]) for rows, phi, w in full.blocks()) if full else ()
    return working.batches + more, thin.only(~alone)


def _solve(matrices: Array, right: Array) -> Array:
    """Solutions; where a cluster alone determines a coefficient (no inverse), with the pseudo-inverse."""
    try:
        return np.asarray(np.linalg.solve(matrices, right))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(matrices) @ right)


def satterthwaite(spread: Spread) -> list[float]:
    """Degrees of freedom of each coefficient's variance: twice its squared mean over its variance."""
    found = []
    own = spread.own
    for c in range(spread.g.shape[1]):
        variance = _covariance(spread, c, c)
        found.append(float(2 * own[:, c, c].sum() ** 2 / variance) if variance > 0 else float("nan"))
    return found


def _covariance(spread: Spread, s: int, t: int) -> float:
    """The variance of entry (s, t) of the robust covariance under the working model, for normal errors."""
    a, n, kernel = spread.a, spread.n, spread.kernel
    g = n[:, s].T @ n[:, t]
    own = np.einsum("mar,rq,mbq->mab", n[:, [s, t]], kernel, n[:, [s, t]])
    both = a[:, s, s] * a[:, t, t] + a[:, s, s] * own[:, 1, 1] + a[:, t, t] * own[:, 0, 0]
    mixed = a[:, s, t] ** 2 + a[:, s, t] * (own[:, 0, 1] + own[:, 1, 0])
    far = np.einsum("ab,cd,ac,bd->", kernel, kernel, g, g, optimize=True)
    far += np.einsum("ab,cd,ac,db->", kernel, kernel, g, g, optimize=True)
    return float(both.sum() + mixed.sum() + far)


def robust_of(
    working: Working,
    *,
    kind: str = "CR2",
    test: str = "Satterthwaite",
    level: float = 0.95,
) -> Robust:
    """Robust tests of all coefficients; ``kind`` and ``test`` are spellings of TYPES and TESTS."""
    spread = spread_of(working, kind)
    m, (k, p) = working.clusters, working.x.shape
    vcov = spread.g.T @ spread.g
    if test == "Satterthwaite":
        df = satterthwaite(spread)
    else:
        df = [{"naive-t": float(m - 1), "naive-tp": float(m - p), "z": float("nan")}[test]] * p
        if test == "naive-tp" and m <= p:
            raise TooFewStudies(f"{m} studies for {p} coefficients leave no degrees of freedom.")
    # A coefficient that one study alone determines leaves no residual to judge it by.
    known = np.diag(spread.kernel)[:p]
    alone = np.einsum("mcc->c", spread.own) < NO_SPREAD * known
    se = np.where(alone, np.nan, np.sqrt(np.diag(vcov)))
    found = coefficients_of(working.names, working.beta, se, df, level)
    notes = [
        f"{name} rests on one study alone, so it has no robust standard error."
        for name, one in zip(working.names, alone.tolist(), strict=True)
        if one
    ]
    weak = [one.name for one in found if one.df < FEW_DF - 1e-9]
    if weak:
        notes.append(
            f"The degrees of freedom of {', '.join(weak)} are below {FEW_DF}; the p of such a test is not to be trusted (Tipton 2015)."
        )
    only = found[0] if p == 1 else None
    return Robust(
        k=k, clusters=m, type=kind, test=test,
        se=only.se if only else None, statistic=only.statistic if only else None, df=only.df if only else None,
        p=only.p if only else None, ci=only.ci if only else None, coefficients=found,
        vcov=tuple(map(tuple, vcov.tolist())), level=level,
        data_hash=data_hash(working.residuals, working.x),
        options={"type": kind, "test": test, "level": level},
        versions=versions(), notes=tuple(notes),
    )  # fmt: skip


def htz_of(working: Working, contrasts: Array, names: Sequence[str], *, kind: str = "CR2") -> WaldTest:
    """The HTZ test that the ``contrasts`` (s, p) of the coefficients are all zero."""
    spread = spread_of(working, kind).rotated(contrasts.T)
    s = contrasts.shape[0]
    if s > working.clusters - 1:
        raise TooFewStudies(
            f"{working.clusters} studies are too few to test {s} coefficients at once; test fewer."
        )
    root = _power(spread.own.sum(axis=0)[None], -0.5)[0]
    turned = spread.rotated(root)
    total = sum(_covariance(turned, i, j) for i in range(s) for j in range(s))
    eta = s * (s + 1) / total
    estimate = contrasts @ working.beta
    q = float(estimate @ np.linalg.solve(spread.g.T @ spread.g, estimate))
    df = eta - s + 1
    if not df > 0:
        raise TooFewStudies(
            f"{working.clusters} studies are too few to test {s} coefficients at once: the test has no degrees of freedom "
            "left; test fewer."
        )
    f = q * df / (eta * s)
    return WaldTest("HTZ", tuple(names), f, (s, df), float(fdtrc(s, df, f)), kind, working.clusters)


def diagonal(variances: Array, rows: tuple[NDArray[np.int64], ...]) -> tuple[Array, ...]:
    """Diagonal matrices (m, n, n) of ``variances`` (k,) for each batch of rows."""
    return tuple(variances[one][:, :, None] * np.eye(one.shape[1]) for one in rows)
