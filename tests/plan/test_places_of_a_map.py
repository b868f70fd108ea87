"""An extract of OpenStreetMap: what is a place there is one here with its source, and no file does harm or is read in part."""

import bz2
import gzip
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osmium.osm.mutable import Node, Relation, Way

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError, packaged_toml
from ambulando.plan import place_osm
from ambulando.plan.place_osm import ATTRIBUTION, place_from, read_osm
from ambulando.plan.places import KINDS, Place

SEEN = date(2026, 6, 1)
#: a town of one street on the equator, about 111 m for a thousandth of a degree
TOWN = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <node id="1" lat="0.001" lon="0.0" version="1"><tag k="leisure" v="playground"/><tag k="name" v="Little Oaks"/><tag k="wheelchair" v="limited"/></node>
  <node id="2" lat="0.002" lon="0.0" version="1"/>
  <node id="3" lat="0.003" lon="0.0" version="1"/>
  <node id="4" lat="0.5" lon="0.0" version="1"/>
  <node id="5" lat="0.004" lon="0.0" version="1"><tag k="leisure" v="playground"/></node>
  <node id="6" lat="0.004" lon="0.0" version="1"><tag k="leisure" v="swimming_pool"/><tag k="name" v="The Smiths"/><tag k="access" v="private"/></node>
  <node id="7" lat="0.004" lon="0.0" version="1"><tag k="shop" v="bakery"/><tag k="name" v="Bread"/></node>
  <way id="10" version="1"><nd ref="2"/><nd ref="3"/><nd ref="2"/><tag k="leisure" v="park"/><tag k="name" v="River Park"/><tag k="wheelchair" v="yes"/><tag k="opening_hours" v="sunrise-sunset"/><tag k="addr:street" v="Mill Lane"/><tag k="addr:housenumber" v="1"/></way>
  <way id="11" version="1"><nd ref="3"/><nd ref="2"/><tag k="highway" v="footway"/><tag k="name" v="Towpath"/></way>
  <way id="12" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="path"/><tag k="name" v="Towpath"/></way>
  <way id="13" version="1"><nd ref="4"/><nd ref="3"/><tag k="leisure" v="sports_centre"/><tag k="name" v="Baths"/><tag k="sport" v="swimming;badminton"/><tag k="fee" v="yes"/><tag k="check_date" v="2024-02-03"/></way>
  <way id="14" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="footway"/></way>
  <way id="15" version="1"><nd ref="2"/><nd ref="3"/></way>
  <relation id="20" version="1"><member type="way" ref="15" role="outer"/><tag k="type" v="route"/><tag k="route" v="hiking"/><tag k="name" v="Ridge Route"/></relation>
</osm>
"""  # fmt: skip


def extract(folder: Path, text: str = TOWN, name: str = "town.osm") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def by_name(places: tuple[Place, ...]) -> dict[str, Place]:
    return {one.name: one for one in places}


def test_what_has_a_name_and_is_for_all_is_read(tmp_path: Path) -> None:
    found = by_name(read_osm(extract(tmp_path), seen=SEEN))
    assert {name: (one.kind, one.id) for name, one in found.items()} == {
        "Little Oaks": ("playground", "osm-node-1"),
        "River Park": ("park", "osm-way-10"),
        "Towpath": ("path", "osm-way-11"),
        "Baths": ("pool", "osm-way-13"),
        "Ridge Route": ("path", "osm-relation-20"),
    }


def test_every_place_of_a_map_names_it_as_its_source(tmp_path: Path) -> None:
    assert {one.source for one in read_osm(extract(tmp_path), seen=SEEN)} == {
        "© OpenStreetMap contributors, ODbL"
    }


def test_the_tags_of_a_park_are_kept(tmp_path: Path) -> None:
    park = by_name(read_osm(extract(tmp_path), seen=SEEN))["River Park"]
    assert (park.where, park.hours, park.accessible, park.cost, park.days) == (
        "1 Mill Lane",
        "sunrise-sunset",
        True,
        0,
        (),
    )
    assert (park.latitude, park.longitude) == (0.002, 0.0), "it lies where its first node is"
    assert park.seen == SEEN


def test_baths_are_a_pool_with_all_their_sports_and_an_old_look(tmp_path: Path) -> None:
    baths = by_name(read_osm(extract(tmp_path), seen=SEEN))["Baths"]
    assert baths.activities == ("swimming", "badminton")
    assert baths.cost == 2
    assert baths.seen == date(2024, 2, 3)


def test_limited_access_is_not_a_yes_and_not_a_no(tmp_path: Path) -> None:
    assert by_name(read_osm(extract(tmp_path), seen=SEEN))["Little Oaks"].accessible is None


def test_a_route_lies_where_its_first_way_begins(tmp_path: Path) -> None:
    assert by_name(read_osm(extract(tmp_path), seen=SEEN))["Ridge Route"].latitude == 0.002


def test_only_what_is_near_a_point_is_taken_and_the_nearest_comes_first(tmp_path: Path) -> None:
    path = extract(tmp_path)
    found = read_osm(path, seen=SEEN, at=(0.0, 0.0), within=1)
    assert [one.name for one in found] == ["Little Oaks", "Ridge Route", "River Park", "Towpath"]
    assert found[0].km == pytest.approx(0.111, abs=0.001)
    assert "Baths" in by_name(read_osm(path, seen=SEEN, at=(0.0, 0.0)))


@pytest.mark.parametrize("name", ["town.osm", "town.osm.gz", "town.osm.bz2", "town.osm.pbf", "TOWN.OSM"])
def test_every_form_of_an_extract_gives_the_same(name: str, tmp_path: Path) -> None:
    plain = extract(tmp_path)
    path = tmp_path / "forms" / name
    path.parent.mkdir()
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(TOWN.encode()))
    elif name.endswith(".bz2"):
        path.write_bytes(bz2.compress(TOWN.encode()))
    elif name.endswith(".pbf"):
        with osmium.SimpleWriter(str(path)) as writer:
            for thing in osmium.FileProcessor(str(plain)):
                writer.add(thing)
    else:
        path.write_text(TOWN, "utf-8")
    assert read_osm(path, seen=SEEN) == read_osm(plain, seen=SEEN)


def test_a_binary_extract_with_wild_references_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wild.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        writer.add_node(Node(id=1, version=1, location=(0.0, 0.0), tags={"leisure": "park", "name": "Here"}))
        writer.add_way(Way(id=2, version=1, nodes=[], tags={"leisure": "park", "name": "Nowhere"}))
        writer.add_way(Way(id=3, version=1, nodes=[99], tags={"leisure": "park", "name": "Cut off"}))
        writer.add_relation(Relation(id=4, version=1, members=[], tags={"route": "hiking", "name": "Empty"}))
        writer.add_relation(
            Relation(
                id=5,
                version=1,
                members=[("r", 5, ""), ("n", 1, "")],
                tags={"route": "hiking", "name": "Round"},
            )
        )
    found = by_name(read_osm(path, seen=SEEN))
    assert set(found) == {"Here", "Nowhere", "Cut off", "Empty", "Round"}
    assert found["Round"].latitude == 0.0
    assert found["Empty"].latitude is None
    assert [one.name for one in read_osm(path, seen=SEEN, at=(0.0, 0.0), within=1)] == ["Here", "Round"]


def test_names_are_text_whatever_they_hold(tmp_path: Path) -> None:
    name = "&lt;script&gt;alert(1)&lt;/script&gt;&#x202e;evil" + "x" * 200
    text = f'<osm version="0.6"><node id="1" lat="0" lon="0" version="1"><tag k="leisure" v="park"/><tag k="name" v="{name}"/></node></osm>'
    (one,) = read_osm(extract(tmp_path, text), seen=SEEN)
    assert one.name.startswith("<script>alert(1)</script>evilxx")
    assert len(one.name) == 120


BOMB = '<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
) + ']><osm version="0.6"><node id="1" lat="0" lon="0" version="1"><tag k="leisure" v="park"/><tag k="name" v="&i;"/></node></osm>'  # fmt: skip
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY x SYSTEM "file:///etc/passwd">]><osm version="0.6"><node id="1" lat="0" lon="0" version="1"><tag k="leisure" v="park"/><tag k="name" v="&x;"/></node></osm>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a map",
        "<osm",
        "<osm version='0.6'><node id='x'/></osm>",
        "<html/>",
        BOMB,
        OUTSIDE,
        TOWN[: len(TOWN) // 2],
    ],
)
def test_what_is_no_extract_is_refused_in_one_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"town\.osm can not be read as an extract") as fault:
        read_osm(extract(tmp_path, text), seen=SEEN)
    assert "root:" not in str(fault.value)
    assert len(str(fault.value)) < 250


@pytest.mark.parametrize("name", ["town.osm.pbf", "town.osm.gz", "town.osm.bz2"])
@given(data=st.binary(max_size=400))
def test_any_bytes_are_refused(name: str, data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes(data)
    with suppress(InputError):
        assert read_osm(path, seen=SEEN, most_unpacked=10_000_000) == ()


@pytest.mark.parametrize("name", ["town.osm.gz", "town.osm.bz2"])
def test_what_unpacks_to_too_much_is_refused_before_it_is_read(name: str, tmp_path: Path) -> None:
    pack = gzip.compress if name.endswith(".gz") else bz2.compress
    path = tmp_path / name
    path.write_bytes(pack(TOWN.encode() + b" " * 5_000_000))
    assert path.stat().st_size < 20_000
    with pytest.raises(InputError, match="unpacks to more than 1 MB"):
        read_osm(path, seen=SEEN, most_unpacked=1 << 20)


def test_a_file_of_another_kind_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no extract of OpenStreetMap"):
        read_osm(extract(tmp_path, name="town.txt"), seen=SEEN)
    with pytest.raises(InputError, match="There is no file"):
        read_osm(tmp_path / "none.osm", seen=SEEN)


def test_without_osmium_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(InputError, match=r"install ambulando\[places\]"):
        read_osm(extract(tmp_path), seen=SEEN)


def test_more_places_than_fit_ask_for_a_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_osm, "MOST_PLACES", 3)
    with pytest.raises(InputError, match="--near and --within"):
        read_osm(extract(tmp_path), seen=SEEN)


TABLE: dict[str, Any] = packaged_toml("ambulando.plan", "data/osm.toml")


@pytest.mark.parametrize("row", TABLE["tag"], ids=lambda row: f"{row['key']}={row['value']}")
def test_every_tag_leads_to_a_kind_and_to_things_to_do_and_names_its_page(row: dict[str, Any]) -> None:
    assert row["kind"] in KINDS
    assert row["cost"] in range(4)
    assert row["source"].startswith("https://wiki.openstreetmap.org/wiki/Tag:")
    sport = "soccer" if not row["activities"] else ""
    place = place_from({row["key"]: row["value"], "name": "Here", "sport": sport}, "osm-node-1", SEEN)
    assert place is not None
    assert place.source == ATTRIBUTION


def test_every_sport_is_of_the_catalogue() -> None:
    for sport, activities in TABLE["sport"].items():
        assert activities, sport
        assert set(activities) <= {*MODALITIES, *catalogue()}, sport
    assert set(TABLE["kind_by_sport"]) <= set(TABLE["sport"])
    assert set(TABLE["kind_by_sport"].values()) <= set(KINDS)


@pytest.mark.parametrize(
    "tags", [{"access": "private"}, {"access": "members"}, {"garden:type": "residential"}, {"name": " "}]
)
def test_what_is_not_for_all_or_has_no_name_is_left_out(tags: dict[str, str]) -> None:
    assert place_from({"leisure": "garden", "name": "Hidden", **tags}, "osm-node-1", SEEN) is None


def test_a_day_to_come_is_no_day_on_which_somebody_looked() -> None:
    found = place_from({"leisure": "park", "name": "P", "check_date": "2099-01-01"}, "osm-node-1", SEEN)
    assert found is not None
    assert found.seen == SEEN
