from authorised.rules import Row
from authorised.world import World
from comparing_people import begun

from ambulando.web.comparisons import actions

CHOICE = {"target": "mood", "weeks": 12, "per_week": 3, "options": ["easy-walk", "chair-yoga"]}


def plant(world: World) -> None:
    ended = begun(world.ada)
    actions.stop(world.ada, ended)
    world.at["ended comparison"] = ended.pk


ROWS = {
    "comparisons": Row("own page", "nothing, signed in"),
    "set_up_comparison": Row(
        "own page",
        "nothing, signed in",
        at={"question": "two-kinds"},
        body=CHOICE,
        reads={"person": "own"},
        why="one of hers runs already, so she is led to it",
    ),
    "comparison": Row("own thing", "nothing, own thing", at={"pk": "@comparison"}),
    "stop_comparison": Row("no page", "own thing", at={"pk": "@comparison"}),
    "remove_comparison": Row("no page", "own thing", at={"pk": "@ended comparison"}),
    "comparison_days": Row("own thing", "nothing, own thing", at={"pk": "@ended comparison"}),
    "comparison_design": Row("own thing", "nothing, own thing", at={"pk": "@ended comparison"}),
}
