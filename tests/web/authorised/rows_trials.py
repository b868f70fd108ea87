from datetime import timedelta

from authorised.rules import Row
from authorised.world import World
from comparing_people import protocol, today

from ambulando.web.trials import actions, consent
from ambulando.web.trials.models import GroupTrial

AFTER = ("comparisons", "directory")


def group(title: str) -> GroupTrial:
    opens, closes = today() - timedelta(days=9), today() + timedelta(days=30)
    made = actions.make(
        title, "Dr. Mere Tane, room 4", protocol(blocks=4, per_week=2), opens=opens, closes=closes
    )
    return actions.open_trial(made)


def plant(world: World) -> None:
    """A group that Ada is in, with a comparison of her own by it, and one that she is not in."""
    mine, other = group("Walk or chair yoga"), group("Another one")
    actions.join(world.ada, mine, consent.VERSION, now=world.now)
    world.at["trial"], world.at["other trial"], world.at["code"] = mine.pk, other.pk, other.code
    world.at["comparison"] = world.ada.comparisons.get(state="running").pk


RUNS = "verified clinicians run trials too, and each sees only their own"
RUN = {"clinician": "own", "of-another": "own"}
RUN_ON = {"clinician": "keeps", "of-another": "keeps"}

CLINICIANS = {"clinician": "own", "of-another": "own"}
THEIRS = "a clinician whom the operator verified runs trials of their own"
ROWS = {
    "find_group": Row("own page", "nothing, signed in"),
    "join": Row("own page", "nothing, signed in", at={"code": "@code"}),
    "membership": Row("own thing", "nothing", at={"pk": "@trial"}),
    "leave_group": Row("no page", "own thing", at={"pk": "@trial"}),
    "trials": Row("staff", "nothing", reads=RUN, why=RUNS),
    "new_trial": Row("staff", "staff", at={"question": "two-kinds"}, reads=RUN, writes=RUN_ON, why=RUNS),
    "trial": Row("staff", "nothing", at={"pk": "@other trial"}),
    "change_trial": Row("no page", "staff", at={"pk": "@other trial"}, body={"do": "close"}),
    "trial_rows": Row(
        "staff",
        "nothing",
        at={"pk": "@other trial"},
        reads={"operator": "none"},
        why="fewer than are shown take part",
    ),
}
