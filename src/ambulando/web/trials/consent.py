"""What somebody agrees to when they join. Whoever changes these words gives them a new version, and keeps the old ones."""

from ambulando.ground import Words
from ambulando.web.trials.models import GroupTrial

VERSION = "2026-11"
TEXTS: dict[str, tuple[Words, ...]] = {
    "2026-11": (
        Words(
            "What is shared: what chance drew for you, what you did on those days, and the rating this is about."
        ),
        Words("Your morning rating of those days is shared too, as it makes the answer sharper."),
        Words("Nothing else is shared. No name, no other day, nothing that you wrote."),
        Words(
            "Who sees it: the staff of this place. They see the group, and rows under a made-up code. They see no names."
        ),
        Words("Results are shown only when five people or more have some."),
        Words("You can leave at any time, and need no reason. Your care here stays the same."),
        Words(
            "When you leave, sharing stops at once. What you shared is left out of every later result and file. A file that "
            "was made before can not be called back."
        ),
    )
}

#: where a clinician runs it: they see less than staff, and they know the people
BY_CLINICIAN = "2026-11-clinician"
TEXTS[BY_CLINICIAN] = (
    *TEXTS["2026-11"][:3],
    Words(
        "Who sees it: the one who runs it sees the group’s result, and no rows and no names. The staff of this place see "
        "rows under a made-up code, and no names."
    ),
    *TEXTS["2026-11"][4:],
)


def version_of(trial: GroupTrial) -> str:
    """The words that fit who runs it."""
    return BY_CLINICIAN if trial.by_clinician else VERSION


def text(version: str = VERSION) -> tuple[Words, ...]:
    return TEXTS[version]
