// How much each rep holds and may hold, and the stepper that changes it: at once here, and undone
// if it is refused.

import { problemOf } from "../net/problem.js";
import { make, tell, words } from "../ui/dom.js";
import { toast } from "../ui/toast.js";
import { drawing } from "./icons.js";
import { menuButton } from "../ui/menu.js";
import { whyIdle } from "./moves.js";
import { explain } from "./telling.js";

/** @import { components } from "../api.d.ts" */
/** @import { Item } from "../ui/menu.js" */
/** @import { Desk } from "./router.js" */

/** @typedef {components["schemas"]["Availability"]} Availability */
/** @typedef {components["schemas"]["Rep"]} Rep */

/**
 * What stands for a rep.
 * @typedef {object} Row
 * @property {Rep} rep
 * @property {number} offered How many he is asked about.
 * @property {number | null} wanted The capacity that is to be; null: it is as it is.
 * @property {boolean} isSending
 * @property {string} drawn Which slots are drawn.
 * @property {HTMLElement} dot
 * @property {HTMLElement} status
 * @property {HTMLElement} slots
 * @property {HTMLElement} held
 * @property {HTMLElement} value
 * @property {HTMLElement} less
 * @property {HTMLElement} more
 * @property {HTMLElement} element
 */

/** As many slots as are drawn; who has more is told in figures. */
const DRAWN = 16;
const MOST = 100;
/** So many who are not there are shown without asking. */
const FEW = 3;
/** @type {Availability[]} */
const STATES = ["available", "away", "offline"];

export class Capacity {
  #desk;
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #list = make("ul", { class: "reps" });
  #away = make("ul", { class: "reps" });
  #absent = make("details", { class: "absent" });
  #absentCount = make("summary");
  #sum = make("span", { class: "note" });
  #said = make("p", { class: "unseen", role: "status" });
  #empty;
  #isPlaced = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    const { t } = desk.locale;
    this.#empty = make("div", { class: "empty" }, make("p", {}, t("reps_none")),
      make("a", { class: "button", href: "#/people" }, t("reps_make")));
    this.element = make("section", { class: "card capacity", "aria-labelledby": "capacity" },
      make("header", {}, make("h2", { id: "capacity" }, t("capacity_title")), this.#sum),
      this.#list, this.#absent, this.#empty, this.#said);
    this.#absent.append(this.#absentCount, this.#away);
    // Nobody's row moves away from under his hand.
    this.element.addEventListener("focusout", () => setTimeout(() => this.#sort()));
    this.element.addEventListener("pointerleave", () => this.#sort());
  }

  /**
   * @param {Rep[]} reps
   * @param {Map<string, number>} offered How many each is asked about.
   */
  show(reps, offered) {
    const gone = new Set(this.#rows.keys());
    for (const rep of reps) {
      gone.delete(rep.id);
      const one = this.#rows.get(rep.id) ?? this.#row(rep);
      [one.rep, one.offered] = [rep, offered.get(rep.id) ?? 0];
      this.#update(one);
    }
    for (const id of gone) {
      this.#rows.get(id)?.element.remove();
      this.#rows.delete(id);
    }
    this.#empty.hidden = reps.length > 0;
    const { number, t } = this.#desk.locale;
    // As the tile counts: who is not available serves nobody new.
    const ready = reps.filter((rep) => rep.present && rep.availability === "available");
    const sum = (/** @type {"load" | "capacity"} */ key) =>
      ready.reduce((total, rep) => total + rep[key], 0);
    this.#sum.textContent = t("load_of_ready", { load: number(sum("load")),
      capacity: number(sum("capacity")) });
    this.#sort();
  }

  /**
   * The fullest first; who is not there and holds nothing stands apart. Not while somebody points
   * at them, except for rows that are new.
   */
  #sort() {
    const all = [...this.#rows.values()];
    const isHeld = this.element.matches(":has(li:hover, li:focus-within)");
    if (isHeld && all.every(({ element }) => element.isConnected)) return;
    const share = (/** @type {Row} */ { rep }) => rep.load / Math.max(1, rep.capacity);
    all.sort((one, other) => share(other) - share(one) || other.rep.load - one.rep.load
      || one.rep.name.localeCompare(other.rep.name));
    const isAbsent = (/** @type {Row} */ { rep }) => !rep.present && rep.load === 0;
    /**
     * @param {Element} list
     * @param {Row[]} rows
     */
    const put = (list, rows) => rows.forEach(({ element }, index) => {
      const before = list.children[index];
      if (before !== element) list.insertBefore(element, before ?? null);
    });
    const absent = all.filter(isAbsent);
    put(this.#list, all.filter((one) => !isAbsent(one)));
    put(this.#away, absent);
    this.#absent.hidden = absent.length === 0;
    tell(this.#absentCount, this.#desk.locale.t("absent", { n: absent.length }));
    // Few are shown at once; later it is as whoever looks on has left it.
    if (!this.#isPlaced) this.#absent.open = absent.length <= FEW;
    this.#isPlaced = true;
  }

  /** @param {Rep} rep */
  #row(rep) {
    const { locale } = this.#desk;
    /**
     * @param {string} key
     * @param {number} by
     */
    const step = (key, by) => make("button", { type: "button", class: "step",
      "aria-label": locale.t(key, { name: rep.name }), onclick: () => this.#step(one, by) },
    drawing(by < 0 ? "minus" : "plus"));
    const parts = { dot: make("span", { class: "dot", "aria-hidden": "true" }),
      status: make("span", { class: "note" }), slots: make("span", { class: "slots",
        "aria-hidden": "true" }), held: make("span", { class: "held" }),
      value: make("output", {}), less: step("capacity_less", -1), more: step("capacity_more", 1) };
    const more = menuButton(locale, { label: [drawing("more")], className: "small round",
      name: locale.t("rep_more", { name: rep.name }), items: () => this.#items(one) });
    const element = make("li", { "data-id": rep.id },
      make("div", { class: "rep-name" }, parts.dot, make("span", {},
        make("span", { class: "rep-who" }, words(rep.name)), parts.status)),
      make("div", { class: "rep-load" }, parts.slots, parts.held),
      make("div", { class: "stepper", role: "group",
        "aria-label": locale.t("capacity_of", { name: rep.name }) },
      parts.less, parts.value, parts.more), more);
    /** @type {Row} */
    const one = { rep, offered: 0, wanted: null, isSending: false, drawn: "", ...parts, element };
    this.#rows.set(rep.id, one);
    return one;
  }

  /** @param {Row} one */
  #update(one) {
    const { locale } = this.#desk;
    const { rep, offered } = one;
    const capacity = one.wanted ?? rep.capacity;
    const state = rep.present ? rep.availability : "absent";
    one.dot.dataset.state = state;
    tell(one.status, locale.t(`state_${state}`));
    tell(one.value, locale.number(capacity));
    one.less.setAttribute("aria-disabled", String(capacity <= 0));
    one.more.setAttribute("aria-disabled", String(capacity >= MOST));
    const over = rep.load - capacity;
    tell(one.held, locale.t("load_of", { load: locale.number(rep.load),
      capacity: locale.number(capacity) }),
    offered ? ` · ${locale.t("offered", { n: offered })}` : "",
    over > 0 ? ` · ${locale.t("over", { n: over })}` : "");
    one.held.dataset.over = String(over > 0);
    const most = Math.max(capacity, rep.load);
    const kinds = most > DRAWN ? [] : Array.from({ length: most }, (_, index) => {
      if (index >= capacity) return "over";
      if (index < rep.load - offered) return "full";
      return index < rep.load ? "offered" : "free";
    });
    const drawn = kinds.join();
    if (one.drawn === drawn) return;
    one.drawn = drawn;
    one.slots.replaceChildren(...kinds.map((kind) => make("span", { "data-slot": kind })));
  }

  /**
   * @param {Row} one
   * @param {number} by
   */
  #step(one, by) {
    const capacity = (one.wanted ?? one.rep.capacity) + by;
    if (capacity < 0 || capacity > MOST) return;
    one.wanted = capacity;
    this.#update(one);
    this.#send(one);
  }

  /**
   * One request at a time: the last wish counts.
   * @param {Row} one
   */
  async #send(one) {
    if (one.isSending) return;
    const { api, locale } = this.#desk;
    const { name } = one.rep;
    one.isSending = true;
    try {
      /** @type {number | null} */
      let sent = null;
      while (one.wanted !== null && one.wanted !== sent) {
        sent = one.wanted;
        const rep = await api.put(`/reps/${one.rep.id}/capacity`, { capacity: sent });
        one.rep = rep;
      }
      tell(this.#said, locale.t("capacity_said", { name, capacity: one.rep.capacity }));
    } catch (error) {
      toast(locale.t("capacity_undone", { name, capacity: one.rep.capacity,
        why: explain(locale)(problemOf(error)) }));
    } finally {
      one.isSending = false;
      one.wanted = null;
      this.#update(one);
    }
  }

  /**
   * @param {Row} one
   * @returns {Item[]}
   */
  #items(one) {
    const { locale } = this.#desk;
    const { rep } = one;
    const states = STATES.filter((state) => state !== rep.availability);
    return [{ text: locale.t("why_idle"), work: () => whyIdle(this.#desk, rep) },
      ...states.map((state) => ({ text: locale.t(`set_${state}`),
        work: () => this.#setState(rep, state) }))];
  }

  /**
   * @param {Rep} rep
   * @param {Availability} availability
   */
  async #setState(rep, availability) {
    const { api, locale } = this.#desk;
    try {
      await api.put(`/reps/${rep.id}/availability`, { availability });
      toast(locale.t("state_said", { name: rep.name, state: locale.t(`state_${availability}`) }));
    } catch (error) {
      toast(explain(locale)(problemOf(error)));
    }
  }
}
