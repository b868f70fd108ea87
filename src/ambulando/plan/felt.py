"""How sessions felt, as far as the person told: what growth, and less of it, go by."""

from collections.abc import Sequence

from ambulando.activity.bouts import Bout
from ambulando.plan.rules import number, whole
from ambulando.plan.standing import Standing


def pleasant(bout: Bout) -> bool:
    """Whether it felt no worse after than before; or good, where only that was told. What was not told does not count.

    One point of the scale is no difference: a single answer is not that sure.
    """
    before, after = bout.feeling_before, bout.feeling_after
    if after is None:
        return True
    if before is None:
        return after >= number("step-up-feeling", "good")
    return after >= before - number("step-up-feeling", "unsure")


def together(bouts: Sequence[Bout]) -> bool:
    """Whether sessions together felt no worse after than before."""
    changes = [
        bout.feeling_after - bout.feeling_before
        for bout in bouts
        if bout.feeling_after is not None and bout.feeling_before is not None
    ]
    return sum(changes) >= 0


def went_well(bout: Bout, effort: float) -> bool:
    """Pleasant, without pain and not hard, as far as the person told."""
    return pleasant(bout) and not bout.pain and (bout.effort is None or bout.effort <= effort)


def went_badly(standing: Standing) -> bool:
    """Whether the last session hurt, or it and the one before felt worse after than before."""
    if not standing.last:
        return False
    worse = [bout.felt_worse for bout in standing.last[-whole("step-down-feeling", "sessions") :]]
    return bool(standing.last[-1].pain) or (
        len(worse) == whole("step-down-feeling", "sessions") and all(worse)
    )


def hurt_last(modality: str, standing: Standing) -> Bout | None:
    """The last session of a kind, where it hurt and was of the last 30 days."""
    last = standing.last_of.get(modality, ())
    return last[-1] if last and last[-1].pain else None
