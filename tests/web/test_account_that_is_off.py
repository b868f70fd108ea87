"""An account that is off: nobody reads it any more, by any way, and it reads nobody; turned on again, all is as before."""

from datetime import timedelta
from typing import Any

import pytest
from authorised import world as worlds
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from letting_in import let_in
from readers import reader, signed_in

from ambulando.web.care.caseload import queries as caseload
from ambulando.web.care.circles import actions as circles
from ambulando.web.care.circles import queries as of_circles
from ambulando.web.care.grants import actions, queries, tokens
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor(db: None) -> Person:
    return reader()


@pytest.fixture
def grant(ada: Person, doctor: Person) -> Grant:
    return let_in(ada, doctor, "mood", "plan", now=timezone.now())


def turn(person: Person, word: str) -> None:
    call_command("account", person.username, word)


def test_no_grant_of_theirs_holds_while_it_is_off(ada: Person, doctor: Person, grant: Grant) -> None:
    now = timezone.now()
    Person.objects.filter(pk=ada.pk).update(is_active=False)
    assert queries.held_by(doctor, grant.pk, now) is None
    assert queries.between(doctor, grant.pk, now) is None
    assert queries.caseload(doctor, now) == []
    assert list(caseload.caseload(doctor, now)) == []
    assert not Grant.objects.select_related("person").get().holds(now)


@pytest.mark.parametrize(
    "path", ["", "assessments/", "report/", "export.zip", "treatment/", "treatment/review/"]
)
def test_the_reader_finds_no_page_of_theirs(ada: Person, doctor: Person, grant: Grant, path: str) -> None:
    client = signed_in(doctor)
    client.get(f"/people/{grant.pk}/")
    turn(ada, "off")
    assert client.get(f"/people/{grant.pk}/{path}").status_code == 404
    assert ada.username not in client.get("/people/").content.decode()


def test_a_report_by_its_link_opens_nothing(ada: Person) -> None:
    now = timezone.now()
    told = {
        "name": "Dr Lee",
        "role": "physician",
        "items": ["mood"],
        "until": (now + timedelta(days=9)).date(),
    }
    word = tokens.word_of(actions.link_report(ada, now, **told))
    turn(ada, "off")
    assert Client().post(f"/report/{word}/").status_code == 404


def test_messages_between_the_two_are_not_read_while_it_is_off(
    ada: Person, doctor: Person, grant: Grant
) -> None:
    from writing import said

    from ambulando.web.care.threads.models import Thread

    thread = Thread.objects.create(grant=grant)
    said(signed_in(ada), thread, "quietly whispered words")
    turn(ada, "off")
    client = signed_in(doctor)
    assert client.get(f"/messages/{thread.pk}/").status_code == 404
    for page in ("/messages/", "/messages/?q=whispered", "/calls/"):
        answer = client.get(page)
        assert "whispered" not in answer.content.decode()
        assert ada.username not in answer.content.decode()


def test_it_reads_nobody_and_is_told_so_at_sign_in(ada: Person, doctor: Person, grant: Grant) -> None:
    client = signed_in(doctor)
    turn(doctor, "off")
    assert client.get(f"/people/{grant.pk}/").status_code == 302
    assert Person.objects.get(pk=ada.pk).is_active


def test_turned_on_again_all_is_as_before(
    ada: Person, doctor: Person, grant: Grant, capsys: pytest.CaptureFixture[str]
) -> None:
    turn(ada, "off")
    said = capsys.readouterr().out
    assert "Nobody reads what it shares" in said
    turn(ada, "on")
    assert queries.held_by(doctor, grant.pk, timezone.now()) == grant
    assert "as before" in capsys.readouterr().out


def test_words_in_a_circle_are_not_read_while_it_is_off(ada: Person, ben: Person) -> None:
    now = timezone.now()
    circle = circles.make("Slow mornings", "", ben, "B.", now)
    member = circles.join(ada, circle, "A.", now)
    circles.write(member, now, text="quietly whispered words")
    moderator = of_circles.membership(ben, circle.pk)
    assert "whispered" in str([one.post.text for one in of_circles.posts(moderator, set())[0]])
    turn(ada, "off")
    assert of_circles.posts(moderator, set())[0] == []


def test_nobody_of_this_name_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="There is nobody called 'zoe'"):
        call_command("account", "zoe", "off")


def test_in_the_world_of_the_matrix_every_reader_is_out_at_once(settings: Any) -> None:
    """The whole matrix, for the two who read Ada: every page of theirs that is a look is a 404 while her account is off."""
    from authorised.rules import READ_RULES
    from django.urls import reverse

    for name, value in worlds.settings().items():
        setattr(settings, name, value)
    world = worlds.made()
    Person.objects.filter(pk=world.ada.pk).update(is_active=False)
    tried = 0
    for name, (_, row) in worlds.all_rows().items():
        if (
            name.startswith("socket ")
            or row.read not in READ_RULES
            or row.read not in ("reader", "reader, friend too", "both sides")
        ):
            continue
        for who in ("clinician", "friend"):
            at = {part: world.value(value, who) for part, value in row.at.items()}
            answer = signed_in(world.people[who]).get(reverse(name, kwargs=at))
            assert answer.status_code == 404, (name, who)
            tried += 1
    assert tried > 20
