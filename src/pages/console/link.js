// What is said of the connection, over everything: nothing while it holds.

import { make, tell } from "../ui/dom.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Desk } from "./desk.js" */

/** A link that is back so soon is not spoken of. */
const PATIENCE_MS = 1_500;

export class Link {
  element = make("div", { class: "banner", role: "status" });
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {Desk} desk
   * @param {Locale} locale
   */
  constructor(desk, locale) {
    [this.#desk, this.#locale] = [desk, locale];
    const show = () => this.show();
    addEventListener("offline", show);
    addEventListener("online", show);
  }

  show() {
    clearTimeout(this.#timer);
    const { t } = this.#locale;
    const { trouble, link } = this.#desk;
    if (trouble === "replaced") {
      return this.#say("replaced", t("replaced"), " ", make("button", { type: "button",
        onclick: () => {
          this.#desk.trouble = null;
          this.#desk.socket.start();
          this.show();
        } }, t("use_here")));
    }
    if (!navigator.onLine) return this.#say("offline", t("offline"));
    if (link.state !== "waiting") return this.#say("");
    const wait = link.since + PATIENCE_MS - Date.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => this.show(), wait);
      return;
    }
    this.#say("lost", t("lost_link"), " ", make("button", { type: "button",
      onclick: () => this.#desk.socket.hurry() }, t("try_now")));
  }

  /**
   * @param {string} state
   * @param {Child[]} text
   */
  #say(state, ...text) {
    this.element.dataset.state = state;
    tell(this.element, ...text);
  }
}
