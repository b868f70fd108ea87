"""The answers to the questions that people bring: numbers out of rows, both sides, how sure, and words that can be read."""

import math
import re
import subprocess
import sys
from itertools import pairwise

import pytest

from ambulando.evidence import base, certainty, claims, questions, recompute
from ambulando.evidence.questions import PUBLISHED, RECOMPUTED, answer, finding
from ambulando.ground import InputError, packaged_toml

IDS = [one.id for one in questions.questions()]
#: years of reviews, an age that a review cut at, and the scale of "of 100 people"
NOT_MEASURED = {"2013", "2024", "2025", "2026", "59", "60", "50", "100"}


def parts(question):
    one = next(
        one
        for one in packaged_toml("ambulando.evidence.data", "questions.toml")["question"]
        if one["id"] == question
    )
    return [*one["answer"], *one["caveat"], *one.get("side", ())]


def sentences(question):
    found = answer(question)
    return [
        found.short,
        *map(str, found.sentences),
        *map(str, found.caveats),
        *(str(side.says) for side in found.sides),
    ]


def test_every_question_of_people_with_depression_has_an_answer():
    assert IDS == ["does-it-help", "which-kind", "how-hard", "how-much", "or-therapy", "or-medicine", "for-whom", "how-long",
                   "does-it-last", "fitness"]  # fmt: skip


@pytest.mark.parametrize("question", IDS)
def test_an_answer_is_complete_and_its_sources_are_known(question):
    found = answer(question)
    assert found.answer == " ".join(str(part) for part in found.sentences)
    assert found.certainty in (*certainty.LEVELS, "not graded")
    assert found.findings
    assert found.caveats
    assert found.evidence_version == base.version()
    assert set(found.sources) <= set(base.references())
    for one in found.findings:
        assert one.status in (RECOMPUTED, PUBLISHED)
        assert one.estimate is None or one.ci is None or one.ci[0] <= one.estimate <= one.ci[1]


@pytest.mark.parametrize("question", IDS)
def test_no_measured_number_is_typed_into_a_sentence(question):
    for part in parts(question):
        bare = re.sub(r"\{\w+\}", "", part["says"])
        assert set(re.findall(r"\d[\d.,]*\d|\d", bare)) <= NOT_MEASURED, bare
        assert set(re.findall(r"\{(\w+)\}", part["says"])) == set(part.get("values", {}))


@pytest.mark.parametrize("question", IDS)
def test_words_are_kind_and_promise_nothing(question):
    for sentence in sentences(question):
        assert "!" not in sentence
        assert "{" not in sentence
        for word in ("you should", "must", "cure", "proven", "prevents", "guarantee", "lazy", "fail"):
            assert word not in sentence.lower()


def syllables(word):
    word = re.sub(r"(?<=[^aeiouy])e$|(?<=[^td])ed$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def school_grade(text):
    """Flesch and Kincaid's grade, with syllables counted by their vowels."""
    words = re.findall(r"[A-Za-z']+", text)
    return 0.39 * len(words) / max(1, len(re.findall(r"[.?:](?:\s|$)", text))) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59  # fmt: skip


@pytest.mark.parametrize("question", IDS)
def test_an_answer_can_be_read_after_six_years_of_school(question):
    assert school_grade(" ".join(sentences(question))) < 7


def test_what_is_pooled_here_and_what_is_as_published_are_kept_apart():
    ours, theirs = finding("cooney2013-post"), finding("clegg2026-exercise-control")
    assert (ours.status, ours.analysis) == (RECOMPUTED, "cooney2013-post")
    assert ours.estimate == recompute.pooled("cooney2013-post").estimate
    assert ours.pi == recompute.pooled("cooney2013-post", method="REML", test="hksj").pi
    assert (theirs.status, theirs.analysis, theirs.certainty) == (PUBLISHED, None, "low")
    assert (theirs.estimate, theirs.ci) == (-0.67, (-0.82, -0.52))


def test_a_printed_result_that_is_pooled_here_is_given_as_pooled_here():
    point = finding("pearce2022-any-4-375")
    curve = recompute.dose_curve("pearce2022-any", at=(4.375,))
    assert (point.status, point.dose, point.estimate) == (RECOMPUTED, 4.375, curve.curve[0].rr)
    assert finding("cooney2013-1-1") == finding("cooney2013-post")


def test_ratios_are_given_as_ratios():
    assert finding("cooney2013-completion").estimate == pytest.approx(1.004, abs=0.002)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("clegg2026-exercise-control.n", "2,189"),
        ("clegg2026-exercise-control.estimate", "\u22120.67"),
        ("clegg2026-sessions.from", "13"),
        ("recchia2022-dropout-exercise-vs-antidepressants.more", "31"),
        ("pearce2022-any-4-375.less", "18"),
        ("singh2005-high.percent", "61"),
    ],
)
def test_a_number_of_a_sentence_is_that_of_its_row(place, said):
    assert questions.value_of(place) == said


@pytest.mark.parametrize(
    "place",
    ["clegg2026-intensity.n", "clegg2026-harms.estimate", "cooney2013-post.colour", "singh2005-high.of100"],
)
def test_a_number_that_a_row_does_not_have_is_refused(place):
    with pytest.raises(InputError, match=re.escape(place)):
        questions.value_of(place)


def test_of_100_people_fifty_is_no_difference():
    assert questions.of100(finding("krogh2017-less-bias")) == pytest.approx(54.4, abs=0.1)
    # Cohen's U3 of -0.67 is the normal distribution function at 0.67
    assert questions.of100(finding("clegg2026-exercise-control")) == pytest.approx(
        100 * (1 + math.erf(0.67 / math.sqrt(2))) / 2
    )
    assert questions.of100(finding("cooney2013-completion")) is None


@pytest.mark.parametrize(
    ("question", "against"),
    [
        ("how-hard", {"noetel2024", "clegg2026"}),
        ("which-kind", {"noetel2024", "zhang2025"}),
        ("or-medicine", {"recchia2022", "cooney2013"}),
        ("fitness", {"rahman2018", "krogh2017"}),
    ],
)
def test_where_sources_disagree_both_sides_are_there(question, against):
    found = answer(question)
    by_topic = {}
    for side in found.sides:
        by_topic.setdefault(side.topic, []).append({one.source for one in side.findings})
    assert all(len(sides) >= 2 for sides in by_topic.values())
    assert against <= {source for sides in by_topic.values() for some in sides for source in some}


def test_how_sure_is_the_lowest_word_of_what_the_answer_leans_on():
    assert answer("does-it-help").certainty == finding("clegg2026-exercise-control").certainty == "low"
    assert answer("or-therapy").certainty == "moderate"
    # pooled here, so the word is our own
    assert answer("does-it-last").certainty == certainty.of_analysis("cooney2013-followup").total
    assert answer("how-hard").certainty == "not graded"
    assert {answer(one).certainty for one in IDS} & {"high"} == set()


def test_the_dose_answer_says_that_the_curve_is_not_about_treatment():
    text = answer("how-much").answer
    assert "about the risk of becoming depressed, not about treatment" in text
    assert "18 percent" in text


def test_the_words_for_numbers_hold():
    # "about an hour and a quarter of brisk walking a week", and twice as much
    hour = finding("pearce2022-brisk-walk").estimate
    assert hour == 8.75 / 2.5
    assert finding("pearce2022-any-4-375").dose / hour == pytest.approx(1.25)
    # "about half as large" at follow-up
    share = finding("cooney2013-followup").estimate / finding("cooney2013-post").estimate
    assert share == pytest.approx(0.5, abs=0.1)
    assert finding("cooney2013-followup").ci[1] > -0.1, "the true difference may be close to none"
    # "no difference at all" where bias is least
    assert finding("krogh2017-less-bias").ci[1] > 0


def test_the_curve_is_steepest_where_it_begins():
    at = [step / 2 for step in range(61)]
    curve = [point.rr for point in recompute.dose_curve("pearce2022-any", at=at).curve]
    falls = [before - after for before, after in pairwise(curve)]
    assert falls[0] == max(falls)


def test_a_share_of_one_group_stands_beside_that_of_the_other():
    said = " ".join(sentences("how-long"))
    assert "65 of 100 who walked" in said
    assert "22 of 100 who stretched" in said


def test_no_row_says_that_it_was_read_when_it_was_taken_from_notes():
    for row in questions.stated().values():
        assert row.confirmed == "inferred" or "notes" not in row.how
    assert questions.stated()["racgp-not-alone"].confirmed == "inferred"


@pytest.mark.parametrize("question", ["how-much"])
def test_a_line_that_leans_on_cohorts_says_what_goes_together_and_not_what_does_what(question):
    short = answer(question).short
    assert "goes with" in short
    for word in ("better than none", "lowers", "protects", "counts most", "prevents"):
        assert word not in " ".join(sentences(question))


def test_what_is_not_known_is_said_with_what_was_looked_for():
    found = answer("how-long")
    assert found.certainty == "not graded"
    assert "not known from what we hold" in found.answer
    assert found.not_found


def test_every_statement_is_used_or_bears_on_a_claim():
    used = {*questions.rows_used(), *(row for one in claims.claims().values() for row in one.rows)}
    spare = set(questions.stated()) - used
    assert spare == {"stubbs2016-dropout-control"}


def test_every_statement_has_its_source_and_short_words_of_our_own():
    for row in questions.stated().values():
        assert row.reference in base.references()
        assert row.how
        assert row.says.endswith(".")
        assert (row.low is None) == (row.high is None)


def test_an_unknown_question_or_row_is_refused_with_what_there_is():
    with pytest.raises(InputError, match="no question called 'why'; there are does-it-help"):
        answer("why")
    with pytest.raises(InputError, match="no row called 'x'"):
        finding("x")


def test_the_list_of_questions_needs_no_numpy():
    code = (
        "import sys; from ambulando.evidence import questions, claims, certainty;"
        "questions.questions(); claims.claims(); certainty.judged(); questions.stated();"
        "print([m for m in sys.modules if m.split('.')[0] in ('numpy', 'scipy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
