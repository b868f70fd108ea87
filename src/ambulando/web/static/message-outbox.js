// Messages that wait on this device until they can be sent: in order, each once. They belong to who wrote them, and are
// never sent by another who signs in here; the server asks the same. Signing out clears them, after trying to send them.
window.messageOutbox = {
  me: document.querySelector("meta[name=me]")?.content,
  running: null,

  read() {
    try { return JSON.parse(localStorage.getItem("messages")) || []; } catch { return []; }
  },
  write(all) {
    if (all.length) localStorage.setItem("messages", JSON.stringify(all));
    else localStorage.removeItem("messages");
  },
  mine() {
    return this.read().filter((one) => one.me === this.me);
  },
  // Throws where the browser refuses to keep it.
  add(one) {
    this.write([...this.read(), { ...one, me: this.me }]);
  },
  remove(key) {
    this.write(this.read().filter((one) => one.key !== key));
  },
  // What is kept here of a thread goes.
  forget(thread) {
    this.write(this.read().filter((one) => one.thread !== thread || one.me !== this.me));
    localStorage.removeItem(this.draftName(thread));
  },
  draftName(thread) {
    return `draft ${this.me} ${thread}`;
  },
  draft(thread) {
    return localStorage.getItem(this.draftName(thread)) || "";
  },
  keepDraft(thread, text) {
    try {
      if (text) localStorage.setItem(this.draftName(thread), text);
      else localStorage.removeItem(this.draftName(thread));
    } catch {} // a browser that keeps nothing: the words are on the page
  },
  key() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
  token() {
    return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] || "";
  },

  async post(one, file) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ me: one.me, key: one.key, body: one.body })) body.append(name, value);
    if (file) body.append("file", file);
    const headers = { "Ambulando-Script": "1", "X-CSRFToken": this.token() };
    const signal = AbortSignal.timeout?.(file ? 120_000 : 20_000);
    return fetch(`/messages/${one.thread}/send/`, { method: "POST", body, headers, signal });
  },

  // One run at a time, over all pages of this browser. Ends at the first that can not be sent now.
  send() {
    const run = () => this.sendAll().catch(() => {});
    const once = () => (navigator.locks ? navigator.locks.request("messages", run) : run());
    this.running = (this.running ?? Promise.resolve()).then(once);
    return this.running;
  },
  async sendAll() {
    for (let one = this.mine()[0]; one; one = this.mine()[0]) {
      const answer = await this.post(one);
      const kept = answer.ok && answer.headers.has("Ambulando-Thread");
      if (!kept && ![404, 422].includes(answer.status)) return; // signed out, or the server fails: it goes on waiting
      const said = await answer.text();
      this.remove(one.key);
      const how = kept ? "sent" : answer.status === 422 ? "refused" : "gone";
      document.dispatchEvent(new CustomEvent("message-outbox", { detail: { how, one, said } }));
    }
  },
};

const sendMessages = () => messageOutbox.mine().length && messageOutbox.send();
window.addEventListener("online", sendMessages);
document.addEventListener("told", ({ detail }) => detail.kind === "again" && sendMessages());
setInterval(sendMessages, 20_000);
sendMessages();

// Before signing out, what waits is sent. What can not be sent would be lost: that is said, and a second tap signs out.
let saidOnce = false;
const signsOut = (event) => event.target.matches?.("form[action$='/account/logout/']");
document.addEventListener("submit", async (event) => {
  if (!signsOut(event) || !messageOutbox.mine().length || saidOnce) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await messageOutbox.send();
  saidOnce = true;
  if (!messageOutbox.mine().length) return event.target.requestSubmit();
  const note = document.getElementById("not-sent");
  note.hidden = false;
  note.scrollIntoView({ block: "center" });
}, true);
window.addEventListener("submit", (event) => {
  if (!signsOut(event) || event.defaultPrevented) return;
  for (const name of Object.keys(localStorage)) {
    if (name === "messages" || name.startsWith("draft ")) localStorage.removeItem(name);
  }
});
