"""``ambulando evidence pool``: its answers beside the reference's, its options, its words, what it refuses."""

import json
import math
import shutil
import subprocess
import sys

import pytest

from agreement import ORACLE, needs_oracle
from ambulando import cli

POOLED = {
    "k", "method", "test", "estimate", "se", "statistic", "df", "p", "ci", "pi", "tau2", "tau2_ci", "q", "q_df", "q_p",
    "i2", "h2", "weights",
}  # fmt: skip
STUDIES = "slab,yi,vi,kind,dose\nOne,-0.2,0.1,a,1\nTwo,-0.4,0.1,a,2\nThree,-0.9,0.2,b,3\nFour,-0.5,0.1,b,4\n"
EVENTS = "slab,ai,n1i,ci,n2i\nOne,10,50,20,50\nTwo,5,40,9,41\nThree,0,30,4,31\nFour,0,10,0,10\n"


@pytest.fixture
def pool(called, tmp_path):
    """Run ``evidence pool`` in this process, on a file of the reference (a name) or on a text."""

    def run(source, *options):
        file = ORACLE / "data" / source
        if "\n" in source:
            file = tmp_path / "studies.csv"
            file.write_text(source)
        return called("evidence", "pool", file, *options)

    return run


def oracle(file):
    return json.loads((ORACLE / file).read_text()) if ORACLE.exists() else {}


# Beside the reference

#: Data of the reference, the file and the options that lead to the same effects.
SAME = [
    ("bcg", "bcg.csv", ("--measure", "RR")),
    ("bcg", "bcg_es.csv", ()),
    ("li2007", "li2007_es.csv", ("--measure", "OR")),
    ("raudenbush1985", "raudenbush1985_es.csv", ()),
    ("molloy2014", "molloy2014_es.csv", ("--measure", "ZCOR")),
    ("normand1999", "normand1999.csv", ("--measure", "MD")),
]


@needs_oracle
@pytest.mark.parametrize(("name", "file", "options"), SAME)
@pytest.mark.parametrize("fit", ["REML_z", "REML_knha", "DL_z", "EE_z", "PM_knha"])
def test_a_file_of_the_reference_gives_its_answer(pool, agree, name, file, options, fit):
    expected = oracle("02_uni.json").get(name, {}).get(fit)
    if expected is None:
        pytest.skip(f"the reference has no {fit} of {name}")
    method, test = fit.split("_")
    found = pool(file, *options, "--method", method, "--test", test, "--json").json
    assert set(found) >= POOLED
    ours = [found["estimate"], found["se"], *found["ci"], found["tau2"], found["q"], found["i2"], found["p"]]
    theirs = [
        expected["beta"][0], expected["se"][0], expected["ci_lb"][0], expected["ci_ub"][0], expected["tau2"],
        expected["QE"], expected["I2"], expected["pval"][0],
    ]  # fmt: skip
    agree(
        "the command 'evidence pool' on a file", name, ours, theirs, rel=1e-7, reference="metafor", floor=1e-9,
    )  # fmt: skip


@needs_oracle
def test_moderators_of_a_file_give_the_answer_of_the_reference(pool, agree):
    expected = oracle("02_uni.json")["metareg_bcg"]["alloc"]
    found = pool("bcg_es.csv", "--moderators", "alloc", "--test", "z", "--json").json
    assert set(found) >= POOLED | {"coefficients", "qm", "r2"}
    assert set(found["coefficients"][0]) >= {"name", "estimate", "se", "p", "ci"}
    assert (found["estimate"], found["ci"]) == (None, None)
    # These answers of the reference were made with its usual stop rule: its tau2 is off by 2e-6.
    ours = [[one["estimate"], one["se"], one["p"], *one["ci"]] for one in found["coefficients"]]
    theirs = list(zip(*(expected[key] for key in ("beta", "se", "pval", "ci_lb", "ci_ub")), strict=True))
    agree("the command 'evidence pool --moderators'", "bcg", ours, theirs, rel=1e-5, reference="metafor")
    agree(
        "the command 'evidence pool --moderators'", "bcg", [found["qm"], found["tau2"], found["q"]],
        [expected["QM"], expected["tau2"], expected["QE"]], rel=1e-5, reference="metafor",
    )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("test", ["z", "t"])
def test_clusters_of_a_file_give_the_answer_of_the_reference(pool, agree, test):
    data = oracle("03_mv_robust.json")["konstantopoulos2011"]
    expected, robust = data[f"reml_{test}"], data["robust_CR2"]
    found = pool("konstantopoulos2011.csv", "--cluster", "district", "--test", test, "--json").json
    assert set(found) >= POOLED | {"sigma2", "robust"}
    ours = [
        found["estimate"],
        found["se"],
        found["p"],
        *found["ci"],
        *found["sigma2"],
        found["q"],
        *found["pi"],
    ]
    theirs = [expected[key] for key in ("beta", "se", "pval", "ci_lb", "ci_ub", "sigma2", "QE", "pi")]
    agree(
        "the command 'evidence pool --cluster'",
        "konstantopoulos2011",
        ours,
        theirs,
        rel=1e-6,
        reference="metafor",
    )
    ours = [found["robust"]["se"], found["robust"]["df"], found["robust"]["p"], *found["robust"]["ci"]]
    theirs = [robust[key] for key in ("se", "dfs", "pval", "ci_lb", "ci_ub")]
    agree(
        "the command 'evidence pool --cluster', robust", "konstantopoulos2011", ours, theirs, rel=1e-6,
        reference="clubSandwich",
    )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "PETO"])
def test_events_pooled_as_tables_give_the_answer_of_the_reference(pool, agree, measure):
    expected = oracle("02_uni.json")["mh"]["bcg"][measure]
    options = ("--method", "PETO") if measure == "PETO" else ("--method", "mh", "--measure", measure)
    found = pool("bcg.csv", *options, "--json").json
    assert set(found) >= POOLED
    assert found["test"] == "z"
    ours = [found["estimate"], found["se"], found["ci"], found["p"], found["q"], found["i2"]]
    theirs = [expected[key] for key in ("beta", "se", "ci", "p", "QE", "I2")]
    agree(
        "the command 'evidence pool --method MH, PETO'", "bcg", ours, theirs, rel=1e-10, reference="metafor"
    )


# Its options


def test_ratios_are_given_on_both_scales(pool):
    found = pool(EVENTS, "--json").json
    assert found["measure"] == "RR"
    assert found["estimate_exp"] == pytest.approx(math.exp(found["estimate"]))
    assert found["ci_exp"] == pytest.approx([math.exp(end) for end in found["ci"]])


def test_groups_are_pooled_apart_beside_all(pool):
    found = pool(STUDIES, "--subgroup", "kind", "--json").json
    assert set(found) >= POOLED
    assert found["estimate"] == pool(STUDIES, "--json").json["estimate"]
    groups = found["subgroups"]
    assert [one["name"] for one in groups["groups"]] == ["a", "b"]
    assert [one["studies"] for one in groups["groups"]] == [["One", "Two"], ["Three", "Four"]]
    assert groups["groups"][0]["estimate"] == pytest.approx(-0.3)
    assert 0 <= groups["p"] <= 1


def test_studies_are_left_out_and_stay_visible(pool):
    found = pool(STUDIES, "--exclude", "One,Three", "--json").json
    assert found["studies"] == ["Two", "Four"]
    assert [(one["study"], one["reason"]) for one in found["excluded"]] == [
        ("One", "left out as asked"),
        ("Three", "left out as asked"),
    ]
    assert found["options"]["exclude"] == ["One", "Three"]


def test_effects_are_turned_round(pool):
    plain, turned = pool(STUDIES, "--json").json, pool(STUDIES, "--flip", "--json").json
    assert turned["estimate"] == -plain["estimate"]
    assert turned["options"]["flip"] is True
    some = pool(STUDIES, "--flip-studies", "Two,Four", "--json").json
    assert some["yi"] == [-0.2, 0.4, -0.9, 0.5]
    counts = pool(EVENTS, "--method", "MH", "--json").json["estimate"]
    assert pool(EVENTS, "--method", "MH", "--flip", "--json").json["estimate"] == pytest.approx(-counts)


def test_rates_are_pooled_as_tables(pool):
    text = "slab,x1i,t1i,x2i,t2i\nOne,5,40,9,38\nTwo,2,30,8,31\n"
    found = pool(text, "--method", "MH", "--json").json
    assert (found["measure"], found["k"]) == ("IRR", 2)
    turned = pool(text, "--method", "MH", "--flip", "--json").json
    assert turned["estimate"] == pytest.approx(-found["estimate"])


def test_tables_of_events_are_pooled_with_the_studies_that_give_no_effect_alone(pool):
    found = pool(EVENTS, "--method", "MH", "--continuity", "none", "--json").json
    assert found["studies"] == ["One", "Two", "Three", "Four"]
    assert found["excluded"] == []
    assert not any("0.5" in note for note in found["notes"])


def test_zero_cells_follow_the_rule_that_is_asked_for(pool):
    found = pool(EVENTS, "--continuity", "none", "--test", "z", "--json").json
    assert found["studies"] == ["One", "Two"]
    assert [one["study"] for one in found["excluded"]] == ["Three", "Four"]
    assert found["options"]["continuity"] == "none"
    dropped = pool(EVENTS, "--drop-double-zero", "--json").json
    assert [one["study"] for one in dropped["excluded"]] == ["Four"]


# Its words


def test_a_person_reads_both_scales_and_what_they_mean(pool):
    out = pool(EVENTS).out
    assert "log risk ratio (RR), REML, knha test" in out
    assert "below 1, it happens less in group 1." in out
    assert "In a further study like these the risk ratio is expected between" in out
    assert "Four (row 5): nobody, or everybody" in out
    assert "below 1, it happens less in group 2." in pool(EVENTS, "--flip").out


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,10,5,20,13,6,20\nB,9,4,30,12,5,31\n", (), "In standard deviations of the scores, group 1"),
        ("slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,10,5,20,13,6,20\nB,9,4,30,12,5,31\n", ("--measure", "MD"), "In units of the scale"),
        ("slab,xi,ni\nA,3,20\nB,6,30\n", (), "Proportion 0.1"),
        ("slab,ri,ni\nA,0.3,20\nB,0.4,30\n", (), "Correlation 0.3"),
        (STUDIES, ("--moderators", "dose"), "test of the moderators (QM)"),
        (STUDIES, ("--subgroup", "kind"), "Difference between the groups: Q"),
        (EVENTS, ("--subgroup", "slab", "--test", "z"), "risk ratio"),
        (STUDIES, ("--cluster", "kind", "--method", "ML"), "4 effects in 2 clusters"),
        (STUDIES, ("--exclude", "One"), "Left out: One (row 2), left out as asked."),
    ],
)  # fmt: skip
def test_each_answer_has_its_words(pool, text, options, words):
    said = pool(text, *options)
    assert (said.code, said.err) == (0, "")
    assert words in said.out
    assert not said.out.startswith("{")


# As R code


@pytest.mark.parametrize(
    ("text", "options", "lines"),
    [
        (STUDIES, (), ["fit <- rma(yi = yi, vi = vi, data = dat,"]),
        (STUDIES, ("--exclude", "One"), ['dat <- dat[!(dat$slab %in% c("One")), ]']),
        (STUDIES, ("--flip",), ["dat$yi <- -dat$yi"]),
        (STUDIES, ("--flip-studies", "Two"), ['dat$yi <- ifelse(dat$slab %in% c("Two"), -dat$yi, dat$yi)']),
        (STUDIES, ("--moderators", "dose,kind"), ["fit <- rma(yi = yi, vi = vi, mods = ~ dose + factor(kind), data = dat,"]),
        (STUDIES, ("--subgroup", "kind"), ['# each group apart: add subset = kind == "..." to the call of rma()']),
        (EVENTS, ("--continuity", "all"),
         ['dat <- escalc(measure = "RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat, add = 1/2, to = "all")']),
        (EVENTS, ("--method", "MH", "--flip"),
         ['fit <- rma.mh(measure = "RR", ai = ci, n1i = n2i, ci = ai, n2i = n1i, data = dat, level = 95, slab = slab)']),
        (EVENTS.replace("slab", "author"), ("--method", "PETO"),
         ["fit <- rma.peto(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat, level = 95, slab = author)"]),
        ("author,year,yi,vi\nLi,2001,1,1\nLi,2004,2,1\n", (), ["dat$slab <- paste(dat$author, dat$year)"]),
        ("yi,vi\n1,1\n2,1\n", (), ['dat$slab <- paste("Row", seq_len(nrow(dat)) + 1)']),
    ],
)  # fmt: skip
def test_the_same_analysis_is_printed_as_r_code(pool, text, options, lines):
    said = pool(text, *options, "--r-code")
    assert said.code == 0
    assert set(lines) <= set(said.out.splitlines())
    assert pool(text, *options, "--r-code", "--json").json["r_code"] == said.out


R_CALLS = [
    ("bcg.csv", ()),
    ("bcg.csv", ("--measure", "OR", "--continuity", "all", "--exclude", "Aronson 1948", "--flip")),
    ("bcg.csv", ("--method", "MH", "--measure", "OR", "--flip")),
    ("zero_cells.csv", ("--method", "PETO")),
    ("normand1999.csv", ("--method", "DL", "--test", "z", "--flip-studies", "Edinburgh,Umea")),
    ("pritz1997.csv", ()),
    ("molloy2014_es.csv", ("--measure", "ZCOR")),
]


@needs_oracle
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize(("name", "options"), R_CALLS)
def test_the_r_code_gives_the_same_answer_where_r_is_installed(pool, name, options):
    found = pool(name, *options, "--r-code", "--json").json
    code = found["r_code"] + '\ncat("\\nanswer", sprintf("%.12g", c(fit$beta, fit$se)))\n'
    said = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    if "there is no package called" in said.stderr:
        pytest.skip("metafor is not installed")
    assert said.returncode == 0, said.stderr
    theirs = [float(one) for one in said.stdout.rsplit("answer", 1)[1].split()]
    assert [found["estimate"], found["se"]] == pytest.approx(theirs, rel=1e-6)


# What it refuses


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (STUDIES, "--moderators age", "no column 'age' for the moderators"),
        (STUDIES, "--moderators dose,,kind", "names with commas between them"),
        (STUDIES, "--cluster study", "no column 'study' for the clusters"),
        (STUDIES, "--subgroup sort", "for the subgroups"),
        (STUDIES, "--subgroup kind --cluster kind", "--subgroup pools each group apart; please leave --cluster out"),
        (STUDIES, "--exclude Tree", "no study called 'Tree' to exclude; did you mean 'Three'?"),
        (STUDIES, "--flip --flip-studies One", "please give one of them"),
        (STUDIES, "--method MH", "has no events of two groups; the method MH needs"),
        (STUDIES, "--measure kilos", "not KILOS"),
        (STUDIES, "--cluster kind --method DL", "DL"),
        (STUDIES, "--moderators dose,dose2", "no column 'dose2'"),
        (STUDIES.replace("a,1", "a,2").replace("b,3", "b,2").replace("b,4", "b,2"), "--moderators dose", "dose"),
        (EVENTS, "--method MH --measure AS", "The method MH gives RR, OR, RD, IRR, IRD and not AS"),
        (EVENTS, "--method PETO --moderators n1i", "please leave --moderators out"),
        (EVENTS, "--method MH --test knha", "z test alone"),
        (EVENTS, "--continuity magic", "no continuity rule called 'magic'"),
        (EVENTS, "--continuity no-events --r-code", "no R code for the continuity rule"),
        ("slab,rr,lower,upper\nA,1,0.5,2\nB,2,1,4\n", "--r-code", "no R code for ratios"),
        ("slab,xi,ni\nA,3,20\nB,6,30\n", "--flip", "of one group each"),
        ("study,treatment,event,n\nA,run,1,9\nA,rest,2,9\n", "", "one row for each arm"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_one_sentence_and_exit_code_2(pool, text, options, words):
    said = pool(text, *options.split())
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_what_only_files_have_is_refused_of_an_analysis(monkeypatch, capsys):
    call = ["ambulando", "evidence", "pool", "cooney2013-post", "--moderators", "age", "--r-code"]
    monkeypatch.setattr(sys, "argv", call)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "--moderators and --r-code are for files" in capsys.readouterr().err
