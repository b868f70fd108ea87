// Reminders on this device: asked for only after a tap, and brought back where the browser lost them.
{
  const { key, add, remove, devices, wanted } = document.currentScript.dataset;
  const shown = document.getElementById("device-said"); // only on the page about reminders
  const on = document.getElementById("device-on");
  const off = document.getElementById("device-off");

  const show = (said) => {
    if (!shown) return;
    for (const sentence of shown.children) sentence.hidden = sentence.dataset.said !== said;
    on.hidden = said === "on" || said === "refused" || said === "unsupported";
    off.hidden = said !== "on";
    if (said === "on") document.getElementById("wanted").hidden = false;
  };

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

  // A subscription belongs to the key it was made with.
  const forKey = (subscription) => {
    const made = subscription.options?.applicationServerKey;
    return !made || String(new Uint8Array(made)) === String(bytes(key));
  };

  const post = async (address, what) => {
    const answer = await fetch(address, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value,
      },
      body: JSON.stringify(what),
    });
    if (answer.status === 422) throw new Error("refused", { cause: (await answer.json()).error });
    if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`);
  };

  const manager = async () => {
    await navigator.serviceWorker.register("/sw.js");
    return (await navigator.serviceWorker.ready).pushManager;
  };

  const subscribe = async () => {
    const push = await manager();
    let found = await push.getSubscription();
    if (found && !forKey(found)) {
      await found.unsubscribe();
      found = null;
    }
    found ??= await push.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    await post(add, found.toJSON());
    show("on");
  };

  const stop = async () => {
    const found = await (await manager()).getSubscription();
    if (found) {
      await post(remove, { endpoint: found.endpoint });
      await found.unsubscribe();
    }
    show("off");
  };

  const look = async () => {
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return show("unsupported");
    if (Notification.permission === "denied") return show("refused");
    const found = await (await manager()).getSubscription();
    const known = found && devices.split(" ").includes(found.endpoint);
    if (known && wanted && forKey(found)) return show("on");
    if ((known || wanted) && Notification.permission === "granted") return subscribe();
    if (found) await found.unsubscribe(); // nobody here asked for it, or not any more
    show("off");
  };

  const trying = (act) =>
    act().catch((error) => {
      show("failed");
      if (error.cause && shown) shown.querySelector("[data-said=failed]").textContent = error.cause;
    });

  on?.addEventListener("click", () =>
    trying(async () => {
      const answer = await Notification.requestPermission();
      if (answer === "granted") await subscribe();
      else show(answer === "denied" ? "refused" : "off");
    }),
  );
  off?.addEventListener("click", () => trying(stop));
  trying(look);
}
