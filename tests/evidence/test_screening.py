"""Screening lists from RIS and PubMed: what is read, which records are one publication, which are here already."""

import random

import pytest

from ambulando.evidence import base
from ambulando.evidence.formats import screening
from ambulando.ground import InputError

RIS = """TY  - JOUR
AU  - Singh, N. A.
AU  - Stavrinos, T. M.
TI  - A randomized controlled trial of high versus low intensity weight training
PY  - 2005
JO  - Journal of Something
DO  - 10.1000/ABC.5
AB  - Background and
      more.
ER  -

TY  - JOUR
T1  - Another trial of walking for depression
Y1  - 2020/03/01
A1  - Lee, K.
N2  - Short.
ER  -
"""
NBIB = """PMID- 15984914
OWN - NLM
TI  - A randomized controlled trial of high versus low intensity weight
      training.
FAU - Singh, Nalin A
DP  - 2005 Jun
JT  - Journal of something
LID - 10.1000/abc.5 [doi]
AB  - Background
      and more.

PMID- 99999999
TI  - Something else entirely about sleep
DP  - 2021
"""
XML = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed.dtd">
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>99999999</PMID><Article>
<Journal><JournalIssue><PubDate><Year>2021</Year></PubDate></JournalIssue><Title>Sleep</Title></Journal>
<ArticleTitle>Something else <i>entirely</i> about sleep</ArticleTitle>
<ELocationID EIdType="doi">10.1000/sleep</ELocationID>
<Abstract><AbstractText>One.</AbstractText><AbstractText>Two.</AbstractText></Abstract>
<AuthorList><Author><LastName>Doe</LastName><Initials>J</Initials></Author>
<Author><CollectiveName>The Group</CollectiveName></Author></AuthorList></Article></MedlineCitation></PubmedArticle>
</PubmedArticleSet>
"""


def record(row=1, title="A trial of walking for depression", year=2020, doi="", pmid="", abstract=""):
    return screening.Record("f", row, title, (), year, "", doi, pmid, abstract)


def test_ris_is_read():
    first, second = screening.read(RIS, "a.ris")
    assert first.title == "A randomized controlled trial of high versus low intensity weight training"
    assert (first.year, first.doi, first.authors) == (
        2005,
        "10.1000/abc.5",
        ("Singh, N. A.", "Stavrinos, T. M."),
    )
    assert first.abstract.startswith("Background and")
    assert (second.row, second.year, second.authors, second.abstract) == (2, 2020, ("Lee, K.",), "Short.")


def test_pubmed_text_is_read_with_its_folded_lines():
    first, second = screening.read(NBIB, "a.nbib")
    assert first.title == "A randomized controlled trial of high versus low intensity weight training."
    assert (first.pmid, first.doi, first.year, first.abstract) == (
        "15984914",
        "10.1000/abc.5",
        2005,
        "Background and more.",
    )
    assert (second.row, second.pmid, second.doi) == (2, "99999999", "")


def test_pubmed_xml_is_read_with_words_in_italics():
    (one,) = screening.read(XML, "a.xml")
    assert one.title == "Something else entirely about sleep"
    assert one.authors == ("Doe J", "The Group")
    assert (one.year, one.pmid, one.doi, one.journal, one.abstract) == (
        2021, "99999999", "10.1000/sleep", "Sleep", "One. Two.",
    )  # fmt: skip


def test_the_same_publication_from_three_places_is_listed_once_with_the_numbers_of_a_prisma_diagram():
    records = [*screening.read(RIS, "a.ris"), *screening.read(NBIB, "a.nbib"), *screening.read(XML, "a.xml")]
    found = screening.screened(records)
    assert (found.identified, found.duplicates, found.known, found.to_screen) == (5, 2, 0, 3)
    assert found.files == {"a.ris": 2, "a.nbib": 2, "a.xml": 1}
    sleep = next(one for one in found.listed if "sleep" in one.record.title)
    assert sleep.record.abstract == "One. Two."
    assert [one.file for one in sleep.duplicates] == ["a.nbib"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"doi": "10.1/a"}, {"doi": "10.1/a", "title": "Another title altogether", "year": 1999}, True),
        ({"pmid": "12345"}, {"pmid": "12345", "title": "Another title altogether"}, True),
        ({}, {"title": "A Trial of Walking, for Depression."}, True),
        ({"doi": "10.1/a"}, {}, True),
        ({"doi": "10.1/a"}, {"doi": "10.1/b"}, False),
        ({}, {"year": 2021}, False),
        ({"title": "Editorial"}, {"title": "Editorial"}, False),
    ],
)
def test_when_two_records_are_one_publication(one, other, same):
    found = screening.screened([record(1, **one), record(2, **other)])
    assert (found.duplicates == 1) == same


def test_two_papers_of_one_title_stay_two_when_a_record_without_numbers_stands_between():
    records = [record(1, doi="10.1/a"), record(2), record(3, doi="10.1/b")]
    for order in (records, records[::-1]):
        found = screening.screened(order)
        assert {one.record.doi for one in found.listed} >= {"10.1/a", "10.1/b"}


def test_the_order_of_records_does_not_change_how_many_there_are():
    records = [record(n, doi=f"10.1/{n % 4}", title=f"A trial of walking, number {n % 5}") for n in range(20)]
    expected = screening.screened(records).to_screen
    random.Random(1).shuffle(records)
    assert screening.screened(records).to_screen == expected


def test_what_is_among_the_references_is_marked_and_not_left_to_screen():
    reference = base.references()["cooney2013"]
    by_doi = record(1, title="Any title at all here", doi=reference.doi.lower())
    pearce = record(
        2,
        title="Association between physical activity and risk of depression: a systematic review and meta-analysis",
        year=2022,
    )
    found = screening.screened([by_doi, pearce, record(3)], base.references().values())
    assert [one.known for one in found.listed] == ["cooney2013", "pearce2022", ""]
    assert (found.known, found.to_screen) == (2, 1)


def test_the_list_goes_out_as_ris_and_comes_back_the_same():
    listed = screening.screened([*screening.read(RIS, "a"), *screening.read(XML, "b")]).listed
    back = screening.read(screening.as_ris(listed), "c")
    for one, again in zip(listed, back, strict=True):
        for name in ("title", "authors", "year", "journal", "doi", "pmid", "abstract"):
            assert getattr(again, name) == getattr(one.record, name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study,yi\nA,1\n", "neither RIS nor PubMed text"),
        ("<PubmedArticleSet></PubmedArticleSet>", "has no record"),
        ("TY  - JOUR\nTI  - Without an end\n", r"without its last line \(ER  -\)"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><PubmedArticleSet/>', "declares entities"),
    ],
)
def test_what_is_no_list_of_records_is_refused(text, words):
    with pytest.raises(InputError, match=words):
        screening.read(text, "f")
