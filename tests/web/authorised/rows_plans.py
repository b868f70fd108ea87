from datetime import timedelta

from authorised.rules import Row
from authorised.world import World
from django.utils import timezone

from ambulando.safety import stop_signs as signs
from ambulando.safety.rules import rules
from ambulando.web.plans import actions
from ambulando.web.plans.models import Session, Stop

AFTER = ("journal",)


def plant(world: World) -> None:
    """A week, and one session of each state that a form asks for, today."""
    ada, today = world.ada, timezone.localdate()
    actions.ensure_week(ada, today)
    first = Session.objects.filter(person=ada, week__current=True).order_by("day").first()
    assert first

    def another(**other: object) -> int:
        one = Session.objects.get(pk=first.pk)
        one.pk, one._state.adding = None, True
        one.day = today
        for name, value in other.items():
            setattr(one, name, value)
        one.save()
        return int(one.pk)

    world.at["session"] = another()
    world.at["done session"] = another(state=Session.DONE, bout_id=world.at["bout"])
    world.at["rested session"] = another(state=Session.NOT_TODAY)
    world.at["started session"] = another(state=Session.STARTED, started_at=world.now - timedelta(minutes=2))
    Stop.objects.create(
        person=ada, session_id=world.at["rested session"], sign=signs.stop_signs()[0].id, at=world.now
    )
    flares = next(one for one in rules() if one.id == "flare").any_of[0].removeprefix("condition:")
    ada.answers = ada.answers | {"conditions": [flares]}
    ada.save()


OWN = Row("own page", "nothing, signed in")


def tap(which: str = "session", **body: object) -> Row:
    return Row("no page", "own thing", at={"pk": f"@{which}"}, body=body)


ROWS = {
    "today": OWN,
    "quiet": Row("no page", "own"),
    "week": OWN,
    "remake": Row("no page", "own"),
    "road": Row("own page", "nothing, signed in"),
    "offers": Row("own page", "nothing, signed in"),
    "lending": Row("own page", "own", body={"lend": "yes"}),
    "own_words": Row("own page", "own"),
    "weather": Row("no page", "own", body={"weather": ["rain"]}),
    "pause": Row("no page", "own", body={"for": "one-week"}),
    "come_back": Row("no page", "nothing, signed in"),
    "session": Row("own thing", "nothing, own thing", at={"pk": "@session"}),
    "why": Row("own thing", "nothing, own thing", at={"pk": "@session"}),
    "start": tap(),
    "smaller": tap(),
    "swap": tap(),
    "done": tap(),
    "not_today": tap(),
    "undo": tap("done session"),
    "feeling": tap("started session", feeling_before="1"),
    "effort": tap("done session", effort="3"),
    "why_not": tap("rested session", why="ill"),
    "a_little": tap("rested session"),
    "stop": Row("own thing", "own thing", at={"pk": "@started session"}, body={"sign": "none"}),
    "stopped": Row("own thing", "nothing, own thing", at={"pk": "@rested session"}),
    "stop_signs": Row("open, own words too", "nothing"),
    "flare": Row("no page", "own"),
    "progress": OWN,
    "time_line": OWN,
    "answer": OWN,
}
