"""Medicines by name: found, or asked for, and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.safety.medicines import (
    CLASSES,
    NONE_KNOWN,
    classes_of,
    corrected,
    found,
    medicines,
    resembling,
)
from ambulando.safety.rules import rules
from ambulando.safety.screen import of_medicines

ATC_OF_CLASS = {
    "ssri": ("N06AB", "N06CA"),
    "snri": ("N06AX16", "N06AX17", "N06AX21", "N06AX23", "N06AX28"),
    "tricyclic": ("N06AA",),
    "maoi": ("N06AF", "N06AG", "N04BD"),
    "bupropion": ("N06AX12", "N06AX62"),
    "mirtazapine": ("N06AX03", "N06AX11"),
    "other-antidepressant": ("N06AX",),
    "cholesterol": ("C10A",),
    "thyroid": ("H03AA",),
    "beta-blocker": ("C07A",),
    "lithium": ("N05AN",),
    "antipsychotic": ("N05A", "N06CA"),
    "stimulant": ("N06BA",),
    "other-psychotropic": ("N03AF", "N03AG", "N03AX", "N02BF", "N05BB", "N05BE"),
    "anticholinergic": ("N04A", "G04BD", "R06AA", "R06AD", "N05BB"),
    "diuretic": ("C03",),
    "ace-arb": ("C09",),
    "calcium-blocker": ("C08CA",),
    "insulin": ("A10A",),
    "sulfonylurea": ("A10BB",),
    "none-known": (
        "A02BA",
        "A02BC",
        "A10BA",
        "A11CC",
        "B03B",
        "G03A",
        "G04CB",
        "J01C",
        "M04AA",
        "N02BE",
        "R06A",
        "S01EE",
    ),
    "sedative": ("N05BA", "N05CD", "N05CF", "N03AE", "N06AX", "N05BB", "N02BF", "R06A"),
}


def test_there_are_hundreds_of_names_and_every_class_has_some() -> None:
    assert len(medicines()) > 500
    assert {name for one in medicines().values() for name in one.classes} == set(CLASSES)


def test_every_code_stands_in_the_branch_of_its_class() -> None:
    for one in medicines().values():
        for name in one.classes:
            assert one.atc.startswith(ATC_OF_CLASS[name]), one


def test_one_generic_name_has_one_code_and_one_set_of_classes() -> None:
    by_generic: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for one in medicines().values():
        by_generic.setdefault(one.generic, set()).add((one.atc, one.classes))
    assert all(len(kinds) == 1 for kinds in by_generic.values())
    assert set(by_generic) <= set(medicines())


def test_every_class_has_a_rule() -> None:
    asked = {fact for rule in rules() for fact in rule.any_of + rule.all_of}
    assert {f"medicine:{name}" for name in CLASSES} - asked == {f"medicine:{NONE_KNOWN}"}
    assert "medicine:unknown" in asked


@pytest.mark.parametrize(("written", "classes"), [
    ("sertraline", {"ssri"}),
    ("SERTRALINE", {"ssri"}),
    ("  Sertraline 50 mg  ", {"ssri"}),
    ("sertraline, 50 mg", {"ssri"}),
    ("Zoloft 100mg tablets", {"ssri"}),
    ("sertraline hydrochloride", {"ssri"}),
    ("Effexor XR 75 mg", {"snri"}),
    ("Wellbutrin XL", {"bupropion"}),
    ("Toprol-XL", {"beta-blocker"}),
    ("metoprolol succinate ER 25", {"beta-blocker"}),
    ("Amitriptyline (10 mg at night)", {"tricyclic"}),
    ("lithium carbonate 400 mg", {"lithium"}),
    ("nardil", {"maoi"}),
    ("olanzapine and fluoxetine", {"antipsychotic", "ssri"}),
    ("sertraline + quetiapine", {"ssri", "antipsychotic"}),
    ("Ritalin 10 mg twice daily", {"stimulant"}),
    ("Xanax", {"sedative"}),
    ("Lantus SoloStar", {"insulin"}),
    ("gliclazide MR 30 mg", {"sulfonylurea"}),
    ("Lasix 40", {"diuretic"}),
    ("ramipril 5mg capsules", {"ace-arb"}),
    ("vitamin D", {"none-known"}),
    ("metformin 500 mg", {"none-known"}),
])  # fmt: skip
def test_a_medicine_is_found_as_people_write_it(written: str, classes: set[str]) -> None:
    assert classes_of(written) == classes


@pytest.mark.parametrize(
    "written", ["setraline", "blue pills", "50 mg", "vitamin", "ssri", "sertra", "-", "XL"]
)
def test_a_name_that_is_not_known_is_never_guessed(written: str) -> None:
    assert classes_of(written) == {"unknown"}
    assert found(written) == ()


def test_the_unknown_half_of_a_pair_is_asked_for_and_the_known_half_kept() -> None:
    assert classes_of("bisoprolol/blue") == {"beta-blocker", "unknown"}


def test_both_halves_of_a_pair_are_found() -> None:
    assert classes_of("bisoprolol/amlodipine") == {"beta-blocker", "calcium-blocker"}


def test_a_common_medicine_that_needs_no_note_gives_none_and_is_not_unknown() -> None:
    common = [one.name for one in medicines().values() if one.classes == (NONE_KNOWN,)]
    assert len(common) > 50
    for name in common:
        assert of_medicines((name,)) == (), name


def test_a_name_that_means_two_things_in_two_countries_is_not_in_the_table() -> None:
    assert classes_of("Benadryl") == {"unknown"}


@pytest.mark.parametrize(
    ("written", "name", "now"),
    [
        ("setraline", "sertraline", "sertraline"),
        ("Setraline 50 mg at night", "sertraline", "sertraline 50 mg at night"),
        ("Setraline-XR", "sertraline", "sertraline-XR"),
    ],
)
def test_a_name_put_right_keeps_the_dose_beside_it(written: str, name: str, now: str) -> None:
    assert corrected(written, name) == now


def test_a_slip_of_the_pen_is_offered_back_as_a_question() -> None:
    assert resembling("setraline") == "sertraline"
    assert resembling("zzzzzzzz") is None


@given(
    st.sampled_from(sorted(medicines())),
    st.sampled_from(["", " 10 mg", " 5mg tablets", " XR", " (at night)"]),
)
def test_every_known_name_is_found_with_anything_a_box_adds(name: str, added: str) -> None:
    assert classes_of(name.upper() + added) == set(medicines()[name].classes)


@given(st.text(max_size=30))
def test_any_text_at_all_has_classes_or_is_unknown(written: str) -> None:
    assert classes_of(written) <= {*CLASSES, "unknown"}
    assert classes_of(written)


@pytest.mark.parametrize(
    ("written", "class_"),
    [
        ("lithium at night", "lithium"),
        ("I take amitriptyline for sleep", "tricyclic"),
        ("Propranolol when needed", "beta-blocker"),
    ],
)
def test_a_known_name_among_other_words_counts_and_the_rest_stays_unknown(written: str, class_: str) -> None:
    assert classes_of(written) == {class_, "unknown"}


@pytest.mark.parametrize(
    ("written", "classes"),
    [
        ("Sertraline 50 mg, lithium 400 mg", {"ssri", "lithium"}),
        ("sertraline 50 mg and lithium 400 mg", {"ssri", "lithium"}),
        ("sertraline 50mg lithium 400mg", {"ssri", "lithium"}),
        ("Seroquel XR 50mg + Priadel", {"antipsychotic", "lithium"}),
        ("sertraline; lithium", {"ssri", "lithium"}),
        ("sertraline 50 mg (was lithium 400 mg)", {"ssri", "lithium"}),
        ("my mood tablet (lithium)", {"unknown", "lithium"}),
        ("Panadol 500 mg with codeine", {"none-known", "unknown"}),
        ("sertraline 50 mg, blue pill 10 mg", {"ssri", "unknown"}),
        ("sertraline 50 mg warfarin 3 mg", {"ssri", "unknown"}),
        ("sertraline 50 mg in the morning 100 mg at night", {"ssri"}),
        ("olanzapine 6 mg/fluoxetine 25 mg", {"antipsychotic", "ssri"}),
        ("50 mg sertraline", {"ssri"}),
        ("2x sertraline 50", {"ssri"}),
        ("Vitamin D 1000 IU", {"none-known"}),
    ],
)
def test_no_medicine_of_a_line_is_lost_behind_a_dose(written: str, classes: set[str]) -> None:
    assert classes_of(written) == classes


@given(
    st.lists(
        st.sampled_from([name for name in sorted(medicines()) if " and " not in name]), min_size=2, max_size=4
    ),
    st.sampled_from([", ", " / ", "; ", " + ", " and "]),
)
def test_a_line_with_several_medicines_has_the_classes_of_all(names: list[str], between: str) -> None:
    expected = {class_ for name in names for class_ in medicines()[name].classes}
    assert classes_of(between.join(f"{name} 10 mg" for name in names)) == expected


@pytest.mark.parametrize("written", [
    "clonidine", "hydralazine", "amiodarone", "prednisone", "prednisolone", "Lamisil", "Celebrex", "Zantac", "tramadol",
    "Catapres", "bupivacaine", "none", "nothing", "keine", "chlorpropamide",
])  # fmt: skip
def test_another_medicine_that_only_looks_like_one_is_not_asked_about(written: str) -> None:
    assert "unknown" not in classes_of(written) or resembling(written) is None


def test_a_name_of_two_medicines_in_two_countries_stays_unknown() -> None:
    assert classes_of("Norpramin") == {"unknown"}  # desipramine in some countries, omeprazole in Spain


@pytest.mark.parametrize(("name", "class_"), [
    ("trazodone", "sedative"), ("hydroxyzine", "anticholinergic"), ("pregabalin", "sedative"),
    ("zuranolone", "sedative"), ("diphenhydramine", "sedative"), ("Lipitor", "cholesterol"), ("Euthyrox", "thyroid"),
    ("Fosamax", "unknown"),
])  # fmt: skip
def test_what_has_something_to_mind_is_not_taken_for_something_without(name: str, class_: str) -> None:
    assert class_ in classes_of(name)
