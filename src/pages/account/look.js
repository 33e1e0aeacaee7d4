// Language and theme of a page: what the browser keeps of them for all its tabs, and the two
// boxes in which they are chosen.

import { choose, LOCALES } from "../i18n/locale.js";
import { keptLong } from "../net/keep.js";
import { make } from "../ui/dom.js";

const [LANGUAGE, THEME] = ["switchboard.locale", "switchboard.theme"];

/** The language that this browser has chosen, or speaks. */
export const language = () => choose(keptLong.get(LANGUAGE, ""), navigator.languages);

/** Puts the page into the light that was chosen: `light`, `dark`, or as the device has it. */
export function dress() {
  const theme = keptLong.get(THEME, "");
  if (["light", "dark"].includes(theme)) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** @param {string} _tag */
const reload = (_tag) => location.reload();

/**
 * Both boxes. Another language is taken by loading the page anew, or by `speak(tag)` where
 * something would be lost by that.
 * @param {import("../i18n/locale.js").Locale} texts
 * @param {(tag: string) => void} [speak]
 */
export function lookBoxes(texts, speak = reload) {
  const { t } = texts;
  /**
   * @param {string} key
   * @param {Record<string, string>} options
   * @param {string} now
   * @param {(value: string) => void} work
   */
  const box = (key, options, now, work) => make("label", {}, t(key), make("select",
    { name: key, onchange: ({ target }) => work(target.value) }, ...Object.entries(options).map(
      ([value, name]) => make("option", { value, selected: value === now }, name))));
  const themes = { auto: t("theme_auto"), light: t("theme_light"), dark: t("theme_dark") };
  return [
    box("language", LOCALES, texts.tag, (tag) => {
      keptLong.set(LANGUAGE, tag);
      speak(tag);
    }),
    box("theme", themes, document.documentElement.dataset.theme ?? "auto", (theme) => {
      keptLong.set(THEME, theme === "auto" ? null : theme);
      dress();
    }),
  ];
}

/** What was chosen in another tab holds here, too. */
export function followLook(speak = reload) {
  addEventListener("storage", ({ key }) => {
    if (key === THEME) dress();
    if (key === LANGUAGE) speak(language());
  });
}
