"""The commands of questions, claims and certainty: their keys, their sentences, and what they say about an unknown name."""

import json
import re
import sys

import pytest

from ambulando import cli
from ambulando.evidence import base, questions

QUESTION = {
    "id",
    "question",
    "answer",
    "certainty",
    "findings",
    "sides",
    "caveats",
    "sources",
    "evidence_version",
}
FINDING = {"row", "analysis", "estimate", "ci", "k", "n", "status", "certainty", "source"}


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ambulando", "evidence", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_without_a_question_the_questions_are_listed(run):
    code, out, err = run("ask", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert [one["id"] for one in found["questions"]] == [one.id for one in questions.questions()]
    assert found["evidence_version"] == base.version()


@pytest.mark.parametrize("question", [one.id for one in questions.questions()])
def test_a_question_is_answered_with_its_findings_and_how_sure(run, question):
    code, out, err = run("ask", question, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert set(found) >= QUESTION
    assert all(set(one) >= FINDING for one in found["findings"])
    assert all(set(one) >= {"topic", "says", "findings"} for one in found["sides"])
    assert found["answer"].endswith(".")


def test_for_a_person_the_answer_comes_in_sentences(run):
    code, out, _err = run("ask", "how-hard")
    assert code == 0
    assert "How sure: not graded." in out
    assert "Not agreed: Is harder better?" in out
    assert "Traceback" not in out


def test_a_row_behind_an_answer_is_told_in_words_with_its_id(run):
    _code, out, _err = run("ask", "does-it-help")
    assert (
        "- Symptoms at the end: exercise, or no treatment or control: -0.67 (-0.82 to -0.52) SMD; 57 studies; 2,189 people; "
        "as published; certainty as published: low [clegg2026-exercise-control]."
    ) in out
    _code, out, _err = run("ask", "how-hard")
    assert "the larger the difference. (noetel2024)" in out


def test_on_a_terminal_no_line_is_wider_than_it_and_no_id_is_broken(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for one in questions.questions():
        _code, out, _err = run("ask", one.id)
        out = re.sub(r"\x1b\[[0-9;]*m", "", out)  # bold heads of tables
        assert max(map(len, out.splitlines())) <= 80
        flat = " ".join(out.split())
        assert all(found.row in flat for found in questions.answer(one.id).findings)


def test_every_claim_has_its_verdict(run):
    code, out, _err = run("claims", "--json")
    found = json.loads(out)
    assert code == 0
    assert {one["verdict"] for one in found["claims"]} == {"reproduced", "as published", "not found"}
    assert all(set(one) >= {"id", "claim", "study", "verdict", "says", "findings"} for one in found["claims"])
    code, out, _err = run("claims")
    assert code == 0
    assert "reproduced" in out


def test_certainty_comes_domain_by_domain(run):
    code, out, _err = run("certainty", "cooney2013-post", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["total"] == "very low"
    assert [one["domain"] for one in found["domains"]] == [
        "risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias",
    ]  # fmt: skip
    assert all(set(one) >= {"judgement", "reasons", "how"} for one in found["domains"])
    code, out, _err = run("certainty", "clegg2026-exercise-medicine")
    assert code == 0
    assert "not graded (at most" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask", "nope"), "There is no question called 'nope'; there are does-it-help"),
        (("certainty", "nope"), "There is no analysis called 'nope'"),
    ],
)
def test_an_unknown_name_is_one_sentence_and_exit_code_2(run, arguments, words):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
