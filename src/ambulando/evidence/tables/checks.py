"""What a number of a study cannot be, and what looks odd; by study and row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambulando.evidence import effects
from ambulando.evidence.faults import EvidenceFault, ImpossibleValue, NegativeVariance
from ambulando.evidence.results import Array
from ambulando.evidence.tables.text import place
from ambulando.evidence.univariate.usable import far_apart

Mask = NDArray[np.bool_]
#: No quantity of a study is larger, and no standard error smaller: beyond lies a slip of the keyboard, and overflow.
LARGEST, SMALLEST_ERROR = 1e15, 1e-15
#: No logarithm of a ratio is larger.
LARGEST_LOG = 100.0
#: A note names at most so many studies.
NAMED = 6


@dataclass(frozen=True)
class Rows:
    """Complete rows of a table: columns of numbers by role, each of shape (k,), with the studies and their rows in ``where``."""

    where: str
    studies: tuple[str, ...]
    rows: tuple[int, ...]
    values: Mapping[str, Array]

    def refuse(
        self, wrong: Mask, fault: type[EvidenceFault], sentence: Callable[[Mapping[str, float]], str]
    ) -> None:
        """Raise ``fault`` for the first row that is ``wrong``; ``sentence`` says what it has."""
        found = np.flatnonzero(wrong)
        if found.size:
            index = int(found[0])
            values = {role: float(column[index]) for role, column in self.values.items()}
            study, row = self.studies[index], self.rows[index]
            raise fault(f"{place(study, row, self.where)} {sentence(values)}", row=row, study=study)


def check(rows: Rows, called: Mapping[str, str]) -> None:
    """Refuse values that cannot be. ``called`` is the column of the file that plays each role."""
    v = rows.values

    def each(roles: Sequence[str], wrong: Callable[[Array], Mask], why: str) -> None:
        for role in roles:
            if role in v:
                rows.refuse(
                    wrong(v[role]),
                    ImpossibleValue,
                    lambda values, role=role: f"has {values[role]:g} as {called[role]}; {why}.",  # type: ignore[misc]
                )

    with np.errstate(invalid="ignore"):
        each(tuple(v), lambda x: np.abs(x) > LARGEST, "that can hardly be, so please check it")
        each(("vi",), lambda x: (x > 0) & (x < SMALLEST_ERROR**2), "that can hardly be, so please check it")
        each(("sei",), lambda x: (x > 0) & (x < SMALLEST_ERROR), "that can hardly be, so please check it")
        if "vi" in v:
            rows.refuse(
                v["vi"] < 0,
                NegativeVariance,
                lambda x: f"has a negative variance ({x['vi']:g}); a variance is above zero.",
            )
        if "sei" in v:
            rows.refuse(
                v["sei"] < 0,
                NegativeVariance,
                lambda x: f"has a negative standard error ({x['sei']:g}); it is above zero.",
            )
        each(("sd1i", "sd2i", "sdi"), lambda x: x <= 0, "a standard deviation is above zero")
        each(("se1i", "se2i"), lambda x: x <= 0, "a standard error is above zero")
        each(("n1i", "n2i"), lambda x: x < 1, "an arm has at least one person")
        each(("ni",), lambda x: x < 1, "a study has at least one person")
        counts = ("ai", "bi", "ci", "di", "x1i", "x2i", "xi")
        each(counts, lambda x: x < 0, "a number of people or events is not below zero")
        each(("t1i", "t2i"), lambda x: x <= 0, "person-time is above zero")
        each(("ri",), lambda x: np.abs(x) > 1, "a correlation lies between -1 and 1")
        each(("ratio",), lambda x: x <= 0, "a ratio is above zero")
        if "ratio" in v:
            each(("low", "high"), lambda x: x <= 0, "the limit of a ratio is above zero")
        if "xi" in v and "ti" in v:
            each(("ti",), lambda x: x <= 0, "person-time is above zero")
        _check_pairs(rows, called)


def _check_pairs(rows: Rows, called: Mapping[str, str]) -> None:
    v = rows.values
    if ("m1i" in v or "ti" in v) and "n1i" in v and "n2i" in v:
        rows.refuse(
            v["n1i"] + v["n2i"] <= 3,
            ImpossibleValue,
            lambda x: (
                f"has {x['n1i'] + x['n2i']:g} people in both arms; a standardised difference needs four or more."
            ),
        )
    for events, people in (("ai", "n1i"), ("ci", "n2i"), ("xi", "ni")):
        if events in v and people in v:
            rows.refuse(
                v[events] > v[people],
                ImpossibleValue,
                lambda x, events=events, people=people: (  # type: ignore[misc]
                    f"has {x[events]:g} events among {x[people]:g} people ({called[events]}, {called[people]}); check both."
                ),
            )
    if "bi" in v:
        rows.refuse(
            (v["ai"] + v["bi"] == 0) | (v["ci"] + v["di"] == 0),
            ImpossibleValue,
            lambda _: (
                f"has an arm without people; check {', '.join(called[role] for role in ('ai', 'bi', 'ci', 'di'))}."
            ),
        )
    if "low" in v:
        middle = "ratio" if "ratio" in v else "yi"
        rows.refuse(
            (v["low"] > v[middle]) | (v["high"] < v[middle]) | (v["low"] >= v["high"]),
            ImpossibleValue,
            lambda x: (
                f"has {x[middle]:g} as {called[middle]}, which is not inside its interval {x['low']:g} to {x['high']:g}."
            ),
        )


def check_ratios(rows: Rows, yi: Array, measure: str) -> None:
    """Refuse an effect that is no logarithm of a ratio."""
    if measure in effects.RATIO_MEASURES:
        with np.errstate(invalid="ignore"):
            wrong = np.abs(yi) > LARGEST_LOG
        rows.refuse(
            wrong,
            ImpossibleValue,
            lambda x: f"has {x['yi']:g} as yi; for {measure} it is the logarithm of the ratio.",
        )


def check_apart(rows: Rows, vi: Array) -> None:
    """Refuse a variance beside which all others count for nothing; ``vi`` is infinite where there is no effect."""
    apart = far_apart(vi)
    if apart is not None:
        chosen = np.arange(vi.size) == apart[0]
        rows.refuse(chosen, ImpossibleValue, lambda _: apart[1])


def listed(rows: Rows, chosen: Mask) -> str:
    """The studies that are chosen, by name and row; the first few of many."""
    found = np.flatnonzero(chosen).tolist()
    names = [place(rows.studies[index], rows.rows[index]) for index in found[:NAMED]]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"{', '.join(names)}{more}"


def zero_notes(rows: Rows, rule: str, *, dropped: bool, ratio: bool) -> tuple[str, ...]:
    """What was done about cells of zero, and in which studies."""
    v = rows.values
    a, c = v["ai"], v["ci"]
    b, d = (v["bi"], v["di"]) if "bi" in v else (v["n1i"] - a, v["n2i"] - c)
    double = effects.double_zero(a, b, c, d)
    added = effects.CONTINUITY_RULES[rule](a, b, c, d)
    zero = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    notes = []
    single = added & zero & ~double
    if single.any():
        notes.append(
            f"{listed(rows, single)}: a cell is zero, so 0.5 was added to all four (continuity rule '{rule}')."
        )
    if (double & added).any() and not dropped and not ratio:
        notes.append(
            f"{listed(rows, double & added)}: nobody, or everybody, of both arms had the event, so 0.5 was added to all four "
            f"cells (continuity rule '{rule}')."
        )
    elif (double & added).any() and not dropped:
        notes.append(
            f"{listed(rows, double & added)}: nobody, or everybody, of both arms had the event, which says nothing about a "
            f"ratio; with 0.5 in each cell (continuity rule '{rule}') it pulls towards no effect. The methods MH and PETO "
            "leave such studies out."
        )
    return tuple(notes)


def suspects(rows: Rows) -> tuple[str, ...]:
    """Studies whose SDs may be standard errors, which makes their weight far too large. A hint, never a correction.

    Two signs, both with n as the test, for a standard error is an SD over the root of n: in both arms the SD is under a third
    of the usual SD relative to the mean (of four or more studies), and usual again (within a factor of two) times the root of
    n; or the SD of one arm is under a third of that of the other, and like it again times the root of n.
    """
    v = rows.values
    roots = [np.sqrt(v["n1i"]), np.sqrt(v["n2i"])]
    sds, means = [v["sd1i"], v["sd2i"]], [v["m1i"], v["m2i"]]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = [np.where(m == 0, np.nan, sd / np.abs(m)) for sd, m in zip(sds, means, strict=True)]
        both = np.zeros(len(rows.studies), dtype=bool)
        known = np.concatenate(relative)
        if len(rows.studies) >= 4 and np.isfinite(known).any():
            usual = float(np.nanmedian(known))
            both = np.logical_and(
                *(
                    (one < usual / 3) & (one * root > usual / 2) & (one * root < usual * 2)
                    for one, root in zip(relative, roots, strict=True)
                )
            )
        alone = [
            (sds[i] < sds[j] / 3)
            & (sds[i] * roots[i] > sds[j] / 2)
            & (sds[i] * roots[i] < sds[j] * 2)
            & ~both
            for i, j in ((0, 1), (1, 0))
        ]
    notes = []
    for index in np.flatnonzero(both | alone[0] | alone[1]).tolist():
        one, two = float(sds[0][index]), float(sds[1][index])
        who = place(rows.studies[index], rows.rows[index])
        if both[index]:
            notes.append(
                f"{who}: the standard deviations {one:g} and {two:g} are small beside the others and may be standard errors "
                "(they would be usual times the root of n); please look them up."
            )
        else:
            small, large = sorted((one, two))
            notes.append(
                f"{who}: the standard deviation {small:g} is small beside the {large:g} of the other arm and may be a standard "
                "error (it would be like it times the root of n); please look it up."
            )
    return tuple(notes)
