// The conversation before the rep: who it is, what can be done with it, its log, and the field.

import { make, words } from "../ui/dom.js";
import { problemOf } from "../net/problem.js";
import { underWay } from "../ui/forms.js";
import { Changes } from "./changes.js";
import { Composer } from "./composer.js";
import { drawing } from "./icons.js";
import { Log } from "./log.js";
import { rights } from "./rights.js";
import { letter } from "./rows.js";
import { second } from "./spans.js";
import { isLeft, PRIORITIES } from "./standing.js";

/** @import { Locale, Values } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does, Rights, View } from "./parts.d.ts" */

export class Talk {
  element;
  composer;
  log;
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;
  #head;
  #title = make("h2", { tabindex: "-1", id: "talk-title" });
  #about = make("p", { class: "note about" });
  #face = make("span", { class: "face-place" });
  #actions = make("div", { class: "actions" });
  #error = make("p", { class: "error", role: "alert" });
  #menu;
  #menuButton;
  #notice = make("div", { class: "notice", role: "status" });
  #empty;
  #shown = "";
  #drawn = "";

  /**
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {Does} does
   */
  constructor(desk, locale, does) {
    [this.#desk, this.#locale, this.#does] = [desk, locale, does];
    const { t } = locale;
    this.log = new Log(desk.api, locale, { me: desk.user, name: desk.names.get });
    this.log.onEnd = () => desk.looked();
    this.composer = new Composer(desk, locale, does);
    this.log.refused = { retry: (id) => desk.outbox.retry(id),
      discard: (id) => desk.outbox.remove(id),
      takeBack: (text, files, note) => this.composer.put(text, files, note) };
    this.changes = this.log.changes = this.composer.changes = new Changes(desk, locale, this,
      (work) => this.run(work));
    this.#menu = make("div", { class: "menu", id: "talk-menu", popover: "auto" });
    this.#menuButton = make("button", { type: "button", class: "round", "aria-label": t("menu"),
      title: t("menu"), "aria-expanded": "false", "aria-controls": "talk-menu",
      onclick: () => this.#menu.togglePopover() }, drawing("more"));
    this.#menu.addEventListener("beforetoggle", ({ newState }) => {
      if (newState === "open") this.#place();
    });
    addEventListener("resize", () => this.#menu.matches(":popover-open") && this.#place());
    this.#menu.addEventListener("toggle", ({ newState }) => {
      this.#menuButton.setAttribute("aria-expanded", String(newState === "open"));
      if (newState === "open") this.#fill();
    });
    const person = make("button", { type: "button", class: "round person", "aria-label":
      t("customer"), title: t("customer"), onclick: does.customer }, drawing("person"));
    const back = make("button", { type: "button", class: "round back", "aria-label": t("back"),
      title: t("back"), onclick: does.toList }, drawing("back"));
    this.#head = make("header", { class: "talk-head" }, back, this.#face,
      make("div", { class: "who" }, this.#title, this.#about), this.#actions, person,
      this.#menuButton, this.#menu);
    this.#empty = make("div", { class: "nothing" }, make("p", {}, t("choose")),
      make("p", { class: "note" }, t("choose_hint")));
    this.body = make("div", { class: "body", "data-drop": t("drop") }, this.log.element,
      this.composer.element);
    this.composer.takeDrops(this.body);
    this.element = make("section", { class: "talk", "aria-label": t("conversation") },
      this.#empty, this.#head, this.#error, this.#notice, this.body);
    this.show();
  }

  get view() {
    return this.#desk.view;
  }

  show() {
    const { view } = this;
    this.element.classList.toggle("none", !view);
    if (!view) {
      this.#shown = "";
      this.composer.follow(null);
      return;
    }
    this.log.update(view);
    const may = rights(view, this.#desk);
    const key = JSON.stringify([view.id, view.status, view.priority, view.rep, view.customer,
      view.queue, view.subject, may, view.due_at, view.resolution, view.rating, view.held,
      isLeft(view)]);
    if (key !== this.#shown) {
      this.#shown = key;
      this.#draw(view, may);
    }
    this.composer.follow(may);
  }

  /**
   * @param {View} view
   * @param {Rights} may
   */
  #draw(view, may) {
    const { t, number, parts } = this.#locale;
    this.#title.replaceChildren(words(view.customer.name));
    this.#face.replaceChildren(letter(view.customer.name, this.#locale));
    /**
     * @param {string} text
     * @param {string} status
     */
    const chip = (text, status) => make("span", { class: "chip", "data-status": status }, text);
    this.#about.replaceChildren(
      make("span", { dir: "ltr" }, `#${number(view.number)}`), " · ", words(view.queue.name),
      " · ", make("span", { class: "age", "data-since": view.created_at, title: t("age") },
        drawing("clock"), make("span", { class: "unseen" }, t("age"), " "),
        make("span", { class: "span" })), " ",
      chip(t(view.held ? "st_held" : `st_${view.status}`), view.status),
      ...(isLeft(view) ? [" ", chip(t("st_left"), "left")] : []),
      ...(view.priority === "normal" ? [] : [" ", chip(t(`p_${view.priority}`), "priority")]));
    if (this.#drawn !== view.id) this.#error.textContent = "";
    this.#drawn = view.id;
    const hold = this.#actions.contains(document.activeElement);
    this.#actions.replaceChildren(...this.#buttons(view, may));
    if (hold) (this.#actions.querySelector("button") ?? this.#title).focus();
    const said = this.#said(view, may);
    this.#notice.hidden = !said;
    this.#notice.replaceChildren(...(said ? parts(...said) : []));
    this.#menuButton.hidden = false;
    this.#does.tick();
  }

  /**
   * What keeps him from answering here.
   * @param {View} view
   * @param {Rights} may
   * @returns {[key: string, values?: Values] | null}
   */
  #said(view, may) {
    const { status, rep, due_at: due } = view;
    const when = due ? this.#locale.when(due) : "";
    if (may.write === "both") return null;
    const name = words(rep?.name || this.#locale.t("somebody"));
    if (may.asked) return ["n_offered"];
    if (!may.read) return rep?.name ? ["n_gone_to", { name }] : ["n_gone"];
    if (status === "wrapup") return due ? ["n_wrapup_until", { time: second(this.#locale, due) }]
      : ["n_wrapup"];
    if (status === "parked") return due ? ["n_parked", { when }] : ["n_parked_open"];
    if (status === "closed") return ["n_closed"];
    if (rep) return ["n_other", { name }];
    if (view.held) return due ? ["n_held_until", { when }] : ["n_held"];
    return ["n_waiting"];
  }

  /**
   * @param {View} view
   * @param {Rights} may
   */
  #buttons(view, may) {
    const { t } = this.#locale;
    const does = this.#does;
    /**
     * @param {boolean} is
     * @param {string} key
     * @param {() => unknown} work
     * @param {{ kind?: string, kbd?: string }} how
     */
    const button = (is, key, work, { kind = "", kbd = "" } = {}) => is && make("button", {
      type: "button", class: kind, "aria-keyshortcuts": kbd || null,
      onclick: (event) => underWay(event.currentTarget, work, this.#error, does.explain) },
    t(key), ...(kbd ? [" ", make("kbd", { dir: "ltr", "aria-hidden": "true" }, kbd)] : []));
    return [
      button(may.asked, "accept", () => does.answer("accept"), { kind: "main", kbd: "A" }),
      button(may.asked, "pass", () => does.answer("decline")),
      button(may.claim, "claim", () => does.claim(view), { kind: "main", kbd: "A" }),
      button(may.wake, "wake", () => does.move("wake"), { kind: "main" }),
      button(may.reopen, "reopen", () => does.move("reopen")),
      button(may.transfer, "transfer", does.transfer, { kbd: "T" }),
      button(may.close, "close", does.close, { kind: "danger", kbd: "E" }),
      button(may.wrap, "wrap_end", does.endWrap, { kind: "main", kbd: "E" }),
    ].flatMap((one) => one || []);
  }

  // Under its button, at the side at which the line ends.
  #place() {
    const { bottom, left, right } = this.#menuButton.getBoundingClientRect();
    const end = this.#locale.dir === "rtl" ? left : document.documentElement.clientWidth - right;
    this.#menu.style.insetBlockStart = `${bottom + 4}px`;
    this.#menu.style.insetInlineEnd = `${Math.max(8, end)}px`;
  }

  /** What is done less often. */
  #fill() {
    const { view } = this;
    if (!view) return;
    const { t } = this.#locale;
    const may = rights(view, this.#desk);
    /**
     * @param {boolean} is
     * @param {string} key
     * @param {() => unknown} work
     */
    const item = (is, key, work) => is && make("button", { type: "button", onclick: () => {
      this.#menu.hidePopover();
      this.run(work);
    } }, t(key));
    const priority = may.prioritize && make("label", {}, t("priority"), make("select", {
      onchange: ({ target }) => this.run(() => this.#desk.act(view.id, "priority",
        { priority: PRIORITIES[target.selectedIndex] })) }, ...PRIORITIES.map((value) =>
      make("option", { value, selected: value === view.priority }, t(`p_${value}`)))));
    this.#menu.replaceChildren(...[
      priority,
      item(may.queue, "to_queue", this.#does.toQueue),
      item(may.park, "park", this.#does.park),
      item(may.requeue, "requeue", this.#does.requeue),
      item(may.read, view.status === "waiting" ? "why_waits" : "why_has", this.#does.why),
      item(true, "copy_link", this.#does.copyLink),
    ].flatMap((one) => one || []));
  }

  /**
   * Does something, and says beside the title if it is refused.
   * @param {() => unknown} work
   */
  async run(work) {
    this.#error.textContent = "";
    try {
      await work();
    } catch (error) {
      this.#error.textContent = this.#does.explain(problemOf(error));
    }
  }

  /** It has gone to somebody else, or back in line. */
  lost() {
    this.#error.textContent = this.#locale.t("lost");
  }

  focus = () => this.#title.focus({ preventScroll: true });
}
