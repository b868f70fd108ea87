"""The treatment plan: the person, and those whom they let see it."""

import json
from datetime import timedelta
from typing import Any

from authorised.rules import Row
from authorised.world import World, word
from django.utils import timezone

from ambulando.web.care.treatment import actions
from ambulando.web.care.treatment.models import Entry, Part


def plant(world: World) -> None:
    grant, now = world.grants["clinician"], timezone.now()
    goal = actions.note(world.ada, grant, "goal", {"text": f"a goal {word('plan')}"}, now)
    actions.add_words(world.ada, goal, f"my words {word('plan')}", now)
    signed = {"writer": world.cora, "by": grant.name, "role": grant.role}
    says = json.dumps({"name": word("medicines"), "dose": "one"})
    # Kept without its action, which would make Ada's week anew.
    medicine = Part.objects.create(person=world.ada, kind="medicine", made_at=now, says=says, **signed)
    Entry.objects.create(part=medicine, act=Entry.BEGUN, on=now.date(), at=now, says=says, **signed)
    world.at["part"] = goal.pk


def held(world: World, who: str) -> dict[str, Any]:
    today = timezone.localdate()
    return {"on": today.isoformat(), "due": (today + timedelta(days=30)).isoformat()}


GOAL = {"text": "to the lake"}
ROWS = {
    "treatment": Row("own page", "nothing, signed in"),
    "own_review": Row("own page", "nothing, signed in"),
    "answer_part": Row("no page", "own thing", at={"pk": "@part"}, body={"answer": "not-now"}),
    "part_words": Row("no page", "own thing", at={"pk": "@part"}, body={"words": "slowly"}),
    "treatment_of": Row("reader", "reader, nothing", at={"grant": "@grant"}),
    "review_of": Row("reader", "reader", at={"grant": "@grant"}, body=held),
    "add_part": Row("reader", "reader", at={"grant": "@grant", "kind": "goal"}, body=GOAL),
    "change_part": Row("reader", "reader", at={"grant": "@grant", "pk": "@part"}, body=GOAL),
    "end_part": Row("no page", "reader", at={"grant": "@grant", "pk": "@part"}),
}
