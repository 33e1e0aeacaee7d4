// How long something is: told in words, and typed as a number of seconds, minutes, hours or days.

/** @import { Locale } from "../i18n/locale.js" */
/** @typedef {keyof typeof UNITS} Unit */

/** The units, the largest first, in ms. */
export const UNITS = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1_000 };

/** Their names. */
export const UNIT_NAMES = /** @type {Unit[]} */ (Object.keys(UNITS));

/**
 * The largest unit in which this many ms are a whole number, else seconds.
 * @param {number} ms
 */
export const unitOf = (ms) =>
  UNIT_NAMES.find((unit) => ms >= UNITS[unit] && ms % UNITS[unit] === 0) ?? "second";

/**
 * So many ms in words: 5 minutes, 1 day.
 * @param {Locale} locale
 * @param {number} ms
 */
export function span(locale, ms) {
  const unit = unitOf(ms);
  /** @type {Intl.NumberFormatOptions} */
  const form = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 3 };
  return new Intl.NumberFormat(locale.tag, form).format(ms / UNITS[unit]);
}

/**
 * A number as people type it: in the digits of the page, not grouped.
 * @param {Locale} locale
 * @param {number} value
 */
export const typed = (locale, value) => new Intl.NumberFormat(locale.tag, {
  useGrouping: false, maximumFractionDigits: 6,
}).format(value);

const DIGITS = "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩";

/**
 * What somebody has typed as a number, in digits of whatever script; NaN if it is none.
 * @param {string} text
 */
export function parsed(text) {
  const plain = [...text.trim()].map((sign) => {
    const at = DIGITS.indexOf(sign);
    if (at >= 0) return String(at % 10);
    return sign === "٫" || sign === "," ? "." : sign;
  }).filter((sign) => !/[\s٬\u200e\u200f\u061c]/.test(sign)).join("").replace("−", "-");
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : NaN;
}
