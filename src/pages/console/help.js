// Which key does what, and what a rep can have otherwise.

import { sheet } from "../account/sheet.js";
import { make } from "../ui/dom.js";
import { KEYS } from "./keys.js";
import { wishes } from "./wishes.js";

/** @import { Locale } from "../i18n/locale.js" */

/**
 * Shows it. `changed()` hears of a wish that is another now.
 * @param {Locale} locale
 * @param {() => void} changed
 */
export function help(locale, changed) {
  const { t } = locale;
  const rows = KEYS.map(({ shown, does }) => make("tr", {},
    make("th", { scope: "row" }, make("kbd", { dir: "ltr" }, shown)), make("td", {},
      t(`k_${does}`))));
  /**
   * @param {string} key
   * @param {keyof typeof wishes} name
   */
  const box = (key, name) => make("label", { class: "target" }, make("input", {
    type: "checkbox", checked: wishes[name], onchange: ({ target }) => {
      wishes[name] = target.checked;
      changed();
    } }), t(key));
  sheet(locale, t("help"), make("p", { class: "note" }, t("help_text")),
    make("table", { class: "keys" }, make("caption", { class: "unseen" }, t("help")),
      make("tbody", {}, ...rows)), make("h3", {}, t("wishes")),
    box("wish_keys", "keys"), box("wish_enter", "enter"), box("wish_sound", "sound"),
    box("wish_notify", "notify"), box("then_next", "next")).classList.add("wide");
}
