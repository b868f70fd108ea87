"""A user's table of studies, from CSV text to effects and pooled effects, with faults that name study and row.

Columns (``shapes.ALIASES`` lists further names): ``yi`` with ``vi`` or ``sei``, or with the limits of its 95% interval; a
ratio with its limits; ``ai, bi, ci, di`` or ``ai, n1i, ci, n2i`` (events); ``m1i, sd1i, n1i, m2i, sd2i, n2i`` (means);
``x1i, t1i, x2i, t2i`` (events and person-time); ``m1i, sd1i, m2i, sd2i, ni, ri`` (two times); ``ri, ni`` (correlations);
``xi, ni`` (proportions); ``xi, ti`` (rates); ``ti, n1i, n2i`` (t statistics); ``mi, sdi, ni`` (means of one group). The study's
name stands in ``slab``, ``study``, ``studlab``, ``author`` or the like. Empty cells and NA are missing.
"""

from ambulando.evidence.dose import dose_text
from ambulando.evidence.tables.analysis import (
    DOSE_COLUMNS,
    OF_TABLES,
    carried,
    pool_clusters,
    pool_counts,
    pool_groups,
    pool_studies,
    pool_text,
    read_counts,
    regress_studies,
    repeated,
    usable,
)
from ambulando.evidence.tables.r_code import r_code
from ambulando.evidence.tables.reading import Counts, Studies, read
from ambulando.evidence.tables.shapes import ALIASES, NAMES, SHAPES, Shape
from ambulando.evidence.tables.text import MISSING, Table, place, table_of

__all__ = [
    "ALIASES",
    "DOSE_COLUMNS",
    "MISSING",
    "NAMES",
    "OF_TABLES",
    "SHAPES",
    "Counts",
    "Shape",
    "Studies",
    "Table",
    "carried",
    "dose_text",
    "place",
    "pool_clusters",
    "pool_counts",
    "pool_groups",
    "pool_studies",
    "pool_text",
    "r_code",
    "read",
    "read_counts",
    "regress_studies",
    "repeated",
    "table_of",
    "usable",
]
