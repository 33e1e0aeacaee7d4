// Copying a text, so that it can be put in elsewhere.

import { make } from "./dom.js";

/**
 * Copies it; answers whether it could. By plain HTTP a browser keeps its clipboard from scripts,
 * but copies what is selected; where it does not do that either, a reader must do it by hand.
 * @param {string} text
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** @param {string} text */
function copySelected(text) {
  const before = document.activeElement;
  // Outside of an open dialog nothing can be selected.
  const place = before?.closest("dialog") ?? document.body;
  const field = make("textarea", { class: "unseen", "aria-hidden": "true", tabindex: "-1" });
  field.value = text;
  place.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
