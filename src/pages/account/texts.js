// What is said about accounts, apart from what a page says of its own, so that a page's catalog
// need not know it.

import { Locale } from "../i18n/locale.js";

/** @import { Thrown } from "../net/problem.js" */

/** @type {Map<string, Promise<Locale>>} */
const known = new Map();

/**
 * The texts of accounts in the language of a page.
 * @param {Locale} locale
 * @returns {Promise<Locale>}
 */
export function accountTexts({ tag }) {
  if (!known.has(tag)) {
    const load = import(`../i18n/account.${tag}.js`);
    known.set(tag, load.then(({ default: catalog }) => new Locale(tag, catalog), (error) => {
      known.delete(tag);
      throw error;
    }));
  }
  return /** @type {Promise<Locale>} */ (known.get(tag));
}

/**
 * What the server says of a field, and what that is here.
 * @type {[RegExp, string][]}
 */
const SAYS = [
  [/tried first/, "x_guessed"], [/at least 8/, "x_short"], [/your name or e-mail/, "x_own"],
  [/not your password/, "x_wrong"], [/Give your password/, "m_password"],
  [/code of its country/, "x_code"],
];

/**
 * What is wrong with a field.
 * @param {Locale} texts
 * @param {{ field: string, detail: string }} wrong
 */
export function wrongField(texts, { field, detail }) {
  const said = SAYS.find(([pattern]) => pattern.test(detail));
  // A rule for phone numbers that was set for this server is told in the server's words.
  const key = said?.[1] ?? (field === "phone" ? "" : `x_${field}`);
  return texts.has(key) ? texts.t(key) : detail;
}

/**
 * Puts an error into words that say what to do.
 * @param {Locale} texts
 * @returns {(error: Thrown) => string}
 */
export function explain(texts) {
  return ({ code, seconds, fields, message }) => {
    if (code === "rate_limited" && seconds) return texts.t("wait", { n: seconds });
    const key = `e_${code}`;
    if (texts.has(key)) return texts.t(key);
    if (fields.length) return fields.map((one) => wrongField(texts, one)).join(" ");
    return message;
  };
}

/**
 * By what somebody signs in.
 * @param {{ username?: string | null, email?: string | null, phone?: string | null } | null} user
 */
export const loginOf = (user) => user?.username ?? user?.email ?? user?.phone ?? "";
