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
  /** @type {[unit: string, value: number]} */
  const [unit, value] = bytes < 1024 ? ["byte", bytes]
    : bytes < 1_048_576 ? ["kilobyte", bytes / 1024] : ["megabyte", bytes / 1_048_576];
  return new Intl.NumberFormat(tag, { style: "unit", unit,
    unitDisplay: SPELT.has(tag) || unit === "byte" ? "long" : "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
