// A report that was opened by its link: this page is told when it is gone or was changed, and clears itself.
(() => {
  const shown = document.querySelector("[data-report]");
  if (!shown) return;
  const way = location.protocol === "https:" ? "wss:" : "ws:";
  let socket = null;
  let tries = 0;
  let timer = 0;
  let silence = 0;
  let over = false;

  function clear(words) {
    over = true;
    clearTimeout(timer);
    clearTimeout(silence);
    window.clearPage(words);
    socket?.close();
  }

  function open() {
    clearTimeout(timer);
    if (over || (socket && socket.readyState <= WebSocket.OPEN)) return;
    const mine = new WebSocket(`${way}//${location.host}${shown.dataset.report}`);
    socket = mine;
    mine.addEventListener("open", () => {
      ask(); // what was missed while the line was cut
    });
    mine.addEventListener("message", (event) => {
      clearTimeout(silence);
      tries = 0;
      document.documentElement.dataset.live = "on"; // the first answer is to what was asked as it opened
      const { kind } = JSON.parse(event.data);
      if (kind === "gone") clear(shown.dataset.gone);
      else if (kind === "changed") clear(shown.dataset.changed);
    });
    mine.addEventListener("close", (event) => {
      if (mine !== socket || over) return;
      delete document.documentElement.dataset.live;
      if (event.code === 4403) return clear(shown.dataset.gone);
      // 0.5 s, 1 s, 2 s ... up to half a minute
      timer = setTimeout(open, Math.min(30_000, 500 * 2 ** tries) * (0.75 + Math.random() / 2));
      tries += 1;
    });
  }

  // A line can be dead without saying so: ask, and open anew where nothing comes.
  function ask() {
    if (over) return;
    if (socket?.readyState !== WebSocket.OPEN) return open();
    socket.send("there");
    clearTimeout(silence);
    silence = setTimeout(() => {
      const dead = socket;
      socket = null;
      dead.close();
      open();
    }, 5_000);
  }

  window.addEventListener("online", ask);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
  window.addEventListener("pageshow", ask);
  setInterval(() => document.visibilityState === "visible" && ask(), 25_000);
  open();
})();
