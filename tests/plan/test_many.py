"""Weeks for many people at once are those of each one by one."""

import gc
from random import Random

import pytest
from plan_people import TODAY, bout

from ambulando.ground import InputError
from ambulando.plan.many import Request, plan_many
from ambulando.plan.week import make
from ambulando.safety.profile import profile_from
from cast import ADA, BEN, CLEO, HANA

ASKED = [
    Request(profile_from(told), TODAY, seed, {"bouts": [bout("easy-walk", 2, 10 + seed)]})
    for seed in range(8)
    for told in (ADA, BEN, CLEO, HANA)
]


def test_two_processes_give_the_weeks_of_one_in_the_order_of_the_requests():
    alone = [make(one.profile, today=TODAY, rng=Random(one.seed), **one.given) for one in ASKED]
    assert plan_many(ASKED, workers=1) == alone
    assert plan_many(ASKED, workers=2) == alone


def test_memory_is_looked_after_as_before_once_a_batch_is_done_or_refused():
    plan_many(ASKED, workers=1)
    assert gc.isenabled()
    with pytest.raises(InputError):
        plan_many([Request(profile_from(ADA), TODAY, 1, {"missed": -1})])
    assert gc.isenabled()
    gc.disable()
    try:
        plan_many(ASKED[:1])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_week_leaves_nothing_behind_that_only_the_collector_could_free():
    """So that a batch can do without it."""
    plan_many(ASKED)
    gc.collect()
    gc.disable()
    try:
        for one in ASKED:
            make(one.profile, today=TODAY, rng=Random(one.seed), **one.given)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_nobody_asked_for_is_nobody_planned():
    assert plan_many([]) == []


def test_a_request_that_can_not_be_is_refused_as_alone():
    wrong = Request(profile_from(ADA), TODAY, 1, {"missed": -1})
    with pytest.raises(InputError, match="can not be -1"):
        plan_many([wrong, *ASKED], workers=2)
