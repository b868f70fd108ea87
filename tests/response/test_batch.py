"""Many people at once: the same answers as one by one, from arrays and from a file, whatever stops it on the way."""

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

pytest.importorskip("numba")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from ambulando.ground import InputError  # noqa: E402
from ambulando.response import batch, design  # noqa: E402
from ambulando.response.batch import HORIZONS, Days, answer_file, answers, days_of  # noqa: E402
from ambulando.response.fit import fit  # noqa: E402
from ambulando.response.series import Series  # noqa: E402

FIRST = np.datetime64("2026-03-04")


def crowd(people: int = 18, days: int = 80, seed: int = 5) -> Days:
    """People with gaps, ratings that only some have, kinds that only some do, and draws for every third."""
    rng = np.random.default_rng(seed)
    shape = (people, days)

    def rating(share: float, gap: np.ndarray) -> np.ndarray:
        value = np.clip(np.round(rng.normal(5, 1.7, shape)), 0, 10)
        return np.where(gap | (rng.random(shape) < share), math.nan, value)

    gap = rng.random(shape) < 0.12
    gap[1, :6] = gap[2, -5:] = True
    minutes = {}
    for modality, share in (("walking", 0.4), ("yoga", 0.25), ("strength", 0.1)):
        done = rng.random(shape) < share * (rng.random((people, 1)) < 0.8)
        minutes[modality] = np.where(
            gap, math.nan, np.where(done, rng.choice([10.0, 20, 30, 45], shape), 0.0)
        )
    drawn = (rng.random(shape) < 0.8) & ~gap & (np.arange(people) % 3 == 0)[:, None]
    lacking = np.where(np.arange(people) % 2 == 0, 0.15, 0.6)[:, None]
    start = FIRST + np.arange(people)
    mood = rating(0.2, gap)
    mood[4] = math.nan  # rated nothing at all
    return Days(mood, minutes, rating(lacking, gap), rating(0.25, gap), drawn, start)


def series_of(people: Days, one: int) -> Series:
    """One of them as ``fit`` takes it, from the first day with a record to the last."""
    ratings = (people.mood, people.morning, people.sleep, *people.minutes.values())
    here = np.flatnonzero(np.isfinite(np.stack([values[one] for values in ratings])).any(axis=0))
    kept = slice(here[0], here[-1] + 1)

    def noted(values):
        return tuple(None if math.isnan(v) else v for v in values[one, kept].tolist())

    start = date(2026, 1, 1) if people.start is None else people.start[one].astype(object)
    return Series(
        start + timedelta(int(here[0])),
        noted(people.mood),
        {modality: tuple(values[one, kept].tolist()) for modality, values in people.minutes.items()},
        morning=noted(people.morning),
        sleep=noted(people.sleep),
        randomised=tuple(people.drawn[one, kept].tolist()),
    )


def as_parquet(people: Days, path, rows_in_group: int = 7):
    """The people as a file; nothing for what is not known."""

    def lists(values):
        return pa.array([[None if math.isnan(v) else v for v in row] for row in values.tolist()])

    columns = {
        "person": pa.array([f"p{n}" for n in range(len(people.mood))]),
        "start": pa.array(people.start),
        "mood": lists(people.mood),
        "morning": lists(people.morning),
        "sleep": lists(people.sleep),
        "randomised": pa.array(people.drawn.astype(int).tolist()),
        **{f"minutes_{modality}": lists(values) for modality, values in people.minutes.items()},
    }
    pq.write_table(pa.table(columns), path, row_group_size=rows_in_group)
    return path


def test_the_answers_are_those_of_one_person_at_a_time():
    people = crowd()
    found = answers(people)
    assert set(found.grade.ravel().tolist()) == {"A", "B", "C"}
    assert any({"A", "B"} <= set(of_one) for of_one in found.grade.tolist()), "a draw beside a choice"
    for one in range(len(people.mood)):
        alone = fit(series_of(people, one))
        assert found.days[one] == alone.days
        assert found.noise_sd[one] == pytest.approx(alone.how_do_you_know.noise_sd, abs=1e-9)
        for effect in alone.effects:
            k, h = found.modalities.index(effect.modality), HORIZONS.index(effect.horizon)
            chances = (effect.p_positive, effect.p_matters, effect.p_worse)
            assert found.told[one, k, h] == pytest.approx(
                (effect.mean, effect.sd, *effect.ci, *chances), abs=1e-9
            )
            assert h > 0 or found.grade[one, k] == effect.grade


def test_without_a_date_weekdays_are_left_out(monkeypatch):
    people = replace(crowd(), start=None)
    found = answers(people)
    monkeypatch.setattr(design, "WEEKDAY_DAYS", math.inf)
    alone = fit(series_of(people, 3))
    assert found.told[3, 0, 0, 0] == pytest.approx(alone.effects[0].mean, abs=1e-9)


def test_how_many_processors_work_and_who_else_is_there_changes_nothing():
    people = crowd()
    everyone = answers(people)
    assert np.array_equal(answers(people, threads=1).told, everyone.told)
    few = slice(3, 8)
    part = Days(
        people.mood[few], {m: v[few] for m, v in people.minutes.items()}, people.morning[few], people.sleep[few],
        people.drawn[few], people.start[few],
    )  # fmt: skip
    assert np.array_equal(answers(part).told, everyone.told[few])


def test_a_file_gives_the_same_answers_in_the_same_order(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", 5)
    people = crowd()
    seen = []
    target = tmp_path / "answers.parquet"
    number = answer_file(
        as_parquet(people, tmp_path / "people.parquet"),
        target,
        progress=lambda done, of: seen.append((done, of)),
    )
    assert (number, seen) == (18, [(5, 18), (10, 18), (15, 18), (18, 18)])
    table = pq.read_table(target)
    expected = answers(people)
    assert table["person"].to_pylist() == [f"p{n}" for n in range(18)]
    assert table["days"].to_pylist() == expected.days.tolist()
    assert table["yoga_grade"].to_pylist() == expected.grade[:, 1].tolist()
    assert table["walking_same-day_mean"].to_pylist() == expected.told[:, 0, 0, 0].tolist()
    assert table["strength_weeks_p_worse"].to_pylist() == expected.told[:, 2, 2, 6].tolist()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["answers.parquet", "people.parquet"]


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", 5)
    source, target = as_parquet(crowd(), tmp_path / "people.parquet"), tmp_path / "answers.parquet"
    whole = tmp_path / "whole.parquet"
    answer_file(source, whole)

    def stopped(done, _):
        if done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer_file(source, target, progress=stopped)
    assert not target.exists()
    worked_out = []
    real = batch.answers
    monkeypatch.setattr(batch, "answers", lambda people, **how: worked_out.append(1) or real(people, **how))
    answer_file(source, target)
    assert len(worked_out) == 2, "the two chunks that were there are not worked out again"
    assert pq.read_table(target).equals(pq.read_table(whole))


def test_what_another_run_left_is_not_taken_over(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", 5)
    source, target = as_parquet(crowd(), tmp_path / "people.parquet"), tmp_path / "answers.parquet"

    def stopped(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer_file(source, target, prior="sceptical", progress=stopped)
    answer_file(source, target, prior="published")
    expected = answers(crowd(), prior="published")
    assert pq.read_table(target)["walking_same-day_mean"].to_pylist() == expected.told[:, 0, 0, 0].tolist()


def test_lists_of_unlike_length_end_where_they_end():
    rows = pa.table(
        {
            "person": ["a", "b", "c"],
            "mood": [[5, None, 6], [4], None],
            "minutes_walking": [[0, 30, 0], [10], None],
        }
    )
    people = days_of(rows)
    assert np.array_equal(
        people.mood, [[5, math.nan, 6], [4, math.nan, math.nan], [math.nan] * 3], equal_nan=True
    )
    assert people.start is None
    assert answers(people).days.tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"person": ["a"], "mood": [[11]], "minutes_walking": [[0]]}, "Person 1 has the mood 11"),
        ({"person": ["a"], "mood": [[5]], "minutes_walking": [[-1]]}, "has the minutes_walking -1"),
        ({"person": ["a"], "mood": [[5, 5]], "minutes_walking": [[None, 0]]}, "has a mood but no minutes of walking"),
        ({"person": ["a"], "mood": [[5]], "minutes_flying": [[3]]}, "'minutes_flying', which is not known"),
        ({"person": ["a"], "mood": [[5]]}, "no minutes of any kind"),
        ({"person": ["a"], "minutes_walking": [[5]]}, "no column 'mood'"),
        ({"mood": [[5]], "minutes_walking": [[5]]}, "no column 'person'"),
        ({"person": ["a"], "mood": ["good"], "minutes_walking": [[5]]}, "holds no lists of numbers"),
    ],
)  # fmt: skip
def test_a_file_that_can_not_be_used_is_refused_in_one_sentence(tmp_path, columns, said):
    source = tmp_path / "people.parquet"
    pq.write_table(pa.table(columns), source)
    with pytest.raises(InputError, match=said):
        answer_file(source, tmp_path / "out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["people.parquet"], "nothing half done is left"


def test_no_file_and_no_parquet_are_said(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        answer_file(tmp_path / "gone.parquet", tmp_path / "out.parquet")
    (tmp_path / "words.parquet").write_text("not a table")
    with pytest.raises(InputError, match="not a Parquet file"):
        answer_file(tmp_path / "words.parquet", tmp_path / "out.parquet")
