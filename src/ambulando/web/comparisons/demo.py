"""The simulated person's finished comparison: drawn, sealed and analysed like any other."""

from datetime import date, datetime, time, timedelta

from ambulando.web.comparisons import actions, jobs
from ambulando.web.comparisons.models import Draw
from ambulando.web.people.models import Person

#: the two kinds that the simulator's person does
KINDS = ("moderate-walk", "hatha-yoga")
SEED = 20260222


def add_comparison(person: Person, first: date, today: date) -> None:
    """A comparison of the weeks from ``first`` on. What is done on a drawn day is what was drawn; nothing else is altered.

    The simulator's two kinds do the same to its person, so that the answer is most likely "no clear difference".
    """
    from ambulando.response.protocol import Protocol, option_of

    weeks = (today - first).days // 7 - 1
    protocol = Protocol(
        "two-kinds", tuple(map(option_of, KINDS)), "mood", blocks=weeks * 3 // 2, per_week=3, start=first
    )
    comparison = actions.begin(person, protocol, today=first, seed=SEED)
    for draw in comparison.draws.all():
        start = datetime.combine(draw.day, time(), tzinfo=person.zone)
        done = person.bouts.filter(start__gte=start, start__lt=start + timedelta(days=1))
        draw.state = Draw.DONE if done.update(activity=draw.option) else Draw.NOT_TODAY
        draw.save(update_fields=["state"])
    now = datetime.combine(today, time(), tzinfo=person.zone)
    actions.finish(person, comparison, now)
    jobs.make_result.func(comparison.pk)
    comparison.refresh_from_db()
    actions.seen(person, comparison, now)
