"""Do the studies of a network tell one story: Q within and between designs, and the random-effects interaction.

A design is a set of treatments that a study compares. The design-by-treatment interaction model (Higgins et al. 2012,
Research Synthesis Methods 3:98; Jackson et al. 2014) gives each design effects of its own: it is a network that falls into
a part for each design, solved like any other. Decomposition of Q: Krahn, Binder & König 2013, BMC Medical Research Methodology 13:35.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from ambulando.evidence.networks.graph import Graph, Solution, solve
from ambulando.evidence.networks.heterogeneity import moment


@dataclass(frozen=True)
class Test:
    """A Q statistic with its degrees of freedom and p; p is NaN without degrees of freedom."""

    q: float
    df: int
    p: float


@dataclass(frozen=True)
class Design:
    """A set of treatments that studies compare, how many do, and the spread among them."""

    name: str
    treatments: tuple[str, ...]
    studies: int
    q: float
    df: int
    p: float


@dataclass(frozen=True)
class Inconsistency:
    """Q of the whole network, within designs and between designs (common effect), and the design-by-treatment
    interaction with ``tau2_within``, the heterogeneity that is left when each design has its own effects.
    """

    total: Test
    within: Test
    between: Test
    between_random: Test
    tau2_within: float
    designs: tuple[Design, ...]


def tested(q: float, df: int) -> Test:
    return Test(q, df, float(chdtrc(df, max(q, 0.0))) if df > 0 else float("nan"))


def degrees(graph: Graph) -> int:
    """The number of independent contrasts: arms less one, of all studies."""
    sizes = np.array([len(arms) for arms in graph.designs])
    design_of_study = np.zeros(len(graph.studies), dtype=np.intp)
    design_of_study[graph.study] = graph.design
    return int((sizes[design_of_study] - 1).sum())


def inconsistency(graph: Graph, common: Solution) -> Inconsistency:
    """The decomposition of Q of ``graph``; ``common`` is its solution at tau2 = 0."""
    sizes = np.array([len(arms) for arms in graph.designs])
    start = np.concatenate(([0], np.cumsum(sizes)))
    place = [
        {arm: int(start[number]) + index for index, arm in enumerate(arms)}
        for number, arms in enumerate(graph.designs)
    ]
    first = np.array(
        [place[d][a] for d, a in zip(graph.design.tolist(), graph.first.tolist(), strict=True)], dtype=np.intp
    )
    second = np.array(
        [place[d][a] for d, a in zip(graph.design.tolist(), graph.second.tolist(), strict=True)],
        dtype=np.intp,
    )
    parts = np.repeat(np.arange(sizes.size), sizes)

    within = solve(graph, 0.0, first=first, second=second, parts=parts)
    contrasts = degrees(graph)
    df, df_within = contrasts - (graph.t - 1), contrasts - int((sizes - 1).sum())
    tau2 = moment(within, df_within).value if df_within > 0 else 0.0
    between = max(0.0, common.q - within.q)
    if tau2 > 0:
        apart = solve(graph, tau2, first=first, second=second, parts=parts)
        between_random = max(0.0, solve(graph, tau2).q - apart.q)
    else:
        between_random = between
    q_design = np.bincount(graph.design, within.weights.w * within.residuals**2, sizes.size)
    studies = np.bincount(graph.design, minlength=sizes.size) // (sizes * (sizes - 1) // 2)
    designs = []
    for number, arms in enumerate(graph.designs):
        names = tuple(graph.treatments[arm] for arm in arms)
        freedom = int((studies[number] - 1) * (sizes[number] - 1))
        test = tested(float(q_design[number]) if freedom else 0.0, freedom)
        designs.append(Design(":".join(names), names, int(studies[number]), test.q, test.df, test.p))
    return Inconsistency(
        total=tested(common.q, df),
        within=tested(within.q, df_within),
        between=tested(between, df - df_within),
        between_random=tested(between_random, df - df_within),
        tau2_within=tau2,
        designs=tuple(designs),
    )
