"""Ranks of treatments by simulation: how often each would come first, second and so on (Salanti, Ades & Ioannidis 2011)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.networks.fit import Network
from ambulando.evidence.results import versions


@dataclass(frozen=True)
class Ranks:
    """``probabilities[treatment][r]`` of rank r + 1 (1 is best), ``mean_rank``, and ``sucra``, the surface under the
    cumulative ranking, 0 to 1. ``error`` is the largest standard error of a SUCRA that the simulation leaves.
    """

    k: int
    treatments: tuple[str, ...]
    draws: int
    probabilities: Mapping[str, tuple[float, ...]]
    mean_rank: Mapping[str, float]
    sucra: Mapping[str, float]
    error: float
    small_values: str
    studies: tuple[str, ...]
    data_hash: str
    options: Mapping[str, object]
    versions: Mapping[str, str]
    notes: tuple[str, ...]


def ranks(found: Network, *, rng: np.random.Generator, draws: int = 20_000) -> Ranks:
    """Ranks of the treatments of ``found`` in ``draws`` draws from the joint distribution of its effects."""
    if not 100 <= draws <= 10_000_000:
        raise UnknownOption(f"{draws} draws were asked for; between 100 and 10,000,000 can be made.")
    t = len(found.treatments)
    # the inverse of a Laplacian has the one eigenvalue zero, so its root is taken by eigenvectors
    values, vectors = np.linalg.eigh(found.random.inverse)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    sign = 1.0 if found.small_values == "desirable" else -1.0
    counts = np.zeros((t, t))
    squares = np.zeros(t)
    left = draws
    while left > 0:
        size = min(left, 20_000)
        effects = sign * (found.random.effects + rng.standard_normal((size, t)) @ root.T)
        place = np.argsort(np.argsort(effects, axis=1), axis=1)
        counts += np.bincount((np.arange(t) * t + place).ravel(), minlength=t * t).reshape(t, t)
        squares += (place.astype(float) ** 2).sum(axis=0)
        left -= size
    chances = counts / draws
    mean = chances @ np.arange(t)
    spread = np.sqrt(np.maximum(squares / draws - mean**2, 0.0) / draws) / (t - 1)
    names = found.treatments
    return Ranks(
        k=found.k,
        treatments=names,
        draws=draws,
        probabilities={name: tuple(row) for name, row in zip(names, chances.tolist(), strict=True)},
        mean_rank=dict(zip(names, (mean + 1).tolist(), strict=True)),
        sucra=dict(zip(names, (1 - mean / (t - 1)).tolist(), strict=True)),
        error=float(spread.max()),
        small_values=found.small_values,
        studies=found.studies,
        data_hash=found.data_hash,
        options=dict(found.options) | {"draws": draws},
        versions=versions(),
        notes=("SUCRA is the P-score but for the error of the simulation; take the P-scores for the order.",),
    )
