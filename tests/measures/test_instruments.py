"""The questionnaires as data: codes, order, bands, and what the loader refuses."""

import copy
from datetime import date
from typing import Any

import pytest

from ambulando.ground import InputError, packaged_toml
from ambulando.measures.instruments import check_digit_holds, instrument, instrument_of, instruments

ITEM_CODES = (
    ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"]
)  # fmt: skip


def table(id_: str = "phq-9") -> dict[str, Any]:
    return copy.deepcopy(packaged_toml("ambulando.measures", f"data/{id_}.toml"))


def test_the_forms_have_the_items_they_are_named_for() -> None:
    assert {id_: len(form.items) for id_, form in instruments().items()} == {
        "phq-9": 9,
        "phq-8": 8,
        "phq-2": 2,
    }


@pytest.mark.parametrize("id_", ["phq-9", "phq-8", "phq-2"])
def test_the_items_carry_their_loinc_codes_in_the_order_of_the_form(id_: str) -> None:
    codes = [item.loinc for item in instrument(id_).items]
    assert codes == ITEM_CODES[: len(codes)]


def test_item_nine_asks_about_being_better_off_dead_and_phq_8_leaves_it_out() -> None:
    assert instrument("phq-9").items[8].text == (
        "Thoughts that you would be better off dead or of hurting yourself in some way"
    )
    assert all("dead" not in item.text for item in instrument("phq-8").items)


def test_the_answers_are_the_standard_four_with_their_codes() -> None:
    assert [(a.score, a.text, a.loinc) for a in instrument("phq-9").answers] == [
        (0, "Not at all", "LA6568-5"),
        (1, "Several days", "LA6569-3"),
        (2, "More than half the days", "LA6570-1"),
        (3, "Nearly every day", "LA6571-9"),
    ]


def test_panel_and_total_are_coded_where_the_code_is_confirmed() -> None:
    phq9, phq8, phq2 = (instrument(id_).loinc for id_ in ("phq-9", "phq-8", "phq-2"))
    assert (phq9.panel, phq9.total) == ("44249-1", "44261-6")
    assert (phq8.panel, phq8.total) == (None, None)
    assert (phq2.panel, phq2.total) == ("55757-9", "55758-7")


def test_the_question_on_difficulty_stands_beside_the_nine_and_is_not_scored() -> None:
    form = instrument("phq-9")
    (extra,) = form.extras
    assert (extra.loinc, extra.answer_list) == ("69722-7", "LL359-1")
    assert [answer.loinc for answer in extra.answers] == ["LA6572-7", "LA6573-5", "LA6575-0", "LA6574-3"]
    assert form.highest == 27


def test_every_form_says_who_made_it_under_which_terms_and_how_far_it_looks_back() -> None:
    for form in instruments().values():
        assert "Spitzer" in form.copyright
        assert "No permission required" in form.licence
        assert form.source.count("https://") == 1
        assert form.recall_days == 14
        assert form.every_days >= 14


def test_bands_are_worded_without_a_diagnosis() -> None:
    for form in instruments().values():
        for band in form.bands:
            words = str(band.sentence)
            assert "not a diagnosis" in words
            assert "you have" not in words.lower()
            assert "depress" not in words.lower()


@pytest.mark.parametrize(
    "code",
    ["44249-1", "44261-6", "69722-7", "LL358-3", "LL359-1", "LA6568-5", "LA6574-3", "69689-8", "89555-7"],
)
def test_true_loinc_codes_pass_the_check_digit(code: str) -> None:
    assert check_digit_holds(code)


@pytest.mark.parametrize("code", ["69689-6", "44260-9", "LA6568-6", "LL358-2", "44260", "", "44260-", "x-1"])
def test_wrong_loinc_codes_fail_the_check_digit(code: str) -> None:
    assert not check_digit_holds(code)


def test_an_unknown_instrument_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no instrument 'phq-99'; the instruments are .*phq-9"):
        instrument("phq-99")


def _wrong_code(t: dict[str, Any]) -> None:
    t["items"][3]["loinc"] = "69689-6"


def _swapped(t: dict[str, Any]) -> None:
    t["items"][0], t["items"][1] = t["items"][1], t["items"][0]


def _hole(t: dict[str, Any]) -> None:
    t["bands"][1]["low"] = 6


def _short(t: dict[str, Any]) -> None:
    t["bands"].pop()


def _too_far(t: dict[str, Any]) -> None:
    t["bands"][-1]["high"] = 28


def _flag_of_nobody(t: dict[str, Any]) -> None:
    t["flags"][0]["item"] = "phq-9-10"


def _nameless(t: dict[str, Any]) -> None:
    del t["licence"]


def _twice(t: dict[str, Any]) -> None:
    t["items"][1]["loinc"] = t["items"][0]["loinc"]


def _lost_item(t: dict[str, Any]) -> None:
    t["items"].pop(4)


def _new_scoring(t: dict[str, Any]) -> None:
    t["scoring"] = "guess"


def _undated(t: dict[str, Any]) -> None:
    t["seen"] = "lately"


def _unsure(t: dict[str, Any]) -> None:
    t["change"]["certainty"] = "surely"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_wrong_code, "check digit"),
        (_swapped, "in order"),
        (_hole, "where one from 5 is due"),
        (_short, "up to 19 where the total goes up to 27"),
        (_too_far, "up to 28"),
        (_flag_of_nobody, "none of its items"),
        (_nameless, "not a whole instrument"),
        (_twice, "same LOINC code"),
        (_lost_item, "in order"),
        (_new_scoring, "scoring or partial"),
        (_undated, "source was read"),
        (_unsure, "certainty"),
    ],
)
def test_a_spoiled_file_is_refused_by_name(spoil: Any, said: str) -> None:
    spoiled = table()
    spoil(spoiled)
    with pytest.raises(InputError, match=said) as refused:
        instrument_of(spoiled, where="spoiled.toml")
    assert str(refused.value).startswith("spoiled.toml")


def test_a_new_instrument_is_a_file_and_no_code() -> None:
    new = table("phq-2")
    new["id"] = "two-more"
    for place, item in enumerate(new["items"], start=1):
        item["id"] = f"two-more-{place}"
    assert instrument_of(new, where="two-more.toml").highest == 6
    assert instrument_of(new, where="two-more.toml").seen == date(2026, 11, 22)
