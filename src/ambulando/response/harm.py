"""The rule that stops a comparison for harm. It looks every day and only ever stops."""

from collections.abc import Sequence

from ambulando.response.comparison_analysis import checked
from ambulando.response.comparison_model import compare, drawn
from ambulando.response.protocol import Day, Option, Protocol, facts


def stop_reason(protocol: Protocol | Sequence[Option], days: Sequence[Day]) -> str | None:
    """ "harm" when evenings with one option are lower than with another by more than a stated margin, with a stated chance.

    Both stand in ``data/comparisons.toml`` ([harm]: 1 point, 95%), and how many rated days each of the two needs. The
    chance is judged from the days alone: a belief that kinds of exercise hardly differ would hide harm.
    """
    options = protocol.options if isinstance(protocol, Protocol) else tuple(protocol)
    rule = facts()["harm"]
    held = checked(days, options)
    rated = [day.option for day in held if day.outcome is not None]
    enough = {option.id for option in options if rated.count(option.id) >= rule["days"]}
    if len(enough) < 2:
        return None
    found = compare(held, options, drawn(held, options), wide=True, matters=rule["points"])
    worst = max(max(one.p_matters, one.p_worse) for pair, one in found.pairs.items() if set(pair) <= enough)
    return "harm" if worst > rule["chance"] else None
