"""The journal: what was done, by hand and from files."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ambulando.web.journal import actions
from ambulando.web.people.models import Person

BOUT = {
    "activity": "easy-walk",
    "day": "2026-03-01",
    "time": "09:30",
    "minutes": "12",
    "effort": "3",
    "note": "by the river",
}


def gpx(minutes: int = 20, start: datetime | None = None) -> bytes:
    """A walk northwards at about 5 km/h, one point every ten seconds."""
    start = start or datetime(2026, 3, 2, 8, tzinfo=UTC)
    points = "".join(
        f'<trkpt lat="{-41.3 + 0.000125 * n:.6f}" lon="174.78"><time>{(start + timedelta(seconds=10 * n)):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        for n in range(minutes * 6 + 1)
    )
    return (
        '<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><type>walking</type><trkseg>{points}</trkseg></trk></gpx>"
    ).encode()


def send(client: Client, *files: tuple[str, bytes]):
    return client.post(
        "/journal/import/", {"files": [SimpleUploadedFile(name, data) for name, data in files]}
    )


def test_a_bout_is_added_with_its_effort_and_note(as_ada: Client, ada: Person) -> None:
    page = as_ada.post("/journal/add/", BOUT, follow=True).content.decode()
    assert "That is 1 so far." in page
    bout = ada.bouts.get()
    assert (bout.activity, bout.minutes, bout.effort, bout.note) == ("easy-walk", 12, 3, "by the river")
    assert bout.start == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_the_time_is_that_of_the_persons_own_zone(as_ada: Client, ada: Person) -> None:
    Person.objects.filter(pk=ada.pk).update(time_zone="Pacific/Auckland")
    as_ada.post("/journal/add/", BOUT)
    assert ada.bouts.get().start == datetime(2026, 2, 28, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day": "2999-01-01"}, "The date is in the future. Please pick today or an earlier day."),
        ({"minutes": "0"}, "One minute counts. Please put in 1 or more."),
        ({"minutes": "-5"}, "One minute counts. Please put in 1 or more."),
        ({"minutes": "5000"}, "A day has 1440 minutes. Please put in fewer."),
        ({"day": "soon"}, "Please pick a day."),
        ({"activity": "levitation"}, "Select a valid choice"),
        ({"effort": "11"}, "Select a valid choice"),
        ({"day": "0900-01-01"}, "That is very long ago. Please check the year."),
    ],
)
def test_what_can_not_be_is_one_sentence_beside_its_field_and_changes_nothing(
    as_ada: Client, ada: Person, changes: dict, sentence: str
) -> None:
    answer = as_ada.post("/journal/add/", BOUT | changes)
    assert answer.status_code == 200
    assert answer.content.decode().count(sentence) == 1
    assert not ada.bouts.exists()


def test_a_time_later_today_is_refused(as_ada: Client, ada: Person) -> None:
    soon = timezone.localtime() + timedelta(hours=3)
    answer = as_ada.post("/journal/add/", BOUT | {"day": f"{soon:%Y-%m-%d}", "time": f"{soon:%H:%M}"})
    assert "errorlist" in answer.content.decode()
    assert not ada.bouts.exists()


def test_a_bout_is_changed_and_removed(as_ada: Client, ada: Person) -> None:
    as_ada.post("/journal/add/", BOUT)
    bout = ada.bouts.get()
    as_ada.post(f"/journal/bouts/{bout.pk}/", BOUT | {"minutes": "20", "note": ""})
    bout.refresh_from_db()
    assert (bout.minutes, bout.note) == (20, "")
    as_ada.get(f"/journal/bouts/{bout.pk}/remove/")
    assert ada.bouts.exists(), "looking removes nothing"
    as_ada.post(f"/journal/bouts/{bout.pk}/remove/")
    assert not ada.bouts.exists()


def test_changing_a_note_leaves_what_the_device_measured(as_ada: Client, ada: Person) -> None:
    send(as_ada, ("walk.gpx", gpx()))
    bout = ada.bouts.get()
    shown = {
        "activity": bout.activity,
        "day": "2026-03-02",
        "time": "08:00",
        "minutes": str(bout.minutes),
        "effort": "",
    }
    as_ada.post(f"/journal/bouts/{bout.pk}/", shown | {"note": "windy"})
    after = ada.bouts.get()
    assert (after.seconds, after.start, after.note) == (bout.seconds, bout.start, "windy")


def test_nobody_sees_or_changes_the_journal_of_another(as_ben: Client, ada: Person) -> None:
    bout = actions.add_bout(ada, activity="easy-walk", start=timezone.now(), minutes=7, note="only mine")
    assert "only mine" not in as_ben.get("/journal/").content.decode()
    for path in (f"/journal/bouts/{bout.pk}/", f"/journal/bouts/{bout.pk}/remove/"):
        assert as_ben.get(path).status_code == 404
        assert as_ben.post(path, BOUT).status_code == 404
    assert ada.bouts.filter(note="only mine").exists()


def test_a_file_is_read_into_the_journal_and_counted_once(as_ada: Client, ada: Person) -> None:
    first = send(as_ada, ("walk.gpx", gpx())).content.decode()
    assert "is in your journal now" in first
    bout = ada.bouts.get()
    assert (bout.activity, bout.minutes) == ("moderate-walk", 20)
    assert 1600 < bout.metres < 1750
    again = send(as_ada, ("same walk.gpx", gpx())).content.decode()
    assert "is in your journal already" in again
    assert ada.bouts.count() == 1


def test_a_newer_export_of_the_same_walk_takes_its_place_and_keeps_the_effort(
    as_ada: Client, ada: Person
) -> None:
    send(as_ada, ("walk.gpx", gpx(20)))
    ada.bouts.update(effort=6, note="mine")
    page = send(as_ada, ("walk.gpx", gpx(25))).content.decode()
    assert "brought up to date" in page
    bout = ada.bouts.get()
    assert (bout.minutes, bout.effort, bout.note) == (25, 6, "mine")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("holiday.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
        ("cut.gpx", gpx()[:900]),
        ("table.csv", b"date,mood\n2026-01-01,5\n"),
        ("empty.fit", b"\0"),
        ("page.html", b"<!doctype html><html><body>Log in</body></html>"),
        ("future.gpx", gpx(start=datetime(2999, 1, 1, tzinfo=UTC))),
        ("zip.zip", b"PK\x03\x04 not really"),
    ],
)
def test_a_foreign_or_broken_file_is_refused_in_one_sentence_and_changes_nothing(
    as_ada: Client, ada: Person, name: str, data: bytes
) -> None:
    answer = send(as_ada, (name, data))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "was not read. Nothing was changed." in page
    assert "Traceback" not in page
    assert not ada.bouts.exists()
    assert not ada.recordings.exists()


def test_one_bad_file_does_not_stop_the_good_one(as_ada: Client, ada: Person) -> None:
    answer = send(as_ada, ("bad.fit", b"nonsense"), ("walk.gpx", gpx()))
    assert answer.status_code == 200
    assert ada.bouts.count() == 1
    assert "was not read" in answer.content.decode()


def test_the_name_of_a_file_can_not_put_markup_into_the_page(as_ada: Client) -> None:
    page = send(as_ada, ("<img src=x onerror=alert(1)>.gpx", b"nonsense")).content.decode()
    assert "<img src=x" not in page


def test_a_note_can_not_put_markup_into_the_page(as_ada: Client, ada: Person) -> None:
    actions.add_bout(
        ada, activity="easy-walk", start=timezone.now(), minutes=5, note="<script>alert(1)</script>"
    )
    assert "<script>alert" not in as_ada.get("/journal/").content.decode()


def test_nothing_of_the_place_is_kept_of_a_recording(as_ada: Client, ada: Person) -> None:
    send(as_ada, ("walk.gpx", gpx()))
    kept = [
        str(value)
        for row in (ada.bouts.values(), ada.recordings.values())
        for one in row
        for value in one.values()
    ]
    assert not any("174.78" in value or "-41.3" in value for value in kept)


def test_the_journal_shows_the_same_few_queries_with_many_rows(
    as_ada: Client, ada: Person, django_assert_max_num_queries
) -> None:
    now = timezone.now()
    for day in range(25):
        actions.add_bout(ada, activity="easy-walk", start=now - timedelta(days=day), minutes=5)
    as_ada.get("/you/")  # the first page of a day notes that the session is in use
    with django_assert_max_num_queries(10):
        page = as_ada.get("/journal/").content.decode()
    assert page.count("Walk at an easy pace") >= 25


def test_earlier_days_are_a_link_away(as_ada: Client, ada: Person) -> None:
    actions.add_bout(
        ada, activity="easy-walk", start=timezone.now() - timedelta(days=45), minutes=5, note="long ago"
    )
    page = as_ada.get("/journal/").content.decode()
    assert "long ago" not in page
    until = timezone.localdate() - timedelta(days=30)
    assert f"?until={until}" in page
    assert "long ago" in as_ada.get(f"/journal/?until={until}").content.decode()
    assert as_ada.get("/journal/?until=nonsense").status_code == 200


def test_a_newer_export_leaves_what_the_person_corrected(as_ada: Client, ada: Person) -> None:
    send(as_ada, ("walk.gpx", gpx(20)))
    bout = ada.bouts.get()
    shown = {"activity": "easy-walk", "day": "2026-03-02", "time": "08:00", "minutes": "18", "effort": ""}
    assert as_ada.post(f"/journal/bouts/{bout.pk}/", shown).status_code == 302
    send(as_ada, ("walk.gpx", gpx(25)))
    after = ada.bouts.get()
    assert (after.activity, after.minutes) == ("easy-walk", 18)
    assert after.samples == 25 * 6 + 1


def test_a_removed_recording_can_be_imported_again(as_ada: Client, ada: Person) -> None:
    send(as_ada, ("walk.gpx", gpx()))
    as_ada.post(f"/journal/bouts/{ada.bouts.get().pk}/remove/")
    assert not ada.recordings.exists()
    send(as_ada, ("walk.gpx", gpx()))
    assert ada.bouts.count() == 1


@pytest.mark.parametrize("until", ["0001-01-01", "9999-12-31", "2026-02-31", "soon", "", "1949-12-31"])
def test_a_day_that_no_journal_has_shows_the_latest_days(as_ada: Client, ada: Person, until: str) -> None:
    actions.add_bout(ada, activity="easy-walk", start=timezone.now(), minutes=5, note="just now")
    assert "just now" in as_ada.get("/journal/", {"until": until}).content.decode()


def test_a_tap_that_slipped_is_put_right_on_a_later_day(as_ada: Client, ada: Person) -> None:
    day = timezone.localdate() - timedelta(days=3)
    check_in = actions.check_in(ada, day, "later", mood=9, energy=4)
    page = as_ada.get("/journal/").content.decode()
    assert f'href="/journal/check-ins/{check_in.pk}/"' in page
    as_ada.post(f"/journal/check-ins/{check_in.pk}/", {"mood": "2"})
    check_in.refresh_from_db()
    assert (check_in.day, check_in.mood, check_in.energy) == (day, 2, 4)
    answer = as_ada.post(f"/journal/check-ins/{check_in.pk}/", {"mood": "12"})
    assert answer.status_code == 422
    check_in.refresh_from_db()
    assert check_in.mood == 2


def test_a_check_in_is_removed_by_its_person_alone(as_ada: Client, as_ben: Client, ada: Person) -> None:
    check_in = actions.check_in(ada, timezone.localdate(), "later", mood=9)
    for path in (f"/journal/check-ins/{check_in.pk}/", f"/journal/check-ins/{check_in.pk}/remove/"):
        assert as_ben.get(path).status_code == 404
        assert as_ben.post(path, {"mood": "1"}).status_code == 404
    as_ada.get(f"/journal/check-ins/{check_in.pk}/remove/")
    assert ada.check_ins.exists(), "looking removes nothing"
    as_ada.post(f"/journal/check-ins/{check_in.pk}/remove/")
    assert not ada.check_ins.exists()


def test_the_page_that_asks_before_removing_names_the_day_it_is_about(as_ada: Client, ada: Person) -> None:
    day = timezone.localdate() - timedelta(days=40)
    check_in = actions.check_in(ada, day, "later", mood=5)
    assessment, _route = actions.assess(ada, "phq-8", [1] * 8, day)
    start = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    bout = actions.add_bout(ada, activity="easy-walk", start=start, minutes=5)
    for path in (f"/journal/check-ins/{check_in.pk}/remove/", f"/assessments/{assessment.pk}/remove/"):
        assert f"{day:%-d %B %Y}" in as_ada.get(path).content.decode()
    assert "1 March 2026, 09:30" in as_ada.get(f"/journal/bouts/{bout.pk}/remove/").content.decode()


def test_how_something_felt_is_kept_shown_and_altered(as_ada: Client, ada: Person) -> None:
    felt = {"feeling_before": "-2", "feeling_after": "3", "talk": "1"}
    as_ada.post("/journal/add/", BOUT | felt)
    bout = ada.bouts.get()
    assert (bout.feeling_before, bout.feeling_after, bout.talk) == (-2, 3, 1)
    page = as_ada.get("/journal/?until=2026-03-01").content.decode()
    assert "felt before −2" in page
    assert "felt after +3" in page
    form = as_ada.get(f"/journal/bouts/{bout.pk}/").content.decode()
    assert '<option value="-2" selected>' in form
    as_ada.post(f"/journal/bouts/{bout.pk}/", BOUT | felt | {"feeling_after": "", "talk": ""})
    bout.refresh_from_db()
    assert (bout.feeling_before, bout.feeling_after, bout.talk) == (-2, None, None)


@pytest.mark.parametrize("told", [{"feeling_before": "6"}, {"feeling_after": "-6"}, {"talk": "3"}])
def test_a_feeling_that_is_not_on_the_scale_is_refused(
    as_ada: Client, ada: Person, told: dict[str, str]
) -> None:
    assert "Select a valid choice" in as_ada.post("/journal/add/", BOUT | told).content.decode()
    assert not ada.bouts.exists()


def test_a_newer_export_leaves_how_it_felt(as_ada: Client, ada: Person) -> None:
    send(as_ada, ("walk.gpx", gpx(20)))
    ada.bouts.update(feeling_before=1, feeling_after=-1, talk=2)
    send(as_ada, ("walk.gpx", gpx(25)))
    bout = ada.bouts.get()
    assert (bout.minutes, bout.feeling_before, bout.feeling_after, bout.talk) == (25, 1, -1, 2)
