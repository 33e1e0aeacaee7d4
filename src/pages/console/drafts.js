// What a rep has begun to write in each conversation, and what he has begun to change of
// his messages there: kept whatever happens to the page.

import { kept } from "../net/keep.js";

/** @import { Desk } from "./desk.js" */

/** @typedef {{ text: string, note?: boolean }} Draft */

export class Drafts {
  #desk;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /**
   * @param {string} id
   * @returns {Draft | null}
   */
  of = (id) => kept.get(this.#desk.key(`draft.${id}`), null);

  /**
   * @param {string} id
   * @param {Draft} draft
   */
  keep = (id, draft) => kept.set(this.#desk.key(`draft.${id}`), draft.text ? draft : null);

  /**
   * Which message he changes there, if any.
   * @param {string} id
   * @returns {number | null}
   */
  edits = (id) => kept.get(this.#desk.key(`edits.${id}`), null);

  /**
   * The text that he has begun to give to a message.
   * @param {string} id
   * @param {number} seq
   * @returns {string | null}
   */
  changeOf = (id, seq) => kept.get(this.#desk.key(`edit.${id}.${seq}`), null);

  /**
   * @param {string} id
   * @param {number} seq
   * @param {string} text
   */
  keepChange(id, seq, text) {
    kept.set(this.#desk.key(`edits.${id}`), seq);
    kept.set(this.#desk.key(`edit.${id}.${seq}`), text);
  }

  /**
   * @param {string} id
   * @param {number} seq
   */
  forgetChange(id, seq) {
    if (this.edits(id) === seq) kept.set(this.#desk.key(`edits.${id}`), null);
    kept.set(this.#desk.key(`edit.${id}.${seq}`), null);
  }
}
