"""Weeks for many people at once, on several cores."""

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from random import Random
from typing import Any

from ambulando.plan.week import Plan, make
from ambulando.safety.profile import Profile

#: so many requests go to a worker at a time
CHUNK = 25
#: what tells the libraries under NumPy how many threads to start
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Request:
    """A person's week that is asked for. ``seed``: of its lots; ``given``: the other keywords of ``plan.week.make``."""

    profile: Profile
    today: date
    seed: int
    given: Mapping[str, Any] = field(default_factory=dict)


def plan_many(requests: Sequence[Request], *, workers: int = 2) -> list[Plan]:
    """The weeks in the order of the requests: the same as one by one, whatever the number of ``workers`` (processes).

    With one worker, or for no more than one can take at a time, all in this process. Raises what ``make`` raises.
    """
    with _kept():
        if workers < 2 or len(requests) <= CHUNK:
            return [_plan(request) for request in requests]
        # a fresh process each: a copy of one with threads (a server's) could wait for a lock for ever
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin) as pool:
            return list(pool.map(_plan, requests, chunksize=CHUNK))


@contextmanager
def _kept() -> Iterator[None]:
    """All that is made stays, so that looking through all of it again and again for what can go would find nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _begin() -> None:
    """At the start of a worker, before NumPy is loaded: one thread each, as every core has a worker."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    gc.disable()  # what is made here goes by itself once it was sent, as nothing in it points back


def _plan(request: Request) -> Plan:
    return make(request.profile, today=request.today, rng=Random(request.seed), **request.given)  # noqa: S311 - a seed that is kept
