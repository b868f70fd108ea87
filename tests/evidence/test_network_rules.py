"""Networks of treatments: rules that always hold, what is left out, and faults that have a name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.evidence.faults import (
    DisconnectedNetwork,
    ImpossibleValue,
    InconsistentArms,
    MissingReference,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.networks import hat_matrix, network
from ambulando.evidence.networks.contributions import contributions
from ambulando.evidence.networks.graph import solve
from ambulando.evidence.networks.heterogeneity import maximum
from ambulando.evidence.networks.ranks import ranks
from ambulando.evidence.univariate.pooling import pool

LOOPS = (
    # study, treat1, treat2, TE, seTE: two loops, a study of three arms, one of four
    ("One", "walking", "waiting", -0.62, 0.21), ("Two", "walking", "waiting", -0.31, 0.17), ("Three", "yoga", "waiting", -0.44, 0.25),
    ("Four", "yoga", "walking", 0.11, 0.2), ("Five", "strength", "waiting", -0.7, 0.3), ("Six", "strength", "yoga", -0.05, 0.28),
    ("Seven", "walking", "waiting", -0.5, 0.2236), ("Seven", "yoga", "waiting", -0.4, 0.2449), ("Seven", "walking", "yoga", -0.1, 0.2646),
    ("Eight", "walking", "therapy", 0.08, 0.19), ("Nine", "therapy", "waiting", -0.8, 0.22), ("Ten", "therapy", "waiting", -0.3, 0.18),
)  # fmt: skip


def columns(rows):
    return [list(column) for column in zip(*rows, strict=True)]


def test_two_treatments_are_an_ordinary_pooling():
    yi, se = [0.1, 0.5, -0.2, 0.9, 0.4], [0.2, 0.25, 0.15, 0.3, 0.2]
    for method in ("DL", "REML", "ML", "EE"):
        found = network(list("abcde"), ["x"] * 5, ["y"] * 5, yi, se, method=method)
        alone = pool(yi, np.square(se), method=method, test="z")
        cell = found.league["x"]["y"]
        assert cell.estimate == pytest.approx(alone.estimate, rel=1e-9)
        assert cell.se == pytest.approx(alone.se, rel=1e-9)
        assert cell.ci == pytest.approx(alone.ci, rel=1e-9)
        assert (found.tau2, found.q) == pytest.approx((alone.tau2, alone.q), rel=1e-8)


networks = st.integers(0, 2**32 - 1)


def drawn(seed):
    """A random network: a chain that holds it together, and studies of two to four arms."""
    rng = np.random.default_rng(seed)
    names = [f"t{i}" for i in range(int(rng.integers(3, 7)))]
    truth = rng.normal(0, 0.5, len(names))
    rows = []
    chosen = [(i, i + 1) for i in range(len(names) - 1)]
    chosen += [
        tuple(rng.choice(len(names), int(rng.integers(2, min(5, len(names) + 1))), replace=False))
        for _ in range(8)
    ]
    for number, arms in enumerate(chosen):
        variance = rng.uniform(0.02, 0.2, len(arms))
        y = truth[list(arms)] + rng.normal(0, 0.3, len(arms)) + rng.normal(0, variance**0.5)
        for i in range(len(arms)):
            for j in range(i + 1, len(arms)):
                rows.append(
                    (
                        f"s{number}",
                        names[arms[i]],
                        names[arms[j]],
                        y[i] - y[j],
                        (variance[i] + variance[j]) ** 0.5,
                    )
                )
    return rows


def same(one, other, rename=lambda name: name):
    assert other.tau2 == pytest.approx(one.tau2, rel=1e-8, abs=1e-12)
    assert other.q == pytest.approx(one.q, rel=1e-9)
    for a in one.treatments:
        for b in one.league[a]:
            mine, theirs = one.league[a][b], other.league[rename(a)][rename(b)]
            assert theirs.estimate == pytest.approx(mine.estimate, abs=1e-9)
            assert theirs.se == pytest.approx(mine.se, rel=1e-8)
        assert other.p_scores[rename(a)] == pytest.approx(one.p_scores[a], abs=1e-8)


@given(networks, st.sampled_from(["DL", "REML", "EE"]))
@settings(max_examples=25, deadline=None)
def test_names_order_and_direction_change_nothing(seed, method):
    rows = drawn(seed)
    one = network(*columns(rows), method=method)
    rng = np.random.default_rng(seed)
    names = sorted({name for row in rows for name in row[1:3]})
    other = dict(zip(names, rng.permutation([f"x{i}" for i in range(len(names))]).tolist(), strict=True))
    same(
        one,
        network(*columns([(s, other[a], other[b], y, e) for s, a, b, y, e in rows]), method=method),
        other.get,
    )
    mixed = [rows[place] for place in rng.permutation(len(rows))]
    same(one, network(*columns(mixed), method=method))
    flipped = [(s, b, a, -y, e) if rng.random() < 0.5 else (s, a, b, y, e) for s, a, b, y, e in rows]
    same(one, network(*columns(flipped), method=method))


@given(networks)
@settings(max_examples=25, deadline=None)
def test_the_league_is_consistent_and_its_parts_add_up(seed):
    found = network(*columns(drawn(seed)))
    league, t = found.league, found.treatments
    for a in t:
        for b in t:
            if a == b:
                continue
            assert league[a][b].estimate == pytest.approx(-league[b][a].estimate, abs=1e-12)
            for c in set(t) - {a, b}:
                assert league[a][b].estimate + league[b][c].estimate == pytest.approx(
                    league[a][c].estimate, abs=1e-9
                )
    assert found.q == pytest.approx(found.q_heterogeneity + found.q_inconsistency, rel=1e-9)
    assert found.q_df == found.q_heterogeneity_df + found.q_inconsistency_df
    assert sum(one.q for one in found.designs) == pytest.approx(found.q_heterogeneity, rel=1e-9, abs=1e-12)
    assert sum(found.p_scores.values()) == pytest.approx(len(t) / 2)
    for one in found.splits:
        if np.isfinite(one.difference):
            both = one.proportion * one.direct + (1 - one.proportion) * one.indirect
            assert both == pytest.approx(one.network, abs=1e-9)
    for way in ("shortest-path", "random-walk"):
        shares = contributions(found, way=way)
        assert np.allclose(np.sum(shares.matrix, axis=1), 1, atol=1e-8)
        assert np.allclose(np.sum(shares.by_study, axis=1), 1, atol=1e-8)
    simulated = ranks(found, rng=np.random.default_rng(1), draws=2000)
    for one in t:
        assert simulated.sucra[one] == pytest.approx(found.p_scores[one], abs=5 * simulated.error + 1e-3)
        assert sum(simulated.probabilities[one]) == pytest.approx(1)


@given(networks)
@settings(max_examples=20, deadline=None)
def test_a_larger_unit_changes_numbers_by_its_factor_alone(seed):
    rows = drawn(seed)
    one = network(*columns(rows), method="REML")
    other = network(*columns([(s, a, b, 100 * y, 100 * e) for s, a, b, y, e in rows]), method="REML")
    assert other.tau2 == pytest.approx(1e4 * one.tau2, rel=1e-7, abs=1e-6)
    a, b = one.treatments[:2]
    assert other.league[a][b].estimate == pytest.approx(100 * one.league[a][b].estimate, rel=1e-6, abs=1e-8)


def test_a_contrast_is_derived_where_the_others_of_its_study_determine_it():
    v = {"a": 0.1, "b": 0.2, "c": 0.05, "d": 0.3}
    y = {"a": 0.0, "b": 0.4, "c": -0.2, "d": 0.1}
    pairs = [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")]
    rows = [("Four arms", i, j, y[i] - y[j], (v[i] + v[j]) ** 0.5) for i, j in pairs] + [
        ("Other", "a", "b", -0.3, 0.2)
    ]
    whole, part = network(*columns(rows)), network(*columns(rows[:5] + rows[6:]))
    same(whole, part)
    assert part.notes[0].startswith("Four arms: c against d was not given")
    hat = hat_matrix(part)
    assert hat.shape == (6, 6)


def test_what_is_missing_is_left_out_and_listed():
    rows = [
        *LOOPS,
        ("Late", "walking", "waiting", float("nan"), 0.2),
        ("Later", "yoga", "waiting", 0.2, None),
    ]
    found = network(*columns(rows))
    assert [(one.row, one.study) for one in found.excluded] == [(13, "Late"), (14, "Later")]
    assert "no standard error" in found.excluded[1].reason
    assert found.k == 10


def test_results_tell_what_they_were_made_of():
    found = network(*columns(LOOPS), measure="SMD", reference="waiting")
    assert (found.studies[0], found.method, found.options["reference"]) == ("One", "DL", "waiting")
    assert found.converged
    assert found.data_hash != network(*columns(LOOPS[:-1])).data_hash
    assert "by REML it is" in found.notes[0]
    assert found.league["walking"]["waiting"].estimate_exp is None
    ratio = network(*columns(LOOPS), measure="OR").league["walking"]["waiting"]
    assert ratio.ci_exp == pytest.approx(tuple(np.exp(ratio.ci)))
    turned_round = network(*columns(LOOPS), small_values="undesirable")
    for name in found.treatments:
        assert turned_round.p_scores[name] == pytest.approx(1 - found.p_scores[name])


def test_a_likelihood_that_falls_at_zero_and_rises_again_is_searched():
    def slope(x):
        return -(x - 0.0) * (x - 0.5) * (x - 2) - 1e-3

    def likelihood(x):
        return -(x**4 / 4 - 2.5 * x**3 / 3 + x**2 / 2) - 1e-3 * x

    found = maximum(slope, likelihood, scale=1.0)
    assert found.value == pytest.approx(2.0, abs=0.01)
    assert not found.boundary


def test_weights_of_two_arms_are_inverse_variances():
    found = network(*columns(LOOPS), method="EE")
    two = found.graph.studies.index("One")
    edge = int(np.flatnonzero(found.graph.study == two)[0])
    assert solve(found.graph, 0.3).weights.w[edge] == pytest.approx(1 / (0.21**2 + 0.3))


FAULTS = {
    "one study": (TooFewStudies, LOOPS[:1], ("only One",)),
    "nothing": (TooFewStudies, [("One", "a", "b", float("nan"), 1.0)], ("none can be used",)),
    "negative": (NegativeVariance, [*LOOPS, ("Odd", "yoga", "waiting", 0.1, -0.2)], ("Odd (row 13)", "-0.2")),
    "zero": (ImpossibleValue, [*LOOPS, ("Odd", "yoga", "waiting", 0.1, 0.0)], ("Odd (row 13)", "yoga against waiting")),
    "text": (NotANumber, [*LOOPS, ("Odd", "yoga", "waiting", "n.s.", 0.2)], ("Odd (row 13)", "'n.s.'", "TE")),
    "endless": (NotANumber, [*LOOPS, ("Odd", "yoga", "waiting", float("inf"), 0.2)], ("Odd (row 13)",)),
    "itself": (ImpossibleValue, [*LOOPS, ("Odd", "yoga", "yoga", 0.1, 0.2)], ("Odd (row 13)", "yoga with itself")),
    "nameless": (ImpossibleValue, [*LOOPS, ("Odd", "yoga", "", 0.1, 0.2)], ("Odd (row 13)", "only one treatment")),
    "twice": (ImpossibleValue, [*LOOPS, ("One", "waiting", "walking", 0.1, 0.2)], ("One", "rows 1 and 13")),
    "missing pair": (InconsistentArms, [*LOOPS[:8], *LOOPS[9:]], ("Seven", "walking against yoga", "is missing")),
    "no sum": (
        InconsistentArms,
        [*LOOPS[:8], ("Seven", "walking", "yoga", 0.1, 0.2646), *LOOPS[9:]],
        ("Seven", "rows 7, 8, 9", "waiting", "walking", "yoga", "0.2 apart", "tolerance"),
    ),
    "errors": (
        InconsistentArms,
        [*LOOPS[:8], ("Seven", "walking", "yoga", -0.1, 0.9), *LOOPS[9:]],
        ("Seven", "arm waiting", "walking against yoga (0.9)"),
    ),
    "scales": (
        ImpossibleValue,
        [*LOOPS, ("Odd", "yoga", "waiting", 0.1, 1e-7)],
        ("Odd (1e-07) and Five (0.3)", "same scale"),
    ),
    "apart": (
        DisconnectedNetwork,
        [*LOOPS, ("Far", "massage", "music", 0.1, 0.2)],
        ("2 parts", "massage, music", "component"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_faults_have_a_name_and_say_where(name):
    kind, rows, parts = FAULTS[name]
    with pytest.raises(kind) as caught:
        network(*columns(rows))
    for part in parts:
        assert part in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_tolerance_lets_rounding_pass():
    rows = [*LOOPS[:8], ("Seven", "walking", "yoga", -0.102, 0.2646), *LOOPS[9:]]
    with pytest.raises(InconsistentArms, match=r"0\.002 apart"):
        network(*columns(rows))
    assert network(*columns(rows), tolerance=0.01).k == 10


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"reference": "placebo"}, MissingReference, "it has strength, therapy"),
        ({"method": "best"}, UnknownOption, "'best'"),
        ({"small_values": "good"}, UnknownOption, "desirable"),
        ({"level": 95}, ImpossibleValue, "0.95 is usual"),
        ({"tolerance": -1.0}, UnknownOption, "tolerance"),
    ],
)
def test_options_that_do_not_exist_are_named(options, kind, words):
    with pytest.raises(kind, match=words):
        network(*columns(LOOPS), **options)


def test_unknown_ways_and_draws_are_refused():
    found = network(*columns(LOOPS))
    with pytest.raises(UnknownOption, match="by hand"):
        contributions(found, way="by hand")
    with pytest.raises(UnknownOption, match="draws"):
        ranks(found, rng=np.random.default_rng(1), draws=0)
    with pytest.raises(ImpossibleValue, match="3 values of TE"):
        network(["a", "b"], ["x", "x"], ["y", "y"], [1.0, 2.0, 3.0], [1.0, 1.0])
