"""Pooling of all subsets of the studies, or of a random sample of them: GOSH (Olkin, Dahabreh & Trikalinos 2012, RSM 3:214).

Clouds of subsets that lie apart show studies that do not belong together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ambulando.evidence.checks.observed import choice, observed
from ambulando.evidence.checks.subsets import pools_of
from ambulando.evidence.faults import EvidenceFault, NotConverged
from ambulando.evidence.results import Array, Excluded, data_hash, versions
from ambulando.evidence.univariate.pooling import METHODS

#: Up to this many studies all subsets are pooled (32,752 of them); above, a sample.
COMPLETE = 15
SAMPLE = 10_000
#: How many subsets are drawn and held as a table of marks at once.
DRAWN = 20_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Gosh:
    """A row for each subset (b,): ``size``, ``estimate``, ``tau2``, ``q``, ``i2`` (percent), ``h2``, and ``members`` (b, k),
    true where a study is in it. ``complete`` says whether these are all subsets of two studies or more."""

    k: int
    method: str
    subsets: int
    complete: bool
    size: NDArray[np.int64]
    estimate: Array
    tau2: Array
    q: Array
    i2: Array
    h2: Array
    members: NDArray[np.bool_]
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]

    def with_and_without(self, study: int) -> tuple[Array, Array]:
        """The estimates of the subsets with study number ``study`` (from 0), and of those without it."""
        has = self.members[:, study]
        return self.estimate[has], self.estimate[~has]


def gosh(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    subsets: int | None = None,
    rng: np.random.Generator | None = None,
    least: int = 2,
    studies: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Gosh:
    """Pool the subsets of ``yi`` (k,) with variances ``vi`` (k,) that have ``least`` (1 or 2) studies or more.

    All of them up to 15 studies, or when ``subsets`` is at least their number; otherwise a sample of ``subsets`` (10,000)
    in which every subset is equally likely, drawn with ``rng``. ``progress`` hears (done, all). Raises EvidenceFault when
    a sample is needed and no ``rng`` was given, NotConverged when a subset in fifty or more has no answer; fewer are left
    out, with a note.
    """
    method = choice(method, METHODS, "method")
    data = observed(yi, vi, studies, least=3, what="Pooling all subsets")
    if least not in (1, 2):
        raise EvidenceFault(f"The least size of a subset is {least}; it is 1 or 2.")
    if subsets is not None and subsets < 1:
        raise EvidenceFault(f"{subsets} subsets were asked for; one or more are needed.")
    k = data.k
    possible = 2**k - 1 - (k if least == 2 else 0)
    complete = (k <= COMPLETE and subsets is None) or (subsets is not None and subsets >= possible)
    wanted = possible if complete else subsets or SAMPLE
    if complete:
        members = _every(k, least)
    elif rng is None:
        raise EvidenceFault(
            f"{k} studies have {possible:,} subsets, so a sample is drawn; please give rng, as numpy.random.default_rng(1)."
        )
    else:
        members = _sample(k, least, wanted, rng)
    size = members.sum(axis=1)
    columns = {name: np.empty(wanted) for name in ("estimate", "tau2", "q", "i2", "h2")}
    settled = np.ones(wanted, dtype=bool)
    done = 0

    def heard(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, wanted)

    for m in np.unique(size).tolist():
        places = np.flatnonzero(size == m)
        rows = np.nonzero(members[places])[1].reshape(places.size, m)
        found = pools_of(data.y, data.v, rows, method, heard)
        for name, column in columns.items():
            column[places] = getattr(found, name)
        settled[places] = found.converged
    notes: tuple[str, ...] = ()
    lost = int((~settled).sum())
    if lost:
        if lost * 50 > wanted:
            raise NotConverged(
                f"The spread between studies did not converge in {lost:,} of {wanted:,} subsets; take the method DL."
            )
        notes = (f"{lost:,} subsets did not converge and are left out.",)
        members, size = members[settled], size[settled]
        columns = {name: column[settled] for name, column in columns.items()}
    return Gosh(
        k=k, method=method, subsets=int(size.size), complete=complete, size=size.astype(np.int64), members=members,
        **columns, studies=data.studies, converged=True, data_hash=data_hash(data.y, data.v),
        options={"method": method, "subsets": subsets, "least": least}, versions=versions(),
        excluded=data.excluded, notes=notes,
    )  # fmt: skip


def _every(k: int, least: int) -> NDArray[np.bool_]:
    if k > 22:
        raise EvidenceFault(f"{k} studies have {2**k:,} subsets; that is too many, please ask for a sample.")
    numbers = np.arange(1, 2**k, dtype=np.int64)
    members = np.asarray((numbers[:, None] >> np.arange(k)) & 1, dtype=bool)
    return members if least == 1 else members[members.sum(axis=1) >= 2]


def _sample(k: int, least: int, wanted: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Subsets that are all equally likely: each study by the toss of a coin, drawn again when too few came out."""
    parts: list[NDArray[np.bool_]] = []
    found = 0
    while found < wanted:
        drawn = rng.random((min(DRAWN, wanted - found), k)) < 0.5
        drawn = drawn[drawn.sum(axis=1) >= least]
        parts.append(drawn)
        found += drawn.shape[0]
    return np.concatenate(parts)
