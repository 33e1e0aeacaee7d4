// Days of the solar calendar as they are typed, year/month/day. What the calendar is, the browser
// knows; which of its days is meant is looked for near where it must be.

import { latin, persian } from "./digits.js";

const DAY_MS = 86_400_000;
const CALENDAR = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn", { timeZone: "UTC",
  year: "numeric", month: "2-digit", day: "2-digit" });
/** Years that somebody may mean: 1921 to 2221. */
const YEAR = /^1[3-5]\d\d$/;
/** Keys of telephones have digits only. */
const TOGETHER = /^(\d{4})(\d\d)(\d\d)$/;
/** Whatever people put between year, month and day. */
const BETWEEN = /[\s/.\-\u060d]+/;
/** How far the reckoning below can be off. */
const NEAR = [0, -1, 1, -2, 2];

/**
 * The day of a moment as year/month/day.
 * @param {number} ms
 */
function named(ms) {
  const parts = CALENDAR.formatToParts(ms);
  return ["year", "month", "day"].map((part) =>
    parts.find(({ type }) => type === part)?.value).join("/");
}

/**
 * A day in the solar calendar, in the digits of Persian; empty if it is none.
 * @param {string} day as 2026-11-28
 */
export function toSolar(day) {
  const ms = Date.parse(day);
  // Of the days that it is given, this reads some that are none.
  const isDay = !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === day;
  return isDay ? persian(named(ms)) : "";
}

/**
 * The day that was typed, as 2026-11-28; null if the calendar has none such.
 * @param {string} text
 */
export function fromSolar(text) {
  const typed = latin(text).trim();
  const [year, month, day, ...more] = TOGETHER.exec(typed)?.slice(1) ?? typed.split(BETWEEN);
  const isWhole = YEAR.test(year) && [month, day].every((one) => /^\d\d?$/.test(one));
  if (!isWhole || more.length) return null;
  const wanted = [year, month.padStart(2, "0"), day.padStart(2, "0")].join("/");
  // The year begins about March 21; six months of 31 days come before those of 30.
  const months = Number(month) - 1;
  const about = Date.UTC(Number(year) + 621, 2, 21)
    + (months * 30 + Math.min(months, 6) + Number(day) - 1) * DAY_MS;
  const found = NEAR.map((days) => about + days * DAY_MS).find((ms) => named(ms) === wanted);
  return found === undefined ? null : new Date(found).toISOString().slice(0, 10);
}
