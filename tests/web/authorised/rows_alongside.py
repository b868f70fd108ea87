from authorised.rules import Row
from authorised.world import World, word

from ambulando.web.alongside import actions
from ambulando.web.alongside.models import EightWeeks


def plant(world: World) -> None:
    ada, now = world.ada, world.now
    said = {"said_by": word("private"), "said_on": now.date()}
    world.at["homework"] = actions.add_homework(
        ada, now, activity="easy-walk", minutes=12, note=word("plan"), **said
    ).pk
    asked = actions.ask(ada, now, max_minutes=40, **said)
    assert asked
    world.at["care asked"] = asked.pk
    world.at["word"] = EightWeeks.objects.create(
        person=ada, day=now.date(), says={"pattern": word("private"), "values": {}}, why=[], trace={}
    ).pk


ROWS = {
    "alongside": Row("own page", "nothing, signed in"),
    "add_homework": Row(
        "own page",
        "own",
        body=lambda world, _: {"activity": "chair-yoga", "times": 1, "said_on": world.now.date()},
    ),
    "end_homework": Row("no page", "own thing", at={"pk": "@homework"}),
    "asked": Row("own page", "own", body=lambda world, _: {"max_minutes": 20, "said_on": world.now.date()}),
    "end_asked": Row("no page", "own thing", at={"pk": "@care asked"}),
    "other_help": Row("own page", "nothing, signed in"),
    "put_word_away": Row("no page", "own thing", at={"pk": "@word"}),
}
