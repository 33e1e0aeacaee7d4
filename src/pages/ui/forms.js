// Forms and buttons that are under way: off meanwhile, and errors told where they happen.

import { make } from "./dom.js";

/** What an empty output element is for: errors, told where they happen. */
export const errorPlace = () => make("p", { class: "error", role: "alert" });

/**
 * Runs what a form or button asks for. Its buttons are off meanwhile; an error is told in its
 * `.error`, or in `place`, as `explain` puts it. Answers whether it went well.
 */
export async function underWay(element, work, place = element.querySelector(".error"),
  explain = (error) => error.message) {
  const isButton = element instanceof HTMLButtonElement;
  const buttons = isButton ? [element] : [...element.querySelectorAll("button")];
  if (element.getAttribute("aria-busy") === "true") return false;
  element.setAttribute("aria-busy", "true");
  // Who presses a key goes on from there: a button that is off would lose the focus.
  const focused = buttons.find((button) => button === document.activeElement);
  for (const button of buttons) button.disabled = true;
  if (place) place.textContent = "";
  try {
    await work();
    return true;
  } catch (error) {
    if (!error.isProblem) console.error(error);
    if (place) place.textContent = explain(error);
    return false;
  } finally {
    element.removeAttribute("aria-busy");
    for (const button of buttons) button.disabled = false;
    if (document.activeElement === document.body) focused?.focus();
  }
}

/** Runs what nobody asked for, as reading a list again: an error is told once, nothing is off. */
export async function quietly(work, place) {
  let text = "";
  try {
    await work();
  } catch (error) {
    if (!error.isProblem) console.error(error);
    text = error.message;
  }
  if (place.textContent !== text) place.textContent = text;
}

/** A form that does `work(fields, pressed button)` when it is sent. */
export function onSubmit(form, work, explain) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    underWay(form, () => work(fields, event.submitter), undefined, explain);
  });
}
