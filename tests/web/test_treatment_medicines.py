"""Medicines that a clinician noted: safety takes care at once, the person's own list is theirs, and nobody is told what to take."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from test_treatment import add, ahead, filled, page, seen, today
from treating import as_reader, lets_in

from ambulando.safety.medicines import classes_of
from ambulando.safety.profile import MOST_MEDICINES
from ambulando.safety.screen import screen
from ambulando.web.care.treatment import actions, queries
from ambulando.web.care.treatment.models import Entry, Part
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.plans import convert
from ambulando.web.plans.queries import week_of


@pytest.fixture
def doctor(ada: Person) -> Any:
    return lets_in(ada, "physician")


def profile(person: Person) -> Any:
    return convert.profile_of(Person.objects.get(pk=person.pk), today())


def own(person: Person) -> list[str]:
    return list(Person.objects.get(pk=person.pk).answers["medicines"])


def limits(person: Person) -> Any:
    return screen(profile(person)).limits


def say(client: Client, part: Part, answer: str) -> None:
    assert client.post(f"/treatment/{part.pk}/answer/", {"answer": answer}).status_code == 302


def test_what_was_noted_counts_for_safety_at_once_and_joins_the_own_list_only_when_the_person_says_so(
    ada: Person, as_ada: Client, doctor: Any
) -> None:
    ada.answers |= {"medicines": []}
    ada.save()
    assert not limits(ada).no_heart_rate
    part = add(doctor, "medicine")
    assert own(ada) == []
    assert limits(ada).no_heart_rate
    say(as_ada, part, "right")
    assert own(ada) == ["metoprolol"]
    assert limits(ada).no_heart_rate
    part.refresh_from_db()
    assert (part.counts, part.asks) == (False, "")


def test_what_is_not_right_counts_no_more_and_was_never_on_the_own_list(
    ada: Person, as_ada: Client, doctor: Any
) -> None:
    ada.answers |= {"medicines": []}
    ada.save()
    part = add(doctor, "medicine")
    say(as_ada, part, "not-right")
    assert own(ada) == []
    assert profile(ada).medicines == ()
    assert profile(ada).medicine_changed is None or profile(ada).medicine_changed is False
    assert "said that this is not right" in seen(doctor)


def test_that_it_ended_loosens_nothing_until_the_person_says_so(
    ada: Person, as_ada: Client, doctor: Any
) -> None:
    part = add(doctor, "medicine")
    say(as_ada, part, "right")
    as_reader(doctor).post(f"/people/{doctor.pk}/treatment/{part.pk}/end/", {"on": today().isoformat()})
    assert "metoprolol" in own(ada)
    assert limits(ada).no_heart_rate
    assert "Until you answer, your plan takes the same care as before." in page(as_ada, "/treatment/")
    say(as_ada, part, "right")
    assert own(ada) == ["sertraline"]
    assert "metoprolol" not in profile(ada).medicines


@pytest.mark.parametrize("answered", [True, False])
def test_that_it_did_not_end_puts_it_back(ada: Person, as_ada: Client, doctor: Any, answered: bool) -> None:
    part = add(doctor, "medicine")
    if answered:
        say(as_ada, part, "right")
    as_reader(doctor).post(f"/people/{doctor.pk}/treatment/{part.pk}/end/", {})
    say(as_ada, part, "not-right")
    part.refresh_from_db()
    assert part.ended_at is None
    assert part.asks == ("" if answered else Part.STARTED)
    assert "metoprolol" in profile(ada).medicines


def test_the_week_is_made_anew_when_a_note_changes_what_safety_asks(ada: Person, doctor: Any) -> None:
    ada.answers |= {"medicines": []}
    ada.save()
    before = plans.ensure_week(ada, today())
    add(doctor, "medicine")
    after = week_of(ada, today())
    assert after.pk != before.pk
    assert any("metoprolol" in str(one["reason"]) for one in after.constraints)


def test_a_medicine_or_a_dose_is_new_for_four_weeks(ada: Person, as_ada: Client, doctor: Any) -> None:
    part = add(doctor, "medicine", on=(today() - timedelta(days=queries.NEW_DAYS)).isoformat())
    assert not profile(ada).medicine_changed
    as_reader(doctor).post(
        f"/people/{doctor.pk}/treatment/{part.pk}/", filled("medicine") | {"dose": "100 mg"}
    )
    assert profile(ada).medicine_changed
    say(as_ada, part, "right")
    assert profile(ada).medicine_changed


def test_the_history_of_a_medicine_keeps_start_change_and_end_with_days_and_names(
    ada: Person, as_ada: Client, doctor: Any
) -> None:
    part = add(doctor, "medicine")
    client, path = as_reader(doctor), f"/people/{doctor.pk}/treatment/{part.pk}/"
    client.post(path, filled("medicine") | {"dose": "100 mg at night", "name": "something else"})
    client.post(f"{path}end/", {"on": today().isoformat()})
    assert list(part.entries.values_list("act", flat=True)) == [Entry.BEGUN, Entry.CHANGED, Entry.STOPPED]
    doses = [entry.told.get("dose") for entry in part.entries.all()]
    assert doses == ["50 mg at night", "100 mg at night", None]
    for shown in (page(as_ada, "/treatment/"), seen(doctor)):
        for text in (
            "50 mg at night",
            "100 mg at night",
            "noted it",
            "noted a change",
            "noted that it ended",
        ):
            assert text in shown
        assert "something else" not in shown  # another name is another medicine


def test_a_name_that_we_do_not_know_counts_by_the_class_that_the_clinician_gave(
    ada: Person, as_ada: Client, doctor: Any
) -> None:
    ada.answers |= {"medicines": []}
    ada.save()
    part = add(doctor, "medicine", name="Neuline", kind="beta-blocker")
    assert queries.written(part.told) == "Neuline (beta-blocker)"
    assert classes_of("Neuline (beta-blocker)") == {"beta-blocker", "unknown"}
    assert limits(ada).no_heart_rate
    say(as_ada, part, "right")
    assert own(ada) == ["Neuline (beta-blocker)"]
    assert as_ada.get("/start/safety/").status_code == 200


def test_what_it_means_for_moving_is_told_by_safety(ada: Person, as_ada: Client, doctor: Any) -> None:
    add(doctor, "medicine")
    for shown in (page(as_ada, "/treatment/"), seen(doctor)):
        assert "What it means for moving" in shown
        assert "holds your heart rate down" in shown


def test_medicines_are_seen_only_where_they_are_shared(ada: Person, doctor: Any) -> None:
    add(doctor, "medicine", name="quillwort")
    shared, not_shared = lets_in(ada, "coach", "medicines"), lets_in(ada, "coach", "plan")
    assert "quillwort" in seen(shared)
    assert "sertraline" in seen(shared)  # what Ada told us herself
    for text in ("quillwort", "sertraline", "Medicines"):
        assert text not in seen(not_shared)


def test_a_refill_is_told_about_its_day_on_the_persons_page_and_without_a_name_on_today(
    ada: Person, as_ada: Client, doctor: Any
) -> None:
    part = add(doctor, "medicine", due=ahead(40))
    say(as_ada, part, "right")
    assert "a refill may be due" not in page(as_ada, "/treatment/")
    assert "waits for you" not in page(as_ada, "/today/")
    Part.objects.filter(pk=part.pk).update(due=today() + timedelta(days=3))
    assert "a refill may be due" in page(as_ada, "/treatment/")
    shown = page(as_ada, "/today/")
    assert "Something in your treatment plan waits for you." in shown
    assert "metoprolol" not in shown


def test_nothing_on_the_pages_tells_to_start_stop_or_change_a_medicine(
    ada: Person, as_ada: Client, doctor: Any
) -> None:
    add(doctor, "medicine")
    part = add(doctor, "medicine", name="lithium")
    as_reader(doctor).post(f"/people/{doctor.pk}/treatment/{part.pk}/end/", {})
    for shown in (page(as_ada, "/treatment/"), page(as_ada, "/treatment/review/"), seen(doctor)):
        for sentence in re.split(r"<[^>]+>|[.?]", shown.casefold()):
            if re.search(r"\b(start|stop|change)\b.*\b(medicine|taking|dose)", sentence):
                assert "do not" in sentence, sentence


def test_a_profile_that_is_full_still_opens_and_keeps_what_means_something(ada: Person, doctor: Any) -> None:
    part = add(doctor, "medicine")
    assert part.counts
    ada.answers |= {
        "medicines": [f"vitamin {letter}{other}" for letter in "abcdefgh" for other in "abcdefgh"][:60]
    }
    ada.save()
    told = profile(ada)
    assert len(told.medicines) == MOST_MEDICINES
    assert "metoprolol" in told.medicines
    sent = as_reader(doctor).post(f"/people/{doctor.pk}/treatment/add/medicine/", filled("medicine"))
    assert "There are as many medicines here as we can keep." in sent.content.decode()


def test_a_full_own_list_is_told_and_nothing_is_lost(ada: Person, as_ada: Client, doctor: Any) -> None:
    part = add(doctor, "medicine")
    ada.answers |= {"medicines": [f"vitamin {number}" for number in range(60)]}
    ada.save()
    say(as_ada, part, "right")
    part.refresh_from_db()
    assert part.counts
    assert "metoprolol" not in own(ada)


def test_a_second_answer_changes_nothing(ada: Person, as_ada: Client, doctor: Any) -> None:
    part = add(doctor, "medicine")
    for answer in ("right", "right", "not-right"):
        say(as_ada, part, answer)
    assert part.entries.count() == 2
    assert "metoprolol" in own(ada)
    actions.deny(ada, part, timezone.now())
    assert part.entries.count() == 2
