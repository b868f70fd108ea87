// The page on which camera, microphone and loudspeaker are tried. Nothing leaves the device.
import { choices, choose, offerDevices, offerRelayOnly, track } from "./call-devices.js";
import { tell } from "./call-words.js";

const picture = document.getElementById("mine");
const level = document.getElementById("level");
const withCamera = document.getElementById("with-camera");
let heard = null;
let seen = null;
let listening = null;

async function listen() {
  heard?.stop();
  await listening?.close();
  listening = null;
  heard = await track("audio");
  if (!heard) return;
  listening = new AudioContext();
  const ear = listening.createAnalyser();
  listening.createMediaStreamSource(new MediaStream([heard])).connect(ear);
  const samples = new Float32Array(ear.fftSize);
  const here = listening;
  const look = () => {
    if (here !== listening) return;
    ear.getFloatTimeDomainData(samples);
    const loud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
    level.value = Math.min(1, loud * 4);
    setTimeout(look, 100);
  };
  look();
}

async function look() {
  seen?.stop();
  seen = withCamera.checked ? await track("video") : null;
  picture.srcObject = seen ? new MediaStream([seen]) : null;
  picture.hidden = !seen;
}

// Two soft tones, made here.
async function play() {
  const sound = new AudioContext();
  await sound.setSinkId?.(choices().audiooutput).catch(() => {});
  for (const [at, pitch] of [440, 554].entries()) {
    const tone = new OscillatorNode(sound, { frequency: pitch });
    const loud = new GainNode(sound, { gain: 0.15 });
    tone.connect(loud).connect(sound.destination);
    tone.start(sound.currentTime + at * 0.4);
    tone.stop(sound.currentTime + at * 0.4 + 0.35);
    if (at) tone.addEventListener("ended", () => sound.close());
  }
  document.getElementById("sound").dataset.played = "yes";
}

document.getElementById("check").hidden = false;
withCamera.checked = choices().camera;
withCamera.addEventListener("change", () => {
  choose({ camera: withCamera.checked });
  tell(null);
  look();
});
document.getElementById("sound").addEventListener("click", play);
offerRelayOnly();
await listen();
await look();
await offerDevices((kind) => (kind === "audioinput" ? listen() : kind === "videoinput" && look()));
