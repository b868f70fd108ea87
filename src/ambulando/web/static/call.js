// The page of a call: connects the two browsers, keeps the line, and says in words how it is.
import { canWrite, write } from "./call-captions.js";
import { choices, choose, offerDevices, offerRelayOnly, track } from "./call-devices.js";
import { EVERY, look, weak } from "./call-line.js";
import { Peer } from "./call-peer.js";
import { signal } from "./call-signal.js";
import { tell, word } from "./call-words.js";

const at = (id) => document.getElementById(id);
const { call, relay, back, language, mine: calls } = at("call").dataset;
const state = at("call-state");
const RINGS = 60_000, RING_AGAIN = 5_000;
const RESTART_AFTER = calls === undefined ? 4_000 : 1_000; // the caller looks first, so that not both do
const RESTART_AGAIN = 6_000;

let rings = at("call").dataset.state === "ringing";
let over = false;
let other = null; // the page at the other end
let peer = null;
let lostAt = 0, restartedAt = 0;
let looks = [], before = null;
let stopWriting = null;
let line = null;
let isPolite = calls === undefined;
let ice = [];
const tracks = { audio: null, video: null };
const sound = new MediaStream(), picture = new MediaStream();
// A page that waits for a picture would never have loaded where nobody shows one.
const loaded = document.readyState === "complete" ? Promise.resolve() : new Promise((done) => addEventListener("load", done));
loaded.then(() => {
  at("their-sound").srcObject = sound;
  at("theirs").srcObject = picture;
});
// Help opens beside the call.
for (const link of document.querySelectorAll(".help-link, .help-here")) link.target = "_blank";

function show(name) {
  state.textContent = word(name);
  state.dataset.state = name;
}

async function servers() {
  try {
    // A line that is dead without saying so must not hold up the call.
    const signal = AbortSignal.timeout?.(3_000);
    return (await (await fetch(relay, { cache: "no-store", signal })).json()).servers;
  } catch { return null; } // the server is away: those from before may do
}

function opened(polite) {
  peer?.close();
  sound.getTracks().forEach((one) => sound.removeTrack(one));
  picture.getTracks().forEach((one) => picture.removeTrack(one));
  Object.assign(at("code-card"), { hidden: true });
  [looks, before, lostAt] = [[], null, 0];
  peer = new Peer({
    polite, servers: ice, relayOnly: choices().relayOnly, tracks, send: (message) => line.send(message),
    says: {
      state: changed,
      track: (one) => (one.kind === "audio" ? sound : picture).addTrack(one),
      told,
      code(digits) {
        at("code").textContent = digits ?? "";
        at("code-card").hidden = !digits;
        peer.tell({ kind: "camera", on: !!tracks.video });
      },
    },
  });
  show("connecting");
}

function changed(now) {
  if (over) return;
  if (now === "connected") {
    [looks, before, lostAt] = [[], null, 0]; // what was lost meanwhile says nothing of the line that is there again
    performance.mark("call-connected");
    if (at("call-said").dataset.said === "no-way") tell(null);
    show("connected");
    at("their-sound").play().catch(() => {});
  } else if (now === "disconnected" || now === "failed") {
    lostAt ||= Date.now();
    line.ask(); // what was lost may have carried the socket too
    if (peer.everConnected) show("lost");
    else if (now === "failed") tell("no-way");
  }
}

function told({ kind, on, text }) {
  if (kind === "camera") at("theirs").hidden = !on;
  else if (kind === "weak") rest();
  else if (kind === "caption" && typeof text === "string") {
    at("captions").textContent = text.slice(0, 300);
    at("captions").hidden = false;
  } else if (kind === "bye") finish("over");
}

async function restart() {
  restartedAt = Date.now();
  const anew = await servers();
  if (anew) ice = anew;
  if (peer && !over) peer.restart(anew, choices().relayOnly);
}

// Each look: has the line been lost for a while, or is it too weak for a picture?
async function watch() {
  if (over || !peer) return;
  const now = Date.now();
  const bad = ["disconnected", "failed"].includes(peer.pc.connectionState);
  const waited = lostAt && now - lostAt > RESTART_AFTER && now - restartedAt > RESTART_AGAIN;
  if (bad && (waited || (peer.pc.connectionState === "failed" && now - restartedAt > RESTART_AGAIN))) return restart();
  const report = await peer.pc.getStats();
  looks = [...looks.slice(-9), look(report, before)];
  before = report;
  if (peer.pc.connectionState === "connected" && weak(looks)) {
    if (tracks.video) rest();
    if (!at("theirs").hidden) peer.tell({ kind: "weak" });
    looks = [];
  }
}

function rest() {
  if (!tracks.video) return;
  setPicture(null);
  tell("weak");
}

async function setPicture(one) {
  tracks.video?.stop();
  tracks.video = one;
  at("mine").srcObject = one ? new MediaStream([one]) : null;
  at("mine").hidden = !one;
  at("picture").setAttribute("aria-pressed", String(!!one));
  await peer?.replace("video", one);
  peer?.tell({ kind: "camera", on: !!one });
}

function finish(why) {
  if (over) return;
  over = true;
  stopWriting?.();
  for (const one of Object.values(tracks)) one?.stop();
  peer?.close();
  line?.close();
  for (const part of document.querySelectorAll("#call video, #call audio, #captions, #code-card, #call details, .call-keys")) part.hidden = true;
  at("mine").srcObject = null;
  tell(null);
  show(why);
  const link = Object.assign(document.createElement("a"), { href: back, textContent: word("over-link") });
  link.setAttribute("role", "button");
  link.className = "main";
  state.after(link);
}

// What the other page, or the server, says. One after the other, in the order in which it came.
let turn = Promise.resolve();
function hears(message) {
  turn = turn.then(() => heard(message)).catch(() => restart());
}
async function heard({ kind, page, hello, polite, ...rest }) {
  if (kind === "joined") {
    isPolite = polite;
    rings = rest.state === "ringing";
    if (!other) show(rings ? "ringing" : "waiting");
    peer?.askAgain();
  } else if (kind === "answered") {
    rings = false;
    if (!other) show("waiting");
  } else if (kind === "here") {
    rings = false;
    if (hello) line.send({ kind: "here" });
    if (page !== other) {
      other = page;
      await first;
      opened(isPolite);
    } else peer.askAgain();
    if (peer.pc.connectionState === "connected") show("connected");
  } else if (kind === "away") {
    if (peer?.pc.connectionState !== "connected") show("away");
  } else if (kind === "over") finish({ missed: "unanswered", declined: "declined" }[rest.state] ?? "over");
  else if (page === other && peer) await peer.hear({ kind, ...rest });
}

// What this side does
at("mute").addEventListener("click", ({ currentTarget }) => {
  const muted = currentTarget.getAttribute("aria-pressed") !== "true";
  currentTarget.setAttribute("aria-pressed", String(muted));
  if (tracks.audio) tracks.audio.enabled = !muted;
});
at("picture").addEventListener("click", async () => {
  tell(null);
  const on = !tracks.video;
  choose({ camera: on });
  looks = [];
  await setPicture(on ? await track("video") : null);
});
const hangUp = at("hang-up");
hangUp.addEventListener("submit", async (event) => {
  event.preventDefault();
  peer?.tell({ kind: "bye" });
  const body = new FormData(hangUp);
  await new Promise((done) => setTimeout(done, peer ? 50 : 0)); // the word goes out before the line is closed
  finish("over");
  for (let tries = 0; tries < 6; tries += 1) {
    try {
      await fetch(hangUp.action, { method: "POST", body: new URLSearchParams(body), redirect: "manual", keepalive: true });
      break;
    } catch { await new Promise((done) => setTimeout(done, 1_000)); } // the server is away
  }
  location.assign(back);
});
async function hearMyself() {
  const muted = at("mute").getAttribute("aria-pressed") === "true";
  const one = await track("audio");
  if (over) return one?.stop();
  tracks.audio?.stop();
  tracks.audio = one;
  if (one) one.enabled = !muted;
  await peer?.replace("audio", one);
}
async function switchDevice(kind) {
  if (kind === "audioinput") await hearMyself();
  else if (kind === "videoinput" && tracks.video) await setPicture(await track("video"));
  else if (kind === "audiooutput") await at("their-sound").setSinkId?.(choices().audiooutput).catch(() => {});
}
at("send-captions").addEventListener("change", ({ target }) => {
  stopWriting?.();
  stopWriting = target.checked && tracks.audio ? write(tracks.audio, language, (text) => peer?.tell({ kind: "caption", text })) : null;
});

// Another network: look for another way at once.
for (const [where, name] of [[window, "online"], [navigator.connection, "change"]]) {
  where?.addEventListener(name, () => {
    line.ask();
    if (peer?.everConnected && Date.now() - restartedAt > 1_000) restart();
  });
}
offerRelayOnly(() => peer && restart());

// All at once: who answers is heard as soon as there is a microphone, and the line is looked for meanwhile.
const first = servers().then((found) => { ice = found ?? []; });
line = signal(call, hears, finish);
const opening = [hearMyself(), choices().camera ? track("video").then((one) => (over ? one?.stop() : one && setPicture(one))) : null];
setInterval(() => watch().catch(() => {}), EVERY * 1_000);
if (rings) {
  const again = setInterval(() => (rings && !over ? line.send({ kind: "ring" }) : clearInterval(again)), RING_AGAIN);
  setTimeout(() => rings && !over && fetch(hangUp.action, { method: "POST", body: new URLSearchParams(new FormData(hangUp)), redirect: "manual" }), RINGS);
}
Promise.allSettled(opening).then(() => offerDevices(switchDevice));
switchDevice("audiooutput");
canWrite(document.documentElement.lang).then((can) => { at("captions-card").hidden = !can; });
