// What was so before and what is so since then, side by side.

import { make, words } from "../ui/dom.js";
import { span } from "./spans.js";

/** Longer than so, it is folded. */
const FOLDED = 3;

/** What differs between two states of a thing, as a list. */
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

function pair(speaker, key, before, after, names) {
  const value = (state) => words(said(speaker, key, state[key], names));
  const [was, is] = [before && key in before, after && key in after];
  if (was && is) {
    return [make("del", {}, value(before)), " ",
      make("span", { "aria-hidden": "true", class: "to" }, "→"),
      " ", make("span", { class: "unseen" }, speaker.t("becomes")), " ",
      make("ins", {}, value(after))];
  }
  return is ? [make("ins", {}, value(after))] : [make("del", {}, value(before))];
}

/** What a key is called, where there is a word for it. */
function called({ locale, t }, key) {
  const found = [`q_${key}`, `s_${key}`, `a_${key}`, key].find((one) => locale.has(one));
  return found ? t(found) : key;
}

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
  const known = { mode: "mode", outside_hours: "outside", role: "role" }[key] ?? one;
  const word = `${known}_${value}`;
  return names.of(value) ?? (locale.has(word) ? t(word) : value);
}
