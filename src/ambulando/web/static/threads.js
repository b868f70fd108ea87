// Messages: what is new comes at once, what is written is sent once, also after the line was cut; a draft stays.
// The list of threads follows what is told, where nobody is in the middle of it.
document.addEventListener("told", async ({ detail }) => {
  const list = document.getElementById("threads");
  if (!list || list.contains(document.activeElement) || !["message", "read", "again", "gone"].includes(detail.kind)) return;
  const answer = await fetch(location.pathname, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("threads");
  if (fresh) document.getElementById("threads").replaceWith(fresh);
});

(() => {
  const box = document.getElementById("thread");
  if (!box || !window.messageOutbox) return;
  const { thread, address } = box.dataset;
  const log = document.getElementById("log");
  const form = box.querySelector("[data-composer]");
  const field = form?.querySelector("textarea");
  const fault = document.getElementById("fault");
  const sealed = box.dataset.sealed === "1";
  const headers = { "Ambulando-Script": "1" };
  // E2E: words are sealed before anything of them is kept or sent.
  const seals = sealed ? import(box.dataset.sealing).then(({ sealing }) => sealing()) : Promise.resolve(null);

  const all = () => [...log.querySelectorAll("li[data-pk]")];
  const last = () => Number(all().at(-1)?.dataset.pk || 0);
  const atEnd = () => window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 160;
  const toEnd = () => window.scrollTo(0, document.documentElement.scrollHeight);
  const parse = (html) => {
    const made = document.createElement("template");
    made.innerHTML = html;
    return [...made.content.querySelectorAll("li[data-pk]")];
  };
  const say = (words) => {
    if (!fault) return;
    fault.textContent = words;
    fault.hidden = !words;
  };

  // A message comes to its place by its number; one that stands here already is not put a second time.
  function put(item) {
    const before = document.getElementById(item.id);
    if (before) return before.replaceWith(item);
    log.querySelector(`li[data-waits="${item.dataset.message}"]`)?.remove();
    const next = all().find((one) => Number(one.dataset.pk) > Number(item.dataset.pk));
    const waits = log.querySelector("li[data-waits]");
    log.insertBefore(item, next ?? waits);
    box.querySelector("[data-empty]")?.remove();
  }

  function marks(answer) {
    const to = Number(answer.headers.get("Ambulando-Read-To") || 0);
    for (const one of all()) {
      const read = one.querySelector(".read");
      if (read) read.hidden = Number(one.dataset.pk) > to;
    }
    const taken = (answer.headers.get("Ambulando-Taken") || "").split(",");
    return all().filter((one) => taken.includes(one.dataset.pk) && !("taken" in one.dataset));
  }

  async function get(search) {
    const answer = await fetch(`${address}?${search}`, { headers, cache: "no-store" });
    if (answer.status === 404) return gone();
    if (!answer.ok || !answer.headers.has("Ambulando-Thread")) throw new Error(answer.status);
    return answer;
  }

  // For the reader of a grant that ended the page is cleared; the person reads on, so their page is made anew.
  function gone() {
    if (box.dataset.grant) live.clear(box.dataset.grant);
    else location.reload();
    return null;
  }

  // Up to here everything is on the page. One's own message can be here before an earlier one of the other.
  let had = last();
  let busy = null;
  let once_more = false;
  // What came since the last message here. Asked again while it runs, it runs once more after it.
  function catchUp() {
    if (busy) {
      once_more = true;
      return busy;
    }
    busy = (async () => {
      try {
        do {
          once_more = false;
          const stays = atEnd();
          const answer = await get(`after=${had}`);
          if (!answer) return;
          const items = parse(await answer.text());
          items.forEach(put);
          had = Math.max(had, ...items.map((one) => Number(one.dataset.pk)));
          for (const old of marks(answer)) {
            const changed = await get(`only=${old.dataset.pk}`);
            if (!changed) return;
            parse(await changed.text()).forEach(put);
          }
          if (items.length && stays) toEnd();
          if (items.length >= 40) once_more = true;
        } while (once_more);
        seen();
      } catch {} // there is no line: when it is back, this is asked again
      finally { busy = null; }
    })();
    return busy;
  }

  let readTo = 0;
  // What the other wrote was before somebody's eyes.
  function seen() {
    const to = Number(all().filter((one) => !one.classList.contains("mine")).at(-1)?.dataset.pk || 0);
    if (document.visibilityState !== "visible" || to <= readTo) return;
    readTo = to;
    const body = new URLSearchParams({ to });
    fetch(`${address}read/`, { method: "POST", body, headers: { ...headers, "X-CSRFToken": messageOutbox.token() } }).catch(() => {
      readTo = 0;
    });
  }
  readTo = had; // the page itself told that
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && catchUp());

  document.addEventListener("told", ({ detail }) => {
    const ours = String(detail.thread) === thread && ["message", "read"].includes(detail.kind);
    if (ours || detail.kind === "again") catchUp();
    if (detail.kind === "sealed" && !sealed && String(detail.thread) === thread) location.reload(); // else sealed-thread.js looks
    if (detail.kind === "gone" && String(detail.grant) === box.dataset.ownGrant) location.reload();
  });

  // Earlier messages come above, and what was read stays where it was.
  box.querySelector("[data-earlier]")?.addEventListener("click", async (event) => {
    event.preventDefault();
    const link = event.currentTarget;
    try {
      const answer = await get(`before=${all()[0].dataset.pk}&part=1`);
      if (!answer) return;
      const height = document.documentElement.scrollHeight;
      const first = log.firstElementChild;
      for (const item of parse(await answer.text())) log.insertBefore(item, first);
      window.scrollBy(0, document.documentElement.scrollHeight - height);
      if (!answer.headers.get("Ambulando-Earlier")) {
        link.parentElement.remove();
        log.focus({ preventScroll: true });
      }
    } catch {
      location.assign(link.href);
    }
  });

  // The link to the file of a message is an address of ours; a form that takes a message back works by itself.
  if (!form) return;

  const grow = () => {
    if (CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  };

  // The draft of this thread, on this device; of a sealed thread only sealed words are kept.
  let keeping = 0;
  async function keepDraft() {
    const text = field.value;
    const seal = await seals;
    if (!seal) return messageOutbox.keepDraft(thread, text);
    if (!text) return messageOutbox.keepDraft(thread, "");
    if (seal.unlocked) messageOutbox.keepDraft(thread, await seal.sealDraft(text));
  }
  field.addEventListener("input", () => {
    grow();
    say("");
    clearTimeout(keeping);
    if (sealed) keeping = setTimeout(() => keepDraft().catch(() => {}), 200);
    else messageOutbox.keepDraft(thread, field.value);
  });
  async function findDraft() {
    const kept = messageOutbox.draft(thread);
    if (!kept || field.value) return;
    const seal = await seals;
    if (seal) await seal.ready;
    const text = seal ? await seal.openDraft(kept) : kept;
    if (!field.value) field.value = text;
    if (seal && field.value) await keepDraft(); // one from before the sealing is sealed now
    grow();
  }
  findDraft().catch(() => {});

  function pending(one, words) {
    const item = document.createElement("li");
    item.className = "message mine waits";
    item.dataset.waits = one.key;
    const said = Object.assign(document.createElement("p"), { className: "words", dir: "auto", textContent: words });
    const state = Object.assign(document.createElement("p"), { className: "about" });
    state.textContent = navigator.onLine ? box.dataset.sends : box.dataset.waits;
    item.append(said, state);
    log.append(item);
    box.querySelector("[data-empty]")?.remove();
  }
  function stillWaiting() {
    for (const state of log.querySelectorAll("li[data-waits] .about")) state.textContent = box.dataset.waits;
  }

  // What waits here since before, as after a reload without a line.
  (async () => {
    const seal = await seals;
    for (const one of messageOutbox.mine().filter((waits) => waits.thread === thread)) {
      if (seal) await seal.ready;
      const opened = seal?.isSealed(one.body) ? await seal.open({ key: one.key, writer: Number(one.me), body: one.body }) : { text: one.body };
      if (messageOutbox.mine().some((waits) => waits.key === one.key)) pending(one, opened.text ?? opened.why ?? "");
    }
  })().catch(() => {});

  document.addEventListener("message-outbox", ({ detail: { how, one, said } }) => {
    if (one.thread !== thread) return;
    const waits = log.querySelector(`li[data-waits="${one.key}"]`);
    if (how === "sent") {
      parse(said).forEach(put);
      waits?.remove();
      catchUp();
    } else if (how === "gone") {
      gone();
    } else {
      // The words go back to where they were written, before what stands there by now.
      const words = sealed ? waits?.querySelector(".words")?.textContent : one.body;
      if (words) field.value = [words, field.value].filter(Boolean).join("\n\n");
      keepDraft().catch(() => {});
      waits?.remove();
      say(said || box.dataset.notTaken);
      grow();
    }
  });

  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    try {
      await send();
    } finally {
      sending = false;
    }
  });
  async function send() {
    const text = field.value.replace(/\r\n?/g, "\n").trim();
    const chosen = form.querySelector("input[type=file]");
    const file = chosen?.files[0];
    if (!text && !file) return field.focus();
    if (file) return sendFile(text, chosen, file);
    const key = messageOutbox.key();
    const seal = await seals;
    let body = text;
    try {
      if (sealed) body = await seal.seal(text, key);
    } catch {
      return say(box.dataset.locked);
    }
    const one = { key, thread, body };
    try {
      messageOutbox.add(one);
    } catch {
      if (sealed) [form.elements.key.value, field.value] = [key, body]; // never the plain words
      return HTMLFormElement.prototype.submit.call(form); // nothing can be kept here: it is sent as without a script
    }
    field.value = "";
    clearTimeout(keeping);
    messageOutbox.keepDraft(thread, "");
    say("");
    grow();
    pending(one, text);
    toEnd();
    field.focus({ preventScroll: true });
    messageOutbox.send().then(stillWaiting);
  }

  // A file is not kept on the device: it is sent now, or stays chosen in the form. The same key makes that harmless.
  async function sendFile(text, chosen, file) {
    const one = { me: messageOutbox.me, thread, body: text, key: form.elements.key.value };
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      const answer = await messageOutbox.post(one, file);
      const said = await answer.text();
      if (answer.status === 404) return gone();
      if (answer.status === 422) return say(said);
      if (!answer.ok || !answer.headers.has("Ambulando-Thread")) throw new Error(answer.status);
      form.elements.key.value = messageOutbox.key();
      chosen.value = "";
      if (field.value.trim() === text) field.value = "";
      messageOutbox.keepDraft(thread, field.value);
      say("");
      parse(said).forEach(put);
      toEnd();
    } catch {
      say(box.dataset.fileWaits);
    } finally {
      button.disabled = false;
      field.focus({ preventScroll: true });
    }
  }

  // Enter with Ctrl or Cmd sends; Enter alone is a new line.
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  grow();
  if (!location.hash || location.hash === "#newest") toEnd();
  seen();
})();
