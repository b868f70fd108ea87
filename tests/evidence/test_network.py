"""Networks of treatments beside the reference answers of netmeta and metafor; every entry of the reference is compared."""

import csv
import json

import numpy as np
import pytest

from agreement import ORACLE, needs_oracle
from ambulando.evidence.networks import hat_matrix, network
from ambulando.evidence.networks.contributions import contributions, measures
from ambulando.evidence.networks.ranks import ranks

NAMES = ("senn2013", "woods2010")


def oracle(name):
    return json.loads((ORACLE / "04_nma.json").read_text())[name]


def reference_network(name, **options):
    data = oracle(name)
    measure = {"MD": "MD", "OR": "OR"}[data["sm"]]
    return network(
        data["studlab"],
        data["treat1"],
        data["treat2"],
        data["TE_in"],
        data["seTE_in"],
        measure=measure,
        **options,
    )


def cells(found, treatments, of):
    """A league as the matrix of the reference, whose diagonal is zero."""
    return [[0.0 if a == b else of(found.league[a][b]) for b in treatments] for a in treatments]


def matrix_of(values, treatments, found):
    """A matrix in the order of our treatments as one in the order of the reference."""
    place = [found.treatments.index(name) for name in treatments]
    return np.asarray(values)[np.ix_(place, place)]


def turned(pair, names):
    """The name of ours that means a pair of the reference, and whether it is the other way round."""
    return (pair, 1) if pair in names else (":".join(reversed(pair.split(":"))), -1)


@needs_oracle
@pytest.mark.parametrize("name", NAMES)
def test_the_league_of_both_models_agrees(agree, name):
    data, found = oracle(name), reference_network(name)
    common = reference_network(name, method="EE")
    t = data["trts"]
    for part, model in (("common", common), ("random", found)):
        agree(f"Network, {part} effects", name, cells(model, t, lambda c: c.estimate), data[f"TE_{part}"], rel=1e-10, reference="netmeta", floor=0.01)  # fmt: skip
        agree(f"Network, standard errors, {part}", name, cells(model, t, lambda c: c.se), data[f"seTE_{part}"], rel=1e-10, reference="netmeta")  # fmt: skip
    for side, place in (("lower", 0), ("upper", 1)):
        agree("Network, intervals", name, cells(found, t, lambda c, at=place: c.ci[at]), data[f"{side}_random"], rel=1e-10, reference="netmeta", floor=0.01)  # fmt: skip
        agree("Network, prediction intervals", name, cells(found, t, lambda c, at=place: c.pi[at]), data[f"{side}_predict"], rel=1e-10, reference="netmeta", floor=0.01)  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", NAMES)
def test_heterogeneity_and_inconsistency_agree(agree, name):
    data, found = oracle(name), reference_network(name)
    assert (found.k, found.contrasts, len(found.treatments), len(found.designs)) == tuple(
        data[key] for key in "kmnd"
    )
    ours = [
        found.q, found.q_df, found.q_p, found.q_heterogeneity, found.q_inconsistency, found.q_inconsistency_df, found.q_inconsistency_p,
    ]  # fmt: skip
    theirs = [data[key] for key in ("Q", "df_Q", "p_Q", "Q_het", "Q_inc", "df_inc", "p_inc")]
    # Q between designs is a difference of two sums, which loses digits when they are nearly the same
    agree("Network, Q", name, ours, theirs, rel=1e-10, reference="netmeta", floor=1e-3)
    agree("Network, tau2 (DL) and I2", name, [found.tau, found.tau2, found.i2 / 100], [data[key] for key in ("tau", "tau2", "I2")], rel=1e-10, reference="netmeta")  # fmt: skip
    agree("Network, Q decomposition", name, [
        found.q, found.q_heterogeneity, found.q_inconsistency, found.q_df, found.q_heterogeneity_df, found.q_inconsistency_df,
        found.q_p, found.q_heterogeneity_p, found.q_inconsistency_p,
    ], [data["decomp"]["Q"][key] for key in ("Q", "df", "pval")], rel=1e-10, reference="netmeta", floor=1e-3)  # fmt: skip
    assert data["decomp"]["Q_names"] == ["Total", "Within designs", "Between designs"]
    random = data["decomp"]["Q_inc_random"]
    agree("Network, design-by-treatment interaction", name, [
        found.q_inconsistency_random, found.q_inconsistency_df, found.q_inconsistency_random_p, found.tau2_within**0.5,
    ], [random[key] for key in ("Q", "df", "pval", "tau.within")], rel=1e-10, reference="netmeta", floor=1e-3)  # fmt: skip
    assert {frozenset(one.treatments) for one in found.designs} == {
        frozenset(one.split(":")) for one in data["designs"]
    }
    # the reference has its designs in an order of its own, without their names
    agree("Network, Q within each design", name, sorted(one.q for one in found.designs), sorted(data["decomp"]["Q_design_common"]), rel=1e-10, reference="netmeta")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", NAMES)
def test_matrices_of_the_network_agree(agree, name):
    data, found = oracle(name), reference_network(name)
    agree("Network, Laplacian", name, matrix_of(found.common.laplacian, data["trts"], found), data["Lmatrix"], rel=1e-10, reference="netmeta")  # fmt: skip
    agree("Network, hat matrix", name, hat_matrix(found), data["hat_common"], rel=1e-10, reference="netmeta", floor=1e-3)  # fmt: skip
    for part, solution in (("common", found.common), ("random", found.random)):
        adjusted = np.empty(len(data["studlab"]))
        adjusted[found.graph.row] = solution.weights.w**-0.5
        agree("Network, adjusted standard errors", name, adjusted, data[f"seTE_adj_{part}"], rel=1e-10, reference="netmeta")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", NAMES)
def test_direct_and_indirect_evidence_agree(agree, name):
    data, found = oracle(name), reference_network(name)
    splits = {one.pair: one for one in found.splits}
    t = data["trts"]

    def table(field, sign):
        out = [[None] * len(t) for _ in t]
        for i, a in enumerate(t):
            for j, b in enumerate(t):
                if i != j:
                    pair, way = turned(f"{a}:{b}", splits)
                    out[i][j] = getattr(splits[pair], field) * (way if sign else 1)
        return out

    for kind in ("direct", "indirect"):
        agree(f"Network, {kind} evidence", name, table(kind, True), data[f"TE_{kind}_random"], rel=1e-10, reference="netmeta", floor=0.1)  # fmt: skip
        agree(f"Network, {kind} evidence", name, table(f"{kind}_se", False), data[f"seTE_{kind}_random"], rel=1e-10, reference="netmeta", floor=0.1)  # fmt: skip
    share = [splits[turned(pair, splits)[0]].proportion for pair in data["prop_direct_names"]]
    agree("Network, proportion of direct evidence", name, share, data["prop_direct_random"], rel=1e-10, reference="netmeta")  # fmt: skip

    reference = data["netsplit"]
    for ours, theirs, sign in (
        ("direct", "direct", 1), ("direct_se", "direct_se", 0), ("indirect", "indirect", 1), ("indirect_se", "indirect_se", 0),
        ("difference", "diff", 1), ("difference_se", "diff_se", 0), ("p", "diff_p", 0),
    ):  # fmt: skip
        values = []
        for pair in reference["comparison"]:
            mine, way = turned(pair, splits)
            values.append(getattr(splits[mine], ours) * (way if sign else 1))
        agree(
            "Network, side-splitting",
            name,
            values,
            reference[theirs],
            rel=1e-10,
            reference="netmeta",
            floor=0.1,
        )


@needs_oracle
@pytest.mark.parametrize("name", NAMES)
def test_p_scores_and_simulated_ranks_agree(agree, name):
    data, found = oracle(name), reference_network(name)
    for part, scores in (("common", found.p_scores_common), ("random", found.p_scores)):
        expected = data[f"pscore_{part}"]
        agree("Network, P-scores", name, [scores[one] for one in expected["trt"]], expected["v"], rel=1e-10, reference="netmeta")  # fmt: skip
    expected = data["sucra_random_mc20000"]
    simulated = ranks(found, rng=np.random.default_rng(7), draws=20_000)
    # both are simulations of 20,000 draws: four standard errors of their difference
    most = 4 * 2**0.5 * simulated.error
    assert most < 0.016
    difference = [
        abs(simulated.sucra[one] - value) for one, value in zip(expected["trt"], expected["v"], strict=True)
    ]
    assert max(difference) <= most
    agree("Network, SUCRA by simulation (20,000 draws, tolerance absolute)", name, [1 + d for d in difference], [1.0] * len(difference), rel=0.016, reference="netmeta")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", NAMES)
def test_contributions_and_measures_agree(agree, name):
    data, found = oracle(name), reference_network(name)
    expected, ours = data["contrib"], contributions(found)
    rows = [turned(pair, ours.rows)[0] for pair in expected["rows"]]
    cols = [turned(pair, ours.columns)[0] for pair in expected["cols"]]
    matrix = [[ours.matrix[ours.rows.index(row)][ours.columns.index(col)] for col in cols] for row in rows]
    agree("Network, contributions (shortest paths)", name, matrix, expected["random"], rel=1e-10, reference="netmeta", floor=1e-3)  # fmt: skip
    expected = data["measures"]
    found_measures = {one.pair: one for one in measures(found)}
    chosen = [found_measures[turned(pair, found_measures)[0]] for pair in expected["comparison"]]
    for ours_, theirs in (("proportion", "prop"), ("mean_path", "meanpath"), ("min_parallel", "minpar")):
        agree("Network, measures of paths", name, [getattr(one, ours_) for one in chosen], expected[theirs], rel=1e-10, reference="netmeta")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["fe", "reml", "ml"])
def test_effects_against_a_reference_agree_with_a_multivariate_model(agree, name, method):
    data = oracle(name)
    expected, reference = data["rma_mv"][method], data["rma_mv"]["reference"]
    found = reference_network(name, method="EE" if method == "fe" else method)
    names = data["rma_mv"]["reml"]["coef_names"]
    row = [found.league[one][reference] for one in names]
    # rma.mv stops when its likelihood no longer moves: tau2 to 1e-8, and at zero it stays a little above it
    rel = 1e-10 if method == "fe" else 1e-7
    agree(f"Network against a reference ({method})", name, [one.estimate for one in row], expected["beta"], rel=rel, reference="metafor")  # fmt: skip
    agree(f"Network against a reference ({method})", name, [one.se for one in row], expected["se"], rel=rel, reference="metafor")  # fmt: skip
    agree(
        f"Network against a reference ({method}), Q",
        name,
        found.q,
        expected["QE"],
        rel=1e-10,
        reference="metafor",
    )
    if method == "fe":
        return
    agree(
        f"Network, tau2 ({method})",
        name,
        found.tau2,
        expected["tau2"][0],
        rel=1e-7,
        reference="metafor",
        floor=0.01,
    )
    assert (found.q_df, found.k) == (expected["QE_df"], data["k"])
    place = [found.treatments.index(one) for one in names]
    base = found.treatments.index(reference)
    inverse = found.random.inverse
    vcov = (
        inverse[np.ix_(place, place)]
        - inverse[place][:, [base]]
        - inverse[[base]][:, place]
        + inverse[base, base]
    )
    agree(f"Network against a reference ({method}), covariance", name, vcov, expected["vcov"], rel=1e-7, reference="metafor")  # fmt: skip
    agree(f"Network against a reference ({method}), statistics", name, [one.statistic for one in row], expected["stat"], rel=1e-7, reference="metafor")  # fmt: skip
    agree(f"Network against a reference ({method}), p", name, [one.p for one in row], expected["pval"], rel=2e-7, reference="metafor")  # fmt: skip
    for side, at in (("ci_lb", 0), ("ci_ub", 1)):
        agree(f"Network against a reference ({method}), intervals", name, [one.ci[at] for one in row], expected[side], rel=1e-7, reference="metafor", floor=0.1)  # fmt: skip
    beta = np.array([one.estimate for one in row])
    agree(f"Network against a reference ({method}), QM", name, float(beta @ np.linalg.solve(vcov, beta)), expected["QM"], rel=1e-7, reference="metafor")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("method", ["DL", "REML", "ML"])
def test_tau2_and_the_network_under_it_agree(agree, method):
    """netmeta estimates tau2 by likelihood without the sampling covariance within studies of several arms; see the method."""
    expected = oracle("senn2013_tau")[method]
    found = reference_network("senn2013", method=method if method == "DL" else f"{method}-uncorrelated")
    t = oracle("senn2013")["trts"]
    rel = 1e-10 if method == "DL" else 1e-7  # its optimiser stops at 1e-8
    agree(
        f"Network, tau2 by {found.method}",
        "senn2013",
        found.tau2,
        expected["tau2"],
        rel=rel,
        reference="netmeta",
    )
    agree(f"Network, effects with {found.method}", "senn2013", cells(found, t, lambda c: c.estimate), expected["TE_random"], rel=rel, reference="netmeta", floor=0.01)  # fmt: skip
    agree(f"Network, effects with {found.method}", "senn2013", cells(found, t, lambda c: c.se), expected["seTE_random"], rel=rel, reference="netmeta")  # fmt: skip


@needs_oracle
def test_a_network_of_93_studies_agrees(agree):
    expected = oracle("linde2016")
    with (ORACLE / "data" / "linde2016.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = network(
        [row["id"] for row in rows], [row["treat1"] for row in rows], [row["treat2"] for row in rows],
        [row["lnOR"] for row in rows], [row["selnOR"] for row in rows], measure="OR",
    )  # fmt: skip
    t = expected["trts"]
    agree("Network, Q and tau2", "linde2016", [found.tau2, found.q, found.q_df], [expected["tau2"], expected["Q"], expected["df"]], rel=1e-10, reference="netmeta")  # fmt: skip
    agree("Network, random effects", "linde2016", cells(found, t, lambda c: c.estimate), expected["TE_random"], rel=1e-10, reference="netmeta", floor=0.01)  # fmt: skip
    agree("Network, standard errors, random", "linde2016", cells(found, t, lambda c: c.se), expected["seTE_random"], rel=1e-10, reference="netmeta")  # fmt: skip
