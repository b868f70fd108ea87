// The page of the own key, and the page on which both sides agree to seal a thread.
import * as keys from "./sealed-keys.js";
import { Lock } from "./sealed-lock.js";
import { letters } from "./sealed-crypto.js";

const page = document.getElementById("own-key") ?? document.getElementById("seal-page");
const show = (state) => {
  for (const part of page.querySelectorAll("[data-state]")) part.hidden = !part.dataset.state.split(" ").includes(state);
};
const words = (why) => page.querySelector(`[data-why="${why}"]`).textContent;

function says(form, text) {
  const said = form.querySelector("[data-said]");
  said.textContent = text;
  said.hidden = !text;
  if (text) form.querySelector("input:not([type=hidden])")?.focus();
}

// A form that is never sent: what is in it stays on this device.
function on(form, act) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    says(form, "");
    try {
      const refused = await act(form.elements);
      if (refused) says(form, refused);
    } catch (error) {
      says(form, error instanceof keys.Refused ? error.message : words("failed"));
    } finally {
      button.disabled = false;
    }
  });
}

const lastFour = (typed) => letters(typed).slice(-4);
const SHORTEST = 12;
function newPassphrase({ passphrase, again }) {
  if ([...passphrase.value.trim()].length < SHORTEST) return words("short");
  if (again && again.value !== passphrase.value) return words("differ");
  return "";
}

// The code is shown before anything is kept, so that a page that is closed too early leaves nothing half done.
function showCode({ code, save }, done) {
  page.querySelector("[data-code]").textContent = code;
  show("code");
  page.querySelector("[data-state=code]").scrollIntoView?.({ block: "center" });
  const form = page.querySelector("form[data-saves]");
  form.reset();
  form.replaceWith(form.cloneNode(true)); // the listeners of a code before go with it
  on(page.querySelector("form[data-saves]"), async ({ typed }) => {
    if (lastFour(typed.value) !== lastFour(code)) return words("not-it");
    await save();
    page.querySelector("[data-code]").textContent = "";
    typed.value = "";
    done();
  });
}

async function ownKey() {
  const next = () => (page.dataset.back ? location.assign(page.dataset.back) : look());
  const look = async () => {
    const { person, keys: all } = await keys.records();
    const open = new Set((await keys.ring(person)).map((one) => one.public));
    show(!all.length ? "none" : open.has(all[0].public) ? "open" : "closed");
  };
  for (const form of page.querySelectorAll("form[data-makes]")) {
    on(form, async (fields) => {
      const refused = newPassphrase(fields);
      if (refused) return refused;
      const made = await keys.make(fields.passphrase.value);
      form.reset();
      showCode(made, next);
    });
  }
  on(page.querySelector("form[data-opens]"), async ({ typed }) => {
    const opened = await keys.openWith(typed.value);
    if (opened !== "open") return words(opened);
    typed.value = "";
    next();
  });
  on(page.querySelector("form[data-changes]"), async (fields) => {
    const refused = newPassphrase(fields);
    if (refused) return refused;
    const made = await keys.change(fields.typed.value, fields.passphrase.value, fields.code.checked);
    if (!made) return words("wrong");
    const form = page.querySelector("form[data-changes]");
    if (made.code) {
      form.reset();
      showCode(made, look);
    } else {
      await made.save();
      form.reset();
      says(form, words("changed"));
    }
  });
  await look();
}

async function sealPage() {
  const lock = new Lock(Number(page.dataset.thread), Number(page.dataset.me));
  const look = async () => {
    await lock.load();
    show(lock.state);
    if (["open", "changed"].includes(lock.state)) page.querySelector("[data-number]")?.replaceChildren(await lock.number());
  };
  on(page.querySelector("form[data-opens]"), async ({ typed }) => {
    const opened = await keys.openWith(typed.value);
    typed.value = "";
    await look();
    return opened === "open" ? "" : words(opened);
  });
  on(page.querySelector("form[data-seals]"), async () => {
    sealing = true;
    try {
      await lock.current();
    } finally {
      sealing = false;
    }
    location.assign(page.dataset.back);
  });
  await look();
}

// What the other side says meanwhile is shown.
let sealing = false;
const thread = Number(document.querySelector("[data-of-thread]")?.dataset.ofThread);
document.addEventListener("told", ({ detail }) => {
  if (detail.kind === "sealed" && detail.thread === thread && !sealing) location.reload();
});
if (page && !keys.works) show("unsafe");
else if (page) (page.id === "own-key" ? ownKey() : sealPage()).catch(() => show("failed"));
