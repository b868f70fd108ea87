"""Answers to the questions that people bring, the claims this began with, and how sure an answer is."""

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ambulando.cli.evidence.group import group
from ambulando.cli.talk import JsonFlag, answer, shown, table

if TYPE_CHECKING:
    from ambulando.evidence.certainty import Grade
    from ambulando.evidence.questions import Answer, Finding


@group.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="One of the list; without it the list.")] = None,
    json_: JsonFlag = False,
) -> None:
    """What is known about a question that people bring, how sure it is, and both sides where sources disagree."""
    from ambulando.evidence import base, questions

    if question is None:
        listed = questions.questions()
        answer(
            {"evidence_version": base.version(), "questions": listed},
            json_,
            lambda: table(
                f"Evidence base {base.version()}",
                ("id", "question", "in short"),
                [[one.id, one.question, one.short] for one in listed],
            ),
        )
        return
    found = questions.answer(question)
    answer(found, json_, lambda: _show(found))


def _show(found: "Answer") -> None:
    print(found.question)
    print()
    _say(found.answer)
    _say(f"How sure: {found.certainty}.")
    print()
    for one in found.findings:
        _finding(one)
    topic = ""
    for side in found.sides:
        if side.topic != topic:
            topic = side.topic
            print(f"\nNot agreed: {topic}")
        sources = dict.fromkeys(one.source for one in side.findings)
        _say(f"- {side.says} ({', '.join(sources)})")
    if found.caveats:
        print()
    for caveat in found.caveats:
        _say(f"- {caveat}")
    for missing in found.not_found:
        _say(f"- Not found: {missing}")
    for graded in found.grades:
        print()
        _grade(graded)
    print()
    _say(f"Sources: {', '.join(found.sources)}. Evidence base {found.evidence_version}.")


def _say(text: str) -> None:
    """A sentence as wide as the terminal; as one line where the output goes elsewhere."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10**6
    hanging = "  " if text.startswith("- ") else ""
    print(
        textwrap.fill(text, width, subsequent_indent=hanging, break_on_hyphens=False, break_long_words=False)
    )


def _finding(one: "Finding") -> None:
    """A row in words: what was compared, the result with its interval, how much stands behind it, and its id."""
    result = "" if one.estimate is None else shown(one.estimate)
    if one.ci is not None:
        interval = f"{shown(one.ci[0])} to {shown(one.ci[1])}"
        result = f"{result} ({interval})" if result else interval
    parts = [f"{result} {one.measure}".strip()] if result else []
    if one.k:
        parts.append("1 study" if one.k == 1 else f"{one.k:,} studies")
    if one.n:
        parts.append(f"{one.n:,} people")
    parts.append(one.status + (", partly inferred" if one.confirmed == "inferred" else ""))
    if one.certainty != "not graded":
        parts.append(f"certainty as published: {one.certainty}")
    if one.ours:
        parts.append(f"certainty, our own: {one.ours}")
    says = f" {one.says}" if one.says else ""
    _say(f"- {one.about}: {'; '.join(parts)} [{one.row}].{says}")


@group.command()
def claims(json_: JsonFlag = False) -> None:
    """The claims that this project began with, each with its study and whether it is reproduced, as published or not found."""
    from ambulando.evidence import base, claims

    found = claims.claims()
    rows: list[dict[str, Any]] = [
        {**vars(one), "findings": claims.findings(one.id)} for one in found.values()
    ]

    def show() -> None:
        names = ("verdict", "claim", "study", "says")
        table(
            f"Evidence base {base.version()}",
            names,
            [[str(getattr(one, name)) for name in names] for one in found.values()],
        )

    answer({"evidence_version": base.version(), "claims": rows}, json_, show)


@group.command()
def certainty(
    analysis: Annotated[str, typer.Argument(metavar="ANALYSIS-ID", help="An analysis of the list.")],
    json_: JsonFlag = False,
) -> None:
    """How sure an analysis is, domain by domain after GRADE: computed where it can be, judged by hand where not."""
    from ambulando.evidence import certainty

    found = certainty.of_analysis(analysis)
    answer(found, json_, lambda: _grade(found))


def _grade(found: "Grade") -> None:
    at_most = f" (at most {found.at_most})" if found.total == "not graded" else ""
    _say(
        f"{found.analysis}: {found.total}{at_most}, from {found.start}; the word of the source: {found.published}."
    )
    table(
        "",
        ("domain", "concern", "how", "why"),
        [
            [one.domain.replace("_", " "), one.judgement, one.how, " ".join(str(why) for why in one.reasons)]
            for one in found.domains
        ],
    )
