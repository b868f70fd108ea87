"""``ambulando response design`` and ``ambulando response analyse``: keys, the seal, and bad input."""

import json
from pathlib import Path
from typing import Any

import pytest

from ambulando.response.comparison_csv import sealed_of
from ambulando.response.protocol import check_seal
from places import ROOT

DESIGN = ("response", "design", "two-kinds", "walking", "yoga", "--start", "2026-03-02")
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture
def designed(called: Any) -> dict[str, Any]:
    return called(*DESIGN, "--blocks", 12, "--seed", 7, "--json").json


def days_of(design: dict[str, Any], folder: Path, **more: str) -> Path:
    """A finished table of a design; walking evenings are a point better."""
    lines = [",".join(("date", "option", "mood", *more))]
    for n, draw in enumerate(design["schedule"]):
        mood = 4 + n % 3 + (draw["option"] == "walking")
        lines.append(",".join((draw["day"], draw["option"], str(mood), *more.values())))
    file = folder / "days.csv"
    file.write_text("\n".join(lines))
    return file


def test_a_design_has_a_schedule_a_seal_and_what_it_could_find(called: Any, designed: dict[str, Any]) -> None:
    assert {"question", "options", "protocol", "seed", "schedule", "seal", "detectable"} <= set(designed)
    assert len(designed["schedule"]) == 24
    assert [difference for difference, _ in designed["detectable"]["chances"]] == [0.2, 0.3, 0.5, 0.8, 1.0]
    kept = sealed_of(designed, "design")
    assert check_seal(kept.protocol, kept.draws, kept.seed, kept.seal)
    assert called(*DESIGN, "--blocks", 12, "--seed", 7, "--json").json == designed
    other = called(*DESIGN, "--blocks", 12, "--json").json
    assert other["seal"] != designed["seal"]
    assert "8 times out of 10" in called(*DESIGN).out


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["minutes"], ["20-minutes", "40-minutes"]),
        (["time-of-day", "corner-walk"], ["morning", "evening"]),
        (["session-or-rest", "walking"], ["session", "rest"]),
        (["Garden or cello?", "The garden", "the cello"], ["the-garden", "the-cello"]),
        (["two-kinds", "yoga", "walking", "rest"], ["yoga", "walking", "rest"]),
    ],
)
def test_questions_bring_their_options_and_own_words_do_too(
    called: Any, arguments: list[str], ids: list[str]
) -> None:
    found = called("response", "design", *arguments, "--start", "2026-03-02", "--json").json
    assert [one["id"] for one in found["options"]] == ids


def test_an_analysis_has_its_keys_and_the_seal_holds(
    called: Any, designed: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "design.json").write_text(json.dumps(designed))
    file = days_of(designed, tmp_path, done="1", morning="5")
    found = called("response", "analyse", file, "--design", tmp_path / "design.json", "--json").json
    keys = {"difference", "ci", "p_randomisation", "p_best", "sentence", "itt", "as_done", "carry_over", "adherence", "grade", "days", "missing", "seal_holds"}  # fmt: skip
    assert keys <= set(found)
    assert (found["seal_holds"], found["schedule_holds"], found["grade"]) == (True, True, "A")
    assert found["difference"] > 0
    assert found["itt"]["pairs"][0]["first"] == "walking"
    assert found == called("response", "analyse", file, "--design", tmp_path / "design.json", "--json").json
    alone = called("response", "analyse", file, "--json").json
    assert alone["seal_holds"] is None
    assert abs(alone["difference"]) == pytest.approx(abs(found["difference"]))


@pytest.mark.parametrize("part", ["seed", "seal", "schedule", "target"])
def test_a_seal_that_does_not_hold_ends_with_1(
    called: Any, designed: dict[str, Any], tmp_path: Path, part: str
) -> None:
    file = days_of(designed, tmp_path)
    if part == "schedule":
        designed["schedule"][0]["day"] = "2026-03-03"
    elif part == "target":
        designed["protocol"]["blocks"] = 11
    else:
        designed[part] = "0" * 64 if part == "seal" else 8
    (tmp_path / "design.json").write_text(json.dumps(designed))
    said = called("response", "analyse", file, "--design", tmp_path / "design.json", "--json")
    assert said.code == 1
    assert said.json["seal_holds"] is False


def test_days_that_were_not_drawn_end_with_1(called: Any, designed: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "design.json").write_text(json.dumps(designed))
    file = days_of(designed, tmp_path)
    lines = file.read_text().splitlines()
    swapped = lines[1].replace("walking", "x").replace("yoga", "walking").replace("x", "yoga")
    file.write_text("\n".join([lines[0], swapped, *lines[2:]]))
    said = called("response", "analyse", file, "--design", tmp_path / "design.json", "--json")
    assert said.code == 1
    assert (said.json["seal_holds"], said.json["schedule_holds"]) == (True, False)


def test_drawn_days_left_out_of_the_table_are_counted_as_missing(
    called: Any, designed: dict[str, Any], tmp_path: Path
) -> None:
    design = tmp_path / "design.json"
    design.write_text(json.dumps(designed))
    table = days_of(designed, tmp_path)
    lines = table.read_text().splitlines()
    table.write_text("\n".join(lines[:3] + lines[6:-2]))
    found = called("response", "analyse", table, "--design", design, "--json").json
    assert (found["draws"], found["days"], found["missing"]) == (22, 19, 3)
    assert (found["stopped_early"], found["schedule_holds"]) == (True, True)


def test_a_day_of_another_century_is_refused(called: Any, tmp_path: Path) -> None:
    table = tmp_path / "days.csv"
    table.write_text("date,option,mood\n0206-03-02,walking,5\n2026-03-04,yoga,5\n")
    said = called("response", "analyse", table)
    assert said.code == 2
    assert "Please check the years" in said.err


def test_stress_is_turned_round(called: Any, tmp_path: Path) -> None:
    rows = [f"2026-03-{n + 1:02d},{'ab'[n % 2]},{6 if n % 2 else 3}" for n in range(24)]
    (tmp_path / "s.csv").write_text("\n".join(["date,option,stress", *rows]))
    found = called("response", "analyse", tmp_path / "s.csv", "--json").json
    assert found["difference"] > 0
    assert "calm" in found["sentence"]


def test_done_may_be_an_option_or_yes_or_no(called: Any, tmp_path: Path) -> None:
    done = ["1", "0", "a", "none", "yes", "no", "b", ""]
    rows = [f"2026-03-{n + 1:02d},{'ab'[n % 2]},5,{what}" for n, what in enumerate(done)]
    (tmp_path / "s.csv").write_text("\n".join(["date,option,mood,done", *rows]))
    found = called("response", "analyse", tmp_path / "s.csv", "--json").json
    assert (found["adherence"]["known"], found["adherence"]["as_drawn"]) == (7, 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["two-kinds", "walking"], "2 to 4 options"),
        (["two-kinds", "walking", "walking"], "twice"),
        (["two-kinds", "walking", "yoga", "--blocks", "2"], "4 to 60 blocks"),
        (["two-kinds", "walking", "yoga", "--per-week", "7"], "2 to 4 draw days"),
        (["two-kinds", "walking", "yoga", "--target", "weight"], "weight"),
        (["two-kinds", "walking", "yoga", "--start", "soon"], "--start is 'soon'"),
        (["two-kinds", "walking", "yoga", "--start", "9999-12-31"], "check the year"),
        (["two-kinds", "walking", " "], "no name"),
        ([" ", "walking", "yoga"], "no question"),
        (["minutes", "walking", "yoga"], "is about 20-minutes, 40-minutes"),
        (["two-kinds"], "2 to 4 options"),
    ],
)
def test_a_design_that_can_not_be_made_is_refused(called: Any, arguments: list[str], said: str) -> None:
    told = called("response", "design", *arguments)
    assert told.code == 2
    assert said in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "no rows"),
        ("date,option,mood", "no days"),
        ("date,mood\n2026-03-02,5", "'option'"),
        ("date,option\n2026-03-02,a", "one column with the rating"),
        ("date,option,mood,energy\n2026-03-02,a,5,5", "one column with the rating"),
        ("date,option,mood,mornin\n2026-03-02,a,5,5", "'mornin'"),
        ("date,option,mood\nsoon,a,5\n2026-03-03,b,5", "'soon'"),
        ("date,option,mood\n9999-03-02,a,5\n2026-03-03,b,5", "in the future"),
        ("date,option,mood\n2026-03-02,a,11\n2026-03-03,b,5", "0 to 10"),
        ("date,option,mood\n2026-03-02,a,nan\n2026-03-03,b,5", "0 to 10"),
        ("date,option,mood\n2026-03-02,,5\n2026-03-03,b,5", "no option"),
        ("date,option,mood\n2026-03-02,a,5\n2026-03-03,a,5", "2 to 4 options"),
        ("date,option,mood\n2026-03-02,a,5\n2026-03-02,b,5", "twice"),
        ("date,option,mood,done\n2026-03-02,a,5,c\n2026-03-03,b,5,b", "'c' as done"),
        ("date,option,mood,block\n2026-03-02,a,5,x\n2026-03-03,b,5,1", "the block 'x'"),
        ("date,option,mood,not_today\n2026-03-02,a,5,x\n2026-03-03,b,5,1", "'x' as not_today"),
    ],
)
def test_a_table_that_can_not_be_read_is_refused(called: Any, tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "days.csv").write_text(table)
    told = called("response", "analyse", tmp_path / "days.csv")
    assert told.code == 2, told
    assert said in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("design", ["[]", "3", "{}", '{"protocol": 3}', "x", "null"])
def test_a_file_that_is_no_design_is_refused(called: Any, tmp_path: Path, design: str) -> None:
    (tmp_path / "design.json").write_text(design)
    told = called("response", "analyse", EXAMPLES / "comparison.csv", "--design", tmp_path / "design.json")
    assert told.code == 2
    assert told.err.count("\n") == 1


def test_a_table_of_another_design_is_refused(called: Any, designed: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "design.json").write_text(json.dumps(designed))
    (tmp_path / "days.csv").write_text("date,option,mood\n2026-03-02,dance,5\n")
    told = called("response", "analyse", tmp_path / "days.csv", "--design", tmp_path / "design.json")
    assert (told.code, "the design has walking, yoga" in told.err) == (2, True)
    (tmp_path / "days.csv").write_text("date,option,energy\n2026-03-02,yoga,5\n")
    told = called("response", "analyse", tmp_path / "days.csv", "--design", tmp_path / "design.json")
    assert (told.code, "about mood" in told.err) == (2, True)
