import json

from authorised.rules import Row
from authorised.world import World

from ambulando.web.reminders import actions, message

KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
DEVICE = json.dumps({"endpoint": "https://updates.push.services.mozilla.com/wpush/v2/one", "keys": KEYS})


def plant(world: World) -> None:
    ada = world.ada
    actions.choose(ada, email=True, hour=9)
    world.at["reminder link"] = message.token(ada, message.WEEK)


ROWS = {
    "reminders": Row("own page", "own", body={"hour": 11}),
    "reminders_pause": Row("no page", "own"),
    "reminders_resume": Row("no page", "nothing, signed in"),
    "reminders_try": Row("no page", "nothing, signed in"),
    "reminders_off": Row("no page", "own"),
    "reminders_device": Row("no page", "own", body=DEVICE),
    "reminders_device_remove": Row("no page", "nothing, signed in", body=json.dumps({"endpoint": "x"})),
    "reminders_device_replace": Row("no page", "nothing", body="{}"),
    "reminder_link": Row("by its word", "by its word", at={"text": "@reminder link"}),
}
