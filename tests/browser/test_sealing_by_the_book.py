"""What the browser seals is what docs/care.md says, byte by byte: Python's `cryptography` opens it, and the other way round."""

import base64
import json
from hashlib import sha256, sha512
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

pytestmark = pytest.mark.browser
PASSPHRASE = "otter Ångström lamp river"
ADA, CORA, THREAD = 7, 12, 3
ID, BEFORE = "0b8f6c4e-1f5c-4f0e-9d53-0d2b8f6f1a01", "0b8f6c4e-1f5c-4f0e-9d53-0d2b8f6f1a00"
TEXT = "Ich bin müde heute. 走る 🌳\nZweite Zeile"


def b64(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def bound(*says: Any) -> bytes:
    """What a text is bound to: a JSON list without spaces."""
    return json.dumps(says, separators=(",", ":"), ensure_ascii=False).encode()


def unlock(key: bytes, record: dict[str, Any], says: bytes) -> bytes:
    return AESGCM(key).decrypt(raw(record["nonce"]), raw(record["sealed"]), says)


def hkdf(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def key_of_passphrase(record: dict[str, Any]) -> bytes:
    import unicodedata

    phrase = unicodedata.normalize("NFKC", PASSPHRASE).encode()
    return PBKDF2HMAC(hashes.SHA256(), 32, raw(record["salt"]), record["rounds"]).derive(phrase)


def key_of_code(code: str, record: dict[str, Any]) -> bytes:
    return hkdf(code.replace("-", "").encode(), raw(record["salt"]), bound("ambulando recovery", 1))


def private(person: int, record: dict[str, Any], way: str, key: bytes) -> Any:
    says = bound("ambulando private key", 1, person, record["algorithm"], record["public"], way)
    return serialization.load_der_private_key(unlock(key, record[way], says), None)


def public_of(key: Any) -> str:
    encoding, form = (
        (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        if isinstance(key, x25519.X25519PrivateKey)
        else (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return b64(key.public_key().public_bytes(encoding, form))


def agreed(key: Any, other: str) -> bytes:
    if isinstance(key, x25519.X25519PrivateKey):
        return key.exchange(x25519.X25519PublicKey.from_public_bytes(raw(other)))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(other))
    return key.exchange(ec.ECDH(), point)


def thread_says(algorithm: str, maker: tuple[int, str], other: tuple[int, str], to: int) -> bytes:
    return bound("ambulando thread key", 1, THREAD, 1, algorithm, *maker, *other, to)


@pytest.fixture
def page(open_page: Any) -> Any:
    page = open_page()
    page.goto("/help/")
    page.evaluate("async () => { window.seal = await import('/static/sealed-crypto.js'); }")
    return page


MAKES = """async ([person, passphrase, algorithm]) => {
  const made = await seal.newKey(person, passphrase, algorithm);
  (window.kept ??= {})[person] = made.key;
  return { record: made.record, code: made.code, extractable: made.key.extractable };
}"""


@pytest.mark.parametrize("algorithm", ["X25519", "P-256"])
def test_python_opens_what_the_browser_sealed(page: Any, algorithm: str) -> None:
    made = page.evaluate(MAKES, [ADA, PASSPHRASE, algorithm])
    record = made["record"]
    assert made["extractable"] is False, "the key that a device keeps can not be taken out of it"
    assert record["passphrase"]["rounds"] == 600_000
    by_phrase = private(ADA, record, "passphrase", key_of_passphrase(record["passphrase"]))
    by_code = private(ADA, record, "recovery", key_of_code(made["code"], record["recovery"]))
    assert public_of(by_phrase) == public_of(by_code) == record["public"]

    cora = (
        x25519.X25519PrivateKey.generate()
        if algorithm == "X25519"
        else ec.generate_private_key(ec.SECP256R1())
    )
    sides = [{"id": ADA, "public": record["public"]}, {"id": CORA, "public": public_of(cora)}]
    body, copies = page.evaluate(
        """async ([thread, algorithm, pair, me, id, after, text]) => {
          const about = { thread, number: 1, algorithm, pair };
          const made = await seal.newThreadKey(about, kept[me], me);
          const body = await seal.sealMessage({ thread, number: 1, writer: me, id, after }, text, made.key);
          return [body, made.copies];
        }""",
        [THREAD, algorithm, sides, ADA, ID, BEFORE, TEXT],
    )
    keys = []
    for who, mine, other in ((ADA, by_phrase, sides[1]["public"]), (CORA, cora, record["public"])):
        says = thread_says(algorithm, (ADA, record["public"]), (CORA, sides[1]["public"]), who)
        keys.append(unlock(hkdf(agreed(mine, other), None, says), copies[str(who)], says))
    assert keys[0] == keys[1]
    found = json.loads(body)
    plain = unlock(keys[0], found, bound("ambulando message", 1, THREAD, 1, ADA, ID, BEFORE))
    assert json.loads(plain) == {"text": TEXT}
    assert len(plain) % 64 == 0, "the length is padded"
    assert (found["v"], found["key"], found["after"]) == (1, 1, BEFORE)


@pytest.mark.parametrize("algorithm", ["X25519", "P-256"])
def test_the_browser_opens_what_python_sealed(page: Any, algorithm: str) -> None:
    made = page.evaluate(MAKES, [ADA, PASSPHRASE, algorithm])
    mine = made["record"]["public"]
    cora = (
        x25519.X25519PrivateKey.generate()
        if algorithm == "X25519"
        else ec.generate_private_key(ec.SECP256R1())
    )
    theirs, key, nonce = public_of(cora), bytes(range(32)), bytes(12)
    says = thread_says(algorithm, (CORA, theirs), (ADA, mine), ADA)
    copy = {
        "nonce": b64(nonce),
        "sealed": b64(AESGCM(hkdf(agreed(cora, mine), None, says)).encrypt(nonce, key, says)),
    }
    plain = json.dumps({"text": TEXT}).encode()
    bind = bound("ambulando message", 1, THREAD, 1, CORA, ID, "")
    record = {
        "v": 1,
        "key": 1,
        "after": "",
        "nonce": b64(nonce),
        "sealed": b64(AESGCM(key).encrypt(nonce, plain, bind)),
    }
    opens = """async ([thread, algorithm, pair, me, copy, about, record]) => {
      const key = await seal.openThreadKey({ thread, number: 1, algorithm, pair }, copy, kept[me], me);
      return seal.openMessage(about, record, key).catch((error) => error.name);
    }"""
    pair = [{"id": CORA, "public": theirs}, {"id": ADA, "public": mine}]
    about = {"thread": THREAD, "number": 1, "writer": CORA, "id": ID, "after": ""}
    assert page.evaluate(opens, [THREAD, algorithm, pair, ADA, copy, about, record]) == TEXT
    for other in ({"thread": 4}, {"number": 2}, {"writer": ADA}, {"id": BEFORE}, {"after": BEFORE}):
        moved = page.evaluate(opens, [THREAD, algorithm, pair, ADA, copy, about | other, record])
        assert moved == "OperationError", f"it opened with {other}"


def test_a_wrapped_private_key_opens_with_neither_another_passphrase_nor_for_another_person(
    page: Any,
) -> None:
    record = page.evaluate(MAKES, [ADA, PASSPHRASE, "X25519"])["record"]
    opens = "async ([person, record, typed]) => (await seal.openKey(person, record, typed)) !== null"
    assert page.evaluate(opens, [ADA, record, PASSPHRASE])
    assert not page.evaluate(opens, [ADA, record, PASSPHRASE + " "])
    assert not page.evaluate(opens, [CORA, record, PASSPHRASE])
    fewer = record | {"passphrase": record["passphrase"] | {"rounds": 1_000}}
    assert not page.evaluate(opens, [ADA, fewer, PASSPHRASE]), "a server can not ask for fewer rounds"


def test_a_passphrase_is_changed_and_the_code_stays_or_is_made_anew(page: Any) -> None:
    made = page.evaluate(MAKES, [ADA, PASSPHRASE, "X25519"])
    record, code = made["record"], made["code"]
    opens = "async ([person, record, typed]) => (await seal.openKey(person, record, typed)) !== null"
    rewraps = "([person, record, typed, next, anew]) => seal.rewrapped(person, record, typed, next, anew)"
    assert page.evaluate(rewraps, [ADA, record, "something else", "a new one here", False]) is None
    changed = record | page.evaluate(rewraps, [ADA, record, code, "a new one here", False])["changed"]
    assert page.evaluate(opens, [ADA, changed, "a new one here"])
    assert page.evaluate(opens, [ADA, changed, code])
    assert not page.evaluate(opens, [ADA, changed, PASSPHRASE])
    anew = page.evaluate(rewraps, [ADA, changed, "a new one here", "and one more here", True])
    changed |= anew["changed"]
    assert page.evaluate(opens, [ADA, changed, anew["code"]])
    assert not page.evaluate(opens, [ADA, changed, code])


def test_a_recovery_code_is_read_as_people_write_it_and_a_slip_is_seen(page: Any) -> None:
    code = page.evaluate("() => seal.newCode()")
    letters = code.replace("-", "")
    assert len(letters) == 28
    assert set(letters) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    check = sha256(f"ambulando recovery code 1 {letters[:26]}".encode()).digest()
    assert letters[26:] == "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[byte >> 3] for byte in check[:2])
    read = "(typed) => seal.readCode(typed)"
    for typed in (
        code.lower(),
        code.replace("-", " "),
        code.replace("0", "O").replace("1", "l"),
        f"  {code}\n",
    ):
        assert page.evaluate(read, typed) == letters
    assert page.evaluate(read, code[:-1]) is None
    assert page.evaluate(read, "U" + code[1:]) is None
    slips = [letters[:5] + ("7" if letters[5] != "7" else "8") + letters[6:]]
    slips += [letters[:9] + other + letters[10:] for other in "23456" if other != letters[9]]
    assert sum(page.evaluate(read, slip) is not None for slip in slips) <= 1, "1 in 1,024 slips is not seen"
    assert len({page.evaluate("() => seal.newCode()") for _ in range(20)}) == 20


def test_the_number_to_compare_is_the_same_for_both_and_python_makes_it_too(page: Any) -> None:
    sides = [{"id": ADA, "public": b64(bytes(range(32)))}, {"id": CORA, "public": b64(bytes(range(1, 33)))}]
    number = "(sides) => seal.numberOf('X25519', sides)"
    found = page.evaluate(number, sides)
    assert found == page.evaluate(number, sides[::-1])
    groups = found.split(" ")
    assert len(groups) == 12
    assert all(len(group) == 5 and group.isdigit() for group in groups)
    parts = []
    for side in sides:
        hashed = sha512(bound("ambulando number", 1, side["id"], "X25519", side["public"])).digest()
        five = [int.from_bytes(hashed[at : at + 5], "big") % 100_000 for at in range(0, 30, 5)]
        parts.append(" ".join(f"{group:05d}" for group in five))
    assert found == " ".join(sorted(parts))
    other = page.evaluate(number, [sides[0], {"id": CORA, "public": b64(bytes(32))}])
    assert other != found


def test_a_browser_without_x25519_makes_a_key_on_p_256(page: Any) -> None:
    assert page.evaluate("() => seal.bestAlgorithm()") == "X25519"
    page.evaluate("""() => {
      const makes = crypto.subtle.generateKey.bind(crypto.subtle);
      crypto.subtle.generateKey = (how, ...more) =>
        how.name === "X25519" ? Promise.reject(new DOMException("", "NotSupportedError")) : makes(how, ...more);
    }""")
    assert page.evaluate("() => seal.bestAlgorithm()") == "P-256"
