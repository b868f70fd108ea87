"""Item 9 leads to help, before any total."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.ground import InputError
from ambulando.safety.item9 import route

#: every answer to item 9, with and without "I am not safe now", and where it leads
TABLE = [
    (None, False, "none"), (0, False, "none"), (1, False, "help"), (2, False, "emergency-first"), (3, False, "emergency-first"),
    (None, True, "emergency-first"), (0, True, "emergency-first"), (1, True, "emergency-first"), (2, True, "emergency-first"),
    (3, True, "emergency-first"),
]  # fmt: skip


def test_the_table_has_every_answer() -> None:
    assert {row[:2] for row in TABLE} == set(product((None, 0, 1, 2, 3), (False, True)))


@pytest.mark.parametrize(("nine", "not_safe_now", "to"), TABLE)
@pytest.mark.parametrize("others", [0, 3, None])
def test_item_nine_alone_decides_the_way(
    nine: int | None, not_safe_now: bool, to: str, others: int | None
) -> None:
    assert route([others] * 8 + [nine], not_safe_now=not_safe_now) == to


@given(
    others=st.lists(st.sampled_from([None, 0, 1, 2, 3]), min_size=8, max_size=8),
    nine=st.sampled_from([1, 2, 3]),
)
def test_a_hard_answer_leads_to_help_whatever_else_was_answered_or_left_out(
    others: list[int | None], nine: int
) -> None:
    assert route([*others, nine]) == ("help" if nine == 1 else "emergency-first")


def test_the_highest_answers_elsewhere_do_not_lead_to_help_by_themselves() -> None:
    assert route([3] * 8 + [0]) == "none"


def test_answers_that_are_no_phq_9_are_refused() -> None:
    with pytest.raises(InputError, match="PHQ-9 has 9 questions"):
        route([0] * 8)
    with pytest.raises(InputError, match="Answer 9 of PHQ-9"):
        route([0] * 8 + [4])
