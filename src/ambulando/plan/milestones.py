"""Milestones by sessions so far. They only ever grow; there is none to lose."""

from ambulando.ground import InputError, Words
from ambulando.plan.rules import rules


def milestone(sessions_so_far: int) -> Words | None:
    """A sentence when this very session reaches a milestone (3, 7, 13, 24, 36), else None.

    Source: the rule ``milestones`` (13 to 36 sessions did best in the 2026 Cochrane update; the others are our judgement).
    Raises InputError for a number below zero.
    """
    if sessions_so_far < 0:
        raise InputError(f"Sessions so far can not be {sessions_so_far}. Please give zero or more.")
    if sessions_so_far not in rules()["milestones"].numbers.values():
        return None
    if sessions_so_far == rules()["milestones"].numbers["third"]:
        return Words(
            "That is {sessions} sessions so far. In trials, people who did 13 to 36 sessions had the best results.",
            {"sessions": sessions_so_far},
        )
    return Words(
        "That is {sessions} sessions so far. Every one of them counts.", {"sessions": sessions_so_far}
    )
