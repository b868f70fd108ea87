"""The reader of hard answers: only a monitored inbox with a name and hours, and only for who asked for it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.web.help import actions, inbox, jobs, queries
from ambulando.web.help.models import Alert
from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person

WHOLE = {
    "name": '"Dr. Mere Tane"',
    "email": '"reader@clinic.example"',
    "hours": '"Monday to Friday, 9 to 17"',
    "zone": '"Pacific/Auckland"',
    "monitored": "true",
}


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``written(hours=None, ...)`` writes inbox.toml, without what is None."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    monkeypatch.setattr(settings, "SENDS_EMAIL", True)

    def write(**other: str | None) -> None:
        lines = [f"{key} = {value}" for key, value in (WHOLE | other).items() if value is not None]
        (tmp_path / inbox.NAME).write_text("\n".join(lines), "utf-8")

    return write


@pytest.fixture
def told(written: Callable[..., None], ada: Person) -> Person:
    """Ada, who asked that the reader be told."""
    written()
    actions.allow_alert(ada, "Dr. Mere Tane", timezone.now())
    return ada


def hard_answer(person: Person, callbacks: Any, nine: int = 1) -> Alert | None:
    with callbacks(execute=True):
        assessment, _route = journal.assess(person, "phq-9", [1] * 8 + [nine], timezone.localdate())
    return queries.alert_of(assessment)


def test_an_inbox_that_is_whole_is_read(written: Callable[..., None]) -> None:
    written()
    found = inbox.inbox()
    assert found == inbox.Inbox(
        "Dr. Mere Tane", "reader@clinic.example", "Monday to Friday, 9 to 17", "Pacific/Auckland"
    )
    assert inbox.monitored() == found
    assert inbox.problems() == []


def test_without_a_file_there_is_no_reader_and_no_problem(written: Callable[..., None]) -> None:
    assert inbox.inbox() is None
    assert inbox.monitored() is None
    assert inbox.problems() == []


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"name": None}, "does not say 'name'"),
        ({"email": None}, "does not say 'email'"),
        ({"hours": None}, "does not say 'hours'"),
        ({"hours": '"  "'}, "does not say 'hours'"),
        ({"hours": "9"}, "does not say 'hours'"),
        ({"zone": None}, "does not say 'zone'"),
        ({"monitored": None}, "monitored = true"),
        ({"monitored": "false"}, "monitored = true"),
        ({"monitored": '"true"'}, "monitored = true"),
        ({"monitored": "1"}, "monitored = true"),
        ({"email": '"nobody"'}, "not an e-mail address"),
        ({"zone": '"Middle/Earth"'}, "not a time zone"),
        ({"mail": '"x"'}, "'mail', which it does not know"),
        ({"name": f'"{"x" * 121}"'}, "too long"),
        ({"name": '"A\\nBcc: b@c.example"'}, "too long"),
        ({"name": "Dr. Tane"}, "not valid TOML"),
    ],
)
def test_an_inbox_that_does_not_hold_is_one_sentence_and_tells_nobody(
    written: Callable[..., None], ada: Person, other: dict[str, str | None], says: str
) -> None:
    written(**other)
    with pytest.raises(InputError, match=says):
        inbox.inbox()
    assert inbox.monitored() is None
    assert len(inbox.problems()) == 1
    with pytest.raises(InputError, match="No one reads such messages here"):
        actions.allow_alert(ada, "Dr. Mere Tane", timezone.now())


def test_a_file_that_is_no_text_is_one_sentence(written: Callable[..., None]) -> None:
    inbox.place().write_bytes(b"\xff\xfe\x00")
    assert "can not be read" in inbox.problems()[0]


def test_without_e_mail_nobody_can_be_told(
    written: Callable[..., None], ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    written()
    monkeypatch.setattr(settings, "SENDS_EMAIL", False)
    assert "sends no e-mail" in inbox.problems()[0]
    with pytest.raises(InputError):
        actions.allow_alert(ada, "Dr. Mere Tane", timezone.now())


def test_it_is_off_until_the_person_says_so_and_one_tap_takes_it_back(
    written: Callable[..., None], as_ada: Client, ada: Person
) -> None:
    written()
    assert queries.reader_of_item9(ada) is None
    page = as_ada.get("/help/alert/").content.decode()
    for told in ("Dr. Mere Tane", "Monday to Friday, 9 to 17", "Pacific/Auckland", "No answer and no total", "no emergency service"):  # fmt: skip
        assert told in page
    as_ada.post("/help/alert/", {"tell": "Dr. Mere Tane"})
    reader = queries.reader_of_item9(ada)
    assert reader
    assert (reader.name, reader.hours) == ("Dr. Mere Tane", "Monday to Friday, 9 to 17")
    assert "Stop telling them" in as_ada.get("/help/alert/").content.decode()
    as_ada.post("/help/alert/", {})
    assert queries.reader_of_item9(ada) is None


def test_with_no_inbox_there_is_nothing_to_turn_on(as_ada: Client, ada: Person) -> None:
    page = as_ada.get("/help/alert/").content.decode()
    assert "No one is watching your answers" in page
    assert 'name="tell"' not in page
    as_ada.post("/help/alert/", {"tell": "Dr. Mere Tane"})
    assert queries.alert_choice(ada) is None


@pytest.mark.parametrize("other", [{"name": '"Dr. Other"'}, {"email": '"other@clinic.example"'}])
def test_who_agreed_to_one_reader_has_not_agreed_to_another(
    told: Person, written: Callable[..., None], other: dict[str, str], django_capture_on_commit_callbacks: Any
) -> None:
    assert queries.reader_of_item9(told)
    written(**other)
    assert queries.reader_of_item9(told) is None
    assert hard_answer(told, django_capture_on_commit_callbacks) is None
    assert mail.outbox == []


def test_a_button_of_an_old_page_does_not_agree_to_the_new_reader(
    written: Callable[..., None], ada: Person
) -> None:
    written(name='"Dr. Other"')
    with pytest.raises(InputError, match="Who reads has changed"):
        actions.allow_alert(ada, "Dr. Mere Tane", timezone.now())


@pytest.mark.parametrize("nine", [1, 2, 3])
def test_the_reader_is_sent_word_without_an_answer_or_a_total(
    told: Person, django_capture_on_commit_callbacks: Any, nine: int
) -> None:
    alert = hard_answer(told, django_capture_on_commit_callbacks, nine)
    assert alert
    assert alert.state == Alert.SENT
    [sent] = mail.outbox
    assert sent.to == ["reader@clinic.example"]
    text = sent.subject + sent.body
    assert "ada asked that you be told of an answer" in text
    assert "Pacific/Auckland" in text
    total = str(8 + nine)
    words = text.replace("9 to 17", "").split()
    assert total not in words
    for never in ("PHQ", "score", "death", "suicid", "depress", "hurt"):
        assert never.lower() not in text.lower()


def test_nobody_is_sent_word_of_other_answers_or_for_who_did_not_ask(
    told: Person, ben: Person, django_capture_on_commit_callbacks: Any
) -> None:
    assert hard_answer(told, django_capture_on_commit_callbacks, 0) is None
    with django_capture_on_commit_callbacks(execute=True):
        journal.assess(told, "phq-8", [3] * 8, timezone.localdate())
    assert hard_answer(ben, django_capture_on_commit_callbacks, 3) is None
    assert mail.outbox == []


def test_the_same_answers_sent_twice_are_one_word(
    told: Person, django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(2):
        hard_answer(told, django_capture_on_commit_callbacks)
    assert len(mail.outbox) == 1


@pytest.fixture
def no_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)


def test_a_failure_is_told_on_the_page_after_and_tried_again(
    told: Person, as_ada: Client, no_mail_server: None, django_capture_on_commit_callbacks: Any
) -> None:
    alert = hard_answer(told, django_capture_on_commit_callbacks)
    assert alert
    assert alert.state == Alert.TRYING
    page = as_ada.get(f"/assessments/{alert.assessment_id}/help/").content.decode()
    assert "We could not reach Dr. Mere Tane. Please do not wait for them. We will try again." in " ".join(
        page.split()
    )


def test_what_did_not_go_out_goes_out_later(told: Person) -> None:
    assessment, _route = journal.assess(told, "phq-9", [0] * 8 + [1], timezone.localdate())
    assert queries.alert_of(assessment).state == Alert.WAITING, "the queue lost it"
    jobs.send_open_alerts.call_local()
    assert queries.alert_of(assessment).state == Alert.SENT
    jobs.send_open_alerts.call_local()
    assert len(mail.outbox) == 1


def test_when_it_never_gets_through_today_says_so_until_it_was_seen(
    told: Person, as_ada: Client, no_mail_server: None, django_capture_on_commit_callbacks: Any
) -> None:
    alert = hard_answer(told, django_capture_on_commit_callbacks)
    assert alert
    Alert.objects.update(made_at=timezone.now() - actions.TRY_FOR - timedelta(minutes=1))
    jobs.send_open_alerts.call_local()
    alert.refresh_from_db()
    assert alert.state == Alert.FAILED
    assert "We could not reach Dr. Mere Tane" in as_ada.get("/today/").content.decode()
    assert "We could not reach Dr. Mere Tane" in as_ada.get("/help/kept/").content.decode()
    as_ada.post(f"/help/alert/{alert.pk}/seen/")
    assert "We could not reach" not in as_ada.get("/today/").content.decode()


def test_word_that_waits_is_not_sent_after_it_was_taken_back(told: Person) -> None:
    assessment, _route = journal.assess(told, "phq-9", [0] * 8 + [1], timezone.localdate())
    actions.take_back_alert(told)
    jobs.send_open_alerts.call_local()
    assert mail.outbox == []
    assert queries.alert_of(assessment).state == Alert.TAKEN_BACK


def test_the_page_after_says_who_reads_it_and_when_and_that_lines_are_faster(
    told: Person, as_ada: Client, django_capture_on_commit_callbacks: Any
) -> None:
    alert = hard_answer(told, django_capture_on_commit_callbacks)
    assert alert
    page = " ".join(as_ada.get(f"/assessments/{alert.assessment_id}/help/").content.decode().split())
    assert "Dr. Mere Tane was sent word" in page
    assert "Monday to Friday, 9 to 17 (Pacific/Auckland)" in page
    assert "Help lines are faster" in page
    assert "No one else" not in page
    assert "No one is watching" not in page


def test_word_on_its_way_is_asked_for_again_and_after_a_while_called_not_reached(
    told: Person, as_ada: Client
) -> None:
    assessment, _route = journal.assess(told, "phq-9", [0] * 8 + [1], timezone.localdate())
    path = f"/assessments/{assessment.pk}/help/word/"
    page = as_ada.get(path).content.decode()
    assert "is being sent word" in page
    assert f'hx-get="{path}"' in page
    Alert.objects.update(made_at=timezone.now() - timedelta(minutes=6))
    page = as_ada.get(path).content.decode()
    assert "We could not reach Dr. Mere Tane" in page
    assert "hx-get" not in page


def test_before_the_questionnaire_it_says_who_is_told(
    written: Callable[..., None], as_ada: Client, ada: Person
) -> None:
    written()
    assert "No one is watching these answers" in as_ada.get("/questions/phq-9/").content.decode()
    actions.allow_alert(ada, "Dr. Mere Tane", timezone.now())
    page = as_ada.get("/questions/phq-9/").content.decode()
    assert "No one is watching" not in page
    assert "Dr. Mere Tane" in page
    assert "Monday to Friday, 9 to 17 (Pacific/Auckland)" in page
    assert "no emergency service" in page
    assert "No one is watching these answers" in as_ada.get("/questions/phq-8/").content.decode()


def test_nobody_sees_or_changes_the_word_of_another(
    told: Person, as_ben: Client, django_capture_on_commit_callbacks: Any
) -> None:
    alert = hard_answer(told, django_capture_on_commit_callbacks)
    assert alert
    assert as_ben.get(f"/assessments/{alert.assessment_id}/help/word/").status_code == 404
    as_ben.post(f"/help/alert/{alert.pk}/seen/")
    as_ben.post("/help/alert/", {})
    alert.refresh_from_db()
    assert alert.seen is False
    assert queries.reader_of_item9(told)
    assert "Dr. Mere Tane" not in as_ben.get("/help/kept/").content.decode()
