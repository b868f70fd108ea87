"""Today's draw in the plan: the drawn option takes the place of a session of the week, with its own trace."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db import transaction

from ambulando.activity.catalogue import activity
from ambulando.ground import Words
from ambulando.plan import drawn as plan_drawn
from ambulando.plan import today as plan_today
from ambulando.plan.alongside import avoided
from ambulando.plan.drawn import Scope
from ambulando.safety.screen import screen
from ambulando.web.comparisons import actions, queries
from ambulando.web.comparisons.forms import both_ends_open
from ambulando.web.comparisons.models import Comparison, Draw
from ambulando.web.journal import queries as read
from ambulando.web.people.models import Person
from ambulando.web.plans import convert
from ambulando.web.plans.actions import not_today
from ambulando.web.plans.inputs import LOOK_BACK
from ambulando.web.plans.models import Session, Week
from ambulando.web.plans.queries import sessions_of

#: when a session is, where neither the week nor the option says
USUAL_TIME = time(10)
TIMES = {"morning": time(9), "evening": time(18)}


def scope_of(person: Person, today: date) -> Scope:
    """What a draw may decide between for this person now."""
    return plan_drawn.scope(
        convert.profile_of(person, today),
        today=today,
        bouts=read.done_bouts(person, since=today - LOOK_BACK),
        checkins=convert.check_ins(person, today - LOOK_BACK),
    )


@dataclass(frozen=True)
class Shown:
    """What Today says of a comparison: of the draw of the day, or that it has ended."""

    comparison: Comparison
    label: Words | str = ""
    rests: bool = False
    session: int | None = None

    @property
    def ended(self) -> bool:
        """Whether there is something to look at: what came out, or why it was stopped."""
        return not self.comparison.running and bool(self.comparison.result or self.comparison.reason)


def shown(person: Person, week: Week, today: date) -> Shown | None:
    """Today's draw, put into the week where it is not there yet; one query for who compares nothing."""
    comparison = queries.on_today(person)
    if comparison is None:
        return None
    draw = ensure_draw(person, comparison, week, today) if comparison.running else None
    if draw is None:
        return None if comparison.running else Shown(comparison)
    option = next(one for one in queries.protocol(comparison).options if one.id == draw.option)
    return Shown(comparison, option.label, option.kind == "rest", draw.session_id)


def ensure_draw(person: Person, comparison: Comparison, week: Week, today: date) -> Draw | None:
    """Today's draw, its session standing in the week; None on a day without one.

    Nothing is put there once the person began or did something today, or said "not today". A comparison whose options
    are no longer for the person is stopped: safety is never left to chance.
    """
    draw = queries.draw_of(comparison, today)
    if draw is None or draw.state != Draw.OPEN:
        return draw
    if not week.holds or not _still_for(person, comparison, week, today):
        actions.stop(person, comparison, Comparison.SAFETY)
        return None
    if _stands(draw, week):
        return draw
    with transaction.atomic():
        draw = queries.draw_of(comparison, today)  # once more: another page may have been first
        if draw is None or draw.state != Draw.OPEN or _stands(draw, week):
            return draw
        draw.comparison = comparison
        return _place(person, draw, week, today)


def _stands(draw: Draw, week: Week) -> bool:
    """Whether its session is in this week already."""
    return bool(draw.session and draw.session.week_id == week.pk and draw.session.state != Session.REPLACED)


def _still_for(person: Person, comparison: Comparison, week: Week, today: date) -> bool:
    """Whether safety, and what a clinician asked for, leave every option of it, with the lengths and hours it is about."""
    # The week knows whether a clinician asked for anything; only then is it worth reading.
    asked = any(one["rule"].startswith("clinician-") for one in week.constraints)
    profile = convert.profile_of(person, today) if asked else person.profile
    limits, options = screen(profile).limits, comparison.content["options"]
    kinds = {option["kind"] for option in options}
    most = limits.max_minutes
    if "minutes" in kinds and most is not None and any(one["minutes"] > most for one in options):
        return False
    if "time" in kinds and not both_ends_open(limits.earliest_hour, limits.latest_hour):
        return False
    return all(
        plan_drawn.still_right(option["activity"], limits)
        and not avoided(activity(option["activity"]), profile)
        for option in options
        if option["activity"]
    )


def _place(person: Person, draw: Draw, week: Week, today: date) -> Draw:
    sessions = sessions_of(week)
    todays = [one for one in sessions if one.day == today]
    if any(one.state != Session.PLANNED for one in todays):
        return draw
    option = next(one for one in draw.comparison.content["options"] if one["id"] == draw.option)
    if option["kind"] == "rest":
        if todays:
            draw.session = not_today(person, todays[0])
            draw.state = Draw.DONE
            draw.save(update_fields=["session", "state"])
        return draw
    ahead = [one for one in sessions if one.day > today and one.state == Session.PLANNED]
    before = next(iter(todays + ahead), None)
    near = [one.activity for one in sessions if abs((one.day - today).days) == 1 and one is not before]
    used = None if before else sum(one.minutes for one in sessions if one.state != Session.NOT_TODAY)
    planned = _planned(person, draw, option, before, today, near=near, used=used)
    if planned is None:  # not for today, as in the heat; the draw stays as it is, and counts as drawn
        return draw
    if before:
        before.state = Session.REPLACED
        before.save(update_fields=["state", "changed_at"])
    draw.session = Session.objects.create(
        week=week, person=person, instead_of=before, **convert.session_fields(planned)
    )
    draw.save(update_fields=["session"])
    return draw


def _planned(
    person: Person, draw: Draw, option: dict[str, Any], before: Session | None, today: date, **week: Any
) -> Any:
    options = draw.comparison.content["options"]
    same = before.activity if before else None  # where the draw is not about what is done
    among: dict[str, float] = {}
    for one in options:
        if one["kind"] != "rest" and (name := one["activity"] or same):
            among[name] = among.get(name, 0) + 1 / len(options)
    if not (chosen := option["activity"] or same):
        return None
    planned = plan_drawn.drawn(
        chosen,
        chance=draw.probability,
        among=among,
        minutes=option["minutes"],
        at=TIMES.get(option["time"], before.time if before else USUAL_TIME),
        profile=convert.profile_of(person, today),
        today=today,
        bouts=read.done_bouts(person, since=today - LOOK_BACK),
        checkins=convert.check_ins(person, today - LOOK_BACK),
        answers=convert.own_answers(person),
        **week,
    )
    check_in = read.latest_check_in(person, today)
    if planned is None or check_in is None:
        return planned
    return plan_today.suggestion([planned], today=today, energy=check_in.energy)
