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
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.verb === "post" && document.activeElement === document.body) {
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

// Help works offline: the service worker keeps the help page.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js");
