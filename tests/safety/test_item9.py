"""Item 9 leads to help, before any total."""

import pytest

from ambulando.ground import InputError
from ambulando.safety.item9 import route


@pytest.mark.parametrize(("nine", "to"), [
    (0, "none"), (None, "none"), (1, "help"), (2, "emergency-first"), (3, "emergency-first"),
])  # fmt: skip
@pytest.mark.parametrize("others", [0, 3, None])
def test_item_nine_alone_decides_the_way(nine: int | None, to: str, others: int | None) -> None:
    assert route([others] * 8 + [nine]) == to


def test_the_highest_answers_elsewhere_do_not_lead_to_help_by_themselves() -> None:
    assert route([3] * 8 + [0]) == "none"


@pytest.mark.parametrize("nine", [None, 0, 1, 2, 3])
def test_not_safe_now_puts_emergency_first_whatever_the_answer(nine: int | None) -> None:
    assert route([0] * 8 + [nine], not_safe_now=True) == "emergency-first"


def test_answers_that_are_no_phq_9_are_refused() -> None:
    with pytest.raises(InputError, match="PHQ-9 has 9 questions"):
        route([0] * 8)
    with pytest.raises(InputError, match="Answer 9 of PHQ-9"):
        route([0] * 8 + [4])
