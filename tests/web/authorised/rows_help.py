from authorised.rules import Row
from authorised.world import World, word

from ambulando.web.help import actions
from ambulando.web.help.models import Alert, HelpShown

HELP = Row("open, own words too", "nothing")

AFTER = ("journal",)


def plant(world: World) -> None:
    ada = world.ada
    actions.keep_plan(
        ada, {"signs": word("private"), "alone": word("private")}, [(word("private"), "0123456")]
    )
    actions.help_was_shown(ada, HelpShown.AFTER, world.now)
    world.at["shown"] = ada.help_shown.get().pk
    world.at["alert"] = Alert.objects.create(
        person=ada,
        assessment_id=world.at["hard assessment"],
        at=world.now,
        name=word("private"),
        state=Alert.FAILED,
    ).pk


ROWS = {
    "help": HELP,
    "help_now": HELP,
    "own_plan": Row("own page", "nothing, signed in"),
    "change_own_plan": Row("own page", "own", body={"alone": "tea"}),
    "alert": Row("own page", "nothing, signed in"),
    "saw_unreached": Row("no page", "own", at={"pk": "@alert"}),
    "day_after": Row("no page", "own", body={"answer": "same"}),
    "what_we_keep": Row("own page", "nothing, signed in"),
    "forget_all": Row("no page", "own"),
    "forget": Row("no page", "own thing", at={"kind": "shown", "pk": "@shown"}),
    "waiting_answers": Row("open", "nothing, signed in"),
    "offline": Row("open", "nothing"),
    "service_worker": Row("open", "nothing"),
    "assessment_help": Row("own thing", "nothing, own thing", at={"pk": "@hard assessment"}),
    "word": Row("own thing", "nothing, own thing", at={"pk": "@hard assessment"}),
}
