// What was written and is not stored yet. It outlives a lost connection and a reload; each
// message keeps its id, so that sending it again stores nothing twice.

import { kept, uuid7 } from "./keep.js";

/** @import { Attachment, LogEvent, ServerFrame } from "./frames.d.ts" */
/** @import { Socket } from "./socket.js" */

/**
 * A message that is not stored yet, as far as its client knows.
 * @typedef {object} Unsent
 * @property {string} client_id
 * @property {string} conversation
 * @property {string} text
 * @property {Attachment[]} [files]
 * @property {boolean} [held] its conversation is not there yet
 * @property {boolean} [note] it is for staff alone
 * @property {number} [seq] it is stored; its event is on its way
 * @property {string} [error] why it was refused
 * @property {string} [code]
 */

/** The server takes 20 frames a second; a long outbox stays below that. */
const PACE_MS = 60;

export class Outbox {
  #socket;
  #changed;
  #key = "";
  /** @type {Unsent[]} */
  #entries = [];
  /** @type {string | null} */
  #underWay = null;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {Socket} socket
   * @param {(conversation: string | null) => void} changed hears of every change
   */
  constructor(socket, changed) {
    this.#socket = socket;
    this.#changed = changed;
  }

  /**
   * Opens this person's outbox.
   * @param {string} page
   * @param {{ id: string }} user
   */
  open(page, user) {
    this.#key = `switchboard.${page}.outbox.${user.id}`;
    // What has a seq is stored; only its event had not come yet.
    /** @type {Unsent[]} */
    const entries = kept.get(this.#key, []);
    this.#entries = entries.filter((entry) => !entry.seq);
    this.#underWay = null;
  }

  /**
   * The messages of a conversation that its log does not show yet.
   * @param {string} conversation
   */
  of(conversation) {
    return this.#entries.filter((entry) => entry.conversation === conversation);
  }

  get conversations() {
    return new Set(this.#entries.map((entry) => entry.conversation));
  }

  /**
   * `files` are uploads that go along. `held`: its conversation is not there yet. `note`: for
   * staff alone.
   * @param {string} conversation
   * @param {string} text
   * @param {{ files?: Attachment[], held?: boolean, note?: boolean }} more
   */
  add(conversation, text, { files = [], held = false, note = false } = {}) {
    const more = { ...(files.length && { files }), ...(held && { held }), ...(note && { note }) };
    this.#entries.push({ client_id: uuid7(), conversation, text, ...more });
    this.#keep(conversation);
    this.send();
  }

  /**
   * What waited for a conversation to be opened goes there now.
   * @param {string} from
   * @param {string} to
   */
  move(from, to) {
    for (const entry of this.of(from)) {
      delete entry.held;
      entry.conversation = to;
    }
    this.#keep(to);
    this.send();
  }

  /** Somebody else comes: nothing of this is his. */
  clear() {
    this.#entries = [];
    this.#underWay = null;
    this.#keep(null);
  }

  /**
   * Tries a refused message again.
   * @param {string} id
   */
  retry(id) {
    this.#change(id, { error: undefined, code: undefined });
    this.send();
  }

  /** @param {string | null | undefined} id */
  remove(id) {
    const entry = this.#find(id);
    if (!entry) return;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#keep(entry.conversation);
    this.#next(entry.client_id);
  }

  /**
   * A log was read to its end: what stands in it is stored, even if nobody has said so.
   * @param {string} conversation
   * @param {LogEvent[]} log
   */
  settle(conversation, log) {
    const last = log.at(-1)?.seq ?? 0;
    const stored = new Set(log.map(({ client_id: id }) => id));
    for (const { client_id: id, seq } of this.of(conversation)) {
      if (stored.has(id) || (seq && seq <= last)) this.remove(id);
    }
  }

  /** The connection is ready: what was under way may not have arrived. */
  ready() {
    this.#underWay = null;
    this.send();
  }

  /**
   * Hears an answer; says whether it was about a message.
   * @param {ServerFrame} frame
   */
  hear(frame) {
    if (frame.type === "ack" && frame.client_id) {
      this.#change(frame.client_id, { seq: frame.seq });
      this.#next(frame.client_id);
      return true;
    }
    if (frame.type !== "error") return false;
    if (frame.retry_after_ms && (frame.client_id ?? this.#underWay)) {
      this.#sendIn(frame.retry_after_ms);
      return true;
    }
    if (!frame.client_id) return false;
    this.#change(frame.client_id, { error: frame.message, code: frame.code });
    this.#next(frame.client_id);
    return true;
  }

  /** The server has closed the socket because of what was under way. */
  tooBig() {
    const code = "text_too_long";
    // Each page has its own words for it.
    if (this.#underWay) this.#change(this.#underWay, { error: code, code });
    this.#underWay = null;
  }

  /** Sends the oldest one. One at a time, so that their order holds whatever happens. */
  send() {
    if (this.#underWay || this.#timer) return;
    const entry = this.#entries.find((one) => !one.seq && !one.error && !one.held);
    if (!entry) return;
    const { client_id, conversation, text, files = [], note } = entry;
    const attachments = files.map(({ id }) => id);
    const said = { client_id, conversation, text };
    const sent = note ? this.#socket.send({ type: "note", ...said })
      : this.#socket.send({ type: "send", ...said, ...(files.length && { attachments }) });
    if (!sent) return;
    this.#underWay = client_id;
  }

  /** @param {string} id */
  #next(id) {
    if (this.#underWay === id) this.#sendIn(PACE_MS);
  }

  /** @param {number} ms */
  #sendIn(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#underWay = null;
      this.send();
    }, ms);
  }

  /** @param {string | null | undefined} id */
  #find(id) {
    return this.#entries.find((entry) => entry.client_id === id);
  }

  /**
   * @param {string} id
   * @param {Partial<Unsent>} news
   */
  #change(id, news) {
    const entry = this.#find(id);
    if (!entry) return;
    Object.assign(entry, news);
    this.#keep(entry.conversation);
  }

  /** @param {string | null} conversation */
  #keep(conversation) {
    kept.set(this.#key, this.#entries.length ? this.#entries : null);
    this.#changed(conversation);
  }
}
