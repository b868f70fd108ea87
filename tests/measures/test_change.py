"""What a change may be called, and what it is never called."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.ground import InputError
from ambulando.measures.change import change, for_clinicians
from ambulando.measures.instruments import instrument, packaged
from ambulando.measures.reading import instrument_of
from places import ROOT

TOTALS = st.integers(0, 27)
WITH_RULE = [*(form.id for form in packaged().values() if form.change), "who-5"]


@pytest.fixture(autouse=True, scope="module")
def with_the_pack() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AMBULANDO_INSTRUMENTS", str(ROOT / "packs/who-5"))
        yield


@pytest.mark.parametrize(("id_", "before", "after", "kind", "noticed"), [
    ("phq-9", 14, 14, "about-the-same", False), ("phq-9", 14, 10, "about-the-same", False),
    ("phq-9", 10, 14, "about-the-same", False), ("phq-9", 14, 9, "lower", True),
    ("phq-9", 9, 14, "higher", False), ("phq-9", 9, 4, "lower", False), ("phq-9", 10, 5, "lower", True),
    ("phq-9", 25, 20, "lower", True), ("phq-9", 26, 21, "lower", False), ("phq-9", 0, 27, "higher", False),
    ("gad-7", 12, 7, "about-the-same", False), ("gad-7", 12, 6, "lower", True),
    ("gad-7", 9, 3, "lower", False), ("gad-7", 6, 11, "about-the-same", False), ("gad-7", 6, 12, "higher", False),
    ("evs", 60, 89, "about-the-same", False), ("evs", 60, 90, "higher", False), ("evs", 60, 30, "lower", False),
    ("who-5", 40, 48, "about-the-same", False), ("who-5", 40, 52, "higher", False), ("who-5", 52, 40, "lower", False),
])  # fmt: skip
def test_change_is_named_by_its_points(id_: str, before: int, after: int, kind: str, noticed: bool) -> None:
    made = change(id_, before, after)
    assert (made.kind, made.points, made.noticed) == (kind, after - before, noticed)


@pytest.mark.parametrize(("id_", "before", "after", "said"), [
    ("phq-9", 11, 14, "Your answers add up to 14 this time, 11 last time. That is about the same."),
    ("phq-9", 17, 11, "Your answers add up to 11 this time, 17 last time."
                      " That is 6 points lower, a shift many people notice."),
    ("phq-9", 9, 4, "Your answers add up to 4 this time, 9 last time. That is 5 points lower."),
    ("phq-9", 9, 14, "Your answers add up to 14 this time, 9 last time. That is 5 points higher."),
    ("who-5", 40, 60, "Your answers add up to 60 this time, 40 last time. That is 20 points higher."),
    ("evs", 60, 150, "Your answers come to 150 minutes a week this time, 60 last time. That is 90 more."),
    ("evs", 150, 60, "Your answers come to 60 minutes a week this time, 150 last time. That is 90 fewer."),
    ("evs", 60, 60, "Your answers come to 60 minutes a week this time, 60 last time. That is about the same."),
])  # fmt: skip
def test_the_sentence_gives_both_totals_this_time_first(id_: str, before: int, after: int, said: str) -> None:
    assert str(change(id_, before, after).sentence) == said


def test_thirds_of_a_mean_change_by_whole_points_and_are_said_with_two_decimals() -> None:
    table = {
        "id": "thirds", "name": "Thirds", "title": "Thirds", "about": "Three.", "lead": "Three.",
        "group": "questionnaire", "scoring": "mean", "partial": "no-total", "licence": "own", "translate": True,
        "copyright": "own", "source": "own", "certainty": "judgement", "seen": date(2026, 11, 22),
        "answers": [{"score": n, "text": str(n)} for n in range(1, 6)],
        "items": [{"id": f"thirds-{n}", "text": "How is it?"} for n in (1, 2, 3)],
        "change": {"points": 1, "source": "own", "certainty": "judgement"},
    }  # fmt: skip
    form = instrument_of(table, where="thirds.toml")
    sums = range(3, 16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ambulando.measures.change.instrument", lambda _id: form)
        made = {(one, two): change("thirds", one / 3, two / 3) for one in sums for two in sums}
    for (one, two), found in made.items():
        assert (found.kind == "about-the-same") == (abs(two - one) < 3), (one, two)
    said = "Your answers add up to 2 this time, 3.33 last time. That is 1.33 points lower."
    assert str(made[10, 6].sentence) == said
    assert made[10, 7].points == -1


def test_every_change_says_where_its_rule_comes_from() -> None:
    assert "judgement" in change("phq-9", 9, 9).source
    assert "PMC9340848" in change("phq-9", 17, 11).source
    assert "PMC9340848" not in change("phq-9", 9, 4).source
    assert "pch.v8i1.309" in change("gad-7", 9, 9).source
    assert "judgement" in change("evs", 9, 9).source


def test_phq_8_knows_points_but_not_what_people_notice() -> None:
    made = change("phq-8", 17, 10)
    assert (made.kind, made.noticed) == ("lower", False)


@pytest.mark.parametrize(("id_", "name"), [
    ("phq-2", "PHQ-2"), ("paces-s", "PACES-S"), ("feeling-scale", "Feeling Scale"), ("confidence", "Confidence"),
])  # fmt: skip
def test_a_form_without_a_rule_for_change_is_refused(id_: str, name: str) -> None:
    with pytest.raises(InputError, match=f"Nothing says what counts as change on the {name}"):
        change(id_, 2, 3)


def test_what_has_no_total_has_no_change() -> None:
    with pytest.raises(InputError, match="What gets in the way has no total"):
        change("barriers", 0, 0)


@pytest.mark.parametrize(("before", "after"), [(-1, 3), (3, 28), (28, 3), (3.5, 4), (3, float("nan"))])
def test_a_total_out_of_range_is_refused(before: float, after: float) -> None:
    with pytest.raises(InputError, match="from 0 to 27"):
        change("phq-9", before, after)
    with pytest.raises(InputError, match="from 0 to 27"):
        for_clinicians("phq-9", before, after)


def within(id_: str) -> st.SearchStrategy[tuple[str, int, int]]:
    form = instrument(id_) if id_ in packaged() else None
    highest = int(form.highest) if form else 100
    totals = st.integers(0, highest)
    return st.tuples(st.just(id_), totals, totals)


@given(st.sampled_from(WITH_RULE).flatmap(within))
def test_no_sentence_promises_or_blames(drawn: tuple[str, int, int]) -> None:
    words = str(change(*drawn).sentence).lower()
    for word in (
        "cure",
        "remission",
        "respon",
        "recover",
        "wors",
        "improv",
        "better",
        "depress",
        "severe",
        "!",
    ):
        assert word not in words


@given(st.sampled_from(WITH_RULE).flatmap(within))
def test_going_there_and_back_is_the_same_distance(drawn: tuple[str, int, int]) -> None:
    id_, before, after = drawn
    there, back = change(id_, before, after), change(id_, after, before)
    assert there.points == -back.points
    assert (there.kind == "about-the-same") == (back.kind == "about-the-same")
    assert not (there.noticed and back.noticed)


@pytest.mark.parametrize(("id_", "before", "after", "reliable", "response", "remission"), [
    ("phq-9", 20, 10, None, True, False), ("phq-9", 20, 11, None, False, False),
    ("phq-9", 10, 5, None, True, False), ("phq-9", 10, 4, None, True, True),
    ("phq-9", 15, 15, None, False, False), ("phq-9", 9, 4, None, None, None), ("phq-9", 0, 0, None, None, None),
    ("phq-8", 20, 2, None, None, None), ("phq-2", 6, 0, None, None, None),
    ("gad-7", 12, 6, True, None, None), ("gad-7", 12, 7, False, None, None), ("gad-7", 6, 12, True, None, None),
    ("who-5", 40, 64, True, None, None), ("who-5", 40, 60, False, None, None), ("evs", 0, 300, None, None, None),
])  # fmt: skip
def test_marks_for_clinicians_stand_only_where_a_source_gives_their_figure(
    id_: str, before: int, after: int, reliable: bool | None, response: bool | None, remission: bool | None
) -> None:
    made = for_clinicians(id_, before, after)
    assert (made.reliable, made.response, made.remission) == (reliable, response, remission)
    assert len(made.sources) == [reliable, response, remission].count(True) + (
        [reliable, response, remission].count(False)
    )
    assert all("https://" in source for source in made.sources)


@given(TOTALS, TOTALS)
def test_remission_is_below_five_and_response_half_or_more_from_ten_up(before: int, after: int) -> None:
    made = for_clinicians("phq-9", before, after)
    if before < 10:
        assert (made.response, made.remission) == (None, None)
    else:
        assert made.response == (2 * after <= before)
        assert made.remission == (after <= 4)
