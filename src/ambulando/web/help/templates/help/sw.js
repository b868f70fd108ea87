// Keeps help, so that it opens with the network cable out: the lines, "I am not safe now", the signs to stop, and a
// person's own plan once they opened it here. All of it goes when somebody else, or nobody, is signed in.
const KEPT = "ambulando-help-VERSION";
const FILES = STATIC_FILES;
const PAGES = PUBLIC_PAGES;
const OWN = OWN_PAGES;
const PATIENCE = 4_000; // milliseconds; whoever needs help does not wait longer for a line that hangs
const HELP_NOW = "/help/now/";
const HELP_AFTER = /^\/assessments\/\d+\/help\/$/; // the page that follows a hard answer

const had = (path) => caches.match(path, { ignoreVary: true });
// Each page says for whom it is: a mark, and the country of this person where it is known.
const isFor = (answer) => answer?.headers.get("Ambulando-For") ?? null;
const hasCountry = (address) => new URLSearchParams(address.search).has("country");
const whose = (mark) => (mark || "").split(" ")[0];

// Fetch these pages anew; one that is not there stays as it was kept before.
async function keep(paths, search = "") {
  const cache = await caches.open(KEPT);
  await Promise.all(paths.map(async (path) => {
    const answer = await fetch(path + search, { cache: "no-store" });
    if (answer.ok && !answer.redirected) await cache.put(path, answer);
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
async function look(address, answer) {
  const path = address.pathname;
  const now = isFor(answer);
  if (now === null) return;
  const cache = await caches.open(KEPT);
  for (const own of OWN) {
    const before = await cache.match(own, { ignoreVary: true });
    if (before && whose(isFor(before)) !== whose(now)) await cache.delete(own, { ignoreVary: true });
  }
  const asked = hasCountry(address);
  // Who looks at another country for once still finds their own lines offline; who told us none finds the last one.
  const plain = asked ? !now.includes(" ") : !address.search;
  const keeps = (PAGES.includes(path) || OWN.includes(path)) && answer.ok && plain;
  if (keeps) await cache.put(path, answer);
  // Help shows the lines of a country, whom the person chose and how their plan begins: it follows when these change.
  const older = [];
  for (const page of PAGES) {
    const before = await cache.match(page, { ignoreVary: true });
    if (isFor(before) !== now || (OWN.includes(path) && page !== path)) older.push(page);
  }
  await keep(older);
  if (keeps && asked) await keep(PAGES.filter((page) => page !== path), address.search);
}

// One after the other, so that an older page never takes the place of a newer one.
let looking = Promise.resolve();
function lookInTurn(address, answer) {
  looking = looking.then(() => look(address, answer)).catch(() => {});
  return looking;
}

// From the server, and where that fails, what is kept. A kept page of help also takes the place of one that hangs.
async function page(event) {
  const address = new URL(event.request.url);
  const path = address.pathname;
  const fromServer = fetch(event.request);
  event.waitUntil(fromServer.then((answer) => lookInTurn(address, answer.clone())).catch(() => {}));
  const isHelp = PAGES.includes(path) || HELP_AFTER.test(path);
  const kept = isHelp || OWN.includes(path) ? await had(HELP_AFTER.test(path) ? HELP_NOW : path) : undefined;
  const slow = new Promise((give) => isHelp && kept && !hasCountry(address) && setTimeout(give, PATIENCE, kept));
  try {
    const answer = await Promise.race([fromServer, slow]);
    return answer.status >= 500 && kept ? kept : answer;
  } catch {
    return kept || (await had("/offline/")) || Response.error();
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
