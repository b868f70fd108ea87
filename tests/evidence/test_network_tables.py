"""Tables of networks: contrasts and arms, their column names, and what is wrong in them by study and row."""

import json

import numpy as np
import pytest

from agreement import ORACLE, needs_oracle
from ambulando.evidence.faults import (
    ImpossibleValue,
    MissingColumns,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.networks.report import Options, as_dict, report
from ambulando.evidence.networks.tables import read
from ambulando.ground import as_json

CONTRASTS = """studlab,treat1,treat2,TE,seTE,rob,indirectness
One,walking,waiting,-0.62,0.21,low,low
Two,walking,waiting,-0.31,0.17,some,low
Three,yoga,waiting,-0.44,0.25,high,low
Four,yoga,walking,0.11,0.2,low,low
Five,therapy,waiting,-0.7,0.3,low,some
Six,therapy,yoga,-0.05,0.28,low,low
"""
EVENTS = "study,treatment,event,n\nOne,a,3,40\nOne,b,6,42\nTwo,b,5,30\nTwo,c,2,31\nThree,a,4,50\nThree,c,,52\nThree,b,7,51\n"


def made(text, **options):
    return report(text, "table.csv", Options(**options), rng=np.random.default_rng(1))


@needs_oracle
@pytest.mark.parametrize(
    ("file", "measure", "k", "treatments"),
    [
        ("Senn2013.csv", "GEN", 26, 10), ("senn2013_arms.csv", "MD", 26, 10), ("woods2010.csv", "OR", 3, 4),
        ("linde2016.csv", "OR", 93, 22), ("gurusamy2011.csv", "OR", 11, 6),
    ],
)  # fmt: skip
def test_the_tables_of_the_reference_are_read_as_they_are(file, measure, k, treatments):
    found = made((ORACLE / "data" / file).read_text()).network
    assert (found.measure, found.k, len(found.treatments)) == (measure, k, treatments)


@needs_oracle
def test_a_table_gives_the_answers_of_the_reference(agree):
    expected = json.loads((ORACLE / "04_nma.json").read_text())
    senn = made((ORACLE / "data" / "Senn2013.csv").read_text()).network
    agree("Network from a table of contrasts", "senn2013", [senn.tau2, senn.q], [expected["senn2013"][key] for key in ("tau2", "Q")], rel=1e-10, reference="netmeta")  # fmt: skip
    woods = made((ORACLE / "data" / "woods2010.csv").read_text()).network
    t = expected["woods2010"]["trts"]
    ours = [[0.0 if a == b else woods.league[a][b].estimate for b in t] for a in t]
    agree("Network from a table of arms", "woods2010", ours, expected["woods2010"]["TE_random"], rel=1e-10, reference="netmeta")  # fmt: skip


def test_the_study_of_a_number_carries_author_and_year():
    text = "id,author,year,treat1,treat2,lnOR,selnOR\n1,Smith,1999,a,b,0.2,0.1\n2,Jones,,b,c,0.2,0.1\n3,,,a,c,0.2,0.1\n"
    found = read(text, "table.csv")
    assert found.contrasts.studlab == ("Smith 1999 (1)", "Jones (2)", "3")
    assert found.contrasts.measure == "OR"
    assert found.columns["studlab"] == "id"


def test_an_arm_without_numbers_is_left_out_by_name():
    found = made(EVENTS).network
    assert [(one.row, one.study, one.reason) for one in found.excluded] == [(7, "Three", "c has no event")]
    assert found.k == 3
    rare = made(EVENTS, method="MH").network
    assert [(one.row, one.study) for one in rare.excluded] == [(7, "Three")]


def test_the_document_has_the_keys_of_the_command():
    said = as_json(as_dict(made(CONTRASTS, reference="waiting", threshold=0.2)))
    assert {"k", "treatments", "tau2", "q", "q_inconsistency", "league", "p_scores", "splits"} <= set(said)
    assert {"estimate", "se", "ci", "pi"} <= set(said["league"]["walking"]["waiting"])
    assert {"pair", "direct", "indirect", "p"} <= set(said["splits"][0])
    assert set(said["certainty"]["answers"][0]) >= {"pair", "certainty", "domains"}
    assert not {"graph", "common", "random"} & set(said)


def test_the_same_seed_gives_the_same_ranks():
    assert made(CONTRASTS).ranks == made(CONTRASTS).ranks
    assert made(CONTRASTS, draws=500).ranks.draws == 500


def test_components_are_added_on_request():
    text = "studlab,treat1,treat2,TE,seTE\nOne,a,w,-0.2,0.1\nTwo,a+b,w,-0.4,0.1\nThree,a + b,a,-0.1,0.1\nFour,b,w,-0.3,0.1\n"
    found = made(text, inactive="w")
    assert [one.name for one in found.components.components] == ["a", "b"]
    assert "components" in as_dict(found)
    apart = "studlab,treat1,treat2,TE,seTE\nOne,a,w,-0.2,0.1\nTwo,b,w,-0.4,0.1\nThree,a + c,b + c,-0.1,0.1\nFour,a + b,b + c,-0.1,0.1\n"
    said = as_json(as_dict(made(apart, components=True, inactive="w")))
    assert (said["q_inconsistency"], said["splits"]) == (None, [])
    league = said["league"]
    assert league["a"]["b"]["estimate"] == pytest.approx(league["a + c"]["b + c"]["estimate"])


def with_row(row, text=CONTRASTS):
    return text + row + "\n"


@pytest.mark.parametrize(
    ("text", "options", "kind", "words"),
    [
        ("study,effect\nOne,2\n", {}, MissingColumns, "studlab, treat1, treat2, TE, seTE"),
        ("studlab,treat1,treat2,TE,seTE\n", {}, MissingColumns, "no study under it"),
        (
            with_row("Odd,yoga,waiting,much,0.2,low,low"),
            {},
            NotANumber,
            "Odd \\(row 8 of table.csv\\) has 'much' as TE",
        ),
        (with_row("Odd,yoga,waiting,inf,0.2,low,low"), {}, NotANumber, "finite"),
        (with_row("Odd,yoga,waiting,1e18,0.2,low,low"), {}, ImpossibleValue, "can hardly be"),
        (with_row("Odd,yoga,waiting,1,1e-18,low,low"), {}, ImpossibleValue, "can hardly be"),
        (with_row("Odd,yoga,waiting,130,2,low,low"), {"measure": "OR"}, ImpossibleValue, "logarithm"),
        (with_row(",yoga,waiting,1,2,low,low"), {}, ImpossibleValue, "Row 8 has no study"),
        (with_row("Odd,yoga,waiting,0.1,0.2,perfect,low"), {}, UnknownOption, "'perfect' as risk of bias"),
        (with_row("One,yoga,waiting,0.1,0.2,high,low"), {}, ImpossibleValue, "low and high"),
        (CONTRASTS, {"measure": "PETO"}, UnknownOption, "PETO"),
        (CONTRASTS, {"method": "MH"}, UnknownOption, "events of arms"),
        (EVENTS, {"method": "MH", "measure": "RR"}, UnknownOption, "odds ratios"),
        (EVENTS, {"method": "MH", "components": True}, UnknownOption, "not MH"),
        (with_row("Odd,,3,40", EVENTS), {}, ImpossibleValue, "names no treatment"),
        ("study,treatment,event,n\nOne,a,0,9\nOne,b,0,9\n", {}, TooFewStudies, "every arm has no events"),
        (CONTRASTS, {"reporting": "fine"}, UnknownOption, "a colon and the reason"),
    ],
)
def test_faults_of_a_table_are_named(text, options, kind, words):
    with pytest.raises(kind, match=words) as caught:
        made(text, **options)
    assert "\n" not in str(caught.value)


def test_a_smd_of_arms_of_one_person_is_left_out_by_name():
    text = "study,treatment,mean,sd,n\n" + "".join(
        f"{study},{arm},{mean},1,{n}\n"
        for study, n in (("Tiny", 1), ("One", 10), ("Two", 12))
        for arm, mean in (("a", 1), ("b", 2))
    )
    found = made(text, measure="SMD").network
    assert [(one.row, one.study) for one in found.excluded] == [(2, "Tiny")]
    assert "too few people" in found.excluded[0].reason
    assert found.k == 2
