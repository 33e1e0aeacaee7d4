// What conversations are narrowed by: a form whose values are those of the address.

import { problemOf } from "../net/problem.js";
import { DayField } from "../ui/day.js";
import { make } from "../ui/dom.js";
import { PRIORITIES } from "./moves.js";
import { explain } from "./telling.js";

/** @import { Account } from "../net/api.js" */
/** @import { Desk } from "./router.js" */

/** @typedef {[value: string, text: string]} Option */

/** All there are, by their names in the address. */
export const FILTERS = ["q", "status", "resolution", "queue", "rep", "priority", "customer", "from",
  "to", "closed_from", "closed_to", "rating", "unread"];
const STATUSES = ["open", "over", "waiting", "offered", "active", "parked", "wrapup"];
/** Scores that somebody looks for together. */
const RATINGS = ["1-2", "3", "4-5", "1-5"];
const RESOLUTIONS = ["resolved", "unresolved", "abandoned"];
/** Typing rests for so long before names are looked up. */
const LOOK_MS = 250;

/**
 * @param {{ id: string, name: string }} one
 * @returns {Option}
 */
const option = ({ id, name }) => [id, name];

export class Filters {
  /** @type {Desk} */
  #desk;
  /** @type {() => void} */
  #changed;
  /** @type {URLSearchParams} */
  #given;
  /**
   * Those whose names were looked up, by what a name is told as.
   * @type {Map<string, string>}
   */
  #customers = new Map();
  #customer;
  /** What stands there for the customer that is asked for. */
  #chosen = "";
  #trouble = make("p", { class: "error", role: "alert" });
  /** Why names could not be looked up. */
  #unlooked = make("p", { class: "error", role: "alert" });
  #known;
  /** @type {Record<string, DayField>} */
  #days = {};
  #alone = make("p", { class: "note", id: "unread-alone" });
  /** @type {number | undefined} */
  #timer;

  /**
   * `query` is what the address says; `changed()` hears of every change.
   * @param {Desk} desk
   * @param {URLSearchParams} query
   * @param {() => void} changed
   */
  constructor(desk, query, changed) {
    [this.#desk, this.#given, this.#changed] = [desk, query, changed];
    const { t } = desk.locale;
    /**
     * @param {string} key
     * @param {HTMLElement} field
     */
    const label = (key, field) => make("label", {}, t(key), field);
    this.#alone.textContent = t("f_unread_alone");
    this.#known = make("datalist", { id: "customers" });
    // What is typed here is a name; what is asked for is the customer behind it.
    this.#customer = make("input", { type: "search", list: "customers", autocomplete: "off",
      oninput: () => this.#look() });
    const day = (/** @type {string} */ name) => {
      this.#days[name] = new DayField(desk.locale, { name }, query.get(name) ?? "");
      return this.#days[name].element;
    };
    this.element = make("form", { class: "card filters", role: "search", novalidate: true,
      "aria-label": t("filters") },
    make("div", { class: "fields" },
      make("div", { class: "whole words" }, label("f_words", make("input", {
        type: "search", name: "q", maxlength: 200, value: query.get("q") ?? "",
        placeholder: t("f_words_hint"),
      })), make("button", { class: "main" }, t("search"))),
      label("f_status", this.#select("status", STATUSES.map((one) => [one, t(`status_${one}`)]))),
      label("f_resolution", this.#select("resolution",
        RESOLUTIONS.map((one) => [one, t(`ended_${one}`)]))),
      label("f_queue", this.#select("queue", [])), label("f_rep", this.#select("rep", [])),
      label("f_priority", this.#select("priority",
        PRIORITIES.map((one) => [one, t(`f_priority_${one}`)]))),
      label("f_customer", this.#customer), label("f_from", day("from")), label("f_to", day("to")),
      label("f_closed_from", day("closed_from")), label("f_closed_to", day("closed_to")),
      label("fact_rating", this.#select("rating",
        RATINGS.map((one) => [one, t(`f_rating_${one.replace("-", "_")}`)]))),
      make("div", {}, label("f_unread", this.#select("unread", [["true", t("unread_yes")],
        ["false", t("unread_no")]])), this.#alone)),
    this.#trouble, this.#unlooked, make("p", { class: "row" }, make("button", {
      type: "button", class: "soft", onclick: () => this.#clear() }, t("f_clear"))), this.#known);
    this.element.addEventListener("input", () => this.#together());
    this.#together();
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
    this.element.addEventListener("change", ({ target }) => {
      if (target === this.#customer) this.#choose();
      else this.#ask();
    });
  }

  /** A search for words knows nothing of what is unread: it is not asked for, and that is said. */
  #together() {
    const [words, unread] = ["q", "unread"].map((name) => this.element.elements.namedItem(name));
    if (!(words instanceof HTMLInputElement && unread instanceof HTMLSelectElement)) return;
    unread.disabled = words.value.trim() !== "";
    unread.setAttribute("aria-describedby", this.#alone.id);
    this.#alone.hidden = !unread.disabled;
  }

  /** Asks for it, or says at the fields why that makes no sense. */
  #ask() {
    if (this.check()) this.#changed();
  }

  /**
   * Whether it can be asked for; if not, it is said.
   * @returns {boolean}
   */
  check() {
    const { t } = this.#desk.locale;
    const { from, to, closed_from: closedFrom, closed_to: closedTo } = this.#days;
    const spans = [[from, to], [closedFrom, closedTo]];
    const isUnknown = this.#customer.value.trim() !== this.#chosen;
    const reversed = spans.map(([first, last]) =>
      Boolean(first.value && last.value && first.value > last.value));
    this.#customer.setAttribute("aria-invalid", String(isUnknown));
    for (const [at, span] of spans.entries()) {
      for (const one of span) {
        one.input.setAttribute("aria-invalid", String(reversed[at] || one.isWrong));
      }
    }
    const isHalf = spans.flat().some(({ isWrong }) => isWrong);
    this.#trouble.textContent = [isUnknown && t("f_customer_which"), isHalf && t("day_half"),
      reversed[0] && t("f_reversed"), reversed[1] && t("f_reversed_closed")]
      .filter(Boolean).join(" ");
    return !isUnknown && !isHalf && !reversed.includes(true);
  }

  /** What is asked for now, for the address. */
  get query() {
    const query = new URLSearchParams();
    const fields = new FormData(this.element);
    for (const name of FILTERS) {
      const value = name === "customer" ? this.#customer.dataset.id
        : this.#days[name]?.value ?? fields.get(name);
      const text = String(value ?? "").trim();
      if (text) query.set(name, text);
    }
    return query;
  }

  /** Which queues, reps and customer there are to choose. */
  async fill() {
    const { api, locale } = this.#desk;
    const customer = this.#given.get("customer");
    const [queues, reps, person] = await Promise.all([api.get("/queues"), api.get("/reps"),
      customer ? api.get(`/people/${customer}`).catch(() => null) : null]);
    this.#options("queue", queues.map(option));
    this.#options("rep", [["none", locale.t("f_nobody")], ...reps.map(option)]);
    if (person) {
      this.#customer.value = person.display_name;
      this.#customer.dataset.id = person.id;
      this.#chosen = person.display_name.trim();
    }
  }

  /**
   * @param {string} name
   * @param {Option[]} options
   */
  #select(name, options) {
    const select = make("select", { name });
    this.#fillSelect(select, options);
    return select;
  }

  /**
   * @param {string} name
   * @param {Option[]} options
   */
  #options(name, options) {
    const select = this.element.elements.namedItem(name);
    if (select instanceof HTMLSelectElement) this.#fillSelect(select, options);
  }

  /**
   * @param {HTMLSelectElement} select
   * @param {Option[]} options
   */
  #fillSelect(select, options) {
    /** @type {Option[]} */
    const all = [["", this.#desk.locale.t("f_any")], ...options];
    select.replaceChildren(...all.map(([value, text]) => make("option", { value }, text)));
    const given = this.#given.get(select.name) ?? "";
    select.value = all.some(([value]) => value === given) ? given : "";
  }

  /** @returns {unknown} */
  #look() {
    clearTimeout(this.#timer);
    const text = this.#customer.value.trim();
    if (!text) return this.#choose();
    if (this.#customers.has(text)) return;
    this.#timer = setTimeout(async () => {
      try {
        const { items } = await this.#desk.api.get(
          `/people?role=customer&limit=20&search=${encodeURIComponent(text)}`);
        const { t } = this.#desk.locale;
        // Two may have one name.
        const name = (/** @type {Account} */ one) =>
          `${one.display_name} (${t("number", { number: one.number })})`;
        this.#customers = new Map(items.map((one) => [name(one), one.id]));
        this.#known.replaceChildren(...items.map((one) => make("option", { value: name(one) })));
        this.#unlooked.textContent = "";
      } catch (error) {
        // It keeps nobody from asking for something else.
        this.#unlooked.textContent = explain(this.#desk.locale)(problemOf(error));
      }
    }, LOOK_MS);
  }

  /** @returns {unknown} */
  #choose() {
    const text = this.#customer.value.trim();
    const id = this.#customers.get(text) ?? "";
    if (text && !id) return this.check();
    this.#chosen = text;
    if ((this.#customer.dataset.id ?? "") === id) return this.check();
    this.#customer.dataset.id = id;
    this.#ask();
  }

  #clear() {
    this.#given = new URLSearchParams();
    clearTimeout(this.#timer);
    for (const field of this.element.elements) {
      if ("value" in field && field.tagName !== "BUTTON") field.value = "";
    }
    for (const day of Object.values(this.#days)) day.value = "";
    this.#customer.dataset.id = "";
    this.#chosen = "";
    this.#together();
    this.#ask();
  }
}
