from authorised.rules import Row
from authorised.world import World, word

from ambulando.web.care.caseload.models import Note
from ambulando.web.signals.models import Noticed


def plant(world: World) -> None:
    day = world.now.date()
    words = {"pattern": word("private"), "values": {}}
    world.at["seen-signal"] = Noticed.objects.create(
        person=world.ada, signal="sleep-energy", day=day, says=words, why=words, source="", certainty="low",
        rows=[{"kind": "checkin", "day": day.isoformat()}],
    ).pk  # fmt: skip
    world.at["own-note"] = Note.objects.create(
        grant=world.grants["clinician"], reader=world.people["clinician"], body="A note.", made_at=world.now,
        changed_at=world.now,
    ).pk  # fmt: skip


ROWS = {
    "caseload": Row(
        "caseload", "nothing, signed in", reads={"clinician": "looks"}, why="the list is a look at who stands on it, once a day"
    ),
    "own_notes": Row("caseload", "nothing, signed in", reads={"clinician": "own", "friend": "own"}, why="notes belong to who wrote them"),
    "remove_note": Row("no page", "reader", at={"pk": "@own-note"}),
    "one_person": Row("reader, friend too", "nothing", at={"grant": "@grant"}),
    "shared_assessments": Row("reader", "nothing", at={"grant": "@grant"}),
    "acknowledge_signal": Row("no page", "reader", at={"grant": "@grant", "pk": "@seen-signal"}),
    "shared_report": Row("reader", "nothing", at={"grant": "@grant"}),
    "shared_export": Row("reader", "nothing", at={"grant": "@grant"}),
    "reader_notes": Row(
        "reader", "reader", at={"grant": "@grant"}, body={"body": "Another note."}, reads={"clinician": "sees"},
        why="notes are their writer's, and say nothing of what the person shares",
    ),
    "reader_note": Row(
        "reader", "reader", at={"grant": "@grant", "pk": "@own-note"}, body={"body": "Another."}, reads={"clinician": "sees"},
        why="notes are their writer's, and say nothing of what the person shares",
    ),
    "shared_notes": Row("own page", "nothing, signed in"),
}  # fmt: skip
