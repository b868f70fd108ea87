"""FIT files: written by the test's own writer, and real ones against their oracle and an independent reading."""

import csv
import itertools
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import fitdecode
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.activity.recordings import Day, fit, messages, read
from ambulando.activity.recordings.sports import travels
from ambulando.activity.recordings.tracks import metres_between
from ambulando.ground import InputError
from fit_writer import EVENT_TYPES, SPORTS, SUB_SPORTS, TYPES, fit_file
from places import SHARED

RECORDINGS = SHARED / "data" / "recordings"
real = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings of ../shared are not here")
START = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)


def after(seconds):
    return START + timedelta(seconds=seconds)


def records(count, *, begin=0, speed=1.4, every=1, **more):
    return [
        (
            "record",
            {"timestamp": after(begin + i * every), "distance": speed * i * every}
            | {k: v(i) for k, v in more.items()},
        )
        for i in range(count)
    ]


def session(begin, elapsed, sport="walking", sub_sport="generic", **more):
    fields = {
        "timestamp": after(begin + elapsed),
        "start_time": after(begin),
        "sport": SPORTS[sport],
        "sub_sport": SUB_SPORTS[sub_sport],
        "total_elapsed_time": elapsed,
    }
    return "session", fields | more


def file_of(*messages, kind="activity"):
    head = [("file_id", {"type": TYPES[kind], "manufacturer": 255, "time_created": START})]
    return fit_file([*head, *messages])


def one(data):
    (bout,) = read("walk.fit", data).bouts
    return bout


WALK = file_of(
    *records(600, heart_rate=lambda i: 90 + i % 3),
    session(
        0, 600, total_timer_time=580, total_distance=840, avg_heart_rate=91, max_heart_rate=92, total_ascent=7
    ),
)


def test_a_session_becomes_a_bout_with_its_totals():
    recording = read("walk.fit", WALK)
    (bout,) = recording.bouts
    assert recording.format == "fit"
    assert recording.warnings == ()
    assert (bout.activity, bout.start) == ("moderate-walk", START)  # 840 m in 580 s are 5.2 km/h
    assert (bout.seconds, bout.moving_seconds, bout.metres, bout.ascent) == (600, 580, 840, 7)
    assert (bout.hr_mean, bout.hr_max, bout.samples, bout.warnings) == (91, 92, 600, ())


def test_what_the_summary_does_not_tell_comes_from_the_samples():
    bout = one(
        file_of(
            *records(301, heart_rate=lambda i: 100 + (i % 2) * 10, altitude=lambda i: 50 + i / 10),
            session(0, 300),
        )
    )
    assert bout.metres == pytest.approx(1.4 * 300)
    assert bout.ascent == pytest.approx(30, abs=5)
    assert bout.hr_max == 110
    assert bout.hr_mean == pytest.approx(105, abs=0.1)
    assert bout.moving_seconds == pytest.approx(300)


def test_standing_still_is_not_moving():
    walk = records(60, speed=1.4)
    stand = [("record", {"timestamp": after(60 + i), "distance": 1.4 * 59}) for i in range(120)]
    bout = one(file_of(*walk, *stand, session(0, 180)))
    assert bout.moving_seconds == pytest.approx(60, abs=6)
    assert bout.seconds == 180


def test_every_leg_of_a_multisport_file_is_a_bout_and_the_change_between_them_is_not():
    recording = read(
        "triathlon.fit",
        file_of(
            *records(100, speed=0.8),
            *records(20, begin=100, speed=0),
            *records(200, begin=120, speed=7),
            session(0, 100, "swimming", total_distance=80),
            session(100, 20, "transition"),
            session(120, 200, "cycling", total_distance=1400),
        ),
    )
    assert [(b.activity, b.samples, b.start) for b in recording.bouts] == [
        ("easy-swim", 100, START),
        ("steady-cycle", 200, after(120)),
    ]


@pytest.mark.parametrize(
    ("sub_sport", "expected", "pauses"),
    [("hand_cycling", "handcycle", True), ("indoor_hand_cycling", "arm-cycle", False)],
)
def test_a_handcycle_outside_is_not_a_machine_for_the_arms(sub_sport, expected, pauses):
    bout = one(file_of(session(0, 600, "cycling", sub_sport, total_distance=2500)))
    assert (bout.activity, bout.warnings) == (expected, ())
    assert travels(bout.activity) == pauses, "standing still is counted off outside alone"


def test_sub_sports_choose_the_activity():
    for sport, sub_sport, expected in [
        ("training", "strength_training", "home-weights"),
        ("training", "yoga", "hatha-yoga"),
        ("running", "treadmill", "treadmill-jog"),
        ("running", "generic", "easy-run"),
    ]:
        assert one(file_of(session(0, 600, sport, sub_sport, total_distance=1500))).activity == expected


def test_a_recording_that_does_not_say_what_it_was_is_guessed_from_speed_and_says_so():
    for metres, expected in [(700, "moderate-walk"), (1600, "easy-run"), (4000, "steady-cycle")]:
        bout = one(file_of(session(0, 600, "generic", total_distance=metres)))
        assert bout.activity == expected
        assert any("guessed from speed" in warning for warning in bout.warnings)
    silent = one(file_of(session(0, 600, "generic")))
    assert any("choose the activity" in warning for warning in silent.warnings)


def test_a_drive_is_noticed():
    bout = one(file_of(session(0, 600, "cycling", total_distance=15_000)))
    assert any("car or train" in warning for warning in bout.warnings)


def test_without_a_summary_the_samples_are_counted_and_the_timer_tells_the_pause():
    timer = [
        ("event", {"timestamp": after(s), "event": 0, "event_type": EVENT_TYPES[what]})
        for s, what in [(0, "start"), (40, "stop"), (70, "start"), (119, "stop_all")]
    ]
    bout = one(file_of(*records(120), *timer))
    assert (bout.seconds, bout.samples) == (119, 120)
    assert bout.moving_seconds == 40 + 49
    assert bout.metres == pytest.approx(1.4 * 119)
    assert "no summary" in bout.warnings[0]


def test_the_device_tells_its_local_time_and_the_person_s_zone_serves_where_it_does_not():
    told = file_of(
        session(0, 60), ("activity", {"timestamp": after(60), "local_timestamp": after(60 - 9 * 3600)})
    )
    bout = one(told)
    assert bout.start == START
    assert bout.day == date(2026, 11, 1)
    auckland = read("walk.fit", file_of(session(0, 60)), zone=ZoneInfo("Pacific/Auckland")).bouts[0]
    assert auckland.start.utcoffset() == timedelta(hours=13)
    assert read("walk.fit", told, zone=ZoneInfo("Pacific/Auckland")).bouts[0].day == date(2026, 11, 1)


def test_a_monitoring_file_gives_days_and_no_bouts():
    midnight = datetime(2026, 11, 2, 6, tzinfo=UTC)  # local midnight at UTC-6
    low = round((midnight - datetime(1989, 12, 31, tzinfo=UTC)).total_seconds()) & 0xFFFF

    def count(seconds, cycles, kind=6, **more):
        return "monitoring", {
            "timestamp_16": (low + seconds) & 0xFFFF,
            "activity_type": kind,
            "cycles": cycles,
        } | more

    def packed(seconds, cycles):  # kind and intensity share a byte: 6 (walking) and 2
        fields = {"timestamp_16": (low + seconds) & 0xFFFF, "cycles": cycles}
        return "monitoring", fields | {"current_activity_type_intensity": 6 + (2 << 5)}

    recording = read(
        "day.fit",
        file_of(
            ("monitoring_info", {"timestamp": midnight, "local_timestamp": midnight - timedelta(hours=6)}),
            count(36_000, 500),
            count(60_000, 800, active_time=300),  # past the wrap of the 16 bits
            count(61_000, 40, kind=1),
            count(86_400, 900, active_time=360, distance=700),  # closes the day
            packed(86_400 + 3600, 10),
            kind="monitoring_b",
        ),
    )
    assert recording.bouts == ()
    assert recording.days == {
        "2026-11-02": Day(steps=2 * (900 + 40), active_minutes=6, metres=700),
        "2026-11-03": Day(steps=20),
    }


def test_two_days_in_one_monitoring_file_each_go_on_from_their_own_start():
    first = datetime(2026, 11, 2, 6, tzinfo=UTC)
    parts = []
    for day, cycles in ((0, 500), (3, 700)):
        begin = first + timedelta(days=day)
        low = round((begin - datetime(1989, 12, 31, tzinfo=UTC)).total_seconds()) & 0xFFFF
        parts.append(("monitoring_info", {"timestamp": begin, "local_timestamp": begin - timedelta(hours=6)}))
        parts.append(
            ("monitoring", {"timestamp_16": (low + 3600) & 0xFFFF, "activity_type": 6, "cycles": cycles})
        )
    recording = read("days.fit", file_of(*parts, kind="monitoring_b"))
    assert recording.days == {"2026-11-02": Day(steps=1000), "2026-11-05": Day(steps=1400)}


def test_a_wrong_checksum_is_a_warning_and_the_rest_is_read():
    broken = WALK[:-1] + bytes([WALK[-1] ^ 1])
    recording = read("walk.fit", broken)
    assert "checksum" in recording.warnings[0]
    assert "checksum" in recording.bouts[0].warnings[0]
    assert recording.bouts[0].metres == 840


def test_bytes_behind_a_whole_file_do_not_matter():
    assert one(WALK + b"\x00" * 5).metres == 840
    assert one(WALK + b"something else entirely").metres == 840


def test_two_files_in_one_are_both_read():
    later = file_of(session(7200, 300, "running", total_distance=800))
    assert [b.activity for b in read("both.fit", WALK + later).bouts] == ["moderate-walk", "easy-run"]


def test_a_truncated_file_is_refused_in_one_sentence_that_counts_what_was_there():
    half = WALK[: len(WALK) // 2]
    with pytest.raises(
        InputError, match=r"^walk.fit stops in the middle: \d+ samples could be read; please export"
    ) as caught:
        read("walk.fit", half)
    assert 290 <= int(str(caught.value).split()[5]) <= 310


@given(st.integers(12, len(WALK) - 1))
@settings(max_examples=60, deadline=None)
def test_a_file_cut_anywhere_is_refused(length):
    with pytest.raises(InputError, match=r"^walk\.fit .*please export .*\.$"):
        read("walk.fit", WALK[:length])


def sentence(data):
    """The sentence with which the file is refused, None where it is read."""
    try:
        read("walk.fit", data)
    except InputError as error:
        return str(error)
    return None


SMALL = file_of(*records(6), session(0, 600, total_timer_time=580, total_distance=840))


@given(st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_flipped_bytes_give_a_recording_or_one_sentence(seed):
    rng = random.Random(seed)
    data = bytearray(SMALL)
    for _ in range(rng.randint(1, 12)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    said = sentence(bytes(data))
    assert said is None or (said.isprintable() and said.endswith("."))


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_random_bytes_behind_a_fit_header_give_a_sentence(body):
    header = WALK[:4] + len(body).to_bytes(4, "little") + WALK[8:12] + b"\x00\x00"
    with pytest.raises(InputError, match=r"^walk\.fit .*\.$"):
        read("walk.fit", header + body)


def test_a_fit_file_of_another_kind_says_its_kind():
    with pytest.raises(InputError, match=r"without a recorded activity .*'workout'"):
        read("plan.fit", file_of(kind="workout"))


def test_a_recording_that_went_on_for_days_is_warned_of_and_one_of_weeks_refused():
    long = one(file_of(session(0, 30 * 3600, total_timer_time=3600, total_distance=5000)))
    assert any("more than a day" in warning for warning in long.warnings)
    assert long.minutes == 60
    with pytest.raises(InputError, match="more than a week"):
        read("walk.fit", file_of(session(0, 10 * 86_400)))


def test_a_session_without_length_is_left_out_and_counted():
    recording = read("walk.fit", file_of(session(0, 0), session(10, 60)))
    assert len(recording.bouts) == 1
    assert "left out: 1" in recording.warnings[0]


# Real recordings


def raw(name):
    """Every data message of a real file as fitdecode gives it: (name, fields)."""
    with fitdecode.FitReader(RECORDINGS / name, check_crc=fitdecode.CrcCheck.DISABLED) as reader:
        return [
            (frame.name, {item.name: item.value for item in frame.fields})
            for frame in reader
            if frame.frame_type == fitdecode.FIT_FRAME_DATA
        ]


@real
def test_the_fenix_run_agrees_with_its_oracle_record_by_record():
    with (RECORDINGS / "garmin-fenix-5-run-records.csv").open() as opened:
        rows = list(csv.DictReader(opened))
    (bout,) = read("run.fit", (RECORDINGS / "garmin-fenix-5-run.fit").read_bytes()).bouts
    assert bout.samples == len(rows) == 21
    assert bout.metres == pytest.approx(float(rows[-1]["distance"]))
    assert bout.hr_max == max(int(row["heart_rate"]) for row in rows)
    # The oracle writes the time of the watch: Pacific daylight time.
    assert bout.start.strftime("%a %b %d %H:%M:%S PDT %Y") == rows[0]["timestamp"]
    assert bout.start.utcoffset() == timedelta(hours=-7)
    # The watch wrote its summary: 56.887 s, 157.56 m, 90 beats on average, 2 m up.
    summary = dict(raw("garmin-fenix-5-run.fit"))["session"]
    assert (bout.seconds, bout.moving_seconds) == (56.887, 56.887)
    assert (bout.hr_mean, bout.ascent, bout.metres) == (90, 2, summary["total_distance"])
    assert bout.activity == "easy-run"  # 9.97 km/h


@real
def test_the_fenix_run_read_from_its_samples_alone_agrees_with_its_oracle():
    with (RECORDINGS / "garmin-fenix-5-run-records.csv").open() as opened:
        rows = list(csv.DictReader(opened))
    content = messages.content_of("run.fit", (RECORDINGS / "garmin-fenix-5-run.fit").read_bytes())
    assert [sample.metres for sample in content.samples] == [float(row["distance"]) for row in rows]
    assert [sample.hr for sample in content.samples] == [float(row["heart_rate"]) for row in rows]
    assert [sample.height for sample in content.samples] == pytest.approx(
        [float(row["altitude"]) for row in rows]
    )
    places = [
        (int(row["position_lat"]) * 180 / 2**31, int(row["position_long"]) * 180 / 2**31) for row in rows
    ]
    assert [sample.lat for sample in content.samples] == pytest.approx([lat for lat, _ in places])
    assert [sample.lon for sample in content.samples] == pytest.approx([lon for _, lon in places])
    content.messages.pop("session")
    (bout,) = fit._bouts_of_samples(content, UTC)
    assert bout.seconds == 57
    assert bout.metres == pytest.approx(157.56)
    assert bout.hr_mean == pytest.approx(sum(int(row["heart_rate"]) for row in rows) / 21)
    length = sum(metres_between(*a, *b) for a, b in itertools.pairwise(places))
    assert length == pytest.approx(157.56, rel=0.05)  # the watch's own distance is smoothed


@real
def test_the_sample_activity_agrees_with_a_raw_reading():
    bout = one((RECORDINGS / "Activity.fit").read_bytes())
    messages_ = raw("Activity.fit")
    summary = dict(messages_)["session"]
    assert bout.samples == sum(name == "record" for name, _ in messages_) == 14
    assert (
        (bout.metres, bout.seconds)
        == (summary["total_distance"], summary["total_elapsed_time"])
        == (5.73, 13.749)
    )
    assert bout.start == datetime(2012, 4, 9, 21, 22, 26, tzinfo=UTC)
    assert bout.start.utcoffset() == timedelta(hours=-4)
    assert bout.hr_mean is None
    assert bout.activity == "walk-jog"  # the file says running, at 1.5 km/h


@real
def test_the_day_of_a_real_monitoring_file_is_the_sum_of_its_closing_messages():
    recording = read("day.fit", (RECORDINGS / "MonitoringFile.fit").read_bytes())
    closing = [
        fields for name, fields in raw("MonitoringFile.fit") if name == "monitoring" and "steps" in fields
    ]
    steps, active = sum(f["steps"] for f in closing), sum(f["active_time"] for f in closing)
    assert (steps, active) == (3173, 610)
    assert recording.bouts == ()
    assert recording.days == {"2014-12-27": Day(steps=steps, active_minutes=active / 60)}


@real
def test_the_deliberately_broken_files_are_warned_of_or_refused():
    wrong = read("wrong.fit", (RECORDINGS / "activity-filecrc.fit").read_bytes())
    assert "checksum" in wrong.warnings[0]
    assert wrong.bouts[0].metres == 5.73
    with pytest.raises(
        InputError, match=r"^cut\.fit stops in the middle: 14 samples could be read; please export it again"
    ):
        read("cut.fit", (RECORDINGS / "activity-unexpected-eof.fit").read_bytes())
