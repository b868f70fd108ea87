// The keys of who is signed in: wrapped on the server, open on this device until they sign out.
import * as seal from "./sealed-crypto.js";

export class Refused extends Error {} // the server said why, in one sentence

const RECORD = "/messages/key/record/";
const PASSPHRASE = "/messages/key/passphrase/";

// Over http a browser gives no cryptography, except to its own machine.
export const works = Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

export async function ask(address, what) {
  const options = { headers: { Accept: "application/json" }, cache: "no-store" };
  if (what) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    Object.assign(options, { method: "POST", body: JSON.stringify(what) });
    Object.assign(options.headers, { "Content-Type": "application/json", "X-CSRFToken": token });
  }
  const answer = await fetch(address, options);
  if (answer.status === 422 || answer.status === 429) throw new Refused((await answer.json()).error);
  if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

// IndexedDB "sealed". It keeps private keys that no script can read out again, and which keys of others were accepted.
// It is opened for each use and closed again, so that signing out in another tab can delete it at once.
function store(name, mode, act) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open("sealed", 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("keys", { keyPath: "public" });
      opening.result.createObjectStore("accepted", { keyPath: "of" });
    };
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      database.onversionchange = () => database.close();
      const work = database.transaction(name, mode);
      const request = act(work.objectStore(name));
      work.oncomplete = () => (database.close(), done(request.result));
      work.onabort = work.onerror = () => (database.close(), failed(work.error));
    };
  });
}

// The keys that are open on this device. What another person left here goes.
export async function ring(me) {
  const all = await store("keys", "readonly", (keys) => keys.getAll());
  if (all.some((one) => one.person !== me)) {
    await store("keys", "readwrite", (keys) => keys.clear());
    await store("accepted", "readwrite", (kept) => kept.clear());
    return [];
  }
  return all;
}
export const keep = (person, { algorithm, public: mine }, key) =>
  store("keys", "readwrite", (keys) => keys.put({ person, algorithm, public: mine, key }));
export const close = () => store("keys", "readwrite", (keys) => keys.clear());

export const accepted = async (me, thread) =>
  (await store("accepted", "readonly", (kept) => kept.get(`${me} ${thread}`)))?.keys ?? [];
export const accept = (me, thread, keys) =>
  store("accepted", "readwrite", (kept) => kept.put({ of: `${me} ${thread}`, keys }));

export const records = () => ask(RECORD);

// Open every wrapped key that this passphrase or code fits. How: "open" (the one in use), "older" or "wrong".
export async function openWith(typed) {
  const { person, keys } = await records();
  let opened = "wrong";
  for (const [index, record] of keys.entries()) {
    const key = await seal.openKey(person, record, typed);
    if (!key) continue;
    await keep(person, record, key);
    if (index === 0) opened = "open";
    else if (opened === "wrong") opened = "older";
  }
  return opened;
}

// Make a new key pair. It counts once `save` was called: the code has to be on paper first.
export async function make(passphrase) {
  const { person, keys } = await records();
  const algorithm = await seal.bestAlgorithm();
  const { record, key, code } = await seal.newKey(person, passphrase, algorithm);
  const save = async () => {
    await ask(RECORD, { ...record, replaces: keys[0]?.public ?? "" });
    await keep(person, record, key);
  };
  return { code, save };
}

// Another passphrase for the key in use, and another code where `newToo`; null where `typed` does not open it.
export async function change(typed, passphrase, newToo) {
  const { person, keys } = await records();
  const made = await seal.rewrapped(person, keys[0], typed, passphrase, newToo);
  if (!made) return null;
  const save = async () => {
    await ask(PASSPHRASE, made.changed);
    await keep(person, keys[0], await seal.openKey(person, { ...keys[0], ...made.changed }, passphrase));
  };
  return { code: made.code, save };
}
