"""A chain of taps never leads out of the limits: smaller, swap, low energy, a flare, one after the other."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from plan_people import BOUTS, PROFILES, TODAY, broken

from ambulando.activity.catalogue import catalogue
from ambulando.plan.schedule import is_hot
from ambulando.plan.today import shorter, smaller, suggestion, swap
from ambulando.plan.week import make
from ambulando.safety.screen import screen

TAPS = st.lists(st.sampled_from(("smaller", "swap", "low", "almost none", "flare")), min_size=1, max_size=5)


@settings(max_examples=400, deadline=None)
@given(PROFILES, BOUTS, TAPS, st.integers(0, 2**32))
def test_no_chain_of_taps_leads_out_of_the_limits(profile, bouts, taps, seed):
    rng = Random(seed)
    limits = screen(profile).limits
    for planned in make(profile, today=TODAY, rng=rng, bouts=bouts).week:
        now = planned
        for tap in taps:
            before = now
            if tap == "smaller":
                now = smaller(now)
            elif tap == "swap":
                now = swap(now, profile, today=TODAY, rng=rng, bouts=bouts)
            elif tap == "flare":
                now = shorter(now, 0.5)
            else:
                now = suggestion([now], today=now.day, energy=2 if tap == "low" else 0) or now
            activity = catalogue()[now.activity]
            start = now.time.hour * 60 + now.time.minute
            assert not broken(activity, limits)
            assert now.minutes <= before.minutes
            assert now.minutes >= min(2, planned.minutes)
            assert limits.max_minutes is None or now.minutes <= limits.max_minutes
            assert limits.latest_hour is None or start + now.minutes <= limits.latest_hour * 60
            assert not (
                limits.no_heat and activity.place == "outdoors" and is_hot(start, start + now.minutes)
            )
            assert now.day == before.day
