"""The likelihood of effects with a known sampling covariance inside each study and a structured random part.

M = V + Z G(theta) Z' within a study, where Z says which of the q slots (outcomes, times, places) a row fills: slots may be
missing, or be filled more than once. Studies of one size are handled together; nothing larger than a study's block is formed.
Likelihood, slope and information: Harville 1977, J Am Stat Assoc 72:320; Gilmour, Thompson & Cullis 1995, Biometrics 51:1440.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ambulando.evidence.dependence.dependent import Codes
from ambulando.evidence.dependence.rankone import LOG_2_PI
from ambulando.evidence.dependence.sandwich import Batch, batches_by_size
from ambulando.evidence.newton import Point
from ambulando.evidence.results import Array

#: theta (r,) -> G (q, q), its first derivatives (r, q, q), its second ones (r, r, q, q) or None where G is linear in theta.
Structure = Callable[[Array], tuple[Array, Array, Array | None]]


@dataclass(frozen=True)
class Group:
    """Studies of one size: ``rows`` and ``slots`` (m, n), sampling covariance ``v`` (m, n, n)."""

    rows: Codes
    slots: Codes
    v: Array


@dataclass(frozen=True)
class Data:
    """Effects ``y`` (k,), a design ``q`` (k, p) with orthonormal columns (x = q r), and the groups."""

    y: Array
    q: Array
    r: Array
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Level:
    """The likelihood at one G: inverse covariances ``w``, ``wq`` and weighted residuals ``e`` of each group, ``vcov`` (p, p)
    and ``gamma`` (p,) of the coefficients of q, and the log-likelihoods."""

    w: tuple[Array, ...]
    wq: tuple[Array, ...]
    e: tuple[Array, ...]
    vcov: Array
    gamma: Array
    log_ml: float
    log_reml: float
    rss: float


def data_of(y: Array, x: Array, codes: Codes, slots: Codes, blocks: Sequence[Array]) -> Data:
    """``blocks`` are the sampling covariances of the studies in the order of their codes, rows as they come."""
    q, r = np.linalg.qr(x)
    groups = [
        Group(rows, slots[rows], np.stack([blocks[one] for one in codes[rows[:, 0]].tolist()]))
        for rows in batches_by_size(codes)
    ]
    return Data(y, q, r, tuple(groups))


def level(data: Data, g: Array) -> Level:
    """Everything at one G (q, q). Raises LinAlgError where a covariance is not positive definite."""
    k, p = data.q.shape
    information, right, logdet = np.zeros((p, p)), np.zeros(p), 0.0
    inverses, wqs = [], []
    for one in data.groups:
        m = one.v + g[one.slots[:, :, None], one.slots[:, None, :]]
        root = np.linalg.cholesky(m)
        logdet += 2 * float(np.log(np.einsum("mii->mi", root)).sum())
        w = np.linalg.inv(m)
        w = (w + w.swapaxes(-1, -2)) / 2
        q = data.q[one.rows]
        wq = w @ q
        information += np.einsum("mnp,mnq->pq", wq, q)
        right += np.einsum("mnp,mn->p", wq, data.y[one.rows])
        inverses.append(w)
        wqs.append(wq)
    vcov = np.asarray(np.linalg.inv(information))
    gamma = np.asarray(vcov @ right)
    residual = data.y - data.q @ gamma
    rss, weighted = 0.0, []
    for one, w in zip(data.groups, inverses, strict=True):
        e = np.einsum("mij,mj->mi", w, residual[one.rows])
        rss += float((e * residual[one.rows]).sum())
        weighted.append(e)
    _, log_information = np.linalg.slogdet(information)
    ml = -0.5 * (k * LOG_2_PI + logdet + rss)
    reml = -0.5 * ((k - p) * LOG_2_PI + logdet + float(log_information) + rss)
    return Level(tuple(inverses), tuple(wqs), tuple(weighted), vcov, gamma, ml, reml, rss)


def log_likelihood(data: Data, structure: Structure, theta: Array, reml: bool) -> float:
    """The log-likelihood alone; minus infinity where a covariance is not positive definite."""
    try:
        at = level(data, structure(theta)[0])
    except np.linalg.LinAlgError:
        return float("-inf")
    return at.log_reml if reml else at.log_ml


def point(data: Data, structure: Structure, theta: Array, reml: bool) -> Point:
    """The log-likelihood with exact slope, observed and expected information in theta."""
    g, first, second = structure(theta)
    at = level(data, g)
    r, p = first.shape[0], data.q.shape[1]
    traces, forms = np.zeros(r), np.zeros(r)
    pairs, bends, threes = np.zeros((r, r)), np.zeros((r, r)), np.zeros((r, r, p, p))
    f, xwd = np.zeros((r, p, p)), np.zeros((r, p))
    slope = np.zeros_like(g)
    for one, w, wq, e in zip(data.groups, at.w, at.wq, at.e, strict=True):
        rows, columns = one.slots[:, :, None], one.slots[:, None, :]
        derived = first[:, rows, columns]  # (r, m, n, n)
        wd = w @ derived
        de = np.einsum("rmij,mj->rmi", derived, e)
        dwq = derived @ wq
        traces += np.einsum("rmii->r", wd)
        forms += np.einsum("rmi,mi->r", de, e)
        pairs += np.einsum("rmij,smji->rs", wd, wd)
        wde = np.einsum("mij,rmj->rmi", w, de)
        bends += np.einsum("rmi,smi->rs", de, wde)
        xwd += np.einsum("mip,rmi->rp", wq, de)
        if reml:
            f += np.einsum("mip,rmiq->rpq", wq, dwq)
            threes += np.einsum("rmip,smiq->rspq", dwq, w @ dwq)
        if second is not None:
            inner = w - e[:, :, None] * e[:, None, :]
            if reml:
                inner = inner - wq @ at.vcov @ wq.swapaxes(-1, -2)
            np.add.at(slope, (rows, columns), -0.5 * inner)
    bends -= xwd @ at.vcov @ xwd.T
    if reml:
        cf = at.vcov @ f
        traces -= np.trace(cf, axis1=1, axis2=2)
        pairs += -2 * np.einsum("ij,rsji->rs", at.vcov, threes) + np.einsum("rij,sji->rs", cf, cf)
    observed = bends - 0.5 * pairs
    if second is not None:
        observed = observed - np.einsum("ab,rsab->rs", slope, second)
    return Point(
        at.log_reml if reml else at.log_ml,
        -0.5 * (traces - forms),
        (observed + observed.T) / 2,
        (pairs + pairs.T) / 4,
    )


def batches_of(data: Data, g: Array, scale: float = 1.0) -> tuple[Batch, ...]:
    """The covariance of each study and its inverse, times ``scale``."""
    made = []
    for one in data.groups:
        m = one.v + g[one.slots[:, :, None], one.slots[:, None, :]]
        made.append(Batch(one.rows, m * scale, np.asarray(np.linalg.inv(m) / scale)))
    return tuple(made)
