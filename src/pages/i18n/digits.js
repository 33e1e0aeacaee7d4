// Digits of other scripts, as people type them.

/** Signs that nobody sees, which say in which direction a text runs. */
const UNSEEN = /[\u200e\u200f\u061c\u2066-\u2069]/g;
const OTHERS = /[\u0660-\u0669\u06f0-\u06f9]/g;

/**
 * A text with Latin digits for those of Arabic and of Persian (the last four bits of each are its
 * value), and without what nobody sees.
 * @param {string} text
 */
export const latin = (text) => text.replace(UNSEEN, "")
  .replace(OTHERS, (digit) => String(digit.charCodeAt(0) & 15));

/**
 * The same text in the digits of Persian.
 * @param {string} text
 */
export const persian = (text) => text.replace(/\d/g, (digit) =>
  String.fromCharCode(0x6f0 + Number(digit)));
