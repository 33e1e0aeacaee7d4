// Forms and buttons that are under way: off meanwhile, and errors told where they happen.

import { problemOf } from "../net/problem.js";
import { make } from "./dom.js";

/** @import { Thrown } from "../net/problem.js" */

/** What an empty output element is for: errors, told where they happen. */
export const errorPlace = () => make("p", { class: "error", role: "alert" });

/**
 * Runs what a form or button asks for. Its buttons are off meanwhile; an error is told in its
 * `.error`, or in `place`, as `explain` puts it. Answers whether it went well.
 * @param {HTMLElement} element
 * @param {() => unknown} work
 * @param {Element | null} [place]
 * @param {(error: Thrown) => string} [explain]
 */
export async function underWay(element, work, place = element.querySelector(".error"),
  explain = (error) => error.message) {
  const all = element instanceof HTMLButtonElement ? [element]
    : [...element.querySelectorAll("button")];
  // What is off already stays so.
  const buttons = all.filter((button) => !button.disabled);
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
    if (place) place.textContent = explain(problemOf(error));
    return false;
  } finally {
    element.removeAttribute("aria-busy");
    for (const button of buttons) button.disabled = false;
    if (document.activeElement === document.body) focused?.focus();
  }
}

/**
 * Runs what nobody asked for, as reading a list again: an error is told once, as `explain` puts
 * it; nothing is off.
 * @param {() => unknown} work
 * @param {Element} place
 * @param {(error: Thrown) => string} explain
 */
export async function quietly(work, place, explain) {
  let text = "";
  try {
    await work();
  } catch (error) {
    text = explain(problemOf(error));
  }
  if (place.textContent !== text) place.textContent = text;
}

/**
 * A form that does `work(fields, pressed button)` when it is sent. Files are no such fields.
 * @param {HTMLFormElement} form
 * @param {(fields: Record<string, string>, pressed: HTMLElement | null) => unknown} work
 * @param {(error: Thrown) => string} [explain]
 */
export function onSubmit(form, work, explain) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    /** @type {Record<string, string>} */
    const fields = {};
    new FormData(form).forEach((value, name) => {
      if (typeof value === "string") fields[name] = value;
    });
    underWay(form, () => work(fields, event.submitter), undefined, explain);
  });
}
