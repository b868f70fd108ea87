"""Where an answer to item 9 of the PHQ-9 leads. It never gives a score, and a 0 never means safe: help is on every page."""

from collections.abc import Sequence

from ambulando.measures.scoring import score


def route(answers_of_phq9: Sequence[int | None], *, not_safe_now: bool = False) -> str:
    """Where to go before any total is shown: "none", "help" or "emergency-first".

    Item 9 at 1 or more leads to help; at 2 or more, or when the person said "I am not safe now", the emergency
    number comes first. An answer left out leads nowhere. Raises InputError as ``score`` does.
    """
    flags = score("phq-9", answers_of_phq9).flags
    if not_safe_now or "item-9-high" in flags:
        return "emergency-first"
    return "help" if "item-9" in flags else "none"
