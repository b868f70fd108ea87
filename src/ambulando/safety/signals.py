"""Signals: what shows only over time, said once and calmly. Nothing here diagnoses, and nobody else is told.

Plain dated facts go in; what to say comes out, with what it rests on. Where each line is drawn, the words and their
sources stand in ``data/signals.toml``. Missing answers never count as signs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from ambulando.activity.bouts import Bout, without_overlaps
from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError, Words, packaged_toml
from ambulando.measures.change import HIGHER, change
from ambulando.measures.instruments import instrument
from ambulando.safety.profile import Profile
from ambulando.safety.screen import screen
from ambulando.safety.words import PACKAGE

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Filled:
    """A questionnaire that was answered in full: its instrument, the day, and what it added up to."""

    instrument: str
    day: date
    total: int


@dataclass(frozen=True)
class Felt:
    """A day's check-in: mood, energy and sleep from 0 to 10, None where there was no answer."""

    day: date
    mood: int | None = None
    energy: int | None = None
    sleep: int | None = None


@dataclass(frozen=True)
class Planned:
    """Minutes that the plan had for a day."""

    day: date
    minutes: float


@dataclass(frozen=True)
class Facts:
    """What is known of a person's last months; the order within each does not matter.

    ``stops``: the moments (aware, in the person's zone like the starts of ``bouts``) at which a session was ended by a
    sign to stop. ``flares``: days that the person called a flare of pain. ``help_shown``: days on which a help page was
    shown, or on which the person said that it is still hard. ``other_days``: days with anything else from the person,
    such as a "not today".
    """

    filled: tuple[Filled, ...] = ()
    felt: tuple[Felt, ...] = ()
    bouts: tuple[Bout, ...] = ()
    planned: tuple[Planned, ...] = ()
    stops: tuple[datetime, ...] = ()
    flares: tuple[date, ...] = ()
    help_shown: tuple[date, ...] = ()
    other_days: tuple[date, ...] = ()


@dataclass(frozen=True, order=True)
class Row:
    """What a signal rests on: an "assessment", a "checkin", a "bout", a "stop" or a "help" page, and its day."""

    day: date
    kind: str


@dataclass(frozen=True)
class Earlier:
    """A signal of before: its id, and the day on which it was put away or removed."""

    id: str
    day: date


@dataclass(frozen=True)
class Signal:
    """One thing to say. ``id`` is its kind: "higher-phq-9", "sleep-energy", "driven" or "silence".

    ``day`` is the day it belongs to: asked for that day, the same facts give the same signal. ``why`` explains it,
    ``rows`` are what it rests on (oldest first), ``source`` is where the idea is from, and ``certainty`` how far the
    lines drawn can be trusted.
    """

    id: str
    day: date
    says: Words
    why: Words
    rows: tuple[Row, ...]
    source: str
    certainty: str


def noticed(
    facts: Facts, *, today: date, profile: Profile, earlier: Sequence[Earlier] = ()
) -> tuple[Signal, ...]:
    """What there is to say today, the most important first; nothing, for most people on most days.

    What happened after ``today`` is not looked at. A signal that was put away or removed stays away for the days that
    the table gives, and for good as long as it rests on nothing newer.
    """
    table = signal_table()
    known = frozenset(profile.conditions)
    numbers = not screen(profile).limits.no_numbers
    found = [
        *_higher(facts, today, table, numbers),
        *_sleep_energy(facts, today, table, "bipolar" in known),
        *_driven(facts, today, table, numbers),
        *_silence(facts, today, table),
    ]
    quiet = timedelta(days=table["quiet_days"])
    return tuple(
        sorted(
            (one for one in found if not any(_is_over(one, before, today, quiet) for before in earlier)),
            key=lambda one: importance(one.id),
        )
    )


def importance(id: str) -> int:  # noqa: A002 - as in instrument(id)
    """The place of a signal among the others, 0 for the most important; one that the table has lost since comes last."""
    order = _order(signal_table())
    return order.index(id) if id in order else len(order)


@cache
def signal_table() -> Mapping[str, Any]:
    """The table of signals. Raises InputError naming what is at fault in it."""
    return checked(packaged_toml(PACKAGE, "data/signals.toml"))


def checked(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same table, when the activities, instruments, sources and certainties that it names are known."""
    left_out = table["driven"]["left-out"]
    _known(left_out["activities"] + left_out["unless_hard"], catalogue(), "activity")
    _known(left_out["modalities"], MODALITIES, "modality")
    _known(
        [table[name]["source"] for name in ("sleep-energy", "driven", "silence")], table["sources"], "source"
    )
    for name in table["importance"]:
        if table[name]["lines"].get("certainty") != "judgement":
            raise InputError(f"signals.toml must say of the lines of {name} that they are our judgement.")
    for name in table["higher"]["instruments"]:
        if instrument(name).change is None:
            raise InputError(f"signals.toml names {name}, and nothing says what counts as change on it.")
    return table


def _known(ids: Iterable[str], known: Iterable[str], what: str) -> None:
    offered = set(known)
    for id_ in ids:
        if id_ not in offered:
            raise InputError(f"signals.toml names the {what} '{id_}', which is not known.")


def _order(table: Mapping[str, Any]) -> list[str]:
    order: list[str] = []
    for name in table["importance"]:
        order += [f"higher-{id_}" for id_ in table["higher"]["instruments"]] if name == "higher" else [name]
    return order


def _is_over(signal: Signal, before: Earlier, today: date, quiet: timedelta) -> bool:
    """Whether this was said and put away: not long ago, or since the last thing it rests on."""
    return before.id == signal.id and (today - before.day < quiet or before.day >= signal.rows[-1].day)


def _source(table: Mapping[str, Any], name: str) -> str:
    source = table["sources"][table[name]["source"]]
    return f"{source['citation']}, {source['address']}"


def _within(day: date, today: date, days: int) -> bool:
    """Whether ``day`` is one of the last ``days`` days, today included."""
    return today - days * DAY < day <= today


# --- answers that add up to more


def _higher(facts: Facts, today: date, table: Mapping[str, Any], numbers: bool) -> list[Signal]:
    """Higher than last time, or risen slowly, by the instrument's own rule of change."""
    words, lines = table["higher"], table["higher"]["lines"]
    found = []
    for id_ in words["instruments"]:
        # Of two on one day the lower counts, so that a slip that was put right is no sign.
        by_day: dict[date, int] = {}
        for one in facts.filled:
            if one.instrument == id_ and one.day <= today:
                by_day[one.day] = min(one.total, by_day.get(one.day, one.total))
        days = sorted(by_day)
        if len(days) < 2 or not _within(days[-1], today, lines["fresh_days"] + 1):
            continue
        newest, last = days[-1], days[-2]
        first = next(day for day in days if day >= newest - lines["slow_days"] * DAY)
        if change(id_, by_day[last], by_day[newest]).kind == HIGHER:
            before, says = last, words["says_last"]
        elif by_day[newest] > by_day[last] and change(id_, by_day[first], by_day[newest]).kind == HIGHER:
            before, says = first, words["says_first"]
        else:
            continue
        form = instrument(id_)
        assert form.change is not None  # noqa: S101 - the table is checked when it is read
        values = {"name": form.name, "after": by_day[newest], "before": by_day[before]}
        found.append(
            Signal(
                id=f"higher-{id_}",
                day=newest,
                says=Words(says, values) if numbers else Words(words["says_no_numbers"]),
                why=Words(words["why"]),
                rows=(Row(before, "assessment"), Row(newest, "assessment")),
                source=form.change.source,
                certainty=form.change.certainty,
            )
        )
    return found


# --- poor sleep and much energy


def _sleep_energy(facts: Facts, today: date, table: Mapping[str, Any], bipolar: bool) -> list[Signal]:
    """Days in a row, up to today or yesterday, each with poor sleep and much energy."""
    words, lines = table["sleep-energy"], table["sleep-energy"]["lines"]
    days = _days_of(facts.felt)
    signs = {
        day
        for day, felt in days.items()
        if _all(felt, "sleep", lambda place: place <= lines["sleep_at_most"])
        and _all(felt, "energy", lambda place: place >= lines["energy_at_least"])
    }
    for end in (today, today - DAY):
        run = [end - number * DAY for number in range(lines["days"])]
        if signs.issuperset(run):
            return [
                Signal(
                    id="sleep-energy",
                    day=end,
                    says=Words(words["says_bipolar" if bipolar else "says"]),
                    why=Words(words["why"]),
                    rows=tuple(Row(day, "checkin") for day in sorted(run)),
                    source=_source(table, "sleep-energy"),
                    certainty=lines["certainty"],
                )
            ]
    return []


def _days_of(felt: Iterable[Felt]) -> dict[date, list[Felt]]:
    days: dict[date, list[Felt]] = {}
    for one in felt:
        days.setdefault(one.day, []).append(one)
    return days


def _all(felt: Sequence[Felt], scale: str, is_sign: Callable[[int], bool]) -> bool:
    """Whether the scale was answered on this day, and every answer is a sign."""
    places = [place for one in felt if (place := getattr(one, scale)) is not None]
    return bool(places) and all(is_sign(place) for place in places)


# --- exercise that looks driven


def _driven(facts: Facts, today: date, table: Mapping[str, Any], numbers: bool) -> list[Signal]:
    """Exercise that looks hard to stop, by any of four signs. No number of it is ever told."""
    words, lines = table["driven"], table["driven"]["lines"]
    done = [bout for bout in without_overlaps(facts.bouts) if _exercise(bout, words)]
    signs: dict[str, tuple[Row, ...]] = {
        "after-stop": _after_stop(done, facts.stops, today, lines),
        "low-days": _low_days(done, facts, today, lines),
        "no-rest": _no_rest(done, today, lines),
        "jump": _jump(done, facts.planned, today, lines),
    }
    for sign, rows in signs.items():
        if rows and _within(rows[-1].day, today, lines["fresh_days"] + 1):
            parts = {"sentence1": words["why"], "sentence2": words["signs"][sign]}
            parts["sentence3"] = words["why_not_counted"]
            return [
                Signal(
                    id="driven",
                    day=today,
                    says=Words(words["says" if numbers else "says_no_numbers"]),
                    why=Words(
                        "{sentence1} {sentence2} {sentence3}",
                        {name: Words(text) for name, text in parts.items()},
                    ),
                    rows=rows,
                    source=_source(table, "driven"),
                    certainty=lines["certainty"],
                )
            ]
    return []


def _exercise(bout: Bout, words: Mapping[str, Any]) -> bool:
    """Whether a bout is looked at. How hard it felt wins over the catalogue; without it the catalogue decides."""
    entry, left_out, lines = catalogue()[bout.activity], words["left-out"], words["lines"]
    if entry.modality in left_out["modalities"] or entry.id in left_out["activities"]:
        return False
    if bout.effort is not None and bout.effort <= lines["easy_effort"]:
        return False
    if entry.id in left_out["unless_hard"] or entry.intensity == "light":
        return bout.effort is not None and bout.effort >= lines["hard_effort"]
    return True


def _jump(
    done: Sequence[Bout], planned: Iterable[Planned], today: date, lines: Mapping[str, Any]
) -> tuple[Row, ...]:
    """The last seven days, far above the fullest week of before and above the plan.

    The weeks of before end where the days begin that any sign looks at: a day of rest can then only ever lower what
    is looked at, never what it is held against. Without enough of such weeks nothing is said.
    """
    lately = [bout for bout in done if _within(bout.day, today, 7)]
    minutes = sum(bout.minutes for bout in lately)
    weeks = []
    for number in range(lines["usual_weeks"]):
        end = today - (lines["days"] + 7 * number) * DAY
        weeks.append(sum(bout.minutes for bout in done if _within(bout.day, end, 7)))
    asked = sum(one.minutes for one in planned if _within(one.day, today, 7))
    if (
        sum(week > 0 for week in weeks) >= lines["usual_weeks_with_exercise"]
        and minutes >= lines["jump_minutes"]
        and minutes >= lines["jump_times_usual"] * max(weeks)
        and minutes >= lines["jump_times_planned"] * asked
    ):
        return _rows("bout", {bout.day for bout in lately})
    return ()


def _no_rest(done: Sequence[Bout], today: date, lines: Mapping[str, Any]) -> tuple[Row, ...]:
    """Days in a row, up to today or yesterday, without one of rest, and with more than one bout on many."""
    counts: dict[date, int] = {}
    for bout in done:
        counts[bout.day] = counts.get(bout.day, 0) + 1
    for end in (today, today - DAY):
        days = [end - number * DAY for number in range(lines["rest_days"])]
        double = sum(counts.get(day, 0) > 1 for day in days)
        if all(day in counts for day in days) and double >= lines["rest_double_days"]:
            return _rows("bout", days)
    return ()


def _low_days(done: Sequence[Bout], facts: Facts, today: date, lines: Mapping[str, Any]) -> tuple[Row, ...]:
    """Long hard bouts on days of low energy or of a flare, more than once or twice."""
    low = {
        day
        for day, felt in _days_of(facts.felt).items()
        if _all(felt, "energy", lambda place: place <= lines["low_energy"])
    } | set(facts.flares)
    days = {
        bout.day
        for bout in done
        if bout.day in low
        and _within(bout.day, today, lines["days"])
        and bout.effort is not None
        and bout.effort >= lines["hard_effort"]
        and bout.minutes >= lines["low_minutes"]
    }
    return _rows("bout", days) if len(days) >= lines["low_times"] else ()


def _after_stop(
    done: Sequence[Bout], stops: Iterable[datetime], today: date, lines: Mapping[str, Any]
) -> tuple[Row, ...]:
    """Exercise begun within hours of a sign to stop, more than once."""
    soon = timedelta(hours=lines["stop_hours"])
    days = {
        bout.day
        for bout in done
        for stop in stops
        if timedelta(0) < bout.start - stop <= soon and _within(bout.day, today, lines["days"])
    }
    return _rows("bout", days) if len(days) >= lines["stop_times"] else ()


def _rows(kind: str, days: Iterable[date]) -> tuple[Row, ...]:
    return tuple(Row(day, kind) for day in sorted(days))


# --- quiet after a bad day


def _silence(facts: Facts, today: date, table: Mapping[str, Any]) -> list[Signal]:
    """A hard day, then days with nothing at all. What is here today does not count: it is the coming back."""
    words, lines = table["silence"], table["silence"]["lines"]
    here = {
        *(one.day for one in facts.filled),
        *(one.day for one in facts.felt),
        *(bout.day for bout in facts.bouts),
        *(stop.date() for stop in facts.stops),
        *facts.flares,
        *facts.help_shown,
        *facts.other_days,
    }
    last = max((day for day in here if day < today), default=None)
    if last is None or not lines["days"] <= (today - last).days - 1 <= lines["days_at_most"]:
        return []
    felt = [one for one in facts.felt if one.day == last]
    rows = []
    if _all(felt, "mood", lambda place: place <= lines["mood_at_most"]):
        rows.append(Row(last, "checkin"))
    if last in facts.help_shown:
        rows.append(Row(last, "help"))
    if not rows:
        return []
    return [
        Signal(
            id="silence",
            day=today,
            says=Words(words["says"]),
            why=Words(words["why"]),
            rows=tuple(rows),
            source=_source(table, "silence"),
            certainty=lines["certainty"],
        )
    ]
