// How long something takes or has lasted, as a clock shows it.

/** @param {number} ms */
const seconds = (ms) => Math.floor(ms / 1000);

/**
 * A span as 0:42, 12:05 or 1:02:09, in the digits of the language.
 * @param {import("../i18n/locale.js").Locale} locale
 * @param {number} ms
 */
export function span(locale, ms) {
  const all = Math.max(0, seconds(ms));
  const two = new Intl.NumberFormat(locale.tag, { minimumIntegerDigits: 2 });
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  if (all >= 86_400) return `${locale.t("days", { n: Math.floor(all / 86_400) })}`;
  const head = hours ? [locale.number(hours), two.format(minutes)] : [locale.number(minutes)];
  return [...head, two.format(rest)].join(":");
}

/**
 * A moment so near that its second counts.
 * @param {import("../i18n/locale.js").Locale} locale
 * @param {number} ms
 */
export const second = (locale, ms) => locale.time(ms,
  { hour: "numeric", minute: "2-digit", second: "2-digit" });

/**
 * How near a goal a wait is: `calm`, `soon` (from its half on), `late`.
 * @param {number} ms
 * @param {number} goal
 */
export const urgency = (ms, goal) => (ms >= goal ? "late" : ms >= goal / 2 ? "soon" : "calm");

/**
 * What shows a span that grows: `data-since` is its beginning. All of them grow as the seconds of
 * one clock do, so that those that began in the same one read the same.
 * @param {ParentNode} root
 * @param {import("../i18n/locale.js").Locale} locale
 * @param {number} now
 */
export function tick(root, locale, now) {
  /** @type {NodeListOf<HTMLElement>} */
  const all = root.querySelectorAll("[data-since]");
  for (const one of all) {
    const ms = (seconds(now) - seconds(Number(one.dataset.since))) * 1000;
    const text = span(locale, ms);
    const said = one.querySelector(".span") ?? one;
    if (said.textContent !== text) said.textContent = text;
    const goal = Number(one.dataset.goal);
    if (goal) one.dataset.urgency = urgency(ms, goal);
  }
}
