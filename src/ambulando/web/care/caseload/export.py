"""A copy for the record: a ZIP of tables, one for each item that is shared, and a page that says what is in it."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from ambulando.web.care.caseload import one
from ambulando.web.care.grants.items import ITEMS
from ambulando.web.care.grants.models import Grant
from ambulando.web.comparisons.models import Comparison
from ambulando.web.journal.models import CheckIn
from ambulando.web.plans.models import Session
from ambulando.web.templatetags.words import activity_name, say

#: what a spreadsheet would take for a formula
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def zip_of(grant: Grant, now: datetime) -> bytes:
    """The whole of what is shared, from its first shared day on."""
    written = io.BytesIO()
    tables = dict(tables_of(grant, now))
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("read-me.txt", _about(grant, now, tables))
        for name, (columns, rows) in tables.items():
            archive.writestr(f"{name}.csv", csv_of(columns, rows))
    return written.getvalue()


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV; an empty cell is what is not known. Words that a spreadsheet would take for a formula are marked."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([_cell(value) for value in row])
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return int(value) if isinstance(value, bool) else value


def tables_of(grant: Grant, now: datetime) -> Iterable[tuple[str, tuple[Sequence[str], list[Sequence[Any]]]]]:
    """A name, the columns and the rows of each table."""
    if found := one.encouragement(grant, now):
        yield "moving", (("times", "this_week", "since"), [(found.times, found.this_week, found.since)])
    if grant.shows("mood"):
        yield "check-ins", (("date", "part", "mood", "energy", "sleep", "stress"), _check_ins(grant))
    if grant.shows("assessments"):
        yield (
            "questionnaires",
            (("date", "questionnaire", "total", "band", "change", "answers"), _filled(grant)),
        )
    if grant.shows("item-9"):
        yield "phq-9-last-question", (("date", "answer"), _last_questions(grant))
    if grant.shows("bouts"):
        columns = ("date", "activity", "minutes", "effort", "feeling_before", "feeling_after")
        body = ("pain", "pulse") if grant.shows("body") else ()
        yield "done", ((*columns, *body), _done(grant))
    if grant.shows("notes"):
        rows = [(row.day, row.note) for row in one.did(grant) if row.note]
        yield "own-words", (("date", "words"), rows)
    if grant.shows("plan"):
        yield "plan", (("date", "activity", "minutes", "how_hard", "became"), _plan(grant))
        yield "in-the-way", (("told",), [(name,) for name in one.barriers_of(grant)])
    for item, name, rows in (
        ("body", "body", one.body_of(grant)),
        ("medicines", "medicines", one.medicines_of(grant)),
    ):
        if grant.shows(item):
            yield name, (("told",), [(row,) for row in rows or ()])
    if grant.shows("comparisons"):
        yield "comparisons", (("from", "compared", "state", "grade", "came_out"), _comparisons(grant))


def _check_ins(grant: Grant) -> list[Sequence[Any]]:
    rows = CheckIn.objects.filter(person=grant.person, day__gte=grant.shows_from or date.min)
    return list(rows.values_list("day", "part", "mood", "energy", "sleep", "stress"))


def _filled(grant: Grant) -> list[Sequence[Any]]:
    return [
        (
            row.filled.day,
            row.filled.name,
            row.filled.total,
            row.filled.band.label if row.filled.band else "",
            row.change,
            " ".join("-" if answer is None else str(answer) for answer in row.filled.answers),
        )
        for row in one.answered(grant)
        if grant.shows("assessments", row.filled.day)
    ]


def _last_questions(grant: Grant) -> list[Sequence[Any]]:
    return [(day, last) for _shown, _id, day, last in one.questionnaires(grant) if last is not None]


def _done(grant: Grant) -> list[Sequence[Any]]:
    body = grant.shows("body")
    return [
        (row.day, activity_name(row.activity), row.minutes, row.effort, row.before, row.after)
        + ((row.pain, row.pulse) if body else ())
        for row in one.did(grant)
    ]


def _plan(grant: Grant) -> list[Sequence[Any]]:
    rows = one.sessions(grant, date.min, date.max)
    became = {Session.DONE: "done", Session.NOT_TODAY: "not that day"}
    return [
        (row.day, activity_name(row.activity), row.minutes, row.intensity, became.get(row.state, ""))
        for row in rows
    ]


def _comparisons(grant: Grant) -> list[Sequence[Any]]:
    found = []
    for row, name in one.comparisons_of(grant) or ():
        result = row.result if row.state != Comparison.RUNNING and row.result else {}
        sentence = say(result["sentence"]) if result.get("sentence") else ""
        found.append((row.starts, name, row.state, result.get("grade", ""), sentence))
    return found


def _about(grant: Grant, now: datetime, tables: Iterable[str]) -> str:
    shared = ", ".join(str(name) for id_, (name, _sees) in ITEMS.items() if grant.shows(id_))
    hidden = ", ".join(str(name) for id_, (name, _sees) in ITEMS.items() if not grant.shows(id_))
    lines = [
        _("What {name} shares, as of {day}.").format(
            name=grant.person.username, day=one.today_of(grant.person, now).isoformat()
        ),
        _("Shared: {items}").format(items=shared or "-"),
        _("Not shared, and so not here: {items}").format(items=hidden or "-"),
        _("From: {day}").format(day=grant.shows_from.isoformat() if grant.shows_from else "-"),
        _("Tables: {names}").format(names=", ".join(f"{name}.csv" for name in tables)),
        _("An empty cell is what is not known. What the person told of body and medicines is as of today."),
        _("It is no diagnosis. The person can see that this copy was made."),
    ]
    return "\n".join(lines) + "\n"
