// The admin's socket: whoever wants frames of a kind hears them, and the top bar says how the
// connection is.

import { Socket } from "../net/socket.js";
import { make } from "../ui/dom.js";

/** So long a connection may be away before it is said. */
const QUIET_MS = 1_500;

export class Link {
  /** @type {Map<string, Set<(frame: any) => void>>} */
  #heard = new Map();
  #locale;
  #watched = 0;
  /** The conversations that this admin takes part in. */
  #joined = new Set();
  #timer;

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

  /** Hears frames of a kind until the function that this answers with is called. */
  hear = (type, heard) => {
    const all = this.#heard.get(type) ?? new Set();
    this.#heard.set(type, all.add(heard));
    if (type === "board") this.#watch(1);
    return () => {
      if (!all.delete(heard)) return;
      if (type === "board") this.#watch(-1);
    };
  };

  isIn = (conversation) => this.#joined.has(conversation);

  /** He has joined, or left. */
  joins = (conversation, is) => {
    if (is) this.#joined.add(conversation);
    else this.#joined.delete(conversation);
    this.#tell({ type: "joined" });
  };

  /** The line is watched while anybody here hears of it. */
  #watch(more) {
    this.#watched += more;
    this.socket.send({ type: "watch", on: this.#watched > 0 });
  }

  #tell(frame) {
    if (frame.type === "ready") this.#ready(frame);
    if (frame.type === "gone" && this.isIn(frame.conversation)) {
      this.joins(frame.conversation, false);
    }
    for (const heard of [...this.#heard.get(frame.type) ?? []]) heard(frame);
  }

  /** What came before is read where it is shown; from here on nothing is missing. */
  #ready({ conversations }) {
    for (const { id, last_seq: seq } of conversations) this.socket.knows(id, seq);
    this.#joined = new Set(conversations.map(({ id }) => id));
    this.#tell({ type: "joined" });
  }

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

  #say(state, key, button = null) {
    if (this.element.dataset.state === state) return;
    this.element.dataset.state = state;
    const said = make("span", {}, this.#locale.t(key));
    this.element.replaceChildren(said, ...(button ? [button] : []));
  }
}
