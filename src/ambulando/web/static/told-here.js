// A page about one thing says so (data-told, data-of). When it is told that something changed there, a note leads to it;
// what somebody is just writing on the page stays.
document.addEventListener("told", ({ detail }) => {
  for (const note of document.querySelectorAll("[data-told]")) {
    const { told, of } = note.dataset;
    if (detail.kind === "again" || (detail.kind === told && (!of || String(detail[told]) === of))) note.hidden = false;
  }
});
