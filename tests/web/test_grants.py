"""Whom a person lets in: nothing before both said yes, nothing after it ended, and nothing that is not shared."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from letting_in import NOW, asked, let_in

from ambulando.ground import InputError
from ambulando.web.care import live
from ambulando.web.care.grants import actions, queries
from ambulando.web.care.grants.items import FIRST, ITEMS, ROLES
from ambulando.web.care.grants.models import Grant
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from cast import ADA
from sign_up import signed_up

pytestmark = pytest.mark.django_db
TIMES = st.integers(0, 730 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
ZONES = st.sampled_from(["UTC", "Pacific/Auckland", "America/Los_Angeles", "Pacific/Kiritimati"])


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What open pages were told."""
    said: list[Any] = []
    monkeypatch.setattr(live, "tell", lambda people, kind, **ids: said.append((sorted(people), kind, ids)))
    return said


# The rule itself, for every grant that there could be


@given(
    zone=ZONES,
    now=TIMES,
    accepted=st.none() | TIMES,
    confirmed=st.none() | TIMES,
    ended=st.none() | TIMES,
    until=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    by_link=st.booleans(),
)
def test_no_grant_lets_anybody_in_before_both_said_yes_after_its_end_or_after_its_last_day(
    zone, now, accepted, confirmed, ended, until, by_link
):
    grant = Grant(
        person=Person(time_zone=zone), accepted_at=accepted, confirmed_at=confirmed, ended_at=ended,
        until=until, by_link=by_link,
    )  # fmt: skip
    if grant.holds(now):
        assert confirmed is not None
        assert by_link or accepted is not None
        assert ended is None
        assert until is None or now.astimezone(Person(time_zone=zone).zone).date() <= until


@given(
    items=st.sets(st.sampled_from(sorted(ITEMS))),
    item=st.sampled_from(sorted(ITEMS)),
    since=st.none() | st.dates(),
    day=st.none() | st.dates(),
)
def test_what_is_not_shared_is_never_shown_nor_a_day_before_the_first(items, item, since, day):
    grant = Grant(items=sorted(items), shows_from=since)
    shown = grant.shows(item, day)
    if item not in items or (since is not None and day is not None and day < since):
        assert not shown
    else:
        assert shown


def test_nothing_is_ticked_first_beyond_encouragement():
    assert set(FIRST) == set(ROLES)
    assert all(items == ("encouragement",) for items in FIRST.values())


# From the invitation to the end


def test_it_holds_only_once_both_said_yes(ada, ben):
    grant = asked(ada, "mood")
    assert queries.team(ada, NOW) == []
    grant = actions.accept(ben, grant, NOW)
    assert queries.held_by(ben, grant.pk, NOW) is None
    assert queries.caseload(ben, NOW) == []
    actions.confirm(ada, grant, NOW)
    assert [one.pk for one in queries.team(ada, NOW)] == [grant.pk]
    assert queries.held_by(ben, grant.pk, NOW) == grant
    ada.refresh_from_db()
    ben.refresh_from_db()
    assert (ada.has_team, ada.has_caseload, ben.has_team, ben.has_caseload) == (True, False, False, True)


@pytest.mark.parametrize("side", ["person", "reader"])
def test_each_side_ends_it_at_once_and_both_pages_are_told(ada, ben, told, side):
    grant = let_in(ada, ben, "mood")
    told.clear()
    actions.end(ada if side == "person" else ben, grant, NOW)
    assert queries.held_by(ben, grant.pk, NOW) is None
    assert queries.between(ada, grant.pk, NOW) is None
    assert told == [(sorted([ada.pk, ben.pk]), "gone", {"grant": grant.pk})]
    ada.refresh_from_db()
    ben.refresh_from_db()
    assert not ada.has_team
    assert not ben.has_caseload
    assert Grant.objects.get().ended_by == side
    actions.end(ada, grant, NOW)  # a second tap changes nothing
    assert Grant.objects.get().ended_by == side
    assert len(told) == 1


def test_nobody_else_can_end_it(ada, ben):
    grant = let_in(ada, ben)
    with pytest.raises(InputError):
        actions.end(signed_up("cleo", ADA), grant, NOW)
    assert queries.team(ada, NOW)


def test_narrowing_holds_at_once_and_tells_the_reader(ada, ben, told):
    grant = let_in(ada, ben, "mood", "notes")
    told.clear()
    actions.change(ada, grant, NOW, name="Mere", role="coach", items=["mood"], shows_from=None, until=None)
    held = queries.held_by(ben, grant.pk, NOW)
    assert held is not None
    assert held.items == ["mood"]
    assert told == [([ben.pk], "changed", {"grant": grant.pk})]


@pytest.mark.parametrize(
    "fields",
    [
        {"items": []},
        {"items": ["everything"]},
        {"role": "operator"},
        {"name": "   "},
        {"name": "m" * 81},
        {"until": date(2026, 11, 22)},
        {"shows_from": date(2026, 11, 24)},
    ],
)
def test_what_can_not_be_is_said_in_one_sentence_and_changes_nothing(ada, ben, fields):
    good = {"name": "Mere", "role": "coach", "items": ["mood"], "shows_from": None, "until": None}
    with pytest.raises(InputError):
        actions.invite(ada, NOW, **(good | fields))
    assert Grant.objects.count() == 0
    grant = let_in(ada, ben, "mood")
    with pytest.raises(InputError):
        actions.change(ada, grant, NOW, **(good | fields))
    assert Grant.objects.get().name == "Dr Mere"


def test_the_last_day_is_that_of_the_persons_own_clock(ada, ben):
    ada.time_zone = "Pacific/Auckland"
    ada.save()
    grant = let_in(ada, ben, until=date(2026, 11, 25))
    over = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)  # midnight in Auckland
    assert queries.held_by(ben, grant.pk, over - timedelta(seconds=1))
    assert queries.held_by(ben, grant.pk, over) is None
    assert queries.caseload(ben, over) == []


def test_what_ran_out_is_ended_by_the_schedule_and_the_flags_follow(ada, ben, told):
    let_in(ada, ben, until=date(2026, 11, 25))
    kept = let_in(ben, ada, until=date(2026, 11, 27))
    assert actions.run_out(datetime(2026, 11, 25, 23, 59, tzinfo=UTC)) == 0
    told.clear()
    assert actions.run_out(datetime(2026, 11, 26, 0, 10, tzinfo=UTC)) == 1
    assert [kind for _, kind, _ in told] == ["gone"]
    ada.refresh_from_db()
    ben.refresh_from_db()
    assert (ada.has_team, ada.has_caseload, ben.has_team, ben.has_caseload) == (False, True, True, False)
    assert Grant.objects.get(ended_at=None) == kept


def test_the_worker_knows_the_job_of_each_hour():
    import ambulando.web.care.grants.jobs as jobs

    jobs.end_what_ran_out.call_local()


def test_when_a_reader_removes_their_account_the_persons_page_says_so(ada, ben, as_ada, told):
    let_in(ada, ben, "mood")
    waiting = actions.accept(signed_up("cleo", ADA), asked(ada, name="Cleo"), NOW)
    people.remove(ben)
    people.remove(waiting.reader)
    ada.refresh_from_db()
    assert not ada.has_team
    assert queries.team(ada, NOW) == []
    page = as_ada.get("/team/").content.decode()
    assert page.count("they removed their account") == 2
    assert not Grant.objects.filter(ended_at=None).exists()


def test_when_the_person_removes_their_account_the_reader_is_told_and_keeps_nothing(ada, ben, told):
    grant = let_in(ada, ben, "mood")
    number = grant.pk
    told.clear()
    people.remove(ada)
    ben.refresh_from_db()
    assert not ben.has_caseload
    assert told == [([ben.pk], "gone", {"grant": number})]
    assert Grant.objects.count() == 0


def test_somebody_can_be_let_in_again_after_it_ended_or_ran_out(ada, ben):
    actions.end(ada, let_in(ada, ben), NOW)
    let_in(ada, ben, until=NOW.date())
    later = NOW + timedelta(days=3)
    grant = let_in(ada, ben, now=later)
    assert [one.pk for one in queries.team(ada, later)] == [grant.pk]


# The pages


def test_the_first_page_says_that_nobody_sees_anything(as_ada):
    page = as_ada.get("/team/").content.decode()
    assert "Nobody sees anything of yours, unless you let them in." in page
    assert "Nobody is let in now." in page
    assert "Nobody sees anything of yours" in as_ada.get("/you/").content.decode()


def test_a_new_form_ticks_encouragement_alone(as_ada):
    for role in ROLES:
        page = as_ada.get(f"/team/ask/?role={role}").content.decode()
        ticked = [line for line in page.splitlines() if 'name="items"' in line and "checked" in line]
        assert len(ticked) == 1
        assert 'value="encouragement"' in ticked[0]


def form(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Mere",
        "role": "coach",
        "items": ["mood", "plan"],
        "since": "today",
        "until": "",
    } | fields


def test_somebody_is_asked_in_with_the_page_alone(as_ada, ada):
    answer = as_ada.post("/team/ask/", form(since="all", until="2030-01-02"))
    grant = Grant.objects.get()
    assert answer["Location"] == f"/team/{grant.pk}/"
    assert (grant.items, grant.shows_from, grant.until) == (["mood", "plan"], None, date(2030, 1, 2))
    page = as_ada.get(answer["Location"]).content.decode()
    assert "It works once" in page
    assert "mood, energy, sleep and stress of each day" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"items": []},
        {"items": ["mood", "all"]},
        {"items": ["mood\x00"]},
        {"role": "9" * 5000},
        {"since": "\ud800"},
        {"since": "kept"},
        {"until": "yesterday"},
        {"until": "0001-01-01"},
        {"until": "99999999999999-01-01"},
        {"name": ""},
        {"name": "a\x00b"},
        {"name": "m" * 100_000},
    ],
)
def test_odd_values_get_a_sentence_and_change_nothing(as_ada, ada, ben, fields):
    sent = {
        key: [one.encode("utf-8", "surrogatepass") for one in ([value] if isinstance(value, str) else value)]
        for key, value in form(**fields).items()
    }
    for address in ("/team/ask/", "/team/ask/report/"):
        answer = as_ada.post(address, sent)
        assert answer.status_code == 422, address
        assert "errorlist" in answer.content.decode()
    assert Grant.objects.count() == 0
    grant = let_in(ada, ben, "mood")
    assert as_ada.post(f"/team/{grant.pk}/change/", sent).status_code in (422,) or "kept" in str(fields)
    assert Grant.objects.get().items == ["mood"]


def test_the_page_of_a_change_keeps_the_first_day_or_opens_the_past(as_ada, ada, ben):
    grant = let_in(ada, ben, "mood", shows_from=date(2026, 11, 3))
    page = as_ada.get(f"/team/{grant.pk}/change/").content.decode()
    assert "From 3 November 2026 on, as it is" in page
    as_ada.post(f"/team/{grant.pk}/change/", form(since="kept"))
    grant.refresh_from_db()
    assert grant.shows_from == date(2026, 11, 3)
    as_ada.post(f"/team/{grant.pk}/change/", form(since="all"))
    grant.refresh_from_db()
    assert grant.shows_from is None


def test_grants_of_others_are_not_there(as_ben, ada, ben):
    grant = let_in(ada, ben, "mood")
    for part in ("", "change/", "confirm/", "again/", "end/"):
        for answer in (
            as_ben.get(f"/team/{grant.pk}/{part}"),
            as_ben.post(f"/team/{grant.pk}/{part}", form()),
        ):
            redirected = answer.status_code == 302 and answer["Location"] == "/team/"
            assert answer.status_code in (404, 405) or (redirected and answer.wsgi_request.method == "GET")
    assert queries.held_by(ben, grant.pk, NOW)


def test_huge_numbers_are_not_found(as_ada):
    assert as_ada.get(f"/team/{10**40}/").status_code == 404
    assert as_ada.post(f"/team/{10**40}/end/").status_code == 404
    assert as_ada.get(f"/people/{10**40}/agreement/").status_code == 404
    assert as_ada.get(f"/team/looks/?page={10**40}").status_code == 200


def test_the_queries_of_the_page_do_not_grow_with_the_people_let_in(as_ada, ada):
    counts = []
    as_ada.get("/team/")  # the first page of a day also keeps that the session was used
    for goal in (3, 30):
        while Grant.objects.count() < goal:
            number = Grant.objects.count()
            let_in(ada, signed_up(f"reader-{number}", ADA), "mood", name=f"Reader {number}")
        with CaptureQueriesContext(connection) as seen:
            assert as_ada.get("/team/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_what_a_name_says_is_shown_as_text(as_ada, ada, ben):
    let_in(ada, ben, name="<script>alert(1)</script>")
    for address in ("/team/", "/team/looks/"):
        page = as_ada.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;" in page


def test_operators_see_nothing_of_it(ada, ben, client):
    ben.is_staff = ben.is_superuser = True
    ben.save()
    grant = let_in(ada, signed_up("cleo", ADA), "mood", name="Doctor Unheard")
    client.force_login(ben)
    page = client.get("/operate/").content.decode()
    assert "Doctor Unheard" not in page
    assert "ada" not in page.split("<main")[1].split("</main>")[0].split()
    assert client.get(f"/team/{grant.pk}/").status_code == 404
    assert queries.held_by(ben, grant.pk, NOW) is None
