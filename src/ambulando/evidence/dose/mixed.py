"""The linear mixed model behind every pooled curve: y_i = Z_i (A_i beta + b_i) + e_i, b_i ~ N(0, Psi), e_i ~ N(0, S_i), S_i known.

One stage and two stages, missing outcomes and meta-regression are all of this form, so there is one likelihood. A study enters
by Z'S^-1 Z (p, p), Z'S^-1 y (p,) and y'S^-1 y alone: time and memory grow with the number of studies, and a study with
fewer groups than coefficients adds what it knows. Sources: Gasparrini, Armstrong & Kenward 2012, Stat Med 31:3821;
Sera, Armstrong, Blangiardo & Gasparrini 2019, Stat Med 38:5429; Crippa, Discacciati, Bottai, Spiegelman & Orsini 2019,
Stat Methods Med Res 28:1579.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ambulando.evidence.faults import NotConverged, TooFewStudies
from ambulando.evidence.results import Array

LIKELIHOODS = ("ml", "reml")
#: The slope that still counts as flat, for coefficients in units of the mean information of a study; and how close to
#: zero, in the same units, an eigenvalue of Psi is taken for zero.
FLAT, NOTHING = 1e-6, 1e-9
Slopes = Callable[[Array], tuple[float, Array]]


@dataclass(frozen=True)
class Block:
    """A study, whitened by its own covariance: ``y`` (m,), ``z`` (m, p), ``a`` (p, q), log det S, and X'X (q, q) as it was."""

    y: Array
    z: Array
    a: Array
    log_det: float
    cross: Array


@dataclass(frozen=True)
class Fit:
    """``beta`` (q,) with ``vcov`` (q, q), ``psi`` (p, p); ``boundary``: psi has no full rank. ``q`` is Cochran's."""

    beta: Array
    vcov: Array
    psi: Array
    log_likelihood: float
    q: float
    q_df: int
    boundary: bool
    iterations: int


@dataclass(frozen=True)
class _Sums:
    """What the likelihood needs, in coordinates in which the mean study and the sum of all have unit information.

    ``g`` (k, p, p), ``u`` (k, p) and ``c`` are about the residuals from ``beta0``, the answer without spread.
    """

    g: Array
    u: Array
    c: float
    a: Array
    beta0: Array
    to_b: Array
    to_beta: Array
    n: int
    constant: float


def block(y: Array, z: Array, s: Array, a: Array | None = None) -> Block:
    """A study with outcomes ``y`` (m,), design ``z`` (m, p) and covariance ``s`` (m, m), positive definite."""
    factor = np.linalg.cholesky(s)
    whitened = np.linalg.solve(factor, np.column_stack([y, z]))
    log_det = 2 * float(np.log(np.diag(factor)).sum())
    a = np.eye(z.shape[1]) if a is None else a
    return Block(whitened[:, 0], whitened[:, 1:], a, log_det, (z @ a).T @ (z @ a))


def _sums(blocks: Sequence[Block]) -> _Sums:
    z = np.concatenate([one.z for one in blocks])
    x = np.concatenate([one.z @ one.a for one in blocks])
    y = np.concatenate([one.y for one in blocks])
    size = np.sqrt((x**2).sum(axis=0))
    if not np.all(size > 0) or np.linalg.matrix_rank(x / size) < x.shape[1]:
        raise TooFewStudies(
            f"The studies together cannot tell {x.shape[1]} coefficients apart; take a simpler model or add studies."
        )
    orthogonal, to_beta = np.linalg.qr(x)
    beta0 = orthogonal.T @ y
    # Coordinates of the random part: the mean study has information 1 in every direction. What no study knows of stays.
    _, to_b = np.linalg.qr(z / np.sqrt(len(blocks)))
    residual = y - orthogonal @ beta0
    inverse_b, inverse_beta = np.linalg.inv(to_b), np.linalg.inv(to_beta)
    ends = np.cumsum([one.y.size for one in blocks])[:-1]
    parts = np.split(z @ inverse_b, ends)
    g = np.array([part.T @ part for part in parts])
    u = np.array([part.T @ r for part, r in zip(parts, np.split(residual, ends), strict=True)])
    a = np.array([to_b @ one.a @ inverse_beta for one in blocks])
    return _Sums(
        g, u, float(residual @ residual), a, beta0, to_b, to_beta, y.size, sum(one.log_det for one in blocks)
    )


def _at(sums: _Sums, factor: Array, restricted: bool) -> tuple[float, Array, Array, Array]:
    """Minus the log-likelihood without its constant, its derivative in Psi = factor factor' (p, p), beta and vcov."""
    g, u, a = sums.g, sums.u, sums.a
    gl = g @ factor
    inner = np.eye(factor.shape[0]) + np.swapaxes(gl, 1, 2) @ factor
    solved = np.linalg.solve(inner, np.concatenate([np.swapaxes(gl, 1, 2), (u @ factor)[:, :, None]], axis=2))
    w = g - gl @ solved[:, :, :-1]
    u_psi = u - np.einsum("kij,kj->ki", gl, solved[:, :, -1])
    wa = w @ a
    information = np.einsum("kpq,kpr->qr", a, wa)
    vcov = np.linalg.inv(information)
    vcov = (vcov + vcov.T) / 2
    score = np.einsum("kpq,kp->q", a, u_psi)
    beta = vcov @ score
    r = u_psi - wa @ beta
    rss = sums.c - float(np.einsum("ki,ki->", u @ factor, solved[:, :, -1])) - float(score @ beta)
    value = float(np.linalg.slogdet(inner)[1].sum()) + rss
    slope = w.sum(axis=0) - np.einsum("ki,kj->ij", r, r)
    if restricted:
        value += float(np.linalg.slogdet(information)[1])
        slope -= np.einsum("kpq,qr,ksr->ps", wa, vcov, wa)
    return value / 2, (slope + slope.T) / 4, beta, vcov


def fit(blocks: Sequence[Block], method: str) -> Fit:
    """The model by "fixed" (Psi = 0), "ml" or "reml". Raises NotConverged when no start of the search led to a summit."""
    sums = _sums(blocks)
    p = sums.g.shape[1]
    if method == "fixed":
        return answer(blocks, np.zeros((p, p)), method, sums=sums)
    factor, iterations = _search(sums, method == "reml")
    inverse = np.linalg.inv(sums.to_b)
    return answer(
        blocks,
        inverse @ factor @ factor.T @ inverse.T,
        method,
        sums=sums,
        factor=factor,
        iterations=iterations,
    )


def answer(
    blocks: Sequence[Block],
    psi: Array,
    method: str,
    *,
    sums: _Sums | None = None,
    factor: Array | None = None,
    iterations: int = 0,
) -> Fit:
    """The coefficients for a given ``psi`` (p, p), however it was estimated; a likelihood only for "fixed", "ml", "reml"."""
    sums = _sums(blocks) if sums is None else sums
    if factor is None:
        factor = _root(sums.to_b @ psi @ sums.to_b.T)
    restricted = method == "reml"
    value, _, delta, vcov = _at(sums, factor, restricted)
    inverse = np.linalg.inv(sums.to_beta)
    n, q = sums.n, sums.beta0.size
    # Harville's restricted likelihood, of contrasts orthonormal to the design: hence the determinant of X'X.
    log_likelihood = -value - ((n - q if restricted else n) * np.log(2 * np.pi) + sums.constant) / 2
    if restricted:
        log_likelihood -= float(np.log(np.abs(np.diag(sums.to_beta))).sum())
        log_likelihood += float(np.linalg.slogdet(np.sum([one.cross for one in blocks], axis=0))[1]) / 2
    spread = np.linalg.eigvalsh(factor @ factor.T)
    return Fit(
        beta=inverse @ (sums.beta0 + delta),
        vcov=inverse @ vcov @ inverse.T,
        psi=psi,
        log_likelihood=float(log_likelihood) if method in ("fixed", *LIKELIHOODS) else float("nan"),
        q=sums.c,
        q_df=n - q,
        boundary=method != "fixed" and bool(spread[0] <= NOTHING * max(1.0, float(spread[-1]))),
        iterations=iterations,
    )


def _root(psi: Array) -> Array:
    values, vectors = np.linalg.eigh(psi)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0)))


def _search(sums: _Sums, restricted: bool) -> tuple[Array, int]:
    """The Cholesky factor of Psi with the highest likelihood: BFGS from several starts, Newton's method for the last digits.

    Over factors Psi stays a covariance, also on the boundary. There a flat slope is not enough: the derivative in Psi must
    not fall in any direction that keeps Psi a covariance, which is checked in all of them (the conditions of Kuhn & Tucker).
    """
    from scipy.optimize import minimize

    p = sums.g.shape[1]
    lower = np.tril_indices(p)

    def unpack(theta: Array) -> Array:
        factor = np.zeros((p, p))
        factor[lower] = theta
        return factor

    def both(theta: Array) -> tuple[float, Array]:
        value, slope, _, _ = _at(sums, unpack(theta), restricted)
        return value, np.asarray((2 * slope @ unpack(theta))[lower])

    best: tuple[float, Array, int] | None = None
    tried = 0
    starts = [_lower(one) for one in _starts(sums)]
    while starts and tried < 12:
        tried += 1
        found = minimize(both, starts.pop(0)[lower], jac=True, method="BFGS", options={"gtol": 1e-7})
        theta = _polished(found.x, both)
        theta = _without_nothing(theta, both, unpack(theta))
        value, slope = both(theta)
        if not np.isfinite(value) or np.abs(slope).max() > FLAT * max(1.0, np.abs(theta).max()):
            continue
        derivative = _at(sums, unpack(theta), restricted)[1]
        values, vectors = np.linalg.eigh(derivative)
        if values[0] < -FLAT:
            # A saddle: the likelihood still rises when Psi grows along this direction.
            grown = unpack(theta) @ unpack(theta).T + 0.1 * np.outer(vectors[:, 0], vectors[:, 0])
            starts.append(_lower(grown + 1e-6 * np.eye(p)))
            continue
        if best is None or value < best[0] - 1e-12 * abs(best[0]):
            best = value, theta, int(found.nit)
    if best is None:
        raise NotConverged(
            "The covariance between studies did not settle, so no answer is given; take a simpler model or --method mm or fixed."
        )
    return unpack(best[1]), best[2]


def _starts(sums: _Sums) -> list[Array]:
    """Covariances to begin from: what studies of average information differ by, and small and large spread."""
    k, p, _ = sums.g.shape
    ridge = np.linalg.solve(sums.g + 0.05 * np.eye(p), sums.u[:, :, None])[:, :, 0]
    spread = ridge.T @ ridge / max(k - 1, 1)
    size = max(float(np.trace(spread)) / p, 1e-3)
    return [spread + 1e-3 * size * np.eye(p), np.eye(p), 1e-2 * np.eye(p), 10 * size * np.eye(p)]


def _lower(psi: Array) -> Array:
    return np.asarray(np.linalg.cholesky(psi))


def _polished(theta: Array, both: Slopes) -> Array:
    """Newton steps to the last digits; the second derivative is the difference of exact first ones."""
    slope = both(theta)[1]
    for _ in range(6):
        size = np.maximum(1e-5, 1e-5 * np.abs(theta))
        columns = [
            (both(theta + h * e)[1] - both(theta - h * e)[1]) / (2 * h)
            for h, e in zip(size, np.eye(theta.size), strict=True)
        ]
        hessian = np.array(columns)
        step = np.linalg.lstsq((hessian + hessian.T) / 2, -slope, rcond=1e-10)[0]
        after = both(theta + step)[1]
        if not np.abs(after).max() < np.abs(slope).max():
            break
        theta, slope = theta + step, after
    return theta


def _without_nothing(theta: Array, both: Slopes, factor: Array) -> Array:
    """Eigenvalues of Psi that are nothing but rounding become zero, unless the likelihood falls by that."""
    values, vectors = np.linalg.eigh(factor @ factor.T)
    small = values <= NOTHING * max(1.0, float(values[-1]))
    if not small.any():
        return theta
    kept = vectors * np.sqrt(np.where(small, 0.0, values))
    # The R of a QR decomposition of a root, transposed, is a Cholesky factor also of a covariance without full rank.
    cleaned = np.asarray(np.linalg.qr(kept.T)[1].T[np.tril_indices(len(values))])
    return cleaned if both(cleaned)[0] <= both(theta)[0] + 1e-9 else theta
