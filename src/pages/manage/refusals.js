// What the server says when it refuses something, in the language of the page. It knows the
// sentences that people meet here; any other is told in English as the server has put it.

import { explain as told, isFault } from "../admin/telling.js";
import { span } from "./spans.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Thrown } from "../net/problem.js" */

/**
 * What the server says of a field, what that is here, which numbers it names, and the only field
 * that it is about.
 * @type {[pattern: RegExp, key: string, names?: string[], only?: string][]}
 */
const SAYS = [
  [/^Give a whole number from (-?\d+) to (\d+)/, "says_range", ["least", "most"]],
  [/^Give (\d+) to (\d+) characters on one line/, "says_chars", ["least", "most"]],
  [/^Give (?:a text of )?at most (\d+) characters/, "says_chars_max", ["most"]],
  [/^Give at most (\d+) intervals/, "says_spans_max", ["most"]],
  [/^Give at most (\d+) days/, "says_days_max", ["most"]],
  [/^Give at most (\d+) sites/, "says_sites_max", ["most"]],
  [/^Give an address like/, "says_email"],
  [/^Give the number with \+/, "says_phone"],
  [/letters, digits or \. _/, "says_username"],
  [/^Give 1 to (\d+) letters and digits, of any script/, "says_reply_name", ["most"]],
  [/^Give at least 8/, "says_short"],
  [/tried first|guess/, "says_guessed"],
  [/your name or e-mail/, "says_own"],
  [/^Give a name/, "says_name"],
  [/language tag/, "says_language"],
  [/zone/, "says_zone"],
  [/^Write times as/, "says_times"],
  [/in their order/, "says_order"],
  [/^Write a date as/, "says_date"],
  [/^Write each site/, "says_sites"],
  [/^Name what it may be used for/, "says_scopes"],
  [/moment in the future/, "says_future"],
  [/no such queue/i, "says_no_queue"],
  [/no such rep/i, "says_no_rep"],
  [/username|number/i, "says_confirm", [], "confirm"],
];

/**
 * What is wrong with a field. `isTime`: its numbers are ms, and told in longer units.
 * @param {Locale} locale
 * @param {{ field: string, detail: string }} wrong
 */
export function fieldSays(locale, { field, detail }, isTime = false) {
  for (const [pattern, key, names = [], only] of SAYS) {
    const found = pattern.exec(detail);
    if (!found || (only && only !== field)) continue;
    /** @param {string} text */
    const tell = (text) => (isTime ? span(locale, Number(text)) : Number(text));
    return locale.t(key,
      Object.fromEntries(names.map((name, at) => [name, tell(found[at + 1])])));
  }
  return locale.tag === "en" ? detail : locale.t("says_other");
}

/**
 * An error in a sentence that says what to do.
 * @param {Locale} locale
 * @param {Thrown} error
 */
export function explain(locale, error) {
  const key = `code_${error.code}`;
  if (error.code !== "validation_failed" && locale.has(key)) return locale.t(key);
  if (error.fields.length) return error.fields.map((one) => fieldSays(locale, one)).join(" ");
  // The server has not said it: it is a fault of the page.
  return isFault(error) ? locale.t("code_broken") : told(locale)(error);
}

/**
 * The field that a refusal is about which names none.
 * @type {Record<string, string>}
 */
export const FIELD_OF = {
  queue_name_taken: "name", schedule_name_taken: "name", reply_name_taken: "name",
  username_taken: "username",
  email_taken: "email", phone_taken: "phone",
};
