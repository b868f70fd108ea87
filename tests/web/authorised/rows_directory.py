"""Finding someone: profiles are for everybody here, a request is between the person and the one who was asked."""

from typing import Any

from authorised.rules import Row
from authorised.world import World, word

from ambulando.web.care.directory import actions
from ambulando.web.care.directory.models import Decision, Request

PROFILE: dict[str, Any] = {
    "shown_name": "Someone", "kind": "therapist", "languages": ["en"], "focus": [], "ways": ["message"], "hours": "",
    "free_places": 3, "about": "",
}  # fmt: skip


def plant(world: World) -> None:
    """Dev is verified and was asked by Ada; Cora is verified too, so she leads groups. Nobody else has a profile."""
    for who in ("of-another", "clinician"):
        made = actions.keep_profile(world.people[who], now=world.now, **PROFILE, listed=True)
        actions.decide(world.people["operator"], made, Decision.VERIFIED, world.now)
        world.at[f"{who} profile"] = made.pk
    asked = {
        "called": "Somebody",
        "words": word("talk"),
        "items": ["mood"],
        "shows_from": None,
        "until": None,
    }
    request = actions.ask(world.ada, world.people["of-another"].clinician, now=world.now, **asked)
    world.at["request"] = request.pk
    assert Request.objects.get().waits


A_PROFILE = PROFILE | {"listed": "on"}
ASKED = {"called": "Someone", "words": "Hello", "items": ["mood"], "since": "now", "until": ""}
#: Dev alone was asked
DEV = "Dev is the one whom Ada asked"
PRIVATE = {"person": "none", "of-another": "sees"}

ROWS = {
    "find": Row("own page", "nothing"),
    "ask_clinician": Row(
        "own page", "own", at={"pk": "@clinician profile"}, body=ASKED,
        reads={"clinician": "none"}, writes={"person": "keeps", "clinician": "none"},
        why="nobody asks themselves, and Ada lets Cora in already",
    ),
    "take_request_back": Row("no page", "own thing", at={"pk": "@request"}),
    "stop_with": Row("no page", "own thing", at={"grant": "@grant"}),
    "practice": Row("own page", "nothing"),
    "practice_profile": Row("own page", "own", body=A_PROFILE),
    "practice_places": Row(
        "no page", "nothing, own thing", body={"free_places": "5"},
        writes={"person": "none", "clinician": "keeps", "of-another": "keeps"}, why="who has a profile changes their own",
    ),
    "practice_request": Row(
        "own thing", "nothing", at={"pk": "@request"}, reads=PRIVATE, why=DEV,
    ),
    "accept_request": Row(
        "no page", "own thing", at={"pk": "@request"}, writes={"person": "none", "of-another": "changes"}, why=DEV,
    ),
    "decline_request": Row(
        "no page", "own thing", at={"pk": "@request"}, body={"answer": "Hello", "other": ""},
        writes={"person": "none", "of-another": "changes"}, why=DEV,
    ),
    "verify_clinicians": Row("staff", "nothing"),
    "decide_clinician": Row("no page", "staff", at={"pk": "@clinician profile"}, body={"do": "taken-back"}),
}  # fmt: skip
