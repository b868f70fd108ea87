"""The sentences of an answer. The grade decides the verbs: only grade A may say that exercise did something."""

from ambulando.evidence.modalities import finding
from ambulando.ground import Words
from ambulando.response.grades import A_DAYS, B_DAYS, EACH_SIDE

#: A claim, and even a remark about better or lower evenings, needs this chance.
SURE = 0.9

#: How a modality is called inside a sentence.
CALLED = {
    "walking": Words("walking"),
    "running": Words("running"),
    "cycling": Words("cycling"),
    "swimming": Words("swimming"),
    "aerobic": Words("aerobic exercise"),
    "strength": Words("strength training"),
    "yoga": Words("yoga"),
    "tai-chi": Words("tai chi"),
    "dance": Words("dance"),
    "mixed": Words("mixed exercise"),
    "sport": Words("sport"),
    "everyday": Words("everyday movement"),
}


#: Below grade A, by what is rated: better, lower, no clear difference. No causal verb in any of them.
_SEEN = {
    "mood": (
        "On days with {modality}, your evenings were a bit better. We can not tell yet which caused which.",
        "On days with {modality}, your evenings were a bit lower. We can not tell yet which caused which.",
        "So far we see no clear difference between evenings with and without {modality}. "
        "That is common, and more days can still show one.",
    ),
    "energy": (
        "On days with {modality}, your evenings had a bit more energy. We can not tell yet which caused which.",
        "On days with {modality}, your evenings had a bit less energy. We can not tell yet which caused which.",
        "So far we see no clear difference in your energy between days with and without {modality}. "
        "That is common, and more days can still show one.",
    ),
    "sleep": (
        "After days with {modality}, you slept a bit better. We can not tell yet which caused which.",
        "After days with {modality}, you slept a bit worse. We can not tell yet which caused which.",
        "So far we see no clear difference in your sleep after days with and without {modality}. "
        "That is common, and more days can still show one.",
    ),
    "stress": (
        "On days with {modality}, your evenings had a bit less stress. We can not tell yet which caused which.",
        "On days with {modality}, your evenings had a bit more stress. We can not tell yet which caused which.",
        "So far we see no clear difference in your stress between days with and without {modality}. "
        "That is common, and more days can still show one.",
    ),
}

#: In grade A, the same three.
_DRAWN = {
    "mood": (
        "On days that a draw decided, {modality} lifted your evening mood by about {points} points out of 10. "
        "Anything from {low} to {high} fits your days.",
        "On days that a draw decided, {modality} lowered your evening mood by about {points} points out of 10. "
        "Anything from {low} to {high} fits your days. Something else may suit you better.",
        "On days that a draw decided, evenings with and without {modality} show no clear difference yet. "
        "Anything from {low} to {high} points out of 10 fits your days.",
    ),
    "energy": (
        "On days that a draw decided, {modality} raised your energy in the evening by about {points} points out of 10. "
        "Anything from {low} to {high} fits your days.",
        "On days that a draw decided, {modality} lowered your energy in the evening by about {points} points out of 10. "
        "Anything from {low} to {high} fits your days. Something else may suit you better.",
        "On days that a draw decided, your energy with and without {modality} shows no clear difference yet. "
        "Anything from {low} to {high} points out of 10 fits your days.",
    ),
    "sleep": (
        "After days that a draw decided, {modality} made your sleep better by about {points} points out of 10. "
        "Anything from {low} to {high} fits your days.",
        "After days that a draw decided, {modality} made your sleep worse by about {points} points out of 10. "
        "Anything from {low} to {high} fits your days. Something else may suit you better.",
        "After days that a draw decided, your sleep with and without {modality} shows no clear difference yet. "
        "Anything from {low} to {high} points out of 10 fits your days.",
    ),
    "stress": (
        "On days that a draw decided, {modality} lowered your stress in the evening by about {points} points out of 10. "
        "Anything from {low} to {high} fits your days.",
        "On days that a draw decided, {modality} raised your stress in the evening by about {points} points out of 10. "
        "Anything from {low} to {high} fits your days. Something else may suit you better.",
        "On days that a draw decided, your stress with and without {modality} shows no clear difference yet. "
        "Anything from {low} to {high} points less stress fits your days.",
    ),
}

#: In grade C, for what the trials did not measure.
_EARLY = {
    "energy": "It is too early to say from your own days. In many other people, energy was a little higher just after "
    "they had moved.",
    "sleep": "It is too early to say from your own days. Studies do not give a clear answer about the night after yet.",
    "stress": "It is too early to say from your own days. Studies do not give a clear answer about stress yet.",
}


def sentence(
    grade: str,
    modality: str | None,
    mean: float = 0.0,
    ci: tuple[float, float] = (0.0, 0.0),
    p_positive: float = 0.0,
    p_matters: float = 0.0,
    p_worse: float = 0.0,
    target: str = "mood",
) -> Words:
    """The answer in one or two sentences, about the same-day effect of one modality (None: nothing was done yet)."""
    if target != "mood" and (modality is None or grade == "C"):
        return Words(_EARLY[target])
    if modality is None:
        return Words(
            "It is too early to say from your own days. In trials, people were offered exercise or not. After some weeks, "
            "those who were offered it felt somewhat better. The most careful trials found a smaller difference, or none."
        )
    called = {"modality": CALLED.get(modality, Words(modality))}
    if grade == "A":
        return _by_draw(called, target, mean, ci, p_matters, p_worse)
    if grade == "B":
        better, worse, neither = _SEEN[target]
        return Words(better if p_positive > SURE else worse if p_positive < 1 - SURE else neither, called)
    return _from_trials(modality, called)


def _from_trials(modality: str, called: dict[str, Words]) -> Words:
    """Grade C: what trials found, for this modality only where they looked at it."""
    found = finding(modality)
    if found.ci[1] >= 0:
        return Words(
            "It is too early to say from your own days. Trials do not give a clear answer about {modality} yet.",
            called,
        )
    if found.fit == "own":
        return Words(
            "It is too early to say from your own days. In trials, people were offered {modality} or not. After some weeks, "
            "those who were offered it felt somewhat better. The most careful trials of exercise found a smaller "
            "difference, or none.",
            called,
        )
    return Words(
        "It is too early to say from your own days, and there is no firm trial result for {modality} alone. In trials, "
        "people were offered exercise or not. After some weeks, those who were offered it felt somewhat better. The most "
        "careful trials found a smaller difference, or none.",
        called,
    )


def _by_draw(
    called: dict[str, Words],
    target: str,
    mean: float,
    ci: tuple[float, float],
    p_matters: float,
    p_worse: float,
) -> Words:
    better, worse, neither = _DRAWN[target]
    pattern = better if p_matters > SURE else worse if p_worse > SURE else neither
    # What got worse is told by how much, so both ends change their sign.
    low, high = (-ci[1], -ci[0]) if pattern is worse else ci
    return Words(
        pattern, {**called, "points": f"{abs(mean):.1f}", "low": f"{low:.1f}", "high": f"{high:.1f}"}
    )


#: What was noted of the days, inside a sentence.
_NOTED = {
    "weekday": Words("the day of the week"),
    "illness": Words("days of being ill"),
    "medicine": Words("changes of medicine"),
    "morning": Words("how you felt before the session"),
    "sleep": Words("how you had slept"),
}
_LISTS = (
    "We also allow for {a}.",
    "We also allow for {a} and {b}.",
    "We also allow for {a}, {b} and {c}.",
    "We also allow for {a}, {b}, {c} and {d}.",
    "We also allow for {a}, {b}, {c}, {d} and {e}.",
)


def model_in_words(covariates: tuple[str, ...]) -> Words:
    """What the model does, for "how do you know?"."""
    plain = Words(
        "We compare your evenings day by day. We allow for your usual level, a slow trend, and how one day carries "
        "over to the next. We allow for what you did the day before too. A rating that is missing is never filled in. "
        "For what you did on a day without a record we take your usual amount."
    )
    if not covariates:
        return plain
    items = dict(zip("abcde", (_NOTED[name] for name in covariates), strict=False))
    return Words("{plain} {noted}", {"plain": plain, "noted": Words(_LISTS[len(items) - 1], items)})


def grade_rule() -> Words:
    """How the grade is given."""
    return Words(
        "A: a draw decided at least {a_days} days with a rating, {side} of them with it and {side} with no exercise. "
        "B: at least {b_days} days with a rating, {side} of them with it and {side} without. C: fewer than that.",
        {"a_days": A_DAYS, "b_days": B_DAYS, "side": EACH_SIDE},
    )


def limits(
    *, by_draw: bool, questionnaires: bool = False, covariates: tuple[str, ...] = (), target: str = "mood"
) -> tuple[Words, ...]:
    """What the answer can not know, one sentence each. questionnaires: whether PHQ-9 totals are part of it."""
    said = [
        Words(
            "The effect over weeks is not measured in you. Your days can not tell it from time, season, medicine or a "
            "natural turn."
        ),
        Words(
            "A kind of exercise can not be told apart from the time, the place and the company in which you do it."
        ),
    ]
    if by_draw:
        said.append(
            Words("You knew what the draw said. What you expect of exercise is part of the difference.")
        )
        said.append(
            Words(
                "Days on which you did not follow the draw are not counted as drawn. If those were low days, days with "
                "exercise look better than they are."
            )
        )
    elif target == "sleep":
        said.append(
            Words("On a hard day it is harder to exercise. You may sleep worse after such a day too.")
        )
    else:
        said.append(
            Words(
                "On a low day it is harder to exercise. That alone makes evenings with exercise look better."
            )
        )
    if "medicine" in covariates:
        said.append(
            Words(
                "After a change of medicine we take your level anew. Much can change at such a time, and we can not tell "
                "what did what."
            )
        )
    if questionnaires:
        said.append(
            Words(
                "Your questionnaire totals are part of this answer. Each one is a rough sign of your level in the week "
                "before it."
            )
        )
    return tuple(said)
