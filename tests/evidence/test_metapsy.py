"""The Metapsy format: semicolons, decimal commas, NA; means, changes, events and precalculated effects."""

import pytest

from ambulando.evidence import effects, formats, tables
from ambulando.evidence.faults import ImpossibleValue, NegativeVariance, NotANumber
from ambulando.evidence.formats import metapsy
from ambulando.ground import InputError

COLUMNS = (
    "study", "condition_arm1", "condition_arm2", "multi_arm1", "multi_arm2", "outcome_type", "instrument", "time",
    "time_weeks", "rating", "mean_arm1", "sd_arm1", "n_arm1", "mean_arm2", "sd_arm2", "n_arm2", "mean_change_arm1",
    "sd_change_arm1", "n_change_arm1", "mean_change_arm2", "sd_change_arm2", "n_change_arm2", "event_arm1",
    "totaln_arm1", "event_arm2", "totaln_arm2", "precalc_g", "precalc_g_se", "precalc_log_rr", "precalc_log_rr_se",
    ".g", ".g_se", "full_ref",
)  # fmt: skip
ARMS = {"condition_arm1": "exercise", "condition_arm2": "wl", "time": "post", "outcome_type": "msd"}
MEANS = {
    "mean_arm1": "10,5",
    "sd_arm1": "6,25",
    "n_arm1": "40",
    "mean_arm2": "15,5",
    "sd_arm2": "6,1",
    "n_arm2": "42",
}
EVENTS = {"event_arm1": "20", "totaln_arm1": "50", "event_arm2": "10", "totaln_arm2": "49"}


def table(*rows, delimiter=";"):
    lines = [COLUMNS, *([{**ARMS, **row}.get(name, "NA") for name in COLUMNS] for row in rows)]
    return "\n".join(delimiter.join(line) for line in lines) + "\n"


def test_it_is_known_by_its_first_line():
    assert formats.read(table({"study": "Smith, 2011", **MEANS})).format == "metapsy"
    assert not metapsy.fits("study,yi,vi\n")


def test_decimal_commas_become_numbers_and_the_effect_is_that_of_the_means():
    found = formats.read(
        table({"study": "Smith, 2011", "instrument": "bdi-2", "rating": "self-report", **MEANS})
    )
    one = found.outcome().comparisons[0]
    assert one.values == {"m1i": 10.5, "sd1i": 6.25, "n1i": 40, "m2i": 15.5, "sd2i": 6.1, "n2i": 42}
    assert (one.study, one.arm, one.against, one.row) == ("Smith, 2011", "exercise", "wl", 2)
    assert (one.details["instrument"], one.details["rating"], one.details["time"]) == (
        "bdi-2",
        "self-report",
        "post",
    )
    expected = effects.smd(*([value] for value in one.values.values()))
    studies = tables.read(formats.as_csv(found.outcome()), "the table")
    assert (studies.yi[0], studies.vi[0]) == pytest.approx((expected.yi[0], expected.vi[0]), rel=1e-14)


def test_a_precalculated_g_changes_its_sign_and_says_so():
    found = formats.read(table({"study": "Jones, 2015", "precalc_g": "0,55", "precalc_g_se": "0,2"}))
    assert found.outcome().comparisons[0].values == pytest.approx({"yi": -0.55, "vi": 0.04})
    assert "its sign was changed" in found.notes[0]


def test_the_computed_g_counts_where_there_is_nothing_else():
    row = {"study": "Jones, 2015", ".g": "0,5", ".g_se": "0,1"}
    assert formats.read(table(row)).outcome().comparisons[0].values["yi"] == -0.5
    found = formats.read(table(row | MEANS))
    assert found.outcome().comparisons[0].shape == "means"
    assert found.notes == ()


def test_a_log_risk_ratio_keeps_its_sign():
    row = {
        "study": "Lee, 2019",
        "precalc_log_rr": "0,3",
        "precalc_log_rr_se": "0,1",
        "outcome_type": "response",
    }
    one = formats.read(table(row)).outcome()
    assert (one.measure, one.comparisons[0].values["yi"]) == ("RR", 0.3)


def test_scores_and_events_are_outcomes_of_their_own_and_times_too():
    found = formats.read(
        table(
            {"study": "A, 2001", **MEANS},
            {"study": "A, 2001", **MEANS, "time": "follow-up"},
            {"study": "A, 2001", "outcome_type": "response", **EVENTS},
        )
    )
    assert [one.id for one in found.outcomes] == ["scores-post", "scores-follow-up", "response-post"]
    assert found.outcome("response-post").comparisons[0].values == {"ai": 20, "n1i": 50, "ci": 10, "n2i": 49}
    with pytest.raises(InputError, match="several outcomes; please choose one with --outcome: scores-post"):
        found.outcome()
    with pytest.raises(InputError, match="no outcome 'x'"):
        found.outcome("x")


def test_the_arms_of_a_trial_with_several_are_told_apart_and_their_dependence_is_said():
    rows = [{"study": "B, 2010", "multi_arm1": kind, **MEANS} for kind in ("aerobic", "strength")]
    found = formats.read(table(*rows))
    assert [one.arm for one in found.outcome().comparisons] == ["exercise (aerobic)", "exercise (strength)"]
    assert "B, 2010 has several comparisons, which depend on each other" in found.notes[0]


def test_a_mixed_outcome_is_written_as_effects_that_pool():
    found = formats.read(
        table({"study": "A, 2001", **MEANS}, {"study": "B, 2002", "precalc_g": "0,5", "precalc_g_se": "0,2"})
    )
    studies = tables.read(formats.as_csv(found.outcome()), "the table")
    assert studies.studies == ("A, 2001", "B, 2002")
    assert studies.yi[1] == -0.5
    assert studies.vi[1] == pytest.approx(0.04)


def test_changes_are_read_and_a_change_for_the_better_above_zero_is_asked_about():
    change = {
        "mean_change_arm1": "5", "sd_change_arm1": "4", "n_change_arm1": "20",
        "mean_change_arm2": "2", "sd_change_arm2": "4", "n_change_arm2": "20",
    }  # fmt: skip
    found = formats.read(table({"study": "C, 2020", **change}))
    assert found.outcome().comparisons[0].values["m1i"] == 5
    assert "please check its direction" in found.notes[0]


def test_an_incomplete_row_is_left_out_with_the_reason():
    found = formats.read(table({"study": "D, 1999"}, {"study": "A, 2001", **MEANS}))
    assert [(one.row, one.study) for one in found.excluded] == [(2, "D, 1999")]
    assert "no complete means, events or effect" in found.excluded[0].reason


@pytest.mark.parametrize(
    ("change", "fault", "words"),
    [
        ({"sd_arm1": "abc"}, NotANumber, r"E, 2001 \(row 2 of f.csv\) has 'abc' as sd_arm1"),
        ({"sd_arm1": "0"}, ImpossibleValue, "a standard deviation is above zero"),
        ({"n_arm2": "0"}, ImpossibleValue, "an arm has at least one person"),
        ({"mean_arm1": "NA", "event_arm1": "60", "totaln_arm1": "50", "event_arm2": "1", "totaln_arm2": "50"},
         ImpossibleValue, "60 events among 50 people"),
        ({"mean_arm1": "NA", "precalc_g": "0,5", "precalc_g_se": "-0,1"}, NegativeVariance, "negative standard error"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_by_study_and_row(change, fault, words):
    with pytest.raises(fault, match=words):
        metapsy.read(table({"study": "E, 2001", **MEANS, **change}), "f.csv")


def test_a_table_without_the_columns_is_refused():
    with pytest.raises(InputError, match="has no column condition_arm1, condition_arm2"):
        formats.read("study;yi\nA;1\n", "f.csv", form="metapsy")


def test_with_commas_between_the_cells_points_are_decimal():
    text = table(
        {"study": "F 2003", **{name: cell.replace(",", ".") for name, cell in MEANS.items()}}, delimiter=","
    )
    assert formats.read(text).outcome().comparisons[0].values["sd1i"] == 6.25
