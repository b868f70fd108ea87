"""From the text of a table to an answer: a pooled effect, a dose curve; what was left out and noted when it was read stays."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ambulando.evidence.faults import MissingColumns, TooFewStudies, UnknownOption
from ambulando.evidence.tables.reading import Studies, read
from ambulando.evidence.tables.shapes import roles_of
from ambulando.evidence.tables.text import table_of

if TYPE_CHECKING:
    from ambulando.evidence.dependence.multilevel import ThreeLevel
    from ambulando.evidence.univariate.binary import PooledCounts
    from ambulando.evidence.univariate.pooling import Pooled
    from ambulando.evidence.univariate.regression import Regression
    from ambulando.evidence.univariate.subgroups import Subgroups

A = TypeVar("A")
DOSE_COLUMNS = ("id", "type", "dose", "cases", "n", "logrr", "se")
#: Pooling of the tables of events themselves, not of effects, and the measures it gives, the first one unless asked otherwise.
OF_TABLES = {"MH": ("RR", "OR", "RD", "IRR", "IRD"), "PETO": ("OR",)}


def carried(answer: A, studies: Studies, notes: Sequence[str] = ()) -> A:
    """An answer (any result of a method) with what its table left out and noted, and how it was read."""
    given: Any = answer
    answer = replace(
        given,
        excluded=studies.excluded,
        notes=(*studies.notes, *notes, *given.notes),
        options=given.options | dict(studies.options),
    )
    return answer


def usable(studies: Studies, where: str) -> None:
    """Raise TooFewStudies when no study is left, with the reasons of the first."""
    if not studies.yi:
        reasons = "; ".join(f"{one.study}: {one.reason}" for one in studies.excluded[:3])
        raise TooFewStudies(f"No study of {where} can be used ({reasons}).")


def pool_text(
    text: str,
    where: str,
    *,
    measure: str | None = None,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    continuity: str | None = None,
) -> "Pooled":
    """The pooled effect of a CSV text (see ``read`` and ``pooling.pool``); rows left out are listed by their row in the file."""
    studies = read(text, where, measure=measure, continuity=continuity)
    usable(studies, where)
    return pool_studies(studies, method=method, test=test, level=level)


def pool_studies(
    studies: Studies, *, method: str = "REML", test: str = "hksj", level: float = 0.95
) -> "Pooled":
    """The pooled effect of studies that were read."""
    from ambulando.evidence.univariate.pooling import pool

    answer = pool(
        studies.yi,
        studies.vi,
        method=method,
        test=test,
        level=level,
        measure=studies.measure,
        studies=studies.studies,
    )
    return carried(answer, studies, repeated(studies))


def regress_studies(
    studies: Studies, *, method: str = "REML", test: str = "hksj", level: float = 0.95
) -> "Regression":
    """The meta-regression of studies that were read with moderators."""
    from ambulando.evidence.univariate.regression import regress

    answer = regress(
        studies.yi,
        studies.vi,
        studies.moderators,
        method=method,
        test=test,
        level=level,
        measure=studies.measure,
        studies=studies.studies,
    )
    return carried(answer, studies, repeated(studies))


def pool_clusters(
    studies: Studies, *, method: str = "REML", test: str = "t", level: float = 0.95
) -> "ThreeLevel":
    """The three-level model of studies that were read with clusters, with moderators if they were read with any."""
    from ambulando.evidence.dependence.multilevel import three_level
    from ambulando.evidence.univariate.pooling import TESTS

    if TESTS.get(test.strip().lower()) in ("knha", "adhoc"):
        raise UnknownOption(
            f"The Hartung-Knapp test ({test}) is for independent studies; with clusters take t, z or contain, and see the "
            "cluster-robust interval beside it."
        )
    answer = three_level(
        studies.yi,
        studies.vi,
        studies.clusters or (),
        method=method,
        test=test,
        level=level,
        measure=studies.measure,
        studies=studies.studies,
        moderators=studies.moderators or None,
    )
    return carried(answer, studies)


def pool_groups(
    studies: Studies, *, method: str = "REML", test: str = "hksj", level: float = 0.95
) -> "Subgroups":
    """Each group of studies that were read with groups pooled apart, and the test of their difference."""
    from ambulando.evidence.univariate.subgroups import subgroups

    answer = subgroups(
        studies.yi,
        studies.vi,
        studies.groups or (),
        method=method,
        test=test,
        level=level,
        measure=studies.measure,
        studies=studies.studies,
    )
    return carried(answer, studies, repeated(studies))


def read_counts(text: str, where: str, method: str, *, measure: str | None = None, **options: Any) -> Studies:
    """The studies of a CSV text for a method of OF_TABLES (MH, PETO); ``options`` are those of ``read``.

    Raises MissingColumns where the table has no events, UnknownOption for a measure that the method does not give.
    """
    can = OF_TABLES[method.upper()]
    wanted = measure.strip().upper() if measure else None
    if wanted is not None and wanted not in can:
        raise UnknownOption(f"The method {method.upper()} gives {', '.join(can)} and not {wanted}.")
    roles = roles_of(table_of(text, where))
    people = {"ai", "ci"} <= set(roles) and ({"bi", "di"} <= set(roles) or {"n1i", "n2i"} <= set(roles))
    rates = {"x1i", "t1i", "x2i", "t2i"} <= set(roles) and method.upper() == "MH"
    if not people and not rates:
        also = ", or x1i, t1i, x2i, t2i" if method.upper() == "MH" else ""
        raise MissingColumns(
            f"{where} has no events of two groups; the method {method.upper()} needs ai, bi, ci, di, or ai, n1i, ci, n2i{also}."
        )
    return read(text, where, measure=wanted or (can[0] if people else "IRR"), **options)


def pool_counts(studies: Studies, *, method: str, level: float = 0.95) -> "PooledCounts":
    """Events pooled by Mantel-Haenszel (MH) or Peto (PETO), of studies that ``read_counts`` read: of all complete rows, also
    of those whose cells of zero give no effect alone. No half persons are added, so no note says so.
    """
    from ambulando.evidence.univariate import binary

    if studies.counts is None:
        cells = [studies.summary[role] for role in ("x1i", "t1i", "x2i", "t2i")]
        if studies.options.get("flip"):
            cells = [cells[2], cells[3], cells[0], cells[1]]
        answer = binary.rates_mantel_haenszel(
            *cells, measure=studies.measure, level=level, studies=studies.studies
        )
        return carried(answer, studies)
    counts = studies.counts
    cells = [counts.ai, counts.bi, counts.ci, counts.di]
    if method.upper() == "PETO":
        answer = binary.peto(*cells, level=level, studies=counts.studies)
    else:
        answer = binary.mantel_haenszel(*cells, measure=studies.measure, level=level, studies=counts.studies)
    used = set(counts.rows)
    left_out = tuple(one for one in studies.excluded if one.row not in used)
    options = {key: value for key, value in studies.options.items() if key in ("flip", "exclude")}
    return carried(answer, replace(studies, excluded=left_out, notes=(), options=options))


def repeated(studies: Studies) -> tuple[str, ...]:
    """A note when a study has several rows, which an analysis of independent studies takes for several studies."""
    several = len(studies.studies) - len(set(studies.studies))
    if not studies.names or not several:
        return ()
    names = len(set(studies.studies))
    return (
        f"The {len(studies.studies)} rows are of {names} studies, and effects of one study are not independent; with the column "
        f"of the study given as the cluster (--cluster {studies.names[0]}) this is taken into account.",
    )
