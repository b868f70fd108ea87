"""Words that are encrypted before they are stored: what people write to each other, and what a clinician notes.

AES-256-GCM (NIST SP 800-38D) with a key of its own in the data folder, so that a copy of the database alone can not be read.
"""

import secrets
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from ambulando.web.home import key_file

NONCE = 12


@cache
def _cipher() -> AESGCM:
    return AESGCM(key_file(settings.DATA / "words.key", lambda: AESGCM.generate_key(256)))


def kept(plain: bytes) -> bytes:
    """What is stored of ``plain``: a new nonce, then the ciphertext with its tag."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher().encrypt(nonce, plain, None)


def read(stored: bytes) -> bytes:
    """What was kept. Raises ValueError where the key of this installation does not open it, or it was altered."""
    stored = bytes(stored)
    try:
        return _cipher().decrypt(stored[:NONCE], stored[NONCE:], None)
    except InvalidTag:
        raise ValueError("a kept text can not be opened with words.key of this data folder") from None


class KeptText(models.BinaryField[Any, Any]):
    """A text of any length that is encrypted in its column. It can not be searched or compared by the database."""

    def from_db_value(self, value: bytes | None, *_: object) -> str | None:
        return None if value is None else read(value).decode()

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = kept(value.encode())
        return super().get_db_prep_value(value, connection, prepared)
