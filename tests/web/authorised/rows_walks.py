"""Walking groups: Cora runs one, to which Ada comes. Who comes and who leads see it; the operator runs others."""

from datetime import time, timedelta

from authorised.rules import Row
from authorised.world import World, word

from ambulando.web.care.walks import actions
from ambulando.web.care.walks.models import Walk
from ambulando.web.people.models import Person

AFTER = ("directory",)


def led(world: World, leader: Person, name: str) -> Walk:
    day = world.now.date()
    return actions.make(
        leader, name=name, by="Cora", activity="health-walk", where="The bridge", place=None, accessible=None, cost=0, dates=[],
        weekly=["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], first=day - timedelta(days=9),
        last=None, starts=time(10), minutes=30, capacity=20, open_to=Walk.THEIRS, time_zone="UTC",
    )  # fmt: skip


def plant(world: World) -> None:
    walk, open_one = led(world, world.cora, "A walk"), led(world, world.cora, "Another walk")
    actions.join(world.ada, walk, called=word("name"), seen=False, now=world.now)
    actions.post(world.cora, walk, "Bring a coat", world.now)
    world.at["walk"], world.at["walk code"] = walk.pk, open_one.code
    world.at["walk day"] = str(world.now.date() + timedelta(days=2))


A_WALK = {
    "name": "A walk", "by": "Cora", "activity": "health-walk", "where": "The mill", "place": "", "weekly": ["monday"], "dates": "",
    "first": "2026-11-01", "last": "", "starts": "10:00", "minutes": "30", "capacity": "20", "open_to": "theirs", "cost": "0",
    "accessible": "",
}  # fmt: skip
AT = {"pk": "@walk"}
LEADS = "verified clinicians and staff run groups; each sees only their own"
#: who has a page of their own as a leader
LEADERS = {"clinician": "own", "of-another": "own"}

ROWS = {
    "walks": Row("own page", "nothing, signed in"),
    "walk_by_code": Row(
        "own thing",
        "own thing",
        at={"code": "@walk code"},
        body={"called": "Someone"},
        reads={"friend": "none"},
        why="for people who let Cora in",
    ),
    "walk": Row("own thing", "nothing", at=AT),
    "walk_say": Row(
        "no page",
        "own thing",
        at=AT,
        body=lambda world, _who: {"day": world.at["walk day"], "said": "not-this-time"},
    ),
    "walk_seen": Row("no page", "own thing", at=AT, body={"seen": "yes"}),
    "leave_walk": Row("no page", "own thing", at=AT),
    "walk_times": Row("own thing", "nothing", at=AT),
    "walks_led": Row("staff", "nothing", reads=LEADERS, why=LEADS),
    "new_walk": Row(
        "staff",
        "staff",
        body=A_WALK,
        reads=LEADERS,
        writes={"clinician": "keeps", "of-another": "keeps"},
        why=LEADS,
    ),
    "walk_led": Row("nobody", "nothing", at=AT, reads={"clinician": "sees"}, why="its leader alone"),
    "change_walk": Row(
        "nobody",
        "nobody",
        at=AT,
        body=A_WALK,
        reads={"clinician": "own"},
        writes={"clinician": "keeps"},
        why="its leader alone",
    ),
    "post_to_walk": Row(
        "no page",
        "nobody",
        at=AT,
        body={"body": "Hello"},
        writes={"clinician": "keeps"},
        why="its leader alone",
    ),
    "cancel_walk": Row(
        "no page",
        "nobody",
        at=AT,
        body=lambda world, _who: {"day": world.at["walk day"]},
        writes={"clinician": "keeps"},
        why="its leader alone",
    ),
    "end_walk": Row("no page", "nobody", at=AT, writes={"clinician": "keeps"}, why="its leader alone"),
    "led_times": Row("nobody", "nothing", at=AT, reads={"clinician": "own"}, why="its leader alone"),
}
