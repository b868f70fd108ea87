"""How well a session fits this person now: what is liked, its benefit times the chance of doing, and what goes with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cache, cached_property
from math import exp, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity, catalogue
from ambulando.evidence.modalities import Finding, finding
from ambulando.plan import doing as model
from ambulando.plan import regimen
from ambulando.plan.barriers import Barrier
from ambulando.plan.candidates import likes
from ambulando.plan.doing import FEATURES, Doing
from ambulando.plan.rules import number
from ambulando.plan.standing import Standing, modality_of
from ambulando.safety.profile import Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The weight of each part by the name of its step in a trace, whole, so that it can be translated.
WEIGHTS = {
    "liked": "weight of liking",
    "benefit": "weight of the benefit",
    "doing": "weight of the chance of doing",
    "enjoyment": "weight of enjoyment",
    "mastery": "weight of mastery",
    "regimen": "weight of the form",
    "strain": "weight of strain, taken off",
}
#: Everything that is worked out for a score, in the order in which it is: the first two go into the benefit.
PARTS = ("evidence", "own", "liked", "benefit", "doing", "enjoyment", "mastery", "regimen", "strain")
#: the rule behind a part, where it has another name
RULES = {"mastery": "pleasure-or-mastery"}
#: what a session of so many minutes can do is a share of a full one
FULL = 1 - exp(-1)


@dataclass(frozen=True)
class Answer:
    """What was seen in the person for one modality: mean and sd of the effect in mood points, and its grade (A, B, C)."""

    mean: float
    sd: float
    grade: str


class Made(NamedTuple):
    """What a score was made from: ``minutes``, the features ``x`` (F,) with the ``doing`` they met, ``answer``, ``company``."""

    minutes: float
    x: tuple[float, ...]
    doing: Doing
    answer: Answer | None
    company: str | None


@dataclass(frozen=True)
class Scored:
    """An activity with its ``parts`` (each 0 to 1; ``own`` and ``benefit`` -1 to 1), their ``total``, and what they were made from."""

    activity: Activity
    parts: Mapping[str, float]
    total: float
    made: Made | None = None


def score(
    activity: Activity,
    *,
    minutes: float,
    at: time,
    profile: Profile,
    standing: Standing,
    barriers: Sequence[Barrier] = (),
    answer: Answer | None = None,
    doing: Doing,
) -> Scored:
    """The score of one session. Whatever trials and the person's own answers say stays below the weight of liking."""
    return scores(
        [(activity, minutes, at)],
        profile=profile,
        standing=standing,
        barriers=barriers,
        answers={activity.modality: answer},
        doing=doing,
    )[0]


def scores(
    sessions: Sequence[tuple[Activity, float, time]],
    *,
    profile: Profile,
    standing: Standing,
    barriers: Sequence[Barrier] = (),
    answers: Mapping[str, Answer | None] | None = None,
    doing: Doing,
) -> list[Scored]:
    """The scores of sessions (activity, minutes, when), in their order.

    total = liked + benefit x chance of doing + chance of doing + enjoyment + mastery + regimen - strain, each times its weight.
    """
    return Scoring(profile, standing, barriers, answers or {}, doing).scores(sessions)


#: the parts that are added whether or not it gets done
SURE = ("liked", "enjoyment", "mastery", "regimen")
#: the columns of the features that a session takes from its length and its hour
_MINUTES, _HOURS = FEATURES.index("minutes"), slice(FEATURES.index("morning"), FEATURES.index("evening") + 1)


class Scoring:
    """The scores of one person today: the table of what is the same for every time and length is made once, and the
    sessions that are asked for are looked up in it, all together.
    """

    def __init__(
        self,
        profile: Profile,
        standing: Standing,
        barriers: Sequence[Barrier],
        answers: Mapping[str, Answer | None],
        doing: Doing,
    ) -> None:
        self.profile, self.standing, self.doing = profile, standing, doing
        self.barriers, self.answers = barriers, answers
        self.weights = weights_of(standing)

    def totals(self, sessions: Sequence[tuple[Activity, float, time]]) -> list[float]:
        """The total of each session."""
        return self._worked_out(sessions)[-1].tolist() if sessions else []

    def scores(self, sessions: Sequence[tuple[Activity, float, time]]) -> list[Scored]:
        """The score of each session with all that it was made from."""
        if not sessions:
            return []
        table, rows, x, benefit, chance, total = self._worked_out(sessions)
        parts = [*(table.parts[name][rows] for name in LASTING), benefit, chance]
        names = (*LASTING, "benefit", "doing")
        company = self.profile.company
        return [
            Scored(
                activity,
                dict(zip(names, values, strict=True)),
                whole,
                Made(minutes, tuple(had), self.doing, self.answers.get(activity.modality), company),
            )
            for (activity, minutes, _), values, whole, had in zip(
                sessions,
                zip(*(part.tolist() for part in parts), strict=True),
                total.tolist(),
                x.tolist(),
                strict=True,
            )
        ]

    def _worked_out(self, sessions: Sequence[tuple[Activity, float, time]]) -> "tuple[Any, ...]":
        """The table, the row of every session in it, and as (N,): features (N, F), benefit, chance of doing, total."""
        import numpy as np

        table = self._listed
        rows = [table.at.get(activity.id, -1) for activity, _, _ in sessions]
        if any(
            row < 0 or table.activities[row] is not one
            for row, (one, _, _) in zip(rows, sessions, strict=True)
        ):
            table = self._table(_Entries(tuple(activity for activity, _, _ in sessions)))
            rows = list(range(len(sessions)))
        shares: dict[float, float] = {}
        hours: dict[time, tuple[float, float, float]] = {}
        for _, minutes, at in sessions:
            if minutes not in shares:
                shares[minutes] = dose(minutes)
            if at not in hours:
                hours[at] = model.hours(at)
        x = table.x[rows]
        x[:, _MINUTES] = [(minutes - 10) / 10 for _, minutes, _ in sessions]
        x[:, _HOURS] = [hours[at] for _, _, at in sessions]
        chance = model.chances(self.doing, x)
        benefit = table.full[rows] * np.array([shares[minutes] for _, minutes, _ in sessions])
        weight = self.weights
        total = table.sure[rows] + (weight["benefit"] * benefit + weight["doing"]) * chance
        return table, rows, x, benefit, chance, total

    @cached_property
    def _listed(self) -> "_Table":
        return self._table(_entries())

    def _table(self, entries: "_Entries") -> "_Table":
        import numpy as np

        profile, standing = self.profile, self.standing
        lately, count = model.kinds(standing), len(entries.activities)
        kinds = [_kind(name, lately.get(name, ())) for name in entries.modalities]
        of_kind = np.array([(one.enjoyment, one.mastery, *one.x) for one in kinds])[entries.kind]
        evidence = np.array([of_evidence(finding(name)) for name in entries.modalities])[entries.kind]
        evidence = evidence * np.minimum((entries.met - 1) / (_full_effort(standing) - 1), 1.0)
        own, points = np.zeros(count), mood_points(evidence, None)
        for place, name in enumerate(entries.modalities):
            if (answer := self.answers.get(name)) is not None:
                here = entries.kind == place
                own[here] = of_own(answer)
                points[here] = mood_points(evidence[here], answer)
        effort = np.maximum(entries.met - model.at_ease(standing), 0.0) * (1 + model.lack(standing.energy))
        parts = {
            "evidence": evidence,
            "own": own,
            "enjoyment": of_kind[:, 0],
            "mastery": of_kind[:, 1],
            "liked": np.array([float(likes(profile, one)) for one in entries.activities]),
            "regimen": entries.forms(profile.company),
            "strain": np.minimum(effort / number("strain", "most"), 1.0),
        }
        x = np.zeros((count, len(FEATURES)))
        held = {
            "start": 1.0,
            "effort": effort,
            **dict(zip(_OF_PERSON, model.of_person(profile, standing.energy, standing.mood), strict=True)),
            "weather": entries.outdoors if profile.weather else 0.0,
            "company": entries.together,
            "led": entries.led,
            "barrier": entries.barrier_fits(self.barriers, standing),
            "liked": parts["liked"],
            "enjoyment": of_kind[:, 2],
            "habit": of_kind[:, 3],
            "burden": self.doing.burden,
        }
        for name, values in held.items():
            x[:, FEATURES.index(name)] = values
        sure = (
            sum(self.weights[name] * parts[name] for name in SURE) - self.weights["strain"] * parts["strain"]
        )
        full = np.clip(points / number("benefit", "range"), -1.0, 1.0)
        return _Table(entries.activities, entries.at, x, parts, full, sure)


#: the features that are of the person alone, and the parts that are the same for every time and length
_OF_PERSON = ("energy", "mood", "symptoms", "doubt")
LASTING = ("evidence", "own", "enjoyment", "mastery", "liked", "regimen", "strain")


class _Table(NamedTuple):
    """What is the same for every time and length, by activity: features ``x`` (N, F) with zeros for length and hour, parts
    (N,) each, the benefit of a ``full`` session (N,), and what the parts that are ``sure`` add up to (N,).
    """

    activities: tuple[Activity, ...]
    at: Mapping[str, int]
    x: "NDArray[Any]"
    parts: Mapping[str, "NDArray[Any]"]
    full: "NDArray[Any]"
    sure: "NDArray[Any]"


class _Entries:
    """What is the same for everybody, as columns (N,) of activities: those of the catalogue are kept."""

    def __init__(self, activities: tuple[Activity, ...]) -> None:
        import numpy as np

        self.activities = activities
        self.at = {one.id: place for place, one in enumerate(activities)}
        self.modalities = tuple({one.modality: None for one in activities})
        self.kind = np.array([self.modalities.index(one.modality) for one in activities])
        self.met = np.array([one.met for one in activities])
        self.outdoors, self.together, self.led = np.array(
            [model.of_activity(one, ("any",)) for one in activities]
        ).T
        self._forms: dict[str | None, NDArray[Any]] = {}
        self._fits: dict[tuple[str, bool], tuple[Barrier, NDArray[Any]]] = {}

    def forms(self, company: str | None) -> "NDArray[Any]":
        """How far the form of each is what regimens are chosen by."""
        import numpy as np

        if company not in self._forms:
            self._forms[company] = np.array([regimen.fit(one, company=company) for one in self.activities])
        return self._forms[company]

    def barrier_fits(self, barriers: Sequence[Barrier], standing: Standing) -> "NDArray[Any] | float":
        """``doing.barrier_fit`` of each."""
        import numpy as np

        if not barriers:
            return 0.0
        used = standing.moves_a_lot and not standing.low
        fits = []
        for one in barriers:
            known = self._fits.get((one.id, used))
            if known is None or known[0] is not one:
                known = one, np.array([one.fit(activity, used=used) for activity in self.activities])
                self._fits[one.id, used] = known
            fits.append(known[1])
        found: NDArray[Any] = np.mean(fits, axis=0)
        return found


@cache
def _entries() -> _Entries:
    return _Entries(tuple(catalogue().values()))


class _Kind(NamedTuple):
    """What is the same for every activity of a modality: two parts, and the features enjoyment and habit."""

    enjoyment: float
    mastery: float
    x: tuple[float, float]


def _kind(modality: str, bouts: Sequence[Bout]) -> _Kind:
    return (
        _Kind(of_enjoyment(bouts), of_mastery(modality, bouts), model.of_kind(bouts))
        if bouts
        else _new_kind(modality)
    )


@cache
def _new_kind(modality: str) -> _Kind:
    return _Kind(of_enjoyment(()), of_mastery(modality, ()), model.of_kind(()))


def weights_of(standing: Standing) -> dict[str, float]:
    """The weight of every part. In low mood or energy the chance of doing weighs most."""
    weights = {name: number(RULES.get(name, name), "weight") for name in WEIGHTS}
    if standing.low:
        weights["doing"] = number("doing", "low_weight")
    return weights


def of_evidence(found: Finding) -> float:
    """0 to 1: the pooled effect in favour, shrunk by its certainty, and where trials were of a wider kind or of all kinds."""
    return min(
        max(-found.effect * share_of_certainty(found.certainty) * number("evidence", found.fit), 0.0), 1.0
    )


def reach(activity: Activity, standing: Standing) -> float:
    """0 to 1: how much of a trial's result this form of it may carry for this person (marginal METs beside a usual session)."""
    return min((activity.met - 1) / (_full_effort(standing) - 1), 1.0)


def _full_effort(standing: Standing) -> float:
    """The MET from which a session carries a trial's result in full for this person."""
    used = not (standing.moves_little or standing.low)
    return number("reach", "used" if used else "start")


def dose(minutes: float) -> float:
    """What part of a full session's benefit so many minutes may bring (0 to 1): rises with each minute, less with each more."""
    return min((1 - exp(-minutes / number("benefit", "scale"))) / FULL, 1.0)


def mood_points(evidence: Any, answer: Answer | None) -> Any:
    """The expected benefit of a full session in mood points (0-10): trials and the person's own days, weighed by precision.

    Trials: ``evidence`` x benefit.points, give or take benefit.spread. Own days join with grade A or B; the posterior of
    ``response`` holds what is known of other people already, so that this leaves the trials a little more slowly than it could.
    """
    trials = evidence * number("benefit", "points")
    if answer is None or answer.grade not in ("A", "B"):
        return trials
    held, seen = 1 / number("benefit", "spread") ** 2, 1 / own_sd(answer) ** 2
    return (held * trials + seen * answer.mean) / (held + seen)


def own_sd(answer: Answer) -> float:
    """How unsure the person's own effect is, in mood points: below grade A also by what was not seen."""
    return answer.sd if answer.grade == "A" else sqrt(answer.sd**2 + number("own", "unseen") ** 2)


def of_own(answer: Answer | None) -> float:
    """-1 to 1: the person's own effect beside the largest benefit, shrunk towards none by its uncertainty."""
    if answer is None:
        return 0.0
    spread = number("benefit", "spread") ** 2
    shrunk = answer.mean * spread / (spread + own_sd(answer) ** 2)
    return min(max(shrunk / number("benefit", "range"), -1.0), 1.0)


def of_enjoyment(lately: Sequence[Bout]) -> float:
    """0 to 1: how the last bouts of a kind felt, and how often the person came back to it, from the bouts of 30 days."""
    back = min(_well(lately), number("enjoyment", "top"))
    value = number("enjoyment", "start") + number("enjoyment", "each") * back
    return min(max(value + number("enjoyment", "felt") * model.felt(lately), 0.0), 1.0)


def of_mastery(modality: str, lately: Sequence[Bout]) -> float:
    """0 to 1: whether it leaves something done, and how often this kind went well in 30 days (three times at most)."""
    rule = RULES["mastery"]
    leaves = number(rule, modality) if modality in ("everyday", "strength") else 0.0
    return leaves + number(rule, "each") * min(_well(lately), number(rule, "top"))


def _well(bouts: Sequence[Bout]) -> int:
    """How many bouts went well: not hard, and not worse after than before."""
    hard = number("enjoyment", "hard")
    return sum((bout.effort is None or bout.effort < hard) and not bout.felt_worse for bout in bouts)


def times(activity: Activity, standing: Standing) -> int:
    """How many bouts of this modality the last 30 days hold."""
    return sum(modality_of(bout) == activity.modality for bout in standing.recent)


def answer_of(told: Any) -> Answer | None:
    """The person's own answer for one modality from what ``response`` gave: an object or a mapping with mean, sd, grade."""
    if told is None:
        return None
    values = [
        told.get(key) if isinstance(told, Mapping) else getattr(told, key, None)
        for key in ("mean", "sd", "grade")
    ]
    mean, sd, grade = values
    if mean is None or sd is None or not sd > 0:
        return None
    return Answer(float(mean), float(sd), str(grade or "C"))


def share_of_certainty(certainty: str) -> float:
    """0 to 1: what of an effect counts at this certainty."""
    word = certainty.strip().lower().replace(" ", "-")
    return number("evidence", word if word in ("high", "moderate", "low", "very-low") else "none")
