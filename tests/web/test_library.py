"""Help, what trials say, the rules: pages that need no account."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.activity.catalogue import MODALITIES
from ambulando.evidence import base
from ambulando.evidence.modalities import finding
from ambulando.safety.helplines import countries, helplines
from ambulando.web.library.actions import publish
from ambulando.web.library.models import Publication

PUBLIC = ["/", "/help/", "/about/", "/offline/", "/why/", "/why/rules/", "/why/sources/", "/why/activities/", "/why/published/",
          "/why/claims/", "/why/does-it-help/", "/why/how-much/",
          "/account/login/", "/account/signup/", "/account/password/reset/"]  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def published(django_db_setup: None, django_db_blocker) -> None:
    """The results of this version, made once for all tests of this file."""
    with django_db_blocker.unblock():
        publish()
    yield
    with django_db_blocker.unblock():
        Publication.objects.all().delete()


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize("path", [*PUBLIC, "/there-is-nothing-here/"])
def test_help_is_at_the_same_place_on_every_page_before_signing_in(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    header = page[page.index("<header") : page.index("</header>")]
    assert header.count('class="help-link" href="/help/"') == 1
    assert page.index("help-link") < page.index("<main")


@pytest.mark.parametrize("code", [code for code, _name in countries()])
def test_the_help_page_shows_the_numbers_of_a_country_as_they_are_dialled(client: Client, code: str) -> None:
    page = client.get("/help/", {"country": code}).content.decode()
    found = helplines(code, today=timezone.localdate())
    for line in found.lines:
        if line.dial:
            assert f'href="tel:{line.tel}"' in page
            assert f">{line.dial}<" in page
    assert f">{found.emergency}<" in page
    assert found.fallback in page


def test_the_emergency_number_stands_above_the_lines(client: Client) -> None:
    page = client.get("/help/?country=NZ").content.decode()
    assert page.index('href="tel:111"') < page.index('href="tel:1737"')


def test_help_needs_no_database(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/help/?country=GB").status_code == 200


def test_an_unknown_country_leads_to_the_fallback(client: Client) -> None:
    page = client.get("/help/?country=<script>").content.decode()
    assert "findahelpline.com" in page
    assert "<script>" not in page.split("</head>")[1].split("<main")[1]


def test_a_person_gets_the_lines_of_their_own_country(as_ada: Client) -> None:
    assert 'href="tel:1737"' in as_ada.get("/help/").content.decode()


@pytest.mark.parametrize("path", ["/help/", "/today/", "/why/", "/there-is-nothing-here/", "/sw.js"])
def test_every_answer_forbids_scripts_styles_and_hosts_that_are_not_ours(as_ada: Client, path: str) -> None:
    policy = as_ada.get(path)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_evidence_page_shows_the_pooled_result_its_doubts_and_its_version(
    client: Client, published: None
) -> None:
    text = text_of(client.get("/why/does-it-help/"))
    assert "−0.62" in text
    assert "−0.81 to −0.42" in text
    assert "−0.11" in text, "trials with less bias stand beside all trials"
    assert base.version() in text
    assert "very low" in text


def test_the_table_of_kinds_says_what_the_plan_uses(client: Client, published: None) -> None:
    page = client.get("/why/which-kind/").content.decode()
    for modality in MODALITIES:
        found = finding(modality)
        row = page[page.index(f'<tr id="{modality}">') :].split("</tr>")[0]
        # a kind without a result of its own has that of exercise as a whole, which stands below the table
        if found.fit == "whole":
            row = page[page.index("Where a kind has no result of its own") :].split("</p>")[0]
        assert f"{found.effect:.2f}".replace("-", "−") in row
        assert found.certainty in row


def test_before_the_pictures_are_made_the_page_says_so(client: Client) -> None:
    Publication.objects.all().delete()
    assert "being made" in text_of(client.get("/why/"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["phone", "wide"])
def test_each_picture_is_an_svg_with_a_title_that_is_kept_for_good(
    client: Client, published: None, theme: str, width: str
) -> None:
    answer = client.get(f"/why/figures/{Publication.objects.get().pk}/forest-{theme}-{width}.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert "immutable" in answer["Cache-Control"]
    assert "<title" in answer.content.decode()
    assert "<desc" in answer.content.decode()


def test_publishing_again_gives_the_pictures_new_addresses(client: Client, published: None) -> None:
    before = Publication.objects.get().pk
    page = client.get("/why/does-it-help/").content.decode()
    assert f"/why/figures/{before}/forest-dark-phone.svg" in page
    publish()
    page = client.get("/why/does-it-help/").content.decode()
    assert f"/why/figures/{before}/" not in page
    assert client.get(f"/why/figures/{before}/forest-dark-phone.svg").status_code == 404


@pytest.mark.parametrize(
    "analysis", [one.id for one in base.analyses().values() if one.status == "recomputed"]
)
def test_every_row_of_an_analysis_can_be_looked_at_with_its_source(
    client: Client, published: None, analysis: str
) -> None:
    page = client.get(f"/why/rows/{analysis}/").content.decode()
    for row in base.rows_for(analysis):
        assert f'id="{row.id}"' in page
    assert base.analyses()[analysis].reference in page


def test_every_published_figure_and_source_has_its_anchor(client: Client) -> None:
    page = client.get("/why/published/").content.decode()
    assert all(f'id="{row.id}"' in page for row in base.published())
    page = client.get("/why/sources/").content.decode()
    assert all(f'id="{id_}"' in page for id_ in base.references())


def test_an_analysis_or_row_that_is_not_there_is_a_404_with_help_on_it(client: Client) -> None:
    for path in ("/why/rows/nope/", "/why/row/nope/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "help-link" in answer.content.decode()


def test_the_service_worker_keeps_help_and_what_it_looks_like(client: Client) -> None:
    answer = client.get("/sw.js")
    script = answer.content.decode()
    assert answer["Content-Type"].startswith("text/javascript")
    assert '"/help/"' in script
    assert "ambulando.css" in script
    assert "PATHS" not in script
    assert "VERSION" not in script


def test_a_form_that_was_open_too_long_is_one_calm_page(ada) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    answer = client.post("/check-in/", {"mood": 5})
    assert answer.status_code == 403
    assert "Please send it again" in answer.content.decode()
    assert not ada.check_ins.exists()
