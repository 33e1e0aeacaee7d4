// What somebody else has saved meanwhile where something was typed: both are shown, and whoever
// typed it says which of them holds.

import { make, words } from "../ui/dom.js";

/** @import { AnyField } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */

export class Clash {
  /** The field that it is about. */
  field;
  #element;
  #first;

  /**
   * `settled(takes)` hears which of both holds.
   * @param {Screen} screen
   * @param {AnyField} field
   * @param {unknown} theirs
   * @param {(takes: boolean) => void} settled
   */
  constructor({ t, parts }, field, theirs, settled) {
    this.field = field;
    const say = (/** @type {string} */ key, /** @type {boolean} */ takes) => make("button",
      { type: "button", class: "small", onclick: () => {
        this.end();
        settled(takes);
        field.focus();
      } }, t(key));
    this.#first = say("clash_keep", false);
    const shown = field.saying(theirs, { yes: t("yes"), no: t("no") }) || t("nothing");
    this.#element = make("div", { class: "clash" }, make("p", {},
      ...parts("clash", { value: make("strong", {}, words(shown)) })),
    make("p", { class: "row" }, this.#first, say("clash_take", true)));
    field.body.append(this.#element);
  }

  focus = () => this.#first.focus();

  end = () => this.#element.remove();
}
