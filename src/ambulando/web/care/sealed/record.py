"""The shape of what browsers send: keys and sealed words. Anything else is refused, so that no plain word gets in.

The shapes are those of ``static/sealed-crypto.js``. Here nothing is opened; only sizes and letters can be checked.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ambulando.ground import InputError

VERSION = 1
#: bytes of a raw public key: RFC 7748; an uncompressed point of SEC 1
PUBLIC = {"X25519": 32, "P-256": 65}
#: bytes of a private key as PKCS #8 (48 to 138), with the tag of 16
WRAPPED = (48, 400)
#: OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA-256: the figure that stands there since December 2022
ROUNDS, MOST_ROUNDS = 600_000, 10_000_000
NONCE, SALT, TAG = 12, 16, 16
#: words are padded to a multiple of so many bytes, so that their length tells little
PAD = 64
#: characters of a sealed message: 8,000 letters of any script, with room
MOST_MESSAGE = 64_000
#: characters of a JSON document with keys
MOST_KEYS = 8_000
LETTERS = re.compile(r"[A-Za-z0-9_-]*")


def _bytes(value: Any, least: int, most: int | None = None) -> bool:
    """Whether it is base64url, without padding, of so many bytes."""
    if not isinstance(value, str) or not LETTERS.fullmatch(value) or len(value) % 4 == 1:
        return False
    return least <= len(value) * 3 // 4 <= (least if most is None else most)


def _has(value: Any, *keys: str) -> bool:
    return isinstance(value, dict) and set(value) == set(keys)


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _loaded(text: Any, most: int) -> Any:
    if not isinstance(text, str) or len(text) > most:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def sealed_message(body: str) -> str:
    """``body``, if it is a sealed message and nothing else. Raises InputError with one sentence where it is not."""
    found = _loaded(body, MOST_MESSAGE)
    if (
        _has(found, "v", "key", "after", "nonce", "sealed")
        and found["v"] == VERSION
        and _whole(found["key"], 1, 10_000)
        and (found["after"] == "" or _uuid(found["after"]))
        and _bytes(found["nonce"], NONCE)
        and _bytes(found["sealed"], PAD + TAG, MOST_MESSAGE)
        and (len(found["sealed"]) * 3 // 4 - TAG) % PAD == 0
    ):
        return json.dumps(found, separators=(",", ":"))
    raise InputError(
        _("This thread is sealed, so it takes only sealed words. Open it in a browser with JavaScript.")
    )


def number_of_key(body: str) -> int:
    """The number of the thread key under which a message that ``sealed_message`` took was sealed."""
    return int(json.loads(body)["key"])


def _uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def document(text: bytes) -> Mapping[str, Any]:
    """What a browser sent about keys, read. Raises InputError."""
    found = _loaded(text.decode("utf-8", "replace"), MOST_KEYS) if len(text) <= MOST_KEYS else None
    return found if isinstance(found, dict) else _refuse()


def passphrase(value: Any) -> bool:
    return (
        _has(value, "kdf", "rounds", "salt", "nonce", "sealed")
        and value["kdf"] == "PBKDF2-SHA-256"
        and _whole(value["rounds"], ROUNDS, MOST_ROUNDS)
        and _wrapped(value)
    )


def recovery(value: Any) -> bool:
    return (
        _has(value, "kdf", "salt", "nonce", "sealed") and value["kdf"] == "HKDF-SHA-256" and _wrapped(value)
    )


def _wrapped(value: Mapping[str, Any]) -> bool:
    return _bytes(value["salt"], SALT) and _bytes(value["nonce"], NONCE) and _bytes(value["sealed"], *WRAPPED)


def person_key(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """A new key pair of a person. Raises InputError."""
    known = _has(found, "v", "algorithm", "public", "passphrase", "recovery", "replaces")
    if (
        known
        and found["v"] == VERSION
        and isinstance(found["algorithm"], str)
        and found["algorithm"] in PUBLIC
        and _bytes(found["public"], PUBLIC[found["algorithm"]])
        and passphrase(found["passphrase"])
        and recovery(found["recovery"])
        and isinstance(found["replaces"], str)
    ):
        return found
    return _refuse()


def rewrapped(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """A private key that was wrapped anew. Raises InputError."""
    keys = {"public", "passphrase"} | ({"recovery"} & set(found))
    if (
        _has(found, *keys)
        and any(_bytes(found["public"], size) for size in PUBLIC.values())
        and passphrase(found["passphrase"])
        and ("recovery" not in found or recovery(found["recovery"]))
    ):
        return found
    return _refuse()


def thread_key(found: Mapping[str, Any], sides: set[int]) -> Mapping[str, Any]:
    """The key of a thread with a copy for each of its ``sides``. Raises InputError."""
    if not _has(found, "number", "algorithm", "pair", "copies") or not _whole(found["number"], 1, 10_000):
        return _refuse()
    pair, copies = found["pair"], found["copies"]
    if (
        isinstance(pair, list)
        and len(pair) == 2
        and all(_has(one, "id", "public") for one in pair)
        and all(_whole(one["id"], 1, 2**62) and isinstance(one["public"], str) for one in pair)
        and {one["id"] for one in pair} == sides
        and isinstance(found["algorithm"], str)
        and found["algorithm"] in PUBLIC
        and _has(copies, *map(str, sides))
        and all(_copy(one) for one in copies.values())
    ):
        return found
    return _refuse()


def _copy(value: Any) -> bool:
    return (
        _has(value, "nonce", "sealed") and _bytes(value["nonce"], NONCE) and _bytes(value["sealed"], 32 + TAG)
    )


def _refuse() -> Any:
    raise InputError(
        _("That is not a key as this page makes it. Please load the page again, then try once more.")
    )
