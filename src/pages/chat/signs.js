// What a visit says without words: how far he has read, what has arrived, that he types.

/** @import { Command } from "../net/frames.d.ts" */
/** @import { Visit } from "./visit.js" */

/** How soon after a message it is told that it was seen or has arrived, in ms. */
const MARK_MS = 300;
const TYPING_MS = 3_000;

export class Signs {
  /** The newest entry that has come here. */
  last = 0;
  /** How far it is known that he has read. */
  #marked = 0;
  /** @type {Visit} */
  #visit;
  /** @type {number | undefined} */
  #timer;
  #typedAt = 0;

  /** @param {Visit} visit */
  constructor(visit) {
    this.#visit = visit;
  }

  /**
   * Another conversation is before him.
   * @param {number} last
   * @param {number} read
   */
  begin(last, read) {
    this.last = last;
    this.#marked = read;
  }

  /** @param {number} seq */
  read(seq) {
    this.#marked = Math.max(this.#marked, seq);
  }

  /**
   * What may be said at any time, and is answered.
   * @returns {Command | null}
   */
  probe() {
    const { view } = this.#visit;
    if (!view || !this.#marked) return null;
    return { type: "read", conversation: view.id, seq: this.#marked };
  }

  /** Says how far he has read, or, while he looks elsewhere, how much has arrived. */
  looked() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const { view } = this.#visit;
      const seq = this.last;
      if (!view || !seq || seq <= this.#marked) return;
      const type = this.#visit.isLooking() ? "read" : "delivered";
      const isSaid = this.#visit.socket.send({ type, conversation: view.id, seq });
      if (isSaid && type === "read") this.#marked = seq;
    }, MARK_MS);
  }

  /**
   * He types, or has stopped.
   * @param {boolean} on
   */
  typing(on) {
    const { view, isOpen, socket } = this.#visit;
    if (!view || !isOpen || (on && Date.now() - this.#typedAt < TYPING_MS)) return;
    if (!on && !this.#typedAt) return;
    this.#typedAt = on ? Date.now() : 0;
    socket.send({ type: "typing", conversation: view.id, on });
  }

  /** What he typed is a message now, which says so itself. */
  written() {
    this.#typedAt = 0;
  }
}
