from authorised.rules import Row
from authorised.world import LET_IN, World, word


def plant(world: World) -> None:
    ada = world.ada
    ada.email = f"{word('name')}@example.org"
    ada.save()


ROWS = {
    "welcome": Row("open", "nothing"),
    "onboard_safety": Row("own page", "nothing, signed in"),
    "onboard_likes": Row("own page", "nothing, signed in"),
    "you": Row("own page", "nothing, signed in"),
    "sharing": Row("own page", "own", body={"share": "yes"}),
    "leave": Row(
        "own page",
        "own",
        writes=dict.fromkeys((*LET_IN, "of-another"), "changes"),
        why="what they had with her, such as a grant or a request, goes with their account",
    ),
}
