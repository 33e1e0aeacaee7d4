// The top of the chat: who is there, what came before, and what else can be done.

import { icon, make } from "../ui/dom.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { IconName } from "../ui/dom.js" */
/** @import { Does } from "./parts.d.ts" */
/** @import { Visit } from "./visit.js" */

export class Head {
  element;
  /** @type {Visit} */
  #visit;
  /** @type {Locale} */
  #locale;
  // A name is shortened at its own end.
  #title = make("h1", { dir: "auto" });
  #state = make("p", { class: "note" });
  #face = make("span", { class: "face", "aria-hidden": "true" });
  #earlier;
  #menu;
  #shown = "";
  /** @type {string | null} */
  #picture = null;

  /**
   * @param {Visit} visit
   * @param {Locale} locale
   * @param {Does} does
   * @param {{ embedded: boolean }} where
   */
  constructor(visit, locale, does, { embedded }) {
    const { t } = locale;
    this.#visit = visit;
    this.#locale = locale;
    /**
     * @param {string} key
     * @param {IconName} name
     * @param {() => unknown} work
     */
    const round = (key, name, work) => make("button", { type: "button", class: "round",
      "aria-label": t(key), title: t(key), onclick: work }, icon(name));
    this.#earlier = round("earlier", "history", does.earlier);
    this.#menu = make("div", { class: "menu", id: "menu", popover: true });
    const menu = round("menu", "more", () => this.#menu.togglePopover());
    menu.setAttribute("aria-expanded", "false");
    menu.setAttribute("aria-controls", "menu");
    this.#menu.addEventListener("toggle", ({ newState }) => {
      menu.setAttribute("aria-expanded", String(newState === "open"));
      if (newState === "open") does.menu(this.#menu);
    });
    this.element = make("header", {}, this.#face, make("div", { class: "who" }, this.#title,
      this.#state), this.#earlier, menu, this.#menu,
    embedded && round("close_chat", "close", does.close));
  }

  show() {
    const { view, hasEarlier } = this.#visit;
    const rep = this.#visit.isOpen ? view?.rep : null;
    this.#earlier.hidden = !hasEarlier;
    const key = JSON.stringify([rep, view?.number, view?.suspect]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#title.textContent = rep ? rep.name : this.#locale.t("team");
    this.#state.replaceChildren(rep ? this.#locale.t("team") : "");
    this.#face.replaceChildren(rep ? [...rep.name][0].toLocaleUpperCase(this.#locale.tag) : "");
    this.#face.dataset.there = String(rep && !view?.suspect);
    if (rep?.picture) this.#show(rep.picture);
  }

  // A picture takes an access token, so the page fetches it.
  /** @param {string} path */
  async #show(path) {
    this.#picture = path;
    const blob = await this.#visit.api.blob(path.replace("/api/v1", "")).catch(() => null);
    if (!blob || this.#picture !== path) return;
    const image = make("img", { alt: "", src: URL.createObjectURL(blob) });
    image.onload = () => URL.revokeObjectURL(image.src);
    this.#face.replaceChildren(image);
  }
}
