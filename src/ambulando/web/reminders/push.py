"""Web push: a message that only one browser can read, handed to the push service of that browser's maker.

RFC 8030 (delivery), RFC 8291 (encryption, aes128gcm), RFC 8292 (the signature, VAPID).
"""

import json
import logging
import re
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.home import key_file

if TYPE_CHECKING:  # loaded where a message is made: no page without push waits for it
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

log = logging.getLogger(__name__)

#: The push services of the browsers. A message goes nowhere else, whatever a browser says: the address comes from outside.
HOSTS = re.compile(
    r"fcm\.googleapis\.com"
    r"|([a-z0-9-]+\.)+push\.services\.mozilla\.com"
    r"|([a-z0-9-]+\.)+notify\.windows\.com"
    r"|([a-z0-9-]+\.)+push\.apple\.com"
)
PRINTED = re.compile(r"[!-~]+")
#: characters of an address; those of all four are shorter
LONGEST = 1024
#: seconds that a push service keeps a message for a device that is off; later, the time for it is over
LASTS = 3 * 60 * 60
#: seconds that a signature holds; push services take none of more than a day
SIGNED_FOR = 12 * 60 * 60
TIMEOUT = 10
TAKEN, GONE, FAILED = "taken", "gone", "failed"


def offered() -> bool:
    """Whether browsers can be asked: they take push only over https, or on the machine itself, for trying it."""
    return settings.HTTPS or settings.PUBLIC.hostname in (None, "localhost", "127.0.0.1", "::1")


def for_trying() -> bool:
    """No public address is set. Push services may then refuse, as Apple's does, and no other device reaches the page."""
    return not settings.HTTPS


def allowed(endpoint: str) -> bool:
    """Whether a message may be sent there: https, a push service that we know, and nothing odd in the address."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if not PRINTED.fullmatch(endpoint):  # line ends and the like are skipped when an address is taken apart
        return False
    if f"{parts.scheme}://{parts.netloc}" in getattr(settings, "PUSH_ORIGINS", ()):  # those of tests
        return True
    plain = parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc
    return plain and HOSTS.fullmatch(parts.hostname or "") is not None


def check(endpoint: str, p256dh: str, auth: str) -> None:
    """Raise InputError when this is not what a browser gives for a subscription."""
    from cryptography.hazmat.primitives.asymmetric import ec

    if len(endpoint) > LONGEST or not allowed(endpoint):
        raise InputError(_("This browser uses a push service that we do not know. E-mail works too."))
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
        whole = len(_bytes(auth)) == 16
    except ValueError:
        whole = False
    if not whole or len(p256dh + auth) > 128:
        raise InputError(_("The keys that this browser sent are not whole. Please try once more."))


def send(endpoint: str, p256dh: str, auth: str, message: dict[str, Any]) -> str:
    """Hand a message to the push service: TAKEN, GONE (this browser takes none any more) or FAILED. Never raises."""
    if not allowed(endpoint):  # kept before the list became shorter
        return GONE
    host = urlsplit(endpoint).hostname
    body = _encrypted(message, p256dh, auth)
    request = urllib.request.Request(endpoint, body, _headers(endpoint))  # noqa: S310 - https to a known host alone
    try:
        with _OPENER.open(request, timeout=TIMEOUT):
            return TAKEN
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (404, 410):
            return GONE
        log.warning("The push service %s answered %s", host, error.code)
    except (OSError, HTTPException) as error:
        log.warning("The push service %s can not be reached (%s)", host, type(error).__name__)
    return FAILED


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An answer that points elsewhere is no answer: it could point into the operator's own network."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def _encrypted(message: dict[str, Any], p256dh: str, auth: str) -> bytes:
    import http_ece
    from cryptography.hazmat.primitives.asymmetric import ec

    return http_ece.encrypt(
        json.dumps(message).encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),  # one for each message, as RFC 8291 asks
        dh=_bytes(p256dh),
        auth_secret=_bytes(auth),
        version="aes128gcm",
    )


def _headers(endpoint: str) -> dict[str, str]:
    import jwt

    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + SIGNED_FOR,
        "sub": f"https://{settings.PUBLIC.netloc}"
        if settings.HTTPS
        else f"mailto:{settings.DEFAULT_FROM_EMAIL}",
    }
    signed = jwt.encode(claims, _key(settings.DATA / "push.key"), algorithm="ES256")
    return {
        "Authorization": f"vapid t={signed}, k={public_key()}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(LASTS),
        "Urgency": "normal",
    }


def public_key() -> str:
    """What a browser subscribes with: it then takes messages from this installation alone."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = _key(settings.DATA / "push.key").public_key()
    return _text(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


@lru_cache(maxsize=1)
def _key(path: Path) -> "EllipticCurvePrivateKey":
    """The key that signs, made on first use."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )

    def make() -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    return load_pem_private_key(key_file(path, make), None)


def _bytes(text: str) -> bytes:
    """Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
