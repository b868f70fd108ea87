"""In your own words: kept and shown as they were written, in this week's sessions at once, and nothing is drawn anew."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from ambulando.safety.profile import LONGEST_WORDS, OwnPlan
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, queries
from ambulando.web.plans.models import Decision, Session

HTMX = {"HTTP_HX_REQUEST": "true"}
TEA = {
    "cue": "I have had tea",
    "instead-fatigue": "I sit in the sun",
    "instead-weather": "I dance to one song",
}


def today() -> date:
    return timezone.localdate()


@pytest.fixture
def week(ada: Person) -> list[Session]:
    return queries.sessions_of(actions.make_week(ada, today()))


def sentences(person: Person) -> list[str]:
    return [one.content["if_then"] for one in queries.sessions_of(queries.week_of(person, today()))]


def test_the_page_asks_when_they_begin_and_what_they_do_instead_for_each_barrier(as_ada: Client) -> None:
    page = as_ada.get("/week/words/").content.decode()
    for name in TEA:
        assert f'name="{name}"' in page
    assert page.count('class="main"') == 1
    assert "I have had tea" in page, "an idea to start from"


def test_without_a_barrier_one_field_holds_for_all(as_ada: Client, ada: Person) -> None:
    ada.answers |= {"barriers": []}
    ada.save()
    as_ada.post("/week/words/", {"cue": "", "instead": "I stretch"})
    ada.refresh_from_db()
    assert ada.profile.own_plans == (OwnPlan("", None, "I stretch"),)


def test_their_words_stand_in_the_open_sessions_at_once(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    before = [(one.pk, one.activity, one.minutes, one.day, one.content["trace"]["odds"]) for one in week]
    decisions = Decision.objects.count()
    answer = as_ada.post("/week/words/", TEA)
    assert answer["Location"] == "/week/"
    said = sentences(ada)
    assert all("and I have had tea, then" in one for one in said)
    assert any("I sit in the sun" in one or "I dance to one song" in one for one in said)
    after = queries.sessions_of(queries.week_of(ada, today()))
    assert [
        (one.pk, one.activity, one.minutes, one.day, one.content["trace"]["odds"]) for one in after
    ] == before
    assert Decision.objects.count() == decisions
    for path in ("/today/", "/week/", f"/sessions/{after[0].pk}/"):
        assert "and I have had tea, then" in as_ada.get(path).content.decode()


def test_what_was_done_keeps_the_sentence_it_had(as_ada: Client, ada: Person, week: list[Session]) -> None:
    as_ada.post(f"/sessions/{week[0].pk}/done/")
    as_ada.post("/week/words/", TEA)
    assert Session.objects.get(pk=week[0].pk).content["if_then"] == week[0].content["if_then"]


def test_the_next_week_is_made_with_them(as_ada: Client, ada: Person, week: list[Session]) -> None:
    as_ada.post("/week/words/", TEA)
    as_ada.post("/week/remake/")
    assert all("and I have had tea, then" in one for one in sentences(ada))


def test_they_stay_when_a_session_becomes_smaller_or_another(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    as_ada.post("/week/words/", TEA)
    for action in ("smaller", "swap"):
        for session in queries.sessions_of(queries.week_of(ada, today())):
            as_ada.post(f"/sessions/{session.pk}/{action}/")
        assert all("and I have had tea, then" in one for one in sentences(ada))


def test_all_can_be_taken_out_again(as_ada: Client, ada: Person, week: list[Session]) -> None:
    before = sentences(ada)
    as_ada.post("/week/words/", TEA)
    as_ada.post("/week/words/", {"cue": "", "instead-fatigue": " ", "instead-weather": ""})
    ada.refresh_from_db()
    assert ada.profile.own_plans == ()
    assert sentences(ada) == before


@pytest.mark.parametrize(
    "written",
    ["<script>alert(1)</script>", "{cue} {} }{", "%(x)s", "“tea” & 'cake'", "茶を飲んだ", "☕ " * 20, 'a"b'],
)
def test_odd_letters_are_shown_as_they_were_written_and_as_nothing_else(
    as_ada: Client, ada: Person, week: list[Session], written: str
) -> None:
    as_ada.post("/week/words/", {"cue": written, "instead-fatigue": written, "instead-weather": written})
    shown = " ".join(written.split())
    for path in ("/week/words/", "/week/", "/today/"):
        page = as_ada.get(path).content.decode()
        assert escape(shown) in page
        assert "<script>alert" not in page


def test_more_than_a_line_is_refused_kindly_and_nothing_is_lost(as_ada: Client, ada: Person) -> None:
    long = "x" * (LONGEST_WORDS + 1)
    answer = as_ada.post("/week/words/", {**TEA, "cue": long})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert long in page
    assert "I dance to one song" in page
    ada.refresh_from_db()
    assert "own_plans" not in ada.answers
    as_ada.post("/week/words/", {"cue": "x" * LONGEST_WORDS})
    ada.refresh_from_db()
    assert len(ada.profile.own_plans[0].cue) == LONGEST_WORDS


def test_an_idea_that_is_tapped_fills_its_field_and_keeps_what_was_typed(as_ada: Client, ada: Person) -> None:
    page = as_ada.post("/week/words/", {**TEA, "cue": "", "use": "cue:breakfast is done"}).content.decode()
    assert 'name="cue" value="breakfast is done"' in page
    assert 'value="I sit in the sun"' in page
    assert "and breakfast is done, then" in page, "the whole sentence"
    ada.refresh_from_db()
    assert "own_plans" not in ada.answers, "looking keeps nothing"


def test_how_it_reads_comes_while_they_write_and_without_a_script_by_a_button(
    as_ada: Client, ada: Person
) -> None:
    for more, headers in (({}, HTMX), ({"look": "1"}, {})):
        page = as_ada.post("/week/words/", TEA | more, **headers).content.decode()
        assert "and I have had tea, then" in page
        assert "If it rains or it is dark: I dance to one song." in page
        assert ("<html" in page) is not bool(headers)
    ada.refresh_from_db()
    assert "own_plans" not in ada.answers


def test_a_barrier_more_can_be_planned_for_in_the_place_of_the_last(as_ada: Client, ada: Person) -> None:
    page = as_ada.get("/week/words/?with=time").content.decode()
    assert 'name="instead-time"' in page
    assert "takes the place of: Weather" in page
    as_ada.post("/week/words/", {"with": "time", "cue": "", "instead-time": "I take the long way home"})
    ada.refresh_from_db()
    assert ada.answers["barriers"] == ["time", "fatigue"]
    assert OwnPlan("", "time", "I take the long way home") in ada.profile.own_plans


@pytest.mark.parametrize("more", ["", "no-such-thing", "<b>", "fatigue"])
def test_an_odd_barrier_in_the_address_changes_nothing(as_ada: Client, ada: Person, more: str) -> None:
    assert as_ada.get("/week/words/", {"with": more}).status_code == 200
    as_ada.post("/week/words/", {"with": more, **TEA})
    ada.refresh_from_db()
    assert ada.answers["barriers"] == ["fatigue", "weather"]


def test_nobody_sees_or_changes_the_words_of_another(
    as_ada: Client, as_ben: Client, ada: Person, week: list[Session]
) -> None:
    as_ada.post("/week/words/", TEA)
    as_ben.post("/week/words/", {"cue": "I am Ben"})
    assert "I sit in the sun" not in as_ben.get("/week/words/").content.decode()
    ada.refresh_from_db()
    assert ada.profile.own_plans[0].cue == "I have had tea"
    assert all("Ben" not in one for one in sentences(ada))


def test_who_sees_no_numbers_of_exercise_is_led_to_the_week(as_ada: Client, ada: Person) -> None:
    ada.answers |= {"conditions": ["eating-disorder"]}
    ada.save()
    assert as_ada.get("/week/words/")["Location"] == "/week/"
    page = as_ada.get("/week/").content.decode()
    assert "own words" not in page


def test_the_page_needs_few_queries(as_ada: Client, ada: Person, week: list[Session]) -> None:
    with CaptureQueriesContext(connection) as made:
        as_ada.get("/week/words/")
    assert len(made) <= 7
