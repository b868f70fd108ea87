"""What the article that this project began with says: every claim has its study, and its verdict is true."""

import pytest

from ambulando.evidence import base, claims, questions
from ambulando.evidence.reproduce import reproduce
from ambulando.ground import InputError


def test_every_claim_of_the_article_has_a_verdict():
    assert {one.id: one.verdict for one in claims.claims().values()} == {
        "short-term-effect": "as published",
        "fitness-explains": "not found",
        "fitness-does-not": "as published",
        "strength-as-much": "reproduced",
        "strength-sleep": "as published",
        "strength-heavy": "as published",
        "ten-minutes": "reproduced",
        "dynamic": "not found",
        "mechanisms": "as published",
        "addition": "as published",
    }


@pytest.mark.parametrize("claim", list(claims.claims()))
def test_a_claim_names_rows_that_are_there_and_the_question_it_bears_on(claim):
    one = claims.claims()[claim]
    assert [found.row for found in claims.findings(claim)] == list(one.rows)
    assert one.question in {asked.id for asked in questions.questions()}
    assert str(one.says).endswith(".")
    assert "!" not in str(one.says)


def test_what_counts_as_reproduced_is_computed_here_and_holds():
    held = {}
    for row in reproduce():
        held[row.analysis] = held.get(row.analysis, True) and row.holds
    for one in claims.claims().values():
        if one.verdict == "reproduced":
            assert claims.is_recomputed(one.id)
            assert all(held[found.analysis] for found in claims.findings(one.id) if found.analysis)


def test_ten_minutes_a_day_are_eighteen_percent_by_our_own_curve():
    risk, walk = claims.findings("ten-minutes")
    assert round(100 * (1 - risk.estimate)) == 18
    minutes_a_day = 60 * risk.dose / walk.estimate / 7
    assert minutes_a_day == pytest.approx(10.7, abs=0.1)
    assert walk.confirmed == "inferred", "the minutes are a conversion"


def test_strength_found_no_less_than_aerobic_exercise():
    strength, aerobic = claims.findings("strength-as-much")
    assert strength.estimate < aerobic.estimate
    assert {strength.confirmed, aerobic.confirmed} == {"inferred"}


def test_what_was_not_found_cites_nothing_and_says_what_was_looked_for():
    for one in claims.claims().values():
        assert (one.verdict == "not found") == (one.reference == "")
        assert one.verdict != "not found" or one.looked_for
        assert not one.reference or one.reference in base.references()
        assert claims.is_recomputed(one.id) or one.verdict != "reproduced"


def test_no_effect_that_was_not_read_stands_beside_the_first_claim():
    trials = claims.findings("short-term-effect")[0]
    assert (trials.k, trials.n, trials.estimate) == (23, 977, None)


def test_an_unknown_claim_is_refused():
    with pytest.raises(InputError, match="no claim called 'x'"):
        claims.findings("x")
