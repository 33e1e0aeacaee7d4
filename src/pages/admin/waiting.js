// Who waits, in which place of which queue, for how long, and what can be done about it. Rows stay
// the same elements while they change, so that nobody loses what he points at.

import { make, words } from "../ui/dom.js";
import { drawing } from "./icons.js";
import { menuButton } from "./menu.js";
import { assignItems, moreItems } from "./moves.js";
import { chip, row, table } from "./table.js";
import { about, urgency } from "./telling.js";

/** As many rows as are shown; the rest are counted. */
const SHOWN = 50;

export class Waiting {
  #desk;
  #line = () => ({ queues: [], reps: [] });
  #rows = new Map();
  #columns;
  #body;
  #count = make("span", { class: "note" });
  #empty;
  #rest = make("p", { class: "note" });

  /** `line()` is the newest line; `eta(queue, ahead)` foretells a wait in ms, or null. */
  constructor(desk, line, eta) {
    [this.#desk, this.#line] = [desk, line];
    this.eta = eta;
    const { t } = desk.locale;
    this.#columns = [{ title: t("col_customer") }, { title: t("col_place"), isNumber: true },
      { title: t("col_queue") }, { title: t("col_waited") }, { title: t("col_eta") },
      { title: t("col_do"), isActions: true }];
    const shown = table(t("waiting_title"), this.#columns, []);
    this.#body = shown.tBodies[0];
    this.#empty = make("p", { class: "empty" }, t("waiting_empty"));
    this.element = make("section", { class: "card waiting", "aria-labelledby": "waiting" },
      make("header", {}, make("h2", { id: "waiting", tabindex: -1 }, t("waiting_title")),
        this.#count), shown, this.#empty, this.#rest);
  }

  /** Shows those of one queue, or of all, by how long they have waited. */
  show(queue) {
    const { locale } = this.#desk;
    const queues = this.#line().queues.filter((one) => !queue || one.queue.id === queue);
    const all = queues.flatMap(({ first = [], ...now }) =>
      first.map((view, index) => ({ view, now, place: index + 1 })));
    all.sort((one, other) => one.view.created_at - other.view.created_at);
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
    this.#body.parentElement.hidden = total === 0;
    this.#empty.hidden = total > 0;
    this.#rest.hidden = total <= shown.length;
    this.#rest.textContent = locale.t("waiting_rest", { n: total - shown.length });
  }

  /** Time goes on. */
  tick() {
    for (const one of this.#rows.values()) this.#wait(one);
  }

  // Moving an element takes the focus from it.
  #put(element, index) {
    const focused = element.contains(document.activeElement) && document.activeElement;
    this.#body.insertBefore(element, this.#body.children[index] ?? null);
    if (focused) focused.focus();
  }

  #remove(id) {
    const { element } = this.#rows.get(id);
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    this.#rows.delete(id);
    if (hadFocus) this.element.querySelector("h2").focus();
  }

  #row({ view }) {
    const { locale } = this.#desk;
    const one = { view, now: null, place: make("span"), queue: make("span", { class: "chip" }),
      waited: chip("", ""), eta: make("span"), about: make("span", { class: "note" }) };
    const name = view.customer.name;
    const label = (key) => locale.t(key, { name, number: view.number });
    const assign = menuButton(this.#desk.locale, { label: [locale.t("assign")],
      name: label("assign_name"),
      items: () => assignItems(this.#desk, one.view, this.#line().reps) });
    const more = menuButton(this.#desk.locale, { label: [drawing("more")], className: "small round",
      name: label("more_name"), items: () => moreItems(this.#desk, one.view,
        this.#line().queues.map(({ queue }) => queue)) });
    const link = make("a", { href: `#/conversations/${view.id}` }, words(name));
    one.element = row(this.#columns, [[link, " ", one.about], one.place, one.queue,
      one.waited, one.eta, [assign, more]], { "data-id": view.id });
    this.#rows.set(view.id, one);
    return one;
  }

  #update(one, { view, now, place }) {
    const { locale } = this.#desk;
    [one.view, one.now] = [view, now];
    say(one.place, locale.number(place));
    say(one.queue, view.queue.name);
    const isUsual = view.priority === "normal";
    say(one.about, `${locale.t("number", { number: view.number })}${isUsual ? ""
      : ` · ${locale.t(`priority_${view.priority}`)}`}`);
    say(one.eta, about(locale, this.eta(now, place - 1)));
    this.#wait(one);
  }

  #wait({ view, now, waited }) {
    const ms = Date.now() - view.created_at;
    say(waited, this.#desk.locale.span(ms));
    waited.dataset.tone = urgency(ms, now.wait_target_ms);
  }
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
