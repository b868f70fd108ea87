"""One person, as far as they let a reader in: each part by itself, and None where it is not shared."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import mean
from typing import Any

from django.db.models import Prefetch

from ambulando.activity.bouts import Bout as DoneBout
from ambulando.activity.bouts import without_overlaps
from ambulando.measures.change import ClinicalChange, for_clinicians
from ambulando.plan.barriers import barriers
from ambulando.safety.profile import CONDITIONS, SYMPTOMS
from ambulando.safety.words import named
from ambulando.web.alongside import queries as alongside
from ambulando.web.care.caseload import masks
from ambulando.web.care.caseload.models import Acknowledged, Note
from ambulando.web.care.grants.models import Grant
from ambulando.web.comparisons.models import Comparison
from ambulando.web.comparisons.results import name_of
from ambulando.web.journal import queries as journal
from ambulando.web.journal.models import Bout
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Session
from ambulando.web.signals.models import Noticed
from ambulando.web.templatetags.words import say

#: weeks that may be looked at, and those that are shown first
WEEKS = (12, 26, 52)
#: weeks of signals that are shown
SIGNAL_WEEKS = 12


@dataclass(frozen=True)
class Encouragement:
    """All that a friend sees: how many times so far, and whether there was one this week."""

    times: int
    this_week: bool
    since: date | None


@dataclass(frozen=True)
class Day:
    """A day of the time line. What is not shared, or was not told, is None."""

    day: date
    mood: int | None = None
    energy: int | None = None
    sleep: int | None = None
    stress: int | None = None
    minutes: int | None = None
    filled: masks.Filled | None = None


@dataclass(frozen=True)
class WeekOf:
    """A week from its Monday: how it was, what was done and what was planned, each where it is shared."""

    starts: date
    mood: float | None
    days: int
    times: int | None
    minutes: int | None
    planned: int | None
    done: int | None


@dataclass(frozen=True)
class Did:
    """Something done, with as much as is shared of it."""

    day: date
    activity: str | None
    minutes: int | None
    effort: int | None
    before: int | None
    after: int | None
    pain: bool | None
    pulse: float | None
    note: str


@dataclass(frozen=True)
class Answered:
    """A questionnaire with the one before it: the change in words, and the marks that sources give for it."""

    filled: masks.Filled
    change: str
    marks: ClinicalChange | None
    pairs: Sequence[tuple[Any, Any]]
    last_question: str | None


@dataclass(frozen=True)
class Signal:
    pk: int
    name: str
    day: date
    source: str
    seen: Sequence[Acknowledged]
    mine: bool


def today_of(person: Person, now: datetime) -> date:
    return now.astimezone(person.zone).date()


def first_day(grant: Grant, today: date, weeks: int) -> date:
    """The first day that is looked at: the Monday so many weeks ago, and never one that is not shared."""
    monday = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
    return max(monday, grant.shows_from) if grant.shows_from else monday


def _start(grant: Grant, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=grant.person.zone)


def _own_bouts(grant: Grant, since: date | None = None) -> Any:
    """Bouts of days that are shared, at all or since then."""
    first = max(filter(None, (since, grant.shows_from)), default=None)
    rows = grant.person.bouts.order_by("start")
    return rows.filter(start__gte=_start(grant, first)) if first else rows


def encouragement(grant: Grant, now: datetime) -> Encouragement | None:
    if not grant.shows("encouragement"):
        return None
    today = today_of(grant.person, now)
    monday = today - timedelta(days=today.weekday())
    return Encouragement(
        _own_bouts(grant).count(), _own_bouts(grant, monday).filter(start__lte=now).exists(), grant.shows_from
    )


def questionnaires(
    grant: Grant, since: date | None = None
) -> list[tuple[masks.Filled | None, str, date, Any]]:
    """What was filled in, the newest first: what of it is shown, the instrument, the day and the last question's answer."""
    if not (grant.shows("assessments") or grant.shows("item-9")):
        return []
    first = max(filter(None, (since, grant.shows_from)), default=date.min)
    rows = grant.person.assessments.filter(day__gte=first).values_list("instrument", "day", "answers")
    found = []
    for instrument, day, answers in rows:
        shown = masks.filled(grant, instrument, day, answers)
        last = masks.last_question(grant, instrument, day, answers)
        if shown or last is not None:
            found.append((shown, instrument, day, last))
    return found


def days_of(grant: Grant, since: date) -> list[Day]:
    """The time line, the latest day first; days without anything that is shared are left out."""
    days: dict[date, dict[str, Any]] = defaultdict(dict)
    since = max(since, grant.shows_from) if grant.shows_from else since
    if grant.shows("mood"):
        for day, told in journal.felt(grant.person, since).items():
            days[day] |= told
    if grant.shows("bouts"):
        for bout in done(grant, since):
            days[bout.day]["minutes"] = days[bout.day].get("minutes", 0) + bout.minutes
    for shown, _instrument, day, _last in reversed(questionnaires(grant, since)):
        if shown and shown.total is not None and shown.form.scoring == "sum" and shown.form.highest <= 27:
            days[day]["filled"] = shown
    return [
        Day(day, **{**told, **({"minutes": round(told["minutes"])} if "minutes" in told else {})})
        for day, told in sorted(days.items(), reverse=True)
    ]


def done(grant: Grant, since: date) -> tuple[DoneBout, ...]:
    """What was done, the same from two devices once; empty where it is not shared."""
    if not grant.shows("bouts"):
        return ()
    return without_overlaps(journal.as_done(one, grant.person) for one in _own_bouts(grant, since))


def sessions(grant: Grant, since: date, until: date) -> list[Session]:
    """What stands in the plan for these days, without what was replaced."""
    if not grant.shows("plan"):
        return []
    first = max(since, grant.shows_from) if grant.shows_from else since
    rows = grant.person.sessions.filter(day__range=(first, until), week__current=True)
    return list(rows.exclude(state=Session.REPLACED).defer("content"))


def weeks_of(
    grant: Grant, days: Sequence[Day], bouts: Sequence[DoneBout], planned: Sequence[Session], today: date
) -> list[WeekOf]:
    """Week by week, the latest first; weeks without anything that is shared are left out."""

    def monday(day: date) -> date:
        return day - timedelta(days=day.weekday())

    moods, times, plan = defaultdict(list), defaultdict(list), defaultdict(list)
    for day in days:
        if day.mood is not None:
            moods[monday(day.day)].append(day.mood)
    for bout in bouts:
        times[monday(bout.day)].append(bout.minutes)
    for session in planned:
        if session.day < today or session.state == Session.DONE:
            plan[monday(session.day)].append(session.state == Session.DONE)
    shows_bouts, shows_plan = grant.shows("bouts"), grant.shows("plan")
    return [
        WeekOf(
            starts=week,
            mood=mean(moods[week]) if moods.get(week) else None,
            days=len(moods.get(week, ())),
            times=len(times.get(week, ())) if shows_bouts else None,
            minutes=round(sum(times.get(week, ()))) if shows_bouts else None,
            planned=len(plan.get(week, ())) if shows_plan else None,
            done=sum(plan.get(week, ())) if shows_plan else None,
        )
        for week in sorted({*moods, *times, *plan}, reverse=True)
    ]


def did(grant: Grant, since: date | None = None) -> list[Did]:
    """What was done, and the words beside it, each where it is shared; the latest first."""
    bouts, notes, body = (grant.shows(item) for item in ("bouts", "notes", "body"))
    if not (bouts or notes):
        return []
    found = [_did(one, grant, bouts, notes, body) for one in reversed(_own_bouts(grant, since))]
    return [one for one in found if bouts or one.note]


def _did(one: Bout, grant: Grant, bouts: bool, notes: bool, body: bool) -> Did:
    return Did(
        day=one.start.astimezone(grant.person.zone).date(),
        activity=one.activity if bouts else None,
        minutes=one.minutes if bouts else None,
        effort=one.effort if bouts else None,
        before=one.feeling_before if bouts else None,
        after=one.feeling_after if bouts else None,
        pain=one.pain if bouts and body else None,
        pulse=one.hr_mean if bouts and body else None,
        note=one.note if notes else "",
    )


def answered(grant: Grant, since: date | None = None) -> list[Answered]:
    """Each questionnaire with its change from the one before with the same questions, the newest first."""
    rows = questionnaires(grant, since)
    found = []
    for number, (shown, instrument, day, last) in enumerate(rows):
        words = None if last is None else _last_words(last)
        if shown is None:
            found.append(Answered(_only_last(instrument, day), "", None, (), words))
            continue
        before = next((two for two, *_ in rows[number + 1 :] if two and masks.same_form(two, shown)), None)
        marks = None
        if before and masks.same_form(before, shown):
            marks = for_clinicians(shown.form.id, before.total or 0, shown.total or 0)
        asked = shown.form.items + shown.form.extras
        pairs = list(
            zip(asked, (_in_words(*pair) for pair in zip(asked, shown.answers, strict=False)), strict=False)
        )
        change = masks.change_words(before, shown) if before else ""
        found.append(Answered(shown, change, marks, pairs, words))
    return found


def _only_last(instrument: str, day: date) -> masks.Filled:
    form = masks.instruments()[instrument]
    return masks.Filled(day, form, say(form.name), None, None, ())


def _last_words(answer: int) -> str:
    item = masks.instruments()["phq-9"].items[8]
    return str(_in_words(item, answer))


def _in_words(item: Any, answer: int | None) -> Any:
    if answer is None or item.kind == "choice":
        return next((one.text for one in item.answers if one.score == answer), None)
    return f"{answer} {say(item.unit)}" if item.unit else str(answer)


def signals(grant: Grant, reader: Person | None, now: datetime) -> list[Signal]:
    """What was noticed and rests on shared days alone, with who saw it."""
    since = today_of(grant.person, now) - timedelta(weeks=SIGNAL_WEEKS)
    rows = Noticed.objects.filter(person=grant.person, day__gte=since).prefetch_related(
        Prefetch("acknowledged", queryset=Acknowledged.objects.order_by("at"))
    )
    return [
        Signal(
            one.pk,
            masks.SIGNAL_NAMES[one.signal],
            one.day,
            one.source,
            seen := [told for told in one.acknowledged.all() if told.day == one.day],
            reader is not None and any(told.reader_id == reader.pk for told in seen),
        )
        for one in rows
        if masks.signal_shown(grant, one.signal, one.day, one.rows)
    ]


def signal(grant: Grant, pk: int) -> Noticed | None:
    """One signal of this person, if the reader may see it."""
    one = Noticed.objects.filter(person=grant.person, pk=pk).first()
    return one if one and masks.signal_shown(grant, one.signal, one.day, one.rows) else None


def barriers_of(grant: Grant) -> list[str]:
    """What stands in the way, as told now."""
    if not grant.shows("plan"):
        return []
    return [
        say(barriers()[id_].name) for id_ in grant.person.answers.get("barriers") or () if id_ in barriers()
    ]


def asked_for(grant: Grant) -> dict[str, Any]:
    """What binds or fills the plan: caps and goals that a clinician asked for, and homework; those of shared days."""
    if not grant.shows("plan"):
        return {"asked": [], "homework": []}
    return {
        "asked": [one for one in alongside.asked(grant.person) if grant.shows("plan", one.said_on)],
        "homework": [one for one in alongside.homework(grant.person) if grant.shows("plan", one.said_on)],
    }


def medicines_of(grant: Grant) -> list[str] | None:
    if not grant.shows("medicines"):
        return None
    return [str(one) for one in grant.person.answers.get("medicines") or ()]


def body_of(grant: Grant) -> list[str] | None:
    """Conditions, signs and pregnancy, as told now."""
    if not grant.shows("body"):
        return None
    told = grant.person.answers
    conditions = [
        say(named("condition")[one].name) for one in told.get("conditions") or () if one in CONDITIONS
    ]
    signs = [say(named("symptom")[one].name) for one in told.get("symptoms") or () if one in SYMPTOMS]
    pregnant = [say(named("condition")["pregnant"].name)] if told.get("pregnant") else []
    return list(dict.fromkeys([*conditions, *pregnant, *signs]))


def comparisons_of(grant: Grant) -> list[tuple[Comparison, str]] | None:
    """The person's own comparisons that began on a shared day, with their names, the newest first."""
    if not grant.shows("comparisons"):
        return None
    rows = grant.person.comparisons.defer("seed")
    return [(one, name_of(one)) for one in rows if grant.shows("comparisons", one.starts)]


def notes_of(grant: Grant, reader: Person) -> list[Note]:
    """What this reader wrote about this person, the newest first."""
    return list(Note.objects.filter(grant=grant, reader=reader))
