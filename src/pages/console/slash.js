// A slash at the beginning of a word opens the replies that are kept, which come when it is typed.

import { late } from "./late.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does } from "./parts.d.ts" */
/** @import { Replies } from "./replies.js" */

export class Slash {
  /** @type {Replies | null} */
  #replies = null;
  /** @type {() => Promise<Replies>} */
  #come;
  /** @type {Does["say"]} */
  #say;
  /** @type {HTMLTextAreaElement} */
  #field;

  /**
   * The list stands first in the form of the field; `take()` puts what is chosen into it.
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {Does} does
   * @param {HTMLTextAreaElement} field
   * @param {(text: string, from: number) => void} take
   */
  constructor(desk, locale, { explain, say }, field, take) {
    [this.#field, this.#say] = [field, say];
    this.#come = async () => {
      const { Replies } = await late("./replies.js");
      if (!this.#replies) {
        this.#replies = new Replies(desk, locale, field, { take, explain });
        field.form?.prepend(this.#replies.element);
      }
      return this.#replies;
    };
  }

  /** Closes the list. */
  leave = () => this.#replies?.leave();

  /**
   * Whether the list has taken this key.
   * @param {KeyboardEvent} event
   */
  pressed = (event) => this.#replies?.pressed(event) ?? false;

  /** What stands in the field has changed. */
  async typed() {
    const { value, selectionStart: at } = this.#field;
    const found = /(?:^|\s)\/(\S*)$/.exec(value.slice(0, at));
    if (!found) return this.leave();
    try {
      (await this.#come()).offer(found[1], at - found[1].length - 1);
    } catch (error) {
      this.#say(error);
    }
  }
}
