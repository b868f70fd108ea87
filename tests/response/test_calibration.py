"""A small, fixed part of bench/calibration.py: intervals cover, the correction holds, nothing is claimed from nothing."""

import re
import sys

import numpy as np
import pytest

from places import ROOT

sys.path.insert(0, str(ROOT / "bench"))
import calibration
import calibration_report as report

#: A chunk that the benchmark itself does not reach, so that the two are not the same people.
NUMBER = 9001
PAGE = ROOT / "docs" / "calibration.md"


def case(table: str, name: str, days: int):
    (found,) = [one for one in calibration.CASES if (one.table, one.name, one.days) == (table, name, days)]
    return found


def chunk(table: str, name: str, days: int, people: int):
    return calibration.found_of(case(table, name, days), NUMBER, people)


def test_ninety_five_percent_intervals_cover_under_the_prior():
    found = chunk("drawn", "as the model believes", 56, 200)
    # A standard error of 1.5 points: three of them below 95%.
    assert report.covers(found) > 0.905
    assert abs(np.mean(found["mean"] - found["truth"])) < 0.05


@pytest.mark.parametrize(
    "name",
    [
        "outlying evenings (Student's t, 3 df)",
        "dose scale 8 minutes",
        "persistence 0.95, nearly a random walk",
        "long memory (half of the inertia 0.99 a day)",
        "40% missing, more on low days",
        "people of the cited figures",
    ],
)
def test_they_cover_where_the_model_is_wrong_in_one_thing(name):
    # A standard error of 2.2 points.
    assert report.covers(chunk("drawn", name, 56, 100)) > 0.88


def test_under_reverse_causation_the_naive_difference_misleads_and_the_correction_does_not():
    found = chunk("free", "pull 0.58, as the diary study found", 120, 150)
    truth = found["truth"]
    assert report.share(found["naive_covers"]) < 0.55
    assert report.share(found["gls_covers"]) < 0.75
    assert report.covers(found, "corrected_low", "corrected_high") > 0.89
    assert np.mean(found["naive"] - truth) > 0.5
    assert abs(np.nanmean(found["corrected"] - truth)) < 0.1
    assert found["claim"].sum() == found["harm"].sum() == 0, "nothing below grade A claims a cause"


def test_where_exercise_does_nothing_almost_nobody_is_told_that_it_does():
    found = chunk("zero", "drawn days", 120, 200)
    assert (found["grade"] == 2).all()
    # At a true rate of 2.5%, ten or fewer of 200 has a chance of 99%.
    assert found["claim"].sum() <= 10


def test_a_large_true_effect_is_found_more_often_than_a_small_one():
    small, large = chunk("power", "0.26 points", 120, 60), chunk("power", "1.2 points", 120, 60)
    assert large["claim"].mean() > 0.6
    assert small["claim"].mean() < 0.3


def test_the_chance_to_be_the_best_is_worth_more_than_always_saying_one_third():
    found = chunk("best", "three kinds, as the model believes", 120, 150)
    ours, flat = report.brier(found)
    assert ours < flat - 0.03
    total = found["p_best"].sum(axis=1)  # not a number where a draw did not measure all three
    assert np.isfinite(total).mean() > 0.9
    np.testing.assert_allclose(total[np.isfinite(total)], 1.0, atol=1e-6)
    sure = found["p_best"] > 0.6
    # Those that were called likely were the best about as often: forty or more, so within three standard errors of 8 points.
    assert found["best"][sure].mean() == pytest.approx(found["p_best"][sure].mean(), abs=0.2)


def test_comparisons_cover_and_claim_next_to_nothing_where_nothing_differs():
    found = chunk("compared", "two options", 28, 120)
    assert report.covers(found) > 0.89
    assert report.brier(found)[0] < report.brier(found)[1]
    nothing = chunk("compared", "two options that do nothing", 28, 120)
    assert nothing["claim"].sum() <= 6


def test_a_chunk_is_the_same_each_time_and_other_chunks_are_others():
    one = case("drawn", "as the model believes", 56)
    first, again, other = (calibration.chunk(one, number, 3)["mean"] for number in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_each_case_has_a_key_of_its_own():
    keys = [one.key for one in calibration.CASES]
    assert len(set(keys)) == len(keys)


def test_what_was_done_before_a_stop_is_kept(tmp_path):
    one = case("drawn", "as the model believes", 56)
    kept = tmp_path / f"{one.key}-0000.npz"
    np.savez(kept, seconds=1.0, truth=np.zeros(4))
    assert calibration._work((one, 0, str(tmp_path))) == one.key
    assert calibration.results(tmp_path)[one.key]["truth"].size == 4, (
        "a chunk that is there is not made again"
    )


def test_the_page_has_a_row_for_every_case_and_says_whether_it_is_met():
    page = PAGE.read_text("utf-8")
    assert len(page.splitlines()) <= 130
    for one in calibration.CASES:
        assert one.name in page, one.name
    drawn = [line for line in page.split("## ")[1].splitlines() if re.match(r"\| [^S-]", line)]
    assert len(drawn) == len({one.name for one in calibration.CASES if one.table == "drawn"})
    for line in drawn:
        assert len(re.findall(r"\d+\.\d% \| (?:met|\*\*not met\*\*|too few)", line)) == 2, line


def test_the_page_says_what_the_answers_promise():
    page = " ".join(PAGE.read_text("utf-8").split())
    for word in ("56 days", "120 days", "Brier score", "benefit claimed", "carry-over", "mended", "engine ", "NumPy"):  # fmt: skip
        assert word in page, word
    assert (PAGE.parent / report.PICTURE).read_text("utf-8").startswith("<?xml")
    assert report.PICTURE.as_posix() in page
