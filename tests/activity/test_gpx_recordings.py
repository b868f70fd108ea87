"""GPX files: written here, and real ones counted in another way."""

import itertools
import math
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.activity.recordings import gpx, read
from ambulando.activity.recordings.tracks import EARTH_RADIUS, ascent_of, metres_between, moving_of
from ambulando.ground import InputError
from places import SHARED

RECORDINGS = SHARED / "data" / "recordings"
real = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings of ../shared are not here")
START = datetime(2026, 11, 2, 20, 30, tzinfo=UTC)
#: Degrees of latitude that are one metre.
METRE = 180 / (math.pi * EARTH_RADIUS)


def point(seconds, metres, *, ele=None, hr=None, time=True):
    when = (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = [f'<trkpt lat="{47 + metres * METRE:.9f}" lon="8">']
    if ele is not None:
        parts.append(f"<ele>{ele}</ele>")
    if time:
        parts.append(f"<time>{when}</time>")
    if hr is not None:
        parts.append(
            "<extensions><x:TrackPointExtension xmlns:x='http://www.garmin.com/xmlschemas/TrackPointExtension/v2'>"
            f"<x:hr>{hr}</x:hr></x:TrackPointExtension></extensions>"
        )
    return "".join([*parts, "</trkpt>"])


def document(*tracks, version="1.1", type_="walking"):
    kind = f"<type>{type_}</type>" if type_ else ""
    inner = "".join(f"<trk><name>A walk</name>{kind}{track}</trk>" for track in tracks)
    space = f"http://www.topografix.com/GPX/{version.replace('.', '/')}"
    return f'<?xml version="1.0"?><gpx version="{version}" xmlns="{space}">{inner}</gpx>'.encode()


def segment(points):
    return f"<trkseg>{''.join(points)}</trkseg>"


def steady(seconds=600, speed=1.4, begin=0, **more):
    return segment(
        point(begin + s, speed * s, **{k: v(s) for k, v in more.items()}) for s in range(seconds + 1)
    )


def one(data, **more):
    (bout,) = read("walk.gpx", data, **more).bouts
    return bout


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("hand_cycling", "handcycle"),
        ("Handcycle", "handcycle"),
        ("handcycling", "handcycle"),
        ("indoor_hand_cycling", "arm-cycle"),
    ],
)
def test_hand_cycling_is_known_by_the_words_that_files_use(word, expected):
    bout = one(document(segment([point(0, 0), point(600, 2500)]), type_=word))
    assert bout.activity == expected
    assert not any("do not know" in one for one in bout.warnings)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_track_becomes_a_bout(version):
    recording = read("walk.gpx", document(steady(hr=lambda s: 90 + s % 2), version=version))
    (bout,) = recording.bouts
    assert recording.format == "gpx"
    assert (bout.activity, bout.start, bout.seconds, bout.samples) == ("moderate-walk", START, 600, 601)
    assert bout.metres == pytest.approx(840, abs=0.1)
    assert bout.moving_seconds == 600
    assert bout.hr_max == 91
    assert bout.hr_mean == pytest.approx(90.5, abs=0.01)
    assert bout.warnings == ()


def test_every_track_is_a_bout_and_segments_of_one_are_joined_without_the_gap():
    pause = segment(point(900 + s, 10_000 + 1.4 * s) for s in range(101))
    recording = read("walk.gpx", document(steady(300) + pause, steady(60, begin=5000)))
    assert [(b.seconds, b.samples) for b in recording.bouts] == [(1000, 402), (60, 61)]
    assert recording.bouts[0].metres == pytest.approx(1.4 * 400, abs=0.1)
    assert recording.bouts[0].moving_seconds == 400


def test_times_are_utc_and_the_day_is_that_of_the_person_s_zone():
    assert one(document(steady(60))).day == date(2026, 11, 2)
    assert one(document(steady(60)), zone=ZoneInfo("Pacific/Auckland")).day == date(2026, 11, 3)
    shifted = document(steady(60)).replace(b"Z</time>", b"+05:00</time>")
    assert one(shifted).start == START - timedelta(hours=5)


def test_the_activity_comes_from_the_type_and_else_from_speed_with_a_warning():
    assert one(document(steady(60), type_="Hiking")).activity == "hike"
    assert one(document(steady(60, speed=5), type_="Biking")).activity == "steady-cycle"
    for speed, expected in [
        (0.9, "easy-walk"),
        (1.4, "moderate-walk"),
        (1.9, "brisk-walk"),
        (3, "easy-run"),
        (6, "steady-cycle"),
    ]:
        bout = one(document(steady(60, speed=speed), type_=None))
        assert bout.activity == expected
        assert bout.warnings == (
            "The activity is guessed from speed: please change it if it was something else.",
        )
    odd = one(document(steady(60), type_="Quidditch"))
    assert odd.activity == "moderate-walk"
    assert "do not know (quidditch)" in odd.warnings[0]


def test_a_recorder_that_lay_still_gives_no_minutes_and_says_so():
    bout = one(document(segment(point(s, 0.1 * (s % 2)) for s in range(0, 600, 5))))
    assert bout.minutes == 0
    assert "No movement" in bout.warnings[-1]


def test_indoors_the_positions_do_not_tell_the_minutes():
    swim = one(document(steady(60, speed=0.01), type_="swim"))
    assert swim.moving_seconds is None
    assert swim.minutes == 1


def test_a_track_without_times_can_not_be_a_bout():
    with pytest.raises(InputError, match=r"^walk\.gpx has a track without times"):
        read("walk.gpx", document(segment(point(s, s, time=False) for s in range(5))))
    with pytest.raises(InputError, match="without times"):
        read("walk.gpx", document(segment([point(0, 0)])))


def test_tracks_without_times_beside_one_with_them_are_counted():
    recording = read("walk.gpx", document(steady(60), segment(point(s, s, time=False) for s in range(5))))
    assert len(recording.bouts) == 1
    assert recording.warnings == ("Tracks without times or with a single point were left out: 1.",)
    assert recording.bouts[0].warnings[0] == recording.warnings[0]


def test_places_routes_and_nothing_are_told_apart():
    for inner, says in [
        ('<wpt lat="1" lon="1"/>', "single places but no track"),
        ('<rte><rtept lat="1" lon="1"/></rte>', "a planned route but no track"),
        ("<trk><trkseg/></trk>", "holds no track"),
        ("", "holds no track"),
    ]:
        with pytest.raises(InputError, match=f"^walk.gpx .*{says}"):
            read("walk.gpx", f"<gpx>{inner}</gpx>".encode())


def test_impossible_values_are_left_out_and_the_rest_is_read():
    bad = (
        '<trkpt lat="nan" lon="8"><time>2026-11-02T20:30:00Z</time></trkpt>'
        '<trkpt lat="147" lon="8"><time>2026-11-02T20:30:00Z</time></trkpt>'
        '<trkpt lon="8"><time>2026-11-02T20:30:00Z</time></trkpt>'
        '<trkpt lat="47" lon="8"><time>0001-01-01T00:00:00Z</time><ele>high</ele></trkpt>'
    )
    bout = one(document(steady(60, hr=lambda s: 999) + segment([bad])))
    assert bout.samples == 62
    assert (bout.seconds, bout.hr_mean, bout.ascent) == (60, None, None)


def test_blanks_and_a_byte_order_mark_before_the_declaration_do_not_matter():
    data = document(steady(60))
    assert one(b"  \n" + data).samples == one(b"\xef\xbb\xbf" + data).samples == 61
    wide = data.decode().replace('"1.0"?', '"1.0" encoding="UTF-16"?').encode("utf-16")
    assert one(wide).samples == 61


def test_an_entity_bomb_is_refused_before_it_is_lit():
    lol = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY l0 "ha">{lol}]><gpx>&l9;</gpx>'
    with pytest.raises(InputError, match="declares a document type"):
        read("bomb.gpx", bomb.encode())
    with pytest.raises(InputError, match="declares a document type"):
        read("file.gpx", b'<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx/>')


def test_a_tower_of_elements_and_a_flood_of_points_are_refused(monkeypatch):
    with pytest.raises(InputError, match="nested more than"):
        read("deep.gpx", b"<gpx>" + b"<a>" * 100_000)
    monkeypatch.setattr(gpx, "MAX_POINTS", 50)
    with pytest.raises(InputError, match="more than 50 points"):
        read("long.gpx", document(steady(60)))


def test_a_truncated_file_is_refused_in_one_sentence_that_counts_what_was_there():
    data = document(steady(60))
    cut = data[: data.index(b"<trkpt", len(data) // 2) + 20]
    with pytest.raises(
        InputError, match=r"stops or breaks at line 1: (2|3)\d points could be read; please export"
    ):
        read("walk.gpx", cut)


@given(st.integers(1, len(document(steady(10))) - 1))
@settings(max_examples=80, deadline=None)
def test_a_file_cut_anywhere_is_refused(length):
    with pytest.raises(InputError, match=r"^walk\.gpx .*\.$"):
        read("walk.gpx", document(steady(10))[:length])


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_in_a_tag_gives_a_recording_or_one_sentence(text):
    data = document(steady(5)).replace(b"walking", text.encode("utf-8", "replace"))
    try:
        said = read("walk.gpx", data).format
    except InputError as error:
        said = str(error)
    assert said == "gpx" or (said.isprintable() and said.endswith("."))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'<?xml version="1.0"?><TrainingCenterDatabase/>', "is a TCX file"),
        (b"<kml/>", "a KML map"),
        (b"<notes><note/></notes>", "begins with 'notes'"),
        (b"<?xml version='1.0' encoding='martian'?><gpx/>", "please export it again"),
    ],
)
def test_xml_of_another_kind_is_named(data, says):
    with pytest.raises(InputError, match=says):
        read("file.xml", data)


# The geometry


def test_a_degree_is_111_km_and_the_poles_are_half_a_turn_apart():
    assert metres_between(0, 0, 1, 0) == pytest.approx(111_195.08, abs=0.01)
    assert metres_between(90, 0, -90, 123) == pytest.approx(math.pi * EARTH_RADIUS)
    assert metres_between(10, 179.5, 10, -179.5) == pytest.approx(metres_between(10, 0, 10, 1))


@given(*[st.floats(-89, 89), st.floats(-180, 180)] * 2)
def test_distance_agrees_with_the_angle_between_vectors(lat1, lon1, lat2, lon2):
    def vector(lat, lon):
        a, b = math.radians(lat), math.radians(lon)
        return math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)

    one, two = vector(lat1, lon1), vector(lat2, lon2)
    angle = 2 * math.asin(min(1.0, math.dist(one, two) / 2))
    assert metres_between(lat1, lon1, lat2, lon2) == pytest.approx(angle * EARTH_RADIUS, abs=1e-3, rel=1e-9)


def test_climbs_below_the_step_are_noise_and_larger_ones_count_in_full():
    assert ascent_of([100, 102, 99, 103, 100, 104]) == 0
    assert ascent_of([100, None, 130, 90, 110]) == 50
    assert ascent_of([100 + i for i in range(51)]) == 50
    assert ascent_of([None, None]) is None


@given(st.lists(st.floats(-400, 8800), max_size=40))
def test_the_climb_is_never_more_than_all_rises_together(heights):
    rises = sum(max(0.0, b - a) for a, b in itertools.pairwise(heights))
    assert 0 <= (ascent_of(heights) or 0) <= rises + 1e-9


def test_time_in_movement_counts_steps_of_five_seconds():
    places = [0.0] * 10 + [float(i) for i in range(20)]  # ten seconds still, then one metre a second
    moving = moving_of(list(range(30)), lambda i, j: places[j] - places[i])
    assert moving == pytest.approx(20, abs=5)
    jumps = [1.4 * (i % 2) for i in range(61)]  # a receiver at rest, jumping about
    assert moving_of(list(range(61)), lambda i, j: abs(jumps[j] - jumps[i])) == 0
    assert moving_of([], lambda i, j: 0.0) == 0
    assert moving_of([0, 600], lambda i, j: 100.0) == 0  # a gap passed at less than 0.3 m/s
    assert moving_of([0, 600], lambda i, j: 800.0) == 600


# Real recordings


@real
def test_the_lake_walk_agrees_with_a_count_by_pattern():
    data = (RECORDINGS / "gpxpy_cerknicko-jezero.gpx").read_bytes()
    tracks = re.findall(r"<trk>.*?</trk>", data.decode(), re.DOTALL)
    counts = [n for track in tracks if (n := track.count("<trkpt "))]
    times = [re.findall(r"<time>(.*?)</time>", track) for track in tracks if "<trkpt " in track]
    bouts = read("lake.gpx", data).bouts
    assert [bout.samples for bout in bouts] == counts == [173, 52, 2, 44, 2, 2, 21]
    for bout, track_times in zip(bouts, times, strict=True):
        first, last = (datetime.fromisoformat(t) for t in (track_times[0], track_times[-1]))
        assert (bout.start, bout.seconds) == (first, (last - first).total_seconds())
        assert 0 <= bout.moving_seconds <= bout.seconds
        assert "guessed from speed" in bout.warnings[0]


@real
def test_the_lake_walk_s_length_agrees_with_plane_geometry():
    """Independent: each step as a right-angled triangle on the local plane, within 0.1% over steps this short."""
    data = (RECORDINGS / "gpxpy_cerknicko-jezero.gpx").read_bytes()
    for bout, track in zip(
        read("lake.gpx", data).bouts,
        (t for t in re.findall(r"<trk>.*?</trk>", data.decode(), re.DOTALL) if "<trkpt " in t),
        strict=True,
    ):
        at = [(float(a), float(b)) for a, b in re.findall(r'<trkpt lat="([^"]+)" lon="([^"]+)"', track)]
        metres = sum(
            math.hypot(b[0] - a[0], (b[1] - a[1]) * math.cos(math.radians(a[0]))) / METRE
            for a, b in itertools.pairwise(at)
        )
        assert bout.metres == pytest.approx(metres, rel=1e-3)


@real
def test_a_file_of_single_places_is_refused():
    with pytest.raises(InputError, match=r"^place\.gpx holds single places but no track"):
        read("place.gpx", (RECORDINGS / "gpxpy_gpx_with_garmin_extension.gpx").read_bytes())
