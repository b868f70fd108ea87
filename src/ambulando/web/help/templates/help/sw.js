// Keeps help, so that it opens with the network cable out: the lines, "I am not safe now", the signs to stop, and a
// person's own plan once they opened it here. All of it goes when somebody else, or nobody, is signed in.
const KEPT = "ambulando-help-VERSION";
const FILES = STATIC_FILES;
const PAGES = PUBLIC_PAGES;
const OWN = OWN_PAGES;
const FOR = "/kept-for";

const had = (path) => caches.match(path, { ignoreVary: true });

// Fetch these pages anew; one that is not there stays as it was kept before.
async function keep(paths) {
  const cache = await caches.open(KEPT);
  await Promise.all(paths.map(async (path) => {
    const answer = await fetch(path, { cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    if (path === PAGES[0]) await cache.put(FOR, new Response(answer.headers.get("Ambulando-For") || ""));
    await cache.put(path, answer);
  }));
}

async function prepare() {
  const cache = await caches.open(KEPT);
  await cache.addAll(FILES);
  const opened = [];
  for (const path of OWN) if (await had(path)) opened.push(path);
  await keep([...PAGES, ...opened]);
}

self.addEventListener("install", (event) => {
  event.waitUntil(prepare().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// After each page from the server: is it for the same person as what is kept? And is it one that is kept?
async function look(path, answer) {
  const now = answer.headers.get("Ambulando-For");
  if (now === null) return;
  const cache = await caches.open(KEPT);
  const before = (await (await cache.match(FOR))?.text()) || "";
  const [whose, whoseBefore] = [now, before].map((mark) => mark.split(" ")[0]);
  if (whose !== whoseBefore) await Promise.all(OWN.map((own) => cache.delete(own, { ignoreVary: true })));
  if ((PAGES.includes(path) || OWN.includes(path)) && answer.ok) await cache.put(path, answer);
  // Help shows the lines of a country, whom the person chose and how their plan begins: it follows when these change.
  if (now !== before || OWN.includes(path)) await keep(PAGES.filter((page) => page !== path));
  if (now !== before) await cache.put(FOR, new Response(now));
}

// One after the other, so that an older page never takes the place of a newer one.
let looking = Promise.resolve();
function lookInTurn(path, answer) {
  looking = looking.then(() => look(path, answer)).catch(() => {});
  return looking;
}

async function page(event) {
  const path = new URL(event.request.url).pathname;
  try {
    const answer = await fetch(event.request);
    event.waitUntil(lookInTurn(path, answer.clone()));
    return answer;
  } catch {
    if (PAGES.includes(path) || OWN.includes(path)) return (await had(path)) || (await had("/offline/")) || Response.error();
    // The page that follows a hard answer is help, also when the line breaks on the way to it.
    const help = /^\/assessments\/\d+\/help\/$/.test(path);
    return (await had(help ? "/help/now/" : "/offline/")) || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" || PAGES.includes(address.pathname)) event.respondWith(page(event));
  else if (FILES.includes(address.pathname)) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept || fetch(request)));
  }
});

// Reminders. Every push shows a notification: a browser takes push away from who does not.
self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json().notification;
  } catch {} // nothing in it that can be read: the name alone is shown
  const { title = "Ambulando", body, lang, dir, tag = "reminder", navigate = "/today/", actions = [] } = told ?? {};
  const addresses = Object.fromEntries(actions.map((one) => [one.action, one.navigate]));
  const buttons = actions.map((one) => ({ action: one.action, title: one.title }));
  event.waitUntil(
    self.registration.showNotification(title, { body, lang, dir, tag, actions: buttons, data: { navigate, addresses } }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { navigate, addresses } = event.notification.data;
  const address = new URL(addresses[event.action] ?? navigate, self.location.origin);
  if (address.origin !== self.location.origin) return;
  const open = () => self.clients.openWindow(address);
  const pause = () => fetch(address, { method: "POST" }).then((answer) => answer.ok || open(), open);
  event.waitUntil(event.action in addresses ? pause() : open());
});

// The push service gave this browser another address. Where the old one is not known, the page brings it back.
self.addEventListener("pushsubscriptionchange", (event) => {
  const old = event.oldSubscription;
  if (!old) return;
  const replace = async () => {
    const now = event.newSubscription ?? (await self.registration.pushManager.subscribe(old.options));
    const headers = { "Content-Type": "application/json" };
    await fetch("/reminders/device/", { method: "POST", headers, body: JSON.stringify({ old, new: now }) });
  };
  event.waitUntil(replace());
});
