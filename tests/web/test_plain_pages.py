"""Pages for a person in an unusual place: everything ticked, no country, an entry taken back, a form that needs another look."""

import re
from typing import Any

from django.test import Client
from django.utils import timezone

from ambulando.web.people.models import Person
from ambulando.web.plans import actions, queries
from ambulando.web.plans.models import Session


def told(person: Person, **answers: Any) -> None:
    person.answers |= answers
    person.save()
    actions.make_week(person, timezone.localdate())


def test_many_reasons_to_hold_the_plan_are_a_list_and_not_a_wall(as_ada: Client, ada: Person) -> None:
    told(ada, symptoms=["chest-discomfort", "ankle-swelling"], age=17)
    for path in ("/today/", "/week/"):
        page = as_ada.get(path).content.decode()
        reasons = re.findall(r"<li>([^<]*)</li>", page)
        assert any("ankles" in reason for reason in reasons), path
        assert any("chest" in reason for reason in reasons), path
        assert all(reason.count("You told us") <= 1 for reason in reasons)
    assert "<h1>No plan for now</h1>" in page, "a week without a plan does not call itself one"


def test_after_item_9_a_person_without_a_country_is_led_to_the_lines_of_theirs(
    as_ada: Client, ada: Person
) -> None:
    told(ada, country=None)
    page = as_ada.post("/questions/phq-9/", {"item-9": "2"}, follow=True).content.decode()
    main = page[page.index("<main") :]
    assert 'href="/help/#elsewhere"' in main


def test_the_answers_of_a_questionnaire_are_shown_in_its_words(as_ada: Client, ada: Person) -> None:
    page = as_ada.post("/questions/phq-8/", {"item-1": "3"}, follow=True).content.decode()
    assert "Nearly every day" in page


def test_removing_the_entry_of_a_session_takes_its_mark_away(as_ada: Client, ada: Person) -> None:
    day = timezone.localdate()
    session = queries.suggested(queries.sessions_of(actions.ensure_week(ada, day)), day)
    as_ada.post(f"/sessions/{session.pk}/done/")
    as_ada.post(f"/journal/bouts/{ada.bouts.get().pk}/remove/")
    session.refresh_from_db()
    assert session.state == Session.PLANNED
    assert "Done today" not in as_ada.get("/today/").content.decode()


def test_a_form_with_a_slip_says_so_first_and_ties_the_sentence_to_its_field(
    as_ada: Client, ada: Person
) -> None:
    page = as_ada.post("/start/safety/", {"age": "", "time_zone": "UTC", "active_days": "1"}).content.decode()
    assert "needs another look" in page[: page.index("<form")]
    assert "This field is required" not in page
    page = as_ada.post(
        "/start/likes/", {"likes": "walking", "dislikes": "walking", "minutes_per_week": "60"}
    ).content.decode()
    described = re.findall(r'<fieldset[^>]*aria-describedby="([^"]+)"', page)
    assert any(f'id="{id_}"' in page and id_.endswith("_error") for ids in described for id_ in ids.split())


def test_an_entry_begins_ten_minutes_ago_so_that_it_is_over_now(as_ada: Client) -> None:
    page = as_ada.get("/journal/add/").content.decode()
    time = re.search(r'name="time" value="(\d\d):(\d\d)"', page)
    now = timezone.localtime()
    ago = (now.hour * 60 + now.minute - int(time[1]) * 60 - int(time[2])) % (24 * 60)
    assert 10 <= ago <= 11
