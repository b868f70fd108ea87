"""Mantel-Haenszel networks of rare events beside netmetabin, and the contrasts that arms make."""

import csv
import json

import numpy as np
import pytest

from agreement import ORACLE, needs_oracle
from ambulando.evidence.effects import smd, two_by_two
from ambulando.evidence.faults import ImpossibleValue, TooFewStudies, UnknownOption
from ambulando.evidence.networks import network
from ambulando.evidence.networks.arms import Arm, contrasts
from ambulando.evidence.networks.mantel import network_mantel_haenszel, pooled_design
from ambulando.evidence.univariate.binary import mantel_haenszel as pairwise


def arms_of(name, events, people, study):
    with (ORACLE / "data" / name).open() as file:
        return [
            Arm(row[study], row["treatment"], float(row[people]), float(row[events]), row=number)
            for number, row in enumerate(csv.DictReader(file), start=2)
        ]


@needs_oracle
def test_mantel_haenszel_agrees(agree):
    expected = json.loads((ORACLE / "04_nma.json").read_text())["gurusamy2011_mh"]
    found = network_mantel_haenszel(arms_of("gurusamy2011.csv", "death", "n", "study"))
    t = expected["trts"]
    assert sorted(found.treatments) == sorted(t)
    for field, key in (("estimate", "TE"), ("se", "se")):
        ours = [[0.0 if a == b else getattr(found.league[a][b], field) for b in t] for a in t]
        agree(
            f"Mantel-Haenszel network, {field}",
            "gurusamy2011",
            ours,
            expected[key],
            rel=1e-10,
            reference="netmeta",
        )
    agree("Mantel-Haenszel network, Q between designs", "gurusamy2011", found.q_inconsistency, expected["Q_inc"], rel=1e-10, reference="netmeta")  # fmt: skip
    assert np.isnan(found.q)
    assert found.method == "MH"
    gone = {one.study for one in found.excluded}
    assert gone == {"Baudo 1992", "Pugliese 2007", "Himmelreich 1992", "Williamson 1999"}
    assert any("Antithrombin III is not in the network" in note for note in found.notes)
    assert found.k == 10


@needs_oracle
def test_arms_make_the_contrasts_of_the_reference(agree):
    expected = json.loads((ORACLE / "04_nma.json").read_text())["woods2010"]
    found = contrasts(arms_of("woods2010.csv", "r", "N", "author"))
    pairs = {}
    for study, one, other, te, se in zip(
        found.studlab, found.treat1, found.treat2, found.TE, found.seTE, strict=True
    ):
        pairs[study, one, other], pairs[study, other, one] = (te, se), (-te, se)
    keys = list(zip(expected["studlab"], expected["treat1"], expected["treat2"], strict=True))
    agree("Contrasts of arms (log odds ratio)", "woods2010", [pairs[key][0] for key in keys], expected["TE_in"], rel=1e-10, reference="netmeta", floor=0.01)  # fmt: skip
    agree("Contrasts of arms, standard errors", "woods2010", [pairs[key][1] for key in keys], expected["seTE_in"], rel=1e-10, reference="netmeta")  # fmt: skip


def three(*rows):
    """Arms of studies as (study, treatment, events, people)."""
    return [
        Arm(study, treatment, n, events, row=number)
        for number, (study, treatment, events, n) in enumerate(rows, 2)
    ]


def test_one_design_of_two_arms_is_the_pairwise_method():
    rows = [("One", "a", 3, 40), ("One", "b", 6, 42), ("Two", "a", 1, 30), ("Two", "b", 0, 28), ("Three", "a", 5, 90), ("Three", "b", 9, 88)]  # fmt: skip
    cell = network_mantel_haenszel(three(*rows)).league["a"]["b"]
    a, n1 = np.array([3.0, 1, 5]), np.array([40.0, 30, 90])
    c, n2 = np.array([6.0, 0, 9]), np.array([42.0, 28, 88])
    alone = pairwise(a, n1 - a, c, n2 - c, measure="OR")
    assert cell.estimate == pytest.approx(alone.estimate, rel=1e-12)
    assert cell.se == pytest.approx(alone.se, rel=1e-12)


def test_one_study_of_several_arms_has_its_own_odds():
    table = np.array([[[3.0, 20], [8, 40], [10, 30]]])
    effects, covariance = pooled_design(table)
    a, b = table[0, :, 0], table[0, :, 1] - table[0, :, 0]
    centring = np.eye(3) - 1 / 3
    assert np.allclose(centring @ effects, centring @ np.log(a / b))
    assert np.allclose(centring @ covariance @ centring, centring @ np.diag(1 / a + 1 / b) @ centring)


def test_the_variance_of_several_arms_is_that_of_repetition():
    """Many small studies of three arms with different risks: the mean variance beside the spread of 1,500 repetitions."""
    rng = np.random.default_rng(3)
    base = rng.normal(0, 0.5, 40)
    odds = np.exp(np.array([-0.8, -0.2, -1.2]) + base[:, None])
    n = np.tile([10, 20, 10], (40, 1))
    found = [
        pooled_design(np.stack([rng.binomial(n, odds / (1 + odds)), n], axis=-1).astype(float))
        for _ in range(1500)
    ]
    seen = np.cov(np.array([one[0] for one in found]).T)
    centring = np.eye(3) - 1 / 3
    expected = centring @ np.mean([one[1] for one in found], axis=0) @ centring
    # 1,500 repetitions leave a standard error of 1/sqrt(750) of a variance: four of them
    assert np.abs(seen - expected).max() < 4 / 750**0.5 * seen.max()


def test_an_arm_without_events_leaves_its_design_and_its_studies_join_another():
    rows = [
        ("One", "a", 3, 40), ("One", "b", 6, 42), ("One", "c", 0, 41), ("Two", "a", 4, 30), ("Two", "b", 5, 28),
        ("Three", "b", 5, 90), ("Three", "c", 9, 88),
    ]  # fmt: skip
    found = network_mantel_haenszel(three(*rows))
    assert {one.name for one in found.designs} == {"a:b", "b:c"}
    assert found.notes[0].startswith("c was left out of a:b:c (One)")
    assert found.k == 3


def test_nothing_to_pool_is_said():
    with pytest.raises(TooFewStudies, match="nothing to pool"):
        network_mantel_haenszel(three(("One", "a", 0, 40), ("One", "b", 6, 42)))


def test_zero_cells_are_corrected_in_all_arms_of_their_study():
    found = contrasts(
        three(
            ("One", "a", 0, 20),
            ("One", "b", 2, 22),
            ("One", "c", 3, 25),
            ("Two", "a", 4, 30),
            ("Two", "b", 5, 31),
        )
    )
    a, c, n1, n2 = 0.5, 2.5, 21, 23
    assert found.TE[0] == pytest.approx(np.log(a * (n2 - c) / (c * (n1 - a))))
    assert found.TE[0] + found.TE[2] == pytest.approx(found.TE[1])
    alone = two_by_two("OR", [4.0], [26.0], [5.0], [26.0])
    assert (found.TE[3], found.seTE[3] ** 2) == pytest.approx((alone.yi[0], alone.vi[0]))
    assert found.notes == ("One: 0.5 was added to each cell, because of a.",)


@pytest.mark.parametrize(("measure", "kept"), [("OR", 1), ("RR", 1), ("RD", 2)])
def test_studies_without_events_say_nothing_of_ratios(measure, kept):
    found = contrasts(
        three(("One", "a", 0, 20), ("One", "b", 0, 22), ("Two", "a", 4, 30), ("Two", "b", 5, 31)), measure
    )
    assert len(found.TE) == kept
    assert [one.study for one in found.excluded] == ([] if measure == "RD" else ["One"])


def test_arms_alone_and_zero_without_correction_are_left_out_with_the_reason():
    arms = three(
        ("One", "a", 3, 20),
        ("Two", "a", 0, 30),
        ("Two", "b", 5, 31),
        ("Three", "a", 3, 30),
        ("Three", "b", 5, 31),
    )
    found = contrasts(arms, increment=0.0)
    assert [(one.study, one.row) for one in found.excluded] == [("One", 2), ("Two", 3)]
    assert set(found.studlab) == {"Three"}


def test_standardised_differences_of_a_study_share_one_deviation_and_add_up():
    rows = [("One", "a", 20.0, 5.0, 30), ("One", "b", 17.0, 6.0, 32), ("One", "c", 18.0, 4.0, 28), ("Two", "a", 19.0, 5.0, 30), ("Two", "b", 17.5, 6.0, 32)]  # fmt: skip
    arms = [
        Arm(study, name, n, None, mean, sd, row) for row, (study, name, mean, sd, n) in enumerate(rows, 2)
    ]
    found = contrasts(arms, "SMD")
    assert found.TE[0] + found.TE[2] == pytest.approx(found.TE[1])
    alone = smd([19.0], [5.0], [30.0], [17.5], [6.0], [32.0])
    assert (found.TE[3], found.seTE[3] ** 2) == pytest.approx((alone.yi[0], alone.vi[0]))
    given = (found.studlab, found.treat1, found.treat2, found.TE, found.seTE)
    assert network(*given).notes
    mean = contrasts(arms)
    assert mean.measure == "MD"
    assert mean.TE[0] == 3.0


@pytest.mark.parametrize(
    ("arms", "measure", "kind", "words"),
    [
        (
            three(("One", "a", 5, 4), ("One", "b", 1, 9)),
            None,
            ImpossibleValue,
            "One, a \\(row 2\\) has 5 events among 4",
        ),
        (three(("One", "a", 5, 0), ("One", "b", 1, 9)), None, ImpossibleValue, "0 people"),
        (
            three(("One", "a", 1, 4), ("One", "a", 1, 9)),
            None,
            ImpossibleValue,
            "two arms a \\(rows 2 and 3\\)",
        ),
        (three(("One", "a", 1, 4), ("One", "b", 1, 9)), "MD", UnknownOption, "cannot be made of events"),
        (
            [Arm("One", "a", 9, None, 1.0, -1.0, 2), Arm("One", "b", 9, None, 1.0, 1.0, 3)],
            None,
            ImpossibleValue,
            "deviation of -1",
        ),
    ],
)
def test_arms_that_cannot_be_are_refused(arms, measure, kind, words):
    with pytest.raises(kind, match=words):
        contrasts(arms, measure)
