import pytest

from ambulando.activity import catalogue as module
from ambulando.activity.catalogue import (
    ATTENTION,
    COMPANY,
    KIT,
    MODALITIES,
    PLACES,
    activity,
    activity_from,
    catalogue,
    compendium,
)
from ambulando.ground import InputError, packaged_rows

#: The table of the project's clinical facts, as verified there: code and MET of the 2011 edition.
VERIFIED = {
    "17150": 2.0, "17151": 2.0, "17152": 2.8, "17165": 3.0, "17190": 3.5, "17200": 4.3, "17082": 5.3, "17080": 6.0,
    "17133": 4.0, "12010": 6.0, "12020": 7.0, "01018": 3.5, "01010": 4.0, "02048": 5.0, "18265": 5.3, "18240": 5.8,
    "18355": 5.5, "03040": 3.0, "03025": 4.5, "03031": 7.8, "03015": 7.3, "02024": 2.8, "02022": 3.8, "02054": 3.5,
    "02052": 5.0, "02035": 4.3, "02101": 2.3, "02150": 2.5, "02160": 4.0, "02105": 3.0, "15670": 3.0, "15672": 1.5,
    "08245": 3.8, "08246": 3.5, "05020": 3.5, "05175": 3.5, "15030": 5.5, "15610": 7.0, "15675": 7.3, "17105": 3.8,
}  # fmt: skip


def some(**wanted):
    return [a for a in catalogue().values() if all(getattr(a, key) == value for key, value in wanted.items())]


def test_there_are_at_least_forty_activities_and_one_of_every_modality():
    assert len(catalogue()) >= 44
    assert {a.modality for a in catalogue().values()} == set(MODALITIES)


def test_the_met_values_are_those_of_the_verified_table():
    for code, met in VERIFIED.items():
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


def test_most_modalities_can_be_done_seated_for_nothing_or_have_a_seated_form():
    seated = {a.modality for a in some(seated=True)}
    assert seated >= {
        "aerobic",
        "strength",
        "yoga",
        "tai-chi",
        "dance",
        "mixed",
        "everyday",
        "sport",
        "cycling",
    }
    assert {a.modality for a in some(seated=True, cost=0, kit=())} >= {
        "aerobic",
        "strength",
        "yoga",
        "tai-chi",
        "dance",
    }


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
    ],
)
def test_a_wrong_cell_of_the_catalogue_is_named_with_its_row(column, value, says):
    row = dict(packaged_rows("ambulando.activity.data", "catalogue.csv")[0])
    with pytest.raises(InputError, match=f"Row 7 of .*{says}"):
        activity_from(row | {column: value}, 7)


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
