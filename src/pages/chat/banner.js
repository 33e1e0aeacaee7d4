// What is said of the connection: nothing while it holds, and for a moment after it broke.

import { make, tell } from "../ui/dom.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Visit } from "./visit.js" */

/** A link that is back so soon is not spoken of. */
const PATIENCE_MS = 1_500;
const THANKS_MS = 4_000;

export class Banner {
  element = make("div", { class: "banner", role: "status" });
  #visit;
  #locale;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {Visit} visit
   * @param {Locale} locale
   */
  constructor(visit, locale) {
    this.#visit = visit;
    this.#locale = locale;
    const show = () => this.show();
    addEventListener("offline", show);
    addEventListener("online", show);
    this.show();
  }

  show() {
    clearTimeout(this.#timer);
    const { t } = this.#locale;
    const { state, since } = this.#visit.link;
    if (!navigator.onLine) return this.#say("offline", t("offline"));
    if (state !== "waiting") return this.#say("");
    const wait = since + PATIENCE_MS - Date.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => this.show(), wait);
      return;
    }
    this.#say("lost", t("lost_link"), " ", make("button", { type: "button",
      onclick: () => this.#visit.socket.hurry() }, t("try_now")));
  }

  /** Even the first question could not be asked. */
  unreachable() {
    if (this.element.dataset.state) return;
    this.#say("lost", this.#locale.t("unreachable"));
    this.#timer = setTimeout(() => this.show(), THANKS_MS);
  }

  /**
   * It is back, and so many messages were missed.
   * @param {number} count
   */
  back(count) {
    if (!count) return;
    const { t } = this.#locale;
    this.#say("back", `${t("online")} ${t("new_below", { n: count })}`);
    this.#timer = setTimeout(() => this.show(), THANKS_MS);
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
