// What a rep has begun to write in each conversation, and what he has begun to change of
// his messages there: kept whatever happens to the page. A draft outlives its tab, too.

import { kept, keptLong } from "../net/keep.js";

/** @import { Desk } from "./desk.js" */

/**
 * `at`: when it was typed; `was`: what stood there before it was sent or given up.
 * @typedef {{ text: string, note?: boolean, at?: number, was?: string }} Draft
 */

/** So many drafts are there for a new tab, or one that was closed, and so long, in ms. */
const LONG_MAX = 50;
const LONG_MS_MAX = 3 * 24 * 3_600_000;

export class Drafts {
  #desk;
  /** @type {Map<string, Draft>} What stands in the field of this tab, as far as it is kept. */
  #seen = new Map();

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /**
   * Whether this very text has just been sent, or given up, in another tab.
   * @param {string | null} id
   * @param {string} text
   */
  isGone(id, text) {
    if (!id) return false;
    const there = this.#long[id];
    return text !== "" && there?.text === "" && there.was === text
      && (there.at ?? 0) > (this.#seen.get(id)?.at ?? 0);
  }

  /**
   * What was typed last, here or in another tab; what was sent there is no draft any more.
   * @param {string} id
   * @returns {Draft | null}
   */
  of(id) {
    const [here, there] = [this.#here(id), this.#long[id]];
    const newest = (there?.at ?? 0) > (here?.at ?? 0) ? there : here;
    this.#seen.set(id, newest ?? { text: "" });
    return newest?.text ? newest : null;
  }

  /**
   * Keeps what has changed; to leave it as it was changes nothing for other tabs.
   * @param {string} id
   * @param {Draft} draft
   */
  keep(id, { text, note = false }) {
    const was = this.#seen.get(id);
    if (was?.text === text && (!text || was.note === note)) return;
    const one = { text, note, at: Date.now(), ...(!text && { was: was?.text }) };
    this.#seen.set(id, one);
    kept.set(this.#desk.key(`draft.${id}`), text ? one : null);
    const others = Object.entries(this.#long).filter(([of]) => of !== id);
    keptLong.set(this.#desk.key("drafts"),
      Object.fromEntries([...others, [id, one]].slice(-LONG_MAX)));
  }

  /**
   * @param {string} id
   * @returns {Draft | null}
   */
  #here = (id) => kept.get(this.#desk.key(`draft.${id}`), null);

  /** @returns {Record<string, Draft>} */
  get #long() {
    /** @type {Record<string, Draft>} */
    const all = keptLong.get(this.#desk.key("drafts"), {});
    const since = Date.now() - LONG_MS_MAX;
    return Object.fromEntries(Object.entries(all).filter(([, { at = 0 }]) => at > since));
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
