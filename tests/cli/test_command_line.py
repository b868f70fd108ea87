"""The commands of the command line: their answers, exit codes and sentences, and what they leave alone."""

import csv
import io
import json
import math
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cast import ADA, CLEO
from fit_writer import SPORTS, SUB_SPORTS, TYPES, fit_file
from installation import PREPARE, ambulando, content, environment, python
from places import SHARED

HEAVY = ("numpy", "scipy", "matplotlib", "django", "fitdecode")
#: the day of the machine, as for the commands
TODAY = datetime.now().astimezone().date()
RECORDINGS = SHARED / "data" / "recordings"


@pytest.fixture
def say(called):
    return called


def written(folder, name, text):
    (folder / name).write_text(text)
    return folder / name


def history(days=30, **changes):
    """A CSV of days up to yesterday; ``changes`` replace cells of the last row."""
    first = TODAY - timedelta(days=days)
    rows = [
        {"date": first + timedelta(days=n), "mood": 4 + n % 3, "minutes_walking": 20 * (n % 2)}
        for n in range(days)
    ]
    rows[-1] |= changes
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


STUDIES = "slab,yi,vi\nOne,-0.2,0.1\nTwo,-0.4,0.1\nThree,-0.9,0.2\n"
EVENTS = "slab,ai,n1i,ci,n2i\nOne,10,50,20,50\nTwo,5,40,9,41\n"
#: the logarithm of the risk falls by 0.1 with each unit of dose, in the mean of two studies that weigh the same
DOSES = "id,type,dose,cases,n,logrr,se\n" + "".join(
    f"{study},ir,{dose},{cases},1000,{slope * dose:.3f},{'' if dose == 0 else 0.1}\n"
    for study, slope in (("One", -0.11), ("Two", -0.09))
    for dose, cases in ((0, 50), (2, 45), (5, 30), (9, 20))
)


# What is answered


def test_the_list_of_analyses(say):
    found = say("evidence", "list", "--json").json
    assert set(found) >= {"version", "analyses"}
    assert all(set(row) >= {"id", "question", "k", "n", "measure", "status"} for row in found["analyses"])
    assert {row["status"] for row in found["analyses"]} == {"recomputed", "as published"}


def test_published_beside_recomputed(say):
    said = say("evidence", "reproduce", "--json")
    keys = {"id", "source", "quantity", "published", "recomputed", "difference", "tolerance", "holds"}
    assert said.code == 0
    assert all(set(row) >= keys and row["holds"] for row in said.json["rows"])


def test_a_figure_outside_its_tolerance_is_exit_code_1(say, monkeypatch):
    from ambulando.evidence import reproduce

    row = next(iter(reproduce.reproduce()))
    monkeypatch.setattr(reproduce, "reproduce", lambda: (reproduce.Row(**(vars(row) | {"holds": False})),))
    said = say("evidence", "reproduce", "--json")
    assert said.code == 1
    assert [one["holds"] for one in json.loads(said.out)["rows"]] == [False]


POOLED = {
    "k", "method", "test", "estimate", "se", "statistic", "df", "p", "ci", "pi", "tau2", "tau2_ci", "q", "q_df", "q_p",
    "i2", "h2", "weights",
}  # fmt: skip


def test_the_pooled_effect_of_a_file(say, tmp_path):
    file = written(tmp_path, "studies.csv", STUDIES)
    found = say("evidence", "pool", file, "--method", "EE", "--test", "z", "--level", "0.9", "--json").json
    assert set(found) >= POOLED
    assert (found["k"], found["method"], found["test"], found["df"]) == (3, "EE", "z", None)
    # weights 10, 10 and 5 of 25
    assert found["estimate"] == pytest.approx((-2 - 4 - 4.5) / 25)
    assert found["se"] == pytest.approx(1 / 5)
    assert found["ci"] == pytest.approx([-0.42 - 1.6448536 / 5, -0.42 + 1.6448536 / 5])
    assert found["weights"] == pytest.approx([40, 40, 20])
    assert found["pi"] == [None, None]


def test_a_file_is_pooled_by_reml_and_hartung_knapp_unless_asked_otherwise(say, tmp_path):
    found = say("evidence", "pool", written(tmp_path, "studies.csv", STUDIES), "--json").json
    assert (found["method"], found["test"], found["df"]) == ("REML", "knha", 2)


def test_ratios_are_given_on_both_scales(say, tmp_path):
    found = say("evidence", "pool", written(tmp_path, "events.csv", EVENTS), "--measure", "RR", "--json").json
    assert found["estimate_exp"] == pytest.approx(math.exp(found["estimate"]))
    assert found["ci_exp"] == pytest.approx([math.exp(end) for end in found["ci"]])


def test_an_analysis_is_pooled_as_its_source_did(say):
    found = say("evidence", "pool", "cooney2013-post", "--json").json
    assert set(found) >= POOLED
    assert [round(x, 2) for x in (found["estimate"], *found["ci"])] == [-0.62, -0.81, -0.42]
    other = say("evidence", "pool", "cooney2013-post", "--method", "REML", "--test", "hksj", "--json").json
    assert (other["method"], other["test"]) == ("REML", "knha")
    assert other["estimate"] != found["estimate"]


def test_a_file_comes_before_an_analysis_of_the_same_name(say, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "cooney2013-post", STUDIES)
    assert say("evidence", "pool", "cooney2013-post", "--json").json["k"] == 3


def test_the_dose_curve_of_a_file(say, tmp_path):
    file = written(tmp_path, "doses.csv", DOSES)
    found = say("evidence", "dose", file, "--model", "linear", "--at", "0,4.375", "--json").json
    assert set(found) >= {"k", "coefficients", "vcov", "psi", "q", "i2", "curve"}
    assert found["coefficients"] == pytest.approx([-0.1], rel=0.02)
    assert [point["rr"] for point in found["curve"]] == pytest.approx([1, math.exp(-0.4375)], rel=0.01)
    assert all(set(point) >= {"dose", "rr", "ci"} for point in found["curve"])
    bent = say("evidence", "dose", file, "--knots", "0,4,9", "--method", "fixed", "--at", "5", "--json").json
    assert bent["knots"] == [0, 4, 9]
    assert bent["curve"][0]["rr"] == pytest.approx(math.exp(-0.5), rel=0.02)


def test_the_dose_curve_of_an_analysis_is_the_one_that_is_reproduced(say):
    rows = say("evidence", "reproduce", "--json").json["rows"]
    row = next(
        row for row in rows if row["analysis"] == "pearce2022-any" and row["quantity"] == "estimate at 8.75"
    )
    found = say("evidence", "dose", "pearce2022-any", "--at", "8.75", "--json").json
    assert found["curve"][0]["rr"] == pytest.approx(row["recomputed"])


def test_a_questionnaire_is_scored(say):
    found = say("measures", "score", "phq-9", "--answers", "1,1,1,1,1,1,1,1,0", "--json").json
    assert {"instrument", "total", "band", "complete", "flags"} <= set(found)
    assert (found["total"], found["complete"], found["flags"]) == (8, True, [])
    part = say("measures", "score", "phq-9", "--answers", "-,1,1,1,1,1,1,1,2", "--json").json
    assert (part["total"], part["complete"]) == (None, False)
    assert part["flags"] == ["item-9", "item-9-high"]


def test_help_is_named_before_a_total_with_a_positive_item_9(say):
    said = say("measures", "score", "phq-9", "--answers", "0,0,0,0,0,0,0,0,1")
    assert said.out.index("safety helplines") < said.out.index("total")


def test_a_profile_is_screened(say, tmp_path):
    found = say("safety", "screen", written(tmp_path, "cleo.json", json.dumps(CLEO)), "--json").json
    assert {"outcome", "constraints"} <= set(found)
    assert found["outcome"] in ("full", "gentle", "hold", "no-plan")
    assert found["constraints"]
    assert all(set(one) >= {"rule", "effect", "reason", "source"} for one in found["constraints"])


def test_where_help_is(say):
    found = say("safety", "helplines", "--country", "nz", "--json").json
    assert {"country", "lines", "emergency", "fallback"} <= set(found)
    keys = {"name", "dial", "text", "hours", "source", "verified"}
    assert found["country"] == "NZ"
    assert found["lines"]
    assert all(set(line) >= keys for line in found["lines"])


def test_an_unknown_country_still_gets_help(say):
    found = say("safety", "helplines", "--country", "Narnia", "--json").json
    assert (found["country"], found["lines"]) == (None, [])
    assert found["emergency"]
    assert found["fallback"]


def test_what_exercise_does_for_one_person(say, tmp_path):
    found = say("response", "fit", written(tmp_path, "days.csv", history()), "--json").json
    assert {"days", "grade", "effects", "corrected", "tipping_point", "sentence"} <= set(found)
    assert found["days"] == 30
    keys = {
        "modality", "horizon", "mean", "sd", "ci", "p_positive", "p_matters", "prior_mean", "prior_sd"
    }  # fmt: skip
    assert found["effects"]
    assert all(set(one) >= keys for one in found["effects"])


def test_a_week_with_its_reasons(say, tmp_path):
    profile = written(tmp_path, "ada.json", json.dumps(ADA))
    days = written(tmp_path, "days.csv", history())
    call = ("plan", "make", "--profile", profile, "--history", days, "--seed", 7, "--json")
    said = say(*call)
    found = said.json
    assert {"week", "constraints", "message"} <= set(found)
    keys = {
        "day", "time", "activity", "minutes", "intensity", "smallest", "if_then", "why", "scores", "probability"
    }  # fmt: skip
    assert found["week"]
    for session in found["week"]:
        assert set(session) >= keys
        assert set(session["why"]) >= {"effect", "certainty", "sources", "evidence_version"}
    assert say(*call).out == said.out  # the same seed gives the same week


def test_what_is_shown_to_a_person_goes_without_json(say, tmp_path):
    profile = written(tmp_path, "ada.json", json.dumps(ADA))
    days = written(tmp_path, "days.csv", history())
    for call in (
        ("evidence", "list"),
        ("evidence", "reproduce"),
        ("evidence", "pool", written(tmp_path, "events.csv", EVENTS)),
        ("evidence", "dose", written(tmp_path, "doses.csv", DOSES)),
        ("safety", "screen", profile),
        ("safety", "helplines", "--country", "DE"),
        ("response", "fit", days),
        ("plan", "make", "--profile", profile),
    ):
        said = say(*call)
        assert (said.code, said.err) == (0, "")
        assert said.out.strip()
        assert not said.out.startswith("{")


# What is refused


@pytest.fixture
def files(tmp_path):
    """A folder with one of each kind of wrong input."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    (tmp_path / "nul.csv").write_bytes(b"date,mood\0\n")
    (tmp_path / "foreign.txt").write_text("a shopping list")
    fit = run_of(40)
    (tmp_path / "cut.fit").write_bytes(fit[: len(fit) // 2])
    for name, text in {
        "broken.json": '{"age": 34,',
        "deep.json": "[" * 100_000,
        "digits.json": '{"age": ' + "9" * 10_000 + "}",
        "list.json": "[]",
        "unknown.json": '{"agee": 34}',
        "impossible.json": '{"phq9": 40}',
        "good.json": "{}",
        "no-mood.csv": "date,minutes_walking\n2026-01-01,10\n",
        "no-minutes.csv": "date,mood\n2026-01-01,5\n",
        "mood-11.csv": history(mood=11),
        "tomorrow.csv": history(date=TODAY + timedelta(days=1)),
        "no-day.csv": history(date="yesterday"),
        "no-vi.csv": "slab,yi\nOne,0.2\n",
        "negative.csv": "yi,vi\n0.2,-0.1\n",
        "words.csv": "yi,vi\nmuch,0.1\n",
        "one.csv": "yi,vi\n0.2,0.1\n",
        "no-se.csv": "id,type,dose,cases,n,logrr\nOne,ir,0,5,100,0\n",
        "no-reference.csv": "id,type,dose,cases,n,logrr,se\nOne,ir,1,5,100,0.1,0.1\n",
        "studies.csv": STUDIES,
        "doses.csv": DOSES,
        "days.csv": history(),
        "empty.csv": "",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


REFUSED = [
    # a file that is not there, or is no text
    *(
        (f"{command} {{files}}/{name}", says)
        for command in (
            "evidence pool",
            "evidence dose",
            "safety screen",
            "response fit",
            "plan make --profile",
            "plan make --profile {files}/good.json --history",
        )
        for name, says in (
            ("nowhere.csv", "There is no file"),
            ("folder", "is a folder"),
            ("binary", "not a text file"),
            ("nul.csv", "not a text file"),
        )
    ),
    # profiles
    *(
        (f"{command} {{files}}/{name}", says)
        for command in ("safety screen", "plan make --profile")
        for name, says in (
            ("broken.json", "not JSON: line 1"),
            ("deep.json", "beyond what can be read"),
            ("digits.json", "beyond what can be read"),
            ("list.json", "A profile is a JSON object"),
            ("unknown.json", "did you mean 'age'"),
            ("impossible.json", "from 0 to 27"),
        )
    ),
    # days
    *(
        (f"{command} {{files}}/{name}", says)
        for command in ("response fit", "plan make --profile {files}/good.json --history")
        for name, says in (
            ("no-mood.csv", "no column 'mood'"),
            ("no-minutes.csv", "no column of minutes"),
            ("mood-11.csv", "from 0 to 10"),
            ("tomorrow.csv", "in the future"),
            ("no-day.csv", "2026-03-01"),
            ("empty.csv", "no rows"),
        )
    ),
    ("response fit {files}/days.csv --prior hopeful", "hopeful"),
    ("plan make --profile {files}/good.json --today tomorrow", "YYYY-MM-DD"),
    ("plan make --profile {files}/good.json --seed many", "--seed"),
    ("plan make", "--profile"),
    # studies
    ("evidence pool {files}/no-vi.csv", "it needs one of these sets"),
    ("evidence pool {files}/negative.csv", "negative variance"),
    ("evidence pool {files}/words.csv", "a number is needed"),
    ("evidence pool {files}/one.csv", "Only one study"),
    ("evidence pool {files}/studies.csv --method magic", "magic"),
    ("evidence pool {files}/studies.csv --test magic", "magic"),
    ("evidence pool {files}/studies.csv --level 95", "between 0.5 and 1"),
    ("evidence pool {files}/studies.csv --level nan", "between 0.5 and 1"),
    ("evidence pool {files}/studies.csv --measure kilos", "not KILOS"),
    ("evidence pool no-such-analysis", "no analysis of that name"),
    ("evidence pool pearce2022-any", "dose curve"),
    ("evidence pool cooney2013-post --measure RR", "are for files"),
    ("evidence dose {files}/no-se.csv", "no column 'se'"),
    ("evidence dose {files}/no-reference.csv", "no reference row"),
    ("evidence dose {files}/doses.csv --model wavy", "wavy"),
    ("evidence dose {files}/doses.csv --knots 1,2", "three or more knots"),
    ("evidence dose {files}/doses.csv --model linear --knots 1,2,3", "rcs model"),
    ("evidence dose {files}/doses.csv --covariance magic", "magic"),
    ("evidence dose {files}/doses.csv --method magic", "magic"),
    ("evidence dose {files}/doses.csv --stages 3", "2 stages"),
    ("evidence dose {files}/doses.csv --at some", "4.375,8.75"),
    ("evidence dose {files}/doses.csv --at inf", "4.375,8.75"),
    ("evidence dose {files}/doses.csv --at -1", "below zero"),
    ("evidence dose cooney2013-post", "no dose rows"),
    # scores
    ("measures score phq-9 --answers 0,1,9,0,0,0,0,0,0", "from 0 to 3"),
    ("measures score phq-9 --answers 0,1", "9 questions"),
    ("measures score phq-9 --answers a,b", "not a whole number"),
    ("measures score phq-99 --answers 0", "phq-99"),
    ("measures score phq-9", "--answers"),
    ("safety helplines", "--country"),
    # recordings
    ("import {files}/nowhere.fit --dry-run", "There is no file or folder"),
    ("import {files}/days.csv", "nobody on this installation"),
    # calls
    ("sing", "No such command"),
    ("evidence", "Missing command"),
    ("evidence list --loud", "No such option"),
    ("serve --port 70000", "--port"),
    ("import", "Missing argument"),
]


#: with --json, too, where the command has it
CALLS = [
    (call + option, says)
    for call, says in REFUSED
    for option in ("", " --json")
    if not option or not (call.startswith("serve") or " " not in call)
]


@pytest.mark.parametrize(("call", "says"), CALLS, ids=[call for call, _ in CALLS])
def test_wrong_input_is_one_sentence_and_exit_code_2(say, files, monkeypatch, call, says):
    monkeypatch.setenv("AMBULANDO_DATA", str(files / "data"))
    arguments = [part.format(files=files) for part in call.split()]
    said = say(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert said.err.endswith((".\n", "?\n"))
    assert said.err.count("\n") == 1
    assert says in said.err
    assert "Traceback" not in said.err
    assert not (files / "data").exists()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("cut.fit", "stops in the middle"),
        ("foreign.txt", "please choose a FIT or GPX file"),
        ("binary", "please choose a FIT or GPX file"),
    ],
)
def test_a_refused_recording_is_told_in_the_answer_too(say, files, monkeypatch, name, says):
    monkeypatch.setenv("AMBULANDO_DATA", str(files / "data"))
    said = say("import", files / name, "--dry-run", "--json")
    assert said.code == 2
    (row,) = json.loads(said.out)["files"]
    assert (row["status"], row["bouts"], row["format"]) == ("refused", [], None)
    assert says in row["reason"]
    assert said.err == row["reason"] + "\n"


def test_a_fault_of_ours_is_exit_code_3_and_one_sentence(say, monkeypatch, tmp_path):
    from ambulando.safety import screen

    def fail(profile):
        raise ZeroDivisionError("a line of ours\nis wrong")

    monkeypatch.setattr(screen, "screen", fail)
    said = say("safety", "screen", written(tmp_path, "profile.json", "{}"), "--json")
    assert (said.code, said.out) == (3, "")
    assert said.err.count("\n") == 1
    assert "ZeroDivisionError" in said.err


def test_without_a_command_the_help_is_shown(say):
    said = say()
    assert (said.code, said.err) == (0, "")
    assert "Commands:" in said.out


def test_a_reader_that_goes_away_is_no_fault(tmp_path):
    command = f"{sys.executable} -m ambulando evidence reproduce --json | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], env=environment(tmp_path), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


# Recordings into the journal


def run_of(minutes, metres=5000, start=datetime(2026, 11, 2, 8, tzinfo=UTC)):
    """A FIT file of a run."""
    session = {
        "timestamp": start + timedelta(minutes=minutes),
        "start_time": start,
        "sport": SPORTS["running"],
        "sub_sport": SUB_SPORTS["generic"],
        "total_elapsed_time": minutes * 60,
        "total_timer_time": minutes * 60,
        "total_distance": metres,
    }
    samples = [
        (
            "record",
            {"timestamp": start + timedelta(minutes=n), "heart_rate": 120, "distance": metres * n / minutes},
        )
        for n in range(minutes)
    ]
    return fit_file([("file_id", {"type": TYPES["activity"]}), *samples, ("session", session)])


SIGN_UP = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "ambulando.web.settings"
from ambulando.web.home import for_owner_alone
for_owner_alone()
import django
django.setup()
from django.utils import timezone
from ambulando.web.people.models import Person
Person.objects.create_user(
    sys.argv[1], password="it is solved by walking", answers=json.loads(sys.argv[2]), onboarded_at=timezone.now()
)
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A data folder as the first start leaves it, with nobody on it."""
    data = tmp_path_factory.mktemp("installation") / "data"
    python(PREPARE, data)
    return data


@pytest.fixture(scope="module")
def signed_up(prepared):
    """The same with Ada on it."""
    data = prepared.parent / "with-ada"
    shutil.copytree(prepared, data)
    python(SIGN_UP, data, "ada", json.dumps(ADA))
    return data


@pytest.fixture
def data(signed_up, tmp_path):
    """A copy of Ada's installation for one test."""
    shutil.copytree(signed_up, tmp_path / "data")
    return tmp_path / "data"


def imported(data, *arguments):
    done = ambulando(data, "import", "--json", *(str(one) for one in arguments))
    return json.loads(done.stdout)["files"], done


def bouts(data):
    return content(data)["ambulando.sqlite3 journal_bout"]


def test_a_recording_is_new_then_here_and_a_changed_export_takes_its_place(data, tmp_path):
    first, second = tmp_path / "first.fit", tmp_path / "second.fit"
    first.write_bytes(run_of(30))
    (row,), done = imported(data, first)
    assert (done.returncode, done.stderr, row["status"], row["format"]) == (0, "", "new", "fit")
    keys = {
        "start", "activity", "seconds", "moving_seconds", "metres", "ascent", "hr_mean", "hr_max", "samples", "warnings"
    }  # fmt: skip
    assert set(row) >= {"path", "format", "status", "reason", "bouts", "days"}
    (bout,) = row["bouts"]
    assert set(bout) >= keys
    assert (bout["start"], bout["seconds"], bout["metres"], bout["samples"]) == (
        "2026-11-02T08:00:00+00:00", 1800, 5000, 30,
    )  # fmt: skip
    (kept,) = bouts(data)

    before = content(data)
    (row,), done = imported(data, first)
    assert (done.returncode, row["status"]) == (0, "here")
    assert content(data) == before

    second.write_bytes(run_of(31, metres=5200))
    (row,), done = imported(data, second)
    assert (done.returncode, row["status"]) == (0, "changed")
    (changed,) = bouts(data)
    assert changed != kept
    assert 1860 in changed


def test_a_dry_run_changes_nothing(data, tmp_path):
    (tmp_path / "run.fit").write_bytes(run_of(30))
    before = content(data)
    (row,), done = imported(data, tmp_path / "run.fit", "--dry-run")
    assert (done.returncode, row["status"], len(row["bouts"])) == (0, "new", 1)
    assert content(data) == before


def test_a_refused_file_changes_nothing_and_the_others_of_its_folder_are_kept(data, tmp_path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    whole = run_of(30)
    (folder / "cut.fit").write_bytes(whole[: len(whole) // 2])
    before = content(data)
    (row,), done = imported(data, folder)
    assert (done.returncode, row["status"]) == (2, "refused")
    assert done.stderr == row["reason"] + "\n"
    assert content(data) == before
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("run.fit", whole)
    rows, done = imported(data, folder)
    assert done.returncode == 2
    assert [row["status"] for row in rows] == ["refused", "new"]
    assert len(bouts(data)) == 1


def test_a_recording_of_tomorrow_is_refused(data, tmp_path):
    (tmp_path / "run.fit").write_bytes(run_of(30, start=datetime.now(UTC) + timedelta(days=2)))
    before = content(data)
    (row,), done = imported(data, tmp_path / "run.fit")
    assert (done.returncode, row["status"]) == (2, "refused")
    assert "future" in row["reason"]
    assert content(data) == before


def test_whose_journal_must_be_clear(prepared, data, tmp_path):
    (tmp_path / "run.fit").write_bytes(run_of(30))
    call = ("import", str(tmp_path / "run.fit"), "--json")
    for done, says in (
        (ambulando(prepared, *call), "nobody on this installation"),
        (ambulando(data, *call, "--person", "nobody"), "nobody called 'nobody'"),
    ):
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert says in done.stderr
    python(SIGN_UP, data, "ben", json.dumps(ADA))
    done = ambulando(data, *call)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--person NAME" in done.stderr
    assert bouts(data) == []
    (row,), done = imported(data, tmp_path / "run.fit", "--person", "ben")
    assert (done.returncode, row["status"]) == (0, "new")


def test_a_database_of_an_earlier_version_is_left_alone(data, tmp_path):
    (tmp_path / "run.fit").write_bytes(run_of(30))
    assert ambulando(data, "manage", "migrate", "journal", "zero", "--fake").returncode == 0
    before = content(data)
    done = ambulando(data, "import", str(tmp_path / "run.fit"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "start 'ambulando serve' once" in done.stderr
    assert content(data) == before


def test_a_data_folder_that_can_not_be_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    done = ambulando(tmp_path / "file" / "data", "serve")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "AMBULANDO_DATA" in done.stderr


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings of ../shared are not here")
def test_the_real_recordings_are_kept_with_the_counts_of_their_oracle(data):
    rows, done = imported(data, RECORDINGS)
    by_name = {Path(row["path"]).name: row for row in rows}
    assert done.returncode == 2
    assert sorted(done.stderr.splitlines()) == sorted(row["reason"] for row in rows if row["reason"])
    assert {name: row["status"] for name, row in by_name.items()} == {
        "Activity.fit": "new",
        "MonitoringFile.fit": "new",
        "activity-filecrc.fit": "changed",  # the same bout in a damaged file
        "activity-unexpected-eof.fit": "refused",
        "garmin-fenix-5-run.fit": "new",
        "gpxpy_cerknicko-jezero.gpx": "new",
        "gpxpy_gpx_with_garmin_extension.gpx": "refused",
    }
    with (RECORDINGS / "garmin-fenix-5-run-records.csv").open() as opened:
        oracle = list(csv.DictReader(opened))
    (run,) = by_name["garmin-fenix-5-run.fit"]["bouts"]
    assert run["samples"] == len(oracle) == 21
    assert run["metres"] == pytest.approx(float(oracle[-1]["distance"]))
    assert run["hr_max"] == max(int(record["heart_rate"]) for record in oracle)
    lake = (RECORDINGS / "gpxpy_cerknicko-jezero.gpx").read_text()
    walks = by_name["gpxpy_cerknicko-jezero.gpx"]["bouts"]
    assert sum(bout["samples"] for bout in walks) == lake.count("<trkpt ")
    assert len(bouts(data)) == 1 + 1 + len(walks)


# What is loaded


def loaded(code, data):
    """Which of HEAVY are there after ``code``."""
    end = f"\nimport json, sys\nprint(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    return json.loads(python(code + end, data).splitlines()[-1])


def test_importing_the_command_line_loads_no_floor(tmp_path):
    assert loaded("import ambulando.cli", tmp_path) == []


def test_help_loads_no_floor(tmp_path):
    code = "import sys\nfrom ambulando.cli import main\nsys.argv = ['ambulando', '--help']\ntry:\n    main()\nexcept SystemExit as end:\n    assert not end.code"
    assert loaded(code, tmp_path) == []
    assert loaded("import numpy", tmp_path) == ["numpy"]  # the measuring stick itself


def test_pages_that_make_no_week_never_load_numpy(data):
    code = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "ambulando.web.settings"
import django
django.setup()
import ambulando.web.asgi, ambulando.web.serving, ambulando.web.urls
from django.test import Client
from ambulando.web.people.models import Person
visitor, ada = Client(headers={"host": "127.0.0.1"}), Client(headers={"host": "127.0.0.1"})
ada.force_login(Person.objects.get())
for client, pages in ((visitor, ("/help/", "/why/", "/account/login/")), (ada, ("/journal/", "/you/", "/calendar/"))):
    for page in pages:
        found = client.get(page, follow=True)
        assert found.status_code == 200, (page, found.status_code)
"""
    assert loaded(code, data) == ["django"]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_of_no_living_person_is_refused(say, tmp_path, day):
    said = say("plan", "make", "--profile", written(tmp_path, "p.json", "{}"), "--today", day)
    assert said.code == 2
    assert said.err == f"--today is '{day}'; please give a day as YYYY-MM-DD, between 1900 and 2199.\n"


@pytest.mark.parametrize("command", [("evidence", "pool"), ("evidence", "dose"), ("import", "--dry-run")])
def test_a_name_that_can_be_no_file_is_refused(say, command):
    said = say(*command, "a" * 300)
    assert said.code == 2
    assert "There is no file" in said.err
    assert len(said.err.splitlines()) == 1


def test_a_dose_far_outside_is_refused(say):
    said = say("evidence", "dose", "pearce2022-any", "--at", "1e200")
    assert said.code == 2
    assert said.err == "--at is '1e200'; a dose is not above 1,000,000.\n"


def test_a_curve_that_leaves_all_bounds_is_null(say, tmp_path):
    table = "id,type,dose,cases,n,logrr,se\n1,ir,0,10,100,0,\n1,ir,1,8,100,0.5,0.3\n"
    said = say(
        "evidence",
        "dose",
        written(tmp_path, "d.csv", table),
        "--model",
        "linear",
        "--at",
        "1000000",
        "--json",
    )
    assert said.json["curve"][0]["rr"] is None


@pytest.mark.parametrize(("answers", "count"), [("1", "1 answer was given"), ("1,2", "2 answers were given")])
def test_too_few_answers_are_counted_right(say, answers, count):
    said = say("measures", "score", "phq-9", "--answers", answers)
    assert said.code == 2
    assert count in said.err
