// The keys of one thread: which are open here, which the other side has now, and whether that is still the same key.
import * as seal from "./sealed-crypto.js";
import * as keys from "./sealed-keys.js";

export class Locked extends Error {} // .why: "locked" (no key open on this device), "changed" (the other key is not accepted)

const locked = (why) => Object.assign(new Locked(why), { why });

export class Lock {
  constructor(thread, me) {
    this.thread = thread;
    this.me = me;
    this.address = `/messages/${thread}/seal/keys/`;
    this.open = new Map(); // number of a thread key -> {key, theirs}
  }

  async load() {
    const record = await keys.ask(this.address);
    const ring = new Map((await keys.ring(this.me)).map((one) => [one.public, one.key]));
    const open = new Map();
    for (const copy of record.keys) {
      try {
        const mine = copy.pair.find((one) => one.id === this.me);
        const theirs = copy.pair.find((one) => one.id === record.other.id);
        const key = ring.get(mine.public);
        if (!key) continue; // it was made for an older key, which is not open here
        const about = { thread: this.thread, number: copy.number, algorithm: copy.algorithm, pair: copy.pair };
        open.set(copy.number, { key: await seal.openThreadKey(about, copy.copy, key, this.me), theirs: theirs.public, mine: mine.public });
      } catch { /* it was altered, or is not for this key: its messages stay closed */ }
    }
    Object.assign(this, { record, open, mine: ring.get(record.me.public) ?? null });
    // The first key of the other side that is known here is trusted, and is to be compared by voice. A later one is not,
    // until somebody says so: the keys of the thread name both sides, so a change can not be hidden from who had one.
    const before = await keys.accepted(this.me, this.thread);
    const first = open.size ? open.get(Math.min(...open.keys())).theirs : record.other.public;
    this.accepted = before.length || !first ? before : [first];
    if (!before.length && first && this.mine) await keys.accept(this.me, this.thread, this.accepted);
  }

  // "none" (no key at all), "locked", "changed", "kinds" (two browsers with different kinds of key), "open"
  get state() {
    const { me, other } = this.record;
    if (!me.public) return "none";
    if (!this.mine) return "locked";
    if (!this.accepted.includes(other.public)) return "changed";
    return me.algorithm === other.algorithm ? "open" : "kinds";
  }

  // The number to compare by voice
  number() {
    const { me, other } = this.record;
    return seal.numberOf(me.algorithm, [me, other].map((one) => ({ id: one.id, public: one.public })));
  }

  async accept() {
    this.accepted = [...new Set([...this.accepted, this.record.other.public])];
    await keys.accept(this.me, this.thread, this.accepted);
  }

  // The newest key of the thread that both present keys have; a new one where one of them is new.
  async current() {
    for (let tries = 0; tries < 2; tries += 1) {
      if (this.state !== "open") throw locked(this.state);
      const last = Math.max(0, ...this.record.keys.map((one) => one.number));
      const newest = this.open.get(last);
      if (newest && newest.theirs === this.record.other.public && newest.mine === this.record.me.public) {
        return { number: last, key: newest.key };
      }
      try {
        await this.#make(last + 1);
      } catch (error) {
        if (!(error instanceof keys.Refused) || tries) throw error; // the other side was quicker: look again
      }
      await this.load();
    }
    return this.current();
  }

  async #make(number) {
    const { me, other } = this.record;
    const pair = [me, other].map((one) => ({ id: one.id, public: one.public }));
    const about = { thread: this.thread, number, algorithm: me.algorithm, pair };
    const { copies } = await seal.newThreadKey(about, this.mine, this.me);
    await keys.ask(this.address, { number, algorithm: me.algorithm, pair, copies });
  }

  async seal(text, id, after) {
    const { number, key } = await this.current();
    return seal.sealMessage({ thread: this.thread, number, writer: this.me, id, after }, text, key);
  }

  // {text} of a message, or {why}: "locked", "older" (its key is not open here), "changed", "altered"
  async read({ key: id, writer, body }) {
    let record;
    try {
      record = JSON.parse(body);
      if (record.v !== seal.VERSION) throw new Error("version");
    } catch {
      return { why: "altered" };
    }
    const known = this.open.get(record.key);
    if (!known) return { why: this.mine ? "older" : "locked" };
    if (!this.accepted.includes(known.theirs)) return { why: "changed" };
    try {
      const about = { thread: this.thread, number: record.key, writer, id, after: record.after };
      return { text: await seal.openMessage(about, record, known.key), after: record.after };
    } catch {
      return { why: "altered" };
    }
  }

  async sealDraft(text) {
    const { number, key } = await this.current();
    return seal.sealDraft({ thread: this.thread, number, writer: this.me }, text, key);
  }

  // null where it can not be opened
  async openDraft(kept) {
    try {
      const record = JSON.parse(kept);
      const about = { thread: this.thread, number: record.key, writer: this.me };
      return await seal.openDraft(about, record, this.open.get(record.key).key);
    } catch {
      return null;
    }
  }
}
