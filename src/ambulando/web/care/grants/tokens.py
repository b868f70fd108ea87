"""The words that open an invitation or a report: made with a key that is not in the database, found by their hash."""

import hmac
from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256
from secrets import token_bytes

from django.conf import settings

from ambulando.web.care.grants.models import Grant
from ambulando.web.home import key_file

#: no vowels, so that no word comes about; none of i, l, o, q, u, v, y, which are taken for another on paper
LETTERS = "bcdfghjkmnprstwxz"
GROUPS, IN_GROUP = 3, 4


@cache
def _key() -> bytes:
    return key_file(settings.DATA / "invitations.key", lambda: token_bytes(32))


def _made(*parts: str) -> bytes:
    return hmac.new(_key(), "\n".join(parts).encode(), sha256).digest()


def code_of(grant: Grant) -> str:
    """The code of an invitation, as ``bcdf-ghjk-mnpr``: 17^12 of them, 49 bits. It is also what its link ends with."""
    number = int.from_bytes(_made("code", grant.token_seed), "big")
    letters = []
    for _ in range(GROUPS * IN_GROUP):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return "-".join("".join(letters[at : at + IN_GROUP]) for at in range(0, len(letters), IN_GROUP))


def word_of(grant: Grant) -> str:
    """What the link of a report ends with: 256 bits."""
    return urlsafe_b64encode(_made("report", grant.token_seed)).decode().rstrip("=")


def plain(code: str) -> str:
    """A code as somebody typed it, without what is not part of it."""
    return "".join(letter for letter in code.lower() if letter.isascii() and letter.isalpha())


def hash_of_code(code: str) -> str:
    return _made("hash of a code", plain(code)[:64]).hex()


def hash_of_word(word: str) -> str:
    return _made("hash of a word", word[:128].encode("utf-8", "replace").decode()).hex()
