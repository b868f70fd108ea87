"""The random numbers that R draws with its default generators, so that data sets published as R programs are made again.

Mersenne Twister with R's scrambling of the seed (Matsumoto and Nishimura 1998), normal numbers by inversion with 53 bits
(``RNGkind`` "Inversion"), and 0 or 1 by R's inversion for small binomials (Kachitvichyanukul and Schmeiser 1988).
"""

import numpy as np
from scipy.special import ndtri


class RNumbers:
    def __init__(self, seed: int) -> None:
        words = []
        for step in range(
            675
        ):  # fifty steps of a congruence first, then the state; its first word is the place
            seed = (69069 * seed + 1) & 0xFFFFFFFF
            if step > 50:
                words.append(seed)
        self.generator = np.random.MT19937()
        state = self.generator.state
        state["state"] = {"key": np.array(words, dtype=np.uint32), "pos": 624}
        self.generator.state = state

    def uniform(self, count: int) -> np.ndarray:
        edge = 0.5 * 2.328306437080797e-10
        return np.clip(self.generator.random_raw(count) * 2.3283064365386963e-10, edge, 1 - edge)

    def normal(self, count: int) -> np.ndarray:
        two = self.uniform(2 * count)
        return ndtri((np.floor(134217728 * two[0::2]) + two[1::2]) / 134217728)

    def yes(self, chance: float | np.ndarray, count: int) -> np.ndarray:
        """0 or 1, ``count`` times."""
        rare = np.minimum(chance, 1 - np.asarray(chance))
        drawn = (self.uniform(count) >= 1 - rare).astype(float)
        return np.where(np.asarray(chance) > 0.5, 1 - drawn, drawn)
