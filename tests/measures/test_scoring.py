"""What answers add up to: every edge of every form, the pack beside the program among them."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.ground import InputError
from ambulando.measures.instruments import instrument, instruments, pack_of, packaged
from ambulando.measures.scoring import answers_from, band_of, score
from ambulando.measures.shape import Instrument
from places import ROOT

WHO_5 = pack_of((ROOT / "packs/who-5/who-5.toml").read_text("utf-8"), where="who-5.toml")
FORMS = {**packaged(), WHO_5.id: WHO_5}
SUMS = [form for form in FORMS.values() if form.scoring == "sum"]
WITH_TOTAL = [form for form in FORMS.values() if form.scoring != "choose"]


@pytest.fixture(autouse=True, scope="module")
def with_the_pack() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AMBULANDO_INSTRUMENTS", str(ROOT / "packs/who-5"))
        yield


def spread(form: Instrument, raw: int) -> list[int]:
    """Answers that add up to ``raw``, the first ones filled first."""
    answers = []
    for item in form.items:
        answers.append(min(item.high, raw))
        raw -= answers[-1]
    return answers


#: form -> rows of answers, total, band: the lowest, the highest, and each edge from both sides
EDGES = {
    "phq-9": [
        ("0,0,0,0,0,0,0,0,0", 0, "minimal"), ("3,1,0,0,0,0,0,0,0", 4, "minimal"),
        ("3,2,0,0,0,0,0,0,0", 5, "mild"), ("3,3,3,0,0,0,0,0,0", 9, "mild"),
        ("3,3,3,1,0,0,0,0,0", 10, "moderate"), ("3,3,3,3,2,0,0,0,0", 14, "moderate"),
        ("3,3,3,3,3,0,0,0,0", 15, "moderately-severe"), ("3,3,3,3,3,3,1,0,0", 19, "moderately-severe"),
        ("3,3,3,3,3,3,2,0,0", 20, "severe"), ("3,3,3,3,3,3,3,3,3", 27, "severe"),
    ],
    "phq-8": [
        ("0,0,0,0,0,0,0,0", 0, "minimal"), ("3,1,0,0,0,0,0,0", 4, "minimal"),
        ("3,2,0,0,0,0,0,0", 5, "mild"), ("3,3,3,0,0,0,0,0", 9, "mild"),
        ("3,3,3,1,0,0,0,0", 10, "moderate"), ("3,3,3,3,2,0,0,0", 14, "moderate"),
        ("3,3,3,3,3,0,0,0", 15, "moderately-severe"), ("3,3,3,3,3,3,1,0", 19, "moderately-severe"),
        ("3,3,3,3,3,3,2,0", 20, "severe"), ("3,3,3,3,3,3,3,3", 24, "severe"),
    ],
    "phq-2": [
        ("0,0", 0, "0-to-2"), ("2,0", 2, "0-to-2"), ("2,1", 3, "3-to-6"), ("0,3", 3, "3-to-6"), ("3,3", 6, "3-to-6"),
    ],
    "gad-7": [
        ("0,0,0,0,0,0,0", 0, "minimal"), ("0,0,0,0,0,1,3", 4, "minimal"),
        ("0,0,0,0,0,2,3", 5, "mild"), ("0,0,0,0,3,3,3", 9, "mild"),
        ("0,0,0,1,3,3,3", 10, "moderate"), ("0,0,2,3,3,3,3", 14, "moderate"),
        ("0,0,3,3,3,3,3", 15, "severe"), ("3,3,3,3,3,3,3", 21, "severe"),
    ],
    "evs": [
        ("0,0", 0, "0"), ("0,-", 0, "0"), ("0,45", 0, "0"), ("3,0", 0, "0"), ("1,1", 1, "1-to-149"),
        ("1,149", 149, "1-to-149"), ("1,150", 150, "150-or-more"), ("5,30", 150, "150-or-more"),
        ("7,1440", 10080, "150-or-more"), ("3,20,2", 60, "1-to-149"), ("3,20,-", 60, "1-to-149"),
    ],
    "paces-s": [
        ("1,1,1,1", 1, None), ("5,5,5,5", 5, None), ("1,2,3,5", 2.75, None), ("4,4,5,4", 4.25, None),
    ],
    "feeling-scale": [("-5", -5, None), ("-1", -1, None), ("0", 0, None), ("5", 5, None)],
    "talk-test": [("0", 0, "moderate-or-less"), ("1", 1, "moderate-or-less"), ("2", 2, "vigorous")],
    "confidence": [("0", 0, None), ("6", 6, None), ("10", 10, None)],
    "who-5": [
        ("0,0,0,0,0", 0, "0-to-50"), ("5,5,2,0,0", 48, "0-to-50"), ("5,5,3,0,0", 52, "51-to-100"),
        ("5,5,5,5,5", 100, "51-to-100"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("id_", "answers", "total", "band"), [(id_, *row) for id_, rows in EDGES.items() for row in rows]
)
def test_each_edge_of_a_form_is_where_its_source_says(
    id_: str, answers: str, total: float, band: str | None
) -> None:
    made = score(id_, answers_from(answers))
    assert (made.total, made.band, made.complete, made.missing) == (total, band, True, ())


def test_every_form_with_a_total_has_its_table_from_the_lowest_to_the_highest() -> None:
    assert set(EDGES) == {form.id for form in WITH_TOTAL}
    for form in WITH_TOTAL:
        totals = [total for _answers, total, _band in EDGES[form.id]]
        assert (min(totals), max(totals)) == (form.lowest, form.highest), form.id
        bands = {band for _answers, _total, band in EDGES[form.id]}
        assert bands == ({band.id for band in form.bands} or {None}), form.id


@pytest.mark.parametrize("form", SUMS, ids=lambda form: form.id)
def test_each_band_of_a_sum_begins_and_ends_where_it_says(form: Instrument) -> None:
    step = int(form.scale)
    for band in form.bands:
        for total in (-(-band.low // step) * step, band.high // step * step):
            made = score(form.id, spread(form, total // step))
            assert (made.total, made.band) == (total, band.id)


@pytest.mark.parametrize(
    ("id_", "place"), [(form.id, place) for form in WITH_TOTAL for place in range(len(form.items))]
)
def test_one_missing_answer_leaves_no_total(id_: str, place: int) -> None:
    form = instrument(id_)
    answers: list[int | None] = [item.high for item in form.items]
    answers[place] = None
    made = score(id_, answers)
    assert (made.total, made.band, made.complete) == (None, None, False)
    assert made.missing == (f"{id_}-{place + 1}",)


def test_minutes_are_needless_only_on_no_days_at_all() -> None:
    assert score("evs", [0, None]).complete
    assert score("evs", [1, None]).missing == ("evs-2",)
    assert score("evs", [None, None]).missing == ("evs-1", "evs-2")
    assert score("evs", [None, 30]).missing == ("evs-1",)


def test_a_mean_stays_as_it_is_and_every_other_total_is_whole() -> None:
    assert score("paces-s", [4, 4, 4, 3]).total == 3.75
    for id_, rows in EDGES.items():
        for answers, _total, _band in rows:
            made = score(id_, answers_from(answers)).total
            assert isinstance(made, float if id_ == "paces-s" else int), id_


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
    for form in FORMS.values():
        if form.id not in ("phq-9", "barriers"):
            assert score(form.id, [item.high for item in form.items]).flags == ()


def test_extras_are_taken_and_checked_and_never_scored() -> None:
    plain = score("phq-9", [1] * 9)
    assert score("phq-9", [1] * 9 + [3]) == plain
    assert score("phq-9", [1] * 9 + [None]) == plain
    with pytest.raises(InputError, match="Answer 10 of PHQ-9 is 4"):
        score("phq-9", [1] * 9 + [4])
    with pytest.raises(InputError, match=r"Answer 3 of Exercise Vital Sign is 8; .* from 0 to 7"):
        score("evs", [3, 20, 8])
    # The question on difficulty raises nothing, whatever is answered to it.
    assert score("phq-9", [0] * 9 + [3]).flags == ()


def test_what_is_picked_is_named_and_has_no_total() -> None:
    ids = [item.id for item in instrument("barriers").items]
    picked = [int(id_ in ("time", "fear")) for id_ in ids]
    made = score("barriers", picked)
    assert (made.chosen, made.total, made.band, made.complete) == (("time", "fear"), None, None, True)
    assert score("barriers", [0] * 17).chosen == ()
    assert score("barriers", [None] * 17).chosen == ()
    assert score("barriers", [None] * 16 + [1]).chosen == ("fear",)
    assert score("barriers", [0] * 17).complete


def test_no_more_is_picked_than_may_be() -> None:
    with pytest.raises(InputError, match=r"^3 were picked. Please pick up to 2\.$"):
        score("barriers", [1, 1, 1] + [0] * 14)


@pytest.mark.parametrize("count", [0, 1, 8, 11])
def test_a_wrong_number_of_answers_is_refused_in_one_sentence(count: int) -> None:
    with pytest.raises(InputError, match=rf"PHQ-9 has 9 questions, and {count} answers? (was|were) given"):
        score("phq-9", [0] * count)
    with pytest.raises(InputError, match="Confidence has 1 question, and 2 answers were given"):
        score("confidence", [1, 2])


@pytest.mark.parametrize("wrong", [-1, 4, 99, True, 1.0, "2"])
def test_an_answer_that_is_not_offered_is_refused_by_its_place(wrong: object) -> None:
    answers: list[object] = [0] * 9
    answers[4] = wrong
    with pytest.raises(InputError, match=r"^Answer 5 of PHQ-9 is .*from 0 to 3"):
        score("phq-9", answers)  # type: ignore[arg-type]  # what a careless caller may hand over


@pytest.mark.parametrize(("id_", "answers", "said"), [
    ("evs", [8, 10], "Answer 1 .* from 0 to 7"), ("evs", [1, 1441], "Answer 2 .* from 0 to 1440"),
    ("evs", [1, -1], "Answer 2 .* from 0 to 1440"), ("paces-s", [0, 1, 1, 1], "Answer 1 .* from 1 to 5"),
    ("feeling-scale", [-6], "Answer 1 .* from -5 to 5"), ("feeling-scale", [6], "from -5 to 5"),
    ("confidence", [11], "from 0 to 10"), ("talk-test", [3], "from 0 to 2"),
    ("barriers", [2] + [0] * 16, "Answer 1 .* from 0 to 1"), ("who-5", [6, 0, 0, 0, 0], "from 0 to 5"),
])  # fmt: skip
def test_what_is_beyond_the_ends_of_an_item_is_refused(id_: str, answers: list[int], said: str) -> None:
    with pytest.raises(InputError, match=said):
        score(id_, answers)


@pytest.mark.parametrize(("text", "answers"), [
    ("0,1,2,3", (0, 1, 2, 3)), (" 1 , 2 ", (1, 2)), ("1,,3", (1, None, 3)), ("1,-,3", (1, None, 3)),
    ("-1,+2", (-1, 2)), ("-", (None,)), ("99999999999", (99999999999,)),
])  # fmt: skip
def test_answers_are_read_from_text(text: str, answers: tuple[int | None, ...]) -> None:
    assert answers_from(text) == answers


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_at_all_is_not_one_answer(text: str) -> None:
    with pytest.raises(InputError, match="No answers were given"):
        answers_from(text)


@pytest.mark.parametrize("text", ["0,x,1", "0,1.5,1", "0,1 2,1", "0,two,1", "0,1e2,1", "0,--,1", "0,٣,1"])
def test_what_is_not_a_number_is_refused_by_its_place(text: str) -> None:
    with pytest.raises(InputError, match=r"^Answer 2 is '.*', which is not a whole number"):
        answers_from(text)


@pytest.mark.parametrize("total", [-1, 28, True, 3.0, float("nan"), "3"])
def test_a_total_that_cannot_be_has_no_band(total: object) -> None:
    with pytest.raises(InputError, match="from 0 to 27"):
        band_of(instrument("phq-9"), total)  # type: ignore[arg-type]  # what a careless caller may hand over


@pytest.mark.parametrize("total", [0.9, 5.1, float("nan"), float("inf")])
def test_a_mean_that_cannot_be_is_refused(total: float) -> None:
    with pytest.raises(InputError, match=r"is a number from 1\.0 to 5\.0"):
        band_of(instrument("paces-s"), total)


ANSWERED = st.sampled_from(WITH_TOTAL).flatmap(
    lambda form: st.tuples(st.just(form), st.tuples(*(st.integers(item.low, item.high) for item in form.items)))
)  # fmt: skip


@given(ANSWERED)
def test_a_whole_form_always_has_a_total_within_its_ends_and_the_band_around_it(
    drawn: tuple[Instrument, tuple[int, ...]],
) -> None:
    form, answers = drawn
    made = score(form.id, answers)
    assert made.complete
    assert made.total is not None
    assert form.lowest <= made.total <= form.highest
    band = band_of(form, made.total)
    assert (band.id if band else None) == made.band
    if band:
        assert band.low <= made.total <= band.high


@given(ANSWERED, st.data())
def test_a_higher_answer_never_lowers_the_total(
    drawn: tuple[Instrument, tuple[int, ...]], data: st.DataObject
) -> None:
    form, answers = drawn
    place = data.draw(st.integers(0, len(answers) - 1))
    more = list(answers)
    more[place] = data.draw(st.integers(answers[place], form.items[place].high))
    before, after = score(form.id, answers).total, score(form.id, more).total
    assert before is not None
    assert after is not None
    assert after >= before


@given(st.lists(st.sampled_from([0, 1, None]), min_size=17, max_size=17))
def test_up_to_two_can_be_picked_and_never_three(answers: list[int | None]) -> None:
    picked = sum(answer == 1 for answer in answers)
    if picked > 2:
        with pytest.raises(InputError, match="up to 2"):
            score("barriers", answers)
    else:
        assert len(score("barriers", answers).chosen) == picked


def test_every_instrument_that_is_here_is_in_these_tables() -> None:
    assert set(instruments()) == set(FORMS)
