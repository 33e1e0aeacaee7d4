// What a rep has begun to write in each conversation, and which message of his he has begun to
// change there: kept whatever happens to the page.

import { kept } from "../net/keep.js";

/** @import { Desk } from "./desk.js" */

/** @typedef {{ text: string, note?: boolean }} Draft */

/** @typedef {{ seq: number, text: string }} Change */

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
   * @param {string} id
   * @returns {Change | null}
   */
  changeOf = (id) => kept.get(this.#desk.key(`edit.${id}`), null);

  /**
   * @param {string} id
   * @param {Change | null} change
   */
  keepChange = (id, change) => kept.set(this.#desk.key(`edit.${id}`), change);
}
