// How large a file is, as each language says it.

/** @import { Locale } from "./locale.js" */

/** Where the short names of units are those of another script, they are spelt out. */
const SPELT = new Set(["fa"]);

/**
 * The size of a file.
 * @param {Locale} locale
 * @param {number} bytes
 */
export function size({ tag }, bytes) {
  const isSmall = bytes < 1_048_576;
  const value = isSmall ? Math.max(1, bytes / 1024) : bytes / 1_048_576;
  return new Intl.NumberFormat(tag, { style: "unit", unit: isSmall ? "kilobyte" : "megabyte",
    unitDisplay: SPELT.has(tag) ? "long" : "short", maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
