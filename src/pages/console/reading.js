// How far a rep has read, how much has arrived, whether he types: told to the other side.

/** @import { Socket } from "../net/socket.js" */
/** @import { View } from "./parts.d.ts" */

/** How soon after something it is told, in ms. */
const MARK_MS = 300;
const TYPING_MS = 3_000;

export class Reading {
  /** The newest entry of what is before him. */
  lastSeq = 0;
  /** Up to where it is told that he has read it. */
  marked = 0;
  /** When it was told last that he types; 0: he does not. */
  typedAt = 0;
  #socket;
  /** @type {number | undefined} */
  #timer;
  /** @type {Map<string, number>} */
  #arrived = new Map();

  /** @param {Socket} socket */
  constructor(socket) {
    this.#socket = socket;
  }

  /**
   * Says how far he has read it, or, while he looks elsewhere, how much of it has arrived.
   * @param {() => View | null} view
   * @param {() => boolean} isLooking
   */
  looked(view, isLooking) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const seq = this.lastSeq;
      const shown = view();
      if (!shown || !seq || seq <= this.marked) return;
      const type = isLooking() ? "read" : "delivered";
      const isSent = this.#socket.send({ type, conversation: shown.id, seq });
      if (isSent && type === "read") this.marked = seq;
    }, MARK_MS);
  }

  /**
   * He types into this one, or has stopped.
   * @param {string} conversation
   * @param {boolean} on
   */
  typing(conversation, on) {
    if (on ? Date.now() - this.typedAt < TYPING_MS : !this.typedAt) return;
    this.typedAt = on ? Date.now() : 0;
    this.#socket.send({ type: "typing", conversation, on });
  }

  /**
   * What has arrived and is not looked at is told, each conversation once.
   * @param {string} id
   * @param {number} seq
   */
  arrive(id, seq) {
    if (!this.#arrived.size) setTimeout(() => this.#tell(), MARK_MS);
    this.#arrived.set(id, seq);
  }

  #tell() {
    for (const [conversation, seq] of this.#arrived) {
      this.#socket.send({ type: "delivered", conversation, seq });
    }
    this.#arrived.clear();
  }
}
