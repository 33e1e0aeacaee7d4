// The field of a day. The calendar that a browser opens is Gregorian whatever the page's language
// is: who counts by the sun types the day as he writes it, and reads back which one it is.

import { persian } from "../i18n/digits.js";
import { fromSolar, toSolar } from "../i18n/solar.js";
import { make } from "./dom.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attributes } from "./elements.d.ts" */

const EXAMPLE = persian("1405/09/07");

let count = 0;

export class DayField {
  /** What is typed into. */
  input;
  /** That, with what belongs to it. */
  element;
  #locale;
  #first;
  #last;
  /** Which day it is, where it is typed by the sun. */
  #note;

  /**
   * @param {Locale} locale
   * @param {Attributes<"input">} attributes of its input
   * @param {string} day as 2026-11-28, or empty
   * @param {{ first?: string, last?: string }} within the days that it may be
   */
  constructor(locale, attributes, day, { first = "", last = "" } = {}) {
    this.#locale = locale;
    this.#first = first;
    this.#last = last;
    if (locale.tag === "fa") {
      // It describes the field, and is no part of its name.
      this.#note = make("span", { class: "note", id: `day-${count += 1}`, "aria-hidden": "true" });
      this.input = make("input", { ...attributes, type: "text", inputmode: "numeric", dir: "ltr",
        autocomplete: "off", maxlength: 20, placeholder: EXAMPLE,
        "aria-describedby": this.#note.id, oninput: () => this.#tell() });
      this.element = make("span", { class: "solar" }, this.input, this.#note);
    } else {
      this.input = make("input", { ...attributes, type: "date", min: first || null,
        max: last || null });
      this.element = this.input;
    }
    this.value = day;
  }

  /** The day as 2026-11-28; empty if there is none or what is typed is none. */
  get value() {
    const { value } = this.input;
    return this.#note ? fromSolar(value) ?? "" : value;
  }

  set value(day) {
    this.text = this.#note ? toSolar(day) : day;
  }

  /** What stands there, whatever it is. */
  get text() {
    return this.input.value;
  }

  set text(text) {
    this.input.value = text;
    this.#tell();
  }

  /** Something is typed, and it is no day, or none that it may be. */
  get isWrong() {
    const { text, value, input } = this;
    if (!value) return input.validity.badInput || text.trim() !== "";
    return value < this.#first || (this.#last !== "" && value > this.#last);
  }

  #tell() {
    if (!this.#note) return;
    const { value } = this;
    const noon = Date.parse(`${value}T12:00`);
    // With all of it in one form, browsers turn the Persian of it round.
    this.#note.textContent = value && [{ weekday: "long" },
      { day: "numeric", month: "long", year: "numeric" }]
      .map((form) => this.#locale.time(noon, /** @type {Intl.DateTimeFormatOptions} */ (form)))
      .join(" ");
  }
}
