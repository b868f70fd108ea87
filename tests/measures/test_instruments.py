"""The instruments as data: codes, order, words, licences, and what the loader refuses."""

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.ground import InputError, packaged_rows, packaged_toml
from ambulando.measures.instruments import instrument, packaged
from ambulando.measures.reading import check_digit_holds, instrument_from, instrument_of

PHQ_CODES = (
    ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"]
)  # fmt: skip
#: form -> panel, total, items in their order, extras
CODES = {
    "phq-9": ("44249-1", "44261-6", PHQ_CODES, ["69722-7"]),
    "phq-8": (None, None, PHQ_CODES[:8], []),
    "phq-2": ("55757-9", "55758-7", PHQ_CODES[:2], []),
    "gad-7": (
        "69737-5", "70274-6",
        ["69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"], [],
    ),
    "evs": ("89574-8", "82290-8", ["89555-7", "68516-4"], ["82291-6"]),
}  # fmt: skip
OWN = ["talk-test", "confidence", "barriers"]


def table(id_: str = "phq-9") -> dict[str, Any]:
    return copy.deepcopy(packaged_toml("ambulando.measures", f"data/{id_}.toml"))


def test_the_forms_have_the_items_they_are_named_for() -> None:
    assert {id_: (form.group, len(form.items)) for id_, form in packaged().items()} == {
        "phq-9": ("questionnaire", 9),
        "phq-8": ("questionnaire", 8),
        "phq-2": ("questionnaire", 2),
        "gad-7": ("questionnaire", 7),
        "evs": ("questionnaire", 2),
        "paces-s": ("questionnaire", 4),
        "feeling-scale": ("session", 1),
        "talk-test": ("session", 1),
        "confidence": ("plan", 1),
        "barriers": ("plan", 17),
    }


@pytest.mark.parametrize("id_", CODES)
def test_items_panel_and_total_carry_their_loinc_codes_in_the_order_of_the_form(id_: str) -> None:
    form = instrument(id_)
    assert CODES[id_] == (
        form.loinc.panel,
        form.loinc.total,
        [item.loinc for item in form.items],
        [item.loinc for item in form.extras],
    )


def test_no_other_form_has_a_code_that_nobody_confirmed() -> None:
    for form in packaged().values():
        if form.id not in CODES:
            assert (form.loinc.panel, form.loinc.total) == (None, None)
            assert {item.loinc for item in form.items} == {None}


def test_every_code_ends_in_its_check_digit() -> None:
    for form in packaged().values():
        asked = form.items + form.extras
        codes = [form.loinc.panel, form.loinc.total, form.loinc.answer_list]
        codes += [item.loinc for item in asked] + [one.loinc for item in asked for one in item.answers]
        assert all(check_digit_holds(code) for code in codes if code)


def test_irritable_comes_before_afraid_and_each_has_its_own_code() -> None:
    sixth, seventh = instrument("gad-7").items[5:]
    assert ("irritable" in sixth.text, sixth.loinc) == (True, "69689-8")
    assert ("afraid" in seventh.text, seventh.loinc) == (True, "69736-7")


def test_item_nine_asks_about_being_better_off_dead_and_phq_8_leaves_it_out() -> None:
    assert instrument("phq-9").items[8].text == (
        "Thoughts that you would be better off dead or of hurting yourself in some way"
    )
    assert all("dead" not in item.text for item in instrument("phq-8").items)


@pytest.mark.parametrize("id_", ["phq-9", "phq-8", "phq-2", "gad-7"])
def test_the_answers_are_the_standard_four_with_their_codes(id_: str) -> None:
    for item in instrument(id_).items:
        assert [(a.score, a.text, a.loinc) for a in item.answers] == [
            (0, "Not at all", "LA6568-5"),
            (1, "Several days", "LA6569-3"),
            (2, "More than half the days", "LA6570-1"),
            (3, "Nearly every day", "LA6571-9"),
        ]


def test_the_question_on_difficulty_stands_beside_the_nine_and_is_not_scored() -> None:
    form = instrument("phq-9")
    (extra,) = form.extras
    assert (extra.loinc, extra.answer_list) == ("69722-7", "LL359-1")
    assert [answer.loinc for answer in extra.answers] == ["LA6572-7", "LA6573-5", "LA6575-0", "LA6574-3"]
    assert form.highest == 27


def test_the_code_of_the_days_is_that_of_the_last_thirty_as_the_question_asks() -> None:
    days, minutes = instrument("evs").items
    assert "last 30 days" in days.text
    assert (days.kind, days.low, days.high, str(days.unit)) == ("whole", 0, 7, "days a week")
    assert (minutes.low, minutes.high, minutes.needless_when) == (0, 1440, ("evs-1", 0))
    assert instrument("evs").recall_days == 30


def test_the_feeling_scale_has_the_eleven_places_and_seven_words_of_its_source() -> None:
    (item,) = instrument("feeling-scale").items
    assert [answer.score for answer in item.answers] == list(range(-5, 6))
    words = {answer.score: answer.text.partition(", ")[2] for answer in item.answers}
    assert words == {
        -5: "very bad", -4: "", -3: "bad", -2: "", -1: "fairly bad", 0: "neutral",
        1: "fairly good", 2: "", 3: "good", 4: "", 5: "very good",
    }  # fmt: skip


def test_the_barriers_to_pick_from_are_those_that_a_profile_knows_with_the_same_words() -> None:
    known = {
        row["id"]: row["name"]
        for row in packaged_rows("ambulando.safety", "data/answers.csv")
        if row["kind"] == "barrier"
    }
    form = instrument("barriers")
    assert {item.id: item.text for item in form.items} == known
    assert (len(known), form.most) == (17, 2)


def test_every_instrument_says_who_made_it_under_which_terms_and_when_its_source_was_read() -> None:
    for form in packaged().values():
        assert len(form.licence) > 40, form.id
        assert form.copyright, form.id
        assert form.seen <= date(2026, 11, 22), form.id
        assert "https://" in form.source or form.source.startswith("Own wording"), form.id
        if form.id.startswith(("phq", "gad")):
            assert "Spitzer" in form.copyright
            assert "No permission required" in form.licence


def test_translations_are_allowed_only_where_the_licence_says_so() -> None:
    allowed = {form.id for form in packaged().values() if form.translate}
    assert allowed == {"phq-9", "phq-8", "phq-2", "gad-7", "paces-s", *OWN}
    for form in packaged().values():
        assert ("translate" in form.licence) == form.translate, form.id


def test_a_questionnaire_on_symptoms_comes_every_two_weeks_at_most() -> None:
    for form in packaged().values():
        if form.group == "questionnaire":
            assert form.every_days is not None
            assert form.every_days >= 14, form.id
            assert form.recall_days is None or form.every_days >= form.recall_days
        else:
            assert form.every_days is None, form.id


def test_bands_are_worded_without_a_diagnosis_or_a_grade() -> None:
    for form in packaged().values():
        for band in form.bands:
            words = str(band.sentence).lower()
            assert "you have" not in words
            assert not any(word in words for word in ("depress", "anxi", "better", "worse", "should", "!"))
            if form.id.startswith(("phq", "gad")):
                assert "not a diagnosis" in words


def test_what_is_lower_on_the_phq_is_higher_on_none_and_minutes_are_no_judgement() -> None:
    ways = {form.id: form.better for form in packaged().values()}
    assert {id_ for id_, way in ways.items() if way == "lower"} == {"phq-9", "phq-8", "phq-2", "gad-7"}
    assert ways["evs"] is None
    assert ways["paces-s"] == "higher"


@pytest.mark.parametrize(
    "code",
    ["44249-1", "44261-6", "69722-7", "LL358-3", "LL359-1", "LA6568-5", "LA6574-3", "69689-8", "89555-7"],
)
def test_true_loinc_codes_pass_the_check_digit(code: str) -> None:
    assert check_digit_holds(code)


@pytest.mark.parametrize("code", ["69689-6", "44260-9", "LA6568-6", "LL358-2", "44260", "", "44260-", "x-1"])
def test_wrong_loinc_codes_fail_the_check_digit(code: str) -> None:
    assert not check_digit_holds(code)


@given(st.integers(0, 99999), st.integers(0, 9))
def test_each_number_has_one_check_digit_and_no_other(number: int, digit: int) -> None:
    holding = [last for last in range(10) if check_digit_holds(f"{number}-{last}")]
    assert len(holding) == 1
    assert check_digit_holds(f"{number}-{digit}") == (digit == holding[0])


def test_an_unknown_instrument_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no instrument 'phq-99'; the instruments are .*phq-9"):
        instrument("phq-99")


#: (form, where in its table, what is put there or DROP, what is said)
DROP = object()
SPOILED: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("phq-9", ("items", 3, "loinc"), "69689-6", "check digit"),
    ("phq-9", ("items", 1, "loinc"), "44250-9", "same LOINC code"),
    ("phq-9", ("items", 4), DROP, "in order"),
    ("phq-9", ("items", 0, "id"), "phq-9-2", "id of its own"),
    ("phq-9", ("items",), [], "at least one item"),
    ("phq-9", ("bands", 1, "low"), 6, "where one from 5 is due"),
    ("phq-9", ("bands", 4), DROP, "up to 19 where the total goes up to 27"),
    ("phq-9", ("bands", 4, "high"), 28, "up to 28"),
    ("phq-9", ("band_facts",), DROP, "where they come from"),
    ("phq-9", ("flags", 0, "item"), "phq-9-10", "none of its items"),
    ("phq-9", ("licence",), DROP, "it has no 'licence'"),
    ("phq-9", ("licence",), " ", "'licence' is to be a text"),
    ("phq-9", ("copyright",), DROP, "it has no 'copyright'"),
    ("phq-9", ("translate",), DROP, "it has no 'translate'"),
    ("phq-9", ("translate",), "yes", "true or false"),
    ("phq-9", ("about",), DROP, "it has no 'about'"),
    ("phq-9", ("group",), "game", "group 'game'"),
    ("phq-9", ("id",), "PHQ 9", "small letters"),
    ("phq-9", ("id",), "p" * 33, "at most 32"),
    ("phq-9", ("scoring",), "guess", "scoring or partial"),
    ("phq-9", ("partial",), "guess", "scoring or partial"),
    ("phq-9", ("scoring",), "single", "scores a single answer and has 9"),
    ("phq-9", ("scoring",), "mean", "bands, which need whole totals"),
    ("phq-9", ("scoring",), "choose", "how many may be chosen"),
    ("phq-9", ("most",), 2, "only goes with the scoring 'choose'"),
    ("phq-9", ("scale",), 0.5, "no whole totals"),
    ("phq-9", ("scale",), 0, "number above 0"),
    ("phq-9", ("better",), "sideways", "other than lower or higher"),
    ("phq-9", ("better",), "higher", "lower totals are not better"),
    ("phq-9", ("seen",), "lately", "source was read"),
    ("phq-9", ("change", "points"), 0, "'points' is to be 1 or more"),
    ("phq-9", ("clinicians", "remission", "below"), 0.5, "'below' is to be a whole number"),
    ("phq-9", ("change", "certainty"), "surely", "certainty"),
    ("phq-9", ("clinicians", "response", "certainty"), "surely", "certainty"),
    ("phq-9", ("clinicians", "cured"), {}, "'cured', which is not known"),
    ("phq-9", ("every_days",), "often", "'every_days' is to be a whole number"),
    ("phq-9", ("every_days",), True, "'every_days' is to be a whole number"),
    ("phq-9", ("answers",), [{"score": 1, "text": "Yes"}], "at least two answers"),
    ("phq-9", ("answers", 1, "score"), 0, "a score of its own"),
    ("phq-9", ("answers",), {}, "list of tables"),
    ("phq-9", ("loinc",), "44249-1", "is to be a table"),
    ("phq-9", ("colour",), "red", "'colour', which is not known"),
    ("phq-9", ("items", 0, "hint"), "x", "'hint', which is not known"),
    ("phq-9", ("items", 0, "kind"), "song", "choice, whole"),
    ("evs", ("items", 1, "needless_when", "item"), "evs-2", "no earlier item"),
    ("evs", ("items", 1, "needless_when", "item"), "evs-strength", "no earlier item"),
    ("evs", ("items", 0, "low"), -1, "below zero"),
    ("evs", ("items", 0, "low"), 9, "goes from 9 to 7"),
    ("evs", ("items", 1, "high"), 30000, "beyond 32767"),
    ("evs", ("scoring",), "mean", "needless, which only goes with"),
    ("barriers", ("most",), 18, "how many may be chosen"),
    ("barriers", ("answers", 1, "score"), 2, "answers 0 and 1"),
]  # fmt: skip


@pytest.mark.parametrize(("id_", "path", "value", "said"), SPOILED)
def test_a_spoiled_file_is_refused_in_one_sentence_that_names_it(
    id_: str, path: tuple[Any, ...], value: object, said: str
) -> None:
    spoiled = table(id_)
    place: Any = spoiled
    for key in path[:-1]:
        place = place[key]
    if value is DROP:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    with pytest.raises(InputError, match=said) as refused:
        instrument_of(spoiled, where="spoiled.toml")
    assert str(refused.value).startswith("spoiled.toml")
    assert "\n" not in str(refused.value)


def test_items_out_of_their_order_are_refused() -> None:
    spoiled = table()
    spoiled["items"][0], spoiled["items"][1] = spoiled["items"][1], spoiled["items"][0]
    with pytest.raises(InputError, match="in order"):
        instrument_of(spoiled, where="spoiled.toml")


@pytest.mark.parametrize("text", ["id =", "[" * 5000, "a = 1\na = 2", "a = 2026-99-99", "\0", "{"])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^x\.toml is not readable TOML"):
        instrument_from(text, where="x.toml")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(packaged())), st.data())
def test_whatever_stands_in_a_file_it_is_an_instrument_or_refused(id_: str, data: st.DataObject) -> None:
    spoiled = table(id_)
    place: Any = spoiled
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JUNK)
    said = "junk.toml"
    try:
        instrument_of(spoiled, where="junk.toml")
    except InputError as refused:
        said = str(refused)
    assert said.startswith("junk.toml")


def test_a_new_instrument_is_a_file_and_no_code() -> None:
    new = table("phq-2")
    new["id"] = "two-more"
    for place, item in enumerate(new["items"], start=1):
        item["id"] = f"two-more-{place}"
    made = instrument_of(new, where="two-more.toml")
    assert (made.highest, made.seen) == (6, date(2026, 11, 22))
