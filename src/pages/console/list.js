// The list beside the conversation: what is the rep's, who waits, and all that he may read.

import { make } from "../ui/dom.js";
import { quietly, underWay } from "../ui/forms.js";
import { Row } from "./rows.js";

const TABS = ["mine", "waiting", "all"];
const FILTERS = ["", "waiting", "offered", "active", "wrapup", "parked", "closed"];
const ALL_PAGE = 40;
/** How soon what others do is read again, in ms. */
const PACE_MS = 1_000;
const ALL_MS = 15_000;

export class List {
  element;
  tab = "mine";
  #desk;
  #locale;
  #does;
  #tabs = {};
  #lists = {};
  #rows = { mine: new Map(), waiting: new Map(), all: new Map() };
  #panels = {};
  #empty = {};
  #errors = {};
  #waiting = [];
  #waitingRead = false;
  #all = [];
  #next = null;
  #allAt = 0;
  #filter;
  #more;
  #timer;
  #readAt = 0;

  constructor(desk, locale, does) {
    [this.#desk, this.#locale, this.#does] = [desk, locale, does];
    const { t } = locale;
    this.#filter = make("select", { onchange: () => this.#readAll() }, ...FILTERS.map((value) =>
      make("option", { value }, t(value ? `st_${value}` : "f_all"))));
    this.#more = make("button", { type: "button", class: "soft more", hidden: true,
      onclick: (event) => underWay(event.currentTarget, () => this.#readMore(),
        this.#errors.all, does.explain) }, t("more"));
    const bar = make("div", { class: "tabs", role: "tablist", "aria-label": t("lists"),
      onkeydown: (event) => this.#walk(event) });
    for (const name of TABS) {
      const count = make("span", { class: "count" });
      this.#tabs[name] = Object.assign(make("button", { type: "button", role: "tab",
        id: `tab-${name}`, "aria-controls": `list-${name}`, onclick: () => this.open(name) },
      t(`tab_${name}`), " ", count), { count });
      bar.append(this.#tabs[name]);
      this.#panels[name] = this.#panel(name);
    }
    this.element = make("section", { class: "side", "aria-label": t("lists") }, bar,
      ...TABS.map((name) => this.#panels[name]));
    this.open("mine");
  }

  #panel(name) {
    const { t } = this.#locale;
    this.#lists[name] = make("ul", { class: "items" });
    this.#empty[name] = make("div", { class: "empty" });
    this.#errors[name] = make("p", { class: "error", role: "alert" });
    return make("div", { class: "list-panel", role: "tabpanel", id: `list-${name}`,
      "aria-labelledby": `tab-${name}`, tabindex: "-1" },
    ...(name === "all" ? [make("label", { class: "filter" }, make("span", { class: "unseen" },
      t("status")), this.#filter)] : []), this.#errors[name], this.#lists[name],
    this.#empty[name], ...(name === "all" ? [this.#more] : []));
  }

  /** Turns to one of the lists. */
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

  // The arrow keys go from tab to tab, as the line runs.
  #walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? TABS.length - 1
      : step && (TABS.indexOf(this.tab) + (this.#locale.dir === "rtl" ? -step : step)
        + TABS.length) % TABS.length;
    if (to === undefined) return;
    event.preventDefault();
    this.open(TABS[to]);
    this.#tabs[TABS[to]].focus();
  }

  /** What stands in the open list, in its order. */
  get shown() {
    return { mine: this.#mine(), waiting: this.#waiting, all: this.#all }[this.tab];
  }

  // In the order in which they came, so that nothing moves under a finger; what is over for its
  // customer, and what is laid aside, comes last.
  #mine() {
    const order = { active: 0, wrapup: 1 };
    const mine = [...this.#desk.mine.values()].sort((one, other) =>
      order[one.status] - order[other.status]
      || (one.assigned_at ?? 0) - (other.assigned_at ?? 0));
    return [...mine, ...this.#desk.parked];
  }

  /** The one so many places after the one that is shown. */
  beside(step) {
    const all = this.shown;
    const at = all.findIndex(({ id }) => id === this.#desk.view?.id);
    return at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  }

  focus() {
    const row = this.#rows[this.tab].get(this.#desk.view?.id)
      ?? this.#rows[this.tab].values().next().value;
    if (row) row.focus();
    else this.#tabs[this.tab].focus();
  }

  show() {
    const { desk } = { desk: this.#desk };
    const count = desk.board?.reduce((sum, { waiting }) => sum + waiting, 0);
    this.#count("mine", desk.mine.size);
    this.#count("waiting", count ?? 0);
    this.#draw(this.tab, this.shown);
    this.#sayEmpty();
    this.#does.tick();
  }

  #count(name, n) {
    const { count } = this.#tabs[name];
    const text = n ? this.#locale.number(n) : "";
    if (count.textContent !== text) count.textContent = text;
  }

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
      if (!rows.has(view.id)) {
        const claim = tab === "waiting" ? (one, button) => this.#claim(one, button) : null;
        rows.set(view.id, new Row(view, this.#desk, this.#locale,
          { show: this.#does.show, claim }));
      }
      const row = rows.get(view.id);
      row.update(view, { tab });
      row.current(view.id === this.#desk.view?.id);
      if (list.children[at] !== row.element) {
        const held = row.hasFocus;
        list.insertBefore(row.element, list.children[at] ?? null);
        if (held) row.focus();
      }
    }
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
      const { queues } = await this.#desk.api.get("/line");
      this.#waiting = queues.flatMap(({ first }) => first)
        .sort((one, other) => one.created_at - other.created_at);
      this.#waitingRead = true;
      this.show();
    }, this.#errors.waiting);
  }

  #path(more = "") {
    const status = this.#filter.value && `&status=${this.#filter.value}`;
    return `/conversations?limit=${ALL_PAGE}${status}${more}`;
  }

  #readAll() {
    return quietly(async () => {
      const wanted = this.#filter.value;
      const { items, next } = await this.#desk.api.get(this.#path());
      if (wanted !== this.#filter.value) return;
      [this.#all, this.#next, this.#allAt] = [items, next, Date.now()];
      this.#more.hidden = !next;
      this.show();
    }, this.#errors.all);
  }

  async #readMore() {
    const { items, next } = await this.#desk.api.get(this.#path(`&before=${this.#next}`));
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
