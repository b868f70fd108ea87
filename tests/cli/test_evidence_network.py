"""``ambulando evidence network``: its document, its words, and what it refuses."""

import json

import pytest

from agreement import ORACLE, needs_oracle

KEYS = {"k", "treatments", "tau2", "q", "q_inconsistency", "league", "p_scores", "splits"}
CONTRASTS = """studlab,treat1,treat2,TE,seTE,rob,indirectness
One,walking,waiting,-0.62,0.21,low,low
Two,walking,waiting,-0.31,0.17,low,low
Three,yoga,waiting,-0.44,0.25,low,low
Four,yoga,walking,0.91,0.2,low,low
Five,therapy,waiting,-0.7,0.3,low,low
Six,therapy,yoga,-0.05,0.28,low,low
"""
EVENTS = "study,treatment,event,n\nOne,a,3,40\nOne,b,6,42\nTwo,b,5,30\nTwo,c,2,31\nThree,a,4,50\nThree,c,6,52\nFour,a,0,9\nFour,b,0,9\n"
MULTI = "studlab,treat1,treat2,TE,seTE\nA,x,y,0.2,0.3\nA,y,z,0.1,0.3\nA,x,z,{te},{se}\nB,x,y,0.3,0.2\n"
PARTS = "studlab,treat1,treat2,TE,seTE\nOne,a,w,-0.2,0.1\nTwo,b,w,-0.4,0.1\nThree,a + c,b + c,-0.1,0.1\nFour,a + b,b + c,-0.1,0.1\n"


@pytest.fixture
def network(called, tmp_path):
    """Run the command in this process, on a file of the reference (a name) or on a text."""

    def run(source, *options):
        file = ORACLE / "data" / source
        if "\n" in source:
            file = tmp_path / "trials.csv"
            file.write_text(source)
        return called("evidence", "network", file, *options)

    return run


@needs_oracle
@pytest.mark.parametrize(
    ("file", "name"),
    [("Senn2013.csv", "senn2013"), ("linde2016.csv", "linde2016"), ("woods2010.csv", "woods2010")],
)
def test_the_document_agrees_with_the_reference(network, agree, file, name):
    expected = json.loads((ORACLE / "04_nma.json").read_text())[name]
    found = network(file, "--json").json
    assert set(found) >= KEYS
    t = expected["trts"]
    ours = [[0.0 if a == b else found["league"][a][b]["estimate"] for b in t] for a in t]
    agree(
        "Command evidence network, league",
        name,
        ours,
        expected["TE_random"],
        rel=1e-10,
        reference="netmeta",
        floor=0.01,
    )
    agree("Command evidence network, tau2 and Q", name, [found["tau2"], found["q"]], [expected["tau2"], expected["Q"]], rel=1e-10, reference="netmeta")  # fmt: skip


def test_the_document_says_what_it_holds(network):
    found = network(CONTRASTS, "--reference", "waiting", "--json").json
    cell = found["league"]["walking"]["waiting"]
    assert cell["ci"][0] < cell["estimate"] < cell["ci"][1]
    assert cell["pi"][0] < cell["ci"][0]
    assert (found["q_df"], found["q_inconsistency_df"]) == (3, 2)
    assert sum(found["ranks"]["probabilities"]["yoga"]) == pytest.approx(1)
    assert found["splits"][0]["pair"] == "therapy:waiting"
    assert (found["options"]["seed"], found["data_hash"] != "") == (1, True)
    assert found["studies"][0] == "One"
    assert network(CONTRASTS, "--reference", "waiting", "--json").json == found


def test_ratios_come_with_their_exponential(network):
    found = network(EVENTS, "--json").json
    cell = found["league"]["a"]["b"]
    assert cell["ci_exp"][0] < cell["estimate_exp"] < cell["ci_exp"][1]
    assert [one["study"] for one in found["excluded"]] == ["Four"]
    rare = network(EVENTS, "--method", "MH", "--json").json
    assert (rare["method"], rare["tau2"], rare["q"]) == ("MH", None, None)
    assert rare["q_inconsistency"] is not None


def test_a_person_reads_a_league_an_order_and_consistency_in_words(network):
    said = network(CONTRASTS, "--reference", "waiting")
    assert (said.code, said.err) == (0, "")
    for part in (
        "Against waiting",
        "P-score",
        "Smaller values rank first",
        "disagree",
        "walking:yoga",
        "tau2",
        "by REML it is",
    ):
        assert part in said.out
    without = network(EVENTS)
    assert "the last in rank; --reference chooses another" in without.out
    assert "Left out: Four (row 8), every arm has no events" in without.out
    common = network(CONTRASTS, "--method", "EE", "--small-values", "undesirable").out
    assert "One common effect" in common
    assert "Larger values rank first" in common


def test_certainty_is_printed_on_request_and_never_silently_high(network):
    said = network(CONTRASTS, "--threshold", "0.2")
    assert "Certainty (CINeMA)" in said.out
    assert "not judged" in said.out
    found = network(
        CONTRASTS, "--threshold", "0.2", "--reporting", "no concerns: registers were searched", "--json"
    ).json
    assert {one["domains"][1]["concern"] for one in found["certainty"]["answers"]} == {"no concerns"}


def test_components_join_parts(network):
    said = network(PARTS, "--inactive", "w", "--components")
    assert "additive components, w without effect" in said.out
    assert "joined by components alone" in said.out
    assert set(network(PARTS, "--components", "--inactive", "w", "--json").json) >= KEYS
    both = network("studlab,treat1,treat2,TE,seTE\nOne,a,w,-0.2,0.1\nTwo,a+b,w,-0.4,0.1\nThree,a+b,a,-0.1,0.1\nFour,b,w,-0.3,0.1\n", "--inactive", "w")  # fmt: skip
    assert "Adding components up fits about as well" in both.out


def test_the_equivalent_r_code_is_printed(network):
    code = network(CONTRASTS, "--r-code", "--reference", "waiting").out
    assert "netmeta(" in code
    assert 'reference.group = "waiting"' in code
    assert network(EVENTS, "--r-code", "--json").json["r_code"].startswith("library(netmeta)")


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("study,effect\nOne,2\n", (), "studlab, treat1, treat2, TE, seTE"),
        (CONTRASTS + "Odd,yoga,waiting,much,0.2,low,low\n", (), "Odd (row 8"),
        (CONTRASTS + "Odd,yoga,waiting,0.1,-0.2,low,low\n", (), "negative standard error"),
        (CONTRASTS + "Odd,yoga,yoga,0.1,0.2,low,low\n", (), "compares yoga with itself"),
        (CONTRASTS + "One,waiting,walking,0.1,0.2,low,low\n", (), "twice (rows 2 and 8)"),
        (CONTRASTS + "Far,music,massage,0.1,0.2,low,low\n", (), "massage, music"),
        (MULTI.format(te=0.7, se=0.3), (), "0.4 apart"),
        (MULTI.format(te=0.3, se=0.9), (), "standard errors of A"),
        (MULTI.format(te="", se=0.3), (), "x against z is missing"),
        ("studlab,treat1,treat2,TE,seTE\nOne,a,b,0.1,0.2\n", (), "only One"),
        (CONTRASTS, ("--reference", "placebo"), "'placebo' is no treatment"),
        (CONTRASTS, ("--method", "guess"), "'guess'"),
        (CONTRASTS, ("--seed", "-1"), "--seed is -1"),
        (CONTRASTS, ("--tolerance", "-1"), "tolerance"),
        (CONTRASTS, ("--threshold", "0"), "above zero"),
        (CONTRASTS, ("--inactive", "placebo"), "'placebo' is none of this network"),
        (CONTRASTS, ("--draws", "3"), "3 draws"),
        (EVENTS, ("--method", "MH", "--r-code"), "leave out --r-code"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_2(network, text, options, says):
    said = network(text, *options)
    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert len(said.err.splitlines()) == 1
    assert "Traceback" not in said.err


def test_a_file_that_is_not_there_is_named(network):
    said = network("nowhere.csv")
    assert (said.code, "There is no file" in said.err) == (2, True)
