"""What the studies of a comparison say (direct), and what the rest of the network says about it (indirect).

Back-calculation: the network estimate is the average of both, weighted by their precision (König, Krahn & Binder 2013,
Statistics in Medicine 32:5414; the side-splitting of Dias et al. 2010 without refitting).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ambulando.evidence.networks.graph import Graph, Solution, spread
from ambulando.evidence.results import Array

#: With a share this close to one of direct evidence there is no indirect evidence to speak of.
ALL_DIRECT = 5e-4


@dataclass(frozen=True)
class Split:
    """One comparison, treat1 minus treat2. ``direct`` is NaN where no study compares both, ``indirect`` where nothing else
    does; ``difference`` is direct minus indirect and ``p`` that of its z test. ``proportion`` of direct evidence is 0 to 1.
    """

    pair: str
    treat1: str
    treat2: str
    studies: int
    proportion: float
    network: float
    network_se: float
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float
    difference: float
    difference_se: float
    statistic: float
    p: float


def splits(graph: Graph, found: Solution, tau2: float) -> tuple[Split, ...]:
    """A split of every pair of treatments, in their order, at ``tau2``; ``found`` is the solution there."""
    t = graph.t
    first, second = np.triu_indices(t, 1)
    pair = graph.first * t + graph.second
    raw = 1 / (graph.variance + tau2)
    weight = np.bincount(pair, raw, t * t).reshape(t, t)[first, second]
    total = np.bincount(pair, raw * graph.te, t * t).reshape(t, t)[first, second]
    studies = np.bincount(pair, minlength=t * t).reshape(t, t)[first, second]
    network = found.effects[first] - found.effects[second]
    variance = np.maximum(spread(found.inverse, first, second), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        direct = np.where(weight > 0, total / weight, np.nan)
        direct_se = np.where(weight > 0, weight**-0.5, np.nan)
        proportion = np.where(weight > 0, np.minimum(variance * weight, 1.0), 0.0)
        some = proportion < 1 - ALL_DIRECT
        indirect = np.where(
            some, np.where(weight > 0, (network - proportion * direct) / (1 - proportion), network), np.nan
        )
        indirect_se = np.where(some, np.sqrt(variance / (1 - proportion)), np.nan)
        difference = direct - indirect
        difference_se = np.sqrt(direct_se**2 + indirect_se**2)
        statistic = difference / difference_se
        p = 2 * ndtr(-np.abs(statistic))
    names = graph.treatments
    columns: list[Array] = [
        proportion, network, np.sqrt(variance), direct, direct_se, indirect, indirect_se, difference, difference_se, statistic, p,
    ]  # fmt: skip
    numbers = np.array(columns).T.tolist()
    return tuple(
        Split(f"{names[i]}:{names[j]}", names[i], names[j], k, *values)
        for i, j, k, values in zip(first.tolist(), second.tolist(), studies.tolist(), numbers, strict=True)
    )
