// What is shared was changed, or may have been while the line was cut: the page asks anew, so that it shows what may be seen now.
// What somebody is writing stays; then a sentence says so.
(() => {
  const shown = () => document.querySelector("[data-grant]");
  const writes = () =>
    [...document.querySelectorAll("main textarea, main input[type=text]")].some((one) => one.value !== one.defaultValue);
  // A page that is being left, as by the very tap that ends it, is not asked for anew.
  const anew = () => {
    if (!writes() && performance.now() - live.left > 10_000) location.reload();
  };
  document.addEventListener("told", async ({ detail }) => {
    const page = shown();
    if (detail.kind === "changed" && page?.dataset.grant === String(detail.grant) && !page.dataset.thread) anew();
    if (detail.kind === "again" && page) {
      const answer = await fetch(`/people/${page.dataset.grant}/agreement/`, { cache: "no-store" }).catch(() => null);
      if (answer?.status === 404 && shown()) live.clear(page.dataset.grant);
    }
    // pages of what was agreed to, of both sides
    const kinds = document.querySelector("[data-agreement]")?.dataset.agreement.split(" ") ?? [];
    if (kinds.includes(detail.kind)) anew();
  });
})();
