// Why something was refused, in the page's own words.

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Thrown } from "../net/problem.js" */

/**
 * The words for an error, or for each field that is wrong. What this page has no words for is told
 * in the server's own sentence where that is of the page's language.
 * @param {Locale} locale
 * @param {Pick<Thrown, "message"> & Partial<Thrown>} error
 */
export function reason({ t, has, tag }, { code, message, fields = [] }) {
  const about = fields.length ? fields.map(({ field }) => field) : [code];
  const keys = [...new Set(about)].map((one) => `e_${one}`);
  if (keys.every(has)) return keys.map((key) => t(key)).join(" ");
  return tag === "en" || !has("e_other") ? message : t("e_other");
}
