"""What regimens are chosen by beside the kind: weighted by what is known of each, and said so."""

from itertools import product

import pytest

from ambulando.activity.catalogue import activity, catalogue
from ambulando.evidence.base import published, references
from ambulando.ground import InputError, packaged_toml
from ambulando.plan import regimen as module
from ambulando.plan.regimen import COMPANY, characteristics, fit, said, shares, steps
from ambulando.plan.rules import REGIMEN, rules

OPEN = (None, "either", "together")
#: words of cause, which nothing that is known here allows
CAUSE = ("helps", "improves", "lifts", "lowers", "reduces", "makes you", "leads to")


def table():
    return {name: dict(row) for name, row in packaged_toml("ambulando.plan", REGIMEN).items()}


def test_all_traits_that_the_literature_names_are_weighed_best_known_first():
    assert set(characteristics()) == {
        "dynamic", "uninterrupted", "low-attention", "nature", "others", "supervised",
    }  # fmt: skip
    weights = [one.weight for one in characteristics().values()]
    assert weights == sorted(weights, reverse=True)


def test_what_no_trial_says_weighs_less_than_what_a_trial_says_and_is_called_judgement():
    known = [one for one in characteristics().values() if one.finding]
    judged = [one for one in characteristics().values() if not one.finding]
    assert {one.id for one in judged} == {"dynamic", "uninterrupted", "low-attention"}
    assert max(one.weight for one in judged) < min(one.weight for one in known)
    for one in judged:
        assert one.certainty == "our judgement"
        assert one.source.startswith("Our judgement")
    for one in known:
        assert one.certainty in ("low", "very low")
        assert "doi" in one.source
        assert "the weight is ours" in one.source


def test_a_finding_says_whether_it_is_of_symptoms_of_feeling_or_of_staying():
    about = {name: one.about for name, one in characteristics().items() if one.finding}
    assert about == {"supervised": "staying", "others": "symptoms", "nature": "feeling"}


def test_figures_of_the_evidence_base_are_pointed_at_and_are_what_the_finding_says():
    known = {one.id: one for one in published()}
    for one in characteristics().values():
        assert set(one.rows) <= set(known)
        assert set(one.references) <= set(references())
    group, alone = (known[name] for name in characteristics()["others"].rows)
    assert group.estimate < alone.estimate < 0, "symptoms fell more in groups"


def test_the_fit_runs_from_none_to_all_and_grows_with_every_trait():
    for one, company in product(catalogue().values(), (*OPEN, "alone")):
        assert 0 <= fit(one, company=company) <= 1
    assert fit(activity("park-walk"), company="alone") == pytest.approx(1)
    assert fit(activity("garden-group"), company=None) > fit(activity("garden"), company=None)
    assert fit(activity("park-walk"), company="alone") > fit(activity("brisk-walk"), company="alone")
    assert fit(activity("brisk-walk"), company="alone") > fit(activity("indoor-walk"), company="alone")


def test_others_and_being_led_count_only_for_who_is_open_to_them():
    led, same = activity("health-walk"), activity("easy-walk")
    for company in OPEN:
        assert fit(led, company=company) > fit(same, company=company)
    assert fit(led, company="alone") == fit(same, company="alone")
    told = {one["rule"] for one in steps(led, company="alone")}
    assert not told & {f"regimen-{name}" for name in COMPANY}
    assert not any("professional" in str(one) or "groups" in str(one) for one in said(led, company="alone"))


@pytest.mark.parametrize("company", [*OPEN, "alone"])
def test_the_steps_give_the_fit_again_and_each_names_a_rule_and_rows_that_are_there(company):
    known = {one.id for one in published()}
    for one in catalogue().values():
        told = steps(one, company=company)
        share, weight = (
            [step["value"] for step in told if step["unit"] == unit] for unit in ("0 to 1", "weight")
        )
        mean = sum(a * b for a, b in zip(share, weight, strict=True)) / sum(weight)
        assert mean == pytest.approx(fit(one, company=company))
        for step in told:
            assert step["rule"] in rules()
            for row in step["rows"]:
                there = {
                    "rule": rules(),
                    "catalogue": catalogue(),
                    "published": known,
                    "reference": references(),
                }
                assert row["id"] in there[row["kind"]]
        for step in told:
            if step["unit"] == "weight":
                assert step["value"] == rules()[step["rule"]].numbers["weight"]


def test_a_weight_is_a_rule_with_a_source_and_never_called_cited():
    for name, one in characteristics().items():
        rule = rules()[f"regimen-{name}"]
        assert rule.numbers["weight"] == one.weight
        assert rule.certainty == "our judgement"
        assert rule.says == one.says


def test_what_is_said_names_its_source_or_says_that_it_is_judged():
    for one in catalogue().values():
        for words in map(str, said(one)):
            assert any(name in words for name in ("Stubbs 2016", "Krogh 2017", "Wicks 2022", "our judgement"))
            assert not [word for word in CAUSE if word in words]
            assert "{" not in words
    assert len(said(activity("garden-group"))) == 4
    assert "little to think about, flowing movement, without breaks" in str(said(activity("easy-walk"))[-1])
    assert said(activity("hatha-yoga")) == [
        words for words in said(activity("hatha-yoga")) if "without breaks" in str(words)
    ]


def test_nothing_is_said_of_what_an_activity_has_only_in_part():
    assert shares(activity("easy-walk"))["nature"] == 0.5
    assert not any("Wicks" in str(words) for words in said(activity("easy-walk")))
    assert any("Wicks" in str(words) for words in said(activity("park-walk")))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"weight": 0}, "needs a weight above 0"),
        ({"weight": 2}, "needs a weight above 0"),
        ({"source": ""}, "and a source"),
        ({"about": "sleep"}, "about 'sleep'"),
        ({"certainty": "sure"}, "certainty 'sure'"),
        ({"finding": ""}, "either has a finding or is our judgement"),
        ({"about": "nothing"}, "either has a finding or is our judgement"),
        ({"certainty": "our judgement"}, "either has a finding or is our judgement"),
    ],
)
def test_a_trait_that_is_not_whole_is_refused_by_name(monkeypatch, change, says):
    spoiled = table()
    spoiled["nature"] |= change
    monkeypatch.setattr(module, "packaged_toml", lambda *_: spoiled)
    with pytest.raises(InputError, match=rf"Trait 'nature' of data/regimen\.toml .*{says}"):
        characteristics.__wrapped__()


def test_a_trait_without_a_key_is_refused_by_name(monkeypatch):
    spoiled = table()
    del spoiled["others"]["says"]
    monkeypatch.setattr(module, "packaged_toml", lambda *_: spoiled)
    with pytest.raises(InputError, match=r"Trait 'others' of data/regimen\.toml has no says"):
        characteristics.__wrapped__()
