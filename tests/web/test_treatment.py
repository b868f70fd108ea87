"""The treatment plan: who writes what, what binds, what the person sees and says; nothing written is ever lost."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from treating import as_reader, lets_in

from ambulando.ground import InputError
from ambulando.safety.limits import INTENSITIES, Limits, tightest
from ambulando.safety.profile import CONDITIONS, SYMPTOMS, profile_from
from ambulando.safety.screen import screen
from ambulando.web.alongside import queries as alongside
from ambulando.web.alongside.models import Asked, Homework
from ambulando.web.care.grants.models import Look
from ambulando.web.care.treatment import actions, queries
from ambulando.web.care.treatment.kinds import KINDS, may_alter, may_write
from ambulando.web.care.treatment.models import Entry, Part
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.plans import convert
from ambulando.web.plans.queries import week_of
from cast import ADA

#: kind -> (who writes it down, what is shared with who reads it)
WHO = {
    "review": ("therapist physician coach", "plan"),
    "clearance": ("therapist physician", "plan"),
    "cap": ("therapist physician coach", "plan"),
    "goal": ("therapist physician coach", "plan"),
    "homework": ("therapist physician", "plan"),
    "therapy": ("therapist physician", "plan"),
    "medicine": ("therapist physician", "medicines"),
    "task": ("therapist physician coach", "plan"),
}
ROLES = ("therapist", "physician", "coach", "friend")


def today() -> date:
    return timezone.localdate()


def ahead(days: int = 30) -> str:
    return (today() + timedelta(days=days)).isoformat()


def filled(kind: str) -> dict[str, Any]:
    """A form of this kind as somebody fills it in."""
    return {
        "review": {"due": ahead()},
        "clearance": {"check": "the heart", "due": ahead(), "max_intensity": "moderate", "told_by": "Dr Moana"},
        "cap": {"max_minutes": "20", "why": "while the knee heals"},
        "goal": {"text": "to the lake and back", "sessions": "3"},
        "homework": {"activity": "easy-walk", "times": "2", "minutes": "10", "note": "with Kim to the lake"},
        "therapy": {"kind": "talking therapy", "agreed": "12", "held": "4", "due": ahead(7)},
        "medicine": {"name": "metoprolol", "dose": "50 mg at night", "on": today().isoformat(), "told_by": "Dr Moana"},
        "task": {"who": "Dr Moana", "text": "looks at the blood test"},
    }[kind]  # fmt: skip


def add(grant: Any, kind: str, /, **more: Any) -> Part:
    sent = as_reader(grant).post(f"/people/{grant.pk}/treatment/add/{kind}/", filled(kind) | more)
    assert sent.status_code == 302, sent.content.decode()
    return Part.objects.order_by("-pk")[0]


def page(client: Client, path: str) -> str:
    sent = client.get(path)
    assert sent.status_code == 200, path
    return sent.content.decode()


def seen(grant: Any) -> str:
    return page(as_reader(grant), f"/people/{grant.pk}/treatment/")


# --- who writes what


def test_the_table_of_who_writes_what_is_the_one_that_is_stated_here() -> None:
    assert {one.id: (" ".join(one.writers), one.item) for one in KINDS.values()} == WHO
    assert not any(may_write("friend", kind) for kind in KINDS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", WHO)
def test_each_role_writes_down_its_own_kinds_and_finds_no_page_for_the_others(
    ada: Person, role: str, kind: str
) -> None:
    grant = lets_in(ada, role)
    client, path = as_reader(grant), f"/people/{grant.pk}/treatment/add/{kind}/"
    allowed = role in WHO[kind][0].split()
    assert client.get(path).status_code == (200 if allowed else 404)
    assert client.post(path, filled(kind)).status_code == (302 if allowed else 404)
    assert ada.treatment.filter(kind=kind).count() == allowed
    assert (path in seen(grant)) == allowed


@pytest.mark.parametrize("kind", WHO)
def test_without_its_item_a_kind_is_neither_seen_nor_written(ada: Person, kind: str) -> None:
    item = WHO[kind][1]
    add(lets_in(ada, "physician"), kind)
    other = "medicines" if item == "plan" else "plan"
    grant = lets_in(ada, "physician", other)
    assert as_reader(grant).post(f"/people/{grant.pk}/treatment/add/{kind}/", filled(kind)).status_code == 404
    pk = ada.treatment.get().pk
    assert f'id="at-{pk}"' not in seen(grant)
    assert as_reader(grant).post(f"/people/{grant.pk}/treatment/{pk}/end/", {}).status_code == 404
    nothing = lets_in(ada, "physician", "mood")
    assert as_reader(nothing).get(f"/people/{nothing.pk}/treatment/").status_code == 404


def test_a_part_is_altered_by_who_wrote_it_and_by_a_physician_alone(ada: Person) -> None:
    assert may_alter("coach", "cap", own=True)
    assert not may_alter("coach", "cap", own=False)
    assert may_alter("physician", "cap", own=False)
    assert not may_alter("coach", "medicine", own=True)
    doctor, coach = lets_in(ada, "physician"), lets_in(ada, "coach")
    cap = add(doctor, "cap")
    for what in ("", "end/"):
        assert (
            as_reader(coach).post(f"/people/{coach.pk}/treatment/{cap.pk}/{what}", filled("cap")).status_code
            == 404
        )
    assert "Change or end" not in seen(coach)
    own = add(coach, "cap", max_minutes="30")
    assert as_reader(doctor).post(f"/people/{doctor.pk}/treatment/{own.pk}/end/", {}).status_code == 302


def test_nobody_writes_in_the_plan_of_somebody_who_did_not_let_them_in(ada: Person, ben: Person) -> None:
    mine, theirs = lets_in(ada, "physician"), lets_in(ben, "physician")
    part = add(theirs, "cap")
    client = as_reader(mine)
    assert client.post(f"/people/{theirs.pk}/treatment/add/cap/", filled("cap")).status_code == 404
    for path in (f"/people/{mine.pk}/treatment/{part.pk}/", f"/people/{mine.pk}/treatment/{part.pk}/end/"):
        assert client.post(path, filled("cap")).status_code == 404
    as_ada = Client()
    as_ada.force_login(ada)
    for path in (f"/treatment/{part.pk}/answer/", f"/treatment/{part.pk}/words/"):
        assert as_ada.post(path, {"answer": "not-now", "words": "hello"}).status_code == 404
    part.refresh_from_db()
    assert part.ended_at is None


def test_a_therapist_says_who_said_what_they_were_told(ada: Person) -> None:
    grant = lets_in(ada, "therapist")
    for kind in ("clearance", "medicine"):
        sent = as_reader(grant).post(
            f"/people/{grant.pk}/treatment/add/{kind}/", filled(kind) | {"told_by": ""}
        )
        assert "Please fill this in." in sent.content.decode()
    assert not ada.treatment.exists()
    add(grant, "clearance")
    assert "As Dr Moana said." in seen(grant)


# --- what binds


def test_a_cap_of_20_minutes_and_nothing_hard_until_a_check_is_in_the_next_plan_with_reason_and_trace(
    ada: Person, as_ada: Client
) -> None:
    person = Person.objects.get(pk=ada.pk)
    person.answers |= {"energy": 9, "minutes_per_week": 400, "active": {"days": 5, "minutes": 60}}
    person.answers |= {"likes": ["running", "strength"], "dislikes": [], "intensity": "vigorous"}
    person.save()
    before = plans.ensure_week(person, today())
    assert any(one.minutes > 20 for one in before.sessions.all())
    add(lets_in(person, "physician"), "clearance", max_minutes="20", max_intensity="moderate")
    week = week_of(person, today())
    assert week.pk != before.pk
    open_ones = [one for one in week.sessions.all() if one.state == "planned"]
    assert open_ones
    assert all(one.minutes <= 20 and one.intensity != "vigorous" for one in open_ones)
    rules = {one["rule"]: one for one in week.constraints}
    assert {"clinician-minutes", "clinician-intensity"} <= set(rules)
    assert "20" in str(rules["clinician-minutes"]["reason"])
    assert "as it was written down" in rules["clinician-minutes"]["source"]
    traced = json.dumps([one.content["trace"] for one in open_ones])
    assert "clinician-minutes" in traced
    why = page(as_ada, f"/sessions/{open_ones[0].pk}/why/")
    assert "Your clinician said at most 20 minutes at a time." in why
    shown = page(as_ada, "/alongside/")
    assert "Your clinician said at most 20 minutes at a time." in shown
    assert "written down by your care team" in shown


@given(
    told=st.fixed_dictionaries(
        {},
        optional={
            "age": st.integers(18, 90),
            "conditions": st.lists(st.sampled_from(CONDITIONS), max_size=3, unique=True),
            "symptoms": st.lists(st.sampled_from(SYMPTOMS), max_size=2, unique=True),
            "medicines": st.lists(
                st.sampled_from(["metoprolol", "lithium", "sertraline", "nobody knows"]), max_size=2
            ),
            "clearance": st.booleans(),
            "active": st.just({"days": 5, "minutes": 45}),
        },
    ),
    sets=st.lists(
        st.fixed_dictionaries(
            {
                "max_minutes": st.none() | st.integers(2, 240),
                "max_intensity": st.none() | st.sampled_from(INTENSITIES),
                "minutes_per_week": st.none() | st.integers(2, 2000),
                "sessions": st.none() | st.integers(1, 7),
                "avoid": st.lists(st.sampled_from(["running", "yoga"]), unique=True),
            }
        ),
        max_size=3,
    ),
    noted=st.lists(
        st.sampled_from(["metoprolol", "Newname (beta-blocker)", "lithium", "unheard of"]), max_size=3
    ),
    new=st.booleans(),
)
def test_nothing_that_a_clinician_writes_ever_loosens_what_safety_asks(
    told: dict[str, Any], sets: list[dict[str, Any]], noted: list[str], new: bool
) -> None:
    alone = screen(profile_from(told))
    more = dict(told)
    if sets:
        more["care"] = alongside._tightest([Asked(**one) for one in sets])
    more["medicines"] = list(dict.fromkeys([*told.get("medicines", []), *noted]))
    if new:
        more["medicine_changed"] = True
    together = screen(profile_from(more))
    assert tightest(alone.limits, together.limits) == together.limits
    order = ("full", "gentle", "hold", "no-plan")
    assert order.index(together.outcome) >= order.index(alone.outcome)
    for one in sets:
        binds = {key: one[key] for key in ("max_minutes", "max_intensity") if one[key] is not None}
        assert tightest(Limits(**binds), together.limits) == together.limits


def test_of_what_several_clinicians_and_the_person_asked_for_the_tightest_binds(
    ada: Person, as_ada: Client
) -> None:
    add(lets_in(ada, "physician"), "cap", max_minutes="20")
    add(lets_in(ada, "coach"), "cap", max_minutes="12", max_intensity="light")
    as_ada.post("/alongside/asked/", {"max_minutes": "30", "said_on": today().isoformat()})
    care = convert.profile_of(ada, today()).care
    assert care is not None
    assert (care.max_minutes, care.max_intensity) == (12, "light")
    assert alongside.asked(ada).count() == 3


def test_a_cap_stays_when_sharing_ends_and_the_page_says_who_set_it_and_when(
    ada: Person, as_ada: Client
) -> None:
    grant = lets_in(ada, "physician")
    add(grant, "cap")
    grant.ended_at = timezone.now()
    grant.save()
    assert convert.profile_of(ada, today()).care.max_minutes == 20
    shown = page(as_ada, "/treatment/")
    assert "At most 20 minutes at a time." in shown
    assert "Dr Moana" in shown
    assert timezone.localdate().strftime("%B %Y") in shown
    assert as_reader(grant).get(f"/people/{grant.pk}/treatment/").status_code == 404
    grant.reader.delete()
    assert convert.profile_of(ada, today()).care.max_minutes == 20
    assert "Dr Moana" in page(as_ada, "/treatment/")


def test_a_limit_does_not_lift_when_its_day_is_over_but_asks(ada: Person, as_ada: Client) -> None:
    part = add(lets_in(ada, "physician"), "clearance", due=ahead(0))
    assert "Was it checked?" not in page(as_ada, "/treatment/")
    Part.objects.filter(pk=part.pk).update(due=today() - timedelta(days=1))
    assert "Was it checked?" in page(as_ada, "/treatment/")
    assert convert.profile_of(ada, today()).care.max_intensity == "moderate"
    as_ada.post(f"/treatment/{part.pk}/answer/", {"answer": "not-yet"})
    part.refresh_from_db()
    assert part.due == today() + actions.ASK_AGAIN
    assert "Was it checked?" not in page(as_ada, "/treatment/")
    as_ada.post(f"/treatment/{part.pk}/answer/", {"answer": "stays"})
    part.refresh_from_db()
    assert (part.due, part.ended_at) == (None, None)
    assert convert.profile_of(ada, today()).care.max_intensity == "moderate"
    as_ada.post(f"/treatment/{part.pk}/answer/", {"answer": "fine"})
    assert convert.profile_of(ada, today()).care is None
    assert "said that it was checked, and it is fine now" in page(as_ada, "/treatment/")


def test_a_change_takes_the_place_of_what_held_and_the_history_keeps_both(
    ada: Person, as_ada: Client
) -> None:
    grant = lets_in(ada, "physician")
    part = add(grant, "cap")
    as_reader(grant).post(f"/people/{grant.pk}/treatment/{part.pk}/", filled("cap") | {"max_minutes": "15"})
    assert convert.profile_of(ada, today()).care.max_minutes == 15
    assert alongside.asked(ada).count() == 1
    for shown in (page(as_ada, "/treatment/"), seen(grant)):
        assert "At most 15 minutes at a time." in shown
        assert "At most 20 minutes at a time." in shown  # in the history
        assert "noted a change" in shown
    as_reader(grant).post(f"/people/{grant.pk}/treatment/{part.pk}/end/", {"on": today().isoformat()})
    assert convert.profile_of(ada, today()).care is None
    assert part.entries.count() == 3
    assert "What was here before" in seen(grant)


# --- homework and goals


def test_homework_from_a_clinician_is_in_the_week_and_not_for_me_now_ends_it_and_tells_them(
    ada: Person, as_ada: Client
) -> None:
    plans.ensure_week(ada, today())
    grant = lets_in(ada, "therapist")
    part = add(grant, "homework")
    row = ada.homework.get()
    assert (row.entered_by, row.said_by, row.said_on) == (Homework.CLINICIAN, "Kim", today())
    mine = [one for one in week_of(ada, today()).sessions.all() if one.content["trace"].get("homework")]
    assert mine
    assert mine[0].activity == "easy-walk"
    shown = page(as_ada, "/alongside/")
    assert "with Kim to the lake" in shown
    assert "Not for me now" in shown
    as_ada.post(f"/alongside/homework/{row.pk}/remove/")
    part.refresh_from_db()
    assert part.ended_at is not None
    assert not [one for one in week_of(ada, today()).sessions.all() if one.content["trace"].get("homework")]
    told = seen(grant)
    assert "What they said lately" in told
    assert "said: not for me now" in told


def test_a_goal_is_put_down_from_the_plan_itself(ada: Person, as_ada: Client) -> None:
    grant = lets_in(ada, "coach")
    part = add(grant, "goal")
    assert convert.profile_of(ada, today()).care.sessions == 3
    as_ada.post(f"/treatment/{part.pk}/answer/", {"answer": "not-now"})
    assert convert.profile_of(ada, today()).care is None
    assert "said: not for me now" in seen(grant)
    as_ada.post(f"/treatment/{part.pk}/answer/", {"answer": "not-now"})  # a second tap
    assert part.entries.filter(act=Entry.NOT_NOW).count() == 1


def test_the_same_homework_twice_is_told_in_one_sentence_and_changes_nothing(ada: Person) -> None:
    grant = lets_in(ada, "therapist")
    add(grant, "homework")
    sent = as_reader(grant).post(f"/people/{grant.pk}/treatment/add/homework/", filled("homework"))
    assert "This one is here already." in sent.content.decode()
    assert ada.treatment.count() == ada.homework.count() == Entry.objects.count() == 1


def test_homework_is_changed_without_being_lost(ada: Person) -> None:
    grant = lets_in(ada, "therapist")
    part = add(grant, "homework")
    as_reader(grant).post(f"/people/{grant.pk}/treatment/{part.pk}/", filled("homework") | {"times": "3"})
    assert alongside.homework(ada).get().times == 3
    part.refresh_from_db()
    assert part.ended_at is None


# --- both sides see it all


@pytest.mark.parametrize("kind", WHO)
def test_the_person_sees_each_part_with_who_wrote_it_and_adds_their_own_words(
    ada: Person, as_ada: Client, kind: str
) -> None:
    grant = lets_in(ada, "physician")
    part = add(grant, kind)
    assert "Noted by" in page(as_ada, "/treatment/")
    if part.asks:
        as_ada.post(f"/treatment/{part.pk}/answer/", {"answer": "right"})
    assert as_ada.post(f"/treatment/{part.pk}/words/", {"words": "<b>slowly</b> please"}).status_code == 302
    for shown in (page(as_ada, "/treatment/"), seen(grant)):
        assert "&lt;b&gt;slowly&lt;/b&gt; please" in shown
        assert "<b>slowly" not in shown


def test_what_is_written_is_not_in_the_database_as_plain_text(ada: Person) -> None:
    part = add(lets_in(ada, "therapist"), "therapy", kind="quillwort therapy")
    actions.add_words(ada, part, "quillwort for me", timezone.now())
    with connection.cursor() as cursor:
        for table in ("treatment_part", "treatment_entry"):
            cursor.execute(f"SELECT says FROM {table}")
            assert all(b"quillwort" not in bytes(row[0]) for row in cursor.fetchall())


def test_empty_words_and_words_without_end_are_told_beside_the_field(ada: Person, as_ada: Client) -> None:
    part = add(lets_in(ada, "therapist"), "task")
    for words in ("", "   ", "x" * 1001, "a\x00b"):
        sent = as_ada.post(f"/treatment/{part.pk}/words/", {"words": words})
        assert "errorlist" in sent.content.decode()
    assert part.entries.count() == 1
    with pytest.raises(InputError):
        actions.add_words(ada, part, " ", timezone.now())


def test_of_the_time_before_a_grant_shows_only_what_its_reader_wrote(ada: Person) -> None:
    old = add(lets_in(ada, "physician"), "cap")
    new = lets_in(ada, "physician", shows_from=today() + timedelta(days=1))
    assert f'id="at-{old.pk}"' not in seen(new)
    own = add(new, "task")
    assert f'id="at-{own.pk}"' in seen(new)
    assert as_reader(new).get(f"/people/{new.pk}/treatment/{old.pk}/").status_code == 404


def test_each_look_is_in_the_record(ada: Person) -> None:
    grant = lets_in(ada, "coach", "plan")
    seen(grant)
    look = Look.objects.get(person=ada)
    assert (look.what, look.items) == ("treatment", ["plan"])


def test_odd_values_are_told_and_change_nothing(ada: Person, as_ada: Client) -> None:
    grant = lets_in(ada, "physician")
    client = as_reader(grant)
    odd: list[tuple[str, dict[str, Any]]] = [
        ("cap", {"max_minutes": "9" * 40}),
        ("cap", {"max_minutes": ""}),
        ("cap", {"max_intensity": "vigorous"}),
        ("cap", {"avoid": ["golf on the moon"]}),
        ("clearance", {"due": "9999-12-31"}),
        ("clearance", {"due": "2020-01-01"}),
        ("clearance", {"due": "tomorrow"}),
        ("medicine", {"on": "1066-10-14"}),
        ("medicine", {"name": "x" * 81}),
        ("medicine", {"kind": "none-known"}),
        ("goal", {"text": "a\x00b"}),
        ("goal", {"sessions": "70"}),
        ("therapy", {"agreed": "-1"}),
        ("homework", {"activity": "flying"}),
        ("review", {"due": ""}),
    ]  # fmt: skip
    for kind, changed in odd:
        sent = client.post(f"/people/{grant.pk}/treatment/add/{kind}/", filled(kind) | changed)
        assert sent.status_code == 200, (kind, changed)
        assert "errorlist" in sent.content.decode(), (kind, changed)
    assert client.get(f"/people/{grant.pk}/treatment/add/other/").status_code == 404
    assert client.post(f"/people/{grant.pk}/treatment/{10**30}/end/").status_code == 404
    assert not ada.treatment.exists()
    part = add(grant, "task")
    for answer in ("", "right", "fine", "not-now", "x" * 100):
        assert as_ada.post(f"/treatment/{part.pk}/answer/", {"answer": answer}).status_code == 302
    assert part.entries.count() == 1
    bad = client.post(f"/people/{grant.pk}/treatment/{part.pk}/end/", {"on": "2999-01-01"})
    assert "Please pick today or an earlier day." in bad.content.decode()


def test_a_plan_holds_only_so_much(ada: Person) -> None:
    grant = lets_in(ada, "coach")
    now = timezone.now()
    for _number in range(actions.MOST):
        actions.note(ada, grant, "task", {"who": "Sam", "text": "calls"}, now)
    with pytest.raises(InputError):
        actions.note(ada, grant, "task", {"who": "Sam", "text": "calls"}, now)


def test_the_pages_take_as_many_queries_for_30_parts_as_for_3(ada: Person, as_ada: Client) -> None:
    grant = lets_in(ada, "physician")
    client, now = as_reader(grant), timezone.now()
    counts = []
    for number in (3, 27):
        for _one in range(number):
            part = actions.note(ada, grant, "task", {"who": "Sam", "text": "calls"}, now)
            actions.add_words(ada, part, "thank you", now)
        for who, path in ((as_ada, "/treatment/"), (client, f"/people/{grant.pk}/treatment/")):
            page(who, path)
            with CaptureQueriesContext(connection) as made:
                page(who, path)
            counts.append(len(made))
    assert counts[:2] == counts[2:]


def test_where_counts_can_do_harm_the_persons_page_has_none(ada: Person, as_ada: Client) -> None:
    ada.answers |= {"conditions": ["eating-disorder"]}
    ada.save()
    add(lets_in(ada, "therapist"), "cap")
    add(lets_in(ada, "therapist"), "homework")
    shown = page(as_ada, "/treatment/")
    assert "20 minutes" not in shown
    assert "times a week" not in shown
    assert "How long it may be is set." in shown


def test_somebody_who_did_not_tell_about_themselves_yet_gets_no_week_from_it(ada: Person) -> None:
    ada.onboarded_at = None
    ada.save()
    add(lets_in(ada, "physician"), "cap")
    add(lets_in(ada, "physician"), "medicine")
    assert week_of(ada, today()) is None


def test_the_person_is_told_in_one_quiet_line_on_today(ada: Person, as_ada: Client) -> None:
    line = "Something in your treatment plan waits for you."
    assert line not in page(as_ada, "/today/")
    part = add(lets_in(ada, "physician"), "medicine")
    shown = page(as_ada, "/today/")
    assert line in shown
    assert "metoprolol" not in shown
    as_ada.post(f"/treatment/{part.pk}/answer/", {"answer": "right"})
    assert line not in page(as_ada, "/today/")


def test_the_queries_are_about_one_person(ada: Person, ben: Person) -> None:
    add(lets_in(ben, "physician"), "medicine", name="quillwort")
    assert queries.parts(ada) == []
    assert queries.noted(ada, today(), {}) == {}
    assert ADA["medicines"] == ada.answers["medicines"]


def test_an_answer_of_a_shared_day_does_not_show_what_was_written_before(ada: Person) -> None:
    part = add(lets_in(ada, "physician"), "medicine")
    long_ago = timezone.now() - timedelta(days=60)
    Part.objects.filter(pk=part.pk).update(made_at=long_ago)
    Entry.objects.filter(part=part).update(at=long_ago, on=long_ago.date())
    later = lets_in(ada, "therapist", shows_from=today() - timedelta(days=5))
    assert "metoprolol" not in seen(later)
    actions.add_words(ada, Part.objects.get(pk=part.pk), "it makes me slow", timezone.now())
    shown = seen(later)
    assert "metoprolol" not in shown
    assert "it makes me slow" not in shown
