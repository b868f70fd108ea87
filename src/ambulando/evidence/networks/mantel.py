"""Mantel-Haenszel network meta-analysis of rare events (Efthimiou, Rücker, Schwarzer, Higgins, Egger & Salanti 2019,
Statistics in Medicine 38:2992): no continuity correction, and no weight from studies without events.

Studies are first pooled within each design, by the estimators of Mantel and Haenszel for several arms (Greenland 1989,
Biometrics 45:183), which make the comparisons of a design add up; the designs are then joined as in any network. One
common effect is assumed.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from ambulando.evidence.faults import TooFewStudies
from ambulando.evidence.networks.arms import Arm, by_study, checked
from ambulando.evidence.networks.build import TOLERANCE, sorted_names
from ambulando.evidence.networks.fit import Network, network
from ambulando.evidence.results import Array, Excluded, data_hash


def network_mantel_haenszel(
    arms: Sequence[Arm],
    *,
    reference: str | None = None,
    level: float = 0.95,
    small_values: str = "desirable",
    tolerance: float = TOLERANCE,
) -> Network:
    """The network of odds ratios of arms with events. ``studies`` and ``k`` are those that were used; ``q`` is NaN, since the
    studies within a design are not compared, and ``q_inconsistency`` is that between designs.
    """
    groups: dict[tuple[str, ...], list[list[Arm]]] = {}
    excluded: list[Excluded] = []
    for study, group in by_study([checked(arm) for arm in arms]).items():
        if len(group) < 2:
            reason = f"it has the one arm {group[0].treatment}, and two are needed"
        elif all(arm.events == 0 for arm in group):
            reason = "every arm has no events"
        elif all(arm.events == arm.n for arm in group):
            reason = "every arm has events alone"
        else:
            ordered = sorted(group, key=lambda arm: (arm.treatment.casefold(), arm.treatment))
            groups.setdefault(tuple(arm.treatment for arm in ordered), []).append(ordered)
            continue
        excluded.append(Excluded(group[0].row, study, reason))
    notes: list[str] = []
    designs = _reduced(groups, excluded, notes)
    rows: list[tuple[str, str, str, float, float]] = []
    used: list[str] = []
    cells: list[float] = []
    for names, studies in designs.items():
        table = _table(studies)
        effects, covariance = pooled_design(table)
        used.extend(study[0].study for study in studies)
        cells.extend(table.ravel().tolist())
        for i, j in combinations(range(len(names)), 2):
            variance = covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
            rows.append(
                (":".join(names), names[i], names[j], float(effects[i] - effects[j]), float(variance) ** 0.5)
            )
    if not rows:
        raise TooFewStudies("No design has events in two of its arms, so there is nothing to pool.")
    gone = set(sorted_names([arm.treatment for arm in arms])) - {name for row in rows for name in row[1:3]}
    notes.extend(
        f"{name} is not in the network: no study of it can be used." for name in sorted_names(list(gone))
    )
    found = network(
        *zip(*rows, strict=True),
        method="EE", reference=reference, level=level, measure="OR", small_values=small_values, tolerance=tolerance, least=1,
    )  # fmt: skip
    nan = float("nan")
    return replace(
        found,
        k=len(used), studies=tuple(used), method="MH", q=nan, q_df=0, q_p=nan, i2=nan,
        q_heterogeneity=nan, q_heterogeneity_df=0, q_heterogeneity_p=nan,
        q_inconsistency=found.q, q_inconsistency_df=found.q_df, q_inconsistency_p=found.q_p,
        q_inconsistency_random=nan, q_inconsistency_random_p=nan, tau2=nan, tau=nan, tau2_within=nan,
        data_hash=data_hash(cells), options=dict(found.options) | {"method": "MH"},
        excluded=tuple(sorted(excluded, key=lambda one: one.row)),
        notes=(*notes, "Mantel-Haenszel takes one common effect for each comparison; the spread between studies is not estimated."),
    )  # fmt: skip


Designs = dict[tuple[str, ...], list[list[Arm]]]


def _table(studies: Sequence[Sequence[Arm]]) -> Array:
    return np.array([[(arm.events or 0.0, arm.n) for arm in study] for study in studies])


def _reduced(groups: Designs, excluded: list[Excluded], notes: list[str]) -> Designs:
    """Designs whose arms can all be compared: arms without events in a design leave it, and its studies join the design of
    the arms that stay.
    """
    while True:
        kept: Designs = {}
        changed = False
        for names, studies in groups.items():
            stay = _usable(_table(studies))
            if len(stay) == len(names):
                kept.setdefault(names, []).extend(studies)
                continue
            changed = True
            gone = [name for place, name in enumerate(names) if place not in stay]
            told = ", ".join(study[0].study for study in studies)
            if len(stay) < 2:
                reason = f"in {':'.join(names)} no two arms have both events and people without them"
                excluded.extend(Excluded(study[0].row, study[0].study, reason) for study in studies)
                continue
            notes.append(
                f"{', '.join(gone)} was left out of {':'.join(names)} ({told}): it has no events to compare there."
            )
            kept.setdefault(tuple(names[place] for place in stay), []).extend(
                [study[place] for place in stay] for study in studies
            )
        if not changed:
            return kept
        groups = kept


def _usable(table: Array) -> list[int]:
    """The arms of a design, (studies, arms, 2), that can be compared with all others: those with the fewest such leave first."""
    kept = list(range(table.shape[1]))
    while len(kept) > 1:
        c = _odds(table[:, kept])
        possible = ((c > 0) & (c.T > 0)).sum(axis=1) - 1  # an arm beside itself says nothing
        possible += (np.diag(c) <= 0).astype(possible.dtype)
        if possible.min() == len(kept) - 1:
            break
        kept.pop(int(possible.argmin()))
    return kept


def _odds(table: Array) -> Array:
    """c[i, j] = sum over studies of events in i times non-events in j, by the people of the study."""
    a, b = table[..., 0], table[..., 1] - table[..., 0]
    return np.asarray(np.einsum("si,sj,s->ij", a, b, 1 / table[..., 1].sum(axis=1)))


def pooled_design(table: Array) -> tuple[Array, Array]:
    """Effects (p,) of the arms of a design on the log odds scale and their covariance (p, p), both but for a constant.

    ``table`` (studies, p, 2) holds events and people. theta_ij = log(c_ij / c_ji); arm i has the mean of theta_ij over j.
    Variances hold both for few large and for many small studies (Robins, Breslow & Greenland 1986; Greenland 1989).
    """
    p = table.shape[1]
    a, b = table[..., 0], table[..., 1] - table[..., 0]
    n, total = table[..., 1], table[..., 1].sum(axis=1)
    c = _odds(table)
    odds = c / c.T
    theta = np.log(odds)
    pairs = [(i, j) for i in range(p) for j in range(p) if i != j]
    covariance = np.zeros((len(pairs), len(pairs)))
    for x, (i, j) in enumerate(pairs):
        for y, (h, k) in enumerate(pairs):
            # theta_ij is -theta_ji, so each pair is turned until what it shares with the other comes first
            if {i, j} == {h, k}:
                sign = 1.0 if i == h else -1.0
                ratio = odds[i, j]
                value = (
                    (a[:, i] * b[:, j] + ratio * a[:, j] * b[:, i])
                    * (a[:, i] + b[:, j] + ratio * (a[:, j] + b[:, i]))
                    / (2 * total**2)
                ).sum() / c[i, j] ** 2
            elif shared := {i, j} & {h, k}:
                s = shared.pop()
                sign = (1.0 if s == i else -1.0) * (1.0 if s == h else -1.0)
                u, v = (j if s == i else i), (k if s == h else h)
                to_u, to_v = odds[s, u], odds[s, v]
                value = (
                    (
                        a[:, s] * b[:, u] * b[:, v]
                        + to_u * to_v * b[:, s] * a[:, u] * a[:, v]
                        + n[:, s] * (to_u * a[:, u] * b[:, v] + to_v * a[:, v] * b[:, u])
                    )
                    / total**2
                ).sum() / (3 * c[s, u] * c[s, v])
            else:
                continue
            covariance[x, y] = sign * value
    mean = np.zeros((p, len(pairs)))
    for x, (i, _) in enumerate(pairs):
        mean[i, x] = 1 / p
    return theta.sum(axis=1) / p, mean @ covariance @ mean.T
