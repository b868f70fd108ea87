"""Additive component models beside netcomb, and networks in parts."""

import csv
import json

import numpy as np
import pytest

from agreement import ORACLE, needs_oracle
from ambulando.evidence.faults import DisconnectedNetwork, ImpossibleValue, MissingReference, UnknownOption
from ambulando.evidence.networks import network
from ambulando.evidence.networks.components import component_network

EFFECTS = {"exercise": -0.4, "therapy": -0.5, "medicine": -0.3, "waiting": 0.0}


def columns(rows):
    return [list(column) for column in zip(*rows, strict=True)]


def of(name):
    return sum(EFFECTS[part.strip()] for part in name.split("+"))


def contrast(study, one, other, se=0.1):
    return (study, one, other, of(one) - of(other), se)


JOINED = [
    contrast("One", "exercise", "waiting"), contrast("Two", "therapy", "waiting"), contrast("Three", "exercise + therapy", "therapy"),
    contrast("Four", "exercise+medicine", "medicine"), contrast("Five", "medicine", "waiting"), contrast("Six", "exercise", "therapy"),
]  # fmt: skip
#: No study compares the second part with the first; they share components.
IN_PARTS = [
    contrast("One", "exercise", "waiting"), contrast("Two", "therapy", "waiting"),
    contrast("Three", "exercise + medicine", "therapy + medicine"), contrast("Four", "exercise + therapy", "therapy + medicine"),
]  # fmt: skip


@needs_oracle
def test_components_agree(agree):
    expected = json.loads((ORACLE / "04_nma.json").read_text())["linde2016"]["cnma"]
    with (ORACLE / "data" / "linde2016.csv").open() as file:
        rows = list(csv.DictReader(file))
    given = [[row[name] for row in rows] for name in ("id", "treat1", "treat2", "lnOR", "selnOR")]
    found = component_network(*given, measure="OR")
    own = {one.name: one for one in found.components}
    assert len(own) == len(expected["comps"])
    chosen = [own[name] for name in expected["comps"]]
    agree("Components, effects", "linde2016", [one.estimate for one in chosen], expected["Comp_random"], rel=1e-10, reference="netmeta")  # fmt: skip
    agree("Components, standard errors", "linde2016", [one.se for one in chosen], expected["se"], rel=1e-10, reference="netmeta")  # fmt: skip
    ours = [
        found.q_additive,
        found.q_additive_df,
        found.q_difference,
        found.q_difference_df,
        found.q_difference_p,
        found.tau2,
    ]
    theirs = [expected[key] for key in ("Q_additive", "df_additive", "Q_diff", "df_diff", "p_diff", "tau2")]
    agree("Components, Q and tau2", "linde2016", ours, theirs, rel=1e-10, reference="netmeta")
    assert all(one.estimate_exp == pytest.approx(np.exp(one.estimate)) for one in chosen)


@pytest.mark.parametrize("rows", [JOINED, IN_PARTS], ids=["joined", "in parts"])
@pytest.mark.parametrize("method", ["DL", "REML", "ML", "EE"])
def test_effects_that_add_up_are_found_again(rows, method):
    found = component_network(*columns(rows), inactive="waiting", method=method)
    for one in found.components:
        assert one.estimate == pytest.approx(EFFECTS[one.name], abs=1e-9)
        assert one.identified
    for a in found.treatments:
        for b in found.league[a]:
            assert found.league[a][b].estimate == pytest.approx(of(a) - of(b), abs=1e-9)
    assert found.q_additive == pytest.approx(0, abs=1e-9)
    assert found.connected is (rows is JOINED)
    assert "waiting" not in [one.name for one in found.components]


def test_a_network_in_parts_says_so():
    found = component_network(*columns(IN_PARTS), inactive="waiting")
    assert len(found.parts) == 2
    assert np.isnan(found.q_difference)
    assert "2 parts" in found.notes[-1]
    with pytest.raises(DisconnectedNetwork):
        network(*columns(IN_PARTS))


def test_parts_that_share_no_component_are_refused():
    rows = [contrast("One", "exercise", "waiting"), contrast("Two", "therapy", "medicine")]
    with pytest.raises(DisconnectedNetwork, match="cannot be compared with"):
        component_network(*columns(rows), inactive="waiting")


def test_pairs_that_the_model_cannot_compare_stay_empty():
    rows = [*IN_PARTS, ("Far", "exercise + massage", "massage + waiting", -0.2, 0.1)]
    found = component_network(*columns(rows), inactive="waiting")
    assert np.isnan(found.league["exercise + massage"]["waiting"].estimate)
    assert np.isfinite(found.league["exercise + massage"]["massage + waiting"].estimate)
    assert any("leaves these empty" in note for note in found.notes)


def test_without_combinations_it_is_the_usual_network():
    rows = [
        ("a", "x", "y", 0.2, 0.1),
        ("b", "y", "z", 0.1, 0.2),
        ("c", "x", "z", 0.5, 0.15),
        ("d", "x", "z", 0.1, 0.15),
    ]
    for method in ("DL", "REML", "ML"):
        one, other = component_network(*columns(rows), method=method), network(*columns(rows), method=method)
        assert one.tau2 == pytest.approx(other.tau2, rel=1e-8)
        assert one.league["x"]["z"].estimate == pytest.approx(other.league["x"]["z"].estimate)
        assert one.league["x"]["z"].se == pytest.approx(other.league["x"]["z"].se)
        assert not any(part.identified for part in one.components)
        assert any("usual network" in note for note in one.notes)
        assert any("do not tell these components apart" in note for note in one.notes)


@pytest.mark.parametrize(
    ("rows", "options", "kind", "words"),
    [
        (JOINED, {"inactive": "placebo"}, MissingReference, "it has exercise, medicine"),
        (JOINED, {"separator": " "}, UnknownOption, "separator"),
        (JOINED, {"method": "REML-uncorrelated"}, UnknownOption, "DL, REML, ML and EE"),
        (JOINED, {"level": 2}, ImpossibleValue, "0.95 is usual"),
        ([*JOINED, ("Odd", "exercise +", "waiting", 0.1, 0.1)], {}, ImpossibleValue, "'exercise \\+'"),
        (
            [*JOINED, ("Odd", "therapy + therapy", "waiting", 0.1, 0.1)],
            {},
            ImpossibleValue,
            "double component",
        ),
    ],
)
def test_what_cannot_be_is_refused(rows, options, kind, words):
    with pytest.raises(kind, match=words):
        component_network(*columns(rows), **options)
