"""Two quiet boxes of a check-in: being ill, and a medicine that changed. They are kept for the day, and say nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.web.journal import actions, queries
from ambulando.web.people.models import Person
from ambulando.web.plans import convert

TODAY = timezone.localdate


def told(person: Person) -> list[tuple[str, int | None, bool, bool]]:
    return list(person.check_ins.values_list("part", "mood", "ill", "medicine_changed"))


def test_today_shows_both_under_more(as_ada: Client) -> None:
    page = as_ada.get("/today/?all=1").content.decode()
    more = page[page.index('<details class="more">') : page.index("</details>")]
    assert "I am ill today" in more
    assert "My medicine changed today" in more
    assert "checked" not in more.split('name="flags"')[1]


def test_a_box_alone_is_enough_and_stays_ticked(as_ada: Client, ada: Person) -> None:
    answer = as_ada.post("/check-in/", {"flags": "asked", "ill": "on"})
    assert answer.status_code == 302
    assert [row[1:] for row in told(ada)] == [(None, True, False)]
    page = as_ada.get("/today/?all=1").content.decode()
    assert '<input type="checkbox" name="ill" checked>' in page
    assert '<input type="checkbox" name="medicine_changed" >' in page


def test_clearing_the_box_takes_it_back_and_leaves_nothing_empty_behind(as_ada: Client, ada: Person) -> None:
    as_ada.post("/check-in/", {"flags": "asked", "ill": "on"})
    as_ada.post("/check-in/", {"flags": "asked"})
    assert told(ada) == []
    as_ada.post("/check-in/", {"flags": "asked", "ill": "on", "mood": "4"})
    as_ada.post("/check-in/", {"flags": "asked", "mood": "4"})
    assert [row[1:] for row in told(ada)] == [(4, False, False)]


def test_nothing_at_all_is_still_refused(as_ada: Client, ada: Person) -> None:
    page = as_ada.post("/check-in/", {"flags": "asked"}, follow=True).content.decode()
    assert "Nothing was picked" in page
    assert told(ada) == []
    with pytest.raises(InputError):
        actions.check_in(ada, TODAY(), "later", {"ill": True}, mood=11)
    assert told(ada) == [], "a bad value changes nothing, box or not"


def test_a_form_that_did_not_ask_leaves_the_boxes_as_they_are(as_ada: Client, ada: Person) -> None:
    actions.check_in(ada, TODAY(), "later", {"ill": True, "medicine_changed": True})
    actions.check_in(ada, TODAY(), "later", mood=3)
    assert told(ada) == [("later", 3, True, True)]


def test_they_hold_for_the_whole_day_whichever_part_they_were_told_in(ada: Person) -> None:
    actions.check_in(ada, TODAY(), "morning", {"ill": True, "medicine_changed": False}, mood=2)
    actions.check_in(ada, TODAY(), "later", mood=3)
    assert sorted(told(ada)) == [("later", 3, True, False), ("morning", 2, True, False)]
    actions.check_in(ada, TODAY(), "later", {"ill": False, "medicine_changed": False}, mood=3)
    assert sorted(told(ada)) == [("later", 3, False, False), ("morning", 2, False, False)]
    yesterday = queries.check_ins_on(ada, TODAY() - timedelta(days=1))
    assert queries.flags_in(yesterday.values()) == {"ill": False, "medicine_changed": False}


def test_the_journal_shows_them_and_any_later_day_can_put_them_right(as_ada: Client, ada: Person) -> None:
    day = TODAY() - timedelta(days=3)
    check_in = actions.check_in(ada, day, "later", {"ill": True, "medicine_changed": True}, mood=3)
    page = as_ada.get("/journal/").content.decode()
    assert "<span>ill</span><span>medicine changed</span>" in page
    form = as_ada.get(f"/journal/check-ins/{check_in.pk}/").content.decode()
    assert '<input type="checkbox" name="ill" checked>I was ill that day' in form
    as_ada.post(
        f"/journal/check-ins/{check_in.pk}/", {"flags": "asked", "medicine_changed": "on", "mood": "3"}
    )
    assert told(ada) == [("later", 3, False, True)]


def test_nobody_sets_those_of_another(as_ben: Client, ada: Person) -> None:
    check_in = actions.check_in(ada, TODAY(), "later", mood=3)
    answer = as_ben.post(f"/journal/check-ins/{check_in.pk}/", {"flags": "asked", "ill": "on"})
    assert answer.status_code == 404
    assert told(ada) == [("later", 3, False, False)]


def test_the_answer_is_told_of_them_and_the_time_line_is_not(as_ada: Client, ada: Person) -> None:
    days = [TODAY() - timedelta(days=ago) for ago in (2, 1, 0)]
    for day in days:
        actions.check_in(ada, day, "later", mood=5)
    quiet = convert.series(ada, days[0], days[-1])
    assert (quiet.ill, quiet.medicine_changed) == (None, None), "never set is no column"
    before = as_ada.get("/progress/time-line.json").json()
    actions.check_in(ada, days[1], "later", {"ill": True, "medicine_changed": False})
    series = convert.series(ada, days[0], days[-1])
    assert series.ill == (False, True, False)
    assert series.medicine_changed is None
    assert as_ada.get("/progress/time-line.json").json() == before


def test_a_change_of_medicine_gets_no_comment(as_ada: Client, ada: Person) -> None:
    quiet = as_ada.post("/check-in/", {"flags": "asked", "mood": "4"}, headers={"HX-Request": "true"})
    told_of = as_ada.post(
        "/check-in/",
        {"flags": "asked", "mood": "4", "medicine_changed": "on"},
        headers={"HX-Request": "true"},
    )
    assert quiet.content == told_of.content
