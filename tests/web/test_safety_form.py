"""The safety form: how hard they would like it, medicines that are looked up and never guessed, and nothing that is lost."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from ambulando.safety.profile import CONDITIONS, SYMPTOMS
from ambulando.web.people.models import Person

FORM: dict[str, Any] = {
    "age": "41",
    "country": "NZ",
    "time_zone": "UTC",
    "active_days": "2",
    "active_minutes": "20",
    "intensity": "moderate",
    "conditions": ["falls"],
    "symptoms": ["fatigue"],
    "clearance": "true",
    "medicines": "sertraline",
    "medicine_changed": "true",
    "hot": "true",
}


def send(client: Client, **changes: Any) -> Any:
    return client.post("/start/safety/", FORM | changes)


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def asked(answer: Any) -> list[str]:
    """The names of the fields that ask about a medicine."""
    return sorted(set(re.findall(r'name="(medicine-[0-9a-f]{8})"', answer.content.decode())))


def test_every_condition_and_symptom_can_be_told(as_ada: Client) -> None:
    page = as_ada.get("/start/safety/").content.decode()
    assert len(CONDITIONS) == 14
    for id_ in CONDITIONS:
        assert f'name="conditions" value="{id_}"' in page
    for id_ in SYMPTOMS:
        assert f'name="symptoms" value="{id_}"' in page


def test_what_was_told_is_kept_and_stands_in_the_form_again(as_ada: Client, ada: Person) -> None:
    assert send(as_ada).status_code == 302
    ada.refresh_from_db()
    told = ada.answers
    assert (told["intensity"], told["medicine_changed"], told["hot"]) == ("moderate", True, True)
    page = as_ada.get("/start/safety/").content.decode()
    for name, value in (("intensity", "moderate"), ("medicine_changed", "true"), ("hot", "true")):
        assert re.search(rf'name="{name}" value="{value}" id="[^"]+" checked', page), name


def test_a_wish_for_nothing_special_is_no_wish(as_ada: Client, ada: Person) -> None:
    send(as_ada, intensity="")
    ada.refresh_from_db()
    assert ada.answers["intensity"] is None


def test_who_has_never_answered_the_new_questions_is_not_changed_by_looking(
    as_ada: Client, ada: Person
) -> None:
    as_ada.get("/start/safety/")
    ada.refresh_from_db()
    assert "intensity" not in ada.answers


# --- medicines


def test_an_unknown_name_asks_with_a_near_one_and_keeps_nothing_yet(as_ada: Client, ada: Person) -> None:
    before = dict(ada.answers)
    answer = send(as_ada, medicines="setraline 50 mg\nmetoprolol", age="44")
    assert answer.status_code == 200
    said = text(answer)
    assert "We do not know “setraline 50 mg”. Did you mean sertraline?" in said
    assert "Keep it as it is" in said
    assert "I meant sertraline" in said
    assert len(asked(answer)) == 1
    ada.refresh_from_db()
    assert ada.answers == before
    page = answer.content.decode()
    assert "setraline 50 mg\nmetoprolol" in unescape(page), "what was typed is still there"
    assert 'value="44"' in page
    assert re.search(r'name="intensity" value="moderate" id="[^"]+" checked', page)
    assert re.search(r'name="conditions" value="falls" id="[^"]+" checked', page)


@pytest.mark.parametrize(("choice", "kept"), [("take", "sertraline 50 mg"), ("keep", "setraline 50 mg")])
def test_the_person_decides_what_becomes_of_it(as_ada: Client, ada: Person, choice: str, kept: str) -> None:
    (field,) = asked(send(as_ada, medicines="setraline 50 mg"))
    assert send(as_ada, medicines="setraline 50 mg", **{field: choice}).status_code == 302
    ada.refresh_from_db()
    assert ada.answers["medicines"] == [kept]


def test_a_name_put_right_by_hand_asks_no_more(as_ada: Client, ada: Person) -> None:
    send(as_ada, medicines="setraline")
    assert send(as_ada, medicines="sertraline").status_code == 302
    ada.refresh_from_db()
    assert ada.answers["medicines"] == ["sertraline"]


def test_a_choice_that_is_none_of_the_two_is_asked_again(as_ada: Client) -> None:
    (field,) = asked(send(as_ada, medicines="setraline"))
    answer = send(as_ada, medicines="setraline", **{field: "sertraline"})
    assert answer.status_code == 200


def test_nothing_is_put_in_place_of_a_name_that_looks_like_none(as_ada: Client, ada: Person) -> None:
    answer = send(as_ada, medicines="blue pills")
    assert "We do not know “blue pills”. Is it spelled as on the box?" in text(answer)
    assert "I meant" not in text(answer)
    (field,) = asked(answer)
    send(as_ada, medicines="blue pills", **{field: "take"})
    ada.refresh_from_db()
    assert ada.answers["medicines"] == ["sertraline"], "as before: there is no such choice"


def test_the_known_half_of_a_line_is_never_taken_for_the_whole(as_ada: Client) -> None:
    answer = send(as_ada, medicines="bisoprolol with blorp")
    assert "I meant" not in text(answer)
    assert len(asked(answer)) == 1


def test_several_unknown_names_are_each_asked_about(as_ada: Client, ada: Person) -> None:
    answer = send(as_ada, medicines="setraline\nblue pills\nlithium")
    fields = asked(answer)
    assert len(fields) == 2
    send(as_ada, medicines="setraline\nblue pills\nlithium", **dict.fromkeys(fields, "keep"))
    ada.refresh_from_db()
    assert ada.answers["medicines"] == ["setraline", "blue pills", "lithium"]


def test_a_name_kept_as_it_is_does_not_ask_at_every_visit(as_ada: Client, ada: Person) -> None:
    (field,) = asked(send(as_ada, medicines="blue pills"))
    send(as_ada, medicines="blue pills", **{field: "keep"})
    assert send(as_ada, medicines="blue pills").status_code == 302
    assert "ask your pharmacist" in text(as_ada.get("/start/safety/")), "but it says what we do not know"


def test_what_was_found_and_what_it_means_stands_on_the_page(as_ada: Client, ada: Person) -> None:
    before = dict(ada.answers)
    answer = send(as_ada, medicines="lithium\nmetformin", look="yes", age="")
    said = text(answer)
    assert answer.status_code == 200
    assert "lithium : Lithium" in said
    assert "Heavy sweating can change your level" in said
    assert "metformin : Nothing to mind that we know of" in said
    assert "Please put in your age" not in said, "who looks something up is not told of the rest"
    ada.refresh_from_db()
    assert ada.answers == before
    assert "lithium\nmetformin" in unescape(answer.content.decode())


def test_looking_up_an_unknown_name_asks_too(as_ada: Client) -> None:
    assert "Did you mean sertraline?" in text(send(as_ada, medicines="setraline", look="yes"))


def test_no_name_is_told_to_be_taken_or_left(as_ada: Client) -> None:
    said = text(
        send(as_ada, medicines="sertraline\nlithium\nquetiapine\nmethylphenidate", look="yes")
    ).lower()
    for words in ("stop taking", "start taking", "your dose", "lower dose"):
        assert words not in said


def test_markup_in_a_name_stays_text(as_ada: Client) -> None:
    answer = send(as_ada, medicines="<script>alert(1)</script>")
    assert b"<script>alert" not in answer.content


def test_very_many_lines_are_one_sentence(as_ada: Client, ada: Person) -> None:
    many = "\n".join(f"sertraline {number} mg at {number}" for number in range(200))
    answer = send(as_ada, medicines=many)
    assert answer.status_code == 200
    fields = asked(answer)
    assert "at most 60" in text(send(as_ada, medicines=many, **dict.fromkeys(fields, "keep")))


def test_what_was_sent_after_signing_out_is_still_there_after_signing_in(as_ada: Client, ada: Person) -> None:
    page = as_ada.get("/start/safety/").content.decode()
    of = page.split('name="of" value="')[1].split('"')[0]
    as_ada.post("/account/logout/")
    answer = send(as_ada, medicines="setraline", of=of)
    answer = as_ada.post(
        answer.url,
        {"login": "ada", "password": "it is solved by walking", "next": "/start/safety/"},
        follow=True,
    )
    assert "setraline" in answer.content.decode()
    assert "Did you mean sertraline?" in text(answer)


def test_what_holds_for_several_medicines_is_said_once(as_ada: Client) -> None:
    names = "sertraline\nquetiapine\nlamotrigine\nmetoprolol"
    page = unescape(
        as_ada.post("/start/safety/", FORM | {"medicines": names, "look": "yes"}).content.decode()
    )
    card = page.split('id="found"')[1].split("</section>")[0]
    assert card.count("heart rate") == 2, "in one note alone, that of the beta-blocker"
    assert card.count("You take sertraline") == 1


def test_being_active_means_breathing_faster(as_ada: Client) -> None:
    assert "so that you breathed faster" in as_ada.get("/start/safety/").content.decode()
