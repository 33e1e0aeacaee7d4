// Addresses within what was said.

import { make } from "./dom.js";

/** A link is of the web, and ends before what closes a sentence. */
const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}»]/g;

/**
 * A text in which links can be followed; everything else stays words.
 * @param {string} text
 */
export function linked(text) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let at = 0;
  for (const { 0: address, index } of text.matchAll(LINK)) {
    if (!URL.canParse(address)) continue;
    parts.push(text.slice(at, index), make("a", { href: address, target: "_blank",
      rel: "noopener noreferrer nofollow", dir: "ltr" }, address));
    at = index + address.length;
  }
  return [...parts, text.slice(at)];
}
