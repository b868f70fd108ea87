"""Multivariate random effects against the reference answers of metafor, a dense likelihood, and rules that always hold."""

import csv
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dependence import blocks
from ambulando.evidence.dependence.multilevel import three_level
from ambulando.evidence.dependence.sampling import constant_correlation
from ambulando.evidence.dependence.shapes import NAMES, shape
from ambulando.evidence.dependence.structures import multivariate_effects
from ambulando.evidence.faults import (
    CollinearModerators,
    EvidenceFault,
    ImpossibleValue,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.univariate.pooling import pool
from ambulando.ground import as_json

DATA = "berkey1998"
ENTRIES = {
    "un_reml": {},
    "un_ml": {"method": "ML"},
    "un_pubyear": {},
    "CS": {"structure": "CS"},
    "HCS": {"structure": "HCS"},
    "DIAG": {"structure": "DIAG"},
    "ID": {"structure": "ID"},
}
#: The reference stops where the likelihood still rises by some 1e-11; ours is the higher of the two.
LOOSE = {"HCS": 1e-5, "un_pubyear": 3e-6}


def answers(name=DATA):
    return json.loads((ORACLE / "03_mv_robust.json").read_text())[name]


def columns(name, *wanted):
    with open(ORACLE / "data" / f"{name}.csv") as file:
        rows = list(csv.DictReader(file))
    return [[row[one] for row in rows] for one in wanted]


def some_effects(seed, m=14, q=3, missing=0.25):
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(q, q)) * 0.4
    y, v, outcomes, studies = [], [], [], []
    for study in range(m):
        u = factor @ rng.normal(size=q)
        for outcome in range(q):
            if rng.uniform() < missing and outcome != study % q:
                continue
            v.append(rng.uniform(0.02, 0.2))
            y.append(0.3 * outcome + u[outcome] + rng.normal() * v[-1] ** 0.5)
            outcomes.append("abcd"[outcome])
            studies.append(f"s{study}")
    return np.array(y), np.array(v), outcomes, studies


def whole(matrices, studies):
    names = list(dict.fromkeys(studies))
    matrix = np.zeros((len(studies), len(studies)))
    for name, block in zip(names, matrices, strict=True):
        at = [i for i, one in enumerate(studies) if one == name]
        matrix[np.ix_(at, at)] = block
    return matrix


def dense(fit, v, reml):
    """The log-likelihood at a fit's covariance, with the whole matrix."""
    slots = [fit.outcomes.index(one) for one in fit.outcome_of]
    same = np.equal.outer(fit.studies, fit.studies)
    m = v + np.where(same, np.array(fit.g)[np.ix_(slots, slots)], 0)
    x, y = fit.model.rows.x, np.array(fit.yi)
    inverse = np.linalg.inv(m)
    information = x.T @ inverse @ x
    e = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
    value = np.linalg.slogdet(m)[1] + e @ inverse @ e
    if reml:
        value += np.linalg.slogdet(information)[1] - np.linalg.slogdet(x.T @ x)[1]
    return -0.5 * ((len(y) - x.shape[1] * reml) * math.log(2 * math.pi) + value)


@needs_oracle
@pytest.mark.parametrize("entry", ENTRIES)
def test_multivariate_pooling_agrees_with_the_reference(agree, entry):
    theirs = answers()[entry]
    y, outcomes, trials, years = columns(DATA, "yi", "outcome", "trial", "year")
    moderators = {"year": [float(one) - 1983 for one in years]} if entry == "un_pubyear" else None
    found = multivariate_effects(
        [float(one) for one in y],
        np.array(answers()["V"]),
        outcomes,
        trials,
        moderators=moderators,
        **ENTRIES[entry],
    )
    close = {"rel": LOOSE.get(entry, 1e-6), "reference": "metafor"}
    name, rows = f"Multivariate effects, {entry}", found.coefficients
    tau2 = found.tau2 if len(theirs["tau2"]) == 2 else found.tau2[:1]
    agree(
        f"{name}: variances and correlation",
        DATA,
        [tau2, found.rho],
        [theirs["tau2"], theirs["rho"]],
        **close,
    )
    for key, ours in (
        ("beta", [one.estimate for one in rows]), ("se", [one.se for one in rows]), ("stat", [one.statistic for one in rows]),
        ("pval", [one.p for one in rows]), ("ci_lb", [one.ci[0] for one in rows]), ("ci_ub", [one.ci[1] for one in rows]),
        ("dfs", [one.df for one in rows]), ("QM", found.qm), ("QMdf", found.qm_df), ("QMp", found.qm_p), ("vcov", found.vcov),
    ):  # fmt: skip
        # A p of 1e-24 moves some fifty times as much as the statistic that it belongs to.
        wide = {**close, "rel": 50 * close["rel"]} if key in ("QMp", "pval") else close
        agree(f"{name}: {key}", DATA, ours, theirs[key], **wide)
    agree(
        f"{name}: heterogeneity Q", DATA, [found.q, found.q_df, found.q_p],
        [theirs["QE"], theirs["QE_df"], theirs["QEp"]], rel=1e-10, reference="metafor",
    )  # fmt: skip
    agree(f"{name}: log-likelihoods", DATA, found.log_likelihood_ml, theirs["ll"][0], **close)
    if found.method == "REML":
        agree(
            f"{name}: restricted log-likelihood",
            DATA,
            found.log_likelihood,
            theirs["ll"][1],
            rel=1e-9,
            reference="metafor",
        )
    assert found.log_likelihood >= theirs["ll"][found.method == "REML"] - 1e-12
    assert (found.k, found.clusters, found.outcomes) == (10, 5, ("AL", "PD"))
    assert len(rows) == theirs["p"]


@needs_oracle
def test_compound_symmetry_agrees_with_the_reference_and_is_the_three_level_model(agree):
    theirs = answers("konstantopoulos2011")["cs_parameterisation"]
    y, v, schools, districts = columns("konstantopoulos2011", "yi", "vi", "school", "district")
    y, v = ([float(one) for one in column] for column in (y, v))
    found = multivariate_effects(y, v, schools, districts, structure="CS", means="common")
    one = found.coefficients[0]
    agree(
        "Three levels as compound symmetry", "konstantopoulos2011",
        [found.tau2[0], found.rho, one.estimate, one.se, one.statistic, one.p, *one.ci, one.df, found.vcov, *found.pi[0],
         found.qm, found.qm_df, found.qm_p, found.q, found.q_df, found.q_p, found.log_likelihood_ml, found.log_likelihood],
        [theirs[key] for key in ("tau2", "rho", "beta", "se", "stat", "pval", "ci_lb", "ci_ub", "dfs", "vcov", "pi", "QM",
                                 "QMdf", "QMp", "QE", "QE_df", "QEp", "ll")],
        # The reference stops where its two ways to write this model differ by 1e-7, and the lower end is near zero.
        rel=5e-6, reference="metafor",
    )  # fmt: skip
    levels = three_level(y, v, districts)
    assert found.log_likelihood == pytest.approx(levels.log_likelihood, abs=1e-10)
    assert found.tau2[0] * found.rho == pytest.approx(levels.sigma2[0], rel=1e-7)
    assert found.tau2[0] * (1 - found.rho) == pytest.approx(levels.sigma2[1], rel=1e-7)
    assert found.robust.se == pytest.approx(levels.robust.se, rel=1e-8)


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("name", NAMES.values())
def test_slope_and_information_are_the_derivatives_of_the_likelihood(name, reml):
    y, v, outcomes, studies = some_effects(3)
    codes = np.unique(studies, return_inverse=True)[1]
    slots = np.unique(outcomes, return_inverse=True)[1]
    order = [studies[i] for i in np.unique(codes, return_index=True)[1]]
    known = constant_correlation(v, studies, 0.4)
    known = [known[list(dict.fromkeys(studies)).index(one)] for one in order]
    data = blocks.data_of(y, np.eye(3)[slots], codes, slots, known)
    form = shape(name, 3, np.array([0.0, 1.0, 3.0]) if name == "CAR" else np.arange(3.0))
    theta = form.starts[0] + 0.07 * (1 + np.arange(form.starts[0].size)) / 3
    found, step = blocks.point(data, form.structure, theta, reml), 1e-5
    assert blocks.log_likelihood(data, form.structure, theta, reml) == pytest.approx(found.value, abs=1e-12)
    for index, one in enumerate(np.eye(theta.size)):
        up, down = (
            blocks.log_likelihood(data, form.structure, theta + sign * step * one, reml) for sign in (1, -1)
        )
        assert found.gradient[index] == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-5)
        higher, lower = (
            blocks.point(data, form.structure, theta + sign * step * one, reml).gradient for sign in (1, -1)
        )
        assert found.observed[index] == pytest.approx((lower - higher) / (2 * step), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("name", NAMES.values())
@pytest.mark.parametrize("seed", range(3))
def test_the_likelihood_is_that_of_the_dense_model_and_no_neighbour_is_likelier(name, method, seed):
    y, v, outcomes, studies = some_effects(seed)
    if name == "CAR":
        outcomes = [str("abcd".index(one) + 1) for one in outcomes]
    known = constant_correlation(v, studies, 0.5)
    found = multivariate_effects(y, known, outcomes, studies, structure=name, method=method)
    matrix = whole(known, studies)
    assert dense(found, matrix, method == "REML") == pytest.approx(found.log_likelihood, abs=1e-9)
    g = np.array(found.g)
    assert np.linalg.eigvalsh(g)[0] >= -1e-9 * np.trace(g)
    # Structures are nested: each has at least the likelihood of the one with equal variances and no correlation.
    smallest = multivariate_effects(y, known, outcomes, studies, structure="ID", method=method)
    largest = multivariate_effects(y, known, outcomes, studies, structure="UN", method=method)
    assert smallest.log_likelihood - 1e-7 <= found.log_likelihood <= largest.log_likelihood + 1e-7


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 5_000),
    order=st.randoms(use_true_random=False),
    scale=st.sampled_from([1e-3, 1.0, 50.0]),
)
def test_order_names_and_units_do_not_matter(seed, order, scale):
    y, v, outcomes, studies = some_effects(seed, q=2)
    first = multivariate_effects(y, whole(constant_correlation(v, studies, 0.3), studies), outcomes, studies)
    at = list(range(y.size))
    order.shuffle(at)
    names = [f"trial {studies[i]}" for i in at]
    matrix = whole(constant_correlation(v[at] * scale**2, names, 0.3), names)
    other = multivariate_effects(y[at] * scale, matrix, [outcomes[i] for i in at], names)
    assert other.log_likelihood + (y.size - 2) * math.log(scale) == pytest.approx(
        first.log_likelihood, abs=1e-7
    )
    assert np.array([one.estimate for one in other.coefficients]) / scale == pytest.approx(
        np.array([one.estimate for one in first.coefficients]), rel=1e-4, abs=1e-5
    )


def test_blocks_a_matrix_and_variances_say_the_same():
    y, v, outcomes, studies = some_effects(1)
    known = [
        np.diag(v[[i for i, one in enumerate(studies) if one == name]]) for name in dict.fromkeys(studies)
    ]
    fits = [multivariate_effects(y, V, outcomes, studies) for V in (known, np.diag(v), v, v.tolist())]
    assert len({fit.log_likelihood for fit in fits}) == 1
    assert len({fit.data_hash for fit in fits}) == 1


def test_one_outcome_is_plain_random_effects():
    y, v, _, _ = some_effects(1)
    names = [f"s{i}" for i in range(y.size)]
    plain = pool(y, v, test="z")
    for structure in ("UN", "CS", "HCS", "DIAG", "ID"):
        found = multivariate_effects(y, v, ["mood"] * y.size, names, structure=structure)
        assert found.tau2 == pytest.approx((plain.tau2,), rel=1e-8)
        assert found.coefficients[0].se == pytest.approx(plain.se, rel=1e-8)
        assert found.pi[0] == pytest.approx(plain.pi, rel=1e-8)


def test_independent_outcomes_are_pooled_each_on_its_own():
    y, v, outcomes, studies = some_effects(2, m=20)
    found = multivariate_effects(y, v, outcomes, studies, structure="DIAG", method="ML")
    for index, outcome in enumerate("abc"):
        at = [i for i, one in enumerate(outcomes) if one == outcome]
        alone = pool(y[at], v[at], method="ML", test="z")
        assert found.tau2[index] == pytest.approx(alone.tau2, rel=1e-6, abs=1e-9)
        assert found.coefficients[index].estimate == pytest.approx(alone.estimate, rel=1e-7)


def test_what_rests_on_nothing_is_noted():
    y, v = [0.1, 0.5, 0.3, 0.4, 0.2, 0.6], [0.1] * 6
    found = multivariate_effects(y, v, ["a", "a", "a", "b", "b", "c"], list("uvwxyz"), method="ML")
    assert "Only one study has c, so its spread between studies rests on nothing." in found.notes
    assert "No study has both b and a, so their correlation rests on nothing." in found.notes
    assert math.isnan(found.robust.coefficients[2].se)
    assert "c rests on one study alone, so it has no robust standard error." in found.robust.notes


def test_rows_without_an_effect_take_their_covariances_with_them():
    y, v, outcomes, studies = some_effects(4)
    y[0] = np.nan
    known = whole(constant_correlation(v, studies, 0.5), studies)
    found = multivariate_effects(y, known, outcomes, studies)
    other = multivariate_effects(y[1:], known[1:, 1:], outcomes[1:], studies[1:])
    assert found.log_likelihood == other.log_likelihood
    assert [one.row for one in found.excluded] == [1]


def test_the_result_is_plain_json():
    y, v, outcomes, studies = some_effects(1, q=2)
    answer = json.loads(json.dumps(as_json(multivariate_effects(y, v, outcomes, studies)), allow_nan=False))
    assert answer["outcomes"] == ["a", "b"]


@pytest.mark.parametrize(
    ("change", "fault", "words"),
    [
        ({"structure": "XX"}, UnknownOption, "no structure called 'XX'"),
        ({"method": "DL"}, UnknownOption, "no method called 'DL'"),
        ({"means": "some"}, UnknownOption, "no kind of means called 'some'"),
        ({"studies": ["u"] * 6}, TooFewStudies, "All effects belong to one study"),
        ({"outcomes": ["a"] * 5}, EvidenceFault, "5 outcomes and 6 studies"),
        ({"outcomes": ["a", "a", "a", "b", "a", "b"]}, EvidenceFault, "u has the outcome a more than once"),
        ({"outcomes": ["a", "c", "a", "b", "a", "b"]}, TooFewStudies, "One study has the outcome c, too few"),
        ({"structure": "CAR"}, EvidenceFault, "needs times"),
        ({"moderators": {"x": [1, 1, 2, 2, 3, 3], "z": [2, 2, 4, 4, 6, 6]}}, CollinearModerators, "moderator z"),
        ({"V": [-0.1] * 6}, NegativeVariance, "u (row 1) has a negative variance"),
        ({"V": np.full((6, 6), 0.1)}, ImpossibleValue, "joins u and v"),
        ({"V": np.ones((6, 3))}, EvidenceFault, "shape (6, 3)"),
        ({"V": "abcdef"}, NotANumber, "no list of numbers"),
        ({"V": [np.eye(2)] * 2}, EvidenceFault, "2 blocks of sampling covariance for 3 studies"),
        ({"V": [np.eye(2), np.eye(3), np.eye(2)]}, EvidenceFault, "v has 2 effects and a sampling covariance"),
        ({"V": [np.eye(2), np.array([[1, 1.2], [1.2, 1]]), np.eye(2)]}, ImpossibleValue, "of v is not positive definite"),
        ({"V": [np.eye(2), np.eye(2), np.array([[1, 0.2], [0.1, 1]])]}, ImpossibleValue, "of w is not symmetric"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(change, fault, words):
    good = {
        "yi": [0.1, 0.4, 0.2, 0.5, 0.4, 0.9],
        "V": [0.1] * 6,
        "outcomes": list("ababab"),
        "studies": list("uuvvww"),
    }
    with pytest.raises(fault) as caught:
        multivariate_effects(**{**good, **change})
    assert words in str(caught.value)
