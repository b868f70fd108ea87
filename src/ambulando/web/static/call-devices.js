// Microphone, camera and loudspeaker: what was chosen on this device, and opening them.
import { tell, word } from "./call-words.js";

const START = { camera: false, relayOnly: false, audioinput: "", videoinput: "", audiooutput: "" };

// The camera is off until somebody chooses otherwise.
export function choices() {
  try { return { ...START, ...JSON.parse(localStorage.getItem("call-choices")) }; } catch { return { ...START }; }
}
export function choose(changes) {
  localStorage.setItem("call-choices", JSON.stringify({ ...choices(), ...changes }));
}

const WORDS = {
  audio: { NotAllowedError: "refused", other: "no-microphone" },
  video: { NotAllowedError: "camera-refused", other: "no-camera" },
};

// The track of one kind ("audio", "video"), of the chosen device where it is still there; null, with a sentence, where there is none.
export async function track(kind) {
  if (!navigator.mediaDevices) {
    tell("needs-https");
    return null;
  }
  const chosen = choices()[`${kind}input`];
  const wish = kind === "audio" ? { echoCancellation: true, noiseSuppression: true } : { width: { ideal: 640 }, height: { ideal: 480 } };
  if (chosen) wish.deviceId = { ideal: chosen };
  try {
    return (await navigator.mediaDevices.getUserMedia({ [kind]: wish })).getTracks()[0];
  } catch (error) {
    tell(WORDS[kind][error.name] ?? WORDS[kind].other);
    return null;
  }
}

// Fill the lists of devices, and call `changed(kind)` after a choice. What is plugged in meanwhile is added.
export async function offerDevices(changed) {
  const lists = [...document.querySelectorAll("[data-device]")];
  const fill = async () => {
    const found = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    for (const list of lists) {
      const kind = list.dataset.device;
      const mine = found.filter((one) => one.kind === kind);
      list.replaceChildren(...mine.map((one, at) => new Option(one.label || `${word("device")} ${at + 1}`, one.deviceId)));
      if (mine.some((one) => one.deviceId === choices()[kind])) list.value = choices()[kind];
    }
    const speakers = "setSinkId" in HTMLMediaElement.prototype && found.some((one) => one.kind === "audiooutput");
    for (const part of document.querySelectorAll("[data-needs=speaker]")) part.hidden = !speakers;
  };
  for (const list of lists) {
    list.addEventListener("change", () => {
      choose({ [list.dataset.device]: list.value });
      changed(list.dataset.device);
    });
  }
  navigator.mediaDevices?.addEventListener("devicechange", fill);
  await fill();
}

// The switch "hide my network address", where the installation has a relay.
export function offerRelayOnly(changed = () => {}) {
  const box = document.getElementById("relay-only");
  if (!box) return;
  box.checked = choices().relayOnly;
  box.addEventListener("change", () => {
    choose({ relayOnly: box.checked });
    changed();
  });
}
