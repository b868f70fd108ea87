"""Credentials for the relay: of a member of a call, for some minutes.

"A REST API For Access To TURN Services" (draft-uberti-behave-turn-rest-00), as coturn's ``use-auth-secret`` reads it: the
name is the time of expiry and a word, the password is its HMAC-SHA-1 under the secret that both servers know. The word
is random, so that the relay's log names nobody.
"""

import hmac
import secrets
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from ambulando.web.home import key_file

#: a page asks anew when it looks for another way; what was made for longer than a call is of no use
LASTS = timedelta(minutes=30)


def secret() -> str:
    """What this server and the relay know (``turn.secret`` in the data folder), made on first use."""
    made = key_file(settings.DATA / "turn.secret", lambda: f"{secrets.token_urlsafe(32)}\n".encode())
    return made.decode().strip()


def credential(shared: str, word: str, now: datetime) -> tuple[str, str]:
    """(name, password), good for ``LASTS``."""
    name = f"{int((now + LASTS).timestamp())}:{word}"
    return name, b64encode(hmac.new(shared.encode(), name.encode(), "sha1").digest()).decode()


def servers(now: datetime) -> list[dict[str, Any]]:
    """What ``RTCPeerConnection`` takes as its ice servers; none where the installation has no relay."""
    if not settings.TURN:
        return []
    name, password = credential(secret(), secrets.token_hex(8), now)
    return [{"urls": list(settings.TURN), "username": name, "credential": password}]
