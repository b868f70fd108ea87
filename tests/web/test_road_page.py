"""An aim of one's own and the road there; and "It hurt", which the plan looks at."""

import re

from django.test import Client
from django.utils import timezone

from ambulando.activity.recordings.importing import Imported
from ambulando.web.journal import actions as journal
from ambulando.web.journal import queries as read
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans

TWO_MILES = {"modality": "walking", "amount": "2", "unit": "mile", "grow": "on"}


def page(browser: Client) -> str:
    return browser.get("/week/road/").content.decode()


def american(person: Person) -> None:
    people.tell(person, {"country": "US"})


def test_the_week_leads_to_the_road(as_ada: Client) -> None:
    assert 'href="/week/road/"' in as_ada.get("/week/").content.decode()
    assert "What would you like?" in page(as_ada)


def test_two_miles_a_week_then_slowly_more_is_set_seen_and_taken_away(as_ada: Client, ada: Person) -> None:
    american(ada)
    assert as_ada.post("/week/road/", TWO_MILES).status_code == 302
    ada.refresh_from_db()
    assert ada.profile.aim is not None
    assert (ada.profile.aim.km, ada.profile.aim.grow) == (3.219, True)
    text = page(as_ada)
    assert text.count("miles in all") >= 3
    assert "your aim" in text
    assert 'value="2.0"' in text
    assert 'class="landscape"' in text
    as_ada.post("/week/road/", {"remove": "1"})
    ada.refresh_from_db()
    assert ada.profile.aim is None
    assert "miles in all" not in page(as_ada)


def test_kilometres_where_a_country_uses_them(as_ada: Client, ada: Person) -> None:
    people.tell(ada, {"country": "DE"})
    assert "km a week" in page(as_ada)
    assert "miles" not in page(as_ada)
    as_ada.post("/week/road/", {**TWO_MILES, "unit": "km"})
    assert "km in all" in page(as_ada)


def test_minutes_are_an_aim_too(as_ada: Client, ada: Person) -> None:
    as_ada.post("/week/road/", {"modality": "yoga", "amount": "45", "unit": "minutes"})
    ada.refresh_from_db()
    assert ada.profile.aim is not None
    assert (ada.profile.aim.minutes, ada.profile.aim.grow) == (45, False)
    assert "stays level" in page(as_ada)


def test_what_can_not_be_an_aim_is_said_beside_the_field_and_changes_nothing(
    as_ada: Client, ada: Person
) -> None:
    american(ada)
    for sent, said in (
        ({**TWO_MILES, "amount": ""}, "Please put in how much"),
        ({**TWO_MILES, "amount": "a lot"}, "Please put in a number"),
        ({**TWO_MILES, "amount": "1000"}, "very far for a week"),
        ({**TWO_MILES, "modality": "yoga"}, "no distance"),
        ({"modality": "yoga", "amount": "1", "unit": "minutes"}, "two minutes or more"),
        ({**TWO_MILES, "amount": "nan"}, "Please put in a number"),
    ):
        answer = as_ada.post("/week/road/", sent)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    ada.refresh_from_db()
    assert ada.profile.aim is None


def test_nobody_sees_the_aim_of_another(as_ada: Client, as_ben: Client, ada: Person) -> None:
    american(ada)
    as_ada.post("/week/road/", TWO_MILES)
    assert "miles in all" not in page(as_ben)


def test_who_sees_no_counts_finds_none_here_and_nothing_to_reach(as_ada: Client, ada: Person) -> None:
    people.tell(ada, {"aim": {"modality": "walking", "minutes": 60}, "conditions": ["compulsive-exercise"]})
    ada.refresh_from_db()
    text = page(as_ada)
    main = re.split("<main[^>]*>", text)[1].split("</main")[0]
    assert not re.search(r"\d", re.sub(r"<[^>]+>", "", main))
    assert "How much?" not in text
    as_ada.post("/week/road/", TWO_MILES)
    ada.refresh_from_db()
    assert ada.profile.aim is not None
    assert ada.profile.aim.minutes == 60  # nothing can be set
    as_ada.post("/week/road/", {"remove": "1"})
    ada.refresh_from_db()
    assert ada.profile.aim is None


def test_a_plan_on_hold_has_no_road(as_ada: Client, ada: Person) -> None:
    people.tell(ada, {"symptoms": ["chest-discomfort"]})
    assert as_ada.get("/week/road/")["location"] == "/week/"


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    assert "/account/login/" in client.get("/week/road/")["location"]


def test_an_aim_lives_through_a_new_week(as_ada: Client, ada: Person) -> None:
    people.tell(ada, {"aim": {"modality": "walking", "minutes": 20, "grow": False}})
    week = plans.make_week(ada, timezone.localdate())
    # twenty beside the fifteen minutes of other things that Ada told of
    assert sum(session.minutes for session in week.sessions.all()) <= 35


def test_it_hurt_is_one_tap_after_done_and_the_plan_hears_of_it(as_ada: Client, ada: Person) -> None:
    session = plans.ensure_week(ada, timezone.localdate()).sessions.first()
    assert session is not None
    as_ada.post(f"/sessions/{session.pk}/done/")
    assert "It hurt" in as_ada.get("/today/").content.decode()
    as_ada.post(f"/sessions/{session.pk}/effort/", {"pain": "yes"}, headers={"hx-request": "true"})
    (bout,) = read.done_bouts(ada)
    assert bout.pain is True
    as_ada.post(f"/sessions/{session.pk}/effort/", {"pain": "no"})
    assert read.done_bouts(ada)[0].pain is False
    assert (
        b"Please pick one"
        in as_ada.post(f"/sessions/{session.pk}/effort/", {"pain": "maybe"}, follow=True).content
    )
    assert read.done_bouts(ada)[0].pain is False


def test_pain_can_be_told_and_put_right_in_the_journal(as_ada: Client, ada: Person) -> None:
    now = timezone.localtime()
    sent = {
        "activity": "easy-walk",
        "day": now.date().isoformat(),
        "time": "00:00",
        "minutes": "5",
        "pain": "True",
    }
    as_ada.post("/journal/add/", sent)
    (bout,) = ada.bouts.all()
    assert bout.pain is True
    assert "it hurt" in as_ada.get("/journal/").content.decode()
    form = as_ada.get(f"/journal/bouts/{bout.pk}/").content.decode()
    assert '<option value="True" selected>' in form
    as_ada.post(f"/journal/bouts/{bout.pk}/", {**sent, "pain": ""})
    bout.refresh_from_db()
    assert bout.pain is None


def test_a_new_export_of_a_recording_leaves_what_was_told_of_pain(ada: Person) -> None:
    first = """<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><type>walking</type><trkseg>%s</trkseg></trk></gpx>"""

    def points(count: int) -> str:
        return "".join(
            f'<trkpt lat="{50 + number / 5000}" lon="8"><time>2026-01-05T10:{number:02}:00Z</time></trkpt>'
            for number in range(count)
        )

    def bring(count: int) -> Imported:
        return journal.import_recording(ada, "walk.gpx", (first % points(count)).encode(), timezone.now())

    bring(10)
    (bout,) = ada.bouts.all()
    journal.change_bout(ada, bout, pain=True)
    bring(12)
    bout.refresh_from_db()
    assert bout.pain is True
