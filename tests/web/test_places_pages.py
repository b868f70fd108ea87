"""The pages of groups and places: what fits comes first, one's own stay one's own, and a list is looked at before it is kept."""

import gzip
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.plan.place_csv import read_csv
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.places import actions, convert, queries
from ambulando.web.places.forms import LARGEST_MB, PlaceForm
from ambulando.web.places.models import Pick, Place, PlaceList
from cast import CLEO, FAY
from places import ROOT

EXAMPLE = (ROOT / "docs/examples/places.csv").read_text("utf-8")
HEAD = "id,name,kind,activities,where,contact\n"
MAP = """<osm version="0.6"><node id="1" lat="0" lon="0" version="1"><tag k="leisure" v="park"/><tag k="name" v="Map Park"/></node></osm>"""
TYPED = {
    "name": "My bench",
    "kind": "park",
    "activities": ["walking"],
    "where": "By the river",
    "days": [],
    "start": "",
    "end": "",
    "cost": "0",
    "company": "either",
    "accessible": "",
    "contact": "",
}


@pytest.fixture
def as_operator(db: None) -> Client:
    Person.objects.create_user("olga", onboarded_at=timezone.now(), answers={})
    call_command("operator", "olga")
    client = Client()
    client.force_login(Person.objects.get(username="olga"))
    return client


def kept(text: str = EXAMPLE, name: str = "town.csv") -> PlaceList:
    """A list that everybody sees."""
    return actions.kept_at_once(None, name, read_csv(text, name, seen=timezone.localdate()))


def named(name: str) -> Place:
    return Place.objects.get(name=name)


def said(client: Client, address: str = "/places/", **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def sent(client: Client, text: str | bytes, name: str = "town.csv", **more: Any) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    return client.post("/places/manage/", {"file": SimpleUploadedFile(name, data), **more})


# What a person sees


def test_what_fits_is_shown_and_all_is_one_link_away(as_ada: Client) -> None:
    kept()
    page = said(as_ada)
    assert "River Park" in page
    assert "North Baths" not in page, "it costs, and Ada can pay nothing"
    everything = said(as_ada, all="1")
    assert "North Baths" in everything
    assert "River Park" in everything


def test_an_empty_installation_says_so_kindly(as_ada: Client) -> None:
    page = said(as_ada)
    assert "None yet." in page
    assert "Show all" not in page


def test_one_can_look_for_a_name_or_a_street(as_ada: Client) -> None:
    kept()
    assert "River Park" in said(as_ada, q="mill lane")
    assert "Nothing was found." in said(as_ada, q="moon")
    assert "&lt;b&gt;" in said(as_ada, q="<b>")


def test_a_long_list_comes_in_pages(as_ada: Client) -> None:
    kept(HEAD + "\n".join(f"p{n},Park {n:03},park,walking,," for n in range(70)))
    assert "Page 1 of 3" in said(as_ada, all="1")
    assert "Park 069" in said(as_ada, all="1", page="3")
    assert "Page 3 of 3" in said(as_ada, all="1", page="999")


def test_a_group_not_looked_at_for_a_year_says_so(as_ada: Client) -> None:
    kept()
    assert "Nobody has looked since September 2024" in said(as_ada, all="1")


def test_openstreetmap_is_named_where_a_place_of_it_stands(as_ada: Client, as_operator: Client) -> None:
    kept()
    assert "openstreetmap.org/copyright" not in said(as_ada)
    draft = sent(as_operator, MAP, "town.osm")
    as_operator.post(draft["Location"] + "decide/", {"do": "keep"})
    for page in (said(as_ada), said(as_ada, all="1"), said(as_ada, q="map")):
        assert "https://www.openstreetmap.org/copyright" in page
        assert "© OpenStreetMap contributors, ODbL" in page


def test_names_are_never_markup_and_odd_addresses_never_links(as_ada: Client) -> None:
    kept(
        HEAD
        + '1,"<script>alert(1)</script>",park,walking,"<img src=x>",javascript:alert(1)\n2,Fine,park,walking,,https://example.org'
    )
    page = said(as_ada)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page
    assert 'href="https://example.org"' in page


@pytest.mark.parametrize("answers", [CLEO, FAY])
def test_while_the_plan_is_held_no_place_is_offered_and_ones_own_stay(
    answers: dict[str, Any], as_ada: Client, ada: Person
) -> None:
    kept()
    as_ada.post("/places/add/", TYPED)
    Person.objects.filter(pk=ada.pk).update(answers=answers)
    page = said(as_ada)
    assert "Your plan is at rest" in page
    assert "My bench" in page
    assert "River Park" not in page


def test_the_pages_need_somebody_signed_in(client: Client, db: None) -> None:
    for address in ("/places/", "/places/add/", "/places/1/"):
        assert client.get(address)["Location"].startswith("/account/login/")


def test_the_number_of_queries_does_not_grow_with_the_places(
    as_ada: Client, django_assert_max_num_queries: Any
) -> None:
    kept(HEAD + "\n".join(f"p{n},Park {n:03},park,walking,," for n in range(60)))
    for address in ("/places/", "/places/?all"):
        with django_assert_max_num_queries(30):
            as_ada.get(address)


def test_week_and_you_lead_there(as_ada: Client) -> None:
    for address in ("/week/", "/you/"):
        assert 'href="/places/"' in said(as_ada, address)


# A person's own


def test_ones_own_place_is_kept_changed_taken_out_and_brought_back(as_ada: Client, ada: Person) -> None:
    assert as_ada.post("/places/add/", TYPED)["Location"] == "/places/"
    row = named("My bench")
    assert (row.person, row.where, row.seen) == (ada, "By the river", timezone.localdate())
    assert "only you see it" in said(as_ada)
    assert "My bench" in said(as_ada, f"/places/{row.pk}/")
    as_ada.post(f"/places/{row.pk}/", TYPED | {"name": "Our bench"})
    assert "Our bench" in said(as_ada)
    as_ada.post(f"/places/{row.pk}/end/")
    row.refresh_from_db()
    assert row.ended_at is not None
    assert queries.for_plan(ada) == ()
    assert "bring it back" in said(as_ada)
    as_ada.post(f"/places/{row.pk}/end/", {"do": "erase"})
    as_ada.post(f"/places/{row.pk}/end/", {"do": "back"})
    assert not Place.objects.filter(pk=row.pk).exists(), "gone for good"


def test_what_was_not_taken_out_is_not_erased_and_what_was_comes_back(as_ada: Client, ada: Person) -> None:
    as_ada.post("/places/add/", TYPED)
    pk = named("My bench").pk
    as_ada.post(f"/places/{pk}/end/", {"do": "erase"})
    as_ada.post(f"/places/{pk}/end/")
    as_ada.post(f"/places/{pk}/end/", {"do": "back"})
    assert [one.name for one in queries.for_plan(ada)] == ["My bench"]


def test_nobody_else_sees_or_touches_ones_own_place(
    as_ada: Client, as_ben: Client, ben: Person, as_operator: Client
) -> None:
    as_ada.post("/places/add/", TYPED)
    row = named("My bench")
    for client in (as_ben, as_operator):
        for page in (said(client), said(client, all="1"), said(client, q="bench")):
            assert "My bench" not in page
        assert client.get(f"/places/{row.pk}/").status_code == 404
        for action in ("", "end/", "pick/"):
            assert client.post(f"/places/{row.pk}/{action}", TYPED | {"do": "yes"}).status_code == 404
    assert "My bench" not in said(as_operator, "/places/manage/")
    assert as_operator.get(f"/places/manage/{row.pk}/").status_code == 404
    assert as_operator.post(f"/places/manage/{row.pk}/end/").status_code == 404
    row.refresh_from_db()
    assert row.ended_at is None
    assert queries.for_plan(ben) == ()


def test_ones_own_places_go_with_the_account(as_ada: Client, ada: Person) -> None:
    kept()
    as_ada.post("/places/add/", TYPED)
    as_ada.post(f"/places/{named('River Park').pk}/pick/", {"do": "yes"})
    people.remove(ada)
    assert not Place.objects.filter(name="My bench").exists()
    assert not Pick.objects.exists()
    assert Place.objects.filter(name="River Park").exists()


def test_there_is_an_end_to_how_many_one_can_enter(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_OWN", 1)
    place = PlaceForm(TYPED, today=timezone.localdate())
    assert place.is_valid()
    actions.add(ada, place.place)
    with pytest.raises(InputError, match="take one out first"):
        actions.add(ada, place.place)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"name": ""}, "Please give it a name."),
        ({"activities": []}, "Please choose one or more."),
        ({"start": "10:00"}, "Please give both times, or neither."),
        ({"start": "11:00", "end": "10:00"}, "This is not after it begins."),
        ({"name": "x" * 121}, "at most 120"),
        ({"kind": "volcano"}, "volcano"),
    ],
)
def test_a_slip_in_the_form_is_told_beside_it_and_nothing_is_kept(
    other: dict[str, Any], told: str, as_ada: Client
) -> None:
    answer = as_ada.post("/places/add/", TYPED | other)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Place.objects.exists()


@pytest.mark.parametrize(
    ("days", "start", "end", "times"),
    [
        ([], "", "", 0),
        (["tuesday", "monday"], "", "", 2),
        (["tuesday"], "10:00", "11:00", 1),
        ([], "08:00", "20:00", 7),
    ],
)
def test_the_form_gives_back_what_was_put_in(days: list[str], start: str, end: str, times: int) -> None:
    form = PlaceForm(TYPED | {"days": days, "start": start, "end": end}, today=timezone.localdate())
    assert form.is_valid(), form.errors
    assert form.place is not None
    assert len(form.place.days) == times
    again = PlaceForm.initial_of(form.place)
    assert again["name"] == "My bench"
    assert (again["start"] is None) == (start == "")
    assert set(again["days"]) >= set(days)


# One of everybody's


def test_a_place_that_somebody_goes_to_counts_like_their_own(
    as_ada: Client, ada: Person, ben: Person
) -> None:
    kept()
    pk = named("North Baths").pk
    as_ada.post(f"/places/{pk}/pick/", {"do": "yes"})
    assert "you go there" in said(as_ada)
    assert {one.name for one in queries.for_plan(ada) if one.own} == {"North Baths"}
    assert not any(one.own for one in queries.for_plan(ben))
    as_ada.post(f"/places/{pk}/pick/")
    assert not Pick.objects.exists()


def test_a_place_that_is_not_for_somebody_is_left_out_for_them_alone(
    as_ada: Client, as_ben: Client, ada: Person
) -> None:
    kept()
    as_ada.post(f"/places/{named('River Park').pk}/pick/", {"do": "no"})
    assert "River Park" not in said(as_ada)
    assert "left out for you" in said(as_ada, all="1")
    assert "River Park" not in {one.name for one in queries.for_plan(ada)}
    assert "River Park" in said(as_ben)


def test_a_plan_looks_at_the_nearest_of_each_kind_and_at_all_groups(ada: Person) -> None:
    many = "".join(
        f"p{n},Park {n:03},park,walking,,\ng{n},Group {n:03},walking-group,walking,,\n" for n in range(30)
    )
    kept(HEAD + many + "x,Far Pool,pool,swimming,,")
    found = [one.name for one in queries.for_plan(ada)]
    assert sum(name.startswith("Park") for name in found) == queries.NEAREST
    assert sum(name.startswith("Group") for name in found) == 30
    assert "Far Pool" in found


# Lists, for staff


def test_to_everybody_else_there_are_no_pages_for_staff(as_ada: Client, client: Client) -> None:
    one = kept()
    for address in (
        "/places/manage/",
        "/places/manage/add/",
        f"/places/manage/lists/{one.pk}/",
        "/places/manage/1/",
    ):
        assert as_ada.get(address).status_code == 404
        assert client.get(address).status_code == 404
    for address in (
        "/places/manage/",
        "/places/manage/add/",
        f"/places/manage/lists/{one.pk}/decide/",
        f"/places/manage/{named('River Park').pk}/end/",
    ):
        assert as_ada.post(address, {"do": "end"}).status_code == 404
    assert Place.objects.filter(ended_at=None).count() == 5


def test_a_list_is_looked_at_before_anybody_sees_it(as_operator: Client, as_ada: Client) -> None:
    answer = sent(as_operator, EXAMPLE, name="town.csv")
    page = said(as_operator, answer["Location"])
    assert "Nothing is kept yet" in page
    assert "River Park" in page
    assert "River Park" not in said(as_ada)
    as_operator.post(answer["Location"] + "decide/", {"do": "keep"})
    assert "River Park" in said(as_ada)
    assert "5 places" in said(as_operator, answer["Location"])


def test_a_list_can_be_dropped_unkept(as_operator: Client) -> None:
    address = sent(as_operator, EXAMPLE)["Location"]
    as_operator.post(address + "decide/", {"do": "drop"})
    assert as_operator.get(address).status_code == 404
    assert not Place.objects.exists()


def test_read_again_a_list_is_brought_up_to_date_and_nothing_is_doubled(as_operator: Client) -> None:
    kept(HEAD + "a,Ash,park,walking,,\nb,Beech,park,walking,,\nc,Cedar,park,walking,,")
    ash = named("Ash").pk
    address = sent(
        as_operator, HEAD + "a,Ash Park,park,walking,,\nb,Beech,park,walking,,\nd,Date,park,walking,,"
    )["Location"]
    page = said(as_operator, address)
    for part in ("Ash Park", "Date", "Cedar", "No longer in this list", "1 place stays as it is"):
        assert part in page
    as_operator.post(address + "decide/", {"do": "keep"})
    assert [row.name for row in queries.everybodys()] == ["Ash Park", "Beech", "Date"]
    assert named("Ash Park").pk == ash
    assert named("Cedar").ended_at is not None
    assert [one.name for one in queries.lists()] == ["town.csv"]


def test_kept_twice_it_is_kept_once(as_operator: Client) -> None:
    address = sent(as_operator, EXAMPLE)["Location"]
    for _ in range(2):
        as_operator.post(address + "decide/", {"do": "keep"})
    assert Place.objects.count() == 5


def test_a_list_of_another_name_leaves_the_first_alone(as_operator: Client) -> None:
    kept()
    kept(HEAD + "z,Zoo Park,park,walking,,", name="other.csv")
    assert queries.everybodys().count() == 6


def test_a_list_that_is_ended_is_no_longer_shown_and_can_come_back(
    as_operator: Client, as_ada: Client
) -> None:
    one = kept()
    as_operator.post(f"/places/manage/lists/{one.pk}/decide/", {"do": "end"})
    assert "River Park" not in said(as_ada, all="1")
    kept()
    assert "River Park" in said(as_ada)
    assert Place.objects.count() == 5


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("town.csv", b"name,kind\n", "no column"),
        ("town.csv", b"name,kind,activities\nA,park,flying\n", "Row 2 of town.csv"),
        ("town.csv", b"\xff\xfe\x00", "not a text file in UTF-8"),
        ("town.csv", b"", "This file is empty."),
        ("town.osm", b"<osm", "town.osm can not be read"),
        ("town.osm.pbf", b"nonsense", "can not be read"),
        ("town.osm.gz", gzip.compress(b"<osm", mtime=0), "can not be read"),
        ("town.osm.gz", b"nonsense", "damaged"),
        ("town.osm", b'<osm version="0.6"></osm>', "nothing to keep"),
        ("town.exe", b"MZ", "CSV file or an extract"),
    ],
)
def test_a_file_that_is_none_is_told_and_nothing_is_kept(
    name: str, data: bytes, told: str, as_operator: Client
) -> None:
    answer = sent(as_operator, data, name)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page
    assert "/tmp" not in page
    assert not PlaceList.objects.exists()


def test_a_file_beyond_the_size_that_is_told_is_refused(
    as_operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"up to {LARGEST_MB} MB" in said(as_operator, "/places/manage/")
    monkeypatch.setattr("ambulando.web.places.forms.LARGEST_MB", 0)
    assert "on the command line" in sent(as_operator, EXAMPLE).content.decode()


def test_a_list_round_a_point(as_operator: Client) -> None:
    address = sent(as_operator, EXAMPLE, near="-41.29,174.78", within="1")["Location"]
    page = said(as_operator, address)
    assert "Harbour Walkers" in page
    assert "River Park" not in page
    as_operator.post(address + "decide/", {"do": "keep"})
    assert named("Harbour Walkers").km == pytest.approx(0.56, abs=0.01)
    for wrong in ({"near": "here"}, {"within": "5"}, {"near": "1,2", "within": "0"}):
        assert sent(as_operator, EXAMPLE, **wrong).status_code == 422


def test_staff_type_in_a_place_for_everybody_change_it_and_take_it_out(
    as_operator: Client, as_ada: Client
) -> None:
    as_operator.post("/places/manage/add/", TYPED | {"name": "Town hall walk"})
    assert "Town hall walk" in said(as_ada)
    pk = named("Town hall walk").pk
    as_operator.post(f"/places/manage/{pk}/", TYPED | {"name": "Hall walk"})
    assert "Hall walk" in said(as_operator, "/places/manage/")
    kept()
    assert named("Hall walk").ended_at is None, "a list leaves alone what was typed in"
    as_operator.post(f"/places/manage/{pk}/end/")
    assert "Hall walk" not in said(as_ada, all="1")


def test_what_a_list_holds_is_what_the_core_gets(ada: Person) -> None:
    kept()
    told = {one.id: one for one in read_csv(EXAMPLE, "town.csv", seen=timezone.localdate())}
    for row in queries.everybodys():
        assert convert.place_of(row) == told[row.ident]


def test_a_row_of_which_the_catalogue_knows_nothing_any_more_breaks_no_page(
    as_ada: Client, ada: Person
) -> None:
    kept()
    Place.objects.filter(name="River Park").update(activities=["gone"])
    assert "River Park" not in said(as_ada)
    assert "River Park" not in said(as_ada, all="1")
    assert "River Park" not in {one.name for one in queries.for_plan(ada)}


def test_what_was_seen_anew_is_not_stale_any_more(as_ada: Client) -> None:
    text = HEAD.replace("contact", "seen") + "a,Ash,park,walking,,"
    kept(text + str(timezone.localdate() - timedelta(days=500)))
    assert "Nobody has looked since" in said(as_ada)
    kept(text + str(timezone.localdate()))
    assert "Nobody has looked since" not in said(as_ada)


def test_a_week_names_the_place_of_a_session_and_leads_to_the_rule(as_ada: Client, ada: Person) -> None:
    Person.objects.filter(pk=ada.pk).update(
        answers=ada.answers
        | {"likes": ["walking"], "minutes_per_week": 120, "active": {"days": 5, "minutes": 40}}
    )
    as_ada.post("/places/add/", TYPED)
    said(as_ada, "/week/")
    walks = [one for one in ada.sessions.all() if "place" in one.content["trace"]]
    assert walks
    told = walks[0].content["trace"]["place"]
    assert told["name"] == "My bench"
    assert told["own"] is True
    assert "My bench" in said(as_ada, f"/sessions/{walks[0].pk}/why/")
