"""The pages of the questions that people bring, and of the claims: the answer first, both sides, and a person's own week."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from test_words import marked, shown, untranslated

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.activity.dose import dose_of
from ambulando.evidence import base, claims, modalities, questions, recompute
from ambulando.evidence.rows import Contrast
from ambulando.web.journal import actions as journal
from ambulando.web.journal.queries import done_bouts
from ambulando.web.library import curve
from ambulando.web.library.actions import publish
from ambulando.web.library.models import Publication
from ambulando.web.library.questions import cited, own_week
from ambulando.web.people.models import Person

__all__ = ["marked"]

IDS = [one.id for one in questions.questions()]
PAGES = ["/why/", "/why/claims/", *(f"/why/{one}/" for one in IDS)]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def stored(django_db_setup: None, django_db_blocker) -> None:
    """The results of this version, made once for all tests of this file."""
    with django_db_blocker.unblock():
        publish()
    yield
    with django_db_blocker.unblock():
        Publication.objects.all().delete()


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_first_page_lists_every_question_with_its_answer_in_a_line_and_how_sure(
    client: Client, stored: None
) -> None:
    page = client.get("/why/").content.decode()
    for one in questions.questions():
        assert f'href="/why/{one.id}/"' in page
        assert one.short in page
    assert page.count("How sure:") == len(IDS)
    assert "moderate" in page


@pytest.mark.parametrize("question", IDS)
def test_a_question_begins_with_its_answer_and_how_sure_and_shows_what_it_rests_on(
    client: Client, stored: None, question: str
) -> None:
    answer = client.get(f"/why/{question}/")
    text = text_of(answer)
    found = questions.answer(question)
    for sentence in found.sentences:
        assert str(sentence) in text
    assert f"How sure: {found.certainty}." in text
    assert text.index(str(found.sentences[0])) < text.index("What this rests on")
    for one in found.findings:
        assert one.about in text
    for side in found.sides:
        assert str(side.says) in text
    for caveat in found.caveats:
        assert str(caveat) in text
    assert ("Where sources do not agree" in text) == bool(found.sides)
    assert ("recomputed here" in text) == any(one.status == "recomputed here" for one in found.findings)


@pytest.mark.parametrize("path", PAGES)
def test_no_number_stands_with_a_bare_abbreviation(client: Client, stored: None, path: str) -> None:
    page = client.get(path).content.decode()
    assert not re.search(r"<small>(SMD|RR|OR|HR|effect size d|VO2max)</small>", page)
    for unit, meaning in (("(SMD)", "standard deviations"), ("(RR)", "a fifth less"), ("(VO2max)", "oxygen")):
        if f"{unit}</small>" in page:
            assert meaning in page


def test_a_kind_without_a_result_of_its_own_shows_no_number_that_would_rank_it(
    client: Client, stored: None
) -> None:
    page = client.get("/why/which-kind/").content.decode()
    for modality in MODALITIES:
        entry = page[page.index(f'<tr id="{modality}"') :].split("</tr>")[0]
        assert (modalities.finding(modality).fit == "whole") == ("no result of its own" in entry)
        assert ("no result of its own" in entry) == ("\u2212" not in entry)


def test_what_to_keep_in_mind_comes_before_pictures_and_figures(client: Client, stored: None) -> None:
    for question in IDS:
        text = text_of(client.get(f"/why/{question}/"))
        kept = text.index("Good to keep in mind")
        assert all(
            kept < text.index(later)
            for later in ("trials, one line each", "What this rests on")
            if later in text
        )


def test_the_words_for_the_picture_tell_its_result(client: Client, stored: None) -> None:
    page = client.get("/why/does-it-help/").content.decode()
    ours = recompute.pooled("cooney2013-post", method="REML", test="hksj")
    (alt,) = re.findall(r'alt="(Forest[^"]*)"', page)
    assert f"{ours.k} trials" in alt
    assert f"{ours.estimate:.2f}".replace("-", "\u2212") in alt


def test_every_row_and_source_of_a_page_can_be_opened_at_its_place(client: Client, stored: None) -> None:
    links = set()
    for path in PAGES:
        page = client.get(path).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        links |= set(re.findall(r'href="(/why/[^"]*)"', main))
    assert any(link.startswith("/why/row/") for link in links)
    for link in sorted(links):
        answer = client.get(link, follow=True)
        assert answer.status_code == 200, link
        landed = answer.redirect_chain[-1][0] if answer.redirect_chain else link
        if "#" in landed:
            assert f'id="{landed.split("#")[1]}"' in answer.content.decode(), link


def test_no_question_takes_the_address_of_another_page() -> None:
    assert not {"rows", "row", "published", "sources", "rules", "activities", "claims", "figures"} & set(IDS)


def test_a_question_that_nobody_asked_is_a_404_with_help_on_it(client: Client) -> None:
    answer = client.get("/why/is-it-fun/")
    assert answer.status_code == 404
    assert "help-link" in answer.content.decode()


@pytest.mark.parametrize("path", ["/why/", "/why/claims/", "/why/how-much/", "/why/does-it-help/"])
def test_before_the_results_are_there_a_page_says_so_and_has_what_it_can(client: Client, path: str) -> None:
    Publication.objects.all().delete()
    answer = client.get(path)
    assert answer.status_code == 200
    if path != "/why/claims/":
        assert "being made" in text_of(answer)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_the_database_once(
    client: Client, stored: None, path: str, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(1):
        client.get(path)


def test_the_page_of_the_dose_curve_asks_once_more_for_the_bouts(as_ada: Client, stored: None) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            as_ada.get(path)
        return len(queries)

    as_ada.get("/why/")  # what the first page of a visit asks besides
    assert asked("/why/how-much/") == asked("/why/how-hard/") + 1


@pytest.mark.parametrize("path", PAGES)
def test_no_word_of_a_page_escapes_translation(marked: None, as_ada: Client, stored: None, path: str) -> None:
    names = {word for id_ in base.references() for word in re.findall(r"[A-Za-z]{3,}", cited(id_))}
    page = as_ada.get(path).content.decode()
    # an identifier that links to its rows is the same in every language
    page = re.sub(r'<td><a href="/why/rows/[^"]*">[^<]*</a></td>', " ", page)
    assert untranslated(shown(page)) - names - {"ada"} == set()


# A person's own week


def bouts(person: Person, *days_and_minutes: tuple[int, int], activity: str = "brisk-walk") -> None:
    for days, minutes in days_and_minutes:
        journal.add_bout(
            person, activity=activity, start=timezone.now() - timedelta(days=days, hours=1), minutes=minutes
        )


def test_the_curve_is_there_without_a_person_on_it(client: Client, stored: None) -> None:
    page = client.get("/why/how-much/").content.decode()
    assert '<svg class="curve"' in page
    assert "your last 7 days" not in page
    assert "not about treatment" in page


def test_nothing_in_the_notes_is_met_kindly(as_ada: Client, stored: None) -> None:
    text = text_of(as_ada.get("/why/how-much/"))
    assert "that is all right" in text
    assert "from nothing to a little is where the curve is steepest" in text


def test_the_last_seven_days_stand_on_the_curve(as_ada: Client, ada: Person, stored: None) -> None:
    bouts(ada, (1, 30), (3, 45))
    page = as_ada.get("/why/how-much/").content.decode()
    assert "In your last 7 days you noted 75 minutes. " in text_of(as_ada.get("/why/how-much/"))
    assert "75 minutes. That is where the mark stands." in text_of(as_ada.get("/why/how-much/"))
    assert 'class="mine here"' in page
    assert "your last 7 days" in page
    assert "does not foretell anything for you" in page


def test_an_empty_week_after_fuller_ones_stands_at_a_usual_week(
    ada: Person, as_ada: Client, stored: None
) -> None:
    bouts(ada, (10, 60), (20, 60))
    page = as_ada.get("/why/how-much/").content.decode()
    assert "about 30 minutes a week" in page
    assert "your last 4 weeks" in page


def test_a_week_beyond_the_picture_says_so(ada: Person, as_ada: Client, stored: None) -> None:
    bouts(ada, *((day, 240) for day in range(7)), activity="easy-run")
    text = text_of(as_ada.get("/why/how-much/"))
    assert "beyond the right end of the picture" in text
    assert "The mark stands at the end." in text
    assert "That is where the mark stands" not in text


def test_a_week_of_gentle_things_is_not_turned_into_a_risk(ada: Person, as_ada: Client, stored: None) -> None:
    bouts(ada, (1, 1), activity=min(catalogue().values(), key=lambda one: one.met).id)
    text = text_of(as_ada.get("/why/how-much/"))
    assert "That was gentle." in text
    assert "percent lower than among" not in text


def test_minutes_of_another_effort_are_told_in_minutes_of_brisk_walking(
    ada: Person, as_ada: Client, stored: None
) -> None:
    bouts(ada, (1, 70), activity="slow-stroll")
    dose = dose_of(done_bouts(ada, since=timezone.localdate() - timedelta(days=7))).marginal_met_hours
    brisk = round(60 * dose / 3.5)
    assert brisk < 30
    assert (
        f"counts that as about {brisk} minutes of brisk walking. That is where the mark stands."
        in text_of(as_ada.get("/why/how-much/"))
    )


def test_a_week_with_few_people_like_it_says_that_the_curve_is_unsure_there(
    ada: Person, as_ada: Client, stored: None
) -> None:
    bouts(ada, *((day, 60) for day in range(6)))
    assert "so the curve is unsure there" in text_of(as_ada.get("/why/how-much/"))


def test_where_counting_can_harm_the_curve_carries_no_numbers_of_the_person(
    ada: Person, as_ada: Client, stored: None
) -> None:
    bouts(ada, (1, 30))
    ada.answers["conditions"] = ["eating-disorder"]
    ada.save()
    assert own_week(ada, timezone.localdate()) is None
    page = as_ada.get("/why/how-much/").content.decode()
    assert "you noted" not in page
    assert "your last 7 days" not in page


def test_a_point_between_stored_ones_lies_on_the_line_between_them() -> None:
    points = [{"dose": 0, "rr": 1.0, "ci": [1.0, 1.0]}, {"dose": 2, "rr": 0.8, "ci": [0.7, 0.9]}]
    assert curve.at(points, 0.5) == {
        "dose": 0.5,
        "rr": pytest.approx(0.95),
        "ci": pytest.approx([0.925, 0.975]),
    }
    assert curve.at(points, 9)["rr"] == 0.8


def test_the_picture_holds_what_it_draws() -> None:
    points = [{"dose": d / 2, "rr": 1 - d / 200, "ci": [0.5, 1.2]} for d in range(61)]
    drawn = str(curve.picture({"points": points, "knots": [0, 4, 14]}, 3.5, (4.375,), 99.0, "<you>"))
    numbers = [tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", drawn)]
    assert all(0 <= x <= curve.WIDTH and 0 <= y <= curve.HEIGHT for x, y in numbers)
    assert "&lt;you&gt;" in drawn
    assert "style=" not in drawn


# Claims


def test_every_claim_stands_with_its_verdict_and_its_study(client: Client, stored: None) -> None:
    page = client.get("/why/claims/").content.decode()
    for one in claims.claims().values():
        entry = page[page.index(f'<li id="{one.id}"') :].split("</li>")[0]
        assert one.claim in entry
        assert one.verdict in entry
        assert str(one.says) in entry
        if one.reference:
            assert f"#{one.reference}" in entry


def test_a_row_of_a_statement_leads_to_its_place(client: Client) -> None:
    for row in ("clegg2026-intensity", "weinstein2024-mood"):
        answer = client.get(f"/why/row/{row}/", follow=True)
        assert answer.redirect_chain[-1][0].endswith(f"/why/published/#{row}")
        assert f'id="{row}"' in answer.content.decode()


def test_a_study_of_the_rows_is_still_reachable(client: Client) -> None:
    row = next(one for one in base.rows_for("cooney2013-post") if isinstance(one, Contrast))
    assert client.get(f"/why/row/{row.id}/").status_code == 302
