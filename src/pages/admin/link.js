// The admin's socket: whoever wants frames of a kind hears them, and the top bar says how the
// connection is.

import { Socket } from "../net/socket.js";
import { make } from "../ui/dom.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Api } from "../net/api.js" */
/** @import { Ready, ServerFrame } from "../net/frames.d.ts" */
/** @import { State } from "../net/socket.js" */

/**
 * What there is to hear: what the server says, that this admin has joined or left a conversation,
 * and how the connection is.
 * @typedef {ServerFrame | { type: "joined" } | { type: "link", state: State }} Heard
 */

/** @typedef {{ [Frame in Heard as Frame["type"]]: Frame }} Kinds */

/** So long a connection may be away before it is said. */
const QUIET_MS = 1_500;

export class Link {
  /** @type {Map<string, Set<(frame: Heard) => unknown>>} */
  #heard = new Map();
  #locale;
  #watched = 0;
  /**
   * The conversations that this admin takes part in.
   * @type {Set<string>}
   */
  #joined = new Set();
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {Api} api
   * @param {Locale} locale
   */
  constructor(api, locale) {
    this.#locale = locale;
    /** How the connection is, for the top bar. */
    this.element = make("p", { class: "link", role: "status" });
    this.socket = new Socket(api, {
      frame: (frame) => this.#tell(frame),
      status: (state, detail) => this.#status(state, detail),
      // Nothing of a conversation is kept here, so nothing is missed.
      gap: () => {},
      probe: () => ({ type: "watch", on: this.#watched > 0 }),
    });
  }

  /**
   * Hears frames of a kind until the function that this answers with is called.
   * @template {keyof Kinds} Kind
   * @param {Kind} type
   * @param {(frame: Kinds[Kind]) => unknown} heard
   */
  hear = (type, heard) => {
    const all = this.#heard.get(type) ?? new Set();
    const hears = (/** @type {Heard} */ frame) => heard(/** @type {Kinds[Kind]} */ (frame));
    this.#heard.set(type, all.add(hears));
    if (type === "board") this.#watch(1);
    return () => {
      if (!all.delete(hears)) return;
      if (type === "board") this.#watch(-1);
    };
  };

  /**
   * Whether he has joined it.
   * @param {string} conversation
   */
  isIn = (conversation) => this.#joined.has(conversation);

  /**
   * He has joined, or left.
   * @param {string} conversation
   * @param {boolean} is
   */
  joins = (conversation, is) => {
    if (is) this.#joined.add(conversation);
    else this.#joined.delete(conversation);
    this.#tell({ type: "joined" });
  };

  /**
   * The line is watched while anybody here hears of it.
   * @param {number} more
   */
  #watch(more) {
    this.#watched += more;
    this.socket.send({ type: "watch", on: this.#watched > 0 });
  }

  /** @param {Heard} frame */
  #tell(frame) {
    if (frame.type === "ready") this.#ready(frame);
    if (frame.type === "gone" && this.isIn(frame.conversation)) {
      this.joins(frame.conversation, false);
    }
    for (const heard of [...this.#heard.get(frame.type) ?? []]) heard(frame);
  }

  /**
   * What came before is read where it is shown; from here on nothing is missing.
   * @param {Ready} frame
   */
  #ready({ conversations }) {
    for (const { id, last_seq: seq } of conversations) this.socket.knows(id, seq);
    this.#joined = new Set(conversations.map(({ id }) => id));
    this.#tell({ type: "joined" });
  }

  /**
   * @param {State} state
   * @param {{ code?: number }} detail
   */
  #status(state, detail) {
    clearTimeout(this.#timer);
    if (state === "ready") {
      if (this.#watched) this.socket.send({ type: "watch", on: true });
      this.#say("live", "link_live");
    } else if (state === "waiting") {
      this.#timer = setTimeout(() => this.#say("waiting", "link_lost"), QUIET_MS);
    } else if (state === "stopped") {
      const again = make("button", { class: "soft", onclick: () => this.socket.start() },
        this.#locale.t("use_here"));
      this.#say("stopped", "link_stopped", detail.code === 0 ? null : again);
    } else if (!this.element.dataset.state) {
      this.#say("connecting", "link_connecting");
    }
    this.#tell({ type: "link", state });
  }

  /**
   * @param {string} state
   * @param {string} key
   * @param {HTMLElement | null} button
   */
  #say(state, key, button = null) {
    if (this.element.dataset.state === state) return;
    this.element.dataset.state = state;
    const said = make("span", {}, this.#locale.t(key));
    this.element.replaceChildren(said, ...(button ? [button] : []));
  }
}
