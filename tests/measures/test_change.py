"""What a change may be called, and what it is never called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.ground import InputError
from ambulando.measures.change import change

TOTALS = st.integers(0, 27)


@pytest.mark.parametrize(("before", "after", "kind", "noticed"), [
    (14, 14, "about-the-same", False),
    (14, 10, "about-the-same", False),
    (10, 14, "about-the-same", False),
    (14, 9, "lower", True),
    (9, 14, "higher", False),
    (9, 4, "lower", False),
    (10, 5, "lower", True),
    (25, 20, "lower", True),
    (26, 21, "lower", False),
    (0, 27, "higher", False),
])  # fmt: skip
def test_change_is_named_by_its_points(before: int, after: int, kind: str, noticed: bool) -> None:
    made = change("phq-9", before, after)
    assert (made.kind, made.points, made.noticed) == (kind, after - before, noticed)


def test_the_sentence_gives_both_totals_this_time_first() -> None:
    assert str(change("phq-9", 11, 14).sentence) == (
        "Your answers add up to 14 this time, 11 last time. That is about the same."
    )
    assert str(change("phq-9", 17, 11).sentence) == (
        "Your answers add up to 11 this time, 17 last time. That is 6 points lower, a shift many people notice."
    )
    assert str(change("phq-9", 9, 4).sentence) == (
        "Your answers add up to 4 this time, 9 last time. That is 5 points lower."
    )
    assert str(change("phq-9", 9, 14).sentence) == (
        "Your answers add up to 14 this time, 9 last time. That is 5 points higher."
    )


def test_every_change_says_where_its_rule_comes_from() -> None:
    assert "judgement" in change("phq-9", 9, 9).source
    assert "PMC9340848" in change("phq-9", 17, 11).source
    assert "PMC9340848" not in change("phq-9", 9, 4).source


def test_phq_8_knows_points_but_not_what_people_notice() -> None:
    made = change("phq-8", 17, 10)
    assert (made.kind, made.noticed) == ("lower", False)


def test_a_form_without_a_rule_for_change_is_refused() -> None:
    with pytest.raises(InputError, match="Nothing says what counts as change on the PHQ-2"):
        change("phq-2", 2, 3)


@pytest.mark.parametrize(("before", "after"), [(-1, 3), (3, 28), (28, 3)])
def test_a_total_out_of_range_is_refused(before: int, after: int) -> None:
    with pytest.raises(InputError, match="from 0 to 27"):
        change("phq-9", before, after)


@given(TOTALS, TOTALS)
def test_no_sentence_promises_or_blames(before: int, after: int) -> None:
    words = str(change("phq-9", before, after).sentence).lower()
    for word in ("cure", "remission", "recover", "wors", "improv", "better", "depress", "severe", "!"):
        assert word not in words


@given(TOTALS, TOTALS)
def test_going_there_and_back_is_the_same_distance(before: int, after: int) -> None:
    there, back = change("phq-9", before, after), change("phq-9", after, before)
    assert there.points == -back.points
    assert (there.kind == "about-the-same") == (back.kind == "about-the-same")
