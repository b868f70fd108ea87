// The sentences of a page of calls stand in its HTML, where they can be translated.
export const word = (name) => document.querySelector(`#call-words [data-word="${name}"]`)?.textContent ?? "";

// One sentence in the place for what somebody should know; none hides it.
export function tell(name) {
  const place = document.getElementById("call-said");
  place.hidden = !name;
  place.dataset.said = name ?? "";
  place.firstElementChild.textContent = name ? word(name) : "";
}
