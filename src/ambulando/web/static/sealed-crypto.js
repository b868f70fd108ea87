// What is sealed, and how: the cryptography of sealed threads. WebCrypto alone; no page, no network, no storage.
// Byte by byte in docs/care.md, "What is sealed, byte by byte"; checked against Python's cryptography in the tests.
//
// X25519 (RFC 7748): the curve of Signal, age and WireGuard, in WebCrypto of Chromium 133, Firefox 130 and Safari 17 on.
// P-256 (NIST SP 800-186) where a browser lacks it. HKDF-SHA-256 (RFC 5869). AES-256-GCM (NIST SP 800-38D), a random
// nonce of 96 bits for each text: far below its limit of 2^32 texts under one key.
// PBKDF2-HMAC-SHA-256 (RFC 8018): the one password hash in WebCrypto. 600,000 rounds: OWASP Password Storage Cheat Sheet,
// the figure that stands there since December 2022. A server that asks for fewer is refused.

export const VERSION = 1;
export const ROUNDS = 600_000;
const MOST_ROUNDS = 10_000_000; // more would only be there to hang the page
const PAD = 64;

const subtle = globalThis.crypto?.subtle;
const utf8 = new TextEncoder();
const bound = (...says) => utf8.encode(JSON.stringify(says));
const random = (length) => crypto.getRandomValues(new Uint8Array(length));

export const to64 = (bytes) =>
  btoa(Array.from(new Uint8Array(bytes), (one) => String.fromCharCode(one)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
export const from64 = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

// The two kinds of key pair
const KINDS = { X25519: { name: "X25519" }, "P-256": { name: "ECDH", namedCurve: "P-256" } };

export async function bestAlgorithm() {
  try {
    await subtle.generateKey(KINDS.X25519, false, ["deriveBits"]);
    return "X25519";
  } catch {
    return "P-256";
  }
}
const publicKey = (algorithm, text) => subtle.importKey("raw", from64(text), KINDS[algorithm], true, []);
const privateKey = (algorithm, pkcs8) => subtle.importKey("pkcs8", pkcs8, KINDS[algorithm], false, ["deriveBits"]);

// AES-256-GCM: {nonce, sealed}, bound to what `says` names. What was altered, or moved elsewhere, does not open.
async function lock(key, plain, says) {
  const nonce = random(12);
  const sealed = await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: says }, key, plain);
  return { nonce: to64(nonce), sealed: to64(sealed) };
}
async function unlock(key, { nonce, sealed }, says) {
  const options = { name: "AES-GCM", iv: from64(nonce), additionalData: says };
  return new Uint8Array(await subtle.decrypt(options, key, from64(sealed)));
}
async function expand(secret, salt, info) {
  const base = await subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info };
  return subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

// The recovery code: 130 random bits and 10 to check, in the letters of Crockford's Base32, which has no I, L, O or U;
// who writes one of the first three is understood.
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE = 26, CHECK = 2;
async function checkLetters(drawn) {
  const hash = new Uint8Array(await subtle.digest("SHA-256", utf8.encode(`ambulando recovery code 1 ${drawn}`)));
  return LETTERS[hash[0] >> 3] + LETTERS[hash[1] >> 3];
}
export async function newCode() {
  const drawn = Array.from(random(CODE), (one) => LETTERS[one & 31]).join("");
  return (drawn + (await checkLetters(drawn))).match(/.{4}/g).join("-");
}
export const letters = (typed) =>
  typed.toUpperCase().replace(/[\s\-–—.]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
// The 28 letters that somebody typed, or null where there is a slip of the pen.
export async function readCode(typed) {
  const read = letters(typed);
  if (read.length !== CODE + CHECK || [...read].some((one) => !LETTERS.includes(one))) return null;
  return (await checkLetters(read.slice(0, CODE))) === read.slice(CODE) ? read : null;
}

// The keys that wrap a private key
async function keyOfPassphrase(passphrase, { salt, rounds }) {
  if (!(rounds >= ROUNDS && rounds <= MOST_ROUNDS)) throw new Error("rounds");
  const base = await subtle.importKey("raw", utf8.encode(passphrase.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: from64(salt), iterations: rounds };
  return subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
const keyOfCode = (read, { salt }) => expand(utf8.encode(read), from64(salt), bound("ambulando recovery", VERSION));

const says = (person, algorithm, mine, way) => bound("ambulando private key", VERSION, person, algorithm, mine, way);

async function byPassphrase(pkcs8, { person, algorithm, public: mine }, passphrase) {
  const how = { kdf: "PBKDF2-SHA-256", rounds: ROUNDS, salt: to64(random(16)) };
  const key = await keyOfPassphrase(passphrase, how);
  return { ...how, ...(await lock(key, pkcs8, says(person, algorithm, mine, "passphrase"))) };
}
async function byCode(pkcs8, { person, algorithm, public: mine }, code) {
  const how = { kdf: "HKDF-SHA-256", salt: to64(random(16)) };
  const key = await keyOfCode(await readCode(code), how);
  return { ...how, ...(await lock(key, pkcs8, says(person, algorithm, mine, "recovery"))) };
}

// A new key pair of a person: what the server keeps (`record`), what this device keeps (`key`, which can not be
// taken out again), and the code that is shown once.
export async function newKey(person, passphrase, algorithm) {
  const pair = await subtle.generateKey(KINDS[algorithm], true, ["deriveBits"]);
  const mine = to64(await subtle.exportKey("raw", pair.publicKey));
  const pkcs8 = new Uint8Array(await subtle.exportKey("pkcs8", pair.privateKey));
  const of = { person, algorithm, public: mine };
  const code = await newCode();
  const record = {
    v: VERSION, algorithm, public: mine,
    passphrase: await byPassphrase(pkcs8, of, passphrase), recovery: await byCode(pkcs8, of, code),
  };
  const key = await privateKey(algorithm, pkcs8);
  pkcs8.fill(0);
  return { record, key, code };
}

// The bytes of a wrapped private key, by passphrase or code; null where neither fits.
async function pkcs8Of(person, record, typed) {
  const bind = (way) => says(person, record.algorithm, record.public, way);
  const code = await readCode(typed);
  const tries = [[() => keyOfPassphrase(typed, record.passphrase), record.passphrase, "passphrase"]];
  if (code) tries.unshift([() => keyOfCode(code, record.recovery), record.recovery, "recovery"]);
  for (const [key, wrapped, way] of tries) {
    try {
      return await unlock(await key(), wrapped, bind(way));
    } catch { /* it was wrapped with something else */ }
  }
  return null;
}
export async function openKey(person, record, typed) {
  const pkcs8 = await pkcs8Of(person, record, typed);
  if (!pkcs8) return null;
  const key = await privateKey(record.algorithm, pkcs8);
  pkcs8.fill(0);
  return key;
}
// The same private key under another passphrase, and under a new code where `newToo`.
export async function rewrapped(person, record, typed, passphrase, newToo) {
  const pkcs8 = await pkcs8Of(person, record, typed);
  if (!pkcs8) return null;
  const of = { person, algorithm: record.algorithm, public: record.public };
  const changed = { public: record.public, passphrase: await byPassphrase(pkcs8, of, passphrase) };
  const code = newToo ? await newCode() : "";
  if (newToo) changed.recovery = await byCode(pkcs8, of, code);
  pkcs8.fill(0);
  return { changed, code };
}

// The key of a thread: 32 random bytes, a copy for each side. Both copies are wrapped under what the two key pairs agree
// on, so that nobody without one of the two private keys can make or open one. `pair`: [maker, other], each {id, public}.
const threadSays = ({ thread, number, algorithm, pair: [maker, other] }, to) =>
  bound("ambulando thread key", VERSION, thread, number, algorithm, maker.id, maker.public, other.id, other.public, to);

async function agreed(about, key, me, to) {
  const theirs = about.pair.find((one) => one.id !== me);
  const how = { name: KINDS[about.algorithm].name, public: await publicKey(about.algorithm, theirs.public) };
  const secret = await subtle.deriveBits(how, key, 256);
  return expand(secret, new Uint8Array(0), threadSays(about, to));
}
const importThreadKey = (bytes) => subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);

export async function newThreadKey(about, key, me) {
  const bytes = random(32);
  const copies = {};
  for (const { id } of about.pair) {
    copies[id] = await lock(await agreed(about, key, me, id), bytes, threadSays(about, id));
  }
  return { copies, key: await importThreadKey(bytes) };
}
export async function openThreadKey(about, copy, key, me) {
  return importThreadKey(await unlock(await agreed(about, key, me, me), copy, threadSays(about, me)));
}

// A message: bound to its thread, its writer, its own id and the message that it follows.
const messageSays = ({ thread, number, writer, id, after }) =>
  bound("ambulando message", VERSION, thread, number, writer, id, after);

export async function sealMessage(about, text, key) {
  const plain = utf8.encode(JSON.stringify({ text }));
  const padded = new Uint8Array(Math.ceil(plain.length / PAD) * PAD).fill(32); // JSON ends in as many spaces as one likes
  padded.set(plain);
  const locked = await lock(key, padded, messageSays(about));
  return JSON.stringify({ v: VERSION, key: about.number, after: about.after, ...locked });
}
export async function openMessage(about, record, key) {
  const plain = await unlock(key, record, messageSays(about));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain)).text;
}

// What is half written and kept on this device
const draftSays = ({ thread, number, writer }) => bound("ambulando draft", VERSION, thread, number, writer);
export const sealDraft = async (about, text, key) =>
  JSON.stringify({ v: VERSION, key: about.number, ...(await lock(key, utf8.encode(text), draftSays(about))) });
export const openDraft = async (about, record, key) =>
  new TextDecoder().decode(await unlock(key, record, draftSays(about)));

// The number to compare: 30 digits for each of the two keys, the smaller first, as Signal does ("Safety number updates",
// 2016). A part for each side, because one number over both could be met by chance in 2^50 tries by who picks both keys.
async function digits(algorithm, { id, public: theirs }) {
  const hash = new Uint8Array(await subtle.digest("SHA-512", bound("ambulando number", VERSION, id, algorithm, theirs)));
  return Array.from({ length: 6 }, (_, group) => {
    const five = hash.slice(group * 5, group * 5 + 5).reduce((sum, one) => sum * 256 + one, 0);
    return String(five % 100_000).padStart(5, "0");
  }).join(" ");
}
export async function numberOf(algorithm, sides) {
  return (await Promise.all(sides.map((side) => digits(algorithm, side)))).sort().join(" ");
}
