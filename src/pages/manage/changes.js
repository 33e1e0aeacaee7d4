// What was so before and what is so since then, side by side.

import { make, words } from "../ui/dom.js";
import { span } from "./spans.js";

/** @import { Names } from "./names.js" */
/** @import { State } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */
/** @typedef {Pick<Screen, "t" | "locale">} Speaker */

/** Longer than so, it is folded. */
const FOLDED = 3;

/**
 * What the words for some values begin with, if not with what they are values of.
 * @type {Record<string, string>}
 */
const SPOKEN = { mode: "mode", outside_hours: "outside", role: "role" };

/**
 * What differs between two states of a thing, as a list.
 * @param {Speaker} speaker
 * @param {State} before
 * @param {State} after
 * @param {Names} names
 */
export function changes(speaker, before, after, names) {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    .filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]));
  if (!keys.length) return "";
  const list = make("ul", { class: "changes" }, ...keys.map((key) => make("li", {},
    make("span", { class: "key" }, called(speaker, key)), " ",
    ...pair(speaker, key, before, after, names))));
  if (keys.length <= FOLDED) return list;
  return make("details", {}, make("summary", {}, speaker.t("changes", { n: keys.length })), list);
}

/**
 * @param {Speaker} speaker
 * @param {string} key
 * @param {State} before
 * @param {State} after
 * @param {Names} names
 */
function pair(speaker, key, before, after, names) {
  /** @param {State} state */
  const value = (state) => words(said(speaker, key, state?.[key], names));
  const [was, is] = [before && key in before, after && key in after];
  if (was && is) {
    return [make("del", {}, value(before)), " ",
      make("span", { "aria-hidden": "true", class: "to" }, "→"),
      " ", make("span", { class: "unseen" }, speaker.t("becomes")), " ",
      make("ins", {}, value(after))];
  }
  return is ? [make("ins", {}, value(after))] : [make("del", {}, value(before))];
}

/**
 * What a key is called, where there is a word for it.
 * @param {Speaker} speaker
 * @param {string} key
 */
function called({ locale, t }, key) {
  const found = [`q_${key}`, `s_${key}`, `a_${key}`, key].find((one) => locale.has(one));
  return found ? t(found) : key;
}

/**
 * @param {Speaker} speaker
 * @param {string} key
 * @param {unknown} value
 * @param {Names} names
 * @returns {string}
 */
function said(speaker, key, value, names) {
  const { t, locale } = speaker;
  if (value === null || value === undefined || value === "") return t("nothing");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "number") {
    if (key.endsWith("_at") || key === "until") return locale.moment(value);
    return key.endsWith("_ms") ? span(locale, value) : locale.number(value);
  }
  if (Array.isArray(value)) {
    return value.map((one) => said(speaker, key, one, names)).join(", ") || t("nothing");
  }
  if (typeof value === "object") return JSON.stringify(value);
  const one = key.replace(/s$/, "");
  const word = `${SPOKEN[key] ?? one}_${value}`;
  const text = String(value);
  return names.of(text) ?? (locale.has(word) ? t(word) : text);
}
