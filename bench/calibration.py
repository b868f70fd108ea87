"""How often the answers of `ambulando.response` are right, over many simulated people; writes docs/calibration.md.

    .venv/bin/python bench/calibration.py --work FOLDER [--people 20000] [--only WORD] [--report-only]

Every person goes through the path that an application uses: `fit` and `comparison.analyse`, or, for drawn days, the
compiled `batch`, which is held against `fit` for some people of every chunk. Chunks of people that are
done lie in FOLDER under a fingerprint of the engine's answers: a run that is stopped goes on where it was, and an engine
that answers otherwise starts anew. Seeds come from the case's name and the number of the chunk: the same engine gives the same table.
"""

import os

# One thread a process: small matrices only get slower with more.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import hashlib
import math
import sys
import time
import zlib
from dataclasses import fields, replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from calibration_cases import CASES, MODALITIES, Case

from ambulando.ground import Words
from ambulando.response import batch
from ambulando.response.comparison_analysis import analyse
from ambulando.response.crowd import (
    Lives,
    People,
    Setting,
    compared,
    from_beliefs,
    from_figures,
    live,
    series_of,
)
from ambulando.response.fit import fit
from ambulando.response.harm import stop_reason
from ambulando.response.model import default_grid
from ambulando.response.priors import priors
from ambulando.response.protocol import Day, Protocol, option_of
from ambulando.response.series import Series
from ambulando.response.words import sentence

ROOT = Path(__file__).resolve().parents[1]
START = date(2026, 1, 1)
CHUNK = 500

#: What is kept of each person.
COLUMNS = (
    "truth", "grade", "mean", "low", "high", "claim", "harm", "better", "corrected", "corrected_low", "corrected_high",
    "naive", "naive_covers", "gls", "gls_covers",
)  # fmt: skip
#: Of these, what an answer gives.
ANSWERED = 10


def crowd_of(case: Case, rng: np.random.Generator, people: int) -> tuple[People, Setting, Lives]:
    """The people of a case and their days."""
    believed = priors("central", MODALITIES[: case.kinds])
    if case.people == "beliefs":
        who = from_beliefs(rng, people, MODALITIES[: case.kinds], believed, default_grid())
    else:
        who = from_figures(rng, people, case.kinds)
    for name, value in case.fixed.items():
        shape = getattr(who, name).shape
        held = rng.normal(*value, shape) if isinstance(value, tuple) else np.full(shape, value)
        who = replace(who, **{name: held})
    met = tuple(believed.met[modality] for modality in MODALITIES[: case.kinds])
    setting = Setting(days=case.days, met=met, **case.setting)
    return who, setting, live(rng, who, setting)


def chunk(case: Case, number: int, people: int = CHUNK) -> dict[str, np.ndarray]:
    """What came out for one chunk of a case: every name of COLUMNS (N,), and p_best, best (N, K) where kinds differ."""
    rng = np.random.default_rng([zlib.crc32(case.key.encode()), number])
    who, setting, lives = crowd_of(case, rng, people)
    # Ends and rounding make the effect on the number that is tapped smaller than the effect on the mood behind it.
    truth = lives.on_rating if setting.whole else who.same_day
    chances = np.full((people, case.kinds), math.nan)
    answered = np.full((people, ANSWERED), math.nan)
    # The compiled batch gives the same answers, but neither the correction nor the chance to be the best.
    at_once = case.table in ("drawn", "zero", "power") and setting.drawn and not case.looks
    alone = _many(case, lives, answered) if at_once else range(people)
    for one in alone:
        series = series_of(lives, one, MODALITIES[: case.kinds], START, morning=case.morning)
        answer = fit(series)
        for day in case.looks:
            answer = fit(first(series, day))
            if said(answer.sentence)[0]:
                break
        effect, repaired = answer.effects[0], answer.corrected
        row = (
            "CBA".index(answer.grade), effect.mean, *effect.ci, *said(answer.sentence),
            *((repaired.mean, *repaired.ci) if repaired else (math.nan,) * 3),
        )  # fmt: skip
        if (
            at_once
            and np.isfinite(answered[one, 0])
            and not np.allclose(answered[one, :7], row[:7], atol=1e-6)
        ):
            raise RuntimeError(f"The batch and the fit differ: {answered[one]} and {row}")
        answered[one] = row
        if case.kinds > 1 and len(answer.p_best) == case.kinds:
            chances[one] = [answer.p_best[modality] for modality in MODALITIES[: case.kinds]]
    gls = known_gls(who, lives)
    plain = [naive(lives, one, truth[one, 0]) for one in range(people)]
    known = np.stack([gls[:, 0], np.abs(gls[:, 0] - truth[:, 0]) < 1.96 * gls[:, 1]], axis=1)
    rows = np.concatenate([truth[:, :1], answered, plain, known], axis=1)
    found = {name: rows[:, i] for i, name in enumerate(COLUMNS)}
    if case.kinds > 1:
        found |= {"p_best": chances, "best": truth == truth.max(axis=1, keepdims=True)}
    return found


def _many(case: Case, lives: Lives, answered: np.ndarray) -> list[int]:
    """Fill in what the compiled batch answers; who is left for ``fit``: whose ratings leave 0-10, and the first five,
    with whom the two are compared."""
    ratings = [lives.mood, lives.morning] if case.morning else [lives.mood]
    inside = np.all([np.isnan(held) | ((held >= 0) & (held <= 10)) for held in ratings], axis=(0, 2))
    done = lives.kind >= 0
    days = batch.Days(
        mood=lives.mood[inside],
        minutes={MODALITIES[0]: np.where(lives.here, lives.minutes, math.nan)[inside]},
        morning=lives.morning[inside] if case.morning else None,
        drawn=(lives.here & (lives.asked == done))[inside],
        start=np.full(int(inside.sum()), np.datetime64(START.isoformat())),
    )
    found = batch.answers(days, threads=1)
    for one, told, grade in zip(np.flatnonzero(inside), found.told[:, 0, 0], found.grade[:, 0], strict=True):
        mean, _, low, high, positive, matters, worse = told.tolist()
        if not done[one][lives.here[one]].any():
            continue  # no modality to speak of: the fit says so
        words = sentence(str(grade), MODALITIES[0], mean, (low, high), positive, matters, worse)
        answered[one, :7] = "CBA".index(str(grade)), mean, low, high, *said(words)
    return sorted({*range(min(5, len(inside))), *np.flatnonzero(np.isnan(answered[:, 0])).tolist()})


def chunk_compared(case: Case, number: int, people: int = CHUNK) -> dict[str, np.ndarray]:
    """The same for comparisons: truth, low, high as drawn (N,), done_low, done_high with the draw as instrument and
    done_truth; claim, and whether it is the wrong way round; harm: the rule stopped it; p_best, best (N, K)."""
    rng = np.random.default_rng([zlib.crc32(case.key.encode()), number])
    options = tuple(option_of(modality) for modality in MODALITIES[: case.kinds])
    protocol = Protocol("calibration", options, "mood", case.days // case.kinds, 3, START)
    who = from_figures(rng, people, case.kinds)
    if "same_day" in case.fixed:
        held = np.broadcast_to(case.fixed["same_day"], (people, case.kinds))
        who = replace(who, same_day=np.array(held, dtype=float))
    setting = Setting(days=1, met=(4.0,) * case.kinds, **case.setting)
    seeds = rng.integers(2**31, size=people).tolist()
    names = ("truth", "low", "high", "done_truth", "done_low", "done_high", "claim", "wrong", "harm")
    rows = np.full((people, len(names)), math.nan)
    chances = np.full((people, case.kinds), math.nan)
    for one, days in enumerate(compared(rng, who, setting, protocol, seeds, who.same_day)):
        found, harm = _answer(protocol, days, case.looks, rng)
        apart = float(who.same_day[one, 0] - who.same_day[one, 1])
        kept = np.mean([day.done == day.option for day in days])
        claim = CLAIMED in str(found.sentence)
        best = max(found.p_best, key=lambda id_: found.p_best[id_])
        done = found.as_done.ci if found.as_done else (math.nan, math.nan)
        rows[one] = (
            apart * kept, *found.ci, apart, *done, claim,
            claim and who.same_day[one, list(found.options).index(best)] <= who.same_day[one].min(), harm,
        )  # fmt: skip
        chances[one] = [found.p_best[option.id] for option in options]
    out = {name: rows[:, i] for i, name in enumerate(names)}
    return out | {"p_best": chances, "best": who.same_day == who.same_day.max(axis=1, keepdims=True)}


def _answer(
    protocol: Protocol, days: tuple[Day, ...], looks: tuple[int, ...], rng: np.random.Generator
) -> tuple[Any, bool]:
    """The answer of a comparison, and whether the rule of harm ended it; with looks it is judged after every draw."""
    for upto in range(1, len(days) + 1) if looks else ():
        if stop_reason(protocol, days[:upto]):
            return analyse(protocol, days[:upto], rng=rng, reason="harm"), True
        if upto in looks:
            found = analyse(protocol, days[:upto], rng=rng, reason="person")
            if CLAIMED in str(found.sentence):
                return found, False
    return analyse(protocol, days, rng=rng), False


#: What a comparison says where it claims a difference, and nowhere else.
CLAIMED = " was better with "


def said(words: Words) -> tuple[bool, bool, bool]:
    """Whether a sentence claims a benefit, claims a harm, says "a bit better" without a cause."""
    text = str(words)
    return " lifted " in text, " lowered " in text, "a bit better" in text


def first(series: Series, days: int) -> Series:
    """Its first days."""
    cut = {
        one.name: value[:days]
        for one in fields(series)
        if isinstance(value := getattr(series, one.name), tuple)
    }
    return replace(series, minutes={m: values[:days] for m, values in series.minutes.items()}, **cut)


def naive(lives: Lives, one: int, truth: float) -> tuple[float, float]:
    """The plain difference between evenings with and without a session, and whether its 95% interval covers."""
    here, with_it = lives.here[one], lives.kind[one] >= 0
    a, b = lives.mood[one][here & with_it], lives.mood[one][here & ~with_it]
    if min(a.size, b.size) < 2:
        return math.nan, math.nan
    difference = float(a.mean() - b.mean())
    return difference, abs(difference - truth) < 1.96 * math.sqrt(
        a.var(ddof=1) / a.size + b.var(ddof=1) / b.size
    )


def known_gls(who: People, lives: Lives) -> np.ndarray:
    """Generalised least squares of mood on level, trend and whether there was a session, (N, 2): estimate and SE.

    It is told each person's true persistence, noise and SD: better than any analysis could do that allows for what
    carries over from day to day and no more.
    """
    people, days = lives.mood.shape
    session = (lives.kind >= 0).astype(float)
    columns = np.stack(
        [np.ones_like(session), np.broadcast_to(np.arange(days) / 90, session.shape), session, np.where(lives.here, lives.mood, 0.0)],
        axis=2,
    )  # fmt: skip
    state, spread = np.zeros((people, 4)), who.inertia_share.copy()
    inner = np.zeros((people, 4, 4))
    noise = 1 - who.inertia_share
    for t in range(days):
        here = lives.here[:, t]
        innovation = (columns[:, t] - state) * here[:, None]
        total = spread + noise
        inner += innovation[:, :, None] * innovation[:, None, :] / total[:, None, None]
        gain = np.where(here, spread / total, 0.0)
        state = who.persistence[:, None] * (state + gain[:, None] * innovation)
        spread = who.persistence**2 * spread * (1 - gain) + (1 - who.persistence**2) * who.inertia_share
    enough = np.linalg.cond(inner[:, :3, :3]) < 1e10
    inverse = np.linalg.inv(np.where(enough[:, None, None], inner[:, :3, :3], np.eye(3)))
    beta = np.einsum("nij,nj->ni", inverse, inner[:, :3, 3])
    found = np.stack([beta[:, 2], who.sd * np.sqrt(inverse[:, 2, 2])], axis=1)
    return np.where(enough[:, None], found, math.nan)


def found_of(case: Case, number: int, people: int = CHUNK) -> dict[str, np.ndarray]:
    """What came out for one chunk of any case."""
    return (chunk_compared if case.table == "compared" else chunk)(case, number, people)


def fingerprint() -> str:
    """Of the cases, and of what the engine answers three people of each, to six decimals: a change that changes no
    answer keeps what was done."""
    total = hashlib.sha256(repr(CASES).encode())
    for case in CASES:
        for _, values in sorted(found_of(case, 0, 3).items()):
            total.update((np.round(values.astype(float), 6) + 0.0).tobytes())
    return total.hexdigest()[:12]


def _work(task: tuple[Case, int, str]) -> str:
    case, number, folder = task
    place = Path(folder) / f"{case.key}-{number:04d}.npz"
    if not place.exists():
        started = time.process_time()
        found = found_of(case, number)
        part = place.with_suffix(".part")
        with part.open("wb") as file:
            np.savez_compressed(file, seconds=time.process_time() - started, **found)
        part.rename(place)
    return case.key


def results(folder: Path, cases: tuple[Case, ...] = CASES) -> dict[str, dict[str, np.ndarray]]:
    """By key of the case, everything that is done so far, people after one another."""
    found = {}
    for case in cases:
        parts = [np.load(path) for path in sorted(folder.glob(f"{case.key}-[0-9][0-9][0-9][0-9].npz"))]
        if parts:
            names = [name for name in parts[0].files if name != "seconds"]
            found[case.key] = {name: np.concatenate([part[name] for part in parts]) for name in names}
            found[case.key]["seconds"] = np.array([float(part["seconds"]) for part in parts])
    return found


def main() -> None:
    from calibration_report import write

    reading = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reading.add_argument("--work", type=Path, required=True, help="folder for the chunks that are done")
    reading.add_argument("--people", type=int, default=20_000, help="simulated people in each main case")
    reading.add_argument("--processes", type=int, default=2)
    reading.add_argument("--only", default="", help="cases whose key holds this word")
    reading.add_argument(
        "--report-only", action="store_true", help="write the page from the newest that is there"
    )
    asked = reading.parse_args()
    engine = fingerprint()
    if asked.report_only:
        engine = max(asked.work.iterdir(), key=lambda one: one.stat().st_mtime).name
    folder = asked.work / engine
    folder.mkdir(parents=True, exist_ok=True)
    cases = [case for case in CASES if asked.only in case.key]
    most = math.ceil(asked.people / CHUNK)
    # The first chunk of every case, then the second: a run that is stopped has something of everything.
    tasks = [
        (case, number, str(folder))
        for number in range(most)
        for case in cases
        if number < max(1, math.ceil(most * case.size))
    ]
    started = time.monotonic()
    if not asked.report_only:
        with get_context("spawn").Pool(asked.processes) as pool:
            for count, key in enumerate(pool.imap_unordered(_work, tasks), start=1):
                if count % 20 == 0 or count == len(tasks):
                    minutes = (time.monotonic() - started) / 60
                    print(f"{count} of {len(tasks)} chunks, {minutes:.1f} minutes, last: {key}", file=sys.stderr, flush=True)  # fmt: skip
                if count % 100 == 0:
                    write(ROOT / "docs", CASES, results(folder), engine)
    write(ROOT / "docs", CASES, results(folder), engine)


if __name__ == "__main__":
    main()
