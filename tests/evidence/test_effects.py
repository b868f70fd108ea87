"""Effect sizes against the reference answers: every entry of theirs, by measure."""

import csv
import json

import numpy as np
import pytest

from agreement import ORACLE, needs_oracle
from ambulando.evidence import effects

FOUR = ("tpos", "tneg", "cpos", "cneg")
SIX = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
RULES = {"only0": "only-zero", "all": "all", "if0all": "if-any-all", "none": "none"}


def columns(name: str, *wanted: str) -> list[np.ndarray]:
    with (ORACLE / "data" / name).open() as file:
        rows = list(csv.DictReader(file))
    return [np.array([float(row[column] or "nan") for row in rows]) for column in wanted]


def answers(data: str) -> dict[str, dict[str, list[float]]]:
    return json.loads((ORACLE / "01_escalc.json").read_text())[data] if ORACLE.exists() else {}


def both(found: effects.Effects) -> list[np.ndarray]:
    return [found.yi, found.vi]


def theirs(data: str, key: str) -> list[list[float]]:
    return [answers(data)[key][part] for part in ("yi", "vi")]


@needs_oracle
@pytest.mark.parametrize("measure", [key for key in answers("bcg") if key != "RTET"])
def test_effects_of_events_agree_with_the_reference(measure, agree):
    ours = both(effects.two_by_two(measure, *columns("bcg.csv", *FOUR)))
    agree(
        f"effect size of events: {effects.MEASURES[measure]}", "bcg", ours, theirs("bcg", measure), rel=1e-10,
        reference="metafor",
    )  # fmt: skip


@needs_oracle
def test_tetrachoric_correlations_agree_as_far_as_the_reference_goes(agree):
    # The reference stops its search for the correlation when it moves by less than 1e-4 or so; ours meets the first cell
    # of the table to the last digits (tested below), so the difference of up to 1e-5 is the reference's.
    ours, expected = effects.two_by_two("RTET", *columns("bcg.csv", *FOUR)), answers("bcg")["RTET"]
    name = "effect size of events: tetrachoric correlation"
    agree(f"{name}", "bcg", ours.yi, expected["yi"], rel=1e-4, floor=0.2, reference="metafor")
    agree(f"{name}, its variance", "bcg", ours.vi, expected["vi"], rel=1e-4, reference="metafor")


@needs_oracle
@pytest.mark.parametrize("measure", [key for key in answers("normand1999") if "vtype" not in key])
def test_effects_of_means_agree_with_the_reference(measure, agree):
    ours = both(effects.two_means(measure, *columns("normand1999.csv", *SIX)))
    agree(
        f"effect size of means: {effects.MEASURES[measure]}", "normand1999", ours, theirs("normand1999", measure),
        rel=1e-10, reference="metafor",
    )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("variance", ["ls", "ls2", "ub", "av"])
def test_each_variance_of_hedges_g_agrees_with_the_reference(variance, agree):
    ours = both(effects.smd(*columns("normand1999.csv", *SIX), variance=variance))
    expected = theirs("normand1999", f"SMD_vtype_{variance.upper()}")
    agree(
        f"Hedges' g with the variance '{variance}'",
        "normand1999",
        ours,
        expected,
        rel=1e-10,
        reference="metafor",
    )


@needs_oracle
@pytest.mark.parametrize("key", [key for key in answers("zero_cells") if key != "OR_drop00"])
def test_zero_cells_agree_with_the_reference_under_each_rule(key, agree):
    measure, rule = key.split("_")
    a, n1, c, n2 = columns("zero_cells.csv", "ai", "n1i", "ci", "n2i")
    ours = both(effects.two_by_two(measure, a, n1 - a, c, n2 - c, continuity=RULES[rule]))
    agree(
        f"cells of zero: {effects.MEASURES[measure]}, continuity rule '{RULES[rule]}'", "zero_cells", ours,
        theirs("zero_cells", key), rel=1e-10, reference="metafor",
    )  # fmt: skip


@needs_oracle
def test_studies_without_events_in_both_arms_can_be_dropped(agree):
    a, n1, c, n2 = columns("zero_cells.csv", "ai", "n1i", "ci", "n2i")
    ours = both(effects.two_by_two("OR", a, n1 - a, c, n2 - c, drop_double_zero=True))
    agree(
        "cells of zero: log odds ratio, studies without events left out", "zero_cells", ours,
        theirs("zero_cells", "OR_drop00"), rel=1e-10, reference="metafor",
    )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("measure", list(answers("pritz1997")))
def test_proportions_agree_with_the_reference(measure, agree):
    ours = both(effects.proportion(measure, *columns("pritz1997.csv", "xi", "ni")))
    agree(
        f"effect size of one group: {effects.MEASURES[measure]}", "pritz1997", ours, theirs("pritz1997", measure),
        rel=1e-10, reference="metafor",
    )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("measure", list(answers("prepost")))
def test_changes_agree_with_the_reference(measure, agree):
    ours = both(effects.change(measure, *columns("prepost.csv", "m1i", "sd1i", "m2i", "sd2i", "ni", "ri")))
    agree(
        f"effect size of two times: {effects.MEASURES[measure]}", "prepost", ours, theirs("prepost", measure),
        rel=1e-10, reference="metafor",
    )  # fmt: skip


@needs_oracle
def test_correlations_agree_with_the_reference(agree):
    ours = effects.correlation("ZCOR", *columns("molloy2014_es.csv", "ri", "ni"))
    expected = columns("molloy2014_es.csv", "yi", "vi")
    agree(
        "effect size of correlations: Fisher's z",
        "molloy2014",
        both(ours),
        expected,
        rel=1e-10,
        reference="metafor",
    )


@needs_oracle
def test_the_effects_that_come_with_the_data_are_those_of_their_counts(agree):
    a, n1, c, n2, yi, vi = columns("li2007_es.csv", "ai", "n1i", "ci", "n2i", "yi", "vi")
    ours = both(effects.two_by_two("OR", a, n1 - a, c, n2 - c))
    agree("effect size of events: log odds ratio", "li2007", ours, [yi, vi], rel=1e-10, reference="metafor")


@needs_oracle
def test_means_and_sds_from_medians_agree_with_the_reference(agree):
    low, q1, median, q3, high, n = columns("fivenum.csv", "min", "q1", "med", "q3", "max", "n")
    ours = effects.mean_and_sd(median, n, smallest=low, q1=q1, q3=q3, largest=high)
    expected = answers("fivenum")["default"]
    agree(
        "mean and SD from a median with range, quartiles, both (Luo, Wan, Shi)", "fivenum", ours,
        [expected["mean"], expected["sd"]], rel=1e-10, reference="metafor",
    )  # fmt: skip


@needs_oracle
def test_tables_from_odds_ratios_agree_with_the_reference(agree):
    # The inputs of the reference are not stored; odds ratios of 2 and 3 with the margins of its answers give these tables.
    cells = [answers("conv2x2")[key] for key in ("ai", "bi", "ci", "di")]
    a, b, c, d = (np.array(cell, dtype=float) for cell in cells)
    ours = effects.table_from_ratio("OR", [2, 3], a + b, c + d, a + c)
    agree(
        "2 x 2 table from an odds ratio and its margins",
        "conv2x2",
        ours,
        cells,
        rel=1e-10,
        reference="metafor",
    )


@needs_oracle
def test_hedges_g_from_t_agrees_with_the_reference(agree):
    # As above: these t statistics and group sizes are the ones that give its answers.
    ours = effects.smd_from_t([2.1, 1.3, -0.5], [20, 30, 12], [22, 28, 14])
    expected = answers("smd_from_t")
    agree(
        "Hedges' g from t",
        "smd_from_t",
        both(ours),
        [expected["yi"], expected["vi"]],
        rel=1e-10,
        reference="metafor",
    )
