// Gives a file to whoever looks on.

import { make } from "./dom.js";

/** A browser reads what is saved a moment later. */
const READ_IN_MS = 60_000;

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), READ_IN_MS);
}
