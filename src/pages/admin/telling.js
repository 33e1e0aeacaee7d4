// How errors are told in the admin panel, and how time is told that goes on.

import { make, words } from "../ui/dom.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Thrown } from "../net/problem.js" */

/** @typedef {components["schemas"]["Conversation"]} Conversation */

/**
 * Whether the page itself has failed, and not what it asked for.
 * @param {Thrown} error
 */
export const isFault = ({ status }) => status < 0;

/**
 * An error in words that say what to do: in the page's language if it knows it.
 * @param {Locale} locale
 * @returns {(error: Thrown) => string}
 */
export function explain(locale) {
  return (error) => {
    const key = `e_${error.code}`;
    if (locale.has(key)) return locale.t(key);
    if (isFault(error)) return locale.t("screen_failed");
    // The server speaks English only.
    return locale.tag === "en" ? error.message : locale.t("e_other", { code: error.code });
  };
}

/** What the server calls whoever was erased. */
const ERASED = "erased";

/**
 * Somebody's name; whoever was erased is told of in the language of the page.
 * @param {Locale} locale
 * @param {string} name
 */
export const called = (locale, name) => (name === ERASED ? locale.t("erased") : name);

/**
 * Who has a conversation; of one that has nobody now, who has had it.
 * @param {Locale} locale
 * @param {Conversation} view
 */
export function repOf(locale, { rep, last_rep: last, status }) {
  const one = rep ?? last;
  if (!one) return "–";
  const name = words(called(locale, one.name));
  return rep || status === "closed" ? name
    : make("span", { class: "note" }, ...locale.parts("rep_last", { name }));
}

/**
 * How near a wait is to its target: calm, then a warning from the half on, then over it.
 * @param {number} ms
 * @param {number} target
 */
export const urgency = (ms, target) => (ms >= target ? "bad" : ms >= target / 2 ? "warn" : "");

/**
 * A wait that is foretold: rounded, because nobody knows it better.
 * @param {Locale} locale
 * @param {number | null} ms
 */
export function about(locale, ms) {
  if (ms === null) return locale.t("eta_none");
  const minutes = Math.round(ms / 60_000);
  return minutes < 1 ? locale.t("eta_soon") : locale.t("eta", { n: minutes });
}
