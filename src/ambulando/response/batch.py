"""The same answers for many people: from arrays, or from a Parquet file with one row for each person.

Needs the extra "batch" (Numba and pyarrow). A person is worked out anew from their days each time: that is cheaper to
keep right than stored statistics, and about as quick. Memory holds one chunk of people, whatever the file holds.
"""

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import ambulando
from ambulando.activity.catalogue import MODALITIES
from ambulando.ground import InputError
from ambulando.response.model import Floats, Grid, Noise, default_grid
from ambulando.response.priors import Priors, constants, priors

if TYPE_CHECKING:
    import pyarrow as pa

HORIZONS = ("same-day", "next-day", "weeks")
#: What is told of each effect, in the order of the last axis of ``Answers.told``.
TOLD = ("mean", "sd", "low", "high", "p_positive", "p_matters", "p_worse")
GRADES = np.array(["A", "B", "C"])
#: People in memory at once.
CHUNK = 16_384
#: Days of one person at most.
MOST_DAYS = 3653

_MINUTES = "minutes_"


@dataclass(frozen=True)
class Days:
    """The days of N people over T days, oldest first.

    mood, morning, sleep: (N, T), 0-10, NaN where not given (morning, sleep: None where nobody has any); minutes: by
    modality, (N, T), NaN on a gap; drawn: (N, T), True where a draw decided and was followed, or None; start: (N,), the
    date of the first day, or None: then weekdays are not allowed for. Raises InputError for shapes that do not fit, values outside their range, or a mood
    without minutes.
    """

    mood: Floats
    minutes: Mapping[str, Floats]
    morning: Floats | None = None
    sleep: Floats | None = None
    drawn: NDArray[np.bool_] | None = None
    start: NDArray[np.datetime64] | None = None

    def __post_init__(self) -> None:
        if not self.minutes:
            raise InputError(
                "The people have no minutes of any kind. Please give at least one, such as 'minutes_walking'."
            )
        if self.mood.shape[1] > MOST_DAYS:
            raise InputError(
                f"Somebody has {self.mood.shape[1]} days, more than ten years. Please give {MOST_DAYS} at most."
            )
        ratings = {"mood": self.mood, "morning": self.morning, "sleep": self.sleep}
        arrays = {**ratings, "randomised": self.drawn, **{_MINUTES + m: v for m, v in self.minutes.items()}}
        for name, values in arrays.items():
            if values is not None and values.shape != self.mood.shape:
                raise InputError(
                    f"There are days of mood for {self.mood.shape} and of {name} for {values.shape}. Please give as many."
                )
        for name, values in ratings.items():
            _within(name, values, 10)
        for modality, values in self.minutes.items():
            if modality not in MODALITIES:
                raise InputError(
                    f"There is a column '{_MINUTES}{modality}', which is not known. Please use one of {', '.join(MODALITIES)}."
                )
            _within(_MINUTES + modality, values, 1440)
            if (lost := np.isfinite(self.mood) & np.isnan(values)).any():
                raise InputError(
                    f"Person {int(lost.any(axis=1).argmax()) + 1} has a mood but no minutes of {modality} on a day. Please give 0 where there was none."
                )


@dataclass(frozen=True)
class Answers:
    """Of N people and K modalities. told: (N, K, 3, 7), see HORIZONS and TOLD; grade: (N, K), of the same-day effect; days:
    (N,), with a mood; noise_sd: (N,), of an evening, mood points. What somebody never did has the prior."""

    modalities: tuple[str, ...]
    told: Floats
    grade: NDArray[np.str_]
    days: NDArray[np.int64]
    noise_sd: Floats


def answers(
    people: Days, *, prior: str | Priors = "central", grid: Grid | None = None, threads: int | None = None
) -> Answers:
    """The effects of exercise on each person's evening mood, as ``fit`` gives them one by one.

    threads: how many processors work, all of them when None. Not part of it: the correction for reverse causation,
    questionnaires, illness and changes of medicine. Raises InputError for an unknown prior, or without Numba.
    """
    kernel = _kernel()
    grid = grid or default_grid()
    facts = constants()
    noise = Noise(facts["noise"]["shape"], facts["noise"]["variance"])
    modalities = tuple(people.minutes)
    believed = prior if isinstance(prior, Priors) else priors(prior, modalities)
    mean, sd = _beliefs(believed, modalities, kernel)
    number, days = people.mood.shape
    told = np.empty((number, len(modalities), len(HORIZONS), len(TOLD)))
    told[:] = _priors_alone(believed, modalities, noise)
    grade = np.empty((number, len(modalities)), dtype=np.int64)
    rated, spread = np.empty(number, dtype=np.int64), np.empty(number)
    nothing = np.full((number, days), math.nan)
    by_person = (
        _plain(people.mood),
        _plain(np.stack([people.minutes[modality] for modality in modalities], axis=1)),
        nothing if people.morning is None else _plain(people.morning),
        nothing if people.sleep is None else _plain(people.sleep),
        np.zeros((number, days), dtype=bool) if people.drawn is None else people.drawn,
        _weekdays(people.start, number),
    )
    for_all = (
        np.array([believed.met[modality] for modality in modalities]), grid.phi, grid.rho, grid.kappa, grid.log_prior,
        mean, sd, noise.shape, noise.variance, facts["matters"]["points"], _tables(kernel, noise.shape, days),
    )  # fmt: skip

    def work(share: slice) -> None:
        into = (told[share], grade[share], rated[share], spread[share])
        kernel.solve(*(each[share] for each in by_person), *for_all, *into)

    many = threads or os.cpu_count() or 1
    ends = np.linspace(0, number, min(many, max(number, 1)) + 1).astype(int).tolist()
    with ThreadPoolExecutor(many) as pool:
        list(pool.map(work, (slice(*ends_of) for ends_of in pairwise(ends))))
    return Answers(modalities, told, GRADES[grade], rated, spread)


def answer_file(
    source: Path,
    target: Path,
    *,
    prior: str = "central",
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> int:
    """The answers of the people in a Parquet file, as another one; returns how many people there are.

    source: one row for each person: ``person``, lists by day ``mood`` and ``minutes_<modality>``, optional lists
    ``morning``, ``sleep``, ``randomised`` and the date ``start`` of the first day; nothing for a day means a gap.
    target: the same people in the same order: ``days``, ``noise_sd``, and for each modality ``<modality>_grade`` and
    ``<modality>_<horizon>_<what>``. Each chunk is kept beside it until all are there, so that a run that was stopped goes
    on where it was, as long as the source, the prior and the program are the same. progress: people done, people in all.
    Raises InputError for a file that can not be read, with what is wrong in it.
    """
    _kernel()
    file = _opened(source)
    if target.is_dir():
        raise InputError(f"{target} is a folder. Please name a file for the answers.")
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent}. Please make it first.")
    if target.exists() and target.samefile(source):
        raise InputError(f"{target} holds the days. Please name another file for the answers.")
    parts = target.with_name(target.name + ".parts")
    _begin(parts, source, prior)
    wanted = [name for name in file.schema_arrow.names if _known(name)]
    total, made, done = file.metadata.num_rows, [], 0
    for number, rows in enumerate(file.iter_batches(CHUNK, columns=wanted)):
        part = parts / f"{number:06}.parquet"
        if not part.exists():
            try:
                found = answers(days_of(rows), prior=prior, threads=threads)
            except InputError as error:
                _clear(parts)
                raise InputError(f"{source.name}, people {done + 1} to {done + len(rows)}: {error}") from None
            _write([_table(rows, found)], part)
        made.append(part)
        done += len(rows)
        progress(done, total)
    _write((_read(part) for part in made), target)
    _clear(parts)
    return done


def days_of(rows: "pa.RecordBatch | pa.Table") -> Days:
    """The people in rows of the form that ``answer_file`` reads."""
    names = rows.schema.names
    if "mood" not in names:
        raise InputError("The file has no column 'mood'. Please give a list of moods for each person.")
    longest = max(
        (_longest(rows.column(name)) for name in names if _known(name) and name not in ("person", "start")),
        default=0,
    )

    def column(name: str) -> Floats | None:
        return _padded(rows.column(name), longest) if name in names else None

    drawn = column("randomised")
    return Days(
        mood=_padded(rows.column("mood"), longest),
        minutes={
            n.removeprefix(_MINUTES): _padded(rows.column(n), longest)
            for n in names
            if n.startswith(_MINUTES)
        },
        morning=column("morning"),
        sleep=column("sleep"),
        drawn=None if drawn is None else drawn == 1,
        start=np.asarray(rows.column("start").to_numpy(zero_copy_only=False), dtype="datetime64[D]")
        if "start" in names
        else None,
    )


def _plain(values: Floats) -> Floats:
    return np.ascontiguousarray(values, dtype=float)


def _kernel() -> Any:
    try:
        from ambulando.response import kernel
    except ImportError:
        raise InputError(
            "Many people at once need Numba and pyarrow. Please install the extra named batch."
        ) from None
    return kernel


_made: dict[tuple[float, int], Floats] = {}


def _tables(kernel: Any, shape: float, days: int) -> Floats:
    """The tables for up to so many days; made once."""
    held = next((table for (of, most), table in _made.items() if of == shape and most >= days), None)
    if held is None:
        held = _made[shape, days] = kernel.student_tables(shape, days)
    return held


def _beliefs(believed: Priors, modalities: tuple[str, ...], kernel: Any) -> tuple[Floats, Floats]:
    """Prior means and SDs of all columns of the kernel, in its order."""
    facts = constants()
    entries = ["level", "trend", *["weekday"] * 6, "draw", "morning", "not_rated", "sleep", "not_rated"]
    held = [(facts[entry].get("mean", 0.0), facts[entry]["sd"]) for entry in entries]
    if len(held) != kernel.COMMON:
        raise ValueError("the columns of the kernel have changed")
    for modality in modalities:
        same, following, weeks = (believed.of(modality, horizon) for horizon in HORIZONS)
        held += [(one.mean, one.sd) for one in (same, following, weeks, same)]
        held.append((same.mean, facts["chosen"]["sd"]))
    mean, sd = np.array(held, dtype=float).T
    return np.ascontiguousarray(mean), np.ascontiguousarray(sd)


def _priors_alone(believed: Priors, modalities: tuple[str, ...], noise: Noise) -> Floats:
    """What is told where a person has not done it, (K, 3, 7)."""
    from ambulando.response.mixture import student, summarised

    beliefs = [believed.of(modality, horizon) for modality in modalities for horizon in HORIZONS]
    mixtures = [student(one.mean, one.sd, 2 * noise.shape) for one in beliefs]
    found = summarised(mixtures, constants()["matters"]["points"])
    rows = [(one.mean, one.sd, *one.ci, one.p_positive, one.p_matters, one.p_worse) for one in found]
    return np.array(rows).reshape(len(modalities), len(HORIZONS), len(TOLD))


def _weekdays(start: NDArray[np.datetime64] | None, number: int) -> NDArray[np.int64]:
    """Of the first day, Monday 0; -1 where it is not known. 1970-01-01 was a Thursday."""
    if start is None:
        return np.full(number, -1)
    day = start.astype("datetime64[D]").astype(np.int64)
    return np.where(np.isnat(start), -1, (day + 3) % 7)


def _within(name: str, values: Floats | None, most: float) -> None:
    if values is not None and (wrong := (values < 0) | (values > most)).any():
        one = int(wrong.any(axis=1).argmax())
        value = values[one][wrong[one]][0]
        raise InputError(
            f"Person {one + 1} has the {name} {value:g}. Please give numbers from 0 to {most:g}."
        )


def _known(name: str) -> bool:
    return name in ("person", "start", "mood", "morning", "sleep", "randomised") or name.startswith(_MINUTES)


def _opened(source: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(source)
    except FileNotFoundError:
        raise InputError(f"There is no file {source}. Please check the name.") from None
    except (pa.ArrowInvalid, OSError):
        raise InputError(
            f"{source.name} is not a Parquet file that can be read. Please write it again."
        ) from None
    for name in file.schema_arrow.names:
        kind = file.schema_arrow.field(name).type
        if _known(name) and name not in ("person", "start"):
            listed = (
                pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind) or pa.types.is_large_list(kind)
            )
            inner = kind.value_type if listed else kind
            if not listed or not (
                pa.types.is_integer(inner) or pa.types.is_floating(inner) or pa.types.is_boolean(inner)
            ):
                raise InputError(
                    f"{source.name} has a column '{name}' that holds no lists of numbers. Please give a list by day."
                )
    if "person" not in file.schema_arrow.names:
        raise InputError(
            f"{source.name} has no column 'person'. Please add one with a name or number for each."
        )
    return file


def _longest(column: Any) -> int:
    import pyarrow.compute as pc

    return int(pc.max(pc.list_value_length(column)).as_py() or 0)


def _padded(column: Any, days: int) -> Floats:
    """A column of lists as (N, days), NaN where nothing is given."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    flat = pc.list_flatten(column)
    values = flat.cast(pa.float64()).to_numpy(zero_copy_only=False) if len(flat) else np.empty(0)
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    if len(lengths) and (lengths == days).all():
        return values.reshape(len(lengths), days)
    out = np.full((len(lengths), days), math.nan)
    out[np.arange(days) < lengths[:, None]] = values
    return out


def _table(rows: Any, found: Answers) -> Any:
    import pyarrow as pa

    columns: dict[str, Any] = {
        "person": rows.column("person"),
        "days": found.days,
        "noise_sd": found.noise_sd,
    }
    for k, modality in enumerate(found.modalities):
        columns[f"{modality}_grade"] = pa.array(found.grade[:, k]).dictionary_encode()
        for h, horizon in enumerate(HORIZONS):
            for w, what in enumerate(TOLD):
                columns[f"{modality}_{horizon}_{what}"] = found.told[:, k, h, w]
    return pa.table(columns)


def _write(tables: "Iterator[Any] | list[Any]", path: Path) -> None:
    """All tables as one file, there whole or not at all."""
    import pyarrow.parquet as pq

    unfinished = path.with_name(path.name + ".unfinished")
    writer = None
    try:
        for table in tables:
            writer = writer or pq.ParquetWriter(unfinished, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer:
            writer.close()
    if writer:
        unfinished.replace(path)


def _read(part: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(part).read()


def _begin(parts: Path, source: Path, prior: str) -> None:
    """A folder for the chunks; those of another run are removed."""
    state = source.stat()
    asked = {
        "source": str(source.resolve()), "bytes": state.st_size, "changed": state.st_mtime_ns, "prior": prior,
        "chunk": CHUNK, "program": ambulando.__version__, "figures": hashlib.sha256(json.dumps(constants(), default=str).encode()).hexdigest(),
    }  # fmt: skip
    said = parts / "made-for.json"
    if parts.exists() and (not said.exists() or json.loads(said.read_text()) != asked):
        _clear(parts)
    parts.mkdir(exist_ok=True)
    said.write_text(json.dumps(asked))


def _clear(parts: Path) -> None:
    """Remove the chunks and their folder; nothing else is ever written there."""
    for part in parts.glob("*"):
        part.unlink()
    parts.rmdir()
