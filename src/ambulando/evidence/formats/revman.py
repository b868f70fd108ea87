"""What Cochrane's Review Manager writes: the RM5 file (XML) of RevMan 5 and the table of data rows of RevMan Web (CSV).

In both a row is two arms of a study on an outcome, and its effect is the first arm's against the second's.
"""

import math
from collections.abc import Mapping

from ambulando.evidence.formats.dataset import (
    EVENTS,
    MEANS,
    Comparison,
    Dataset,
    Outcome,
    lines_of,
    number_of,
    possible,
    repeated,
)
from ambulando.evidence.formats.xml import Node, tree
from ambulando.evidence.results import Excluded
from ambulando.ground import InputError

WEB_COLUMNS = ("Analysis group", "Analysis number", "Study")
#: RevMan's names of effect measures, and ours; those of single arms or rates have none.
MEASURES = {
    "RR": "RR", "OR": "OR", "PETO_OR": "OR", "RD": "RD", "MD": "MD", "SMD": "SMD", "HR": "HR",
    "Risk Ratio": "RR", "Odds Ratio": "OR", "Peto Odds Ratio": "OR", "Risk Difference": "RD", "Mean Difference": "MD",
    "Std. Mean Difference": "SMD", "Standardised Mean Difference": "SMD", "Hazard Ratio": "HR",
}  # fmt: skip
IN_RM5 = {
    "CONT": ("means", ("MEAN_1", "SD_1", "TOTAL_1", "MEAN_2", "SD_2", "TOTAL_2")),
    "DICH": ("events", ("EVENTS_1", "TOTAL_1", "EVENTS_2", "TOTAL_2")),
    "IV": ("effect", ("ESTIMATE", "SE")),
    "IPD": ("o-e", ("O_E", "VAR")),
}
IN_WEB = (
    (
        "means",
        ("Experimental mean", "Experimental SD", "Experimental N", "Control mean", "Control SD", "Control N"),
    ),
    ("events", ("Experimental cases", "Experimental N", "Control cases", "Control N")),
    ("effect", ("GIV Mean", "GIV SE")),
    ("o-e", ("O-E", "Variance")),
)


def fits_xml(text: str) -> bool:
    """Whether it is an RM5 file."""
    return "<COCHRANE_REVIEW" in text[:5000]


def fits_web(text: str) -> bool:
    """Whether the first line is that of RevMan Web's data rows."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    return all(name in first for name in WEB_COLUMNS)


def read_xml(text: str, where: str) -> Dataset:
    """The outcomes of all comparisons of an RM5 file; ``row`` counts its data rows from 1.

    Studies without an estimable effect are left out and listed. Raises InputError for what is no RM5 file.
    """
    root = tree(text, where)
    studies = {
        one.attributes.get("ID", ""): (one.attributes.get("NAME", ""), one.attributes.get("YEAR", ""))
        for one in root.every("STUDY")
    }
    outcomes: list[Outcome] = []
    excluded: list[Excluded] = []
    row = 0
    for comparison in root.every("COMPARISON"):
        for element in comparison.every(*(f"{kind}_OUTCOME" for kind in IN_RM5)):
            kind = element.tag.removesuffix("_OUTCOME")
            measure = MEASURES.get(element.attributes.get("EFFECT_MEASURE", "").upper(), "GEN")
            arms = (
                element.child_text("GROUP_LABEL_1") or "experimental",
                element.child_text("GROUP_LABEL_2") or "control",
            )
            found: list[Comparison] = []
            for data, subgroup in _rows_of(element, f"{kind}_DATA"):
                row += 1
                id_ = data.attributes.get("STUDY_ID", "")
                name, year = studies.get(id_, ("", ""))
                study = name or id_.removeprefix("STD-").replace("-", " ") or f"Row {row}"
                shape, columns = IN_RM5[kind]
                cells = dict(data.attributes)
                details = {"year": year, "subgroup": subgroup, "estimable": cells.get("ESTIMABLE", "")}
                one = _comparison(row, study, arms, shape, columns, cells, details, where)
                if isinstance(one, Excluded):
                    excluded.append(one)
                else:
                    found.append(one)
            if found:
                number = f"{comparison.attributes.get('NO', '')}.{element.attributes.get('NO', '')}".strip(
                    "."
                )
                random = "random" if element.attributes.get("RANDOM", "").upper() == "YES" else "fixed"
                outcomes.append(
                    Outcome(
                        number or element.attributes.get("ID", str(len(outcomes) + 1)),
                        ", ".join(
                            part
                            for part in (comparison.child_text("NAME"), element.child_text("NAME"))
                            if part
                        ),
                        "GEN" if kind == "IPD" else measure,
                        tuple(found),
                        f"{element.attributes.get('METHOD', '')} {random}".strip(),
                    )
                )
    if not outcomes and not excluded:
        raise InputError(f"{where} has no comparison with data, so there is nothing to read.")
    return Dataset("revman", tuple(outcomes), tuple(excluded), repeated(outcomes))


def _rows_of(element: Node, tag: str) -> list[tuple[Node, str]]:
    """The data rows of an outcome, each with the name of its subgroup."""
    found = [(one, "") for one in element.children if one.tag == tag]
    for group in element.children:
        if group.tag.endswith("_SUBGROUP"):
            found += [(one, group.child_text("NAME")) for one in group.children if one.tag == tag]
    return found


def _comparison(
    row: int,
    study: str,
    arms: tuple[str, str],
    shape: str,
    columns: tuple[str, ...],
    cells: Mapping[str, str],
    details: dict[str, str],
    where: str,
) -> Comparison | Excluded:
    """A data row, or why it is left out."""
    numbers = [number_of(cells.get(name, "").strip(), name, row, study, where) for name in columns]
    kept = {name: value for name, value in details.items() if value and name != "estimable"}
    if any(map(math.isnan, numbers)):
        missing = [name for name, value in zip(columns, numbers, strict=True) if math.isnan(value)]
        return Excluded(row, study, f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    if shape == "means":
        values = dict(zip(MEANS, numbers, strict=True))
        # RevMan keeps zeros where nothing was entered, and says that the row can not be estimated.
        if min(values["sd1i"], values["sd2i"]) == 0 or min(values["n1i"], values["n2i"]) == 0:
            return Excluded(row, study, "its effect can not be estimated: an arm has no people or no spread")
    elif shape == "events":
        values = dict(zip(EVENTS, numbers, strict=True))
        if min(values["n1i"], values["n2i"]) == 0:
            return Excluded(row, study, "its effect can not be estimated: an arm has no people")
    elif shape == "effect":
        if numbers[1] == 0:
            return Excluded(row, study, "its standard error is zero")
        values = {"yi": numbers[0], "vi": numbers[1] ** 2 if numbers[1] > 0 else -1.0}
    else:  # observed minus expected: its ratio to the variance is the logarithm of Peto's odds or the hazard ratio
        if numbers[1] == 0:
            return Excluded(row, study, "its variance is zero")
        values = {"yi": numbers[0] / numbers[1], "vi": 1 / numbers[1]}
    return possible(Comparison(row, study, *arms, "effect" if shape == "o-e" else shape, values, kept), where)


def read_web(text: str, where: str) -> Dataset:
    """The outcomes of RevMan Web's table of data rows, by group and number of the analysis.

    The table does not say which measure the review took: means give SMD, events RR, an effect is taken as it is (GEN).
    """
    rows = lines_of(text, where)
    if not rows or any(name not in rows[0] for name in WEB_COLUMNS):
        raise InputError(f"{where} needs the columns {', '.join(WEB_COLUMNS)} of RevMan Web's data rows.")
    groups: dict[str, tuple[str, list[Comparison]]] = {}
    excluded: list[Excluded] = []
    for number, cells in enumerate(rows, start=2):
        study = cells["Study"] or f"Row {number}"
        id_ = f"{cells['Analysis group']}.{cells['Analysis number']}"
        details = {"year": cells.get("Study year", ""), "subgroup": cells.get("Subgroup", "")}
        shape, columns = next(
            (one for one in IN_WEB if any(cells.get(name) for name in one[1] if not name.endswith(" N"))),
            IN_WEB[0],
        )
        arms = (
            cells.get("Experimental group", "") or "experimental",
            cells.get("Control group", "") or "control",
        )
        one = _comparison(number, study, arms, shape, columns, cells, details, where)
        if isinstance(one, Excluded):
            excluded.append(one)
            continue
        groups.setdefault(id_, (cells.get("Analysis name", ""), []))[1].append(one)
    outcomes = []
    for id_, (name, comparisons) in groups.items():
        shapes = {one.shape for one in comparisons}
        measure = {"means": "SMD", "events": "RR"}.get(comparisons[0].shape, "GEN")
        if len(shapes) > 1:
            raise InputError(
                f"Analysis {id_} of {where} has rows of different kinds: {', '.join(sorted(shapes))}."
            )
        outcomes.append(Outcome(id_, name or id_, measure, tuple(comparisons)))
    return Dataset("revman", tuple(outcomes), tuple(excluded), repeated(outcomes))
