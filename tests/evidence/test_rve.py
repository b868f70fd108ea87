"""Robust variance estimation against the reference answers of robumeta, and rules that always hold."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dependence.rve import rve_correlated, rve_hierarchical
from ambulando.evidence.faults import ImpossibleValue, TooFewStudies

DATA = "robumeta_hierdat"


def some_effects(seed, k=40, m=10):
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(m), rng.integers(0, m, k - m)])
    v = rng.uniform(0.02, 0.4, k)
    y = 0.3 + rng.uniform(0, 0.6) * rng.normal(size=m)[codes] + rng.normal(size=k) * np.sqrt(v + 0.05)
    return y, v, codes, rng.normal(size=k)


@needs_oracle
def test_hierarchical_effects_agree_with_the_reference(agree):
    with open(ORACLE / "data" / f"{DATA}.csv") as file:
        rows = list(csv.DictReader(file))
    theirs = json.loads((ORACLE / "03_mv_robust.json").read_text())["robumeta"]["hierdat"]
    names = ("binge", "followup", "sreport", "age")
    found = rve_hierarchical(
        [float(row["effectsize"]) for row in rows], [float(row["var"]) for row in rows], [row["studyid"] for row in rows],
        moderators={name: [float(row[name]) for row in rows] for name in names},
    )  # fmt: skip
    close = {"rel": 1e-9, "reference": "robumeta"}
    agree(
        "Robust variance, hierarchical effects: variances",
        DATA,
        [found.tau2, found.omega2],
        [theirs["tau2"], theirs["omega2"]],
        **close,
    )
    table = theirs["table"]
    for key, ours in (
        ("b.r", [one.estimate for one in found.coefficients]), ("SE", [one.se for one in found.coefficients]),
        ("t", [one.statistic for one in found.coefficients]), ("dfs", [one.df for one in found.coefficients]),
        ("prob", [one.p for one in found.coefficients]), ("CI.L", [one.ci[0] for one in found.coefficients]),
        ("CI.U", [one.ci[1] for one in found.coefficients]),
    ):  # fmt: skip
        agree(f"Robust variance, hierarchical effects: {key}", DATA, ours, table[key], **close)
    assert [one.name for one in found.coefficients] == ["intercept", *names]


@needs_oracle
@pytest.mark.parametrize(
    ("rho", "tau2", "i2", "se", "df"),
    [
        (0.2, 0.11279200122, 62.74424074577, (1.1336496395217, 0.1405410845159), (5.206806425, 10.242523366)),
        (
            0.8,
            0.115036837807,
            63.993004538649,
            (1.1342728278171, 0.1403830216342),
            (5.210704450, 10.249839783),
        ),
    ],
)
def test_correlated_effects_agree_with_numbers_of_robumeta(rho, tau2, i2, se, df):
    """Numbers of robumeta 2.0 on the same rows, written down here because the reference answers lack this model."""
    with open(ORACLE / "data" / f"{DATA}.csv") as file:
        rows = list(csv.DictReader(file))
    found = rve_correlated(
        [float(row["effectsize"]) for row in rows], [float(row["var"]) for row in rows], [row["studyid"] for row in rows],
        rho=rho, moderators={name: [float(row[name]) for row in rows] for name in ("binge", "followup", "sreport", "age")},
    )  # fmt: skip
    assert found.tau2 == pytest.approx(tau2, rel=1e-9)
    assert found.i2 == pytest.approx(i2, rel=1e-9)
    assert tuple(one.se for one in found.coefficients[:2]) == pytest.approx(se, rel=1e-9)
    assert tuple(one.df for one in found.coefficients[:2]) == pytest.approx(df, rel=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_the_variances_solve_the_moment_equations_of_whole_matrices(seed):
    y, v, codes, x = some_effects(seed)
    design, w = np.column_stack([np.ones(y.size), x]), np.diag(1 / v)
    away = np.eye(y.size) - design @ np.linalg.solve(design.T @ w @ design, design.T @ w)
    same = np.equal.outer(codes, codes).astype(float)
    e = away @ y
    found = rve_hierarchical(y, v, codes, moderators={"x": x})
    known = np.diag(v) + found.tau2 * same + found.omega2 * np.eye(y.size)
    first = np.trace(away.T @ w @ away @ known)
    if found.tau2 > 0:
        assert e @ w @ e == pytest.approx(first, rel=1e-9)
    if not found.boundary:
        assert e @ same @ e == pytest.approx(np.trace(away.T @ same @ away @ known), rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_tau2_of_correlated_effects_makes_q_what_is_expected(seed):
    y, v, codes, x = some_effects(seed)
    sizes = np.bincount(codes)
    mean = (np.bincount(codes, v) / sizes)[codes]
    design, w = np.column_stack([np.ones(y.size), x]), np.diag(1 / (sizes[codes] * mean))
    away = np.eye(y.size) - design @ np.linalg.solve(design.T @ w @ design, design.T @ w)
    found = rve_correlated(y, v, codes, rho=0.6, moderators={"x": x})
    same = np.equal.outer(codes, codes)
    known = np.where(same, 0.6 * mean + found.tau2, 0) + np.diag(0.4 * mean)
    e = away @ y
    if found.tau2 > 0:
        assert e @ w @ e == pytest.approx(np.trace(away.T @ w @ away @ known), rel=1e-9)
    else:
        assert e @ w @ e <= np.trace(away.T @ w @ away @ known) + 1e-9


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    order=st.randoms(use_true_random=False),
    scale=st.sampled_from([-1.0, 1e-3, 20.0]),
)
@pytest.mark.parametrize("model", [rve_hierarchical, rve_correlated])
def test_order_names_and_units_do_not_matter(model, seed, order, scale):
    y, v, codes, _ = some_effects(seed)
    at = list(range(y.size))
    order.shuffle(at)
    first, other = model(y, v, codes), model(y[at] * scale, v[at] * scale**2, [f"s{codes[i]}" for i in at])
    assert other.tau2 / scale**2 == pytest.approx(first.tau2, rel=1e-7, abs=1e-12)
    assert other.coefficients[0].estimate / scale == pytest.approx(
        first.coefficients[0].estimate, rel=1e-8, abs=1e-10
    )
    assert other.coefficients[0].df == pytest.approx(first.coefficients[0].df, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "fault", "words"),
    [
        (lambda: rve_correlated([1, 2, 3], [1, 1, 1], ["a", "b", "c"], rho=1.2), ImpossibleValue, "1.2 is not between 0 and 1"),
        (lambda: rve_hierarchical([1, 2, 3], [1, 1, 1], ["a", "b", "c"]), TooFewStudies, "Every study has one effect"),
        (lambda: rve_correlated([1, 2, 3], [1, 1, 1], ["a", "a", "a"]), TooFewStudies, "All effects belong to one study"),
        (
            lambda: rve_correlated([1, 2, 3], [1, 1, 1], ["a", "b", "b"], moderators={"x": [1, 2, 4]}),
            TooFewStudies,
            "2 studies for 2 coefficients",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(call, fault, words):
    with pytest.raises(fault) as caught:
        call()
    assert words in str(caught.value)
