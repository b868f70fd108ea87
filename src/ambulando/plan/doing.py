"""Whether a session gets done: a Bayesian logistic model of this person's doing, learned from what was offered before.

log-odds(done) = sum of features x coefficients. The coefficients of a person are normal around what is believed of anybody
(``data/doing.toml``: mean and SD of each, with source and certainty), independent of each other at first. ``learn`` adds
what became of the sessions that this person was offered.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache, cached_property
from math import exp, log, pi, sqrt
from typing import TYPE_CHECKING, Any

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity, catalogue
from ambulando.ground import InputError, packaged_toml
from ambulando.plan.barriers import Barrier
from ambulando.plan.barriers import barriers as every
from ambulando.plan.candidates import likes
from ambulando.plan.rules import number, whole
from ambulando.plan.standing import Standing, modality_of
from ambulando.plan.trace import Row
from ambulando.plan.trace import row as pointer
from ambulando.safety.profile import Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = "data/doing.toml"
FEATURES = (
    "start",
    "minutes",
    "effort",
    "morning",
    "midday",
    "evening",
    "energy",
    "mood",
    "symptoms",
    "doubt",
    "weather",
    "company",
    "led",
    "barrier",
    "liked",
    "enjoyment",
    "habit",
    "burden",
)
#: hours at which the middle of the day and the evening begin
MIDDAY, EVENING = 12, 17
#: more often than this in 30 days counts no more; how many of the last bouts say how a kind feels
HABIT, LAST = 4, 5
CERTAINTIES = ("cited", "derived", "our judgement")


@dataclass(frozen=True)
class Offered:
    """One session that was offered, and what became of it.

    ``energy`` and ``mood`` (0-10) as told on that day, None where they were not; ``weather`` as the person told it then.
    """

    day: date
    at: time
    activity: str
    minutes: int
    done: bool
    energy: float | None = None
    weather: tuple[str, ...] = ()
    mood: float | None = None


@dataclass(frozen=True)
class Belief:
    """What is believed of one coefficient of anybody: log-odds for one ``unit`` of its feature."""

    id: str
    name: str
    unit: str
    mean: float
    sd: float
    source: str
    certainty: str
    how: str


@dataclass(frozen=True)
class Doing:
    """What is believed of one person's doing: ``mean`` (F,) and ``cov`` (F, F) of the coefficients in the order of FEATURES.

    ``offered``: how many sessions it was learned from, and ``rows``, a pointer to each of them; ``burden``: how much was
    asked lately, 0 (nothing) to 1 (every day).
    """

    mean: tuple[float, ...]
    cov: tuple[tuple[float, ...], ...]
    offered: int = 0
    burden: float = 0.0
    rows: tuple[Row, ...] = field(default=(), compare=False)

    @cached_property
    def arrays(self) -> "tuple[NDArray[Any], NDArray[Any]]":
        """``mean`` (F,) and ``cov`` (F, F) as arrays."""
        import numpy as np

        return np.array(self.mean), np.array(self.cov)


@cache
def beliefs() -> Mapping[str, Belief]:
    """What is believed of every coefficient, by feature. Raises InputError, naming the row, for one that is not whole."""
    rows = packaged_toml("ambulando.plan", FILE)
    found = {}
    for name in FEATURES:
        row: Mapping[str, Any] = rows.get(name, {})
        needed = ("name", "says", "unit", "sd", "source", "how")
        if any(not row.get(key) for key in needed) or row.get("certainty") not in CERTAINTIES:
            raise InputError(
                f"Feature '{name}' of {FILE} needs {', '.join(needed)} and a certainty of {CERTAINTIES}."
            )
        mean = _start(rows) if name == "start" else float(row["mean"])
        found[name] = Belief(
            name,
            row["name"],
            row["unit"],
            mean,
            float(row["sd"]),
            row["source"],
            row["certainty"],
            row["how"],
        )
    return found


def _start(rows: Mapping[str, Any]) -> float:
    """The mean of the start at which ``chance`` of the usual session is the cited adherence."""
    adherence = rows["start"]["adherence"]
    spread = rows["start"]["sd"] ** 2 + rows["morning"]["sd"] ** 2
    return log(adherence / (1 - adherence)) * sqrt(1 + pi / 8 * spread)


@cache
def prior() -> Doing:
    """What is believed of anybody, before they were offered anything."""
    held = [beliefs()[name] for name in FEATURES]
    cov = tuple(tuple(one.sd**2 if one is other else 0.0 for other in held) for one in held)
    return Doing(tuple(one.mean for one in held), cov)


def features(
    activity: Activity,
    *,
    minutes: float,
    at: time,
    energy: float | None,
    profile: Profile,
    standing: Standing,
    barriers: Sequence[Barrier] = (),
    burden: float = 0.0,
    lately: Sequence[Bout] | None = None,
) -> tuple[float, ...]:
    """The features of a session (F,), in the units of ``data/doing.toml``. What is not known is 0.

    ``burden``: that of ``Doing``. ``lately``: the bouts of its modality in the 30 days before, where the caller has them.
    """
    known = kinds(standing).get(activity.modality, ()) if lately is None else lately
    return (
        1.0,
        (minutes - 10) / 10,
        effort(activity, energy, at_ease(standing)),
        *hours(at),
        *of_person(profile, energy, standing.mood),
        *of_activity(activity, profile.weather),
        barrier_fit(activity, barriers, standing),
        float(likes(profile, activity)),
        *of_kind(known),
        burden,
    )


def of_person(
    profile: Profile, energy: float | None, mood: float | None
) -> tuple[float, float, float, float]:
    """Energy, mood, symptoms, doubt."""
    return (
        0.0 if energy is None else energy - 5,
        0.0 if mood is None else mood - 5,
        0.0 if profile.phq9 is None else (profile.phq9 - 10) / 5,
        0.0 if profile.confidence is None else max(0.0, 7.0 - profile.confidence),
    )


def of_activity(activity: Activity, weather: Sequence[str]) -> tuple[float, float, float]:
    """Weather, company, led."""
    outside = bool(weather) and activity.place == "outdoors"
    return float(outside), float(activity.company == "together"), float(activity.supervised)


def of_kind(lately: Sequence[Bout]) -> tuple[float, float]:
    """Enjoyment and habit, from the bouts of a modality in the 30 days before."""
    return felt(lately), float(min(len(lately), HABIT))


def hours(at: time) -> tuple[float, float, float]:
    """Morning, midday, evening: 1 for the one that ``at`` lies in."""
    return float(at.hour < MIDDAY), float(MIDDAY <= at.hour < EVENING), float(at.hour >= EVENING)


def at_ease(standing: Standing) -> float:
    """The MET up to which effort does not make a session less likely for this person."""
    if standing.low:
        return number("strain", "at_ease_low")
    if standing.moves_a_lot:
        return number("strain", "at_ease_used")
    return number("strain", "at_ease_start" if standing.moves_little else "at_ease")


def effort(activity: Activity, energy: float | None, ease: float) -> float:
    """MET above what is at ``ease``, up to twice as much without energy (0 to 10; None counts as 5)."""
    return max(0.0, activity.met - ease) * (1 + lack(energy))


def lack(energy: float | None) -> float:
    """0 to 1: how far energy (0 to 10; None counts as 5) is below the middle."""
    return 0.0 if energy is None else max(0.0, 5 - energy) / 5


def barrier_fit(activity: Activity, barriers: Sequence[Barrier], standing: Standing) -> float:
    """-1 to 1: how well an activity goes with what is in the way, on average; 0 with nothing in the way."""
    if not barriers:
        return 0.0
    used = standing.moves_a_lot and not standing.low
    listed = catalogue().get(activity.id) is activity
    fits = [
        _fits(one.id, used)[activity.id]
        if listed and every().get(one.id) is one
        else one.fit(activity, used=used)
        for one in barriers
    ]
    return sum(fits) / len(fits)


@cache
def _fits(barrier: str, used: bool) -> dict[str, float]:
    """How well every entry of the catalogue goes with a barrier, worked out once."""
    return {name: every()[barrier].fit(entry, used=used) for name, entry in catalogue().items()}


def felt(bouts: Sequence[Bout]) -> float:
    """-1 to 1: how the last bouts of a kind felt, five at most, oldest first; drawn to 0 as though two more had felt like nothing.

    Each is the change of feeling from before to after, 4 points counting in full, less a half where it was hard.
    """
    last = bouts[-LAST:]
    if not last:
        return 0.0
    hard = number("enjoyment", "hard")
    total = 0.0
    for bout in last:
        if bout.feeling_before is not None and bout.feeling_after is not None:
            total += min(max((bout.feeling_after - bout.feeling_before) / 4, -1.0), 1.0)
        if bout.effort is not None and bout.effort >= hard:
            total -= 0.5
    return max(total / (len(last) + 2), -1.0)


def kinds(standing: Standing) -> dict[str, list[Bout]]:
    """The bouts of the last 30 days by modality, oldest first."""
    found: defaultdict[str, list[Bout]] = defaultdict(list)
    for bout in standing.recent:
        found[modality_of(bout)].append(bout)
    return found


def learn(
    offered: Sequence[Offered], *, profile: Profile, standing: Standing, barriers: Sequence[Barrier] = ()
) -> Doing:
    """What this person's own days add: the posterior given what became of the sessions offered before ``standing.today``.

    Every offer is seen as it stood on its day: the bouts and the offers before it, the energy and mood told then. What the
    person is used to, likes and has in the way is taken as of today. The posterior is taken as normal (see ``_posterior``);
    its log is strictly concave, so that the mode is always found. An activity that the catalogue does not know is left out.
    """
    entries = catalogue()
    kept = sorted(
        (one for one in offered if one.day < standing.today and one.activity in entries),
        key=lambda one: (one.day, one.at),
    )
    if not kept:
        return prior()
    import numpy as np

    rows, burden = _rows(kept, profile, standing, barriers)
    mean, cov = _posterior(np.array(rows), np.array([one.done for one in kept], dtype=float))
    cov_ = tuple(map(tuple, cov.tolist()))
    return Doing(tuple(mean.tolist()), cov_, len(kept), burden, tuple(offer_rows(kept)))


def offer_rows(offered: Iterable[Offered]) -> list[Row]:
    """A pointer to each offer, by its day and time, with what it was and what became of it. Two of one time are numbered."""
    met: Counter[str] = Counter()
    found = []
    for one in offered:
        at = f"{one.day.isoformat()}T{one.at:%H:%M}"
        met[at] += 1
        name = at if met[at] == 1 else f"{at}#{met[at]}"
        found.append(pointer("offer", name, activity=one.activity, told="done" if one.done else "not done"))
    return found


def _rows(
    offered: Sequence[Offered], profile: Profile, standing: Standing, barriers: Sequence[Barrier]
) -> tuple[list[tuple[float, ...]], float]:
    """The features of every offer as it stood on its day, and the burden today. ``offered`` in the order of its days."""
    memory = whole("growth-easy", "days")
    by_kind: defaultdict[str, list[Bout]] = defaultdict(list)
    for bout in standing.bouts:
        by_kind[modality_of(bout)].append(bout)
    days = {kind: [bout.day.toordinal() for bout in bouts] for kind, bouts in by_kind.items()}
    burdens = _burdens(sorted({one.day for one in offered}), standing.today)
    rows = []
    for one in offered:
        entry, day = catalogue()[one.activity], one.day.toordinal()
        at = days.get(entry.modality, [])
        lately = by_kind[entry.modality][bisect_left(at, day - memory) : bisect_left(at, day)]
        row = list(
            features(
                entry,
                minutes=one.minutes,
                at=one.at,
                energy=one.energy,
                profile=profile,
                standing=standing,
                barriers=barriers,
                burden=burdens[one.day],
                lately=lately,
            )
        )
        row[_MOOD] = 0.0 if one.mood is None else one.mood - 5
        row[_WEATHER] = float(bool(one.weather) and entry.place == "outdoors")
        rows.append(tuple(row))
    return rows, burdens[standing.today]


_MOOD, _WEATHER = FEATURES.index("mood"), FEATURES.index("weather")


def _burdens(days: Sequence[date], today: date) -> dict[date, float]:
    """The burden before each of these days with an offer, and today: a sum that fades by ``keep`` a day, scaled to 0 to 1."""
    keep = packaged_toml("ambulando.plan", FILE)["burden"]["keep"]
    found: dict[date, float] = {}
    dose, last = 0.0, days[0]
    for day in (*days, today):
        dose *= keep ** (day - last).days
        found[day] = dose * (1 - keep)
        dose, last = dose + 1, day
    return found


def _posterior(x: "NDArray[Any]", done: "NDArray[Any]") -> "tuple[NDArray[Any], NDArray[Any]]":
    """The posterior mean (F,) and covariance (F, F), for features (N, F) and outcomes (N,) of 0 and 1.

    The covariance is the inverse of the curvature at the mode (Laplace). The mean is the mode, moved by what the skewness of
    the likelihood makes of it to second order (Lindley 1980, Approximate Bayesian methods).
    """
    import numpy as np

    mode, chance = _mode(x, done)
    curve = (x.T * (chance * (1 - chance))) @ x + np.diag(1 / np.diag(np.array(prior().cov)))
    cov = np.linalg.inv(curve)
    skew = chance * (1 - chance) * (1 - 2 * chance) * ((x @ cov) * x).sum(axis=1)
    return mode - cov @ (x.T @ skew) / 2, cov


def _mode(x: "NDArray[Any]", done: "NDArray[Any]") -> "tuple[NDArray[Any], NDArray[Any]]":
    """The mode of the posterior (F,) and the chances there (N,), by Newton steps that are halved until they improve it."""
    import numpy as np

    start = np.array(prior().mean)
    precision = 1 / np.diag(np.array(prior().cov))

    def at(beta: "NDArray[Any]") -> "tuple[float, NDArray[Any]]":
        """Minus the log-posterior, and the log-odds."""
        eta = x @ beta
        return float(
            np.logaddexp(0, eta).sum() - done @ eta + (precision * (beta - start) ** 2).sum() / 2
        ), eta

    beta = start
    height, eta = at(beta)
    while True:
        chance = 1 / (1 + np.exp(-eta))
        slope = x.T @ (done - chance) - precision * (beta - start)
        move = np.linalg.solve((x.T * (chance * (1 - chance))) @ x + np.diag(precision), slope)
        if slope @ move < 1e-10:  # twice what could still be gained
            return beta, chance
        size = 1.0
        made, ahead = at(beta + move)
        while made >= height and size > 1e-6:
            size /= 2
            made, ahead = at(beta + size * move)
        if made >= height:  # no step improves it within what a number can hold
            return beta, chance
        beta, height, eta = beta + size * move, made, ahead


def chance(doing: Doing, x: Sequence[float]) -> float:
    """The chance (0 to 1) that a session with features ``x`` (F,) gets done, the uncertainty of the coefficients allowed for.

    The integral of the logistic over a normal of mean m and variance v is taken as logistic(m / sqrt(1 + pi v / 8))
    (MacKay 1992, Neural Computation 4:720); for v up to 4 it is within 0.02 of the integral.
    """
    held = [(at, value) for at, value in enumerate(x) if value]
    middle = sum(doing.mean[at] * value for at, value in held)
    spread = 0.0
    for at, value in held:
        line = doing.cov[at]
        spread += value * sum(line[other] * one for other, one in held)
    return 1 / (1 + exp(-middle / sqrt(1 + pi / 8 * spread)))


def chances(doing: Doing, matrix: "NDArray[Any]") -> "NDArray[Any]":
    """``chance`` for every row of ``matrix`` (N, F), as (N,)."""
    import numpy as np

    mean, cov = doing.arrays
    spread = ((matrix @ cov) * matrix).sum(axis=1)
    found: NDArray[Any] = 1 / (1 + np.exp(-(matrix @ mean) / np.sqrt(1 + pi / 8 * spread)))
    return found
