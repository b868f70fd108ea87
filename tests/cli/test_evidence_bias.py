"""``ambulando evidence bias``, ``bayes`` and ``monitor``: their answers beside the reference's, their words, what they refuse."""

import shutil
import subprocess

import pytest

from agreement import ORACLE, needs_oracle
from evidence.univariate import answers

KEYS = {"egger", "begg", "trim_and_fill", "pet", "peese", "influence"}
STUDIES = "slab,yi,vi,year\nOne,-0.2,0.1,2004\nTwo,-0.4,0.15,2001\nThree,-0.9,0.2,2003\nFour,-0.5,0.05,2002\nFive,,0.1,2000\n"


@pytest.fixture
def say(called, tmp_path):
    """Run ``evidence COMMAND`` in this process, on a file of the reference (a name), a text, or an analysis."""

    def run(kind, source, *options):
        file = ORACLE / "data" / source
        if "\n" in source:
            file = tmp_path / "studies.csv"
            file.write_text(source)
        elif not source.endswith(".csv"):
            file = source
        return called("evidence", kind, file, *options)

    return run


@needs_oracle
def test_bias_of_the_bcg_trials_agrees_with_the_reference(say, agree):
    theirs, found = answers()["bcg"], say("bias", "bcg.csv", "--json").json
    assert set(found) >= KEYS
    regression = theirs["regtest"]["rma_sei"]
    agree("Command: Egger, Begg, PET and PEESE", "bcg",
          [found["egger"]["statistic"], found["egger"]["p"], found["begg"]["tau"], found["begg"]["p"],
           *(found["pet"][key] for key in ("estimate", "se", "p")), *(found["peese"][key] for key in ("estimate", "se", "p"))],
          [regression["stat"], regression["p"], theirs["ranktest"]["tau"], theirs["ranktest"]["p"],
           *(theirs["pet"][key][0] for key in ("beta", "se", "pval")), *(theirs["peese"][key][0] for key in ("beta", "se", "pval"))],
          rel=1e-7, reference="metafor")  # fmt: skip
    filled = found["trim_and_fill"]
    assert (filled["side"], filled["k0"]) == ("right", 1)
    agree("Command: trim and fill", "bcg", filled["estimate"], theirs["trimfill"]["default"]["beta"], rel=1e-6,
          reference="metafor")  # fmt: skip
    agree("Command: influence", "bcg",
          [[one[key] for one in found["influence"]] for key in ("estimate_without", "cook", "rstudent")],
          [theirs["leave1out"]["estimate"], theirs["influence"]["cook.d"], theirs["influence"]["rstudent"]],
          rel=1e-7, reference="metafor")  # fmt: skip
    assert [one["row"] for one in found["influence"]] == list(range(2, 15))
    assert set(found["binary"]) == {"harbord", "peters", "macaskill", "deeks", "schwarzer"}


@needs_oracle
def test_least_squares_egger_and_the_test_of_pooling_can_be_asked_for(say, agree):
    found = say("bias", "bcg.csv", "--egger", "lm", "--test", "z", "--json").json
    theirs = answers()["bcg"]["regtest"]["lm_sei"]
    agree("Command: Egger by least squares", "bcg", [found["egger"]["statistic"], found["egger"]["p"]],
          [theirs["stat"], theirs["p"]], rel=1e-9, reference="metafor")  # fmt: skip
    agree("Command: trim and fill, z test", "bcg", found["trim_and_fill"]["ci"],
          answers()["bcg"]["trimfill"]["right_L0"]["ci"], rel=1e-6, reference="metafor")  # fmt: skip


def test_a_table_in_words(say):
    said = say("bias", STUDIES, "--cumulative", "year", "--gosh")
    assert (said.code, said.err) == (0, "")
    for words in (
        "Egger",
        "trim and fill",
        "Without each study",
        "As studies came in",
        "11 subsets",
        "With 4 studies",
    ):
        assert words in said.out
    assert "Left out: Five (row 6)" in said.out


def test_studies_come_in_by_year_with_their_rows(say):
    found = say("bias", STUDIES, "--cumulative", "year", "--gosh", "--json").json
    assert [(one["study"], one["row"], one["year"]) for one in found["cumulative"]] == [
        ("Two", 3, 2001), ("Four", 5, 2002), ("Three", 4, 2003), ("One", 2, 2004),
    ]  # fmt: skip
    assert (found["gosh"]["subsets"], found["gosh"]["complete"]) == (11, True)
    assert [one["study"] for one in found["excluded"]] == ["Five"]
    # What the parts repeat of the whole stands in it once.
    assert "studies" not in found["egger"]
    assert found["studies"] == ["One", "Two", "Three", "Four"]


@needs_oracle
def test_bayes_agrees_with_the_reference(say, agree):
    found = say("bayes", "bcg.csv", "--json").json
    theirs = answers("06_tsa_bayes_misc")["bayesmeta"]["bcg_halfnormal_0.5"]
    agree("Command: Bayesian tau", "bcg", [found["tau"][key] for key in ("median", "mean", "sd")], theirs["tau"][1:4],
          rel=1e-9, reference="bayesmeta")  # fmt: skip
    assert "grid" not in found
    assert [one["row"] for one in found["shrinkage"]] == list(range(2, 15))
    assert found["below"]["mu"] == found["p_mu_below_zero"]


def test_bayes_takes_priors_and_a_threshold(say):
    found = say(
        "bayes", STUDIES, "--tau-prior", "half-t:3:0.4", "--mu-prior", "0,1", "--below", "-0.3", "--json"
    ).json
    assert (found["tau_prior"], found["mu_prior"]) == ("half-t:3:0.4", [0, 1])
    assert found["bf_mu_zero"] is not None
    assert 0.5 < found["below"]["mu"] < found["p_mu_below_zero"]
    words = say("bayes", STUDIES).out
    assert "effect in a new setting" in words
    assert "suits log ratios" in words


@needs_oracle
def test_the_monitor_agrees_with_the_reference(say, agree):
    theirs = answers("06_tsa_bayes_misc")["rtsa_perioOxy"]
    found = say("monitor", "rtsa_perioOxy.csv", "--effect", "0.8", "--method", "DL", "--json").json
    agree("Command: monitor", "perioOxy", [found["required"], found["acquired"], [one["z"] for one in found["looks"][:-1]]],
          [theirs["RIS"], theirs["AIS"], theirs["results_df"]["z_random"][:-1]], rel=1e-8, reference="RTSA")  # fmt: skip
    words = say("monitor", "rtsa_perioOxy.csv", "--effect", "0.8", "--futility", "pocock")
    assert "no verdict" in words.out
    assert "the end" in words.out


def test_the_monitor_counts_what_there_is(say):
    found = say("monitor", STUDIES, "--effect", "-0.3", "--order", "year", "--json").json
    assert found["unit"] == "inverse variance"
    assert [one["row"] for one in found["looks"]][:4] == [3, 5, 4, 2]


def test_an_analysis_of_the_evidence_base_can_be_examined(say):
    found = say("bias", "cooney2013-post", "--json").json
    assert set(found) >= KEYS
    assert (found["k"], found["measure"]) == (35, "SMD")
    refused = say("bias", "cooney2013-post", "--measure", "SMD")
    assert (refused.code, "are for files" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("command", "source", "options", "words"),
    [
        ("bias", "slab,yi,vi\nOne,0.1,0.1\nTwo,0.2,0.1\n", (), "needs 3 studies"),
        ("bias", "slab,yi,vi\nOne,0.1,0.1\nTwo,0.2,-0.1\nThree,0.3,0.1\n", (), "Two (row 3"),
        ("bias", STUDIES, ("--egger", "ols"), "take one of rma, lm"),
        ("bias", STUDIES, ("--estimator", "L9"), "L0, R0, Q0"),
        ("bias", STUDIES, ("--steps", "a"), "--steps is 'a'"),
        ("bias", STUDIES, ("--cumulative", "age"), "age"),
        ("bias", STUDIES, ("--method", "best"), "best"),
        ("bias", "no-such-file.csv", (), "There is no file"),
        ("bayes", STUDIES, ("--tau-prior", "flat"), "no prior called 'flat'"),
        ("bayes", STUDIES, ("--mu-prior", "1"), "a mean and a standard deviation"),
        ("bayes", STUDIES, ("--below", "nan"), "finite number"),
        ("bayes", "slab,yi,vi\nOne,0.1,0.1\n", ("--tau-prior", "uniform"), "needs 3 studies"),
        ("monitor", STUDIES, ("--effect", "0"), "effect to look for is 0;"),
        (
            "monitor",
            STUDIES,
            ("--effect", "0.8", "--measure", "RR", "--spending", "all"),
            "spending function",
        ),
        ("monitor", STUDIES, ("--effect", "-1", "--measure", "RR"), "a ratio above zero"),
        ("monitor", STUDIES, (), "--effect"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_code_2(say, command, source, options, words):
    said = say(command, source, *options)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed here")
def test_the_r_code_runs(say, tmp_path):
    said = say("bias", STUDIES.replace("Five,,0.1,2000\n", ""), "--r-code")
    if subprocess.run(["Rscript", "-e", "library(metafor)"], capture_output=True).returncode:
        pytest.skip("metafor is not installed here")
    (tmp_path / "tests.R").write_text(said.out)
    ran = subprocess.run(["Rscript", str(tmp_path / "tests.R")], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Regression Test for Funnel Plot Asymmetry" in ran.stdout
