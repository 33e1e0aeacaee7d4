// Why a conversation waits or has its rep, and why a rep gets nothing: asked of the line itself.

import { sheet } from "../account/sheet.js";
import { problemOf } from "../net/problem.js";
import { make } from "../ui/dom.js";
import { late } from "./late.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does } from "./parts.d.ts" */

/**
 * How it is told; few ask.
 * @param {Locale} locale
 */
async function telling(locale) {
  const [told] = await Promise.all([late("./reasons.js"),
    locale.more((tag) => late(`../i18n/why.${tag}.js`), "why")]);
  return told;
}

/**
 * Asks, and shows what is answered; what goes wrong is said in its place.
 * @param {Locale} locale
 * @param {Does} does
 * @param {string} title
 * @param {() => Promise<HTMLElement[]>} read
 */
async function answered(locale, does, title, read) {
  const place = make("div", { class: "why", "aria-busy": "true" },
    make("p", { class: "note" }, locale.t("loading")));
  sheet(locale, title, place).classList.add("wide");
  try {
    place.replaceChildren(...await read());
  } catch (error) {
    const said = does.explain(problemOf(error));
    place.replaceChildren(make("p", { class: "error", role: "alert" }, said));
  }
  place.removeAttribute("aria-busy");
}

/**
 * About the conversation before the rep.
 * @param {Desk} desk
 * @param {Locale} locale
 * @param {Does} does
 */
export function why(desk, locale, does) {
  const { view } = desk;
  if (!view) return;
  const title = locale.t(view.status === "waiting" ? "why_waits" : "why_has");
  return answered(locale, does, title, async () => {
    const [told, { reasons }] = await Promise.all([
      desk.api.get(`/conversations/${view.id}/why`), telling(locale)]);
    return reasons(told, locale);
  });
}

/**
 * About the rep himself.
 * @param {Desk} desk
 * @param {Locale} locale
 * @param {Does} does
 */
export function whyIdle(desk, locale, does) {
  return answered(locale, does, locale.t("why_idle"), async () => {
    const [told, { idleReasons }] = await Promise.all([
      desk.api.get(`/reps/${desk.user.id}/why-idle`), telling(locale)]);
    return idleReasons(told, desk, locale);
  });
}
