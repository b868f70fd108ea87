"""One person: each item by itself, nothing of an item that is not shared, and nothing of an earlier day."""

import io
import itertools
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readers import answered, compared, did, felt, homework, let_in, noticed, planned, reader, signed_in

from ambulando.web.care.caseload import one, queries
from ambulando.web.care.caseload.models import Acknowledged
from ambulando.web.care.grants.items import ITEMS
from ambulando.web.care.grants.models import Grant, Look
from ambulando.web.people.models import Person

pytestmark = pytest.mark.django_db
#: the pages and files on which a reader sees something of a person
PAGES = (
    "/people/",
    "/people/{}/",
    "/people/{}/?weeks=52",
    "/people/{}/assessments/",
    "/people/{}/report/",
    "/people/{}/export.zip",
)
#: item -> words that no page but those of who is shown the item may hold
WORDS = {
    "bouts": ("Row on a machine",),
    "notes": ("plantednote",),
    "plan": ("Do tai chi or qigong",),
    "body": ("Fibromyalgia", "fibromyalgia"),
    "medicines": ("plantedpill",),
    "comparisons": ("plantedfinding", "plantedconclusion"),
}


@pytest.fixture
def doctor(db: None) -> Person:
    return reader()


@pytest.fixture
def today() -> date:
    return timezone.now().date()


def text_of(client: Client, address: str) -> str:
    """What a page says, or all that is in a file; empty where there is no such page for this reader."""
    answer = client.get(address)
    if answer.status_code == 404:
        return ""
    assert answer.status_code == 200, address
    if address.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    return answer.content.decode()


def seen_by(client: Client, grant: Grant) -> str:
    return "\n".join(text_of(client, page.format(grant.pk)) for page in PAGES)


def plant(person: Person, day: date, mark: str = "") -> None:
    """Things of one day, each with a word or a number of its own; ``mark`` sets days apart."""
    felt(person, day, mood=7, energy=6, sleep=5, stress=3)
    answered(person, "gad-7", [3, 3, 3, 3, 3, 3, 1], day)
    did(person, day, activity="rowing-machine", note=f"plantednote{mark}")
    planned(person, day, activity="tai-chi-at-home", state="done")
    compared(person, day, f"plantedfinding{mark}")


def told(person: Person) -> None:
    person.answers |= {"conditions": ["fibromyalgia"], "medicines": ["plantedpill"], "barriers": ["weather"]}
    person.save()


def test_everything_that_is_shared_is_there(doctor: Person, ada: Person, today: date) -> None:
    told(ada)
    plant(ada, today)
    answered(ada, "phq-9", [1, 1, 1, 1, 1, 1, 1, 1, 2], today)
    homework(ada, today, "hatha-yoga")
    grant = let_in(ada, doctor)
    text = seen_by(signed_in(doctor), grant)
    for words in WORDS.values():
        assert any(word in text for word in words), words
    assert "More than half the days" in text
    assert "PHQ-9" in text
    assert "planted-homework-note" not in text


@given(items=st.sets(st.sampled_from(sorted(ITEMS))), hides_days=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_shared_nothing_else_appears(
    doctor: Person, ada: Person, today: date, items: set[str], hides_days: bool
) -> None:
    Grant.objects.all().delete()
    if not ada.bouts.exists():
        told(ada)
        plant(ada, today, "-new")
        plant(ada, today - timedelta(days=40), "-old")
        answered(ada, "phq-9", [1, 1, 1, 1, 1, 1, 1, 1, 3], today)
        noticed(ada, today, "checkin")
        noticed(ada, today - timedelta(days=30), "checkin", "bout", signal="driven")
    shows_from = today - timedelta(days=10) if hides_days else None
    grant = let_in(ada, doctor, sorted(items), shows_from=shows_from)
    text = seen_by(signed_in(doctor), grant)
    for item, words in WORDS.items():
        if item not in items:
            assert not any(word in text for word in words), item
    assert "planted-signal-words" not in text
    if "mood" not in items:
        assert "poor sleep and much energy" not in text
        assert "7,6,5,3" not in text
    if not {"mood", "bouts"} <= items or hides_days:
        assert "Much exercise" not in text
    if "assessments" not in items:
        assert "GAD-7" not in text.replace("GAD-7:", "")
    if "item-9" not in items:
        assert "Nearly every day" not in text.replace("3 3 3", "") or "assessments" in items
        assert "last-question" not in text
    if hides_days:
        assert "-old" not in text
        old = today - timedelta(days=40)
        assert old.isoformat() not in text
        for shape in ("j M Y", "j F Y", "j M"):
            from django.utils.formats import date_format

            assert f">{date_format(old, shape)}<" not in text


def test_without_the_last_question_neither_it_nor_a_total_with_it_is_told(
    doctor: Person, ada: Person, today: date
) -> None:
    answered(ada, "phq-9", [1] * 8 + [0], today - timedelta(days=20))
    answered(ada, "phq-9", [1] * 8 + [3], today)
    noticed(ada, today, "assessment", signal="higher-phq-9")
    grant = let_in(ada, doctor, [item for item in ITEMS if item != "item-9"])
    text = seen_by(signed_in(doctor), grant)
    assert "without its last question" in text
    assert ">11<" not in text
    assert "3 higher" not in text
    assert "PHQ-9: more points" not in text
    assert "better off dead" not in text
    shown = [row.filled.total for row in one.answered(grant)]
    assert shown == [8, 8]


@given(
    rows=st.lists(st.lists(st.integers(0, 3), min_size=8, max_size=8), min_size=1, max_size=3),
    first=st.lists(st.integers(0, 3), min_size=3, max_size=3),
    other=st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_people_who_differ_in_the_last_question_alone_look_the_same(
    doctor: Person, ada: Person, today: date, rows: list[list[int]], first: list[int], other: list[int]
) -> None:
    items = [item for item in ITEMS if item != "item-9"]
    texts = []
    for last in (first, other):
        Grant.objects.all().delete()
        ada.assessments.all().delete()
        Look.objects.all().delete()
        for number, row in enumerate(rows):
            answered(ada, "phq-9", [*row, last[number]], today - timedelta(days=15 * number))
        grant = let_in(ada, doctor, items)
        report = queries.report_of(grant, timezone.now())
        listed = queries.caseload(doctor, timezone.now())[0]
        texts.append(
            (
                one.answered(grant),
                report.filled,
                report.sources,
                [(row.change, row.filled, row.due) for row in listed.measured or ()],
                one.days_of(grant, today - timedelta(days=80)),
            )
        )
    assert texts[0] == texts[1]


def test_the_last_question_alone_shows_its_answer_and_no_total(
    doctor: Person, ada: Person, today: date
) -> None:
    answered(ada, "phq-9", [2, 2, 2, 2, 2, 1, 1, 1, 1], today)
    grant = let_in(ada, doctor, ["item-9"])
    text = text_of(signed_in(doctor), f"/people/{grant.pk}/assessments/")
    assert "Several days" in text
    assert ">14<" not in text
    assert "Question by question" not in text


def test_pulse_and_pain_need_the_body_too(doctor: Person, ada: Person, today: date) -> None:
    did(ada, today, hr_mean=137, pain=True)
    grant = let_in(ada, doctor, ["bouts"])
    client = signed_in(doctor)
    assert "137" not in text_of(client, f"/people/{grant.pk}/export.zip")
    Grant.objects.update(items=["bouts", "body"])
    assert "137" in text_of(client, f"/people/{grant.pk}/export.zip")


def test_medicines_and_body_make_no_limit_appear_that_rests_on_something_else(
    doctor: Person, ada: Person, today: date
) -> None:
    ada.answers |= {"conditions": ["heart"], "medicines": ["metoprolol"]}
    ada.save()
    grant = let_in(ada, doctor, ["plan", "medicines"])
    text = seen_by(signed_in(doctor), grant)
    assert "metoprolol" in text
    assert "heart condition" not in text.lower()


def test_a_friend_sees_how_often_and_whether_this_week_and_nothing_else(
    doctor: Person, ada: Person, today: date
) -> None:
    told(ada)
    plant(ada, today)
    did(ada, today - timedelta(days=30))
    grant = let_in(ada, doctor, ["encouragement"], role="friend", name="Fran")
    text = text_of(signed_in(doctor), f"/people/{grant.pk}/")
    assert "2 times so far" in text
    assert "There was one this week" in text
    for word in ("minutes", "Row on", "Walk", "tai chi", "mood", "report", "My notes"):
        assert word not in text, word
    for page in ("assessments/", "report/", "export.zip", "notes/"):
        assert signed_in(doctor).get(f"/people/{grant.pk}/{page}").status_code == 404, page


def test_times_are_counted_from_the_first_shared_day(doctor: Person, ada: Person, today: date) -> None:
    did(ada, today)
    did(ada, today - timedelta(days=30))
    grant = let_in(ada, doctor, ["encouragement"], shows_from=today - timedelta(days=3))
    assert one.encouragement(grant, timezone.now()) == one.Encouragement(1, True, today - timedelta(days=3))


def test_the_page_of_another_or_of_an_ended_grant_is_not_there(
    doctor: Person, ada: Person, ben: Person
) -> None:
    foreign = let_in(ben, reader("somebody-else"))
    ended = let_in(ada, doctor, ended_at=timezone.now())
    client = signed_in(doctor)
    for grant, page in itertools.product((foreign, ended), PAGES[1:]):
        assert client.get(page.format(grant.pk)).status_code == 404, page
    assert signed_in(ada).get(f"/people/{ended.pk}/").status_code == 404


def test_each_page_and_the_copy_are_looks(doctor: Person, ada: Person, today: date) -> None:
    grant = let_in(ada, doctor)
    client = signed_in(doctor)
    for page in PAGES[1:]:
        client.get(page.format(grant.pk))
    looks = list(ada.looks.order_by("number").values_list("what", flat=True))
    assert looks == ["person", "person", "questionnaires", "report", "export"]


def test_a_signal_is_marked_as_seen_and_the_person_and_other_readers_see_it(
    doctor: Person, ada: Person, as_ada: Client, today: date
) -> None:
    signal = noticed(ada, today, "checkin")
    ada.has_team = True
    ada.save()
    grant = let_in(ada, doctor, ["mood"])
    other = reader("dr-other")
    also = let_in(ada, other, ["mood"], name="Dr Other")
    blind = let_in(ada, reader("coach"), ["bouts"])
    client = signed_in(doctor)
    for _time in range(2):
        assert client.post(f"/people/{grant.pk}/signals/{signal.pk}/seen/").status_code == 302
    assert Acknowledged.objects.get().name == "Dr Simulated"
    assert queries.caseload(doctor, timezone.now())[0].signals == 0
    assert queries.caseload(other, timezone.now())[0].signals == 1
    for page in (as_ada.get("/you/signals/"), signed_in(other).get(f"/people/{also.pk}/")):
        assert "Dr Simulated</bdi> saw this on" in page.content.decode()
    assert "saw this" not in signed_in(blind.reader).get(f"/people/{blind.pk}/").content.decode()


def test_a_signal_that_is_not_shared_can_not_be_marked(
    doctor: Person, ada: Person, ben: Person, today: date
) -> None:
    grant = let_in(ada, doctor, ["bouts"])
    hidden, foreign = noticed(ada, today, "checkin"), noticed(ben, today, "bout", signal="driven")
    for signal in (hidden, foreign):
        assert signed_in(doctor).post(f"/people/{grant.pk}/signals/{signal.pk}/seen/").status_code == 404
    assert not Acknowledged.objects.exists()


def test_a_signal_of_a_later_day_waits_again(doctor: Person, ada: Person, today: date) -> None:
    signal = noticed(ada, today - timedelta(days=1), "checkin")
    grant = let_in(ada, doctor, ["mood"])
    signed_in(doctor).post(f"/people/{grant.pk}/signals/{signal.pk}/seen/")
    signal.day = today
    signal.save()
    assert queries.caseload(doctor, timezone.now())[0].signals == 1


def test_the_copy_makes_no_formulas(doctor: Person, ada: Person, today: date) -> None:
    did(ada, today, note="=HYPERLINK(1)")
    grant = let_in(ada, doctor, ["notes"])
    assert ",'=HYPERLINK(1)" in text_of(signed_in(doctor), f"/people/{grant.pk}/export.zip")


def test_what_a_person_wrote_is_text(doctor: Person, ada: Person, today: date) -> None:
    did(ada, today, note="<script>alert(1)</script>")
    ada.answers |= {"medicines": ["<b>x</b>"]}
    ada.save()
    grant = let_in(ada, doctor)
    text = seen_by(signed_in(doctor), grant)
    assert "<b>x</b>" not in text.split("read-me")[0].replace("<b>x</b>\n", "")
    assert "<script>alert" not in signed_in(doctor).get(f"/people/{grant.pk}/").content.decode()


def test_queries_do_not_grow_with_days(doctor: Person, ada: Person, today: date) -> None:
    grant = let_in(ada, doctor)
    client = signed_in(doctor)
    client.get("/people/")  # the session is renewed once
    noticed(ada, today - timedelta(days=40), "checkin")
    counts = []
    for days in (range(3), range(3, 30)):
        for back in days:
            day = today - timedelta(days=back)
            felt(ada, day, mood=5)
            did(ada, day)
            answered(ada, "gad-7", [1] * 7, day)
            planned(ada, day)
            noticed(ada, day, "checkin")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/people/{grant.pk}/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_person_far_ahead_or_behind_breaks_no_page(doctor: Person, ada: Person, today: date) -> None:
    for zone, shown in itertools.product(("Pacific/Kiritimati", "Pacific/Niue"), _froms(today)):
        Grant.objects.all().delete()
        Person.objects.filter(pk=ada.pk).update(time_zone=zone)
        grant = let_in(ada, doctor, shows_from=shown)
        assert seen_by(signed_in(doctor), grant)


def _froms(today: date) -> Iterator[Any]:
    yield from (None, date(1, 1, 1), date(1900, 1, 1), today + timedelta(days=400))
