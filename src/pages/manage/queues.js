// Where conversations wait: the queues in their order, which is moved by buttons or by dragging;
// each leads to its policy.

import { drawing } from "../admin/icons.js";
import { chip } from "../admin/table.js";
import { make, words } from "../ui/dom.js";
import { queue } from "./queue.js";
import { Screen } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @typedef {components["schemas"]["QueueInFull"]} Queue */
/** @typedef {components["schemas"]["Schedule"]} Schedule */
/** @typedef {"up" | "down"} Way */

/** @type {import("../admin/router.js").Show} */
export async function queuesScreen(place, desk) {
  const screen = new Screen(place, desk);
  const [id] = desk.at.path;
  if (id) await queue(screen, id === "new" ? null : id);
  else await list(screen);
  return screen.end;
}

/** @param {Screen} screen */
async function list(screen) {
  const { t, api } = screen;
  const listed = await api.get("/queues");
  const [schedules, ...full] = await Promise.all([api.get("/schedules"),
    ...listed.map(({ id }) => api.get(`/queues/${id}`))]);
  if (screen.isOver) return;
  const order = new Order(screen, full, schedules);
  screen.draw(t("nav_queues"), { lead: t("queues_lead"), actions: [make("a", {
    class: "button main", href: "#/queues/new" }, drawing("plus"), t("queue_new"))] },
  make("section", { class: "card", "aria-label": t("nav_queues") }, order.element, order.status));
}

/** The list in its order. What is moved stands there at once, and goes back if that is refused. */
class Order {
  element = make("ol", { class: "order" });
  status = make("p", { class: "unseen", role: "status" });
  #screen;
  #queues;
  #schedules;
  /**
   * What is dragged: where it stands may change meanwhile.
   * @type {Queue | null}
   */
  #dragged = null;

  /**
   * @param {Screen} screen
   * @param {Queue[]} queues
   * @param {Schedule[]} schedules
   */
  constructor(screen, queues, schedules) {
    this.#screen = screen;
    this.#queues = queues;
    this.#schedules = new Map(schedules.map((one) => [one.id, one]));
    this.#draw();
  }

  #draw() {
    this.element.replaceChildren(...this.#queues.map((one, at) => this.#row(one, at)));
  }

  /**
   * @param {Queue} one
   * @param {number} at
   */
  #row(one, at) {
    const { t, parts } = this.#screen;
    const last = this.#queues.length - 1;
    /**
     * @param {Way} key
     * @param {number} to
     */
    const move = (key, to) => make("button", { type: "button", class: "step", "data-to": key,
      "aria-label": t(`queue_${key}`, { name: one.name }), disabled: to < 0 || to > last,
      onclick: () => this.#move(at, to, key) }, drawing(key));
    const item = make("li", { "data-id": one.id, draggable: last > 0 ? "true" : null },
      make("span", { class: "grip", "aria-hidden": "true" }),
      make("div", { class: "what" }, make("a", { href: `#/queues/${one.id}` }, words(one.name)),
        one.description && make("p", { class: "note" }, words(one.description)),
        make("p", { class: "chips" }, ...this.#chips(one))),
      make("p", { class: "note" }, ...parts("queue_figures", { n: one.waiting,
        reps: t("queue_reps", { n: one.reps.length }) })),
      make("div", { class: "row" }, move("up", at - 1), move("down", at + 1)));
    this.#listen(item, one);
    return item;
  }

  /** @param {Queue} one */
  #chips(one) {
    const { t } = this.#screen;
    const schedule = this.#schedules.get(one.schedule_id ?? "");
    return [chip(t(`mode_${one.mode}`)),
      one.draining && chip(t("is_draining"), "warn"),
      !one.reps.length && chip(t("no_reps"), "warn"),
      schedule && chip(t(one.hours?.open ? "open_by" : "closed_by", { name: schedule.name }),
        one.hours?.open ? "good" : ""),
    ].filter(Boolean);
  }

  /**
   * @param {HTMLElement} item
   * @param {Queue} one
   */
  #listen(item, one) {
    item.addEventListener("dragstart", (event) => {
      this.#dragged = one;
      if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
      item.classList.add("dragged");
    });
    item.addEventListener("dragend", () => {
      this.#dragged = null;
      item.classList.remove("dragged");
    });
    item.addEventListener("dragover", (event) => {
      if (this.#dragged === null) return;
      event.preventDefault();
      item.classList.toggle("target", this.#dragged !== one);
    });
    item.addEventListener("dragleave", () => item.classList.remove("target"));
    item.addEventListener("drop", (event) => {
      event.preventDefault();
      const dragged = this.#dragged;
      this.#dragged = null;
      if (dragged === null || dragged === one) return;
      this.#move(this.#queues.indexOf(dragged), this.#queues.indexOf(one), null);
    });
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {Way | null} key
   */
  async #move(from, to, key) {
    const { t, api } = this.#screen;
    // One after the other: what is refused goes back to where it was.
    if (this.element.getAttribute("aria-busy") === "true") {
      this.#screen.say("queue_moving");
      return;
    }
    const before = this.#queues;
    const moved = before[from];
    const others = before.filter((one) => one !== moved);
    this.#queues = [...others.slice(0, to), moved, ...others.slice(to)];
    this.#draw();
    this.#focus(moved, key);
    const isDone = await this.#screen.run(this.element, () => api.put("/queues/order",
      { queues: this.#queues.map(({ id }) => id) }));
    if (!isDone) this.#queues = before;
    this.#draw();
    this.#focus(moved, key);
    this.status.textContent = isDone ? t("queue_moved", { name: moved.name, n: to + 1 }) : "";
  }

  /**
   * The button that was pressed goes along; at the end of the list it is off, and the other has it.
   * @param {Queue} moved
   * @param {Way | null} key
   */
  #focus({ id }, key) {
    if (!key) return;
    /** @type {NodeListOf<HTMLButtonElement>} */
    const found = this.element.querySelectorAll(`[data-id="${id}"] button`);
    const buttons = [...found];
    const pressed = buttons.find((one) => one.dataset.to === key);
    (pressed?.disabled ? buttons.find((one) => !one.disabled) : pressed)?.focus();
  }
}
