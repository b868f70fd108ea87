"""The network as a graph: treatments are its nodes, and each pair of arms that a study compares is an edge.

A study of p arms has p(p-1)/2 edges whose errors are correlated. Its weights are those of Rücker 2012 (Research Synthesis
Methods 3:312) and Rücker & Schwarzer 2014 (Statistics in Medicine 33:4353): the pseudo-inverse of the covariance of its
centred arms is a Laplacian, and what stands off its diagonal are the weights of its edges. Everything after that is
algebra of the treatments alone, T x T, whatever the number of studies.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambulando.evidence.results import Array

Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Arms:
    """The studies of one number of arms p > 2: ``edges`` (n, p, p), the number of the edge of each pair (its diagonal is 0)."""

    p: int
    edges: Ints


@dataclass(frozen=True, eq=False)
class Graph:
    """The edges of a network, each from the treatment with the lower number to that with the higher.

    ``te`` is the effect of ``first`` minus that of ``second``, ``variance`` its square standard error, both (m,); ``study``
    and ``design`` number the study and the set of treatments that it compares. ``row`` is the contrast among those given
    (from 0; -1 for one that was derived) and ``flipped`` tells whether it came the other way round.
    """

    treatments: tuple[str, ...]
    studies: tuple[str, ...]
    designs: tuple[tuple[int, ...], ...]
    study: Ints
    design: Ints
    first: Ints
    second: Ints
    te: Array
    variance: Array
    row: Ints
    flipped: NDArray[np.bool_]
    several: tuple[Arms, ...]
    contrasts: int

    @property
    def t(self) -> int:
        return len(self.treatments)


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of the edges at one tau2: ``w`` off the Laplacian L of each study, ``w2`` off L L / 2, both (m,).

    ``w2`` is what the derivative by tau2 needs, for heterogeneity adds tau2/2 to each arm.
    """

    w: Array
    w2: Array


@dataclass(frozen=True, eq=False)
class Solution:
    """Weighted least squares on a graph: ``laplacian`` and its pseudo-inverse ``inverse``, (nodes, nodes), the ``effects``
    of the nodes (centred in each connected part), Q of the edges, and the trace that turns Q into a moment estimate of tau2.
    """

    weights: Weights
    laplacian: Array
    inverse: Array
    effects: Array
    residuals: Array
    q: float
    trace: float


def centred_covariance(variance: Array) -> Array:
    """The covariance (..., p, p) of the centred arms of studies from the variances of their differences (..., p, p)."""
    p = variance.shape[-1]
    centring = np.eye(p) - 1 / p
    return np.asarray(-0.5 * centring @ variance @ centring)


def weights(graph: Graph, tau2: float) -> Weights:
    """The weights of all edges when tau2 is added to the variance of each difference."""
    w = 1 / (graph.variance + tau2)
    w2 = w * w
    for arms in graph.several:
        p = arms.p
        apart = ~np.eye(p, dtype=bool)
        covariance = centred_covariance(np.where(apart, graph.variance[arms.edges] + tau2, 0.0))
        size = np.trace(covariance, axis1=1, axis2=2)[:, None, None] / p
        inverse = np.linalg.inv(covariance + size / p) - 1 / (size * p)
        upper = np.triu_indices(p, 1)
        places = arms.edges[:, upper[0], upper[1]]
        w[places] = -inverse[:, upper[0], upper[1]]
        w2[places] = -0.5 * (inverse @ inverse)[:, upper[0], upper[1]]
    return Weights(w, w2)


def laplacian(nodes: int, first: Ints, second: Ints, w: Array) -> Array:
    """The Laplacian (nodes, nodes) of weighted edges; edges between the same nodes add up."""
    apart = np.bincount(first * nodes + second, w, nodes * nodes).reshape(nodes, nodes)
    apart = apart + apart.T
    return np.asarray(np.diag(apart.sum(axis=1)) - apart)


def pseudo_inverse(matrix: Array, parts: Ints) -> Array:
    """The Moore-Penrose inverse of a Laplacian whose connected parts are known: ``parts`` (nodes,) numbers them from 0."""
    indicator = np.zeros((matrix.shape[0], int(parts.max()) + 1))
    indicator[np.arange(parts.size), parts] = 1
    indicator /= np.sqrt(indicator.sum(axis=0))
    null = indicator @ indicator.T
    size = float(np.trace(matrix)) / max(1, matrix.shape[0])
    return np.asarray(np.linalg.inv(matrix + size * null) - null / size)


def spread(inverse: Array, first: Ints, second: Ints) -> Array:
    """The variances (m,) of the differences between nodes."""
    diagonal = np.diag(inverse)
    return np.asarray(diagonal[first] + diagonal[second] - 2 * inverse[first, second])


def solve(
    graph: Graph,
    tau2: float,
    *,
    first: Ints | None = None,
    second: Ints | None = None,
    parts: Ints | None = None,
) -> Solution:
    """Weighted least squares at ``tau2``; other nodes than the treatments may be given, with the parts they fall into."""
    first = graph.first if first is None else first
    second = graph.second if second is None else second
    parts = np.zeros(graph.t, dtype=np.intp) if parts is None else parts
    found = weights(graph, tau2)
    matrix = laplacian(parts.size, first, second, found.w)
    inverse = pseudo_inverse(matrix, parts)
    flow = found.w * graph.te
    moments = np.bincount(first, flow, parts.size) - np.bincount(second, flow, parts.size)
    effects = inverse @ moments
    residuals = graph.te - (effects[first] - effects[second])
    return Solution(
        weights=found,
        laplacian=matrix,
        inverse=inverse,
        effects=effects,
        residuals=residuals,
        q=float(found.w @ residuals**2),
        trace=float(found.w.sum() - found.w2 @ spread(inverse, first, second)),
    )


def parts_of(nodes: int, first: Ints, second: Ints) -> Ints:
    """The number of the connected part of each node, from 0."""
    label = np.arange(nodes)
    while True:
        low = np.minimum(label[first], label[second])
        before = label.copy()
        np.minimum.at(label, first, low)
        np.minimum.at(label, second, low)
        label = label[label]
        if np.array_equal(label, before):
            return np.unique(label, return_inverse=True)[1].astype(np.intp)
