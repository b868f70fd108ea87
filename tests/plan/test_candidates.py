"""Which activities may be offered: safety never bends, wishes bend in a stated order."""

from itertools import product

import pytest
from hypothesis import given
from plan_people import PROFILES, TODAY, broken

from ambulando.activity.catalogue import catalogue
from ambulando.plan.candidates import RELAXED, candidates, dislikes, likes, unsafe
from ambulando.plan.standing import standing
from ambulando.safety.limits import Limits
from ambulando.safety.profile import profile_from
from ambulando.safety.screen import screen


def found(limits=None, light_only=False, hot=False, **told):
    profile = profile_from(told)
    return candidates(
        profile, standing(profile, today=TODAY), limits or Limits(), light_only=light_only, hot=hot
    )


def ids(kept):
    return {activity.id for activity in kept.kept}


def test_what_somebody_dislikes_is_left_out_unless_they_named_the_one_activity():
    kept = ids(found(dislikes=["walking"], likes=["park-walk"]))
    assert "park-walk" in kept
    assert "easy-walk" not in kept


def test_kit_and_money_are_never_let_go_of():
    kept = found(places=["gym"], money=0, dislikes=["walking"])
    assert kept.relaxed == ("company", "places")
    assert all(activity.cost == 0 and not activity.kit for activity in kept.kept)


def test_wishes_are_let_go_of_in_the_stated_order():
    everything = sorted({activity.modality for activity in catalogue().values()})
    assert found().relaxed == ()
    assert found(places=["pool"], money=0).relaxed == RELAXED[:2]
    assert found(dislikes=everything).relaxed == RELAXED


def test_who_uses_a_wheelchair_is_offered_what_can_be_done_from_it():
    profile = profile_from({"conditions": ["wheelchair"], "likes": ["walking"]})
    kept = candidates(profile, standing(profile, today=TODAY), screen(profile).limits)
    assert kept.kept
    assert all(activity.seated for activity in kept.kept)
    assert "wheel-outdoors" in ids(kept)


def test_hot_hours_keep_somebody_in_heat_care_inside():
    kept = found(Limits(no_heat=True), hot=True)
    assert kept.kept
    assert all(activity.place != "outdoors" for activity in kept.kept)
    assert any(activity.place == "outdoors" for activity in found(Limits(no_heat=True)).kept)


def test_the_gentle_start_is_light_even_for_who_likes_running():
    kept = found(light_only=True, likes=["running"])
    assert all(activity.intensity == "light" for activity in kept.kept)
    assert kept.left_out["easy-run"] == "later"


def test_vigorous_kinds_are_for_who_moves_a_lot_and_likes_them():
    assert "easy-run" in ids(found(active={"days": 5, "minutes": 45}, likes=["running"]))
    assert "easy-run" not in ids(found(active={"days": 5, "minutes": 45}))
    assert "easy-run" not in ids(found(active={"days": 5, "minutes": 45}, likes=["running"], energy=2))


def test_places_not_named_are_home_and_outdoors_but_a_liked_kind_may_be_elsewhere():
    assert "easy-swim" not in ids(found())
    assert "easy-swim" in ids(found(likes=["swimming"]))
    assert "easy-swim" not in ids(found(likes=["swimming"], places=["home"]))


def test_there_is_something_safe_for_every_combination_of_limits():
    everything = sorted({activity.modality for activity in catalogue().values()})
    for intensity, impact, floor, falls, seated, heat in product(
        ("light", "moderate", "vigorous"), range(4), *[(False, True)] * 4
    ):
        limits = Limits(
            max_intensity=intensity,
            max_impact=impact,
            no_floor=floor,
            no_falls=falls,
            seated=seated,
            no_heat=heat,
        )
        kept = found(
            limits,
            light_only=True,
            hot=True,
            dislikes=everything,
            places=["pool"],
            money=0,
            company="together",
        )
        assert kept.kept, limits
        assert not any(broken(activity, limits) for activity in kept.kept)
        assert not (heat and any(activity.place != "indoors" for activity in kept.kept))


@given(PROFILES)
def test_no_candidate_breaks_a_limit_and_no_wish_is_broken_that_was_not_let_go_of(profile):
    limits = screen(profile).limits
    kept = candidates(profile, standing(profile, today=TODAY), limits)
    for activity in kept.kept:
        assert not broken(activity, limits)
        assert set(activity.kit) <= {*profile.kit, "wheelchair"}
        assert profile.money is None or activity.cost <= profile.money
        assert "dislikes" in kept.relaxed or not dislikes(profile, activity)
        if profile.places and "places" not in kept.relaxed:
            assert set(activity.places) & set(profile.places)
        if "company" not in kept.relaxed and profile.company == "alone":
            assert activity.company != "together"
    assert {activity.id for activity in kept.kept} | set(kept.left_out) == set(catalogue())


@given(PROFILES)
def test_nothing_is_both_liked_and_disliked_unless_the_person_said_so(profile):
    for activity in catalogue().values():
        if likes(profile, activity) and dislikes(profile, activity):
            assert activity.id in profile.likes
            assert activity.id in profile.dislikes


@pytest.mark.parametrize("condition", ["falls", "pregnant"])
def test_who_must_not_fall_is_offered_no_bicycle_hill_stairs_or_contact(condition):
    told = profile_from({"conditions": [condition], "clearance": True, "active": {"days": 5, "minutes": 40}})
    limits = screen(told).limits
    unfit = (
        "gentle-cycle",
        "own-pace-cycle",
        "e-bike",
        "hill-walk",
        "slow-stairs",
        "table-tennis",
        "frisbee",
        "wheelchair-basketball",
    )
    assert {
        name: unsafe(catalogue()[name], limits) for name in unfit if not unsafe(catalogue()[name], limits)
    } == {}
    assert unsafe(catalogue()["easy-walk"], limits) is None


def test_what_may_be_outdoors_is_left_out_of_the_hot_hours_too():
    limits = screen(profile_from({"medicines": ["lithium"]})).limits
    for activity in catalogue().values():
        if "outdoors" in activity.places:
            assert unsafe(activity, limits, hot=True) is not None, activity.id
