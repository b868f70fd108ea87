// What every page gains from JavaScript; all of it works without.
document.documentElement.classList.add("scripted");

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

// Help works offline: the service worker keeps the help page.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js");
