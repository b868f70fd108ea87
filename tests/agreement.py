"""Agreement with reference answers: every comparison is a test, and all of them together are docs/validation.md."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from places import ROOT, SHARED

ORACLE = SHARED / "oracle"
DOCUMENT = ROOT / "docs" / "validation.md"
needs_oracle = pytest.mark.skipif(
    not ORACLE.exists(), reason="the reference answers of the project are not beside this checkout"
)


@dataclass(frozen=True)
class Check:
    """Some numbers of ours beside those of a reference, on one data set. ``difference`` is the largest relative one."""

    subject: str
    data: str
    reference: str
    numbers: int
    tolerance: float
    difference: float


def flat(values: Any) -> Iterable[float]:
    """The numbers of nested lists, arrays and dictionaries, in order; what is missing is NaN."""
    if isinstance(values, dict):
        values = list(values.values())
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, list | tuple):
        for one in values:
            yield from flat(one)
    elif values is None or values == "NA":
        yield math.nan
    elif values in ("Inf", "-Inf"):
        yield float(values.replace("I", "i"))
    else:
        yield float(values)


def differences(ours: Any, theirs: Any, floor: float) -> list[float]:
    """The relative difference of each pair; NaN agrees with NaN alone. ``floor`` is the least that counts as a size."""
    mine, reference = list(flat(ours)), list(flat(theirs))
    assert len(mine) == len(reference), f"{len(mine)} numbers beside {len(reference)}"
    assert mine, "there is nothing to compare"
    found = []
    for a, b in zip(mine, reference, strict=True):
        if math.isnan(a) or math.isnan(b):
            found.append(0.0 if math.isnan(a) and math.isnan(b) else math.inf)
        elif a == b:
            found.append(0.0)
        else:
            found.append(abs(a - b) / max(abs(b), floor))
    return found


class Agreement:
    """Compares, and keeps what was compared for the document."""

    def __init__(self, properties: list[tuple[str, object]]) -> None:
        self._properties = properties

    def __call__(
        self,
        subject: str,
        data: str,
        ours: Any,
        theirs: Any,
        *,
        rel: float,
        reference: str,
        floor: float = 1e-12,
    ) -> None:
        """``ours`` and ``theirs`` (numbers, lists, arrays, dictionaries in the same order) differ by at most ``rel``,
        relative to ``theirs``. ``subject`` names the method for a reader, ``reference`` the established package.
        """
        found = differences(ours, theirs, floor)
        worst = max(found)
        self._properties.append(("agreement", (subject, data, reference, len(found), rel, worst)))
        assert worst <= rel, (
            f"{subject} on {data}: {worst:.3g} at number {found.index(worst)} "
            f"({list(flat(ours))[found.index(worst)]!r} beside {list(flat(theirs))[found.index(worst)]!r})"
        )


def gathered(records: Iterable[tuple[str, str, str, int, float, float]]) -> list[Check]:
    """One check for each subject, data set, reference and tolerance, in alphabetical order."""
    found: dict[tuple[str, str, str, float], Check] = {}
    for subject, data, reference, numbers, tolerance, difference in records:
        key = (subject, data, reference, tolerance)
        before = found.get(key, Check(subject, data, reference, 0, tolerance, 0.0))
        found[key] = Check(
            subject,
            data,
            reference,
            before.numbers + numbers,
            tolerance,
            max(before.difference, difference),
        )
    return [found[key] for key in sorted(found)]


def line_of(check: Check) -> str:
    """A row of the table, without the difference, which moves with the machine in its last digits."""
    return f"| {check.subject} | {check.data} | {check.reference} | {check.numbers} | {check.tolerance:.0e} |"


def document(checks: list[Check]) -> str:
    rows = "\n".join(f"{line_of(check)} {_ceiling(check.difference)} |" for check in checks)
    numbers = sum(check.numbers for check in checks)
    return f"""# Validation

Our answers beside those of established R packages, on public data sets. This page is written by the tests
(`make validation`) and compared with them at each run of all tests: {len(checks)} comparisons, {numbers:,} numbers.

"Difference" is the largest relative difference that was seen, rounded up to a power of ten; "tolerance" is what the test
allows. The references were run with stop rules of 1e-12 where they have one; where the tolerance is wider, the
reference stops earlier, or its answer is a simulation.

| Subject | Data set | Reference | Numbers | Tolerance | Difference |
|---|---|---|---|---|---|
{rows}
"""


def _ceiling(difference: float) -> str:
    return "0" if difference == 0 else f"1e{math.ceil(math.log10(difference)):+03d}"
