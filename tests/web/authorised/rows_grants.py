"""Whom Ada lets in, an invitation of hers with its code, somebody who waits for her yes, and a report by its link."""

from datetime import timedelta

from authorised.rules import Row
from authorised.world import World

from cast import ADA
from sign_up import signed_up

FIELDS = {"name": "Mira", "role": "coach", "items": ["mood"], "since": "all", "until": ""}


def plant(world: World) -> None:
    from ambulando.web.care.grants import actions, tokens

    told = {"role": "coach", "items": ["mood", "notes"]}
    invited = actions.invite(world.ada, world.now, name="Noor", **told)
    waits = actions.invite(world.ada, world.now, name="Mira", **told)
    actions.accept(signed_up("mira", ADA), waits, world.now)
    last = (world.now + timedelta(days=9)).date()
    report = actions.link_report(world.ada, world.now, name="Dr Lee", until=last, **told)
    world.at |= {"invited": invited.pk, "invitation": tokens.code_of(invited), "waits": waits.pk}
    world.at |= {"report_word": tokens.word_of(report)}


def in_nine_days(world: World, who: str) -> dict[str, object]:
    return FIELDS | {"until": (world.now + timedelta(days=9)).date().isoformat()}


ROWS = {
    "team": Row("own page", "nothing, signed in"),
    "looks": Row("own page", "nothing, signed in"),
    "ask_in": Row("own page", "own", body=FIELDS),
    "ask_report": Row("own page", "own", body=in_nine_days),
    "grant": Row("own thing", "nothing, signed in", at={"pk": "@grant"}),
    "change_grant": Row("own thing", "own thing", at={"pk": "@grant"}, body=FIELDS),
    "confirm_grant": Row("no page, signed in", "own thing", at={"pk": "@waits"}, body={"answer": "yes"}),
    "invite_again": Row("no page, signed in", "own thing", at={"pk": "@invited"}),
    "end_grant": Row("no page, signed in", "own thing", at={"pk": "@grant"}),
    "type_code": Row("open", "nothing", body={"code": "bbbb-bbbb-bbbb"}),
    "invitation": Row(
        "by its word", "by its word", at={"code": "@invitation"}, body={"answer": "no"},
        writes={"person": "keeps"}, why="nobody answers their own invitation",
    ),
    "agreement": Row(
        "reader, friend too", "reader, friend too", at={"pk": "@grant"},
        reads={"clinician": "sees", "friend": "sees"},
        why="what was agreed to, and nothing of the person's days: no look",
    ),
    "report_by_link": Row("open", "by its word, looks", at={"word": "@report_word"}),
    "socket ws/report/<str:word>/": Row(
        "by its word", "nothing", at={"word": "@report_word"}, body={"kind": "gone"},
    ),
}  # fmt: skip
