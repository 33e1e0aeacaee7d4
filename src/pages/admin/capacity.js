// How much each rep holds and may hold, and the stepper that changes it: at once here, and undone
// if it is refused.

import { make, tell, words } from "../ui/dom.js";
import { toast } from "../ui/toast.js";
import { drawing } from "./icons.js";
import { menuButton } from "./menu.js";
import { whyIdle } from "./moves.js";
import { explain } from "./telling.js";

/** As many slots as are drawn; who has more is told in figures. */
const DRAWN = 16;
const MOST = 100;
/** So many who are not there are shown without asking. */
const FEW = 3;

export class Capacity {
  #desk;
  #rows = new Map();
  #list = make("ul", { class: "reps" });
  #away = make("ul", { class: "reps" });
  #absent = make("details", { class: "absent" });
  #absentCount = make("summary");
  #sum = make("span", { class: "note" });
  #said = make("p", { class: "unseen", role: "status" });
  #empty;
  #isPlaced = false;

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
   * @param {any[]} reps
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
      this.#rows.get(id).element.remove();
      this.#rows.delete(id);
    }
    this.#empty.hidden = reps.length > 0;
    const { number, t } = this.#desk.locale;
    const sum = (key) => reps.reduce((total, rep) => total + rep[key], 0);
    this.#sum.textContent = t("load_of", { load: number(sum("load")),
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
    const share = ({ rep }) => rep.load / Math.max(1, rep.capacity);
    all.sort((one, other) => share(other) - share(one) || other.rep.load - one.rep.load
      || one.rep.name.localeCompare(other.rep.name));
    const isAbsent = ({ rep }) => !rep.present && rep.load === 0;
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

  #row(rep) {
    const { locale } = this.#desk;
    const one = { rep, offered: 0, wanted: null, isSending: false,
      dot: make("span", { class: "dot", "aria-hidden": "true" }),
      status: make("span", { class: "note" }), slots: make("span", { class: "slots",
        "aria-hidden": "true" }), held: make("span", { class: "held" }),
      value: make("output", {}) };
    const step = (key, by) => make("button", { type: "button", class: "step",
      "aria-label": locale.t(key, { name: rep.name }), onclick: () => this.#step(one, by) },
    drawing(by < 0 ? "minus" : "plus"));
    [one.less, one.more] = [step("capacity_less", -1), step("capacity_more", 1)];
    const more = menuButton(locale, { label: [drawing("more")], className: "small round",
      name: locale.t("rep_more", { name: rep.name }), items: () => this.#items(one) });
    one.element = make("li", { "data-id": rep.id },
      make("div", { class: "rep-name" }, one.dot, make("span", {},
        make("span", { class: "rep-who" }, words(rep.name)), one.status)),
      make("div", { class: "rep-load" }, one.slots, one.held),
      make("div", { class: "stepper", role: "group",
        "aria-label": locale.t("capacity_of", { name: rep.name }) }, one.less, one.value, one.more),
      more);
    this.#rows.set(rep.id, one);
    return one;
  }

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

  #step(one, by) {
    const capacity = (one.wanted ?? one.rep.capacity) + by;
    if (capacity < 0 || capacity > MOST) return;
    one.wanted = capacity;
    this.#update(one);
    this.#send(one);
  }

  /** One request at a time: the last wish counts. */
  async #send(one) {
    if (one.isSending) return;
    const { api, locale } = this.#desk;
    const { name } = one.rep;
    one.isSending = true;
    try {
      for (let sent = null; one.wanted !== sent;) {
        sent = one.wanted;
        const rep = await api.put(`/reps/${one.rep.id}/capacity`, { capacity: sent });
        one.rep = rep;
      }
      tell(this.#said, locale.t("capacity_said", { name, capacity: one.rep.capacity }));
    } catch (error) {
      if (!error.isProblem) console.error(error);
      toast(locale.t("capacity_undone", { name, capacity: one.rep.capacity,
        why: explain(locale)(error) }));
    } finally {
      one.isSending = false;
      one.wanted = null;
      this.#update(one);
    }
  }

  #items(one) {
    const { locale } = this.#desk;
    const { rep } = one;
    const states = ["available", "away", "offline"].filter((state) => state !== rep.availability);
    return [{ text: locale.t("why_idle"), work: () => whyIdle(this.#desk, rep) },
      ...states.map((state) => ({ text: locale.t(`set_${state}`),
        work: () => this.#setState(rep, state) }))];
  }

  async #setState(rep, availability) {
    const { api, locale } = this.#desk;
    try {
      await api.put(`/reps/${rep.id}/availability`, { availability });
      toast(locale.t("state_said", { name: rep.name, state: locale.t(`state_${availability}`) }));
    } catch (error) {
      toast(explain(locale)(error));
    }
  }
}
