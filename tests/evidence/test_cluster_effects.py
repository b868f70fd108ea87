"""Random effects, studies left out and profile intervals of three-level fits, against metafor and from their definitions."""

import csv
import json
import math

import numpy as np
import pytest

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dependence.cluster_effects import (
    leave_one_cluster_out,
    profile_intervals,
    random_effects,
)
from ambulando.evidence.dependence.correlated import che
from ambulando.evidence.dependence.multilevel import three_level

DATA = "konstantopoulos2011"


@pytest.fixture
def districts():
    with open(ORACLE / "data" / f"{DATA}.csv") as file:
        rows = list(csv.DictReader(file))
    return three_level(
        [float(row["yi"]) for row in rows],
        [float(row["vi"]) for row in rows],
        [row["district"] for row in rows],
        test="z",
    )


def answers():
    return json.loads((ORACLE / "03_mv_robust.json").read_text())[DATA]


def some_effects(seed, k=26, m=7):
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(m), rng.integers(0, m, k - m)])
    v = rng.uniform(0.02, 0.4, k)
    y = 0.3 + 0.4 * rng.normal(size=m)[codes] + rng.normal(size=k) * np.sqrt(v + 0.1)
    return y, v, codes, rng.normal(size=k)


@needs_oracle
def test_random_effects_of_studies_agree_with_the_reference(agree, districts):
    theirs, found = answers()["ranef_district"], random_effects(districts)
    agree(
        "Three-level random effects of studies", DATA,
        [[one.estimate for one in found], [one.se for one in found], [one.pi[0] for one in found], [one.pi[1] for one in found]],
        [theirs[key] for key in ("intrcpt", "se", "pi.lb", "pi.ub")], rel=1e-6, reference="metafor",
    )  # fmt: skip
    assert [one.name for one in found] == list(dict.fromkeys(districts.cluster_of))


@needs_oracle
def test_cooks_distances_of_studies_agree_with_the_reference(agree, districts):
    found = [one.cook for one in leave_one_cluster_out(districts)]
    # The refits of the reference stop where sigma2 has six or seven digits.
    agree(
        "Three-level Cook's distances of studies",
        DATA,
        found,
        answers()["cooks_district"],
        rel=2e-6,
        reference="metafor",
    )


@needs_oracle
def test_profile_intervals_agree_with_the_reference(agree, districts):
    for found, number in zip(profile_intervals(districts), "12", strict=True):
        theirs = answers()["profile_ci_sigma2"][number]
        # The root search of the reference stops at 1e-4; the definition is tested below.
        agree(
            f"Three-level profile interval of sigma2, {found.component}", DATA,
            [found.estimate, *found.ci, found.sd, *found.sd_ci], theirs, rel=1e-3, reference="metafor",
        )  # fmt: skip


def dense(y, x, known, same, between, within):
    m = known + between * same + within * np.eye(y.size)
    inverse = np.linalg.inv(m)
    information = x.T @ inverse @ x
    e = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
    return -0.5 * (np.linalg.slogdet(m)[1] + e @ inverse @ e + np.linalg.slogdet(information)[1])


@pytest.mark.parametrize("rho", [None, 0.5])
@pytest.mark.parametrize("seed", range(3))
def test_at_the_ends_of_a_profile_interval_the_likelihood_is_lower_by_half_the_quantile(seed, rho):
    y, v, codes, x = some_effects(seed)
    options = {"moderators": {"x": x}, "level": 0.9}
    fit = three_level(y, v, codes, **options) if rho is None else che(y, v, codes, rho=rho, **options)
    design, same = np.column_stack([np.ones(y.size), x]), np.equal.outer(codes, codes)
    known = np.where(same, (rho or 0) * np.sqrt(np.outer(v, v)), 0)
    np.fill_diagonal(known, v)
    peak = dense(y, design, known, same, *fit.sigma2)
    grid = np.concatenate([[0], np.geomspace(1e-4, 20, 4000)])
    for index, interval in enumerate(profile_intervals(fit)):
        assert interval.ci[0] <= interval.estimate <= interval.ci[1]
        for end in interval.ci:
            if end == 0:
                continue
            pairs = [(end, other) if index == 0 else (other, end) for other in grid[::40]]
            rough = max(pairs, key=lambda pair: dense(y, design, known, same, *pair))[1 - index]
            close = np.linspace(max(0, rough * 0.8 - 0.005), rough * 1.25 + 0.005, 400)
            best = max(
                dense(y, design, known, same, *((end, one) if index == 0 else (one, end))) for one in close
            )
            assert best == pytest.approx(peak - 2.705543454095404 / 2, abs=2e-4)


def test_random_effects_are_those_of_whole_matrices():
    y, v, codes, x = some_effects(4)
    fit = three_level(y, v, codes, moderators={"x": x})
    between, within = fit.sigma2
    z = np.equal.outer(codes, np.unique(codes)).astype(float)
    m = np.diag(v + within) + between * z @ z.T
    design, inverse = np.column_stack([np.ones(y.size), x]), np.linalg.inv(m)
    p = inverse - inverse @ design @ np.linalg.solve(design.T @ inverse @ design, design.T @ inverse)
    found = random_effects(fit)
    assert [one.estimate for one in found] == pytest.approx(list(between * z.T @ p @ y), rel=1e-9)
    expected = np.sqrt(np.diag(between * np.eye(7) - between**2 * z.T @ p @ z))
    assert [one.se for one in found] == pytest.approx(list(expected), rel=1e-9)


@pytest.mark.parametrize("rho", [None, 0.6])
def test_leaving_a_study_out_is_a_fit_without_it(rho):
    y, v, codes, x = some_effects(2)

    def fit(keep):
        given = {"moderators": {"x": x[keep]}}
        return (
            three_level(y[keep], v[keep], codes[keep], **given)
            if rho is None
            else che(y[keep], v[keep], codes[keep], rho=rho, **given)
        )

    whole = fit(codes >= 0)
    for one in leave_one_cluster_out(whole):
        other = fit(codes != int(one.name))
        assert one.sigma2 == pytest.approx(other.sigma2, rel=1e-6, abs=1e-9)
        assert one.coefficients == pytest.approx([c.estimate for c in other.coefficients], rel=1e-7)
        assert one.se == pytest.approx([c.se for c in other.coefficients], rel=1e-7)
        moved = np.array([c.estimate for c in whole.coefficients]) - one.coefficients
        assert one.cook == pytest.approx(moved @ np.linalg.solve(whole.vcov, moved), rel=1e-6)


def test_a_study_without_which_nothing_can_be_fitted_has_no_distance():
    y, v, codes, _ = some_effects(2)
    fit = three_level(y, v, codes, moderators={"only": (codes == 3).astype(float)})
    lost = [one.name for one in leave_one_cluster_out(fit) if math.isnan(one.cook)]
    assert lost == ["3"]


def test_where_the_levels_are_one_there_is_one_interval():
    y, v, _, _ = some_effects(1)
    fit = three_level(y, v, range(y.size))
    (found,) = profile_intervals(fit)
    assert found.component == "between"
    assert found.ci[0] <= fit.sigma2[0] <= found.ci[1]
    assert len(random_effects(fit)) == y.size
    assert all(math.isfinite(one.cook) for one in leave_one_cluster_out(fit))
