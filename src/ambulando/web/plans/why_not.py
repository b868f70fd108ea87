"""After "not today": one optional tap for why, and what is said and offered then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ambulando.plan.barriers import barriers
from ambulando.plan.rules import whole
from ambulando.web.people.models import Person
from ambulando.web.people.words import WEATHER_NAMES
from ambulando.web.plans import queries
from ambulando.web.plans.models import Session

#: what can be tapped, with its words
WHYS: dict[str, Promise] = {
    Session.ENERGY: gettext_lazy("no energy"),
    Session.MOOD: gettext_lazy("low mood"),
    Session.PAIN: gettext_lazy("pain"),
    Session.TIME: gettext_lazy("no time"),
    Session.WEATHER: gettext_lazy("the weather"),
    Session.ILL: gettext_lazy("I am ill"),
    Session.OTHER: gettext_lazy("something else"),
    Session.SKIPPED: gettext_lazy("rather not say"),
}
#: which barrier a plan can be made for, and how that is offered
OFFERS: dict[str, tuple[str, Promise]] = {
    Session.ENERGY: ("fatigue", gettext_lazy("Shall we plan for days with no energy?")),
    Session.MOOD: ("low-mood", gettext_lazy("Shall we plan for low days?")),
    Session.PAIN: ("pain", gettext_lazy("Shall we plan for days with pain?")),
    Session.TIME: ("time", gettext_lazy("Shall we plan for days with no time?")),
    Session.WEATHER: ("weather", gettext_lazy("Shall we plan for the weather?")),
}


@dataclass(frozen=True)
class Rest:
    """What Today says of a session that rests today.

    ``ask``: why may be asked. ``offer``: the barrier to plan for, and the words of the link. ``coming``: the next session,
    which can be made smaller after pain. ``weather``: the weathers to tap.
    """

    session: Session
    ask: bool = False
    offer: tuple[str, str] | None = None
    coming: Session | None = None
    weather: tuple[tuple[str, str], ...] = ()

    @property
    def whys(self) -> list[tuple[str, str]]:
        return [(why, str(name)) for why, name in WHYS.items()]

    @property
    def ill(self) -> bool:
        return self.session.why == Session.ILL


def rest_of(
    person: Person, rested: Sequence[Session], sessions: Sequence[Session], today: date
) -> Rest | None:
    """Of the sessions that rest today the first of which there is something to say. One query at most, after a why."""
    told = [one for one in rested if one.why not in ("", Session.SKIPPED)]
    if not told:
        asked = not any(one.why for one in rested)  # once a day
        return Rest(rested[0], ask=True) if rested and asked else None
    session = told[0]
    coming = None
    if session.why == Session.PAIN and person.flare_rule is None:
        coming = next((one for one in sessions if one.day > today and one.state == Session.PLANNED), None)
        coming = coming if coming and coming.content["trace"].get("size") == "full" else None
    weather: tuple[tuple[str, str], ...] = ()
    if session.why == Session.WEATHER and person.weather_on != today:
        weather = tuple((id_, str(name)) for id_, name in WEATHER_NAMES.items())
    return Rest(session, offer=_offer(person, session.why, today), coming=coming, weather=weather)


def _offer(person: Person, why: str, today: date) -> tuple[str, str] | None:
    barrier, words = OFFERS.get(why, ("", ""))
    if not barrier or barrier in person.answers.get("barriers", []):
        return None
    often = queries.times_kept_by(person, why, today) >= whole("same-why", "times")
    return (barriers()[barrier].id, str(words)) if often else None


def thanks(person: Person, why: str, *, shrunk: bool) -> str:
    """What a why changes, said as it is."""
    if shrunk:
        return _("Thank you for telling. The next one starts smaller.")
    if why == Session.PAIN and person.flare_rule:
        return _("Thank you for telling. If it flares today, one tap below says so.")
    said = {
        Session.TIME: _("Thank you for telling. Nothing changes, and nothing has to be made up for."),
        Session.SKIPPED: "",
    }
    return said.get(why, _("Thank you for telling."))
