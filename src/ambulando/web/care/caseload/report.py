"""The one-page report: what a doctor wants to see of the last weeks, as far as it is shared, and what is not is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ambulando.safety.profile import Profile, profile_from
from ambulando.safety.rules import rules
from ambulando.safety.screen import screen
from ambulando.web.care.caseload import one
from ambulando.web.care.grants.items import FOR_READER
from ambulando.web.care.grants.models import Grant
from ambulando.web.templatetags.words import say

#: weeks that the report looks back on, and rows of each part, so that it stays on one page
WEEKS = 12
MOST_FILLED, MOST_LISTED, MOST_COMPARISONS, MOST_LIMITS = 6, 16, 3, 5


@dataclass(frozen=True)
class Report:
    """Each part is None where it is not shared, and empty where there is nothing. ``more``: those that were left out."""

    grant: Grant
    name: str
    made_on: date
    first: date
    last: date
    weeks: Sequence[one.WeekOf]
    encouragement: one.Encouragement | None
    filled: Sequence[one.Answered] | None
    barriers: Sequence[str] | None
    asked: Sequence[Any]
    homework: Sequence[Any]
    limits: Sequence[str]
    body: Sequence[str] | None
    medicines: Sequence[str] | None
    more_medicines: int
    comparisons: Sequence[tuple[Any, str]] | None
    not_shared: Sequence[str]
    sources: Sequence[str]

    @property
    def shows_mood(self) -> bool:
        return self.grant.shows("mood")

    @property
    def shows_bouts(self) -> bool:
        return self.grant.shows("bouts")

    @property
    def shows_plan(self) -> bool:
        return self.grant.shows("plan")


def report_of(grant: Grant, now: datetime) -> Report:
    """The report that a grant gives now. ``grant.person`` is read too; what is not shared is not."""
    today = one.today_of(grant.person, now)
    first = one.first_day(grant, today, WEEKS)
    days = one.days_of(grant, first)
    bouts = one.done(grant, first)
    planned = one.sessions(grant, first, today)
    filled = one.answered(grant, first)[:MOST_FILLED] if _any(grant, "assessments", "item-9") else None
    care = one.asked_for(grant)
    medicines = one.medicines_of(grant)
    comparisons = one.comparisons_of(grant)
    body = one.body_of(grant)
    return Report(
        grant=grant,
        name=grant.person.username,
        made_on=today,
        first=first,
        last=today,
        weeks=one.weeks_of(grant, days, bouts, planned, today),
        encouragement=one.encouragement(grant, now),
        filled=filled,
        barriers=one.barriers_of(grant) if grant.shows("plan") else None,
        asked=care["asked"],
        homework=care["homework"],
        limits=limits_of(grant)[:MOST_LIMITS],
        body=body[:MOST_LISTED] if body is not None else None,
        medicines=medicines[:MOST_LISTED] if medicines is not None else None,
        more_medicines=max(len(medicines or ()) - MOST_LISTED, 0),
        comparisons=comparisons[:MOST_COMPARISONS] if comparisons is not None else None,
        not_shared=[str(name) for id_, (name, _sees) in FOR_READER.items() if not grant.shows(id_)],
        sources=_sources(filled or ()),
    )


def limits_of(grant: Grant) -> list[str]:
    """What the rules of safety ask for because of what is shared of body and medicines, and of nothing else.

    Worked out from those answers alone: the limits that really hold can come from something that is not shared.
    """
    told: dict[str, Any] = {}
    answers = grant.person.answers
    if grant.shows("body"):
        told |= {key: answers.get(key) for key in ("conditions", "symptoms", "pregnant", "clearance")}
    if grant.shows("medicines"):
        told["medicines"] = answers.get("medicines")
    profile = profile_from(told) if told else Profile()
    # How active somebody is, is not among what is shared; a rule that asks for it can not be told of.
    open_ones = {rule.id for rule in rules() if "active" not in rule.unless}
    return [
        say(found.reason)
        for found in screen(profile).shown
        if found.effect != "allow" and found.rule in open_ones
    ]


def _any(grant: Grant, *items: str) -> bool:
    return any(grant.shows(item) for item in items)


def _sources(filled: Sequence[one.Answered]) -> list[str]:
    """Where bands, rules of change and marks are from, each once."""
    found: dict[str, None] = {}
    for answered in filled:
        form = answered.filled.form
        if answered.filled.total is not None:
            found[f"{form.name}: {form.source}"] = None
        if answered.change and form.change:
            found[form.change.source] = None
    return list(found)
