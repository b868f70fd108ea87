"""Messages: between a person and each one they let in. The person reads on after a grant has ended; its reader does not."""

from uuid import UUID, uuid4

from authorised.rules import Row
from authorised.world import World, word

from ambulando.web.care.threads.models import File, Message, Thread
from ambulando.web.kept import kept


def plant(world: World) -> None:
    threads, messages, theirs = {}, {}, {}
    for who in ("clinician", "friend", "withdrawn", "expired"):
        thread = Thread.objects.create(grant=world.grants[who])
        said = f"Hello {word('talk')}" if who == "clinician" else "Hello"
        message = Message.objects.create(
            thread=thread, writer=world.ada, key=UUID(int=thread.pk), body=said, at=world.now
        )
        File.objects.create(
            message=message, name="a.txt", size=2, media_type="text/plain", content=kept(b"hi")
        )
        answer = Message.objects.create(
            thread=thread, writer=world.people[who], key=uuid4(), body="Good day", at=world.now
        )
        threads[who], messages[who], theirs[who] = thread.pk, message.pk, answer.pk
    threads["person"], messages["person"], theirs["person"] = (
        threads["clinician"], messages["clinician"], messages["clinician"]
    )  # fmt: skip
    world.at |= {"thread": threads, "message": messages, "own message": theirs}


def said(world: World, who: str) -> dict[str, str]:
    return {"body": f"A word of {who}", "key": str(uuid4())}


AT = {"pk": "@thread"}
COPY = {"reads": {"clinician": "looks", "friend": "looks"}, "why": "that a reader took a copy is recorded"}
ROWS = {
    "messages": Row(
        "own page", "nothing, signed in", reads={"clinician": "sees", "friend": "sees"},
        why="the list shows the last words of each thread to both of its sides",
    ),
    "message_settings": Row("own page", "own"),
    "message_hours": Row("own page", "own", body={"days": ["0"], "starts": "09:00", "ends": "17:00"}),
    "message_with": Row("both sides", "nothing, signed in", at={"grant": "@grant"}),
    "thread": Row("both sides", "nothing, signed in", at=AT),
    "thread_send": Row("no page, signed in", "both sides", at=AT, body=said),
    "thread_read": Row("no page, signed in", "both sides", at=AT, body={"to": "99999"}),
    "thread_want": Row("no page, signed in", "both sides", at=AT, body={"muted": "on"}),
    "thread_export": Row("both sides", "nothing, signed in", at=AT | {"form": "txt"}, **COPY),
    "thread_file": Row("both sides", "nothing, signed in", at=AT | {"message": "@message"}),
    "thread_take_back": Row("no page, signed in", "both sides", at=AT | {"message": "@own message"}),
}  # fmt: skip
