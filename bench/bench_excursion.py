"""The excursion effect beside statsmodels: where the two coincide they agree, and how long each takes.

A GEE with an independence working correlation on the columns (g, (A - p~) f) has the same estimate as weighted and centred
least squares when rows are multiplied by the root of their weight, and its "bias_reduced" covariance is Mancl and
DeRouen's. (Its own weights can not be used: with them that covariance takes no weights that change within a person.)
"""

import os
import statistics
import time
import warnings

# One thread for everybody: small matrices only get slower, and less steady, with more.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from ambulando.response.excursion import Draws, excursion


def trial(people: int, days: int) -> tuple[Draws, np.ndarray]:
    rng = np.random.default_rng(1)
    size = people * days
    x, chance = rng.normal(size=size), rng.uniform(0.15, 0.85, size)
    drawn = (rng.random(size) < chance) * 1.0
    who = np.repeat(np.arange(people), days)
    y = 3 + x + drawn * (0.3 + 0.2 * x) + rng.normal(size=people)[who] + rng.normal(size=size)
    return Draws(who, y, drawn, chance, np.ones(size, dtype=bool)), x


def median_ms(call, repeats: int) -> float:
    call()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return 1000 * statistics.median(times)


def main() -> None:
    import statsmodels.api as sm

    for people, days in ((30, 60), (200, 120)):
        draws, x = trial(people, days)
        middle = draws.probability.mean()
        weight = np.where(
            draws.treated == 1, middle / draws.probability, (1 - middle) / (1 - draws.probability)
        )
        f = np.column_stack([np.ones(x.size), x])
        design = np.column_stack([f, (draws.treated - middle)[:, None] * f])

        def ours(draws: Draws = draws, x: np.ndarray = x):
            return excursion(draws, moderators={"x": x})

        def theirs(draws: Draws = draws, design: np.ndarray = design, weight: np.ndarray = weight):
            root = np.sqrt(weight)
            model = sm.GEE(root * draws.outcome, root[:, None] * design, groups=np.asarray(draws.person))
            return model.fit(cov_type="bias_reduced")

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mine, reference = ours(), theirs()
            estimate = np.array([one.estimate for one in mine.coefficients])
            se = np.array([one.se for one in mine.coefficients])
            print(f"{people} people, {days} days each")
            print(
                f"  largest difference of an estimate {np.abs(estimate / reference.params[2:] - 1).max():.1e}"
            )
            print(f"  largest difference of an error    {np.abs(se / reference.bse[2:] - 1).max():.1e}")
            print(f"  ours        {median_ms(ours, 15):8.1f} ms of CPU")
            print(f"  statsmodels {median_ms(theirs, 3):8.1f} ms of CPU")


if __name__ == "__main__":
    main()
