"""Before a comparison starts: its questions, its draws, the seal on them, and what it could find."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.ground import InputError
from ambulando.response.detect import detectable, error_of
from ambulando.response.protocol import (
    Option,
    Protocol,
    check_seal,
    option_of,
    options_for,
    plain_protocol,
    protocol_of,
    questions,
    schedule,
    seal,
)

START = date(2026, 3, 2)
PAIR = (option_of("walking"), option_of("yoga"))


def protocol(count: int = 2, blocks: int = 12, per_week: int = 3) -> Protocol:
    names = ("walking", "yoga", "dance", "strength")[:count]
    return Protocol("two-kinds", tuple(option_of(name) for name in names), "mood", blocks, per_week, START)


designs = st.builds(protocol, st.integers(2, 4), st.integers(4, 60), st.integers(2, 4))


@settings(max_examples=80, deadline=None)
@given(made=designs, seed=st.integers(0, 2**53))
def test_each_option_comes_once_in_each_block_and_never_three_times_in_a_row(
    made: Protocol, seed: int
) -> None:
    draws = schedule(made, seed)
    ids = sorted(one.id for one in made.options)
    for _, block in groupby(draws, key=lambda draw: draw.block):
        assert sorted(draw.option for draw in block) == ids
    assert max(len(list(run)) for _, run in groupby(draw.option for draw in draws)) <= 2
    assert {draw.probability for draw in draws} == {1 / len(ids)}
    assert draws == schedule(made, seed)


@settings(max_examples=80, deadline=None)
@given(made=designs)
def test_rest_days_stand_between_and_no_three_draws_come_on_days_in_a_row(made: Protocol) -> None:
    days = [draw.day for draw in schedule(made, 1)]
    assert days == sorted(set(days))
    assert days[0] == made.start
    weeks = Counter((day - made.start).days // 7 for day in days)
    assert all(count == made.per_week for count in list(weeks.values())[:-1])
    drawn = set(days)
    assert not any({day + timedelta(1), day + timedelta(2)} <= drawn for day in days)
    assert len({day.weekday() for day in days}) > made.per_week or len(days) <= made.per_week


def test_every_order_of_a_block_is_as_likely_as_any_other() -> None:
    made = protocol(3, 60)
    orders = Counter(
        tuple(draw.option for draw in block)
        for seed in range(100)
        for _, block in groupby(schedule(made, seed), key=lambda draw: draw.block)
    )
    assert len(orders) == 6
    # 6,000 blocks in 6 orders: chi squared with 5 degrees of freedom is below 20.5 in 999 of 1,000 cases
    assert sum((count - 1000) ** 2 / 1000 for count in orders.values()) < 20.5


@settings(max_examples=60, deadline=None)
@given(made=designs, seed=st.integers(0, 2**53), data=st.data())
def test_the_seal_breaks_with_any_change(made: Protocol, seed: int, data: st.DataObject) -> None:
    draws = schedule(made, seed)
    sealed = seal(made, draws, seed)
    assert check_seal(made, draws, seed, sealed)
    place = data.draw(st.integers(0, len(draws) - 1))
    one = draws[place]
    change = data.draw(
        st.sampled_from(
            [
                replace(one, day=one.day + timedelta(1)),
                replace(one, block=one.block + 1),
                replace(one, option="rest"),
                replace(one, probability=0.9),
            ]
        )
    )
    changed = (*draws[:place], change, *draws[place + 1 :])
    assert not check_seal(made, changed, seed, sealed)
    assert not check_seal(made, draws, seed + 1, sealed)
    assert not check_seal(replace(made, target="energy"), draws, seed, sealed)
    assert not check_seal(replace(made, question="another"), draws, seed, sealed)


def test_a_schedule_that_the_seed_does_not_give_does_not_hold_even_when_it_is_sealed() -> None:
    made = protocol()
    swapped = tuple(
        replace(draw, option="yoga" if draw.option == "walking" else "walking") for draw in schedule(made, 3)
    )
    assert not check_seal(made, swapped, 3, seal(made, swapped, 3))


def test_the_seal_is_the_same_next_year() -> None:
    """It was kept by people: a change of how it is made would break every one of them."""
    made = Protocol("two-kinds", (Option("a", "A"), Option("b", "B")), "mood", 4, 2, START)
    assert (
        seal(made, schedule(made, 1), 1) == "f76526f68ae80ff1b4a0dc15167d73d465c6c843d96b7a0b0896cf9255379b07"
    )


@settings(max_examples=30, deadline=None)
@given(made=designs)
def test_a_protocol_comes_back_from_plain_data(made: Protocol) -> None:
    assert protocol_of(plain_protocol(made)) == made


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"options": PAIR[:1]}, "2 to 4 options"),
        ({"options": (PAIR[0], PAIR[0])}, "twice"),
        ({"options": (Option("none", "nothing"), PAIR[0])}, "another way"),
        ({"options": (Option("r", "r", "rest"), Option("s", "s", "rest"))}, "Only one"),
        ({"blocks": 3}, "4 to 60 blocks"),
        ({"per_week": 5}, "2 to 4 draw days a week"),
        ({"target": "weight"}, "weight"),
        ({"question": " "}, "no question"),
        ({"start": date(9999, 12, 31)}, "check the year"),
    ],
)
def test_what_can_not_be_compared_is_refused_in_one_sentence(change: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        replace(protocol(), **change)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"options": 3},
        {"options": [{}]},
        plain_protocol(protocol()) | {"start": "x"},
        plain_protocol(protocol()) | {"blocks": float("inf")},
        plain_protocol(protocol()) | {"per_week": 3.5},
        *(
            plain_protocol(protocol())
            | {"options": [plain_protocol(protocol())["options"][0] | {"label": label}]}
            for label in (
                {"pattern": 3, "values": {}},
                {"pattern": "walking", "values": 3},
                {"pattern": "walking", "values": None},
                {"pattern": "{who}", "values": {"what": 1}},
                {"pattern": "{", "values": {"what": 1}},
            )
        ),
    ],
)
def test_what_is_no_protocol_is_refused(broken: dict) -> None:
    with pytest.raises(InputError, match="not the protocol"):
        protocol_of(broken)


def test_options_of_signs_alone_stay_apart() -> None:
    assert option_of("🙂").id != option_of("🎻").id


def test_every_question_can_be_asked() -> None:
    assert {one.kind for one in questions()} == {"activity", "minutes", "time", "company", "music", "rest"}
    for one in questions():
        options = options_for(one, ("walking",) if one.options else ("walking", "easy-yoga-of-mine"))
        made = Protocol(one.id, options, "mood", 12, 3, START)
        assert schedule(made, 1)
        assert all(
            option.activity == "walking" for option in options if one.options and option.kind != "rest"
        )


def test_an_option_is_an_activity_a_kind_or_own_words() -> None:
    assert option_of("corner-walk").activity == "corner-walk"
    assert str(option_of("tai-chi").label) == "tai chi"
    own = option_of("  Gardening   with Mum ")
    assert (own.id, own.label, own.activity) == ("gardening-with-mum", "Gardening with Mum", None)


# ---- what it could find


@pytest.mark.parametrize(("days", "published"), [(56, 1.15), (84, 0.94), (120, 0.79)])
def test_the_error_of_a_difference_agrees_with_what_was_measured_for_coin_flip_days(
    days: int, published: float
) -> None:
    """Difference found with 80% chance by a 5% test, over simulated people with 20% of days missing: state SD 1.2 with
    persistence 0.5, noise SD 0.9."""
    rng = np.random.default_rng(1)
    found = np.mean(
        [
            2.8016
            * error_of(
                np.arange(days, dtype=float),
                rng.integers(0, 2, days) - 0.5,
                0.5,
                0.64,
                1.5,
                missing=0.2,
            )
            for _ in range(30)
        ]
    )
    assert found == pytest.approx(published, rel=0.07)


def test_more_days_find_smaller_differences_and_a_restless_mood_larger_ones() -> None:
    few, many = detectable(protocol(2, 10)), detectable(protocol(2, 40))
    assert many.difference < few.difference
    assert detectable(protocol(2, 10), noise_sd=0.8).difference < few.difference
    for found in (few, many):
        chances = [chance for _, chance in found.chances]
        assert chances == sorted(chances)
        assert [difference for difference, _ in found.chances] == [0.2, 0.3, 0.5, 0.8, 1.0]
        assert found.usual_test == pytest.approx(2.8016 * found.error, rel=1e-3)
    assert (few.days, few.pairs) == (20, 10)


def test_a_clear_answer_asks_for_more_than_the_usual_test() -> None:
    found = detectable(protocol(2, 40))
    assert found.difference > found.usual_test
