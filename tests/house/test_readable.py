"""Every sentence that can be shown is easy to read, and none blames, promises or frightens."""

import re
from statistics import median

import pytest

import shown

SENTENCES = shown.sentences()
#: words that never stand in what is shown -> why
NEVER = {
    "an exclamation mark": r"!",
    "a cure": r"\b(?:cure|cures|cured|curing|recovered)\b",
    "a verdict": r"\b(?:getting|got|gets|get) worse\b|\byour depression\b|\byou are (?:depressed|ill|sick)\b",
    "a promise": r"\b(?:guarantee\w*|we promise|will make you|will lift|will feel better|proven|reduces? (?:the )?risk of suicide)\b",
    "a treatment": r"\b(?:treats?|cures?|prevents?) depression\b|\binstead of (?:therapy|medicine)\b|\bprescription\b",
    "an order": r"\byou must\b|\bmust not\b|\byou ought\b|\bshould\b(?![^.]*\?)",
    "blame": r"\b(?:you (?:failed|missed|forgot|gave up|did not manage)|lazy|guilt\w*|excuses?|your (?:own )?fault\b(?<!not your fault)(?<!no fault of your))",
    "a score in a game": r"\b(?:streaks?|points lost|level up|great job|well done|keep it up|badges?|leader ?board)\b",
    "bodies counted": r"\b(?:calories?|BMI|lose weight|fat)\b",
    "words that hurt": r"\b(?:commit(?:s|ted)? suicide|suffers? from|victims?|crazy|addicts?)\b",
    "an optimum": r"\boptimal\b",
}


@pytest.mark.parametrize("where", sorted({one.where for one in SENTENCES}))
def test_no_sentence_is_harder_than_grade_eight(where: str) -> None:
    hard = [
        f"{grade:.1f}: {one.text}"
        for one in SENTENCES
        if one.where == where and (grade := shown.grade(one.text)) > shown.HARDEST
    ]
    assert hard == []


def test_half_of_the_sentences_are_for_grade_six_or_below() -> None:
    assert len(SENTENCES) > 1500
    assert median(shown.grade(one.text) for one in SENTENCES) <= 6


@pytest.mark.parametrize("kind", NEVER)
def test_no_sentence_blames_promises_or_frightens(kind: str) -> None:
    pattern = re.compile(NEVER[kind], re.IGNORECASE)
    found = {one.text: one.where for one in shown.texts() if pattern.search(shown.filled(one.text))}
    assert found == {}


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("an exclamation mark", "Great to see you!"),
        ("a cure", "Walking cures low mood."),
        ("a verdict", "Your symptoms are getting worse."),
        ("a promise", "This will make you feel good."),
        ("a treatment", "Exercise treats depression."),
        ("an order", "You should walk more."),
        ("blame", "You missed five days."),
        ("blame", "That is your fault."),
        ("a score in a game", "Keep your streak alive."),
        ("words that hurt", "She committed suicide."),
    ],
)
def test_such_a_sentence_would_be_found(kind: str, sentence: str) -> None:
    assert re.search(NEVER[kind], sentence, re.IGNORECASE)


@pytest.mark.parametrize(
    "sentence", ["That is not your fault.", "How hard should it be?", "What should we leave out?"]
)
def test_kind_sentences_and_questions_are_left_alone(sentence: str) -> None:
    assert not any(re.search(pattern, sentence, re.IGNORECASE) for pattern in NEVER.values())


def test_a_hard_sentence_would_be_found_and_an_easy_one_not() -> None:
    assert shown.grade("Psychotherapeutic interventions necessitate considerable determination.") > 8
    assert shown.grade("You can rest today.") < 3


def test_names_do_not_make_a_sentence_hard() -> None:
    plain = shown.grade("We found the lines of so.")
    assert shown.grade("We found the lines of South Georgia & the South Sandwich Islands.") == plain
    assert shown.grade("We found the lines of escitalopram.") == plain


def test_every_reason_to_leave_data_out_still_has_something_to_leave_out() -> None:
    present = {(shown.place_of(path), key) for path in shown.data_files() for key, _text in shown.cells(path)}
    keys = {key for _path, key in present}
    unused = [
        (path, key)
        for path, key in shown.NOT_OURS
        if (path, key) not in present and not (path == "*" and key in keys)
    ]
    assert unused == []
    gone = [
        part
        for part in shown.NOT_FOR_PERSONS
        if not list(shown.SOURCE.rglob(part)) and not (shown.SOURCE / part).exists()
    ]
    assert gone == []


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('{% translate "One of the ways" as label %}', ["One of the ways"]),
        ("{% translate 'One of the ways' %}", ["One of the ways"]),
        ('{{ user.email|default:_("none of the ways") }}', ["none of the ways"]),
        ("{% blocktranslate count n=n %}{{ n }} way{% plural %}{{ n }} ways{% endblocktranslate %}", ["{{ n }} way", "{{ n }} ways"]),
        ("{% blocktranslate asvar alt with k=a|item:'x' %}All of {{ k }}{% endblocktranslate %}", ["All of {{ k }}"]),
    ],
)  # fmt: skip
def test_what_a_template_translates_is_seen(source: str, texts: list[str]) -> None:
    assert list(shown.of_template(source)) == texts


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('_("You can rest today.")', ["You can rest today."]),
        ('SAID = "You can rest today."\nsay(_(SAID))', ["You can rest today."]),
        ('Words("You can rest " "today.")', ["You can rest today."]),
        ('Words("You can rest " + "today.")', ["You can rest today."]),
        ('raise InputError(f"{name} is not a day we know.")', ["{} is not a day we know."]),
        ('raise ValueError("only a programmer sees this one")', []),
        ('def f():\n    "What the function gives, for programmers."', []),
        ('SAID = {"a": ["You can rest today."]}', ["You can rest today."]),
    ],
)
def test_what_a_module_says_is_seen(source: str, texts: list[str]) -> None:
    assert list(shown.of_code(source)) == texts


def test_what_a_script_says_is_seen() -> None:
    assert list(
        shown.of_script('note.textContent = "You can rest today.";\n// "This is only a comment"')
    ) == ["You can rest today."]


def test_the_words_of_a_validated_questionnaire_are_left_alone_and_ours_are_not() -> None:
    left_out = {one.where for one in shown.left_out()}
    seen = {one.where for one in shown.texts()}
    phq = "Feeling down, depressed, or hopeless"
    assert phq in {one.text for one in shown.left_out()}
    assert phq not in {one.text for one in shown.texts()}
    assert "measures/data/phq-9.toml" in left_out & seen, "its bands are in our words"
    assert any(one.where == "measures/data/talk-test.toml" for one in SENTENCES)
