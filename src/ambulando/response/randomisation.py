"""The randomisation test: how often a difference as large comes when only the draw differs and nothing else does."""

import math
from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from ambulando.response.model import Floats
from ambulando.response.protocol import Day

#: Up to this many schedules every one is looked at; above, this many are drawn.
EXACT, DRAWN = 40_000, 9_999
#: A block of up to this many days has its orders written out.
_WRITTEN = 6


def p_randomisation(days: Sequence[Day], options: Sequence[str], rng: np.random.Generator) -> float | None:
    """The two-sided p of "it made no difference on any day which option was drawn"; None where no block can tell.

    Outcomes are taken less the mean of their block. The statistic is the largest difference between the means of two
    options, for two options the difference of block means. It is held against the same for every schedule that the draw
    could have given, that is every order within each block, missing days included (Edgington 1980; Dugard, File and
    Todman 2012). Exact up to 40,000 schedules, else from 9,999 that ``rng`` draws, the real one counted among them.
    """
    blocks: dict[int, list[Day]] = {}
    for day in days:
        blocks.setdefault(day.block, []).append(day)
    telling = [block for block in blocks.values() if _tells(block)]
    if not telling:
        return None
    tables = [_orders(block, options) for block in telling]
    seen = sum((_sums(block, options, [[day.option for day in block]]) for block in telling), np.zeros(1))
    actual = float(_statistic(seen)[0])
    written = [table for table in tables if table is not None]
    if len(written) == len(tables) and math.prod(table.shape[0] for table in written) <= EXACT:
        every: Floats = np.zeros((1, 2, len(options)))
        for orders in written:
            every = (every[:, None] + orders[None]).reshape(-1, 2, len(options))
        return float((_statistic(every) >= actual - 1e-9).mean())
    total: Floats = np.zeros((DRAWN, 2, len(options)))
    for block, table in zip(telling, tables, strict=True):
        if table is not None:
            total = total + table[rng.integers(table.shape[0], size=DRAWN)]
        else:
            names = [day.option for day in block]
            total = total + _sums(block, options, [rng.permutation(names).tolist() for _ in range(DRAWN)])
    return float((1 + (_statistic(total) >= actual - 1e-9).sum()) / (DRAWN + 1))


def _tells(block: Sequence[Day]) -> bool:
    """Two rated days or more, and more than one option."""
    return sum(day.outcome is not None for day in block) > 1 and len({day.option for day in block}) > 1


def _orders(block: Sequence[Day], options: Sequence[str]) -> Floats | None:
    """The sums of every order of a small block; None for a large one."""
    if len(block) > _WRITTEN:
        return None
    return _sums(block, options, [list(order) for order in permutations([day.option for day in block])])


def _sums(block: Sequence[Day], options: Sequence[str], orders: Sequence[Sequence[str]]) -> Floats:
    """For each order, sums of the centred outcomes and counts of rated days by option, (orders, 2, K)."""
    outcome = np.array([math.nan if day.outcome is None else day.outcome for day in block])
    rated: NDArray[np.bool_] = np.isfinite(outcome)
    centred = np.where(rated, outcome - outcome[rated].mean(), 0.0)
    place = {option: k for k, option in enumerate(options)}
    given = np.array([[place[option] for option in order] for order in orders])
    chosen = given[:, :, None] == np.arange(len(options))
    return np.stack([np.einsum("d,odk->ok", centred, chosen), np.einsum("d,odk->ok", rated, chosen)], axis=1)


def _statistic(sums: Floats) -> Floats:
    """The largest difference of option means, shape (orders,); an option without a rated day is left out."""
    total, count = sums[:, 0], sums[:, 1]
    mean = total / np.maximum(count, 1.0)
    high = np.where(count > 0, mean, -np.inf).max(axis=1)
    low = np.where(count > 0, mean, np.inf).min(axis=1)
    found: Floats = high - low
    return found
