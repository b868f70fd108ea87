"""All tests of bias of one table together: they are what each gives alone, and what cannot be tested is told."""

import math

import numpy as np
import pytest

from ambulando.evidence.checks import asymmetry, asymmetry_binary, failsafe
from ambulando.evidence.checks.gosh import gosh
from ambulando.evidence.checks.influence import influence
from ambulando.evidence.checks.selection import selection
from ambulando.evidence.checks.together import bias, sizes_of, summary_of
from ambulando.evidence.checks.trimfill import trim_and_fill
from ambulando.evidence.faults import EvidenceFault, NotConverged, TooFewStudies, UnknownOption
from ambulando.evidence.univariate.pooling import pool
from evidence.univariate import random_studies

EVENTS = {
    "ai": [4, 6, 3, 9, 12],
    "bi": [20, 30, 22, 41, 30],
    "ci": [8, 9, 11, 12, 25],
    "di": [21, 33, 15, 40, 20],
}


def test_each_part_is_what_it_is_alone():
    y, v = random_studies(6, 14)
    found = bias(y, v)
    assert (found.estimate, found.ci) == (pool(y, v).estimate, pool(y, v).ci)
    assert found.egger.p == asymmetry.regression_test(y, v).p
    assert found.egger_lm.p == asymmetry.egger(y, v).p
    assert found.begg.tau == asymmetry.rank_test(y, v).tau
    assert found.pet.estimate == asymmetry.pet(y, v).estimate
    assert found.peese_lm.se == asymmetry.peese(y, v, model="lm").se
    assert found.pet_peese.chosen == asymmetry.pet_peese(y, v).chosen
    assert found.trim_and_fill.estimate == trim_and_fill(y, v).estimate
    assert found.selection.estimate == selection(y, v).estimate
    assert found.fail_safe["orwin"].number == failsafe.fail_safe(y, v, kind="Orwin").number
    assert found.excess_significance.p == failsafe.excess_significance(y, v).p
    assert [one.cook for one in found.influence] == [one.cook for one in influence(y, v).influence]
    assert found.leave_one_out[3].estimate == pytest.approx(found.influence[3].estimate_without, rel=1e-12)
    assert found.binary == {}


def test_events_have_their_own_tests():
    a, b, c, d = (np.array(EVENTS[cell], dtype=float) for cell in ("ai", "bi", "ci", "di"))
    y, v = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    found = bias(y, v, counts=EVENTS, measure="OR")
    assert list(found.binary) == ["harbord", "peters", "macaskill", "deeks", "schwarzer"]
    assert found.binary["peters"].p == asymmetry_binary.binary_test("Peters", a, a + b, c, c + d).p


def test_rows_are_those_of_the_file_and_those_left_out_do_not_shift_them():
    found = bias([0.1, math.nan, 0.4, 0.2], [0.1, 0.1, 0.2, 0.3], rows=[2, 3, 5, 9], studies=list("ABCD"))
    assert [(one.row, one.study) for one in found.influence] == [(2, "A"), (5, "C"), (9, "D")]
    assert [one.row for one in found.leave_one_out] == [2, 5, 9]
    assert [one.study for one in found.excluded] == ["B"]


def test_what_cannot_be_tested_is_none_and_the_notes_say_why():
    found = bias([0.1, 0.2, 0.35], [0.1, 0.1, 0.1])
    assert found.egger is found.begg is found.pet is found.selection is None
    assert any(note.startswith("Egger: All studies have the same precision") for note in found.notes)
    assert any(note.startswith("Selection model: No study has a p value") for note in found.notes)
    assert len(set(found.notes)) == len(found.notes)
    assert found.trim_and_fill.side == "left"


@pytest.mark.parametrize(
    ("options", "fault", "words"),
    [
        ({"egger": "ols"}, UnknownOption, "rma, lm"),
        ({"estimator": "L1"}, UnknownOption, "L0"),
        ({"side": "top"}, UnknownOption, "left, right"),
        ({"method": "best"}, UnknownOption, "best"),
        ({"steps": (0.5, 0.1)}, EvidenceFault, "rising p values"),
    ],
)
def test_options_that_do_not_exist_are_refused_and_not_noted(options, fault, words):
    with pytest.raises(fault, match=words):
        bias(*random_studies(6, 6), **options)


def test_two_studies_are_too_few():
    with pytest.raises(TooFewStudies, match="needs 3 studies"):
        bias([0.1, 0.2], [0.1, 0.1])


def test_a_part_that_does_not_converge_is_told(monkeypatch):
    def lost(*_, **__):
        raise NotConverged("It went back and forth.")

    monkeypatch.setattr("ambulando.evidence.checks.together.trim_and_fill", lost)
    found = bias(*random_studies(6, 12))
    assert found.trim_and_fill is None
    assert "Trim and fill: It went back and forth." in found.notes


def test_gosh_in_numbers():
    found = gosh([0.1, 0.12, 0.08, 0.11, 2.0], [0.01] * 5, studies=list("ABCDE"))
    short = summary_of(found, rows=[2, 3, 4, 5, 7])
    assert (short.subsets, short.complete) == (26, True)
    assert short.estimate_quantiles == tuple(sorted(short.estimate_quantiles))
    assert short.studies[4].row == 7
    assert short.studies[4].with_it > 0.4 > short.studies[4].without_it
    assert short.studies[4].i2_with_it > short.studies[4].i2_without_it


def test_the_people_of_a_study_come_from_what_its_effect_was_computed_from():
    assert sizes_of(EVENTS) == (53, 78, 51, 102, 87)
    assert sizes_of({"n1i": (10.0,), "n2i": (12.0,)}) == (22,)
    assert sizes_of({"ri": (0.2,), "ni": (30.0,)}) == (30,)
    assert sizes_of({"yi": (0.1,)}) is None
