// Who waits, in which place of which queue, for how long, and what can be done about it. Rows stay
// the same elements while they change, so that nobody loses what he points at.

import { asOne } from "../console/lines.js";
import { make } from "../ui/dom.js";
import { drawing } from "./icons.js";
import { menuButton } from "../ui/menu.js";
import { assignItems, moreItems } from "./moves.js";
import { chip, row, table } from "./table.js";
import { about, called, urgency } from "./telling.js";

/** @import { components } from "../api.d.ts" */
/** @import { Conversation, Moving } from "./moves.js" */
/** @import { Column } from "./table.js" */

/** @typedef {components["schemas"]["LiveLine"]} LiveLine */
/** @typedef {components["schemas"]["QueueNow"]} QueueNow */

/**
 * One who waits.
 * @typedef {object} Waiter
 * @property {Conversation} view
 * @property {QueueNow} now How his queue is.
 * @property {number} place
 */

/**
 * What stands for him.
 * @typedef {object} Row
 * @property {Conversation} view
 * @property {QueueNow} now
 * @property {HTMLElement} place
 * @property {HTMLElement} queue
 * @property {HTMLElement} waited
 * @property {HTMLElement} eta
 * @property {HTMLElement} about
 * @property {HTMLElement} element
 */

/** As many rows as are shown; the rest are counted. */
const SHOWN = 50;

export class Waiting {
  /** @type {Moving} */
  #desk;
  /** @type {() => LiveLine} */
  #line;
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {Column[]} */
  #columns;
  #table;
  #body;
  #count = make("span", { class: "note" });
  #empty;
  #rest = make("p", { class: "note" });

  /**
   * `line()` is the newest line; `eta(queue, ahead)` foretells a wait in ms, or null.
   * @param {Moving} desk
   * @param {() => LiveLine} line
   * @param {(now: QueueNow, ahead: number) => number | null} eta
   */
  constructor(desk, line, eta) {
    [this.#desk, this.#line] = [desk, line];
    this.eta = eta;
    const { t } = desk.locale;
    this.#columns = [{ title: t("col_customer") }, { title: t("col_place"), isNumber: true },
      { title: t("col_queue") }, { title: t("col_waited") }, { title: t("col_eta") },
      { title: t("col_do"), isActions: true }];
    this.#table = table(t("waiting_title"), this.#columns, []);
    this.#body = this.#table.tBodies[0];
    this.#empty = make("p", { class: "empty" }, t("waiting_empty"));
    this.element = make("section", { class: "card waiting", "aria-labelledby": "waiting" },
      make("header", {}, make("h2", { id: "waiting", tabindex: -1 }, t("waiting_title")),
        this.#count), this.#table, this.#empty, this.#rest);
  }

  /**
   * Shows those of one queue, or of all. Each line keeps its order; of their first ones the more
   * urgent comes next, then the earlier.
   * @param {string} queue
   */
  show(queue) {
    const { locale } = this.#desk;
    const queues = this.#line().queues.filter((one) => !queue || one.queue.id === queue);
    const all = asOne(queues.map(({ first = [], ...now }) =>
      first.map((view, index) => ({ view, now, place: index + 1 }))));
    const shown = all.slice(0, SHOWN);
    const total = queues.reduce((sum, one) => sum + one.waiting, 0);
    const gone = new Set(this.#rows.keys());
    shown.forEach((one, index) => {
      gone.delete(one.view.id);
      const had = this.#rows.get(one.view.id) ?? this.#row(one);
      this.#update(had, one);
      if (this.#body.children[index] !== had.element) this.#put(had.element, index);
    });
    for (const id of gone) this.#remove(id);
    this.#count.textContent = locale.number(total);
    this.#table.hidden = total === 0;
    this.#empty.hidden = total > 0;
    this.#rest.hidden = total <= shown.length;
    this.#rest.textContent = locale.t("waiting_rest", { n: total - shown.length });
  }

  /** Time goes on. */
  tick() {
    for (const one of this.#rows.values()) this.#wait(one);
  }

  // Moving an element takes the focus from it.
  /**
   * @param {HTMLElement} element
   * @param {number} index
   */
  #put(element, index) {
    const { activeElement: focused } = document;
    this.#body.insertBefore(element, this.#body.children[index] ?? null);
    if (focused instanceof HTMLElement && element.contains(focused)) focused.focus();
  }

  /** @param {string} id */
  #remove(id) {
    const element = this.#rows.get(id)?.element;
    if (!element) return;
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    this.#rows.delete(id);
    if (hadFocus) this.element.querySelector("h2")?.focus();
  }

  /** @param {Waiter} waiter */
  #row({ view, now }) {
    const { locale } = this.#desk;
    const parts = { place: make("span"), queue: make("span", { class: "chip", dir: "auto" }),
      waited: chip("", ""), eta: make("span"), about: make("span", { class: "note" }) };
    const name = called(locale, view.customer.name);
    const label = (/** @type {string} */ key) => locale.t(key, { name, number: view.number });
    const assign = menuButton(this.#desk.locale, { label: [locale.t("assign")],
      name: label("assign_name"),
      items: () => assignItems(this.#desk, one.view, this.#line().reps) });
    const more = menuButton(this.#desk.locale, { label: [drawing("more")], className: "small round",
      name: label("more_name"), items: () => moreItems(this.#desk, one.view,
        this.#line().queues.map(({ queue }) => queue)) });
    const link = make("a", { href: `#/conversations/${view.id}`, title: name, dir: "auto" }, name);
    const element = row(this.#columns, [[link, " ", parts.about], parts.place, parts.queue,
      parts.waited, parts.eta, [assign, more]], { "data-id": view.id });
    /** @type {Row} */
    const one = { view, now, ...parts, element };
    this.#rows.set(view.id, one);
    return one;
  }

  /**
   * @param {Row} one
   * @param {Waiter} waiter
   */
  #update(one, { view, now, place }) {
    const { locale } = this.#desk;
    [one.view, one.now] = [view, now];
    say(one.place, locale.number(place));
    say(one.queue, view.queue.name);
    one.queue.title = view.queue.name;
    const isUsual = view.priority === "normal";
    say(one.about, `${locale.t("number", { number: view.number })}${isUsual ? ""
      : ` · ${locale.t(`priority_${view.priority}`)}`}`);
    say(one.eta, about(locale, this.eta(now, place - 1)));
    this.#wait(one);
  }

  /** @param {Row} one */
  #wait({ view, now, waited }) {
    const ms = Date.now() - (view.waits_since ?? view.created_at);
    say(waited, this.#desk.locale.span(ms));
    waited.dataset.tone = urgency(ms, now.wait_target_ms);
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
