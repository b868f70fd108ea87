from authorised.rules import Row
from authorised.world import World, word

from ambulando.web.journal import actions

CHECK_IN = {"mood": 3, "energy": 2}


def plant(world: World) -> None:
    ada, now = world.ada, world.now
    world.at["check-in"] = actions.check_in(ada, now.date(), "morning", None, mood=7, energy=6).pk
    bout = actions.add_bout(ada, activity="easy-walk", start=now, minutes=10, note=word("notes"))
    world.at["bout"] = bout.pk
    world.at["hard assessment"] = actions.assess(ada, "phq-9", [1, 1, 1, 1, 1, 1, 1, 1, 2], now.date())[0].pk


def bout_form(world: World, who: str) -> dict[str, object]:
    return {"activity": "easy-walk", "day": world.now.date(), "time": "00:01", "minutes": 3, "note": "slow"}


OFFER = {"instrument_id": "gad-7"}
ROWS = {
    "check_in": Row("no page", "own", body=CHECK_IN),
    "journal": Row("own page", "nothing, signed in"),
    "change_check_in": Row("own thing", "own thing", at={"pk": "@check-in"}, body=CHECK_IN),
    "remove_check_in": Row("own thing", "own thing", at={"pk": "@check-in"}),
    "add_bout": Row("own page", "own", body=bout_form),
    "import_files": Row("own page", "nothing, signed in"),
    "change_bout": Row("own thing", "own thing", at={"pk": "@bout"}, body=bout_form),
    "remove_bout": Row("own thing", "own thing", at={"pk": "@bout"}),
    "questionnaires": Row("own page", "nothing, signed in"),
    "questionnaire": Row("own page", "own", at=OFFER, body={f"item-{n}": 1 for n in range(1, 8)}),
    "skip_questionnaire": Row("no page", "nothing, signed in", at=OFFER),
    "pause_questionnaire": Row("no page", "own", at=OFFER),
    "want_questionnaire": Row("no page", "own", at=OFFER),
    "assessment": Row("own thing", "nothing, own thing", at={"pk": "@hard assessment"}),
    "remove_assessment": Row("own thing", "own thing", at={"pk": "@hard assessment"}),
}
