// The list beside the conversation: what is the rep's, who waits, and all that he may read.

import { make } from "../ui/dom.js";
import { quietly, underWay } from "../ui/forms.js";
import { asOne } from "./lines.js";
import { Row } from "./rows.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does, Item, View } from "./parts.d.ts" */

/** @typedef {"mine" | "waiting" | "all"} Tab */

/** @type {Tab[]} */
const TABS = ["mine", "waiting", "all"];
const FILTERS = ["", "waiting", "offered", "active", "wrapup", "parked", "closed"];
const ALL_PAGE = 40;
/** How soon what others do is read again, in ms. */
const PACE_MS = 1_000;
const ALL_MS = 15_000;
/**
 * Where the arrow keys go.
 * @type {Record<string, number | undefined>}
 */
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

/**
 * The same for each of the lists.
 * @template Made
 * @param {(tab: Tab) => Made} of
 * @returns {Record<Tab, Made>}
 */
const each = (of) => ({ mine: of("mine"), waiting: of("waiting"), all: of("all") });

/** @returns {Map<string, Row>} */
const noRows = () => new Map();

export class List {
  element;
  /** @type {Tab} */
  tab = "mine";
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;
  #tabs;
  #counts = each(() => make("span", { class: "count" }));
  #lists = each(() => make("ul", { class: "items" }));
  #rows = each(noRows);
  #panels;
  #empty = each(() => make("div", { class: "empty" }));
  #errors = each(() => make("p", { class: "error", role: "alert" }));
  /** @type {View[]} */
  #waiting = [];
  #waitingRead = false;
  /** @type {View[]} */
  #all = [];
  /** @type {string | null | undefined} */
  #next = null;
  #allAt = 0;
  /** Counts the readings of the list from its beginning. */
  #turn = 0;
  #filter;
  #more;
  /** @type {number | undefined} */
  #timer;
  #readAt = 0;

  /**
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {Does} does
   */
  constructor(desk, locale, does) {
    [this.#desk, this.#locale, this.#does] = [desk, locale, does];
    const { t } = locale;
    this.#filter = make("select", { onchange: () => this.#readAll() }, ...FILTERS.map((value) =>
      make("option", { value }, t(value ? `st_${value}` : "f_all"))));
    this.#more = make("button", { type: "button", class: "soft more", hidden: true,
      onclick: (event) => underWay(event.currentTarget, () => this.#readMore(),
        this.#errors.all, does.explain) }, t("more"));
    this.#tabs = each((name) => make("button", { type: "button", role: "tab",
      id: `tab-${name}`, "aria-controls": `list-${name}`, onclick: () => this.open(name) },
    t(`tab_${name}`), " ", this.#counts[name]));
    this.#panels = each((name) => this.#panel(name));
    const bar = make("div", { class: "tabs", role: "tablist", "aria-label": t("lists"),
      onkeydown: (event) => this.#walk(event) }, ...TABS.map((name) => this.#tabs[name]));
    this.element = make("section", { class: "side", "aria-label": t("lists") }, bar,
      ...TABS.map((name) => this.#panels[name]));
    this.open("mine");
  }

  /** @param {Tab} name */
  #panel(name) {
    const { t } = this.#locale;
    return make("div", { class: "list-panel", role: "tabpanel", id: `list-${name}`,
      "aria-labelledby": `tab-${name}`, tabindex: "-1" },
    ...(name === "all" ? [make("label", { class: "filter" }, make("span", { class: "unseen" },
      t("status")), this.#filter)] : []), this.#errors[name], this.#lists[name],
    this.#empty[name], ...(name === "all" ? [this.#more] : []));
  }

  /**
   * Turns to one of the lists.
   * @param {Tab} name
   */
  open(name) {
    this.tab = name;
    for (const one of TABS) {
      const is = one === name;
      this.#tabs[one].setAttribute("aria-selected", String(is));
      this.#tabs[one].tabIndex = is ? 0 : -1;
      this.#panels[one].hidden = !is;
    }
    if (name === "waiting") this.readLine();
    if (name === "all") this.#readAll();
    this.show();
  }

  /**
   * The arrow keys go from tab to tab, as the line runs.
   * @param {KeyboardEvent} event
   */
  #walk(event) {
    const step = STEPS[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? TABS.length - 1
      : step && (TABS.indexOf(this.tab) + (this.#locale.dir === "rtl" ? -step : step)
        + TABS.length) % TABS.length;
    if (to === undefined) return;
    event.preventDefault();
    this.open(TABS[to]);
    this.#tabs[TABS[to]].focus();
  }

  /**
   * What stands in the open list, in its order.
   * @returns {Item[]}
   */
  get shown() {
    return { mine: this.#mine(), waiting: this.#waiting, all: this.#all }[this.tab];
  }

  // In the order in which they came, so that nothing moves under a finger; what is over for its
  // customer, and what is laid aside, comes last.
  #mine() {
    /** @param {View} view */
    const order = ({ status }) => Number(status === "wrapup");
    const mine = [...this.#desk.mine.values()].sort((one, other) => order(one) - order(other)
      || (one.assigned_at ?? 0) - (other.assigned_at ?? 0) || one.number - other.number);
    return [...mine, ...this.#desk.parked];
  }

  /**
   * The one so many places after the one that is shown, or will be.
   * @param {number} step
   * @returns {Item | undefined}
   */
  beside(step) {
    const all = this.shown;
    const at = all.findIndex(({ id }) => id === this.#desk.wanted);
    return at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  }

  /** To the row of what is shown, or will be. */
  focus() {
    const rows = this.#rows[this.tab];
    const row = rows.get(this.#desk.wanted ?? "") ?? rows.values().next().value;
    if (row) row.focus();
    else this.#tabs[this.tab].focus();
  }

  show() {
    const desk = this.#desk;
    const count = desk.board?.reduce((sum, { waiting }) => sum + waiting, 0);
    this.#count("mine", desk.mine.size);
    this.#count("waiting", count ?? 0);
    this.#draw(this.tab, this.shown);
    this.#sayEmpty();
    this.#does.tick();
  }

  /**
   * @param {Tab} name
   * @param {number} n
   */
  #count(name, n) {
    const count = this.#counts[name];
    const text = n ? this.#locale.number(n) : "";
    if (count.textContent !== text) count.textContent = text;
  }

  /**
   * @param {Tab} tab
   * @param {Item[]} views
   */
  #draw(tab, views) {
    const [rows, list] = [this.#rows[tab], this.#lists[tab]];
    const ids = new Set(views.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (ids.has(id)) continue;
      const held = row.hasFocus;
      row.element.remove();
      rows.delete(id);
      if (held) this.focus();
    }
    // Rows stay the same elements, so that a button does not vanish under a finger.
    for (const [at, view] of views.entries()) {
      const row = rows.get(view.id) ?? this.#row(tab, view);
      rows.set(view.id, row);
      row.update(view, { tab });
      row.current(view.id === this.#desk.view?.id);
      if (list.children[at] !== row.element) {
        const held = row.hasFocus;
        list.insertBefore(row.element, list.children[at] ?? null);
        if (held) row.focus();
      }
    }
  }

  /**
   * @param {Tab} tab
   * @param {Item} view
   */
  #row(tab, view) {
    const { show } = this.#does;
    return new Row(view, this.#desk, this.#locale, { show, claim: tab === "waiting"
      && ((one, button) => this.#claim(one, button)) });
  }

  #sayEmpty() {
    const { rep } = this.#desk;
    const { t } = this.#locale;
    const place = this.#empty[this.tab];
    const isEmpty = this.shown.length === 0;
    place.hidden = !isEmpty;
    const key = !isEmpty ? "" : this.tab === "mine"
      ? (!rep ? "loading" : rep.availability === "available" ? "none_mine" : "none_away")
      : this.tab === "waiting" ? (this.#waitingRead ? "none_waiting" : "loading")
        : this.#allAt ? "none_all" : "loading";
    if (place.dataset.key === key) return;
    place.dataset.key = key;
    const why = this.tab === "mine" && key !== "loading" && isEmpty && make("button",
      { type: "button", class: "soft", onclick: this.#does.whyIdle }, t("why_idle"));
    place.replaceChildren(...(key ? [make("p", {}, t(key))] : []), ...(why ? [why] : []));
  }

  /**
   * @param {View} view
   * @param {HTMLElement} button
   */
  #claim(view, button) {
    return underWay(button, () => this.#does.claim(view), this.#errors.waiting,
      this.#does.explain);
  }

  /** Something about the line has changed. */
  lineChanged() {
    this.show();
    if (this.tab === "waiting") this.readLine();
  }

  /** Reads who waits, at most once a second. */
  readLine() {
    clearTimeout(this.#timer);
    const wait = this.#readAt + PACE_MS - Date.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => this.readLine(), wait);
      return;
    }
    this.#readAt = Date.now();
    quietly(async () => {
      const { api } = this.#desk;
      const [{ queues }, { items }] = await Promise.all([api.get("/line"),
        api.get(`/conversations?status=waiting&order=waiting&limit=${ALL_PAGE}`)]);
      // The line tells the order, the list what was said.
      const said = new Map(items.map((one) => [one.id, one]));
      this.#waiting = asOne(queues.map(({ first }) => first.map((view) => ({ view }))))
        .map(({ view }) => ({ ...said.get(view.id), ...view }));
      this.#waitingRead = true;
      this.show();
    }, this.#errors.waiting, this.#does.explain);
  }

  get #query() {
    const status = this.#filter.value && `&status=${this.#filter.value}`;
    return `limit=${ALL_PAGE}${status}`;
  }

  #readAll() {
    const turn = ++this.#turn;
    return quietly(async () => {
      const { items, next } = await this.#desk.api.get(`/conversations?${this.#query}`);
      if (turn !== this.#turn) return;
      [this.#all, this.#next, this.#allAt] = [items, next, Date.now()];
      this.#more.hidden = !next;
      this.show();
    }, this.#errors.all, this.#does.explain);
  }

  async #readMore() {
    const turn = this.#turn;
    const { items, next } = await this.#desk.api.get(
      `/conversations?${this.#query}&before=${this.#next}`);
    // It belongs to a list that is another now.
    if (turn !== this.#turn) return;
    this.#all.push(...items);
    this.#next = next;
    this.#more.hidden = !next;
    this.show();
  }

  /** Now and then, while somebody looks. */
  tick() {
    const isOld = this.tab === "all" && this.#allAt && Date.now() - this.#allAt > ALL_MS;
    // Whoever has read on is not sent back to the beginning.
    if (!isOld || this.#all.length > ALL_PAGE) return;
    this.#allAt = Date.now();
    this.#readAll();
  }
}
