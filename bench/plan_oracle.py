"""The oracle that `plan_evaluation.py` compares with: it knows what nobody can know."""

import math

import numpy as np
from plan_scene import LAST, SPAN, Scene, allowed, hours

from ambulando.activity.catalogue import catalogue
from ambulando.response import followers, following
from ambulando.response.design import dose_of
from ambulando.response.following import KEEP, USUAL_STOCK, Asked, Day, Now, table

#: minutes among which the oracle chooses
SIZES = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0)


class Oracle:
    """Knows what each person is like. Every day it offers what adds most to the mean mood of the last fortnight that it
    expects: chance of doing it times what its dose leaves by then, and what doing or not doing it does to the hazard of
    leaving, times what staying is worth. It looks no further than today's offer.
    """

    def __init__(self, here: Scene) -> None:
        self.here = here
        entries = list(catalogue().values())
        fits = np.array([
            [allowed(entry, one, limit) for entry in entries]
            for one, limit in zip(here.profiles, here.limits, strict=True)
        ])  # fmt: skip
        self.entries = np.flatnonzero(fits.any(axis=0))
        self.option = np.repeat(self.entries, len(SIZES))
        self.size = np.tile(SIZES, self.entries.size)
        self.fits = np.repeat(fits[:, self.entries], len(SIZES), axis=1)
        most = np.array([limit.max_minutes or 60 for limit in here.limits])
        self.fits &= self.size <= most[:, None]

    def ask(self, now: Now) -> Asked:
        people, luck, n = self.here.people, self.here.luck, len(self.here.people)
        what = np.where(self.fits, self.option, -1)
        minutes = np.broadcast_to(self.size, what.shape)
        hour = np.broadcast_to(hours(people, now.t)[:, None], what.shape)
        first = max(0, now.t - 30)
        heavy = now.longest[first : now.t, :, 1].max(axis=0) if now.t else np.zeros(n)
        room = np.where(heavy > 0, 1.1 * heavy, 10.0)
        what = np.where(table().loaded[self.option] & (minutes > room[:, None]), -1, what)
        chance = 1 / (1 + np.exp(-following.log_odds(people, luck, now, Asked(what, minutes, hour))))
        worth = np.where(what >= 0, self._worth(now, chance, minutes), -np.inf)
        best = worth.argmax(axis=1)
        every = np.arange(n)
        good = worth[every, best] > 0
        activity = np.where(good, self.option[best], -1)
        length = self.size[best]
        sizes = np.stack([length, length / 2, np.minimum(length, 5.0)], axis=1)
        return Asked(np.repeat(activity[:, None], 3, axis=1), sizes, hour[:, :3], less=True)

    def saw(self, now: Now, asked: Asked, day: Day) -> None:
        """It knows already."""

    def _worth(self, now: Now, chance: np.ndarray, minutes: np.ndarray) -> np.ndarray:
        people, facts = self.here.people, followers.figures()
        kind, met = table().kind[self.option], table().met[self.option]
        dose = dose_of(minutes, met, people.who.dose_scale[:, None])
        days = np.arange(max(now.t, LAST), SPAN)
        left = (1 - KEEP) * (KEEP ** (days - now.t)).sum() / (SPAN - LAST)
        weeks = people.who.weeks[:, kind]
        stock = now.stock.sum(axis=1)
        usual = np.where(
            stock > 0.02, (people.who.weeks * now.stock).sum(axis=1) / np.maximum(stock, 1e-9), people.who.weeks.mean(axis=1)
        )  # fmt: skip
        half = facts["benefit"]["half"]  # the slope of the saturating benefit at one usual week
        gain = left * dose * (weeks - usual[:, None] / (1 + half)) / USUAL_STOCK
        if now.t >= LAST:
            gain = gain + people.who.same_day[:, kind] * dose / (SPAN - LAST)
        strain = following.strain(people, now, np.broadcast_to(self.option, minutes.shape), None)
        length = following.length(people, now, minutes)
        felt = facts["feeling"]
        change = (
            felt["usual"]
            + felt["liking"] * people.liking[:, kind]
            + felt["effort"] * strain
            + felt["minutes"] * length
        )
        sour = 1 / (1 + np.exp(1.7 * change / felt["noise"]))
        leave = facts["leaving"]
        quiet = (people.leaves * leave["habit"] ** now.habit * leave["bad"] ** now.sour)[:, None]
        row = leave["failure"] ** np.minimum(now.failures, leave["most"])[:, None]
        stays = np.maximum(usual, 0.0)[:, None] * (1 - math.exp(-(SPAN - now.t) / 28))
        habit = -math.log(leave["habit"]) * facts["habit"]["each"] * (SPAN - now.t)
        saved = chance * ((row - 1) * 3 + habit - sour * (leave["bad"] - 1) * leave["fades"])
        lost = (1 - chance) * (leave["failure"] - 1) * row * 3
        hurt = np.array(facts["pain"]["by_impact"])[table().impact[self.option]] * facts["pain"]["days"] * 0.1
        tired = people.tired[:, None] / (1 - facts["burden"]["keep"]) * 0.12 * np.maximum(gain, 0)
        return chance * (gain - hurt) + stays * quiet * (saved - lost) - tired
