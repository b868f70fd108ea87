"""What answers add up to: every edge of every form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.ground import InputError
from ambulando.measures.instruments import instrument, instruments
from ambulando.measures.scoring import answers_from, band_of, score

FORMS = ["phq-9", "phq-8", "phq-2"]


def spread(total: int, places: int) -> list[int]:
    """Answers of 0 to 3 that add up to ``total``, the first ones filled first."""
    return [max(0, min(3, total - 3 * place)) for place in range(places)]


@pytest.mark.parametrize(("id_", "top", "lowest", "highest"), [
    ("phq-9", 27, "minimal", "severe"), ("phq-8", 24, "minimal", "severe"), ("phq-2", 6, "0-to-2", "3-to-6"),
])  # fmt: skip
def test_all_zero_and_all_three_are_the_ends(id_: str, top: int, lowest: str, highest: str) -> None:
    places = len(instrument(id_).items)
    bottom = score(id_, [0] * places)
    assert (bottom.total, bottom.band, bottom.complete) == (0, lowest, True)
    best = score(id_, [3] * places)
    assert (best.total, best.band, best.complete) == (top, highest, True)


@pytest.mark.parametrize("id_", ["phq-9", "phq-8"])
@pytest.mark.parametrize(("total", "band"), [
    (4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"),
    (15, "moderately-severe"), (19, "moderately-severe"), (20, "severe"),
])  # fmt: skip
def test_each_band_begins_and_ends_where_its_source_says(id_: str, total: int, band: str) -> None:
    made = score(id_, spread(total, len(instrument(id_).items)))
    assert (made.total, made.band) == (total, band)


@pytest.mark.parametrize(("total", "band"), [(2, "0-to-2"), (3, "3-to-6")])
def test_the_two_item_form_turns_at_three(total: int, band: str) -> None:
    assert score("phq-2", spread(total, 2)).band == band


@pytest.mark.parametrize(
    ("id_", "place"), [(id_, p) for id_ in FORMS for p in range(len(instrument(id_).items))]
)
def test_one_missing_answer_leaves_no_total(id_: str, place: int) -> None:
    answers: list[int | None] = [1] * len(instrument(id_).items)
    answers[place] = None
    made = score(id_, answers)
    assert (made.total, made.band, made.complete) == (None, None, False)
    assert made.missing == (f"{id_}-{place + 1}",)


@pytest.mark.parametrize(("nine", "flags"), [
    (0, ()), (1, ("item-9",)), (2, ("item-9", "item-9-high")), (3, ("item-9", "item-9-high")), (None, ()),
])  # fmt: skip
def test_item_nine_raises_its_flags(nine: int | None, flags: tuple[str, ...]) -> None:
    assert score("phq-9", [0] * 8 + [nine]).flags == flags


def test_item_nine_is_flagged_even_when_all_else_is_missing() -> None:
    made = score("phq-9", [None] * 8 + [1])
    assert made.flags == ("item-9",)
    assert made.total is None


def test_the_other_forms_raise_no_flag() -> None:
    assert score("phq-8", [3] * 8).flags == ()
    assert score("phq-2", [3, 3]).flags == ()


@pytest.mark.parametrize("count", [0, 1, 8, 10])
def test_a_wrong_number_of_answers_is_refused_in_one_sentence(count: int) -> None:
    with pytest.raises(InputError, match=rf"PHQ-9 has 9 questions, and {count} answers? (was|were) given"):
        score("phq-9", [0] * count)


@pytest.mark.parametrize("wrong", [-1, 4, 99, True, 1.0, "2"])
def test_an_answer_that_is_not_offered_is_refused_by_its_place(wrong: object) -> None:
    answers: list[object] = [0] * 9
    answers[4] = wrong
    with pytest.raises(InputError, match=r"^Answer 5 of PHQ-9 is .*from 0 to 3"):
        score("phq-9", answers)  # type: ignore[arg-type]  # what a careless caller may hand over


@pytest.mark.parametrize(("text", "answers"), [
    ("0,1,2,3", (0, 1, 2, 3)), (" 1 , 2 ", (1, 2)), ("1,,3", (1, None, 3)), ("1,-,3", (1, None, 3)),
    ("-1,+2", (-1, 2)), ("", (None,)),
])  # fmt: skip
def test_answers_are_read_from_text(text: str, answers: tuple[int | None, ...]) -> None:
    assert answers_from(text) == answers


@pytest.mark.parametrize("text", ["0,x,1", "0,1.5,1", "0,1 2,1", "0,two,1", "0,1e2,1", "0,--,1", "0,٣,1"])
def test_what_is_not_a_number_is_refused_by_its_place(text: str) -> None:
    with pytest.raises(InputError, match=r"^Answer 2 is '.*', which is not a whole number"):
        answers_from(text)


@pytest.mark.parametrize("total", [-1, 28, True, 3.0])
def test_a_total_that_cannot_be_has_no_band(total: object) -> None:
    with pytest.raises(InputError, match="from 0 to 27"):
        band_of(instrument("phq-9"), total)  # type: ignore[arg-type]  # what a careless caller may hand over


@given(st.sampled_from(FORMS).flatmap(
    lambda id_: st.tuples(
        st.just(id_),
        st.lists(st.integers(0, 3), min_size=len(instruments()[id_].items), max_size=len(instruments()[id_].items)),
    )
))  # fmt: skip
def test_a_whole_form_always_has_its_sum_and_the_band_around_it(drawn: tuple[str, list[int]]) -> None:
    id_, answers = drawn
    made = score(id_, answers)
    assert made.total == sum(answers)
    band = band_of(instrument(id_), sum(answers))
    assert made.band == band.id
    assert band.low <= sum(answers) <= band.high
