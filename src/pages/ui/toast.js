// A short word about what has just happened, read aloud, gone by itself.

import { make } from "./dom.js";

const SHOWN_MS = 5_000;

/** @type {HTMLElement | null} */
let place = null;
/** @type {number | undefined} */
let timer;

/**
 * From now on it is said in this element, wherever that stands.
 * @param {HTMLElement} element
 */
export function toastIn(element) {
  place = element;
}

/** What was said is of another screen. */
export function hush() {
  clearTimeout(timer);
  place?.replaceChildren();
}

/**
 * Says it; what was said before goes.
 * @param {string} text
 */
export function toast(text) {
  const shown = place ??= document.body.appendChild(make("p", { class: "toast", role: "status" }));
  clearTimeout(timer);
  shown.textContent = text;
  timer = setTimeout(() => shown.replaceChildren(), SHOWN_MS);
}
