"""The sentences of a group trial. Draws decided each day, so this is about what the draw did, in these people."""

from ambulando.ground import Words
from ambulando.response.comparison_words import RATED
from ambulando.response.words import SURE

#: People below which nothing is said about how much people differ.
TELLS_SPREAD = 5
#: A spread (SD, points) below which we see no sign that people differ.
SMALL_SPREAD = 0.1


def group_sentence(
    options: tuple[Words | str, Words | str],
    target: str,
    people: int,
    estimate: float = 0.0,
    ci: tuple[float, float] = (0.0, 0.0),
    p_matters: float = 0.0,
    p_worse: float = 0.0,
) -> Words:
    """The group's answer. ``options``: how the first and the second are named; positive is better for the first."""
    if people == 0:
        return Words("There are no results yet. A group result needs three people or more.")
    if people == 1:
        return Words("One person has results so far. A group result needs three people or more.")
    if people == 2:
        return Words("Two people have results so far. A group result needs three people or more.")
    clear, told = _told(options, target, estimate, ci, p_matters, p_worse)
    values = {"people": people, **told}
    if clear:
        return Words(
            "In this group of {people} people, {outcome} was better on days drawn for “{first}” than on days drawn for "
            "“{second}”, by about {points} points out of 10. Anything from {low} to {high} fits the group.",
            values,
        )
    return Words(
        "In this group of {people} people, days drawn for “{first}” and days drawn for “{second}” show no clear difference in "
        "{outcome} yet. Anything from {low} to {high} points out of 10 fits the group.",
        values,
    )


def spread_in_words(people: int, sd: float = 0.0, pi: tuple[float, float] = (0.0, 0.0)) -> Words:
    """How much people differ. ``sd``: between people, points; ``pi``: where the mean of somebody new lies."""
    if people < TELLS_SPREAD:
        return Words("With so few people we can not tell how much people differ.")
    values = {"low": _points(pi[0]), "high": _points(pi[1])}
    if sd < SMALL_SPREAD:
        return Words(
            "We see no sign that people differ in this, but a group of this size can hide it. For someone new we "
            "would expect from {low} to {high} points.",
            values,
        )
    if pi[0] < 0 < pi[1]:
        return Words(
            "People seem to differ. For someone new it could go either way: from {low} to {high} points.",
            values,
        )
    return Words(
        "People seem to differ in how much, and less in which way. For someone new we would expect from {low} to {high} points.",
        values,
    )


def member_sentence(
    options: tuple[Words | str, Words | str],
    target: str,
    shrunk: float,
    ci: tuple[float, float],
    p_matters: float,
    p_worse: float,
) -> Words:
    """What one person is told about themselves, seen together with the group."""
    clear, values = _told(options, target, shrunk, ci, p_matters, p_worse)
    if clear:
        return Words(
            "Your days and the group together: {outcome} was better on days drawn for “{first}” than on days drawn for “{second}”, "
            "by about {points} points out of 10. Anything from {low} to {high} fits you.",
            values,
        )
    return Words(
        "Your days and the group together show no clear difference yet. Anything from {low} to {high} points out of 10 "
        "fits you. Above zero means that “{first}” did better, below zero that “{second}” did.",
        values,
    )


def _told(
    options: tuple[Words | str, Words | str],
    target: str,
    mean: float,
    ci: tuple[float, float],
    p_matters: float,
    p_worse: float,
) -> tuple[bool, dict[str, Words | str]]:
    """Whether it is clear which did better, and what the sentence is filled with; the better one stands first."""
    first, second = options
    low, high = ci
    # A group of few can look sure by chance, so the whole interval has to agree, too.
    better, worse = p_matters > SURE and low > 0, p_worse > SURE and high < 0
    if worse:
        first, second, mean, low, high = second, first, -mean, -high, -low
    return better or worse, {
        "first": first,
        "second": second,
        "outcome": RATED[target],
        "points": _points(mean),
        "low": _points(low),
        "high": _points(high),
    }


def _points(value: float) -> str:
    """One decimal, with a real minus sign and never a minus nought."""
    return f"{value:.1f}".replace("-0.0", "0.0").replace("-", "−")
