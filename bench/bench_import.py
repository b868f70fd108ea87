"""How fast recordings are read: GPX and FIT of an hour at one sample a second, beside gpxpy and bare decoding.

Prints medians and ratios. gpxpy is no dependency: where it is not installed its line says so.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fitdecode

from ambulando.activity.recordings import read

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from fit_writer import SPORTS, SUB_SPORTS, TYPES, fit_file

POINTS = 3600
RUNS = 7
START = datetime(2026, 11, 2, 8, tzinfo=UTC)


def gpx_document() -> bytes:
    points = (
        f'<trkpt lat="{47 + i * 1.3e-5:.7f}" lon="{8 + (i % 60) * 1e-6:.7f}"><ele>{400 + i % 90}</ele>'
        f"<time>{(START + timedelta(seconds=i)).isoformat()}</time>"
        f"<extensions><x:TrackPointExtension><x:hr>{90 + i % 40}</x:hr></x:TrackPointExtension></extensions></trkpt>"
        for i in range(POINTS)
    )
    head = (
        '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"'
        ' xmlns:x="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
    )
    return f"{head}<trk><type>walking</type><trkseg>{''.join(points)}</trkseg></trk></gpx>".encode()


def fit_document() -> bytes:
    records = (
        (
            "record",
            {
                "timestamp": START + timedelta(seconds=i),
                "position_lat": 47 + i * 1.3e-5,
                "position_long": 8.0,
                "altitude": 400 + i % 90,
                "heart_rate": 90 + i % 40,
                "distance": i * 1.4,
            },
        )
        for i in range(POINTS)
    )
    session = {
        "timestamp": START + timedelta(seconds=POINTS),
        "start_time": START,
        "sport": SPORTS["walking"],
        "sub_sport": SUB_SPORTS["generic"],
        "total_elapsed_time": POINTS,
        "total_timer_time": POINTS,
        "total_distance": POINTS * 1.4,
    }
    return fit_file([("file_id", {"type": TYPES["activity"]}), *records, ("session", session)])


def median_ms(work: Callable[[], object]) -> float:
    work()
    took = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - begin))
    return statistics.median(took)


def decoded(data: bytes) -> int:
    with fitdecode.FitReader(data) as reader:
        return sum(len(frame.fields) for frame in reader if frame.frame_type == fitdecode.FIT_FRAME_DATA)


def line(what: str, ms: float, base: float | None = None) -> None:
    ratio = f"  {ms / base:5.2f} x" if base else ""
    print(f"{what:<44}{ms:9.1f} ms  {POINTS / ms * 1000:9,.0f} samples/s{ratio}")


def main() -> None:
    gpx, fit = gpx_document(), fit_document()
    assert read("a.gpx", gpx).bouts[0].samples == read("a.fit", fit).bouts[0].samples == POINTS
    print(
        f"One hour at one sample a second: GPX {len(gpx):,} bytes, FIT {len(fit):,} bytes; medians of {RUNS}"
    )
    ours = median_ms(lambda: read("a.gpx", gpx))
    line("GPX, ambulando", ours)
    try:
        import gpxpy
    except ImportError:
        print("GPX, gpxpy: not installed, left out")
    else:
        line("GPX, gpxpy (parse, length, moving data)", median_ms(lambda: gpxpy_totals(gpxpy, gpx)), ours)
    ours = median_ms(lambda: read("a.fit", fit))
    line("FIT, ambulando", ours)
    line("FIT, fitdecode (messages decoded, no more)", median_ms(lambda: decoded(fit)), ours)


def gpxpy_totals(gpxpy: Any, data: bytes) -> object:
    found = gpxpy.parse(data.decode())
    return found.length_2d(), found.get_moving_data(), found.get_uphill_downhill()


if __name__ == "__main__":
    main()
