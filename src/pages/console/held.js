// What is said over an answer that was begun and cannot be sent as things stand: why, and what can
// be done. It goes on being an answer until the rep says otherwise.

import { make } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";
import { drawing } from "./icons.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Does, Rights, View } from "./parts.d.ts" */

/** The statuses of which something is said of their own. */
const SAID = new Set(["closed", "wrapup", "parked"]);

export class Held {
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;
  /** @type {() => void} */
  #keep;
  #said = make("span", { role: "alert" });
  #ways = make("span", { class: "row" });
  #error = errorPlace();
  element = make("div", { class: "held", hidden: true }, drawing("alert"), this.#said, this.#ways,
    this.#error);
  #shown = "";

  /**
   * `keep()` makes a note of what was begun.
   * @param {Locale} locale
   * @param {Does} does
   * @param {() => void} keep
   */
  constructor(locale, does, keep) {
    [this.#locale, this.#does, this.#keep] = [locale, does, keep];
  }

  /**
   * Says it; null: there is nothing to say. Answers whether what has the focus has gone.
   * @param {View | null} view
   * @param {Rights | null} may
   */
  show(view, may) {
    const key = !view || !may ? "" : !may.read ? "held_gone"
      : SAID.has(view.status) ? `held_${view.status}` : view.rep ? "held_other" : "held_waiting";
    const shown = JSON.stringify([key, view?.id, may]);
    if (shown === this.#shown) return false;
    this.#shown = shown;
    const had = this.#ways.contains(document.activeElement);
    this.element.hidden = !key;
    this.#said.textContent = key && this.#locale.t(key);
    this.#error.textContent = "";
    this.#ways.replaceChildren(...(view && may ? this.#buttons(view, may) : []));
    return had;
  }

  /**
   * @param {View} view
   * @param {Rights} may
   */
  #buttons(view, may) {
    /**
     * @param {boolean} is
     * @param {string} key
     * @param {() => unknown} work
     */
    const button = (is, key, work) => is && make("button", { type: "button", class: "soft",
      onclick: (event) => underWay(event.currentTarget, work, this.#error, this.#does.explain) },
    this.#locale.t(key));
    return [
      button(may.reopen, "reopen", () => this.#does.move("reopen")),
      button(may.wake, "wake", () => this.#does.move("wake")),
      button(may.claim, "claim", () => this.#does.claim(view)),
      button(may.write === "note", "keep_note", this.#keep),
    ].flatMap((one) => one || []);
  }

  /** Who wants to send it all the same is told once more. */
  again() {
    const { textContent: said } = this.#said;
    this.#said.textContent = "";
    requestAnimationFrame(() => { this.#said.textContent = said; });
  }
}
