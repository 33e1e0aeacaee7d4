// How a widget looks on its page, and the tag that says so. The server keeps none of it: it stands
// in the tag, and what was chosen last is kept in this browser.

import { LOCALES } from "../i18n/locale.js";
import { keptLong } from "../net/keep.js";
import { make } from "../ui/dom.js";
import { choiceField, numberField, switchField, textField, valuesOf } from "./fields.js";

/** @import { components } from "../api.d.ts" */
/** @import { AnyField } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */

/**
 * How a widget is to look; an empty text leaves it to the widget.
 * @typedef {object} Look
 * @property {string} language
 * @property {string} theme
 * @property {string} side
 * @property {string} label
 * @property {number} offset How far it stands from the edges, in pixels.
 * @property {boolean} opens Whether it is open at once.
 * @property {string} colour
 */

/** The least contrast between the button and its drawing. */
const CONTRAST = 4.5;
const BRAND = "#0b6e4f";

/**
 * What an attribute may hold.
 * @param {string} text
 */
const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;")
  .replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** @param {string} colour */
const light = (colour) => {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/**
 * How well one colour stands out on the other, from 1 to 21.
 * @param {string} one
 * @param {string} other
 */
export function contrast(one, other) {
  const [less, more] = [light(one), light(other)].sort((a, b) => a - b);
  return (more + 0.05) / (less + 0.05);
}

/**
 * White or black, whichever is read better on it.
 * @param {string} colour
 */
export const onColour = (colour) =>
  (contrast(colour, "#ffffff") >= CONTRAST ? "#ffffff" : "#000000");

/**
 * The lines that put a widget on a page.
 * @param {string} base
 * @param {string} id
 * @param {Look} look
 */
export function snippet(base, id, { language, theme, side, label, offset, opens, colour }) {
  const said = { "data-widget": id, "data-locale": language, "data-theme": theme,
    "data-side": side, "data-label": label,
    "data-offset-x": offset === 20 ? "" : String(offset),
    "data-offset-y": offset === 20 ? "" : String(offset) };
  const attributes = Object.entries(said).filter(([, value]) => value)
    .map(([name, value]) => ` ${name}="${quoted(value)}"`).join("");
  const tag = `<script async src="${base}/widget.js"${attributes}${opens ? " data-open" : ""}>`
    + "</" + "script>";
  if (!colour || colour === BRAND) return tag;
  return `<style>:root { --switchboard-brand: ${colour}; --switchboard-on-brand: ${
    onColour(colour)} }</style>\n${tag}`;
}

/**
 * What is asked about the look, the code that comes of it, and its text.
 * @param {Screen} screen
 * @param {components["schemas"]["Widget"]} widget
 */
export function look(screen, widget) {
  const { t, locale } = screen;
  const key = `switchboard.manage.look.${widget.id}`;
  /**
   * @param {string} name
   * @param {string[]} values
   * @returns {[value: string, text: string][]}
   */
  const options = (name, values) =>
    ["", ...values].map((value) => [value, t(`look_${name}_${value || "auto"}`)]);
  // Whoever reads this page and whoever reads that one may begin a line at different sides.
  /** @type {[value: string, text: string][]} */
  const sides = [["", t("look_side_end")], ["start", t("look_side_start")]];
  const fields = [
    choiceField("language", { label: t("look_language"), options: [["", t("look_language_auto")],
      ...Object.entries(LOCALES)] }),
    choiceField("theme", { label: t("look_theme"), options: options("theme", ["light", "dark"]) }),
    choiceField("side", { label: t("look_side"), hint: t("look_side_hint"),
      options: sides }),
    numberField(locale, "offset", { label: t("look_offset"), unit: t("pixels"), most: 500 }),
    textField(locale, "label", { label: t("look_label"), hint: t("look_label_hint") }),
    switchField("opens", { label: t("look_opens") }),
  ];
  /** @type {AnyField[]} */
  const all = fields;
  const colour = make("input", { type: "color", value: BRAND });
  const seen = make("span", { class: "swatch" }, t("look_sample"));
  const code = make("pre", { class: "code", tabindex: "0", "aria-label": t("snippet") });
  const state = () => ({ ...valuesOf(fields), colour: colour.value });
  // What is wrong does not get into the code: what was right last stays in it.
  let offset = 20;
  const text = () => snippet(location.origin, widget.id, { ...state(), offset });
  const draw = () => {
    const distance = all.find(({ name }) => name === "offset");
    if (distance && !distance.check()) offset = Number(distance.value);
    code.textContent = text();
    seen.style.backgroundColor = colour.value;
    seen.style.color = onColour(colour.value);
  };
  /** @type {{ [name: string]: unknown, colour: string }} */
  const before = { offset: 20, colour: BRAND, ...keptLong.get(key, {}) };
  for (const one of all) if (one.name in before) one.value = before[one.name];
  colour.value = before.colour;
  const element = make("div", { class: "fields", oninput() {
    for (const one of all) one.fail(one.check());
    keptLong.set(key, state());
    draw();
  } }, ...fields.map((one) => one.element), make("div", { class: "field" }, make("label", {},
    t("look_colour"), colour), seen, make("p", { class: "note" }, t("look_colour_hint"))));
  draw();
  return { element, code, text };
}
