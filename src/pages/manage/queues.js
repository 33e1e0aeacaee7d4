// Where conversations wait: the queues in their order, which is moved by buttons, keys or dragging;
// each leads to its policy.

import { drawing } from "../admin/icons.js";
import { chip } from "../admin/table.js";
import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { queue } from "./queue.js";
import { Screen } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @typedef {components["schemas"]["QueueInFull"]} Queue */
/** @typedef {components["schemas"]["Schedule"]} Schedule */
/** @typedef {"top" | "up" | "down" | "bottom"} Way */

/** So near to an edge of the window, in px, what is dragged scrolls it, by so much at a time. */
const EDGE = { near: 80, step: 24 };

/**
 * The keys that do what a button does while one of a row has the focus.
 * @type {Record<string, Way | undefined>}
 */
const KEYS = { Home: "top", ArrowUp: "up", ArrowDown: "down", End: "bottom" };

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
  /**
   * The order that the server has.
   * @type {Queue[]}
   */
  #saved;
  #isSaving = false;
  /**
   * What was moved last, and by which button, if it was one.
   * @type {{ moved: Queue, way: Way | null } | null}
   */
  #last = null;
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
    this.#queues = this.#saved = queues;
    this.#schedules = new Map(schedules.map((one) => [one.id, one]));
    this.#draw();
    screen.atEnd(() => removeEventListener("dragover", scroll));
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
     * @param {Way} way
     * @param {number} to
     */
    const button = (way, to) => make("button", { type: "button", class: "step", "data-to": way,
      "aria-label": t(`queue_${way}`, { name: one.name }), title: t(`way_${way}`),
      disabled: to < 0 || to > last || to === at,
      onclick: () => this.#move(one, to, way) }, drawing(way));
    const item = make("li", { "data-id": one.id, draggable: last > 0 ? "true" : null },
      make("span", { class: "grip", "aria-hidden": "true" }),
      make("div", { class: "what" }, make("a", { href: `#/queues/${one.id}` }, words(one.name)),
        one.description && make("p", { class: "note" }, words(one.description)),
        make("p", { class: "chips" }, ...this.#chips(one))),
      make("p", { class: "note" }, ...parts("queue_figures", { n: one.waiting,
        reps: t("queue_reps", { n: one.reps.length }) })),
      make("div", { class: "row", onkeydown: press }, button("top", 0), button("up", at - 1),
        button("down", at + 1), button("bottom", last)));
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
      addEventListener("dragover", scroll);
    });
    item.addEventListener("dragend", () => {
      this.#dragged = null;
      item.classList.remove("dragged");
      removeEventListener("dragover", scroll);
    });
    item.addEventListener("dragover", (event) => {
      if (this.#dragged === null) return;
      event.preventDefault();
      item.classList.toggle("target", this.#dragged !== one);
    });
    item.addEventListener("dragleave", () => item.classList.remove("target"));
    item.addEventListener("drop", (event) => {
      event.preventDefault();
      removeEventListener("dragover", scroll);
      const dragged = this.#dragged;
      this.#dragged = null;
      if (dragged === null || dragged === one) return;
      this.#move(dragged, this.#queues.indexOf(one), null);
    });
  }

  /**
   * @param {Queue} moved
   * @param {number} to
   * @param {Way | null} way The button that was pressed, if it was one.
   */
  #move(moved, to, way) {
    const others = this.#queues.filter((one) => one !== moved);
    this.#queues = [...others.slice(0, to), moved, ...others.slice(to)];
    this.#last = { moved, way };
    this.#draw();
    this.#focus();
    this.#save();
  }

  /**
   * Saves the order as it is now. Who goes on moving meanwhile is not kept from it: what he has
   * come to is saved next. What is refused goes back to where the server has it.
   */
  async #save() {
    if (this.#isSaving) return;
    this.#isSaving = true;
    const { t, api, errors, explain } = this.#screen;
    this.element.setAttribute("aria-busy", "true");
    while (this.#saved !== this.#queues) {
      const asked = this.#queues;
      let text = "";
      try {
        await api.put("/queues/order", { queues: asked.map(({ id }) => id) });
        this.#saved = asked;
      } catch (error) {
        text = explain(problemOf(error));
        this.#queues = this.#saved;
        const isHere = this.element.contains(document.activeElement);
        this.#draw();
        if (isHere) this.#focus();
      }
      errors.textContent = text;
      if (text) errors.scrollIntoView({ block: "nearest" });
      const moved = this.#last?.moved;
      this.status.textContent = text || !moved ? ""
        : t("queue_moved", { name: moved.name, n: this.#saved.indexOf(moved) + 1 });
    }
    this.element.removeAttribute("aria-busy");
    this.#isSaving = false;
  }

  /** The button that was pressed goes along; at an end of the list it is off: another has it. */
  #focus() {
    const { moved, way } = this.#last ?? {};
    if (!moved || !way) return;
    /** @type {NodeListOf<HTMLButtonElement>} */
    const found = this.element.querySelectorAll(`[data-id="${moved.id}"] button`);
    const buttons = [...found];
    const pressed = buttons.find((one) => one.dataset.to === way);
    (pressed?.disabled ? buttons.find((one) => !one.disabled) : pressed)?.focus();
  }
}

/**
 * A key on one of the buttons of a row presses the one that it is for.
 * @param {KeyboardEvent & { currentTarget: HTMLElement }} event
 */
function press(event) {
  const way = event.altKey || event.ctrlKey || event.metaKey ? undefined : KEYS[event.key];
  if (!way) return;
  event.preventDefault();
  /** @type {HTMLButtonElement | null} */
  const button = event.currentTarget.querySelector(`[data-to="${way}"]`);
  button?.click();
}

/**
 * What is dragged to the edge of the window scrolls it.
 * @param {DragEvent} event
 */
function scroll({ clientY }) {
  if (clientY < EDGE.near) scrollBy(0, -EDGE.step);
  else if (clientY > innerHeight - EDGE.near) scrollBy(0, EDGE.step);
}
