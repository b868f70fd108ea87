// What this page is told at once: one socket for each page. It says only that something is new, with ids; scripts of a
// page listen to `told` on the document and fetch what they may see. A socket that breaks comes back, and then the kind
// `again` says that something may have been missed.
const live = {
  socket: null,
  tries: 0,
  timer: 0,
  over: false, // signed out
  left: -Infinity, // when this page began to be left; a file that is saved looks the same
  opened: false,

  tell(detail) {
    document.dispatchEvent(new CustomEvent("told", { detail }));
  },

  open() {
    clearTimeout(this.timer);
    if (this.over || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/live/`);
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.tries = 0;
      clearTimeout(this.silence);
      document.documentElement.dataset.live = "on";
      if (this.opened) this.tell({ kind: "again" });
      this.opened = true;
    });
    socket.addEventListener("message", (event) => {
      clearTimeout(this.silence);
      const detail = JSON.parse(event.data);
      if (detail.kind !== "here") this.take(detail);
    });
    socket.addEventListener("close", (event) => {
      if (socket !== this.socket) return;
      delete document.documentElement.dataset.live;
      if (event.code === 4401) this.over = true; // nobody is signed in any more
      else this.later();
    });
  },

  // 0.5 s, 1 s, 2 s ... up to half a minute, a little apart for each page, so that not all come at the same moment.
  later() {
    const wait = Math.min(30_000, 500 * 2 ** this.tries) * (0.75 + Math.random() / 2);
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), wait);
  },

  // A line can be dead without saying so, as after a change of the network: ask, and open anew where nothing comes.
  ask() {
    if (!this.socket || this.socket.readyState > WebSocket.OPEN) return this.open();
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send("there");
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      const dead = this.socket;
      this.socket = null;
      dead.close();
      this.open();
    }, 5_000);
  },

  take(detail) {
    if (detail.kind === "signed-out") {
      this.over = true;
      // Where this very page signs out, what the server answers is on its way.
      if (performance.now() - this.left > 10_000) location.reload();
      return;
    }
    if (detail.kind === "gone") this.clear(String(detail.grant));
    this.tell(detail);
  },

  // It is no longer shared: what stands here goes, and so does what is kept of it on this device.
  clear(grant) {
    const shown = document.querySelector(`[data-grant="${grant}"]`);
    if (!shown) return;
    const thread = shown.dataset.thread;
    if (thread) window.messageOutbox?.forget(thread);
    window.clearPage(document.querySelector("meta[name=no-longer-shared]")?.content);
  },
};

window.addEventListener("online", () => live.ask());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && live.ask());
setInterval(() => document.visibilityState === "visible" && live.ask(), 25_000);
window.addEventListener("beforeunload", () => { live.left = performance.now(); });
// A page that comes back from the browser's memory may show what is gone by now.
window.addEventListener("pageshow", (event) => {
  live.left = -Infinity;
  if (event.persisted) location.reload();
  else live.open();
});
