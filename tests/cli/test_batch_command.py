"""``response batch``: a file of people in, a file of answers out."""

import pytest

pytest.importorskip("numba")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def test_each_person_of_a_file_is_answered(tmp_path, called):
    people = {"person": [1, 2, 3], "mood": [[5, 6, None]] * 3, "minutes_walking": [[0, 30, 0]] * 3}
    source, target = tmp_path / "people.parquet", tmp_path / "answers.parquet"
    pq.write_table(pa.table(people), source)
    said = called("response", "batch", source, "--out", target, "--json")
    assert said.code == 0, said.err
    assert '"people": 3' in said.out
    found = pq.read_table(target)
    assert found["person"].to_pylist() == [1, 2, 3]
    assert found["days"].to_pylist() == [2, 2, 2]
    assert set(found["walking_grade"].to_pylist()) == {"C"}


def test_a_file_that_is_not_there_is_one_sentence(tmp_path, called):
    said = called("response", "batch", tmp_path / "none.parquet", "--out", tmp_path / "x.parquet")
    assert said.code == 2
    assert said.err.startswith("There is no file")
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("people.parquet", "name another file"),
        (".", "is a folder"),
        ("no/answers.parquet", "There is no folder"),
    ],
)
def test_answers_never_take_the_place_of_the_days(tmp_path, called, target, says):
    source = tmp_path / "people.parquet"
    pq.write_table(pa.table({"person": [1], "mood": [[5]], "minutes_walking": [[0]]}), source)
    before = source.read_bytes()
    said = called("response", "batch", source, "--out", tmp_path / target)
    assert (said.code, says in said.err) == (2, True)
    assert said.err.count("\n") == 1
    assert [source.read_bytes(), *tmp_path.iterdir()] == [before, source]
