"""What is said of a comparison: the grade and the chances decide the verbs."""

import re
from datetime import date, timedelta

import numpy as np
import pytest

from ambulando.ground import stored, words_of
from ambulando.response.comparison_analysis import analyse
from ambulando.response.comparison_words import RATED
from ambulando.response.protocol import Day, Option, Protocol, option_of
from ambulando.response.series import TARGETS

START = date(2026, 3, 2)
PAIR = (option_of("walking"), Option("my-own", "Gardening {with} Mum", "activity"))
CAUSAL = re.compile(r"\b(lifted|lowered|caused|improved|worked|helped|thanks to|because of)\b")


def found(gap: float, pairs: int = 20, options=PAIR, target="mood", **more):
    """Pairs of days that differ by a gap, with a little noise."""
    rng = np.random.default_rng(1)
    days = [
        Day(START + timedelta(2 * n), n // len(options) + 1, options[n % len(options)].id, None,
            5 + float(rng.normal(0, 0.5)) + gap * (n % len(options) == 0))
        for n in range(len(options) * pairs)
    ]  # fmt: skip
    return analyse(options, days, target=target, rng=rng, **more)


def test_a_clear_difference_is_said_with_its_size_and_range() -> None:
    answer = found(2.0)
    assert answer.p_matters > 0.9
    assert "your evening mood was better with walking than with Gardening {with} Mum" in str(answer.sentence)
    assert re.search(r"Anything from \d\.\d to \d\.\d fits", str(answer.sentence))
    other = found(-2.0)
    assert "your evening mood was better with Gardening {with} Mum than with walking" in str(other.sentence)


def test_that_one_was_better_than_the_other_does_not_say_that_it_did_anything_by_itself() -> None:
    # Both may be worse than nothing at all, and a rest day lifts nothing.
    for gap in (2.0, -2.0):
        answer = found(gap, options=(option_of("walking"), Option("rest", "a rest day", "rest")))
        assert "was better with" in str(answer.sentence)
        assert not CAUSAL.search(str(answer.sentence))


def test_no_clear_difference_is_a_good_answer_and_says_what_is_still_possible() -> None:
    answer = found(0.0)
    assert answer.grade == "A"
    assert "no clear difference" in str(answer.sentence)
    assert "good answer" in str(answer.sentence)
    assert str(answer.sentence).count("points better") == 2
    three = found(0.0, options=(*PAIR, option_of("dance")))
    assert "between your options" in str(three.sentence)
    assert len(three.itt.pairs) == 3


def test_where_all_that_fits_is_on_one_side_the_sentence_says_so() -> None:
    answer = found(0.56)
    assert answer.ci[0] > 0
    assert answer.p_matters < 0.9
    assert re.search(r"from 0\.\d to \d\.\d points better with walking still fits", str(answer.sentence))


@pytest.mark.parametrize("gap", [0.0, 0.56, 2.0])
def test_every_sentence_can_be_kept_and_read_back(gap: float) -> None:
    for one in (found(gap).sentence, *found(gap).clinician):
        assert str(words_of(stored(one))) == str(one)


def test_too_few_days_are_too_early_however_large_the_gap() -> None:
    answer = found(3.0, pairs=9)
    assert answer.grade == "too early"
    assert str(answer.sentence).startswith("It is too early to say")


@pytest.mark.parametrize(("gap", "pairs"), [(0.0, 20), (3.0, 5), (0.3, 12), (-3.0, 3)])
def test_no_causal_verb_and_no_best_without_a_clear_difference(gap: float, pairs: int) -> None:
    answer = found(gap, pairs)
    if max(answer.p_matters, answer.p_worse) <= 0.9 or answer.grade != "A":
        assert not CAUSAL.search(str(answer.sentence))
    assert "best" not in str(answer.sentence)


@pytest.mark.parametrize("target", TARGETS)
def test_the_sentence_names_what_was_rated(target: str) -> None:
    assert str(RATED[target]) in str(found(2.5, target=target).sentence)


def test_the_summary_for_a_clinician_has_what_a_report_of_such_a_trial_needs() -> None:
    made = Protocol("two-kinds", PAIR, "mood", 20, 3, START)
    rng = np.random.default_rng(1)
    days = [
        Day(START + timedelta(2 * n), n // 2 + 1, PAIR[n % 2].id, PAIR[n % 2].id, 5 + float(rng.normal()))
        for n in range(30)
    ]
    for reason in (None, "harm", "person"):
        text = " ".join(str(one) for one in analyse(made, days, rng=rng, reason=reason).clinician)
        for part in ("Design:", "N-of-1", "not blinded", "20 blocks", "Outcome:", "Days: 30 drawn", "Done: as drawn on 30 of 30",
                     "As drawn", "95% interval", "Randomisation test: p =", "As done", "Carry-over", "Model:", "SD 0.42",
                     "Limits:", "hope and doubt", "End: it"):  # fmt: skip
            assert part in text, part
