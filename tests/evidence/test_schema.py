"""The declared schema: every table is read by it, and a cell that differs is named by file, row and column."""

import dataclasses
import re
from importlib.resources import files

import pytest

from ambulando.evidence import base, rows, schema
from ambulando.ground import InputError, packaged_rows

CLASSES = {
    "references": rows.Reference, "studies": rows.Study, "arms": rows.Arm, "contrasts_smd": rows.Contrast,
    "contrasts_events": rows.EventContrast, "contrasts_effects": rows.EffectContrast, "dose_rows": rows.DoseRow,
    "subgroups": rows.Membership, "analyses": rows.AnalysisRow, "published": rows.Published,
    "tolerances": rows.Tolerance, "within_person": rows.WithinPerson,
}  # fmt: skip
GOOD = "id,study,year,design,comparator,reference,where,how,confirmed,date,note\n"
ROW = "own-lee-2020,Lee 2020,2020,randomised trial,control,cooney2013,table 1,read,yes,2026-11-22,\n"


def test_every_declared_table_is_a_file_and_has_a_class_with_its_columns():
    there = {file.name for file in files(rows.PACKAGE).iterdir()}
    for name, table in schema.tables().items():
        assert table.file in there
        assert table.about.endswith(".")
        assert all(column.about for column in table.columns)
        if name in CLASSES:
            fields = {field.name for field in dataclasses.fields(CLASSES[name])} - {"printed"}
            assert fields <= {column.name for column in table.columns}
    assert set(CLASSES) | {"modalities"} == set(schema.tables())


@pytest.mark.parametrize("name", list(schema.tables()))
def test_the_packaged_files_have_the_declared_columns_and_no_other(name):
    table = schema.table(name)
    lines = packaged_rows(rows.PACKAGE, table.file)
    for line in lines[:1]:
        schema.columns_fit(table, tuple(line), table.file)


def test_what_a_column_refers_to_is_declared():
    for table in schema.tables().values():
        for column in table.columns:
            if column.refers:
                name, _, other = column.refers.partition(".")
                assert any(one.name == (other or "id") for one in schema.table(name).columns)


def test_an_unknown_table_is_refused_with_those_that_there_are():
    with pytest.raises(InputError, match="no table called 'trials'; there are analyses, arms"):
        schema.table("trials")


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("year", "soon", "column year: 'soon' is not a number"),
        ("year", "1850", "is outside 1900 to 2100"),
        ("year", "2020.5", "is not a whole number"),
        ("design", "case report", "is not one of randomised trial, cohort"),
        ("reference", "nobody2020", "is not in references.csv"),
        ("date", "22.11.2026", "is not a date like 2026-11-22"),
        ("confirmed", "perhaps", "is not one of yes, inferred"),
        ("how", "", "is empty where a value is needed"),
    ],
)
def test_a_wrong_cell_of_a_local_table_is_named_by_file_row_and_column(column, cell, words):
    cells = dict(zip(GOOD.strip().split(","), ROW.strip().split(","), strict=True)) | {column: cell}
    text = GOOD + ROW + ",".join(cells.values()).replace("own-lee-2020", "own-lee-2020-b") + "\n"
    with (
        base.with_local({"studies.csv": text}),
        pytest.raises(
            InputError, match=rf"the local studies.csv, row 3, column {column}.*{re.escape(words[-20:])}"
        ),
    ):
        base.studies()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            GOOD.replace(",design", "") + ROW.replace(",randomised trial", ""),
            r"the local studies\.csv has no column design, which studies needs",
        ),
        (GOOD.replace("note", "remark") + ROW, "has the column remark, which studies does not have"),
    ],
)
def test_a_missing_and_a_strange_column_are_named(text, words):
    with base.with_local({"studies.csv": text}), pytest.raises(InputError, match=words):
        base.studies()


def test_an_id_stands_once_over_packaged_and_local_rows():
    taken = next(iter(base.studies().values())).id
    with (
        base.with_local({"studies.csv": GOOD + ROW.replace("own-lee-2020", taken)}),
        pytest.raises(InputError, match=f"the id '{taken}' stands in two rows"),
    ):
        base.studies()


def test_local_rows_count_only_while_they_are_there():
    before, studies = base.version(), len(base.studies())
    with base.with_local({"studies.csv": GOOD + ROW}):
        assert base.version() == base.version_of({"studies.csv": GOOD + ROW})
        assert base.version().startswith(f"{before}+local.")
        assert base.studies()["Lee 2020"].year == 2020
        assert base.local_ids() == {"own-lee-2020"}
    assert (base.version(), len(base.studies())) == (before, studies)
