""" "Why this?": the stored trace of a suggestion, followed down to its rows."""

import re
from typing import Any
from urllib.parse import urldefrag

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.activity.catalogue import catalogue
from ambulando.evidence import base
from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, inputs, outcomes, queries
from ambulando.web.plans.models import Week

LINK = re.compile(r'<a href="(/[^"]+)"')


@pytest.fixture
def lived(ada: Person) -> Person:
    """Ada with a check-in and a few bouts behind her."""
    now = timezone.now()
    journal.check_in(ada, now.date(), "later", mood=4, energy=6, sleep=5)
    for day in (2, 4, 7, 9):
        journal.add_bout(ada, activity="easy-walk", start=now - timezone.timedelta(days=day), minutes=9)
    return ada


def test_every_suggestion_of_a_week_has_three_layers_and_its_odds(lived: Person, as_ada: Client) -> None:
    for session in queries.sessions_of(actions.make_week(lived, timezone.localdate())):
        page = as_ada.get(f"/sessions/{session.pk}/why/").content.decode()
        for words in (
            "What trials found",
            "What we have seen in you",
            "What you asked for",
            "What we left out to be safe",
            "Every number on the way",
            "The odds it was chosen with",
            base.version(),
        ):
            assert words in page
        assert session.content["why"]["certainty"] in page


def test_every_row_behind_a_number_can_be_opened_at_its_place(lived: Person, as_ada: Client) -> None:
    session = queries.sessions_of(actions.make_week(lived, timezone.localdate()))[0]
    page = as_ada.get(f"/sessions/{session.pk}/why/").content.decode()
    links = set(LINK.findall(page[page.index('class="trace"') : page.index("</ol>")]))
    assert any(link.startswith("/journal/") for link in links), "the person's own rows are among them"
    assert any(link.startswith("/why/row/") for link in links), "and those of trials"
    for link in links:
        answer = as_ada.get(link, follow=True)
        assert answer.status_code == 200, link
        landed = answer.redirect_chain[-1][0] if answer.redirect_chain else link
        if anchor := urldefrag(landed).fragment:
            assert f'id="{anchor}"' in answer.content.decode(), link


def test_the_trace_is_kept_as_it_was_when_the_suggestion_was_made(lived: Person, as_ada: Client) -> None:
    session = queries.sessions_of(actions.make_week(lived, timezone.localdate()))[0]
    before = session.content["trace"]
    journal.add_bout(lived, activity="easy-run", start=timezone.now(), minutes=60)
    session.refresh_from_db()
    assert session.content["trace"] == before


def test_a_smaller_session_says_that_the_person_asked_for_it(lived: Person) -> None:
    session = queries.sessions_of(actions.make_week(lived, timezone.localdate()))[0]
    now = actions.smaller(lived, session)
    assert now.instead_of == session
    assert now.content["trace"]["steps"][-1]["value"] == now.minutes


def test_a_planned_session_survives_being_stored(lived: Person) -> None:
    from ambulando.ground import as_json
    from ambulando.web.plans import convert

    for session in queries.sessions_of(actions.make_week(lived, timezone.localdate())):
        assert as_json(convert.planned(session)) == session.content


@pytest.fixture
def offered(lived: Person) -> Person:
    """Ada with a week behind her: of its sessions one was done."""
    today = timezone.localdate()
    before = queries.sessions_of(actions.make_week(lived, today - timezone.timedelta(days=7)))
    Week.objects.update(made_at=timezone.now() - timezone.timedelta(days=7))
    at = timezone.now() - timezone.timedelta(days=6)
    actions.done(lived, before[0], at, minutes=before[0].minutes)
    return lived


def test_what_the_chance_of_doing_was_learned_from_is_named_offer_by_offer(
    offered: Person, as_ada: Client
) -> None:
    told = outcomes.offered(offered, timezone.localdate() - inputs.LOOK_BACK, timezone.localdate())
    assert {one.done for one in told} == {True, False}
    session = queries.sessions_of(actions.make_week(offered, timezone.localdate()))[0]
    (step,) = (one for one in session.content["trace"]["steps"] if one["name"] == "learned from")
    rows = [row for row in step["rows"] if row["kind"] == "offer"]
    assert step["value"] == len(rows) == len(told)
    page = as_ada.get(f"/sessions/{session.pk}/why/").content.decode()
    for row, one in zip(rows, told, strict=True):
        day = one.day.isoformat()
        assert (row["id"][:10], row["activity"], row["told"] == "done") == (day, one.activity, one.done)
        address = f"/week/offers/?until={day}#offer-{day}"
        assert f'<a href="{address}">' in page
        there = as_ada.get(address).content.decode()
        assert f'id="offer-{day}"' in there
        assert catalogue()[one.activity].name in there


@pytest.mark.parametrize("until", ["", "yesterday", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_the_offers_of_any_day_can_be_asked_for(offered: Person, as_ada: Client, until: str) -> None:
    page = as_ada.get("/week/offers/", {"until": until})
    assert page.status_code == 200
    assert "None of it counts against you" in page.content.decode()


def test_who_wants_no_numbers_is_shown_no_offers(offered: Person, as_ada: Client) -> None:
    offered.answers |= {"conditions": ["eating-disorder"]}
    offered.save()
    assert as_ada.get("/week/offers/").headers["Location"] == "/week/"


def test_the_page_of_offers_asks_no_more_of_the_database_for_more_of_them(
    offered: Person, as_ada: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(14):
        as_ada.get("/week/offers/")
