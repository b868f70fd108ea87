"""Web push against a push service of our own: only the right browser can read it, and it is signed for."""

import stat
from base64 import urlsafe_b64decode
from urllib.parse import urlsplit

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ambulando.ground import InputError
from ambulando.web.reminders import push
from push_service import Browser, push_service

MESSAGE = {"web_push": 8030, "notification": {"title": "Ambulando", "body": "A small step."}}


@pytest.fixture
def service(settings, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with push_service() as server:
        settings.PUSH_ORIGINS = [server.origin]
        yield server


def test_only_the_right_browser_can_read_the_message(service):
    browser, other = Browser(), Browser()
    assert push.send(f"{service.origin}/one", **browser.keys, message=MESSAGE) == push.TAKEN
    ((path, _, body),) = service.taken
    assert path == "/one"
    assert b"small step" not in body
    assert browser.read(body) == MESSAGE
    with pytest.raises(http_ece.ECEException):
        other.read(body)


def test_each_message_has_keys_of_its_own(service):
    browser = Browser()
    for _ in range(2):
        push.send(f"{service.origin}/one", **browser.keys, message=MESSAGE)
    (_, _, one), (_, _, two) = service.taken
    assert one[:16] != two[:16], "the salt"
    assert one[21:86] != two[21:86], "the public key"


def test_the_message_is_signed_for_its_push_service_by_the_key_that_browsers_were_given(service):
    push.send(f"{service.origin}/one", **Browser().keys, message=MESSAGE)
    headers = service.taken[0][1]
    signed, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
    assert key == push.public_key()
    point = urlsafe_b64decode(key + "=")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(signed, public, algorithms=["ES256"], audience=service.origin)
    assert claims["sub"] == "mailto:ambulando@localhost"
    assert (headers["Content-Encoding"], headers["Ttl"], headers["Urgency"]) == (
        "aes128gcm",
        "10800",
        "normal",
    )
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(signed, Browser().private.public_key(), algorithms=["ES256"], audience=service.origin)


def test_with_a_public_address_that_address_signs_since_apple_takes_no_localhost(service, settings):
    settings.PUBLIC, settings.HTTPS = urlsplit("https://move.example.org"), True
    push.send(f"{service.origin}/one", **Browser().keys, message=MESSAGE)
    signed = service.taken[0][1]["Authorization"].removeprefix("vapid t=").split(", ")[0]
    claims = jwt.decode(signed, options={"verify_signature": False})
    assert claims["sub"] == "https://move.example.org"


@pytest.mark.parametrize(
    ("code", "answer"),
    [(200, push.TAKEN), (201, push.TAKEN), (202, push.TAKEN), (404, push.GONE), (410, push.GONE), (400, push.FAILED),
     (403, push.FAILED), (413, push.FAILED), (429, push.FAILED), (500, push.FAILED), (503, push.FAILED)],
)  # fmt: skip
def test_what_the_push_service_answers(service, code, answer):
    service.answer = code
    assert push.send(f"{service.origin}/one", **Browser().keys, message=MESSAGE) == answer
    assert len(service.taken) == 1, "tried once"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_no_answer_leads_to_another_place(service, code):
    service.answer, service.headers = code, {"Location": f"{service.origin}/inside"}
    assert push.send(f"{service.origin}/one", **Browser().keys, message=MESSAGE) == push.FAILED
    assert [path for path, _, _ in service.taken] == ["/one"]


def test_a_push_service_that_is_not_there_is_no_error(service):
    origin = service.origin
    service.shutdown()
    service.server_close()
    assert push.send(f"{origin}/one", **Browser().keys, message=MESSAGE) == push.FAILED


GOOD = [
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://wns2-db5p.notify.windows.com/w/?token=abc",
    "https://web.push.apple.com/QabC",
    "https://web.push.apple.com:443/QabC",
]
BAD = [
    "http://fcm.googleapis.com/fcm/send/abc",
    "https://127.0.0.1/one",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/one",
    "https://localhost/one",
    "https://fcm.googleapis.com.example.org/one",
    "https://example.org/fcm.googleapis.com",
    "https://evilpush.apple.com/one",
    "https://push.apple.com.example.org/one",
    "https://fcm.googleapis.com:8443/one",
    "https://fcm.googleapis.com@127.0.0.1/one",
    "https://me:you@fcm.googleapis.com/one",
    "https://fcm.googleapis.com\\@127.0.0.1/one",
    "https://fcm.google\tapis.com/one",
    "https://fcm.googleapis.com/one\r\nHost: inside",
    "https://fcm.googleapis.com/ one",
    "https://fcm.googleapis.com:port/one",
    "https://[/one",
    "file:///etc/passwd",
    "//fcm.googleapis.com/one",
    "",
]


@pytest.mark.parametrize("endpoint", GOOD)
def test_the_push_services_of_browsers_are_known(endpoint):
    assert push.allowed(endpoint)
    push.check(endpoint, **Browser().keys)


@pytest.mark.parametrize("endpoint", BAD)
def test_no_other_address_is_kept_or_sent_to(endpoint, monkeypatch):
    with pytest.raises(InputError, match="push service that we do not know"):
        push.check(endpoint, **Browser().keys)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be sent")

    monkeypatch.setattr(push._OPENER, "open", never)
    assert push.send(endpoint, **Browser().keys, message=MESSAGE) == push.GONE


@pytest.mark.parametrize(
    "keys",
    [{"p256dh": ""}, {"p256dh": "AAAA"}, {"p256dh": "B" * 87}, {"p256dh": "é"}, {"auth": ""}, {"auth": "AAAA"},
     {"auth": "A" * 200}],
)  # fmt: skip
def test_keys_that_are_not_whole_are_refused(keys):
    with pytest.raises(InputError, match="not whole"):
        push.check(GOOD[0], **Browser().keys | keys)


def test_the_key_is_made_once_in_a_file_that_only_its_owner_can_read(tmp_path):
    path = tmp_path / "push.key"
    made = push._key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["push.key"], "no draft is left behind"
    push._key.cache_clear()
    assert push._key(path).private_numbers() == made.private_numbers()


def test_when_another_process_made_the_key_first_its_key_counts(tmp_path, monkeypatch):
    path = tmp_path / "push.key"
    theirs = push._key(path)
    push._key.cache_clear()
    monkeypatch.setattr(type(path), "exists", lambda _: False)  # it came in between
    assert push._key(path).private_numbers() == theirs.private_numbers()


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ("", True),
        ("https://move.example.org", True),
        ("http://192.168.1.5:8000", False),
        ("http://localhost:8000", True),
    ],
)
def test_push_is_offered_where_browsers_take_it(settings, address, offered):
    settings.PUBLIC = urlsplit(address)
    settings.HTTPS = settings.PUBLIC.scheme == "https"
    assert push.offered() is offered
