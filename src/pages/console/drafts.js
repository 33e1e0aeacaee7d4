// What a rep has begun to write in each conversation, and what he has begun to change of
// his messages there: kept whatever happens to the page. A draft outlives its tab, too.

import { kept, keptLong } from "../net/keep.js";

/** @import { Desk } from "./desk.js" */

/** @typedef {{ text: string, note?: boolean }} Draft */

/** So many drafts are there for a new tab, or one that was closed: the newest. */
const LONG_MAX = 50;

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
  of = (id) => kept.get(this.#desk.key(`draft.${id}`), null) ?? this.#long[id] ?? null;

  /**
   * @param {string} id
   * @param {Draft} draft
   */
  keep(id, draft) {
    const one = draft.text ? draft : null;
    kept.set(this.#desk.key(`draft.${id}`), one);
    const others = Object.entries(this.#long).filter(([of]) => of !== id);
    const all = one ? [...others, [id, one]] : others;
    keptLong.set(this.#desk.key("drafts"), Object.fromEntries(all.slice(-LONG_MAX)));
  }

  /**
   * What was typed last in each conversation, in whatever tab.
   * @returns {Record<string, Draft>}
   */
  get #long() {
    return keptLong.get(this.#desk.key("drafts"), {});
  }

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
