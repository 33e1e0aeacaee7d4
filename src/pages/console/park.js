// The dialog in which a rep lays a conversation aside, until a moment of his choice.

import { DayField } from "../ui/day.js";
import { make } from "../ui/dom.js";
import { ask } from "./moves.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does } from "./parts.d.ts" */

const HOUR = 3_600_000;

/**
 * When it is to wake: in a while, tomorrow at nine, or at a moment of one's own.
 * @param {number} now
 */
function moments(now) {
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(9, 0, 0, 0);
  return { park_hour: now + HOUR, park_four: now + 4 * HOUR, park_tomorrow: tomorrow.getTime(),
    park_week: tomorrow.getTime() + 6 * 24 * HOUR };
}

/**
 * Lays it aside.
 * @param {Desk} desk
 * @param {Locale} locale
 * @param {Does} does
 */
export async function park(desk, locale, does) {
  const { t } = locale;
  const { view } = desk;
  if (!view) return;
  const now = Date.now();
  const times = moments(now);
  const own = make("input", { type: "radio", name: "when", value: "own" });
  const day = new DayField(locale, { "aria-label": t("park_day") }, "");
  const clock = make("input", { type: "time", name: "clock", value: "09:00",
    "aria-label": t("park_clock") });
  const moment = make("p", { class: "moment", oninput: () => { own.checked = true; } },
    day.element, clock);
  const radios = Object.entries(times).map(([key, at], index) => make("label",
    { class: "target" }, make("input", { type: "radio", name: "when", value: String(at),
      checked: index === 0 }), t(key), make("span", { class: "note" }, locale.when(at))));
  const form = ask(locale, does, t("park_title"), [make("p", {}, t("park_text")),
    make("fieldset", { class: "targets" }, make("legend", { class: "unseen" }, t("park_until")),
      ...radios, make("label", { class: "target" }, own, t("park_other")), moment)], {
    yes: "park_yes",
    work: async ({ when, clock: time }) => {
      const isHalf = when === "own" && (!day.value || !time);
      day.input.setAttribute("aria-invalid", String(isHalf && !day.value));
      if (isHalf) {
        (day.value ? clock : day.input).focus();
        throw Object.assign(new Error(t("park_half")), { isProblem: true });
      }
      const until = when === "own" ? new Date(`${day.value}T${time}`).getTime() : Number(when);
      if (!(until > Date.now())) {
        throw Object.assign(new Error(t("park_past")), { isProblem: true });
      }
      await desk.act(view.id, "park", { wake_at: until });
    },
  });
  form.querySelector("input")?.focus();
}
