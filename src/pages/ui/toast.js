// A short word about what has just happened, read aloud, gone by itself.

import { make } from "./dom.js";

const SHOWN_MS = 5_000;

let place = null;
let timer;

/** Says it; what was said before goes. */
export function toast(text) {
  place ??= document.body.appendChild(make("p", { class: "toast", role: "status" }));
  clearTimeout(timer);
  place.textContent = text;
  timer = setTimeout(() => place.replaceChildren(), SHOWN_MS);
}
