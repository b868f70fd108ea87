// A questionnaire whose answers can not be sent keeps them on this device, and shows at once what would follow:
// help after a hard answer to item 9 of the PHQ-9, else one calm line. ambulando.js sends them later.
for (const form of document.querySelectorAll("form[data-outbox]")) {
  const asksItem9 = location.pathname === "/questions/phq-9/";
  const id = `${location.pathname} ${Date.now()} ${Math.random()}`; // one for each time the page is opened
  const help = {};
  const headers = { "Ambulando-Script": "1" }; // what is fetched here was not shown to anybody yet
  const fetchHelp = async (path) => {
    const answer = await fetch(path, { headers });
    if (!answer.ok) throw new Error(path);
    return answer.text();
  };
  // Where no service worker keeps the help pages, as without https, this page does.
  if (asksItem9) for (const path of ["/help/", "/help/now/"]) help[path] = fetchHelp(path).catch(() => null);

  const note = document.createElement("div");
  note.className = "note";
  note.setAttribute("role", "status");
  form.before(note);
  note.hidden = true;

  const item9 = (fields) => (asksItem9 ? Number(fields.get("item-9") || 0) : 0);
  const button = () => form.querySelector("button[type=submit]");

  // Do they wait here now? A browser can refuse to keep anything; then the page says that nothing was sent.
  const wait = (fields) => {
    fields.delete("csrfmiddlewaretoken");
    const one = { id, path: location.pathname, at: new Date().toISOString(), fields: [...fields] };
    try {
      waitingAnswers.write([...waitingAnswers.read().filter((other) => other.id !== id), one]);
      return true;
    } catch {
      document.getElementById("not-sent").hidden = false;
      return false;
    }
  };

  const show = (words) => {
    note.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }));
    note.hidden = false;
    note.scrollIntoView({ block: "center" });
  };

  // The help page takes the place of the questions, which stay as they are behind it.
  const showHelp = async (path, waits) => {
    const text = (await help[path]) || (await fetchHelp(path).catch(() => null));
    if (!text) return location.assign(path);
    const main = document.getElementById("main");
    const page = new DOMParser().parseFromString(text, "text/html");
    const instead = page.getElementById("main");
    instead.querySelector("#not-sent")?.remove();
    for (const part of instead.querySelectorAll("[data-waits-here]")) part.hidden = !waits;
    const back = () => {
      instead.remove();
      main.hidden = false;
      main.id = "main";
      if (waits) show(form.dataset.outbox);
    };
    instead.querySelector("[data-back]")?.addEventListener("click", () => history.back());
    window.addEventListener("popstate", back, { once: true });
    history.pushState({}, "");
    main.hidden = true;
    main.removeAttribute("id");
    main.before(instead);
    instead.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button()) button().disabled = true;
    const fields = new FormData(form);
    const nine = item9(fields);
    // Who gave a hard answer does not wait long for a line that hangs.
    const signal = AbortSignal.timeout?.(nine >= 1 ? 8_000 : 20_000); // an older browser waits as long as it does
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, headers, signal });
      if (answer.status >= 500) throw new Error(answer.status);
      const page = new URL(answer.url).pathname;
      // A form that was refused, or needs signing in first, is sent as without a script: its own page says what to do.
      if (answer.ok && page.startsWith("/assessments/")) location.assign(answer.url);
      else HTMLFormElement.prototype.submit.call(form);
    } catch {
      if (button()) button().disabled = false;
      const waits = wait(fields);
      if (nine >= 1) await showHelp(nine >= 2 ? "/help/now/" : "/help/", waits);
      else if (waits) show(form.dataset.outbox);
    }
  });

  // Who comes back to the page finds a button that works.
  window.addEventListener("pageshow", () => {
    if (button()) button().disabled = false;
  });

  // Once they are sent, the same answers are not sent a second time from here.
  document.addEventListener("answers-sent", (event) => {
    if (event.detail.id !== id) return;
    note.hidden = true;
    if (button()) button().disabled = true;
  });
}
