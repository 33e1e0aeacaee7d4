// How long something is: told in words, and typed as a number of seconds, minutes, hours or days.

import { latin } from "../i18n/digits.js";

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
 * A number as people type it: in the digits of the page, not grouped. Never with just three digits
 * behind the decimal sign, because that may as well be a thousand.
 * @param {Locale} locale
 * @param {number} value
 */
export const typed = (locale, value) => new Intl.NumberFormat(locale.tag, {
  useGrouping: false, maximumFractionDigits: 6,
  minimumFractionDigits: /\.\d{3}$/.test(String(value)) ? 4 : 0,
}).format(value);

/** Signs between digits that only ever group. */
const GROUPS = /(?<=\d)[\s٬](?=\d)/g;
/** With groups of three or without any. */
const NUMBER = /^-?(\d+|\d{1,3}(?:g\d{3})+)(?:[p٫]\d+)?$/;
/** A thousand to some, one to others. */
const EITHER = /^-?[1-9]\d{0,2}p\d{3}$/;

/**
 * What somebody may have meant by what he typed, in digits of whatever script and in the signs of
 * his language: nothing, one number, or two that he has to choose from.
 * @param {Locale} locale
 * @param {string} text
 * @returns {number[]}
 */
export function meant(locale, text) {
  // A comma groups in English and in Persian, and parts in Russian; a dot parts.
  const comma = locale.tag === "ru" ? "p" : "g";
  const plain = latin(text).trim().replace(GROUPS, "g").replace(/[,،]/g, comma)
    .replaceAll(".", "p").replace("−", "-");
  if (!NUMBER.test(plain)) return [];
  const one = Number(plain.replaceAll("g", "").replace(/[p٫]/, "."));
  return EITHER.test(plain) ? [Number(plain.replace("p", "")), one] : [one];
}

/**
 * The number that somebody has typed; NaN if it is none, or one of two.
 * @param {Locale} locale
 * @param {string} text
 */
export function parsed(locale, text) {
  const [one, other] = meant(locale, text);
  return one === undefined || other !== undefined ? NaN : one;
}
