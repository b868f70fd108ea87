"""A tiny writer of FIT files, so that the tests need no recording of anybody. Little-endian; one local message type, defined anew when it changes."""

import struct
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
#: Base types of the FIT protocol: (number, struct letter).
ENUM, U8, BYTE = (0x00, "B"), (0x02, "B"), (0x0D, "B")
S32, U16, U32 = (0x85, "i"), (0x84, "H"), (0x86, "I")
#: message -> (global number, field -> (number, base type, scale, offset))
MESSAGES: Mapping[str, tuple[int, Mapping[str, tuple[int, tuple[int, str], float, float]]]] = {
    "file_id": (0, {"type": (0, ENUM, 1, 0), "manufacturer": (1, U16, 1, 0), "time_created": (4, U32, 1, 0)}),
    "session": (
        18,
        {
            "timestamp": (253, U32, 1, 0),
            "start_time": (2, U32, 1, 0),
            "sport": (5, ENUM, 1, 0),
            "sub_sport": (6, ENUM, 1, 0),
            "total_elapsed_time": (7, U32, 1000, 0),
            "total_timer_time": (8, U32, 1000, 0),
            "total_distance": (9, U32, 100, 0),
            "avg_heart_rate": (16, U8, 1, 0),
            "max_heart_rate": (17, U8, 1, 0),
            "total_ascent": (22, U16, 1, 0),
        },
    ),
    "record": (
        20,
        {
            "timestamp": (253, U32, 1, 0),
            "position_lat": (0, S32, 2**31 / 180, 0),
            "position_long": (1, S32, 2**31 / 180, 0),
            "altitude": (2, U16, 5, 500),
            "heart_rate": (3, U8, 1, 0),
            "distance": (5, U32, 100, 0),
        },
    ),
    "event": (21, {"timestamp": (253, U32, 1, 0), "event": (0, ENUM, 1, 0), "event_type": (1, ENUM, 1, 0)}),
    "activity": (
        34,
        {"timestamp": (253, U32, 1, 0), "local_timestamp": (5, U32, 1, 0), "num_sessions": (1, U16, 1, 0)},
    ),
    "monitoring": (
        55,
        {
            "timestamp": (253, U32, 1, 0),
            "timestamp_16": (26, U16, 1, 0),
            "activity_type": (5, ENUM, 1, 0),
            "current_activity_type_intensity": (24, BYTE, 1, 0),
            "cycles": (3, U32, 2, 0),
            "active_time": (4, U32, 1000, 0),
            "distance": (2, U32, 100, 0),
        },
    ),
    "monitoring_info": (103, {"timestamp": (253, U32, 1, 0), "local_timestamp": (0, U32, 1, 0)}),
}
TYPES = {"activity": 4, "workout": 5, "monitoring_b": 32}
SPORTS = {
    "generic": 0,
    "running": 1,
    "cycling": 2,
    "transition": 3,
    "swimming": 5,
    "training": 10,
    "walking": 11,
}
SUB_SPORTS = {
    "generic": 0,
    "treadmill": 1,
    "hand_cycling": 12,
    "strength_training": 20,
    "yoga": 43,
    "indoor_hand_cycling": 88,
}
EVENT_TYPES = {"start": 0, "stop": 1, "stop_all": 4}


def fit_file(messages: Iterable[tuple[str, Mapping[str, Any]]]) -> bytes:
    """The bytes of a FIT file with these (message, fields), in physical units; datetimes become FIT seconds."""
    parts: list[bytes] = []
    defined: tuple[str, ...] = ()
    for name, fields in messages:
        if defined != (defined := (name, *fields)):
            parts.append(_definition(name, fields))
        parts.append(_data(name, fields))
    body = b"".join(parts)
    header = struct.pack("<BBHI4s", 14, 0x20, 2100, len(body), b".FIT")
    whole = header + struct.pack("<H", _crc(header)) + body
    return whole + struct.pack("<H", _crc(whole))


def _definition(name: str, fields: Mapping[str, Any]) -> bytes:
    number, known = MESSAGES[name]
    parts = [struct.pack("<BBBHB", 0x40, 0, 0, number, len(fields))]
    for field in fields:
        field_number, (base, letter), _, _ = known[field]
        parts.append(struct.pack("<BBB", field_number, struct.calcsize(letter), base))
    return b"".join(parts)


def _data(name: str, fields: Mapping[str, Any]) -> bytes:
    known = MESSAGES[name][1]
    parts = [b"\x00"]
    for field, value in fields.items():
        _, (_, letter), scale, offset = known[field]
        raw = (
            round((value - EPOCH).total_seconds())
            if isinstance(value, datetime)
            else round((value + offset) * scale)
        )
        parts.append(struct.pack("<" + letter, raw))
    return b"".join(parts)


def _crc(data: bytes) -> int:
    """CRC-16 with the polynomial 0x8005, reflected (0xA001), bit by bit."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc
