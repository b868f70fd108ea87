"""When questionnaires are offered, and what one tap does about it. Nothing nags, nothing comes too early."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.web.journal import actions, queries
from ambulando.web.journal.models import Assessment
from ambulando.web.people.models import Person

HTMX = {"HTTP_HX_REQUEST": "true"}
ANSWERS = {
    "phq-8": [1] * 8,
    "phq-9": [1] * 8 + [0],
    "phq-2": [1, 1],
    "gad-7": [1] * 7,
    "evs": [3, 20],
    "paces-s": [4] * 4,
}


def fill_in(person: Person, instrument: str, days_ago: int) -> Assessment:
    kept, _ = actions.assess(
        person, instrument, ANSWERS[instrument], timezone.localdate() - timedelta(days=days_ago)
    )
    return kept


def due(person: Person, day: date | None = None) -> list[str]:
    return [one.instrument.id for one in queries.due(person, day or timezone.localdate())]


def test_nobody_is_offered_what_they_never_chose(as_ada: Client, ada: Person) -> None:
    assert due(ada) == []
    assert 'id="due"' not in as_ada.get("/today/").content.decode()


def test_two_weeks_after_the_last_one_today_has_one_quiet_line(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 14)
    page = as_ada.get("/today/").content.decode()
    assert "The PHQ-8 can be filled in again, if you like." in page
    assert 'href="/questions/phq-8/"' in page
    assert "skip this time" in page


def test_a_day_sooner_there_is_none(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 13)
    assert 'id="due"' not in as_ada.get("/today/").content.decode()


def test_there_is_never_more_than_one_line(as_ada: Client, ada: Person) -> None:
    for name in ("gad-7", "phq-9", "evs", "paces-s"):
        fill_in(ada, name, 34 if name == "gad-7" else 32)
    assert due(ada)[0] == "gad-7", "the longest waiting comes first"
    page = as_ada.get("/today/").content.decode()
    assert page.count("if you like.") == 1
    assert "The GAD-7 can be filled in again" in page


def test_the_phq_forms_count_as_one(ada: Person) -> None:
    fill_in(ada, "phq-9", 30)
    fill_in(ada, "phq-2", 5)
    assert due(ada) == []
    Assessment.objects.filter(instrument="phq-2").delete()
    assert due(ada) == ["phq-9"]


def test_one_without_a_total_does_not_move_the_turn(ada: Person) -> None:
    fill_in(ada, "phq-8", 20)
    actions.assess(ada, "phq-8", [1, None, 1, 1, 1, 1, 1, 1], timezone.localdate())
    assert due(ada) == ["phq-8"]


def test_a_flight_over_the_date_line_does_not_bring_the_turn_forward(ada: Person) -> None:
    ada.time_zone = "Pacific/Honolulu"
    kept = fill_in(ada, "phq-8", 0)
    written = datetime(2026, 6, 9, 9, 30, tzinfo=UTC)  # still the 8th in Honolulu, the 9th in Auckland
    Assessment.objects.filter(pk=kept.pk).update(day=date(2026, 6, 8), made_at=written)
    assert due(ada, date(2026, 6, 22)) == ["phq-8"]
    ada.time_zone = "Pacific/Auckland"
    assert due(ada, date(2026, 6, 22)) == []
    assert due(ada, date(2026, 6, 23)) == ["phq-8"]


def test_one_tap_skips_it_until_the_next_turn(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 20)
    page = as_ada.post("/questions/phq-8/skip/", {"from": "today"}, follow=True)
    assert page.redirect_chain[-1][0] == "/today/"
    assert "That is fine. It comes again on" in page.content.decode()
    assert 'id="due"' not in page.content.decode()
    today = timezone.localdate()
    assert due(ada, today + timedelta(days=13)) == []
    assert due(ada, today + timedelta(days=14)) == ["phq-8"]


def test_with_htmx_the_line_becomes_one_sentence(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 20)
    answer = as_ada.post("/questions/phq-8/skip/", {"from": "today"}, **HTMX)
    text = answer.content.decode()
    assert 'role="status"' in text
    assert "<html" not in text


def test_skipping_twice_counts_once_and_what_is_not_waiting_can_not_be_skipped(
    as_ada: Client, ada: Person
) -> None:
    assert "Nothing was changed" in as_ada.post("/questions/phq-8/skip/", follow=True).content.decode()
    assert not ada.offers.exists()
    fill_in(ada, "phq-8", 20)
    as_ada.post("/questions/phq-8/skip/")
    first = ada.offers.get().skipped_at
    as_ada.post("/questions/phq-8/skip/")
    assert ada.offers.get().skipped_at == first


def test_filling_it_in_ends_the_line(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 20)
    as_ada.post("/questions/phq-8/", {f"item-{n}": "1" for n in range(1, 9)})
    assert due(ada) == []


def test_a_pause_is_one_tap_and_so_is_its_end(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 20)
    assert "Paused until" in as_ada.post("/questions/phq-8/pause/", follow=True).content.decode()
    assert due(ada) == []
    today = timezone.localdate()
    assert due(ada, today + timedelta(days=27)) == []
    assert due(ada, today + timedelta(days=28)) == ["phq-8"]
    as_ada.post("/questions/phq-8/pause/", {"end": "1"})
    assert due(ada) == ["phq-8"]


def test_a_turn_that_was_let_pass_is_not_put_before_the_person_day_after_day(
    as_ada: Client, ada: Person
) -> None:
    fill_in(ada, "phq-8", 25)
    assert 'id="due"' not in as_ada.get("/today/").content.decode()
    page = as_ada.get("/questions/").content.decode()
    assert "You can fill it in today, if you like." in page, "the list says it to who looks"
    said = as_ada.post("/questions/phq-8/skip/", follow=True).content.decode()
    assert "That is fine. It comes again on" in said
    assert due(ada, timezone.localdate() + timedelta(days=13)) == []
    assert due(ada, timezone.localdate() + timedelta(days=14)) == ["phq-8"]


def test_a_pause_that_is_over_can_be_asked_for_again(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 60)
    actions.pause(ada, "phq-8", timezone.localdate() - timedelta(days=2))
    page = as_ada.get("/questions/").content.decode()
    assert "pause for four weeks" in page
    assert "end the pause" not in page


def test_offers_can_be_switched_off_and_on(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-9", 20)
    as_ada.post("/questions/phq-9/want/", {"off": "1"})
    assert due(ada) == []
    as_ada.post("/questions/phq-8/want/")
    assert due(ada) == ["phq-8"], "of those that ask the same, one alone"
    assert "The PHQ-8 can be filled in again" in as_ada.get("/today/").content.decode()


def test_what_was_switched_on_before_it_was_ever_filled_in_is_offered_once(
    as_ada: Client, ada: Person
) -> None:
    as_ada.post("/questions/gad-7/want/")
    assert "The GAD-7 can be filled in, if you like." in as_ada.get("/today/").content.decode()


def test_the_low_energy_page_has_no_line(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 20)
    as_ada.post("/check-in/", {"energy": 1})
    assert 'id="due"' not in as_ada.get("/today/").content.decode()


def test_who_comes_too_early_reads_when_and_why(as_ada: Client, ada: Person) -> None:
    kept = fill_in(ada, "phq-9", 3)
    page = as_ada.get("/questions/phq-9/").content.decode()
    assert "It asks about the last 2 weeks." in page
    assert "You can fill it in again from" in page
    assert f"/assessments/{kept.pk}/" in page
    assert page.count('href="/help/"') >= 2, "who is in need is not sent away"
    assert 'name="item-1"' not in page
    assert 'name="item-1"' not in as_ada.get("/questions/phq-9/?now=1").content.decode()
    assert 'name="item-1"' not in as_ada.get("/questions/phq-2/").content.decode(), "the same questions"


def test_the_form_opens_on_the_fourteenth_day(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-9", 14)
    assert 'name="item-9"' in as_ada.get("/questions/phq-9/").content.decode()


@pytest.mark.parametrize(
    ("filled_in", "opened"), [("phq-2", "phq-9"), ("phq-8", "phq-9"), ("paces-s", "paces-s")]
)
def test_where_the_form_allows_it_the_way_on_stays_open(
    as_ada: Client, ada: Person, filled_in: str, opened: str
) -> None:
    fill_in(ada, filled_in, 1)
    page = as_ada.get(f"/questions/{opened}/").content.decode()
    assert "The next one says most from" in page
    assert 'href="?now=1"' in page
    assert 'name="item-1"' in as_ada.get(f"/questions/{opened}/?now=1").content.decode()


def test_answers_that_come_early_all_the_same_are_kept_and_lead_to_help(as_ada: Client, ada: Person) -> None:
    """A form that stood open since yesterday: what was written is never thrown away."""
    fill_in(ada, "phq-9", 1)
    page = as_ada.post("/questions/phq-9/", {"item-9": "2"}, follow=True)
    assert page.redirect_chain[-1][0].endswith("/help/")
    assert ada.assessments.count() == 2


def test_the_list_says_when_each_comes_next(as_ada: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 4)
    page = as_ada.get("/questions/").content.decode()
    assert page.index("PHQ-8") < page.index("GAD-7")
    assert "Last filled in on" in page
    assert "Next time:" in page
    assert "pause for four weeks" in page
    assert "do not offer it" in page
    assert "Feeling Scale" not in page, "that one is asked around a session"
    assert "What gets in the way" not in page


def test_nobody_changes_the_offers_of_another(as_ben: Client, ada: Person) -> None:
    fill_in(ada, "phq-8", 20)
    for act in ("skip", "pause", "want"):
        as_ben.post(f"/questions/phq-8/{act}/")
    assert not ada.offers.exists()
    assert due(ada) == ["phq-8"]


@pytest.mark.parametrize("name", ["iq", "talk-test", "feeling-scale"])
def test_what_is_not_on_the_list_can_not_be_opened_skipped_or_offered(as_ada: Client, name: str) -> None:
    assert as_ada.get(f"/questions/{name}/").status_code == 404
    for act in ("skip", "pause", "want"):
        assert as_ada.post(f"/questions/{name}/{act}/").status_code == 404


def test_today_asks_for_what_is_due_with_two_queries_however_many_years_there_were(
    ada: Person, django_assert_num_queries
) -> None:
    for days in range(20, 400, 14):
        fill_in(ada, "phq-8", days)
    with django_assert_num_queries(2):
        assert due(ada) == ["phq-8"]
