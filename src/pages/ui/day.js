// The field of a day. The calendar that a browser opens is Gregorian whatever the page's language
// is: who counts by the sun types the day as he writes it, and reads back which one it is.

import { fromSolar, toSolar } from "../i18n/solar.js";
import { make } from "./dom.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attributes } from "./elements.d.ts" */

let count = 0;

export class DayField {
  /** What is typed into. */
  input;
  /** That, with what belongs to it. */
  element;
  #locale;
  #isSolar;
  #note = make("span", { class: "note" });

  /**
   * @param {Locale} locale
   * @param {Attributes<"input">} attributes of its input
   * @param {string} day as 2026-11-28, or empty
   */
  constructor(locale, attributes, day) {
    this.#locale = locale;
    this.#isSolar = locale.tag === "fa";
    if (!this.#isSolar) {
      this.input = make("input", { ...attributes, type: "date" });
      this.element = this.input;
    } else {
      this.#note.id = `day-${count += 1}`;
      this.input = make("input", { ...attributes, type: "text", inputmode: "numeric", dir: "ltr",
        autocomplete: "off", maxlength: 20, placeholder: toSolar(new Date().toISOString()),
        "aria-describedby": this.#note.id, oninput: () => this.#tell() });
      this.element = make("span", { class: "solar" }, this.input, this.#note);
    }
    this.value = day;
  }

  /** The day as 2026-11-28; empty if there is none or what is typed is none. */
  get value() {
    const { value } = this.input;
    return this.#isSolar ? fromSolar(value) ?? "" : value;
  }

  set value(day) {
    this.input.value = this.#isSolar ? toSolar(day) : day;
    this.#tell();
  }

  /** Something is typed, and it is no day. */
  get isHalf() {
    const { validity, value } = this.input;
    return validity.badInput || (this.#isSolar && value.trim() !== "" && !this.value);
  }

  #tell() {
    const { value } = this;
    const noon = Date.parse(`${value}T12:00`);
    // With all of it in one form, browsers turn the Persian of it round.
    this.#note.textContent = value && [{ weekday: "long" },
      { day: "numeric", month: "long", year: "numeric" }]
      .map((form) => this.#locale.time(noon, /** @type {Intl.DateTimeFormatOptions} */ (form)))
      .join(" ");
  }
}
