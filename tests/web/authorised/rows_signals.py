from authorised.rules import Row
from authorised.world import World, word

from ambulando.web.signals.models import Noticed


def plant(world: World) -> None:
    world.at["noticed"] = Noticed.objects.create(
        person=world.ada, signal="mood-low", day=world.now.date(), says={"pattern": word("mood"), "values": {}},
        why={"pattern": "A reason.", "values": {}}, rows=[], source="", certainty="low",
    ).pk  # fmt: skip


ROWS = {
    "signals": Row("own page", "nothing, signed in"),
    "remove_signals": Row("no page", "own"),
    "looking": Row("no page", "own", body={"look": "no"}),
    "put_signal_away": Row("no page", "own thing", at={"pk": "@noticed"}),
    "remove_signal": Row("no page", "own thing", at={"pk": "@noticed"}),
}
