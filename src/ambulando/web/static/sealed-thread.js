// A sealed thread on a page: opens what is shown, seals what is sent, says honestly what it can not open.
//   const seals = await sealing();      null where the thread of this page is not sealed
//   await seals.ready                   once the key is open on this device; seals.unlocked says whether it is
//   await seals.seal(text, key)         what to send and to keep in the place of the text
//   await seals.open({key, writer, body})   {text} or {why}
//   await seals.sealDraft(text), seals.openDraft(kept)
import * as keys from "./sealed-keys.js";
import { Lock } from "./sealed-lock.js";

const panel = document.getElementById("sealed");
const words = (why) => panel.querySelector(`[data-why="${why}"]`).textContent;

class Seals {
  constructor() {
    this.lock = new Lock(Number(panel.dataset.thread), Number(panel.dataset.me));
    this.unlocked = false;
    this.ready = new Promise((done) => { this.isReady = done; });
    this.read = new Map(); // what was opened, by id, writer and body
    this.last = ""; // the id of the newest message that is known here
  }

  async look() {
    await this.lock.load();
    this.read.clear();
    this.unlocked = this.lock.state === "open";
    for (const part of panel.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== this.lock.state;
    document.documentElement.classList.toggle("seal-closed", !this.unlocked);
    if (["open", "changed"].includes(this.lock.state)) {
      const number = await this.lock.number();
      for (const place of panel.querySelectorAll("[data-number]")) place.textContent = number;
    }
    await this.show();
    if (this.unlocked) this.isReady();
    document.dispatchEvent(new CustomEvent("seal", { detail: { unlocked: this.unlocked } }));
  }

  async seal(text, id) {
    const body = await this.lock.seal(text, id, this.last);
    this.last = id;
    return body;
  }
  async open(message) {
    const { key, writer, body } = message;
    const name = [key, writer, body].join(" ");
    if (!this.read.has(name)) this.read.set(name, await this.lock.read({ key, writer: Number(writer), body }));
    return this.read.get(name);
  }
  isSealed(body) { return body.startsWith('{"v":'); }
  sealDraft(text) { return this.lock.sealDraft(text); }
  openDraft(kept) { return this.isSealed(kept) ? this.lock.openDraft(kept) : Promise.resolve(kept); }

  // Fill in what is on the page. A message that says it follows another one has to stand after it.
  async show() {
    const shown = [...document.querySelectorAll("[data-message]")];
    const place = new Map();
    shown.forEach((one, index) => place.has(one.dataset.message) || place.set(one.dataset.message, index));
    // While earlier messages are not on the page, the one that is followed may be among them.
    const whole = !document.querySelector("[data-earlier]");
    for (const [index, one] of shown.entries()) {
      const { message, writer, sealedBody } = one.dataset;
      if (sealedBody === undefined) {
        if (!("taken" in one.dataset)) this.#beside(one, one.lastElementChild, words("plain"));
        continue;
      }
      const found = await this.open({ key: message, writer, body: sealedBody });
      const target = one.querySelector("[data-words]");
      if (found.why || place.get(message) !== index) {
        this.#say(one, target, words(found.why ?? "altered"), "");
        continue;
      }
      const follows = place.get(found.after);
      const late = follows !== undefined && follows > index;
      const gap = whole && found.after && follows === undefined;
      this.#say(one, target, found.text, late || gap ? words(late ? "moved" : "missing") : "");
    }
    const known = shown.filter((one) => one.dataset.sealedBody !== undefined).at(-1);
    if (known) this.last = known.dataset.message;
  }

  #say(one, target, text, note) {
    if (target.textContent !== text) target.textContent = text;
    this.#beside(one, target, note);
  }

  #beside(one, target, note) {
    let beside = one.querySelector("[data-seal-note]");
    if (note && !beside) {
      beside = Object.assign(document.createElement("p"), { className: "quietly" });
      beside.dataset.sealNote = "";
      target.after(beside);
    }
    if (beside && beside.textContent !== note) beside.textContent = note;
  }

  // Everything that was written, opened; for search and for a file
  async all(copy = "") {
    const { messages } = await keys.ask(`/messages/${this.lock.thread}/seal/all/${copy}`);
    const rows = [];
    for (const one of messages) {
      const text = one.taken_back ? words("taken") : one.kind !== "sealed" ? one.body : null;
      const found = text === null ? await this.open(one) : { text };
      const who = one.writer === this.lock.me ? panel.dataset.you : this.lock.record.other.name;
      rows.push({ key: one.key, at: new Date(one.at).toLocaleString(), who, text: found.text ?? words(found.why), found: !found.why });
    }
    return rows;
  }
}

let made;
export function sealing() {
  if (!panel || !("sealed" in panel.dataset)) return Promise.resolve(null);
  made ??= start();
  return made;
}

async function start() {
  if (!keys.works) {
    panel.querySelector("[data-state=unsafe]").hidden = false;
    return Object.assign(new Seals(), { seal: async () => { throw new Error("unsafe"); } });
  }
  const seals = new Seals();
  let work = seals.look();
  const again = (act) => (work = work.then(act).catch(failed));
  work = work.catch(failed);

  // What comes later by htmx or the socket is opened too.
  const watched = new MutationObserver((changes) => {
    const nodes = changes.flatMap((one) => [...one.addedNodes]);
    if (nodes.some((one) => one.matches?.("[data-message]") || one.querySelector?.("[data-message]"))) again(() => seals.show());
  });
  watched.observe(document.getElementById("main"), { childList: true, subtree: true });
  document.addEventListener("told", ({ detail }) => {
    if (detail.kind === "sealed" && detail.thread === seals.lock.thread) again(() => seals.look());
  });

  panel.querySelector("form[data-opens]").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const said = form.querySelector("[data-said]");
    said.hidden = true;
    form.querySelector("button[type=submit]").disabled = true;
    try {
      const opened = await keys.openWith(form.elements.typed.value);
      if (opened === "open") form.reset();
      else said.replaceChildren(words(opened));
      said.hidden = opened === "open";
      await again(() => seals.look());
    } catch (error) {
      failed(error);
    } finally {
      form.querySelector("button[type=submit]").disabled = false;
    }
  });
  panel.querySelector("[data-accepts]").addEventListener("click", () =>
    again(async () => {
      await seals.lock.accept();
      await seals.look();
    }),
  );

  const list = panel.querySelector("[data-found]");
  panel.querySelector("form[data-searches]").addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = event.target.elements.wanted.value.trim().toLocaleLowerCase();
    try {
      const rows = (await seals.all()).filter((one) => one.found && wanted && one.text.toLocaleLowerCase().includes(wanted));
      list.replaceChildren(...(rows.length ? rows.map(rowOf) : [Object.assign(document.createElement("li"), { textContent: words("nothing") })]));
    } catch (error) {
      failed(error);
    }
  });
  panel.querySelector("[data-exports]").addEventListener("click", async () => {
    try {
      const text = (await seals.all("?copy=1")).map((one) => `${one.at}  ${one.who}\n${one.text}\n`).join("\n");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
      link.download = `messages-${seals.lock.thread}.txt`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      failed(error);
    }
  });
  await work;
  return seals;
}

function rowOf({ at, who, text }) {
  const row = document.createElement("li");
  const words = Object.assign(document.createElement("p"), { textContent: text, dir: "auto" });
  row.append(Object.assign(document.createElement("p"), { className: "hint", textContent: `${at} · ${who}` }), words);
  return row;
}

function failed(error) {
  const place = panel.querySelector("[data-failed]");
  place.textContent = error instanceof keys.Refused ? error.message : words("failed");
  place.hidden = false;
}

sealing();
