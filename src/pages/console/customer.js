// The panel about a customer: who he is, what came before, how that was rated. On small screens it
// lies over the conversation, and can be closed.

import { problemOf } from "../net/problem.js";
import { icon, make, words } from "../ui/dom.js";
import { contact } from "./contact.js";
import { rights } from "./rights.js";
import { letter } from "./rows.js";

/** @import { components } from "../api.d.ts" */
/** @import { Fact } from "./contact.js" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Known } from "./names.js" */
/** @import { Does, View } from "./parts.d.ts" */

const EARLIER = 20;
/** So much of its first words tells one from another. */
const FIRST_CHARS = 120;
/** So soon after something has changed the rest is read anew: more may come with it. */
const SOON_MS = 300;

export class Customer {
  element;
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;
  #who = make("div", { class: "who-is" });
  #facts = make("dl", { class: "facts" });
  #earlier = make("div", {});
  #shown = "";
  /** @type {Known | null} */
  #customer = null;
  #turn = 0;
  /** @type {number | undefined} */
  #soon;
  #sheet = matchMedia("(max-width: 1100px)");
  /** @type {HTMLElement | null} */
  #before = null;

  /**
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {Does} does
   */
  constructor(desk, locale, does) {
    [this.#desk, this.#locale, this.#does] = [desk, locale, does];
    const { t } = locale;
    this.element = make("aside", { class: "panel", "aria-label": t("customer"), id: "panel",
      onkeydown: (event) => {
        if (event.key !== "Escape" || !this.close()) return;
        event.preventDefault();
        event.stopPropagation();
      } },
    make("div", { class: "panel-head" }, make("h2", { tabindex: "-1" }, t("customer")),
      make("button", { type: "button", class: "round shut", "aria-label": t("shut"),
        title: t("shut"), onclick: () => this.close() }, icon("close"))),
    this.#who, this.#facts, make("h3", {}, t("earlier")), this.#earlier);
  }

  toggle() {
    if (this.close()) return;
    const { activeElement: before } = document;
    this.#before = before instanceof HTMLElement ? before : null;
    this.element.classList.add("open");
    this.element.querySelector("h2")?.focus();
  }

  /** Closes the sheet; answers whether it was open. */
  close() {
    if (!this.#sheet.matches || !this.element.classList.contains("open")) return false;
    this.element.classList.remove("open");
    (this.#before?.isConnected ? this.#before : null)?.focus();
    return true;
  }

  show() {
    const { view } = this.#desk;
    this.element.hidden = !view;
    if (!view) {
      this.#shown = "";
      this.element.classList.remove("open");
      return;
    }
    const key = JSON.stringify([view.id, view.customer, view.status, view.rating, view.subject]);
    if (key === this.#shown) return;
    const isOther = this.#customer?.id !== view.customer.id;
    this.#shown = key;
    if (isOther) this.#customer = null;
    this.#draw(view);
    clearTimeout(this.#soon);
    if (isOther) this.#read(view);
    else this.#soon = setTimeout(() => this.#read(view), SOON_MS);
  }

  /** @param {View} view */
  #draw(view) {
    const { t, moment } = this.#locale;
    const { customer } = view;
    const known = this.#customer;
    this.#who.replaceChildren(letter(customer.name, this.#locale), make("div", {},
      make("b", {}, words(customer.name)),
      known && make("p", { class: "note" }, t(known.account ? "c_account" : "c_visitor"))));
    /** @type {Fact[]} */
    const facts = [
      ...(known ? contact(known, this.#locale, this.#desk.now()) : []),
      ["subject", view.subject], ["begun", moment(view.created_at)],
      ["first_reply", view.first_reply_at ? moment(view.first_reply_at) : null],
      ["closed_at", view.closed_at ? moment(view.closed_at) : null],
      ["rating", view.rating ? this.#stars(view.rating) : null],
    ];
    this.#facts.replaceChildren(...facts.flatMap(([key, value]) => (value
      ? [make("dt", {}, t(`c_${key}`)), make("dd", {}, value instanceof HTMLElement ? value
        : words(value))] : [])));
  }

  /** @param {{ score: number, text?: string | null }} rating */
  #stars({ score, text }) {
    const { t } = this.#locale;
    return make("span", { class: "stars" }, make("span", { "aria-hidden": "true", dir: "ltr" },
      "★".repeat(score) + "☆".repeat(5 - score)), make("span", { class: "unseen" },
      t("stars", { n: score })), text ? " " : null, text && words(text));
  }

  /**
   * What takes long is not waited for: the next one may be shown meanwhile.
   * @param {View} view
   */
  async #read(view) {
    const turn = ++this.#turn;
    // What he may not read any more stays as it was.
    if (this.#desk.view?.id !== view.id || !rights(view, this.#desk).read) return;
    const { t } = this.#locale;
    const { id } = view.customer;
    if (!this.#customer) this.#earlier.replaceChildren(make("p", { class: "note" }, t("loading")));
    try {
      const [customer, { items }] = await Promise.all([
        this.#desk.names.customer(id, { anew: true }),
        this.#desk.api.get(`/conversations?customer=${id}&limit=${EARLIER}`),
      ]);
      if (turn !== this.#turn) return;
      this.#customer = customer;
      this.#draw(this.#desk.view ?? view);
      this.#list(items.filter((one) => one.id !== view.id));
    } catch (error) {
      if (turn !== this.#turn) return;
      if (problemOf(error).status === 404 && !this.#desk.isMine(this.#desk.view)) {
        // It has gone to somebody else meanwhile, which is said beside it.
        if (!this.#customer) this.#earlier.replaceChildren();
        return;
      }
      const again = make("button", { type: "button", class: "soft", onclick: () => {
        this.#read(view);
      } }, t("try_again"));
      this.#earlier.replaceChildren(make("p", { class: "error", role: "alert" },
        this.#does.explain(problemOf(error)), " ", again));
    }
  }

  /** @param {components["schemas"]["Listed"][]} items */
  #list(items) {
    const { t, date, number } = this.#locale;
    if (!items.length) {
      return this.#earlier.replaceChildren(make("p", { class: "note" }, t("none_earlier")));
    }
    this.#earlier.replaceChildren(make("ul", { class: "past" }, ...items.map((one) =>
      make("li", {}, make("button", { type: "button", onclick: () => {
        this.close();
        this.#does.show(one.id);
      } }, make("span", { dir: "ltr" }, `#${number(one.number)}`), " ",
      words(one.queue.name), " ", make("span", { class: "note" }, date(one.created_at), " · ",
        t(one.resolution ? `r_${one.resolution}` : `st_${one.status}`)),
      one.first_message?.text && make("span", { class: "first", dir: "auto" },
        one.first_message.text.slice(0, FIRST_CHARS)),
      one.rating && this.#stars({ score: one.rating.score }))))));
  }
}
