"""A table of studies as effects: what is used, what is left out and why, what looks odd."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from ambulando.evidence import effects
from ambulando.evidence.faults import NotANumber, TooFewStudies, UnknownOption
from ambulando.evidence.results import Array, Excluded
from ambulando.evidence.tables import checks
from ambulando.evidence.tables.shapes import Shape, beside, name_columns, roles_of, shape_of, study_names
from ambulando.evidence.tables.text import MISSING, Table, place, table_of


@dataclass(frozen=True)
class Counts:
    """The 2 x 2 tables of all complete rows, also of those that give no effect alone: what Mantel-Haenszel and Peto pool."""

    ai: tuple[float, ...]
    bi: tuple[float, ...]
    ci: tuple[float, ...]
    di: tuple[float, ...]
    studies: tuple[str, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Studies:
    """The usable rows of a table, in its order: effects ``yi`` with variances ``vi``, their ``studies`` and file ``rows``.

    ``moderators`` (numbers where every cell is one, else texts), ``clusters`` and ``groups`` are as long; so is each column of
    ``summary`` (the numbers by role that the effects were computed from; for events always ai, bi, ci, di). ``counts`` is for
    events alone. ``columns`` is the column of the file for each role, ``names`` those of the study's name. ``measure`` names
    the scale, ``shape`` says what the table has, ``options`` how it was read. ``excluded`` and ``notes`` are for readers.
    """

    measure: str
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    studies: tuple[str, ...]
    rows: tuple[int, ...]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]
    moderators: Mapping[str, tuple[float, ...] | tuple[str, ...]] = field(default_factory=dict)
    clusters: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    summary: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    counts: Counts | None = None
    shape: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)


def read(
    text: str,
    where: str,
    *,
    measure: str | None = None,
    continuity: str | None = None,
    drop_double_zero: bool = False,
    moderators: Sequence[str] = (),
    cluster: str | None = None,
    group: str | None = None,
    flip: bool | Sequence[str] = False,
    exclude: Sequence[str] = (),
) -> Studies:
    """The studies of a CSV text; ``where`` names it in messages.

    ``measure`` is what is wanted of the columns (SMD, RR ...), ``continuity`` a rule of ``effects.CONTINUITY_RULES``. ``flip``
    turns all effects round (group 2 against group 1), or those of the studies it names. ``exclude`` names studies that are
    left out (a text may hold several names with commas). Rows with an empty cell among the columns that are needed are left out, with the reason. Raises the faults of
    ``evidence.faults`` for what cannot be, with study and row.
    """
    table = table_of(text, where)
    roles = roles_of(table)
    shape, wanted = shape_of(table, roles, measure)
    names = name_columns(table)
    studies = study_names(table, names)
    reasons: dict[int, str] = {}
    asked = _named(exclude, studies, where, "exclude")
    if asked:
        reasons.update((index, "left out as asked") for index, study in enumerate(studies) if study in asked)

    numbers = {role: table.numbers(roles[role], studies) for role in shape.roles}
    columns = [table.column(name, "the moderators") for name in moderators]
    texts = {name: table.columns[name] for name in columns}
    cluster_of = None if cluster is None else table.columns[table.column(cluster, "the clusters")]
    group_of = None if group is None else table.columns[table.column(group, "the subgroups")]
    needed = [(roles[role], np.isnan(column)) for role, column in numbers.items()]
    needed += [(name, _empty(cells)) for name, cells in texts.items()]
    needed += [
        (name, _empty(cells)) for name, cells in ((cluster, cluster_of), (group, group_of)) if name and cells
    ]
    for index, absent in _absent(needed).items():
        reasons.setdefault(index, absent)
    kept = np.array([index not in reasons for index in range(len(studies))])

    rows = _rows(table, studies, numbers, kept)
    if not rows.studies:
        raise TooFewStudies(
            f"No study of {where} is complete, so there is nothing to pool{_why(reasons, studies)}."
        )
    checks.check(rows, roles)
    rule = effects.rule_for(wanted, continuity)
    found = _effects(rows, shape, wanted, rule, drop_double_zero)
    if shape.roles[0] == "yi":
        checks.check_ratios(rows, found.yi, wanted)
    turned = _turned(flip, rows.studies, wanted, where)
    yi = np.where(turned, -found.yi, found.yi)

    usable = np.isfinite(yi) & (found.vi > 0)
    checks.check_apart(rows, np.where(usable, found.vi, np.inf))
    lost = _lost(rows, wanted, rule, drop_double_zero, found, usable)
    excluded = [Excluded(table.rows[index], studies[index], reason) for index, reason in reasons.items()]
    where_kept = np.flatnonzero(kept)
    final = where_kept[usable]

    def chosen(cells: Sequence[str]) -> tuple[str, ...]:
        return tuple(cells[index] for index in final.tolist())

    counts = _counts(rows, shape, turned)
    notes = _notes(rows, shape, wanted, rule, drop_double_zero)
    other = beside(shape, roles) if measure is None else None
    if other is not None:
        notes += (f"{where} also has {other.words}; --measure {other.measures[0]} takes those.",)
    used = chosen(studies)
    mods, mixed = _moderators({name: chosen(cells) for name, cells in texts.items()}, table, used, final)
    return Studies(
        measure=wanted,
        yi=tuple(yi[usable].tolist()),
        vi=tuple(found.vi[usable].tolist()),
        studies=used,
        rows=tuple(table.rows[index] for index in final.tolist()),
        excluded=tuple(sorted([*excluded, *lost], key=lambda one: one.row)),
        notes=notes + mixed,
        moderators=mods,
        clusters=None if cluster_of is None else chosen(cluster_of),
        groups=None if group_of is None else chosen(group_of),
        summary=_summary(rows, counts, usable),
        counts=counts,
        shape=shape.words,
        columns={role: roles[role] for role in shape.roles},
        names=names,
        options={
            **({"continuity": rule} if counts is not None else {}),
            **({"drop_double_zero": True} if counts is not None and drop_double_zero else {}),
            **(
                {"flip": flip if isinstance(flip, bool) else _turned_names(rows.studies, turned)}
                if flip
                else {}
            ),
            **({"exclude": sorted(asked)} if asked else {}),
        },
    )


def _named(wanted: Sequence[str], studies: Sequence[str], where: str, option: str) -> set[str]:
    """The studies that are named, each alone or several with commas between them (a name may have a comma itself).

    Raises UnknownOption for a study that is not in the table.
    """
    known = set(studies)
    found = set()
    for text in wanted:
        for name in [text] if text in known else [part.strip() for part in text.split(",")]:
            if name not in known:
                close = get_close_matches(name, list(known), 1)
                some = ", ".join(list(dict.fromkeys(studies))[:8])
                hint = f"did you mean '{close[0]}'?" if close else f"it has {some}."
                raise UnknownOption(f"{where} has no study called '{name}' to {option}; {hint}")
            found.add(name)
    return found


def _empty(cells: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([cell in MISSING for cell in cells], dtype=bool)


def _absent(needed: Sequence[tuple[str, NDArray[np.bool_]]]) -> dict[int, str]:
    """Rows with an empty cell in a column that is needed, with which columns those are."""
    found: dict[int, list[str]] = {}
    for name, empty in needed:
        for index in np.flatnonzero(empty).tolist():
            found.setdefault(index, []).append(name)
    return {
        index: f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} missing"
        for index, names in found.items()
    }


def _why(reasons: Mapping[int, str], studies: Sequence[str]) -> str:
    first = [f"{studies[index]}: {reason}" for index, reason in list(reasons.items())[:3]]
    return f" ({'; '.join(first)})" if first else ""


def _rows(
    table: Table, studies: Sequence[str], numbers: Mapping[str, Array], kept: NDArray[np.bool_]
) -> checks.Rows:
    if kept.all():
        return checks.Rows(table.where, tuple(studies), table.rows, numbers)
    indices = np.flatnonzero(kept).tolist()
    return checks.Rows(
        table.where,
        tuple(studies[index] for index in indices),
        tuple(table.rows[index] for index in indices),
        {role: column[kept] for role, column in numbers.items()},
    )


def _effects(
    rows: checks.Rows, shape: Shape, measure: str, rule: str, drop_double_zero: bool
) -> effects.Effects:
    v = rows.values
    columns = [v[role] for role in shape.roles]
    match shape.roles:
        case ("yi", "vi"):
            return effects.Effects(measure, v["yi"], v["vi"])
        case ("yi", "sei"):
            return effects.Effects(measure, v["yi"], v["sei"] ** 2)
        case ("yi", "low", "high"):
            return effects.Effects(measure, v["yi"], effects.se_from_interval(v["low"], v["high"]) ** 2)
        case ("ratio", "low", "high"):
            error = effects.se_from_interval(np.log(v["low"]), np.log(v["high"]))
            return effects.Effects(measure, np.log(v["ratio"]), error**2)
        case ("ai", *_):
            cells = cells_of(v)
            return effects.two_by_two(measure, *cells, continuity=rule, drop_double_zero=drop_double_zero)
        case ("m1i", "sd1i", "n1i", *_):
            return effects.two_means(measure, *columns)
        case ("m1i", "se1i", *_):
            sd1, sd2 = effects.sd_from_se(v["se1i"], v["n1i"]), effects.sd_from_se(v["se2i"], v["n2i"])
            return effects.two_means(measure, v["m1i"], sd1, v["n1i"], v["m2i"], sd2, v["n2i"])
        case ("x1i", *_):
            return effects.two_rates(measure, *columns)
        case ("m1i", "sd1i", "m2i", *_):
            return effects.change(measure, *columns)
        case ("ri", "ni"):
            return effects.correlation(measure, *columns)
        case ("xi", "ni"):
            return effects.proportion(measure, *columns)
        case ("xi", "ti"):
            return effects.rate(measure, *columns)
        case ("ti", *_):
            return effects.smd_from_t(*columns)
        case _:
            return effects.mean(measure, *columns)


def cells_of(v: Mapping[str, Array]) -> tuple[Array, Array, Array, Array]:
    """The four cells, from events with non-events or with people."""
    if "bi" in v:
        return v["ai"], v["bi"], v["ci"], v["di"]
    return v["ai"], v["n1i"] - v["ai"], v["ci"], v["n2i"] - v["ci"]


def _turned(
    flip: bool | Sequence[str], studies: Sequence[str], measure: str, where: str
) -> NDArray[np.bool_]:
    """Which effects are turned round."""
    if flip and measure in effects.ONE_GROUP:
        raise UnknownOption(
            f"The effects of {where} are of one group each ({effects.MEASURES[measure]}), which can not be turned round."
        )
    if isinstance(flip, bool):
        return np.full(len(studies), flip)
    chosen = _named(flip, studies, where, "turn round")
    return np.array([study in chosen for study in studies])


def _turned_names(studies: Sequence[str], turned: NDArray[np.bool_]) -> list[str]:
    return sorted({studies[index] for index in np.flatnonzero(turned).tolist()})


def _lost(
    rows: checks.Rows,
    measure: str,
    rule: str,
    drop_double_zero: bool,
    found: effects.Effects,
    usable: NDArray[np.bool_],
) -> list[Excluded]:
    """Complete rows that give no effect, each with the reason."""
    excluded = []
    double = (
        effects.double_zero(*cells_of(rows.values)) if "ai" in rows.values else np.zeros(usable.size, bool)
    )
    for index in np.flatnonzero(~usable).tolist():
        v = {role: float(column[index]) for role, column in rows.values.items()}
        if double[index]:
            reason = "nobody, or everybody, of both arms had the event" + (
                "" if drop_double_zero else f", and the continuity rule '{rule}' adds nothing"
            )
        elif "ai" in v:
            reason = f"a cell is zero and the continuity rule '{rule}' adds nothing to it"
            if measure == "RTET":
                reason = "a cell is zero, and a tetrachoric correlation needs all four above it"
        elif found.vi[index] == 0:
            reason = "its variance is zero"
        elif measure in ("ROM", "CVR", "ROMC") and v["m1i"] * v["m2i"] <= 0:
            reason = "its means differ in sign or are zero, so their ratio has no logarithm"
        elif measure in ("UCOR", "ZCOR") and v["ni"] <= (3 if measure == "ZCOR" else 4):
            reason = f"{v['ni']:g} people are too few for this measure"
        else:
            reason = "no effect could be computed"
        excluded.append(Excluded(rows.rows[index], rows.studies[index], reason))
    return excluded


def _counts(rows: checks.Rows, shape: Shape, turned: NDArray[np.bool_]) -> Counts | None:
    if shape.roles[0] != "ai":
        return None
    a, b, c, d = cells_of(rows.values)
    ai, bi, ci, di = (
        tuple(np.where(turned, other, one).tolist()) for one, other in ((a, c), (b, d), (c, a), (d, b))
    )
    return Counts(ai, bi, ci, di, rows.studies, rows.rows)


def _summary(
    rows: checks.Rows, counts: Counts | None, usable: NDArray[np.bool_]
) -> dict[str, tuple[float, ...]]:
    """The numbers behind the effects, by role; events always as four cells, turned like the effects."""
    if counts is not None:
        columns = {role: np.asarray(getattr(counts, role)) for role in ("ai", "bi", "ci", "di")}
    else:
        columns = {role: column for role, column in rows.values.items() if role not in ("yi", "vi", "sei")}
    return {role: tuple(column[usable].tolist()) for role, column in columns.items()}


def _moderators(
    texts: Mapping[str, tuple[str, ...]], table: Table, studies: Sequence[str], places: NDArray[np.intp]
) -> tuple[dict[str, tuple[float, ...] | tuple[str, ...]], tuple[str, ...]]:
    """Moderators as numbers where every cell is one, words where most are not; NotANumber for a word among numbers."""
    found: dict[str, tuple[float, ...] | tuple[str, ...]] = {}
    notes = []
    for name, cells in texts.items():
        values = [_number(cell, table.decimal_comma) for cell in cells]
        words = [index for index, value in enumerate(values) if value is None]
        if not words:
            numbers = tuple(value for value in values if value is not None)
            endless = next((index for index, value in enumerate(numbers) if math.isinf(value)), None)
            if endless is not None:
                row = table.rows[int(places[endless])]
                raise NotANumber(
                    f"{place(studies[endless], row, table.where)} has {cells[endless]!r} as {name}; a finite number is needed.",
                    row=row,
                    study=studies[endless],
                )
            found[name] = numbers
            continue
        found[name] = cells
        row = table.rows[int(places[words[0]])]
        if 2 * len(words) < len(cells):
            # Mostly numbers: a slip of the keyboard, which as a group of its own would change the model in silence.
            raise NotANumber(
                f"{place(studies[words[0]], row, table.where)} has {cells[words[0]]!r} as {name}, where most rows have a number; "
                "please correct it, or write words in every row to have groups.",
                row=row,
                study=studies[words[0]],
            )
        if len(words) < len(cells):
            notes.append(
                f"The moderator {name} has text in some rows ({cells[words[0]]!r}, {place(studies[words[0]], row)}) and numbers "
                "in others, so each of its values is taken as a group."
            )
    return found, tuple(notes)


def _number(cell: str, decimal_comma: bool) -> float | None:
    try:
        return None if "_" in cell else float(cell.replace(",", ".") if decimal_comma else cell)
    except ValueError:
        return None


def _notes(rows: checks.Rows, shape: Shape, measure: str, rule: str, dropped: bool) -> tuple[str, ...]:
    if shape.roles[0] == "ai" and measure != "RTET":
        return checks.zero_notes(rows, rule, dropped=dropped, ratio=measure not in ("RD", "AS"))
    if shape.roles[:3] == ("m1i", "sd1i", "n1i"):
        return checks.suspects(rows)
    return ()
