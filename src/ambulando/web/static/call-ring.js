// On every page: somebody calls, or tried to. What is shown is asked of the server, which looks whether it may be.
async function show(call) {
  if (location.pathname.startsWith(`/calls/${call}/`)) {
    if (document.getElementById("rings-here")) location.reload(); // it is over, or was answered on another page
    return;
  }
  const answer = await fetch(`/calls/${call}/ringing/`, { cache: "no-store" });
  for (const one of document.querySelectorAll(`.ringing[data-call="${call}"]`)) one.remove();
  if (answer.ok && !answer.redirected) document.getElementById("main").insertAdjacentHTML("afterbegin", await answer.text());
}
document.addEventListener("told", ({ detail: { kind, call } }) => {
  if (!Number.isInteger(call)) return;
  const shown = document.querySelector(`.ringing[data-call="${call}"][data-state="ringing"], #rings-here[data-call="${call}"]`);
  if (kind === "call" ? !shown : shown && ["call-over", "call-answered"].includes(kind)) show(call).catch(() => {});
});
