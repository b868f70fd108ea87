from typing import Any

from authorised.rules import Row
from authorised.world import World, word
from django.core.files.uploadedfile import SimpleUploadedFile

from ambulando.web.calendars import actions, queries

EMPTY = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


def plant(world: World) -> None:
    ada = world.ada
    feed = actions.open_feed(ada)
    world.at["feed"] = queries.token_of(feed)
    world.at["calendar"] = actions.add(ada, name=word("private"), kind="busy", text=EMPTY, now=world.now).pk


def a_file(world: World, who: str) -> dict[str, Any]:
    return {"kind": "busy", "file": SimpleUploadedFile("work.ics", EMPTY.encode(), "text/calendar")}


ROWS = {
    "calendar": Row("own page", "nothing, signed in"),
    "open_feed": Row("no page", "nothing, signed in"),
    "new_address": Row("no page", "own"),
    "discreet": Row("no page", "own", body={"discreet": "yes"}),
    "close_feed": Row("no page", "own"),
    "add_calendar": Row("no page", "own", body=a_file),
    "refresh_calendar": Row(
        "no page",
        "nothing, own thing",
        at={"pk": "@calendar"},
        writes={"person": "none"},
        why="it was read from a file: there is no address to read",
    ),
    "remove_calendar": Row("no page", "own thing", at={"pk": "@calendar"}),
    "plan_file": Row("own page", "nothing, signed in"),
    "feed": Row("by its word", "nothing", at={"token": "@feed"}),
}
