"""Certainty of a network by the six domains, and that it is never silently high."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.evidence.faults import ImpossibleValue, MissingReference, UnknownOption
from ambulando.evidence.networks import network
from ambulando.evidence.networks.cinema import DOMAINS, MAJOR, NONE, NOT_JUDGED, SOME, judge

ROWS = [
    ("One", "walking", "waiting", -0.6, 0.05), ("Two", "walking", "waiting", -0.58, 0.05), ("Three", "yoga", "waiting", -0.45, 0.06),
    ("Four", "yoga", "walking", 0.13, 0.06), ("Five", "therapy", "waiting", -0.7, 0.07), ("Six", "therapy", "yoga", -0.22, 0.07),
    ("Seven", "therapy", "waiting", -0.68, 0.05), ("Eight", "yoga", "waiting", -0.47, 0.06),
]  # fmt: skip
ALL = [row[0] for row in ROWS]
FINE = (NONE, "registered trials were searched")


def columns(rows):
    return [list(column) for column in zip(*rows, strict=True)]


def found(rows=ROWS, **options):
    return network(*columns(rows), **options)


def all_of(label):
    return dict.fromkeys(ALL, label)


def judged(net=None, *, pair="waiting:walking", **options):
    given_ = {
        "threshold": 0.2, "risk_of_bias": all_of("low"), "indirectness": all_of("low"), "reporting": FINE,
    } | options  # fmt: skip
    return next(one for one in judge(net or found(), **given_).answers if one.pair == pair)


def concern(answer, domain):
    return next(one.concern for one in answer.domains if one.domain == domain)


def test_everything_judged_and_fine_is_high():
    answer = judged()
    assert [one.domain for one in answer.domains] == list(DOMAINS)
    assert {one.concern for one in answer.domains} == {NONE}
    assert all(one.reason for one in answer.domains)
    assert (answer.certainty, answer.not_judged) == ("high", ())


@pytest.mark.parametrize(
    ("left_out", "domains"),
    [
        ("threshold", ("imprecision", "heterogeneity")), ("risk_of_bias", ("within-study bias",)),
        ("indirectness", ("indirectness",)), ("reporting", ("reporting bias",)),
    ],
)  # fmt: skip
def test_what_was_not_judged_keeps_certainty_from_high(left_out, domains):
    answer = judged(**{left_out: None})
    assert answer.not_judged == domains
    assert answer.certainty == "moderate"


def test_a_study_without_a_label_leaves_its_comparisons_not_judged():
    labels = all_of("low")
    del labels["Six"]
    answer = judged(risk_of_bias=labels, pair="therapy:yoga")
    assert concern(answer, "within-study bias") == NOT_JUDGED
    assert "Six" in answer.domains[0].reason


@given(st.lists(st.sampled_from(["low", "some", "high"]), min_size=len(ALL), max_size=len(ALL)), st.sampled_from(["average", "majority", "highest"]))  # fmt: skip
def test_worse_studies_never_raise_certainty(labels, rule):
    order = ["very low", "low", "moderate", "high"]
    net = NET
    best = judged(net, rule=rule)
    answer = judged(net, rule=rule, risk_of_bias=dict(zip(ALL, labels, strict=True)))
    assert order.index(answer.certainty) <= order.index(best.certainty)


NET = found()


def test_rules_sum_up_the_labels():
    labels = all_of("low") | {"One": "high", "Two": "some"}
    assert concern(judged(risk_of_bias=labels, rule="highest"), "within-study bias") == MAJOR
    assert concern(judged(risk_of_bias=labels), "within-study bias") == SOME
    few = all_of("low") | {"Six": "high"}
    assert concern(judged(risk_of_bias=few), "within-study bias") == NONE
    assert concern(judged(risk_of_bias=few, rule="highest"), "within-study bias") == MAJOR
    assert concern(judged(risk_of_bias=all_of("high"), rule="majority"), "within-study bias") == MAJOR
    assert judged(risk_of_bias=all_of("high"), indirectness=all_of("high")).certainty == "very low"


def wide(se):
    return found([(name, one, other, te, se) for name, one, other, te, _ in ROWS])


def test_imprecision_grows_with_the_interval():
    """Against a difference of 0.2 that matters: the interval of yoga against walking moves out to both sides."""
    steps = [concern(judged(wide(se), pair="walking:yoga"), "imprecision") for se in (0.05, 0.2, 1.0)]
    assert steps == [NONE, SOME, MAJOR]


def test_heterogeneity_compares_both_intervals():
    apart = found([(name, one, other, te + (0.35 if place % 2 else -0.35), se) for place, (name, one, other, te, se) in enumerate(ROWS)])  # fmt: skip
    answer = judged(apart)
    assert concern(answer, "heterogeneity") in (SOME, MAJOR)
    assert concern(judged(found(method="EE")), "heterogeneity") == NOT_JUDGED


def test_incoherence_needs_a_difference_that_matters():
    rows = [("Four", "yoga", "walking", 0.9, 0.06) if row[0] == "Four" else row for row in ROWS]
    answer = judged(found(rows, method="EE"), pair="walking:yoga")
    assert concern(answer, "incoherence") == MAJOR
    assert (
        concern(judged(found(rows, method="EE"), pair="walking:yoga", threshold=None), "incoherence") == MAJOR
    )
    chain = [("a", "x", "y", 0.2, 0.1), ("b", "y", "z", 0.2, 0.1), ("c", "y", "z", 0.3, 0.1)]
    alone = judge(found(chain), threshold=0.2).answers[0]
    assert concern(alone, "incoherence") == NOT_JUDGED


def test_comparisons_without_both_kinds_of_evidence_take_the_whole_network():
    """A treatment that hangs on a loop: its comparison is direct alone, and designs disagree elsewhere."""
    loop = [("Four", "yoga", "walking", 0.9, 0.06) if row[0] == "Four" else row for row in ROWS]
    rows = [*loop, ("Nine", "music", "waiting", -0.2, 0.1)]
    answer = next(
        one for one in judge(found(rows, method="EE"), threshold=0.2).answers if one.pair == "music:waiting"
    )
    assert "only direct evidence" in answer.domains[5].reason


def test_ratios_take_the_threshold_either_way():
    net = found(measure="OR")
    one, other = judge(net, threshold=1.25), judge(net, threshold=0.8)
    assert [a.domains for a in one.answers] == [a.domains for a in other.answers]
    assert one.notes[0].startswith(
        "Not judged for some comparisons: within-study bias, reporting bias, indirectness"
    )


def test_reporting_can_be_judged_by_pair():
    answer = judged(reporting={"walking:waiting": (SOME, "small trials")})
    assert (concern(answer, "reporting bias"), answer.certainty) == (SOME, "moderate")
    assert (
        concern(judged(reporting={"walking:waiting": FINE}, pair="therapy:yoga"), "reporting bias")
        == NOT_JUDGED
    )


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"threshold": 0.0}, ImpossibleValue, "above zero"),
        ({"threshold": np.nan}, ImpossibleValue, "above zero"),
        ({"rule": "best"}, UnknownOption, "average, majority"),
        ({"risk_of_bias": {"One": "perfect"}}, UnknownOption, "One has 'perfect'"),
        ({"indirectness": {"Nobody": "low"}}, MissingReference, "No study of the network"),
        ({"reporting": ("fine", "because")}, UnknownOption, "no concerns"),
        ({"reporting": (NONE, " ")}, ImpossibleValue, "without a reason"),
        ({"reporting": {"a:b": FINE}}, MissingReference, "a:b is no comparison"),
    ],
)
def test_what_cannot_be_judged_so_is_refused(options, kind, words):
    with pytest.raises(kind, match=words):
        judge(NET, **options)


def test_a_ratio_of_one_is_no_threshold():
    with pytest.raises(ImpossibleValue, match=r"1\.25"):
        judge(found(measure="OR"), threshold=1.0)
