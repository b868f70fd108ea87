// What every page gains from JavaScript; all of it works without.
// Save buttons go only where a tap really is sent without them.
if (window.htmx) document.documentElement.classList.add("scripted");

// A form that asks for the time zone starts with the one of this device.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("[data-own-time-zone]")) {
  if (!field.dataset.ownTimeZone) field.value = zone;
}

// At most so many boxes of a group can be ticked; the server checks it too.
for (const group of document.querySelectorAll("[data-at-most]")) {
  const boxes = [...group.querySelectorAll("input[type=checkbox]")];
  const update = () => {
    const full = boxes.filter((box) => box.checked).length >= Number(group.dataset.atMost);
    for (const box of boxes) box.disabled = full && !box.checked;
  };
  group.addEventListener("change", update);
  update();
}

// A form that needs another look opens at the place.
document.querySelector("[aria-invalid=true]")?.focus();

// A tap that did not get through says so; what came back may have taken the focus with it.
const notSent = document.getElementById("not-sent");
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    notSent.hidden = false;
    document.getElementById("saved")?.replaceChildren();
  });
}
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful && event.detail.requestConfig.verb === "post") notSent.hidden = true;
});

// Each tap of a check-in is sent at once and by itself, so that it gets through though the page is left right after it.
// A second tap on the same scale waits for the first, so that the last one is the one that stays.
for (const form of document.querySelectorAll("form[data-saves-taps]")) {
  const saved = document.getElementById("saved");
  const last = {};
  let waiting = 0;
  const send = async (fields) => {
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    const answer = await fetch(form.action, { method: "POST", body: fields, headers, keepalive: true });
    if (answer.headers.has("HX-Redirect")) return location.assign(answer.headers.get("HX-Redirect"));
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.text();
    notSent.hidden = true;
    if (waiting === 1) saved.innerHTML = said;
    document.body.dispatchEvent(new CustomEvent("checked-in"));
  };
  form.addEventListener("change", async ({ target }) => {
    const all = new FormData(form);
    const asks = target.type === "checkbox" ? form.querySelectorAll("[name=flags], [type=checkbox]") : [target];
    const fields = new URLSearchParams({ csrfmiddlewaretoken: all.get("csrfmiddlewaretoken") });
    for (const name of new Set([...asks].map((field) => field.name))) {
      if (all.has(name)) fields.set(name, all.get(name));
    }
    const group = target.type === "checkbox" ? "flags" : target.name;
    saved.replaceChildren();
    waiting += 1;
    try {
      const before = last[group];
      last[group] = before ? before.catch(() => {}).then(() => send(fields)) : send(fields);
      await last[group];
    } catch {
      notSent.hidden = false;
      saved.replaceChildren();
    } finally {
      waiting -= 1;
    }
  });
}
let focusWentToo = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  focusWentToo = event.detail.target.contains(document.activeElement);
});
document.addEventListener("htmx:afterSettle", (event) => {
  const tapped = event.detail.requestConfig?.verb === "post";
  if ((tapped || focusWentToo) && document.activeElement === document.body) {
    document.getElementById("suggestion")?.focus({ preventScroll: true });
  }
});

// A password that is typed once can be looked at.
for (const label of document.querySelectorAll("[data-shows]")) {
  label.hidden = false;
  label.addEventListener("change", (event) => {
    document.getElementById(label.dataset.shows).type = event.target.checked ? "text" : "password";
  });
}

// Leaves one sentence of the page, as its heading: what stood there is no longer for whoever looks at it.
window.clearPage = (words) => {
  const main = document.getElementById("main");
  main.replaceChildren(Object.assign(document.createElement("h1"), { textContent: words }));
  delete main.dataset.grant;
  document.title = `${words} · Ambulando`;
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
};

// What is made for paper can be put on it.
for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Answers that wait on this device (outbox.js) are sent once there is a connection, and before signing out clears it.
const waitingAnswers = {
  read() {
    try { return JSON.parse(localStorage.getItem("waiting")) || []; } catch { return []; }
  },
  write(answers) {
    if (answers.length) localStorage.setItem("waiting", JSON.stringify(answers));
    else localStorage.removeItem("waiting");
  },
  remove(one) {
    this.write(this.read().filter((other) => other.id !== one.id));
  },
  // Only what the server took, or can never take, goes from here. What another person wrote waits for them.
  async send() {
    const start = await fetch("/help/answers/", { cache: "no-store" });
    const { token } = await start.json();
    if (!token) return; // nobody is signed in
    const reader = start.headers.get("Ambulando-For").split(" ")[0];
    for (const one of this.read().filter((waits) => waits.refusedTo !== reader)) {
      const body = new URLSearchParams([...one.fields, ["path", one.path], ["at", one.at]]);
      const answer = await fetch("/help/answers/", { method: "POST", body, headers: { "X-CSRFToken": token } });
      const told = await answer.json().catch(() => ({}));
      if (answer.status === 200 || answer.status === 422) {
        this.remove(one);
        this.tell(told, one);
      } else if (told.refused) {
        this.write(this.read().map((waits) => (waits.id === one.id ? { ...waits, refusedTo: reader } : waits)));
      }
    }
  },
  tell({ said, go, to }, one) {
    const note = document.createElement("div");
    note.className = "note";
    note.setAttribute("role", "status");
    const words = document.createElement("p");
    words.append(said);
    if (to) {
      const link = Object.assign(document.createElement("a"), { href: to, textContent: go });
      words.append(" ", link);
    }
    note.append(words);
    document.getElementById("main").prepend(note);
    document.dispatchEvent(new CustomEvent("answers-sent", { detail: one }));
  },
};
async function sendWaitingAnswers() {
  if (!waitingAnswers.read().length) return;
  const once = (work) => (navigator.locks ? navigator.locks.request("waiting", work) : work());
  await once(() => waitingAnswers.send()).catch(() => {}); // there is still no connection: they go on waiting
}
window.addEventListener("online", sendWaitingAnswers);
sendWaitingAnswers();
for (const form of document.querySelectorAll("form[action$='/account/logout/']")) {
  let told = false;
  form.addEventListener("submit", async (event) => {
    if (!waitingAnswers.read().length) return;
    event.preventDefault();
    await sendWaitingAnswers();
    // What could not be sent would be lost: that is said first, and a second tap signs out all the same.
    if (told || waitingAnswers.read().every((one) => one.refusedTo)) return form.submit();
    told = true;
    notSent.hidden = false;
    notSent.scrollIntoView({ block: "center" });
  });
}

// Keys of sealed threads (sealed-keys.js) stay on a device only until somebody signs out or in.
for (const form of document.querySelectorAll("form[action$='/account/logout/'], form[action$='/account/login/']")) {
  form.addEventListener("submit", () => window.indexedDB?.deleteDatabase("sealed"));
}

// Help works offline: the service worker keeps the help page. Where it could not be begun (this page was left too
// soon, or the browser keeps nothing), the next page tries again.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
