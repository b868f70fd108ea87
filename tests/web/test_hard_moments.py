"""A person's own plan and whom they chose, what is kept about hard moments, the day after, and the quiet of the day."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from ambulando.web.help import actions, queries
from ambulando.web.help.models import HelpShown, OwnPlan, Trusted
from ambulando.web.people.models import Person

PLAN = {
    "signs": "I stop answering messages.",
    "alone": "Put the kettle on.\nSit by the window.",
    "elsewhere": "The library",
    "ask": "My sister",
    "professionals": "Dr. Tane, Tuesdays",
    "safer": "Ask Tom to keep the key.",
    "name-1": "Mia",
    "number-1": "021 555 0199",
}
SIGN_IN = {"login": "ada", "password": "it is solved by walking"}


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def show(person: Person, page: str, at: datetime) -> HelpShown:
    return HelpShown.objects.create(person=person, page=page, at=at)


# The plan, and whom they chose


def test_a_plan_is_kept_in_the_persons_own_words(as_ada: Client, ada: Person) -> None:
    answer = as_ada.post("/help/plan/change/", PLAN, follow=True)
    assert answer.redirect_chain[-1][0] == "/help/plan/"
    text = words(answer)
    for part in (
        "I stop answering messages.",
        "Sit by the window.",
        "The library",
        "Ask Tom to keep the key.",
        "Mia",
    ):
        assert part in text
    assert "What I can do alone" in text


def test_every_part_can_be_left_out_and_what_is_emptied_is_gone(as_ada: Client, ada: Person) -> None:
    as_ada.post("/help/plan/change/", {"alone": "Breathe."})
    text = words(as_ada.get("/help/plan/"))
    assert "Breathe." in text
    assert "What tells me that it gets hard" not in text, "an empty part has no heading"
    as_ada.post("/help/plan/change/", {})
    assert not OwnPlan.objects.exists()
    assert not Trusted.objects.exists()
    assert "Make my plan" in words(as_ada.get("/help/plan/"))


def test_the_form_holds_what_was_kept(as_ada: Client) -> None:
    as_ada.post("/help/plan/change/", PLAN)
    page = as_ada.get("/help/plan/change/").content.decode()
    assert "Sit by the window." in page
    assert 'value="021 555 0199"' in page


@pytest.mark.parametrize("bad", ["Mia's", "12a", "call me", "*100#"])
def test_a_number_that_can_not_be_dialled_is_one_sentence_and_nothing_typed_is_lost(
    as_ada: Client, bad: str
) -> None:
    answer = as_ada.post("/help/plan/change/", PLAN | {"number-1": bad})
    assert answer.status_code == 422
    assert "as you dial it" in words(answer)
    assert "Sit by the window." in answer.content.decode()
    assert not OwnPlan.objects.exists()


def test_a_part_that_is_too_long_is_not_cut(as_ada: Client) -> None:
    answer = as_ada.post("/help/plan/change/", {"alone": "x" * 2001})
    assert answer.status_code == 422
    assert "x" * 2001 in answer.content.decode()
    assert 'id="id_alone"' in answer.content.decode()
    assert "maxlength" not in answer.content.decode().split('id="id_alone"')[0].rsplit("<textarea", 1)[1]


def test_a_plan_that_was_written_while_the_session_ended_is_still_there(as_ada: Client, ada: Person) -> None:
    page = as_ada.get("/help/plan/change/").content.decode()
    of = page.split('name="of" value="')[1].split('"')[0]
    as_ada.post("/account/logout/")
    answer = as_ada.post("/help/plan/change/", PLAN | {"of": of})
    page = as_ada.post(answer.url, SIGN_IN | {"next": "/help/plan/change/"}, follow=True).content.decode()
    assert "Ask Tom to keep the key." in page


def test_signing_out_clears_the_device_and_speaks_of_nothing_lost(as_ada: Client) -> None:
    answer = as_ada.post("/account/logout/")
    assert answer.url == "/account/login/"
    assert '"storage"' in answer["Clear-Site-Data"]
    assert "was not kept" not in as_ada.get(answer.url).content.decode()


@pytest.mark.parametrize(("number", "dialled"), [
    ("021 555 0199", "0215550199"), ("+64 21 555-0199", "+64215550199"), ("(09) 555.01/99", "095550199"),
])  # fmt: skip
def test_someone_chosen_is_called_and_texted_as_dialled(as_ada: Client, number: str, dialled: str) -> None:
    as_ada.post("/help/plan/change/", PLAN | {"number-1": number})
    for path in ("/help/plan/", "/help/", "/help/now/"):
        page = as_ada.get(path).content.decode()
        assert f'href="tel:{dialled}"' in page
        assert f'href="sms:{dialled}?body=Can%20you%20talk%3F"' in page
        assert f">{number}<" in page


def test_up_to_three_can_be_chosen_and_one_without_a_number_is_kept_too(as_ada: Client, ada: Person) -> None:
    more = {"name-2": "Tom, next door", "name-3": "Ana", "number-3": "111 222"}
    as_ada.post("/help/plan/change/", PLAN | more)
    assert [one.name for one in queries.trusted(ada)] == ["Mia", "Tom, next door", "Ana"]
    assert "Tom, next door" in words(as_ada.get("/help/"))


def test_nobody_is_ever_contacted_by_the_application(as_ada: Client, ada: Person) -> None:
    as_ada.post("/help/plan/change/", PLAN)
    as_ada.post("/questions/phq-9/", {"item-9": "3"})
    as_ada.get("/help/now/")
    assert mail.outbox == []


def test_the_help_page_has_a_link_to_the_plan_and_how_it_begins(as_ada: Client) -> None:
    assert "Make a plan, or choose someone" in words(as_ada.get("/help/"))
    as_ada.post("/help/plan/change/", PLAN)
    answer = as_ada.get("/help/")
    assert "Put the kettle on." in words(answer)
    assert "Sit by the window." not in words(answer), "the first line alone"
    assert 'href="/help/plan/"' in answer.content.decode()


def test_nobody_sees_the_plan_of_another(as_ada: Client, as_ben: Client, client: Client) -> None:
    as_ada.post("/help/plan/change/", PLAN)
    for path in ("/help/", "/help/now/", "/help/plan/", "/help/plan/change/"):
        text = as_ben.get(path).content.decode()
        assert "Mia" not in text
        assert "kettle" not in text
    assert "Mia" not in client.get("/help/").content.decode()
    assert client.get("/help/plan/").status_code == 302


def test_help_comes_also_when_what_is_the_persons_own_can_not_be_read(
    as_ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Person) -> None:
        raise DatabaseError

    monkeypatch.setattr(queries, "own_help", broken)
    monkeypatch.setattr(HelpShown.objects, "create", lambda **_: broken(None))
    assert 'href="tel:1737"' in as_ada.get("/help/").content.decode()
    assert 'href="tel:111"' in as_ada.get("/help/now/").content.decode()


def test_not_safe_now_puts_the_emergency_number_before_all_else(
    client: Client, as_ada: Client, db: None
) -> None:
    assert 'href="/help/now/"' in client.get("/help/").content.decode()
    as_ada.post("/help/plan/change/", PLAN)
    page = as_ada.get("/help/now/").content.decode()
    main = page[page.index("<main") :]
    assert re.search(r'href="(?:tel|sms):(\d+)', main)[1] == "111"
    assert main.index("tel:111") < main.index("tel:1737") < main.index("tel:0215550199")
    assert client.get("/help/now/?country=GB").status_code == 200


# What is kept, and the day after


def test_a_help_page_that_was_shown_is_kept_once_with_its_time_and_nothing_else(
    as_ada: Client, ada: Person
) -> None:
    for _ in range(3):
        as_ada.get("/help/")
    row = ada.help_shown.get()
    assert row.page == HelpShown.HELP
    assert {field.name for field in HelpShown._meta.fields} == {"id", "person", "at", "page"}


def test_what_a_script_fetches_for_offline_was_not_shown(as_ada: Client, ada: Person) -> None:
    for mode in ("cors", "same-origin", "no-cors"):
        as_ada.get("/help/", headers={"Sec-Fetch-Mode": mode})
    as_ada.get("/help/", headers={"Ambulando-Script": "1"})
    as_ada.head("/help/")
    assert not ada.help_shown.exists()
    as_ada.get("/help/", headers={"Sec-Fetch-Mode": "navigate"})
    assert ada.help_shown.count() == 1


def test_who_is_not_signed_in_leaves_nothing(client: Client, db: None) -> None:
    client.get("/help/")
    client.get("/help/now/")
    assert not HelpShown.objects.exists()


def test_what_is_kept_can_be_seen_and_removed_one_by_one_and_at_once(as_ada: Client, ada: Person) -> None:
    now = timezone.now()
    rows = [show(ada, HelpShown.HELP, now - timedelta(days=n)) for n in range(3)]
    actions.answer_day_after(ada, now.date(), "lighter")
    page = as_ada.get("/help/kept/").content.decode()
    assert page.count("The help page") == 3
    assert "a bit lighter" in page
    as_ada.post(f"/help/kept/shown/{rows[0].pk}/remove/")
    assert ada.help_shown.count() == 2
    as_ada.post("/help/kept/remove/")
    assert not ada.help_shown.exists()
    assert not ada.days_after.exists()
    assert "Nothing is kept" in words(as_ada.get("/help/kept/"))


def test_nobody_removes_or_sees_what_is_kept_of_another(as_ada: Client, as_ben: Client, ada: Person) -> None:
    row = show(ada, HelpShown.AFTER, timezone.now())
    assert as_ben.post(f"/help/kept/shown/{row.pk}/remove/").status_code == 404
    assert as_ben.post("/help/kept/person/1/remove/").status_code == 404
    as_ben.post("/help/kept/remove/")
    assert ada.help_shown.count() == 1
    assert "Nothing is kept" in words(as_ben.get("/help/kept/"))


def test_you_leads_to_the_plan_and_to_what_is_kept(as_ada: Client) -> None:
    page = as_ada.get("/you/").content.decode()
    assert 'href="/help/plan/"' in page
    assert 'href="/help/kept/"' in page


TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(("days_ago", "asked"), [(0, False), (1, True), (2, False)])
def test_the_question_comes_on_the_day_after_and_on_no_other(ada: Person, days_ago: int, asked: bool) -> None:
    show(ada, HelpShown.AFTER, NOON - timedelta(days=days_ago))
    assert (queries.gentle_question(ada, TODAY) is not None) == asked


def test_the_day_after_is_that_of_where_the_person_lives(ada: Person) -> None:
    ada.time_zone = "Pacific/Auckland"
    # 22 November, half past one at night in Auckland; in UTC it is still the 21st
    show(ada, HelpShown.AFTER, datetime(2026, 11, 21, 12, 30, tzinfo=UTC))
    assert queries.gentle_question(ada, TODAY) is None
    assert queries.gentle_question(ada, TODAY + timedelta(days=1))


@pytest.mark.parametrize("day", [date(2026, 4, 5), date(2026, 9, 27)])
def test_a_day_of_23_or_25_hours_has_one_question_too(ada: Person, day: date) -> None:
    ada.time_zone = "Pacific/Auckland"
    for hour in (0, 23):
        HelpShown.objects.all().delete()
        show(ada, HelpShown.AFTER, datetime(day.year, day.month, day.day, hour, 45, tzinfo=ada.zone))
        assert [queries.gentle_question(ada, day + timedelta(days=n)) is not None for n in (0, 1, 2)] == [
            False,
            True,
            False,
        ]


@pytest.mark.parametrize(
    ("answer", "to"), [("lighter", "/today/"), ("same", "/today/"), ("", "/today/"), ("hard", "/help/")]
)
def test_one_answer_and_it_is_not_asked_again(as_ada: Client, ada: Person, answer: str, to: str) -> None:
    show(ada, HelpShown.AFTER, timezone.now() - timedelta(days=1))
    assert "Yesterday sounded hard. How is it now?" in words(as_ada.get("/today/"))
    said = as_ada.post("/help/day-after/", {"answer": answer})
    assert said.url == to
    assert ada.days_after.get().answer == answer
    assert "How is it now?" not in words(as_ada.get("/today/"))


def test_with_htmx_the_card_gives_way_and_still_hard_leads_to_help(as_ada: Client, ada: Person) -> None:
    htmx = {"HTTP_HX_REQUEST": "true"}
    assert "Thank you" in as_ada.post("/help/day-after/", {"answer": "same"}, **htmx).content.decode()
    assert as_ada.post("/help/day-after/", {"answer": ""}, **htmx).content.decode().strip() == ""
    assert as_ada.post("/help/day-after/", {"answer": "hard"}, **htmx)["HX-Redirect"] == "/help/"


def test_who_opened_the_help_page_is_asked_without_a_guess_at_why(as_ada: Client, ada: Person) -> None:
    show(ada, HelpShown.HELP, timezone.now() - timedelta(days=1))
    text = words(as_ada.get("/today/"))
    assert "You opened the help page yesterday. How is it now?" in text
    assert "sounded hard" not in text


def test_an_answer_that_was_not_offered_keeps_nothing(as_ada: Client, ada: Person) -> None:
    for data in ({"answer": "fine"}, {}):
        assert as_ada.post("/help/day-after/", data).status_code == 302
    assert not ada.days_after.exists()


def test_when_the_log_is_removed_nothing_is_asked(as_ada: Client, ada: Person) -> None:
    show(ada, HelpShown.AFTER, timezone.now() - timedelta(days=1))
    as_ada.post("/help/kept/remove/")
    assert "How is it now?" not in words(as_ada.get("/today/"))


@pytest.mark.parametrize("page", [HelpShown.HELP, HelpShown.NOW, HelpShown.AFTER])
def test_no_reminder_until_the_end_of_the_day_on_which_help_was_shown(ada: Person, page: str) -> None:
    ada.time_zone = "Pacific/Auckland"
    assert queries.quiet_until(ada, NOON) is None
    show(ada, page, NOON)  # the 23rd, one at night, in Auckland
    until = datetime(2026, 11, 24, tzinfo=ada.zone)
    assert queries.quiet_until(ada, NOON) == until
    assert queries.quiet_until(ada, until - timedelta(minutes=1)) == until
    assert queries.quiet_until(ada, until) is None


def test_the_hard_day_of_one_person_asks_and_quiets_nobody_else(ada: Person, ben: Person) -> None:
    show(ada, HelpShown.AFTER, NOON - timedelta(days=1))
    show(ada, HelpShown.AFTER, NOON)
    assert queries.gentle_question(ben, TODAY) is None
    assert queries.quiet_until(ben, NOON) is None


def test_leaving_takes_all_of_it_along(as_ada: Client, ada: Person) -> None:
    as_ada.post("/help/plan/change/", PLAN)
    as_ada.get("/help/")
    as_ada.post("/you/leave/")
    assert not OwnPlan.objects.exists()
    assert not Trusted.objects.exists()
    assert not HelpShown.objects.exists()
