"""How sure an answer is: each domain by its rule, never silently high, and the words of reviews kept apart from ours."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.evidence import base, certainty
from ambulando.evidence.certainty import CONCERNS, DOMAINS, LEVELS, Domain, grade
from ambulando.ground import InputError

JUDGEMENTS = st.sampled_from(sorted(CONCERNS))


def judged(**judgements):
    return [Domain(name, word, (), "by hand") for name, word in judgements.items()]


def all_none(**changes):
    return judged(**{**dict.fromkeys(DOMAINS, "none"), **changes})


def test_trials_without_any_concern_are_of_high_certainty_and_cohorts_of_low():
    assert grade("high", all_none()) == ("high", "high")
    assert grade("low", all_none()) == ("low", "low")


@pytest.mark.parametrize(
    ("changes", "total"),
    [
        ({"imprecision": "serious"}, "moderate"),
        ({"imprecision": "very serious"}, "low"),
        ({"imprecision": "serious", "risk_of_bias": "serious"}, "low"),
        ({"imprecision": "very serious", "risk_of_bias": "very serious"}, "very low"),
    ],
)
def test_each_serious_concern_takes_a_step_and_a_very_serious_one_two(changes, total):
    assert grade("high", all_none(**changes)) == (total, total)


def test_a_domain_that_nobody_judged_leaves_no_total_but_what_it_is_at_most():
    assert grade("high", all_none(indirectness="not judged")) == ("not graded", "high")
    assert grade("high", judged(imprecision="serious")) == ("not graded", "moderate")
    assert grade("high", []) == ("not graded", "high")


def test_at_the_bottom_what_is_still_open_can_not_change_the_answer():
    assert grade("low", judged(imprecision="serious")) == ("very low", "very low")


@given(st.fixed_dictionaries(dict.fromkeys(DOMAINS, JUDGEMENTS)), st.sampled_from(LEVELS))
def test_certainty_never_rises_and_a_worse_judgement_never_helps(judgements, start):
    total, at_most = grade(start, judged(**judgements))
    assert LEVELS.index(at_most) <= LEVELS.index(start)
    assert total in (at_most, "not graded")
    if "not judged" in judgements.values() and at_most != "very low":
        assert total == "not graded"
    for name in DOMAINS:
        worse = judged(**{**judgements, name: "very serious"})
        assert LEVELS.index(grade(start, worse)[1]) <= LEVELS.index(at_most)


@given(st.permutations(DOMAINS), st.lists(JUDGEMENTS, min_size=5, max_size=5))
def test_the_order_of_the_domains_does_not_matter(names, words):
    pairs = dict(zip(names, words, strict=True))
    assert grade("high", judged(**pairs)) == grade("high", judged(**{name: pairs[name] for name in DOMAINS}))


@pytest.mark.parametrize(
    ("start", "domains", "words"),
    [
        ("excellent", [], "can not start at 'excellent'"),
        ("high", judged(luck="none"), "'luck' is unknown"),
        ("high", [*judged(imprecision="none"), *judged(imprecision="none")], "given twice"),
        ("high", judged(imprecision="meh"), "no judgement 'meh'"),
    ],
)
def test_an_unknown_word_is_refused_with_what_there_is(start, domains, words):
    with pytest.raises(InputError, match=words):
        grade(start, domains)


@pytest.mark.parametrize(
    ("ci", "n", "judgement"),
    [
        ((-0.82, -0.52), 2189, "none"),
        ((-0.30, -0.10), 2189, "serious"),
        ((-0.30, 0.30), 2189, "very serious"),
        ((-0.15, 0.15), 2189, "none"),  # a difference that counts is ruled out on both sides
        ((-1.52, -0.53), 144, "serious"),  # far away from small, and of far too few people
    ],
)
def test_imprecision_counts_the_borders_of_what_matters_and_the_people(ci, n, judgement):
    assert certainty.imprecision(ci, "SMD", n).judgement == judgement


def test_the_people_needed_are_those_of_one_trial_that_would_find_a_fifth_of_a_standard_deviation():
    # Two groups, alpha 0.05 two-sided, power 0.8: 2 * (1.96 + 0.84)^2 / 0.2^2 = 392.4 in each.
    assert certainty.imprecision((-0.9, -0.5), "SMD", 784).judgement == "serious"
    assert certainty.imprecision((-0.9, -0.5), "SMD", 785).judgement == "none"
    few = certainty.imprecision((-0.9, -0.5), "SMD", 100)
    assert "There are 100 people, and one trial of the right size would need about 785." in [
        str(reason) for reason in few.reasons
    ]


def test_ratios_are_judged_as_logarithms_and_by_their_cases():
    assert certainty.imprecision((math.log(0.97), math.log(1.04)), "RR").judgement == "none"
    assert certainty.imprecision((math.log(0.74), math.log(1.23)), "RR").judgement == "very serious"
    narrow_for_its_cases = (math.log(0.68), math.log(0.82))
    assert certainty.imprecision(narrow_for_its_cases, "RR", cases=28_806).judgement == "none"
    assert certainty.imprecision(narrow_for_its_cases, "RR", cases=300).judgement == "serious"


def test_what_can_not_be_computed_is_not_judged():
    for domain in (
        certainty.imprecision(None, "SMD", 100),
        certainty.imprecision((-3.0, 1.0), "points"),
        certainty.imprecision((float("nan"), 1.0), "SMD"),
        certainty.inconsistency("SMD", i2=None),
        certainty.publication_bias(9, 0.001),
        certainty.publication_bias(None, None),
        certainty.publication_bias(20, None),
    ):
        assert (domain.judgement, domain.how) == ("not judged", "not judged")
        assert domain.reasons


@pytest.mark.parametrize(
    ("i2", "judgement"), [(0, "none"), (49.9, "none"), (50, "serious"), (75, "very serious")]
)
def test_without_a_prediction_interval_inconsistency_goes_by_i2(i2, judgement):
    assert certainty.inconsistency("SMD", i2=i2).judgement == judgement


@pytest.mark.parametrize(
    ("pi", "i2", "outside", "judgement"),
    [
        ((-0.9, -0.3), 20.0, (0, 10), "none"),
        ((-0.9, -0.1), 40.0, (0, 10), "serious"),
        ((-1.6, 0.4), 60.0, (0, 10), "serious"),
        ((-1.6, 0.4), 80.0, (0, 10), "very serious"),
        ((-0.9, -0.3), 60.0, (1, 10), "serious"),
        ((-0.9, -0.3), 60.0, (0, 11), "none"),
    ],
)
def test_inconsistency_asks_whether_a_new_study_may_find_something_else(pi, i2, outside, judgement):
    found = certainty.inconsistency("SMD", i2=i2, ci=(-0.8, -0.4), pi=pi, outside=outside)
    assert (found.judgement, found.how) == (judgement, "computed")


def test_missing_studies_are_suspected_only_where_small_studies_found_more():
    assert certainty.publication_bias(20, 0.03).judgement == "serious"
    assert certainty.publication_bias(20, 0.30).judgement == "none"
    assert certainty.publication_bias(20, 0.03, more=False).judgement == "none"


def test_the_lowest_word_counts_and_no_word_is_not_graded():
    assert certainty.lowest(["moderate", "very low", "not graded"]) == "very low"
    assert certainty.lowest(["not graded", ""]) == "not graded"
    assert certainty.lowest([]) == "not graded"


def test_every_judgement_by_hand_has_a_reason_a_source_and_a_known_analysis():
    for row in certainty.judged():
        assert row.reason.endswith(".")
        assert row.reference in base.references()
        assert row.analysis in base.analyses()
        assert row.domain in ("risk_of_bias", "indirectness", "publication_bias")


def test_all_trials_of_cooney_are_of_very_low_certainty_and_each_domain_says_why():
    found = certainty.of_analysis("cooney2013-post")
    assert (found.start, found.total) == ("high", "very low")
    assert {one.domain: (one.judgement, one.how) for one in found.domains} == {
        "risk_of_bias": ("serious", "by hand"),
        "inconsistency": ("serious", "computed"),
        "indirectness": ("none", "by hand"),
        "imprecision": ("none", "computed"),
        "publication_bias": ("serious", "computed"),
    }
    assert all(one.reasons for one in found.domains)


def test_cohorts_start_at_low():
    assert certainty.of_analysis("pearce2022-any").start == "low"


def test_the_word_of_a_review_stays_beside_ours():
    found = certainty.of_analysis("clegg2026-exercise-therapy")
    assert found.published == "moderate"
    assert found.total == "not graded"


@pytest.mark.parametrize("analysis", sorted(base.analyses()))
def test_no_analysis_is_silently_of_high_certainty(analysis):
    found = certainty.of_analysis(analysis)
    assert [one.domain for one in found.domains] == list(DOMAINS)
    assert found.total in (*LEVELS, "not graded")
    if any(one.judgement == "not judged" for one in found.domains):
        assert found.total in ("not graded", "very low")


def test_an_unknown_analysis_is_refused():
    with pytest.raises(InputError, match="no analysis called 'x'"):
        certainty.of_analysis("x")
