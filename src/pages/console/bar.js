// The top of the console: what the rep wants, how much he holds, and the way to everything else.

import { make, tell } from "../ui/dom.js";
import { drawing } from "./icons.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Chips } from "./alerts.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does, Self } from "./parts.d.ts" */

/** @type {Self["availability"][]} */
const AVAILABILITY = ["available", "busy", "away", "offline"];
/** So many slots are drawn; of more, only the figures are told. */
const PIPS_MAX = 12;

export class Bar {
  element;
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;
  #choice;
  #dot = make("span", { class: "dot", "aria-hidden": "true" });
  #pips = make("span", { class: "pips", "aria-hidden": "true" });
  #load = make("span", { class: "load" });
  #full = make("span", { class: "unseen", role: "status" });
  #sound;
  #note;

  /**
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {Does} does
   * @param {HTMLElement} account the account's menu
   */
  constructor(desk, locale, does, account) {
    [this.#desk, this.#locale, this.#does] = [desk, locale, does];
    const { t } = locale;
    this.#choice = make("select", { "aria-label": t("availability"), id: "availability",
      disabled: true, onchange: () => this.#choose() }, ...AVAILABILITY.map((value) =>
      make("option", { value }, t(`a_${value}`))));
    /**
     * @param {string} key
     * @param {Parameters<typeof drawing>[0]} name
     * @param {() => unknown} work
     */
    const round = (key, name, work) => make("button", { type: "button", class: "round",
      "aria-label": t(key), title: t(key), onclick: work }, drawing(name));
    const search = make("button", { type: "button", class: "find",
      "aria-keyshortcuts": "Control+K", onclick: does.search }, drawing("search"),
    make("span", {}, t("search")), make("kbd", { dir: "ltr", "aria-hidden": "true" }, "Ctrl K"));
    this.#sound = make("button", { type: "button", class: "chip-button", hidden: true,
      title: t("sound_off"), onclick: does.soundOn }, drawing("mute"),
    make("span", {}, t("sound_off")));
    this.#note = make("span", { class: "chip-pair", hidden: true },
      make("button", { type: "button", class: "chip-button", title: t("notify_off"),
        onclick: does.notifyOn }, drawing("bell"), make("span", {}, t("notify_off"))),
      make("button", { type: "button", class: "round", "aria-label": t("notify_never"),
        title: t("notify_never"), onclick: does.notifyNever }, drawing("close")));
    this.element = make("header", { class: "bar" },
      make("p", { class: "brand" }, make("a", { href: "/" }, "Switchboard")),
      make("div", { class: "wants" }, this.#dot, this.#choice),
      make("button", { type: "button", class: "slots", onclick: does.whyIdle,
        title: t("why_idle") }, this.#pips, this.#load,
      make("span", { class: "unseen" }, t("why_idle"))), this.#full,
      make("span", { class: "chips" }, this.#sound, this.#note), search,
      round("help", "help", does.help), account);
  }

  async #choose() {
    const wanted = AVAILABILITY[this.#choice.selectedIndex];
    try {
      await this.#desk.want(wanted);
    } catch (error) {
      this.#does.say(error);
    }
  }

  /** Opens the box in which the rep says what he wants. */
  choose() {
    this.#choice.focus();
    try {
      this.#choice.showPicker();
    } catch {
      // Then the arrow keys change it.
    }
  }

  show() {
    const { rep } = this.#desk;
    const { t, number } = this.#locale;
    this.#choice.disabled = !rep;
    if (!rep) return;
    this.#choice.value = rep.availability;
    this.#dot.dataset.availability = rep.availability;
    const { load, capacity } = rep;
    this.element.dataset.over = String(load > capacity);
    this.#load.textContent = t("load", { load, capacity });
    const most = Math.max(load, capacity);
    const asked = this.#desk.offers.size;
    const pips = most > PIPS_MAX ? [] : Array.from({ length: most }, (_, at) => {
      const state = at >= capacity ? "over" : at < load - asked ? "full"
        : at < load ? "offered" : "free";
      return make("i", { "data-pip": state });
    });
    this.#pips.replaceChildren(...pips);
    tell(this.#full, load >= capacity && rep.availability === "available"
      ? t("full", { load: number(load), capacity: number(capacity) }) : "");
  }

  /**
   * Whether sound and notifications are still to be allowed.
   * @param {Chips} chips
   */
  chips({ sound, notify }) {
    this.#sound.hidden = !sound;
    this.#note.hidden = !notify;
  }
}
