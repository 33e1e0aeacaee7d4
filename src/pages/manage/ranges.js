// Hours of one day: from when to when, as often as there is a break.

import { icon, make } from "../ui/dom.js";

/** @import { components } from "../api.d.ts" */
/** @import { Screen } from "./screen.js" */
/** @typedef {components["schemas"]["Hours"]} Hours */

/** What a day begins with if hours are given to it, and how many intervals it may have. */
const FIRST = ["09:00", "18:00"];
const MOST = 8;

export class Ranges {
  element = make("div", { class: "ranges", tabindex: "-1" });
  #screen;
  #name;
  #rows = make("div", { class: "range-rows" });
  #closed;
  #add;
  #more;

  /**
   * `name` says whose hours they are; `more` stands beside its button, if it has hours.
   * @param {Screen} screen
   * @param {string} name
   * @param {HTMLElement[]} more
   */
  constructor(screen, name, more = []) {
    const { t } = screen;
    this.#screen = screen;
    this.#name = name;
    this.#more = more;
    this.#closed = make("span", { class: "note" }, t("day_closed"));
    this.#add = make("button", { type: "button", class: "small soft", onclick: () => {
      const last = this.value.at(-1)?.to;
      const [from, to] = last ? [last, ""] : FIRST;
      this.#insert(from, to).focus();
      this.#changed();
    } }, t("range_add"), make("span", { class: "unseen" }, ` (${name})`));
    this.element.append(this.#closed, this.#rows, make("div", { class: "row" }, this.#add,
      ...more));
  }

  /** @returns {Hours[]} */
  get value() {
    return [...this.#rows.children].map((one) => {
      const [from, to] = [...one.querySelectorAll("input")].map(({ value }) => value);
      return { from, to };
    });
  }

  /** @param {Hours[] | null | undefined} value */
  set value(value) {
    this.#rows.replaceChildren();
    for (const { from, to } of value ?? []) this.#insert(from, to);
    this.#tell();
  }

  /**
   * @param {string} from
   * @param {string} to
   */
  #insert(from, to) {
    const { t } = this.#screen;
    /**
     * @param {string} key
     * @param {string} value
     */
    const box = (key, value) => make("input", { type: "time", value, required: true,
      "aria-label": `${this.#name}: ${t(key)}` });
    // Boxes know no 24:00, and a day that ends at 00:00 ends there, too.
    const begin = box("range_from", from);
    const end = box("range_to", to === "24:00" ? "00:00" : to);
    const next = make("span", { class: "note next-day" });
    const item = make("div", { class: "range" }, begin, make("span", { "aria-hidden": "true" },
      "–"), end, make("button", { type: "button", class: "round",
      "aria-label": t("range_remove", { name: this.#name }), onclick: () => {
        item.remove();
        this.#changed();
        this.#add.focus();
      } }, icon("close")), next);
    item.addEventListener("input", () => this.#night(begin, end, next));
    this.#night(begin, end, next);
    this.#rows.append(item);
    return begin;
  }

  /**
   * @param {HTMLInputElement} begin
   * @param {HTMLInputElement} end
   * @param {HTMLElement} next
   */
  #night(begin, end, next) {
    const isNight = begin.value && end.value && end.value <= begin.value && end.value !== "00:00";
    next.textContent = isNight ? this.#screen.t("range_night") : "";
  }

  #changed() {
    this.#tell();
    this.element.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #tell() {
    const { length } = this.#rows.children;
    this.#closed.hidden = length > 0;
    for (const one of this.#more) one.hidden = length === 0;
    this.#add.disabled = length >= MOST;
  }
}
