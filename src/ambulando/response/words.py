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


def sentence(
    grade: str,
    modality: str | None,
    mean: float = 0.0,
    ci: tuple[float, float] = (0.0, 0.0),
    p_positive: float = 0.0,
    p_matters: float = 0.0,
    p_worse: float = 0.0,
) -> Words:
    """The answer in one or two sentences, about the same-day effect of one modality (None: nothing was done yet)."""
    if modality is None:
        return Words(
            "It is too early to say from your own days. In trials, people were offered exercise or not. After some weeks, "
            "those who were offered it felt somewhat better. The most careful trials found a smaller difference, or none."
        )
    called = {"modality": CALLED.get(modality, Words(modality))}
    if grade == "A":
        return _by_draw(called, mean, ci, p_matters, p_worse)
    if grade == "B":
        if p_positive > SURE:
            return Words(
                "On days with {modality}, your evenings were a bit better. We can not tell yet which caused which.",
                called,
            )
        if p_positive < 1 - SURE:
            return Words(
                "On days with {modality}, your evenings were a bit lower. We can not tell yet which caused which.",
                called,
            )
        return Words(
            "So far we see no clear difference between evenings with and without {modality}. "
            "That is common, and more days can still show one.",
            called,
        )
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
    called: dict[str, Words], mean: float, ci: tuple[float, float], p_matters: float, p_worse: float
) -> Words:
    values = {**called, "points": f"{abs(mean):.1f}", "low": f"{ci[0]:.1f}", "high": f"{ci[1]:.1f}"}
    if p_matters > SURE:
        return Words(
            "On days that a draw decided, {modality} lifted your evening mood by about {points} points out of 10. "
            "Anything from {low} to {high} fits your days.",
            values,
        )
    if p_worse > SURE:
        return Words(
            "On days that a draw decided, {modality} lowered your evening mood by about {points} points out of 10. "
            "Anything from {low} to {high} fits your days. Something else may suit you better.",
            values,
        )
    return Words(
        "On days that a draw decided, evenings with and without {modality} show no clear difference yet. "
        "Anything from {low} to {high} points out of 10 fits your days.",
        values,
    )


def model_in_words(covariates: tuple[str, ...]) -> Words:
    """What the model does, for "how do you know?"."""
    if covariates:
        return Words(
            "We compare your evenings day by day. We allow for your usual level, a slow trend, and how one day carries "
            "over to the next. We allow for what you did the day before, and for how you felt or slept before the session "
            "too. A mood that is missing is never filled in. For what you did on a day without a record we take your "
            "usual amount."
        )
    return Words(
        "We compare your evenings day by day. We allow for your usual level, a slow trend, and how one day carries "
        "over to the next. We allow for what you did the day before too. A mood that is missing is never filled in. "
        "For what you did on a day without a record we take your usual amount."
    )


def grade_rule() -> Words:
    """How the grade is given."""
    return Words(
        "A: a draw decided at least {a_days} days with a mood, {side} of them with it and {side} with no exercise. "
        "B: at least {b_days} days with a mood, {side} of them with it and {side} without. C: fewer than that.",
        {"a_days": A_DAYS, "b_days": B_DAYS, "side": EACH_SIDE},
    )


def limits(*, phq9: bool, by_draw: bool) -> tuple[Words, ...]:
    """What the answer can not know, one sentence each."""
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
    else:
        said.append(
            Words(
                "On a low day it is harder to exercise. That alone makes evenings with exercise look better."
            )
        )
    if phq9:
        said.append(Words("Your questionnaire totals are shown beside this answer. They are not part of it."))
    return tuple(said)
