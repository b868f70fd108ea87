import re

import pytest

from ambulando.activity import catalogue as module
from ambulando.activity.catalogue import (
    ATTENTION,
    COLUMNS,
    COMPANY,
    KIT,
    MODALITIES,
    NATURE,
    PLACES,
    SEASONS,
    activity,
    activity_from,
    catalogue,
    compendium,
    in_season,
    is_free,
)
from ambulando.ground import InputError, packaged_rows
from places import ROOT

#: The table of the project's clinical facts, as verified there: code and MET of the 2011 edition.
VERIFIED = {
    "17150": 2.0, "17151": 2.0, "17152": 2.8, "17165": 3.0, "17190": 3.5, "17200": 4.3, "17082": 5.3, "17080": 6.0,
    "17133": 4.0, "12010": 6.0, "12020": 7.0, "01018": 3.5, "01010": 4.0, "02048": 5.0, "18265": 5.3, "18240": 5.8,
    "18355": 5.5, "03040": 3.0, "03025": 4.5, "03031": 7.8, "03015": 7.3, "02024": 2.8, "02022": 3.8, "02054": 3.5,
    "02052": 5.0, "02035": 4.3, "02101": 2.3, "02150": 2.5, "02160": 4.0, "02105": 3.0, "15670": 3.0, "15672": 1.5,
    "08245": 3.8, "08246": 3.5, "05020": 3.5, "05175": 3.5, "15030": 5.5, "15610": 7.0, "15675": 7.3, "17105": 3.8,
}  # fmt: skip
#: Read once more in the table of the 2011 edition itself, on 2026-11-23.
READ = {
    "02117": 4.3, "05095": 2.3, "05180": 5.8, "07023": 1.8, "07041": 1.8, "08065": 2.3, "08195": 5.3, "10045": 3.0,
    "15232": 4.0, "15552": 8.8, "15720": 3.0, "17085": 2.5, "17262": 4.5, "18070": 3.5, "18255": 4.8, "18365": 3.0,
}  # fmt: skip


#: What people may need, beside a kind that they like.
NEEDS = {
    "Wheelchair": lambda one: one.wheelchair,
    "Chair": lambda one: one.seated,
    "Pain": lambda one: one.pain_friendly,
    "Children": lambda one: one.children,
    "No money": is_free,
}
DOCUMENT = (ROOT / "docs" / "catalogue.md").read_text("utf-8")


def some(**wanted):
    return [a for a in catalogue().values() if all(getattr(a, key) == value for key, value in wanted.items())]


def of_all_needs(modality):
    return [
        one.id
        for one in some(modality=modality)
        if "home" in one.places and all(meets(one) for meets in NEEDS.values())
    ]


def test_there_are_at_least_120_activities_and_some_of_every_modality():
    assert len(catalogue()) >= 120
    assert {a.modality for a in catalogue().values()} == set(MODALITIES)


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize("need", NEEDS)
def test_every_kind_has_a_choice_for_every_need(modality, need):
    assert [one for one in some(modality=modality) if NEEDS[need](one)]


@pytest.mark.parametrize("modality", MODALITIES)
def test_every_kind_has_a_choice_for_no_money_that_is_at_home_or_outdoors(modality):
    free = [one for one in some(modality=modality) if is_free(one)]
    assert any({"home", "outdoors"} & set(one.places) for one in free)


@pytest.mark.parametrize("modality", MODALITIES)
def test_every_kind_has_one_choice_at_home_that_meets_all_needs_at_once(modality):
    assert of_all_needs(modality)


def test_no_money_means_no_kit_that_costs_either():
    assert is_free(activity("easy-walk"))
    assert is_free(activity("wheel-outdoors")), "a wheelchair is not bought for a walk"
    assert not is_free(activity("catch")), "a ball costs something"
    assert not is_free(activity("easy-swim"))


def test_pain_friendly_is_without_impact_floor_falls_strain_or_weights():
    for found in some(pain_friendly=True):
        assert found.impact == 0, found.id
        assert not found.floor, found.id
        assert not found.falls, found.id
        assert found.intensity != "vigorous", found.id
        assert not {"weights", "band"} & set(found.kit), found.id
    assert not activity("seated-arm-lifts").pain_friendly


def test_an_imitation_on_a_chair_says_so_and_has_a_low_stand_in_for_its_effort():
    for modality in ("walking", "running", "cycling", "swimming"):
        for found in some(modality=modality, seated=True, place="indoors", kit=()):
            if found.places != ("home",):
                continue  # a machine at a gym is the real thing
            assert found.name.endswith("while you sit"), found.id
            assert found.certainty == "nearest entry"
            assert found.intensity == "light"


def test_what_has_a_season_is_left_out_in_the_others():
    snow, walk = activity("snow-clearing"), activity("easy-walk")
    assert [in_season(snow, season) for season in SEASONS] == [False, False, False, True]
    assert all(in_season(walk, season) for season in (*SEASONS, None))
    assert in_season(snow, None), "an unknown season leaves nothing out"


def test_for_somebody_open_to_company_most_kinds_have_one_that_is_led():
    led = {one.modality for one in some(supervised=True)}
    assert len(led) >= 10
    assert all(one.company != "alone" for one in some(supervised=True))


def test_the_document_counts_what_is_there():
    for modality in MODALITIES:
        kind = some(modality=modality)
        counts = [len(kind), *(sum(meets(one) for one in kind) for meets in NEEDS.values())]
        every = [name for name in of_all_needs(modality) if f"`{name}`" in DOCUMENT]
        assert every, modality
        row = (
            f"| `{modality}` | {' | '.join(map(str, counts))} | {', '.join(f'`{name}`' for name in every)} |"
        )
        assert row in DOCUMENT
    assert f"{len(catalogue())} activities" in DOCUMENT


def test_the_document_names_every_column_and_no_other():
    said = DOCUMENT.split("## The columns")[1].split("## To add")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", said, re.MULTILINE)
    assert sorted(name for cell in cells for name in re.findall(r"`(\w+)`", cell)) == sorted(COLUMNS)


def test_the_columns_of_the_file_are_those_that_are_read():
    assert tuple(packaged_rows("ambulando.activity.data", "catalogue.csv")[0]) == COLUMNS


def test_the_met_values_are_those_of_the_verified_table():
    for code, met in (VERIFIED | READ).items():
        assert compendium()["2011", code].met == met, code


def test_every_met_has_a_source_an_edition_and_a_date_and_is_used():
    used = {(a.edition, a.code) for a in catalogue().values()}
    assert used == set(compendium())
    for entry in compendium().values():
        assert entry.source == {"2011": "Ainsworth 2011", "2024": "Herrmann 2024"}[entry.edition]
        assert entry.confirmed.startswith("20")


def test_every_activity_is_within_the_vocabularies():
    for found in catalogue().values():
        assert found.company in COMPANY
        assert found.attention in ATTENTION
        assert set(found.places) <= set(PLACES)
        assert set(found.kit) <= set(KIT)
        assert found.nature in NATURE
        assert set(found.seasons) < set(SEASONS)
        assert found.certainty in ("as tabulated", "nearest entry")
    assert {kit for found in catalogue().values() for kit in found.kit} == set(KIT)


def test_no_activity_has_the_id_of_a_modality():
    assert not set(catalogue()) & set(MODALITIES)


def test_place_follows_from_places():
    assert activity("brisk-walk").place == "outdoors"
    assert activity("slow-stairs").place == "indoors"
    assert activity("slow-stroll").place == "either"


def test_intensity_follows_the_met():
    assert [activity(a).intensity for a in ("bed-stretch", "pilates", "hike")] == [
        "light",
        "moderate",
        "vigorous",
    ]


def test_every_purely_outdoor_thing_has_an_indoor_twin_of_no_more_cost():
    for found in some(place="outdoors"):
        if found.modality == "sport" and found.twin is None:
            continue  # a game in a field has no counterpart in a room
        assert found.twin is not None, found.id
        twin = activity(found.twin)
        assert twin.place != "outdoors"
        assert twin.cost <= found.cost, found.id
        assert twin.met <= found.met + 1.5, found.id  # no harder than what it stands for


def test_there_is_something_for_the_worst_day():
    gentle = [
        a
        for a in some(cost=0, attention="low", kit=(), floor=False)
        if a.met < 3 and a.impact <= 1 and "home" in a.places
    ]
    assert len(gentle) >= 8
    assert {"house-move", "bed-stretch", "window-stretch"} <= {a.id for a in gentle}


def test_each_smallest_version_is_a_short_sentence_of_its_own():
    texts = [a.smallest for a in catalogue().values()]
    for text in texts:
        assert 3 <= len(text.split()) <= 16, text
        assert "!" not in text
    assert len({a.name for a in catalogue().values()}) == len(catalogue())


def test_an_unknown_activity_is_refused_by_name():
    with pytest.raises(InputError, match="no activity 'moonwalk'"):
        activity("moonwalk")


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("modality", "stroll", "modality 'stroll'"),
        ("impact", "4", "impact '4'"),
        ("code", "99999", "code 99999"),
        ("places", "moon", "places 'moon'"),
        ("kit", "yacht", "kit 'yacht'"),
        ("seated", "maybe", "seated 'maybe'"),
        ("smallest", "", "empty 'smallest'"),
        ("places", "", "empty 'places'"),
        ("id", "", "empty 'id'"),
        ("name", "", "empty 'name'"),
        ("edition", "1993", "code 17152 of 1993"),
        ("fit", "good", "fit 'good'"),
        ("dynamic", "1", "dynamic '1'"),
        ("continuous", "", "continuous ''"),
        ("attention", "none", "attention 'none'"),
        ("company", "friends", "company 'friends'"),
        ("cost", "9", "cost '9'"),
        ("floor", "No", "floor 'No'"),
        ("falls", "rarely", "falls 'rarely'"),
        ("nature", "maybe", "nature 'maybe'"),
        ("supervised", "x", "supervised 'x'"),
        ("children", "two", "children 'two'"),
        ("wheelchair", "", "wheelchair ''"),
        ("pain_friendly", "mostly", "pain_friendly 'mostly'"),
        ("seasons", "summer monsoon", "seasons 'monsoon'"),
    ],
)
def test_a_wrong_cell_of_the_catalogue_is_named_with_its_row(column, value, says):
    row = dict(packaged_rows("ambulando.activity.data", "catalogue.csv")[0])
    with pytest.raises(InputError, match=f"Row 7 of .*{says}"):
        activity_from(row | {column: value}, 7)


def test_there_is_a_wrong_cell_for_every_column_but_the_twin():
    (mark,) = test_a_wrong_cell_of_the_catalogue_is_named_with_its_row.pytestmark
    assert {column for column, _, _ in mark.args[1]} == set(COLUMNS) - {"twin"}  # its test is below


@pytest.mark.parametrize(
    ("base", "column", "value", "says"),
    [
        ("indoor-walk", "nature", "can", "nature 'can', but it is never outdoors"),
        ("easy-walk", "wheelchair", "yes", "wheelchair 'yes', but it can not be done sitting"),
        ("floor-play", "wheelchair", "yes", "wheelchair 'yes', but it can not be done sitting"),
        (
            "easy-walk",
            "kit",
            "wheelchair",
            "kit 'wheelchair', but it is not one that can be done in a wheelchair",
        ),
        ("lap-swim", "kit", "children", "kit 'children', but it is not one that can be done with children"),
        ("easy-walk", "pain_friendly", "yes", "pain_friendly 'yes', but it is vigorous or has impact"),
        ("free-swim", "pain_friendly", "yes", "pain_friendly 'yes', but it is vigorous"),
        ("gentle-cycle", "pain_friendly", "yes", "pain_friendly 'yes', but .* falls"),
        ("hatha-yoga", "pain_friendly", "yes", "pain_friendly 'yes', but .* floor"),
        ("tidy", "supervised", "yes", "supervised 'yes', but nobody leads what is done alone"),
    ],
)
def test_cells_that_do_not_fit_each_other_are_refused(base, column, value, says):
    (row,) = (row for row in packaged_rows("ambulando.activity.data", "catalogue.csv") if row["id"] == base)
    activity_from(row, 7)
    with pytest.raises(InputError, match=f"Row 7 of .*{says}"):
        activity_from(row | {column: value}, 7)


def test_a_missing_column_is_named():
    row = dict(packaged_rows("ambulando.activity.data", "catalogue.csv")[0])
    del row["nature"], row["seasons"]
    with pytest.raises(InputError, match=r"mine\.csv has no column 'nature' or 'seasons'"):
        activity_from(row, 2, "mine.csv")


@pytest.mark.parametrize("twin", ["moonwalk", "park-walk"])
def test_a_twin_that_is_not_there_or_not_indoors_is_refused(monkeypatch, twin):
    rows = packaged_rows("ambulando.activity.data", "catalogue.csv")
    broken = (rows[0] | {"twin": twin}, *rows[1:])
    compendium()  # read from the real table before it is exchanged
    monkeypatch.setattr(module, "packaged_rows", lambda package, name: broken)
    module.catalogue.cache_clear()
    try:
        with pytest.raises(InputError, match=f"names '{twin}' as the indoor twin of 'corner-walk'"):
            catalogue()
    finally:
        module.catalogue.cache_clear()


def test_a_repeated_id_is_refused(monkeypatch):
    rows = packaged_rows("ambulando.activity.data", "catalogue.csv")
    tables = {"catalogue.csv": (rows[0], rows[0])}
    compendium()  # read from the real table before it is exchanged
    monkeypatch.setattr(module, "packaged_rows", lambda package, name: tables[name])
    module.catalogue.cache_clear()
    try:
        with pytest.raises(InputError, match=r"Row 3 .* taken"):
            catalogue()
    finally:
        module.catalogue.cache_clear()
