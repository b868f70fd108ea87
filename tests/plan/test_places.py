"""Groups and places: what a list says is what is read, what fits a person is what they are offered, and no file does harm."""

import csv
import io
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_people import PROFILES, broken

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError
from ambulando.plan.place_csv import COLUMNS, days_from, read_csv
from ambulando.plan.places import (
    GROUPS,
    KINDS,
    LONGEST,
    Place,
    distance,
    does,
    fitting,
    meeting_times,
    near,
    offered,
    plain,
    point_from,
    stale,
    trace_of,
    when,
)
from ambulando.plan.rules import number
from ambulando.safety.profile import DAYS, Window, profile_from
from ambulando.safety.screen import screen
from cast import CLEO, FAY
from places import ROOT

SEEN = date(2026, 6, 1)
MONDAY = date(2026, 6, 8)
TUESDAY = date(2026, 6, 9)
WALK = catalogue()["easy-walk"]
GROUP_WALK = catalogue()["group-walk"]
EXAMPLE = (ROOT / "docs/examples/places.csv").read_text("utf-8")


def place(**other: Any) -> Place:
    """A park where one walks."""
    return Place(**({"id": "p", "name": "River Park", "kind": "park", "activities": ("walking",)} | other))


def group(**other: Any) -> Place:
    """A walking group on Tuesdays at ten."""
    told = {
        "id": "g",
        "name": "Harbour Walkers",
        "kind": "walking-group",
        "days": (Window("tuesday", time(10), time(11)),),
        "company": "together",
    }
    return place(**(told | other))


def profile(**told: Any) -> Any:
    return profile_from(told)


def best(
    *places: Place,
    activity: Any = WALK,
    day: date = TUESDAY,
    at: time = time(10),
    minutes: int = 20,
    **told: Any,
) -> Place | None:
    return fitting(activity, places, day=day, time=at, minutes=minutes, profile=profile(**told))


# What a list says is what is read

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40).map(plain)
WINDOWS = st.builds(
    lambda day, start, length: Window(day, time(*divmod(start, 60)), time(*divmod(start + length, 60))),
    st.sampled_from(DAYS),
    st.integers(0, 1300),
    st.integers(1, 130),
)
PLACES = st.builds(
    Place,
    id=TEXTS.filter(lambda text: text and not text.startswith("#")),  # that would be a comment
    name=TEXTS.filter(bool),
    kind=st.sampled_from(KINDS),
    activities=st.lists(
        st.sampled_from([*MODALITIES, *catalogue()]), min_size=1, max_size=4, unique=True
    ).map(tuple),
    where=TEXTS,
    days=st.lists(WINDOWS, max_size=4, unique=True).map(
        lambda found: tuple(sorted(found, key=lambda one: (DAYS.index(one.day), one.start, one.end)))
    ),
    cost=st.integers(0, 3),
    company=st.sampled_from(("alone", "together", "either")),
    supervised=st.booleans(),
    accessible=st.sampled_from((True, False, None)),
    contact=TEXTS,
    source=TEXTS.filter(bool),
    seen=st.dates(date(2000, 1, 1), SEEN),
)


def written(places: list[Place]) -> str:
    """A list as a spreadsheet would write it."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS)
    table.writeheader()
    words = {True: "yes", False: "no", None: ""}
    for one in places:
        table.writerow(
            {
                **{name: getattr(one, name) for name in COLUMNS if hasattr(one, name)},
                "activities": " ".join(one.activities),
                "days": "; ".join(f"{day.day} {day.start:%H:%M}-{day.end:%H:%M}" for day in one.days),
                "supervised": words[one.supervised],
                "accessible": words[one.accessible],
                "latitude": "",
                "longitude": "",
            }
        )
    return out.getvalue()


@given(st.lists(PLACES, min_size=1, max_size=4, unique_by=lambda one: one.id))
def test_what_is_written_is_what_is_read(places: list[Place]) -> None:
    assert list(read_csv(written(places), "list.csv", seen=SEEN)) == places


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    said = "list.csv"
    try:
        read_csv("name,kind,activities\n" + text, "list.csv", seen=SEEN)
    except InputError as fault:
        said = str(fault)
    assert "list.csv" in said


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("name", "", "empty"),
        ("name", "x" * 121, "121 letters"),
        ("kind", "volcano", "volcano"),
        ("activities", "walking hovering", "hovering"),
        ("days", "tuesday at ten", "tuesday 10:00-11:00"),
        ("days", "tuesday 11:00-10:00", "ends before it starts"),
        ("days", "someday 10:00-11:00", "someday"),
        ("days", "tuesday 25:00-26:00", "time of the day"),
        ("cost", "4", "0, 1, 2 or 3"),
        ("company", "crowd", "crowd"),
        ("supervised", "maybe", "neither yes nor no"),
        ("accessible", "1", "neither yes nor no"),
        ("seen", "last week", "2026-05-31"),
        ("latitude", "north", "degrees"),
        ("latitude", "91", "91"),
        ("longitude", "nan", "nan"),
    ],
)
def test_one_bad_cell_is_named_and_nothing_is_read(column: str, cell: str, said: str) -> None:
    row = {
        "name": "Hill",
        "kind": "park",
        "activities": "walking",
        "latitude": "1",
        "longitude": "2",
        column: cell,
    }
    good = "Good," + ",".join(
        "park" if name == "kind" else "walking" if name == "activities" else ""
        for name in row
        if name != "name"
    )
    text = f"{','.join(row)}\n{good}\n" + ",".join(f'"{one}"' for one in row.values())
    with pytest.raises(InputError, match=r"Row 3 of list\.csv") as fault:
        read_csv(text, "list.csv", seen=SEEN)
    assert said in str(fault.value)


def test_a_column_with_a_slip_in_its_name_is_refused() -> None:
    with pytest.raises(InputError, match="'accessable' that is not known"):
        read_csv("name,kind,activities,accessable\nA,park,walking,yes", "list.csv", seen=SEEN)


def test_the_same_id_twice_is_refused() -> None:
    with pytest.raises(InputError, match=r"Row 3 of list\.csv has the same id as row 2"):
        read_csv("name,kind,activities\nA,park,walking\nA,park,running", "list.csv", seen=SEEN)


def test_a_group_is_for_company_unless_the_list_says_other() -> None:
    text = "name,kind,activities,company\nA,walking-group,walking,\nB,walking-group,walking,either\nC,park,walking,"
    assert [one.company for one in read_csv(text, "l", seen=SEEN)] == ["together", "either", "either"]


def test_the_file_and_the_day_stand_in_for_what_a_row_leaves_out() -> None:
    (one,) = read_csv("name,kind,activities\nA,park,walking", "town.csv", seen=SEEN)
    assert (one.source, one.seen, one.id) == ("town.csv", SEEN, "park-a")


def test_a_huge_list_is_refused() -> None:
    with pytest.raises(InputError, match="20001 rows"):
        read_csv(
            "name,kind,activities\n" + "\n".join(f"P{n},park,walking" for n in range(20_001)), "l", seen=SEEN
        )
    with pytest.raises(InputError, match="10 million letters"):
        read_csv("x" * 10_000_001, "l", seen=SEEN)


def test_formulas_scripts_and_hidden_letters_are_only_text() -> None:
    text = 'name,kind,activities,where\n"=HYPERLINK(""x"")",park,walking,"<script>alert(1)</script>\x1b[2J\u202eevil"'
    (one,) = read_csv(text, "l", seen=SEEN)
    assert one.name == '=HYPERLINK("x")'
    assert one.where == "<script>alert(1)</script>[2Jevil"


@given(st.text(max_size=60))
def test_plain_text_has_one_line_and_no_commands(text: str) -> None:
    found = plain(text)
    assert found == plain(found)
    assert not any(letter < " " or letter in "\u202e\u2066\x7f\x9b" for letter in found)


@pytest.mark.parametrize("name", LONGEST)
def test_no_field_is_longer_than_it_may_be(name: str) -> None:
    with pytest.raises(InputError, match="letters"):
        place(**{name: "x" * (LONGEST[name] + 1)})
    with pytest.raises(InputError, match="can not be shown"):
        place(**{name: "a\u202eb"})


@pytest.mark.parametrize(
    "other",
    [{"activities": ()}, {"kind": "moon"}, {"cost": 4}, {"company": "all"}, {"latitude": 1.0}, {"latitude": 91.0, "longitude": 0.0}],
)  # fmt: skip
def test_a_place_that_can_not_be_is_refused(other: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        place(**other)


# Where it is


def test_distances_are_those_of_a_globe() -> None:
    # a degree of latitude is a 360th of the way round the poles
    assert distance(0, 0, place(latitude=1.0, longitude=0.0)) == pytest.approx(
        2 * 3.141592653589793 * 6371 / 360
    )
    # London to Paris, city centres: 344 km
    assert distance(51.5074, -0.1278, place(latitude=48.8566, longitude=2.3522)) == pytest.approx(344, abs=1)
    assert distance(0, 0, place()) is None


def test_near_keeps_what_has_no_coordinates_and_puts_the_nearest_first() -> None:
    far, close, unknown = (
        place(id="far", latitude=1.0, longitude=0.0),
        place(id="close", latitude=0.01, longitude=0.0),
        place(id="unknown"),
    )
    assert [one.id for one in near([unknown, far, close], 0, 0)] == ["close", "far", "unknown"]
    assert [one.id for one in near([unknown, far, close], 0, 0, within=5)] == ["close", "unknown"]


@pytest.mark.parametrize("text", ["", "1", "a,b", "1,2,3", "one,2"])
def test_a_point_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="latitude and longitude"):
        point_from(text)


@pytest.mark.parametrize(
    ("point", "within"),
    [((91, 0), None), ((0, 181), None), ((float("nan"), 0), None), ((0, 0), 0), ((0, 0), -1)],
)
def test_a_distance_from_nowhere_is_refused(point: tuple[float, float], within: float | None) -> None:
    with pytest.raises(InputError):
        near([place()], *point, within=within)


# What fits


def test_every_kind_of_place_has_something_to_do_there() -> None:
    for kind in KINDS:
        assert any(does(place(kind=kind, activities=MODALITIES), one) for one in catalogue().values()), kind


@pytest.mark.parametrize(
    ("kind", "done", "activity", "yes"),
    [
        ("park", "walking", "easy-walk", True),
        ("park", "walking", "group-walk", False),  # a park is no group
        ("park", "walking", "corner-walk", False),  # from one's own door
        ("park", "corner-walk", "corner-walk", True),
        ("park", "walking", "treadmill-walk", False),
        ("walking-group", "walking", "group-walk", True),
        ("walking-group", "walking", "friend-walk", False),  # with somebody one likes, not with a group
        ("walking-group", "walking", "errand-walk", False),
        ("class", "yoga", "yoga-class", True),
        ("class", "yoga", "hatha-yoga", False),
        ("pool", "swimming", "lap-swim", True),
        ("pool", "swimming", "easy-walk", False),
        ("gym", "strength", "gym-weights", True),
        ("league", "sport", "football", True),
    ],
)
def test_what_is_done_where(kind: str, done: str, activity: str, yes: bool) -> None:
    assert does(place(kind=kind, activities=(done,)), catalogue()[activity]) is yes


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"cost": 2}, {"money": 1}),
        ({"kind": "walking-group", "company": "together"}, {"company": "alone"}),
        ({"company": "alone"}, {"company": "together"}),
        ({"accessible": False}, {"conditions": ["wheelchair"]}),
        ({"kind": "gym", "activities": ("strength",)}, {"places": ["home", "outdoors"]}),
        ({"activities": ("walking",)}, {"dislikes": ["walking"]}),
        (
            {"days": (Window("tuesday", time(10), time(11)),)},
            {"windows": [{"day": "monday", "from": "09:00", "to": "12:00"}]},
        ),
    ],
)
def test_what_does_not_fit_is_not_offered_but_ones_own_stays(
    other: dict[str, Any], told: dict[str, Any]
) -> None:
    one = place(**other)
    assert offered([one], profile(**told)) == ()
    assert offered([replace(one, own=True)], profile(**told)) == (replace(one, own=True),)


def test_what_nobody_knows_of_wheelchairs_is_offered() -> None:
    one = place(activities=("wheel-outdoors",), accessible=None)
    assert offered([one], profile(conditions=["wheelchair"])) == (one,)


def test_a_group_is_offered_to_who_is_free_when_it_begins() -> None:
    free = {"windows": [{"day": "tuesday", "from": "10:30", "to": "12:00"}]}
    assert offered([group()], profile(**free)) == ()
    assert offered([group(kind="park", company="either")], profile(**free)) != (), (
        "a park is open at any of its hours"
    )


@pytest.mark.parametrize("held", [CLEO, FAY])
def test_while_a_plan_is_held_nothing_is_offered(held: dict[str, Any]) -> None:
    assert offered([place(), place(own=True)], profile_from(held)) == ()


@given(PROFILES, st.lists(PLACES, max_size=4, unique_by=lambda one: one.id))
def test_no_place_is_offered_for_something_unsafe_alone(told: Any, places: list[Place]) -> None:
    limits = screen(told).limits
    for one in offered(places, told):
        assert one in places
        assert any(does(one, each) and not broken(each, limits) for each in catalogue().values())


# Which one a session gets


def test_ones_own_come_first_then_the_nearest_then_by_name() -> None:
    own = place(id="own", name="Z bench", own=True)
    close, far = place(id="a", name="Far", km=9.0), place(id="b", name="Near", km=1.0)
    named, later = place(id="c", name="Ash Park"), place(id="d", name="Beech Park")
    assert best(later, named, close, far, own) is own
    assert best(later, named, close, far) is far
    assert best(later, named) is named


def test_a_group_is_met_when_it_begins_or_a_little_before() -> None:
    assert best(group(), activity=GROUP_WALK) == group()
    assert best(group(), activity=GROUP_WALK, at=time(9, 45)) == group()
    for other in ({"at": time(9, 40)}, {"at": time(10, 5)}, {"day": MONDAY}, {"minutes": 61}):
        assert best(group(), activity=GROUP_WALK, **other) is None


def test_a_group_whose_times_nobody_knows_moves_no_session() -> None:
    assert best(group(days=()), activity=GROUP_WALK) is None


def test_a_group_at_that_very_time_goes_before_a_park_and_at_another_only_for_who_wants_company() -> None:
    park = place(km=0.1)
    assert best(park, group()) == group()
    assert best(park, group(), at=time(9, 50)) is park
    assert best(park, group(), at=time(9, 50), company="together") == group()
    assert best(park, group(), company="alone") is park


def test_a_place_has_to_be_open_for_all_of_the_session() -> None:
    baths = place(days=(Window("tuesday", time(9), time(10, 30)),))
    assert best(baths, minutes=30) is baths
    assert best(baths, minutes=31) is None
    assert best(baths, day=MONDAY) is None


def test_a_few_minutes_are_worth_no_way_but_to_ones_own_place() -> None:
    few = int(number("place", "shortest")) - 1
    assert best(place(), minutes=few) is None
    assert best(place(own=True), minutes=few) is not None


@given(
    PROFILES,
    st.lists(PLACES, max_size=6, unique_by=lambda one: one.id),
    st.sampled_from(list(catalogue())),
    st.randoms(),
)
def test_the_choice_does_not_hang_on_the_order_of_the_list(
    told: Any, places: list[Place], id_: str, rng: Any
) -> None:
    asked = {"day": TUESDAY, "time": time(10), "minutes": 20, "profile": told}
    chosen = fitting(catalogue()[id_], places, **asked)
    shuffled = rng.sample(places, len(places))
    assert fitting(catalogue()[id_], shuffled, **asked) == chosen
    assert chosen is None or does(chosen, catalogue()[id_])


def test_the_times_of_groups_are_told_in_order_and_once() -> None:
    twice = group(id="h", days=(Window("monday", time(8), time(9)), Window("tuesday", time(10), time(11))))
    assert [(one.day, one.start.hour) for one in meeting_times(GROUP_WALK, [group(), twice, place()])] == [
        ("monday", 8),
        ("tuesday", 10),
    ]
    assert meeting_times(catalogue()["easy-swim"], [group()]) == ()


# What is told of it


def test_what_nobody_looked_at_for_a_year_is_stale() -> None:
    assert not stale(place(seen=date(2025, 6, 9)), TUESDAY)
    assert stale(place(seen=date(2025, 6, 8)), TUESDAY)
    assert not stale(place(seen=None), TUESDAY)


def test_the_trace_says_which_where_when_and_who_says_so() -> None:
    told = trace_of(group(where="The old pier", source="Town list"), TUESDAY)
    assert {"id", "name", "where", "when", "source"} <= set(told)
    assert told["when"] == [
        {"pattern": "{day}, {start} to {end}", "values": {"day": {"pattern": "Tuesday", "values": {}}, "start": "10:00", "end": "11:00"}}
    ]  # fmt: skip
    assert told["own"] is False


def test_hours_that_were_not_read_are_quoted() -> None:
    assert [str(one) for one in when(place(hours="Mo-Fr 07:00-20:00; PH off"))] == [
        "Hours, as the source has them: Mo-Fr 07:00-20:00; PH off"
    ]
    assert [str(one) for one in when(group(days=()))] == ["We do not know when they meet. Please ask them."]
    assert when(place()) == ()


def test_the_example_of_the_documentation_has_groups_and_places() -> None:
    found = read_csv(EXAMPLE, "places.csv", seen=SEEN)
    assert {one.kind in GROUPS for one in found} == {True, False}
    assert days_from("tue 10:00-11:00; monday 9:00 to 9:30") == (
        Window("monday", time(9), time(9, 30)),
        Window("tuesday", time(10), time(11)),
    )
