// The reasons of the line, in words: why somebody waits, has his rep, or gets nothing.

import { make, words } from "../ui/dom.js";
import { span } from "./spans.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */

/**
 * What keeps a rep from it, in words.
 * @param {components["schemas"]["Reason"]} told
 * @param {Locale} locale
 */
function reasonOf({ reason, load, capacity, until }, locale) {
  const { t, clock } = locale;
  const text = reason === "full" ? t("w_full", { load: load ?? 0, capacity: capacity ?? 0 })
    : t(`w_${reason}`);
  return until ? `${text} ${t("w_until", { time: clock(until) })}` : text;
}

/**
 * @param {components["schemas"]["Chosen"]} chosen
 * @param {Locale} locale
 */
function chosenParts({ rep, how, by, candidates, load, capacity, waited_ms: waited, preferred,
  over_capacity: over }, locale) {
  const { t, parts } = locale;
  const name = words(rep?.name ?? t("somebody"));
  const facts = [
    candidates != null && t("w_candidates", { n: candidates }),
    load != null && t("w_held", { load, capacity: capacity ?? 0 }),
    waited != null && t("w_waited", { time: span(locale, waited) }),
    preferred && t("w_preferred"), over && t("w_over"),
  ].flatMap((text) => text || []);
  return [make("p", {}, ...parts(`w_how_${how}`, { name, by: words(by?.name ?? "") })),
    make("ul", { class: "reasons" }, ...facts.map((text) => make("li", {}, text)))];
}

/**
 * Of a conversation.
 * @param {components["schemas"]["Why"]} told
 * @param {Locale} locale
 */
export function reasons(told, locale) {
  const { t } = locale;
  const parts = [];
  if (told.ahead != null) parts.push(make("p", {}, t("w_before", { n: told.ahead })));
  if (told.kept) parts.push(make("p", {}, t(`w_kept_${told.kept}`)));
  if (told.chosen) parts.push(...chosenParts(told.chosen, locale));
  if (told.reps.length) {
    parts.push(make("ul", { class: "reasons" }, ...told.reps.map(({ rep, ...reason }) =>
      make("li", {}, words(rep.name), ": ", reasonOf(reason, locale)))));
  }
  return parts.length ? parts : [make("p", {}, t("w_nothing"))];
}

/**
 * Why a rep who is free gets nothing, and no line has a first one for him: nobody waits, or who
 * does has left, or is not given out by the line.
 * @param {Desk} desk
 */
function nobodyFor({ board }) {
  const queues = board ?? [];
  const waiting = queues.reduce((sum, one) => sum + one.waiting, 0);
  const held = queues.reduce((sum, one) => sum + one.held, 0);
  if (!waiting) return "w_nobody";
  return held === waiting ? "w_all_held" : held ? "w_some_held" : "w_by_hand";
}

/**
 * Of a rep who gets nothing.
 * @param {components["schemas"]["WhyIdle"]} told
 * @param {Desk} desk
 * @param {Locale} locale
 */
export function idleReasons(told, desk, locale) {
  const { t } = locale;
  const { load = 0, capacity = 0 } = told;
  const own = told.reason === "free" && !told.first.length ? t(nobodyFor(desk))
    : t(`w_you_${told.reason}`, { load, capacity });
  return [make("p", {}, own), make("p", { class: "note" }, t("load_long", { load, capacity })),
    make("ul", { class: "reasons" }, ...told.first.map(({ line, ...reason }) => make("li", {},
      words(("queue" in line && desk.names.get(line.queue)) || t("own_line")), ": ",
      reasonOf(reason, locale))))];
}
