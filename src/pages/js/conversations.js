// All conversations of whoever is signed in: their list, the one that is shown, and the wire.

import { Conversation } from "./conversation.js";
import { kept } from "../net/keep.js";
import { Outbox } from "../net/outbox.js";
import { Socket } from "../net/socket.js";
import { byId, make, words } from "../ui/dom.js";

/** The close code for a frame that is longer than the server takes. */
const TOO_BIG = 1009;

export class Conversations {
  /** Hears every frame that is not about one conversation's log, and every change. */
  onFrame = () => {};
  onChange = () => {};
  #page;
  #api;
  #me = null;
  #all = new Map();
  #early = new Map();
  #read = {};
  #shown = null;
  #title = document.title;

  /** The page has the elements #list, #shown, #nothing (when none is shown) and #connection. */
  constructor(page, api) {
    this.#page = page;
    this.#api = api;
    this.socket = new Socket(api, {
      frame: (frame) => this.#hear(frame),
      status: (state, detail) => this.#connection(state, detail),
    });
    this.outbox = new Outbox(this.socket, (id) => this.#all.get(id)?.showPending());
    document.addEventListener("visibilitychange", () => this.#markRead());
  }

  get all() {
    return [...this.#all.values()];
  }

  start(user) {
    this.#me = user;
    this.#read = kept.get(this.#key("read"), {});
    this.outbox.open(this.#page, user);
    // What could not be sent is shown, even if its conversation has closed meanwhile.
    for (const id of this.outbox.conversations) this.socket.forget(id);
    this.#show(null);
    this.socket.start();
  }

  stop() {
    this.socket.stop();
    this.socket.forgetAll();
    for (const { id } of this.all) this.#remove(id);
    this.#early.clear();
  }

  /** Shows one, or none, and remembers it as what the reader wants. */
  select(id) {
    kept.set(this.#key("shown"), id ?? "none");
    this.#show(id);
    this.#all.get(id)?.element.scrollIntoView({ block: "nearest" });
  }

  #show(id) {
    this.#shown = this.#all.has(id) ? id : null;
    for (const one of this.all) one.element.hidden = one.id !== this.#shown;
    byId("nothing").hidden = this.#shown !== null;
    this.#all.get(this.#shown)?.toEnd();
    this.#markRead();
  }

  /** A conversation that is mine, new or changed. */
  add(view) {
    const known = this.#all.get(view.id);
    // A late answer must not undo what an event has told since.
    if (known?.isOpen && view.last_seq >= known.view.last_seq) known.update(view);
    if (known) return this.#changed();
    const close = (id, how) => this.socket.ask({ type: "close", conversation: id, ...how });
    const desk = { outbox: this.outbox, close, file: this.#api.file,
      putAway: (id) => this.#putAway(id) };
    const fresh = new Conversation(view, this.#me, desk);
    this.#all.set(view.id, fresh);
    byId("shown").append(fresh.element);
    const early = this.#early.get(view.id) ?? [];
    this.#early.delete(view.id);
    for (const event of early) this.#grow(fresh, event);
    if (!this.#shown) this.#show(view.id);
    this.#changed();
  }

  #hear(frame) {
    if (this.outbox.hear(frame)) return;
    const one = this.#all.get(frame.conversation);
    if (frame.type === "ready") this.#ready(frame);
    if (frame.type === "assigned") this.add(frame.conversation);
    if (frame.type === "event") one ? this.#grow(one, frame) : this.#wonder(frame);
    if (frame.type === "gone" && one?.isOpen) this.#remove(one.id);
    this.onFrame(frame);
  }

  #ready({ conversations }) {
    const isMine = (view) => view.rep?.id === this.#me.id;
    const mine = conversations.filter((view) => isMine(view) || view.status === "closed");
    const ids = new Set(mine.map((view) => view.id));
    for (const one of this.all) if (one.isOpen && !ids.has(one.id)) this.#remove(one.id);
    for (const view of mine) {
      // One that has closed is left to its events, which come next, and is not brought back.
      const unsent = !this.#all.has(view.id) && this.outbox.of(view.id).length > 0;
      if (view.status !== "closed" || unsent) this.add(view);
    }
    this.outbox.ready();
  }

  // An event of one that was opened or taken elsewhere: find out what it is.
  async #wonder(event, id = event.conversation) {
    const early = this.#early.get(id);
    if (early) return early.push(event);
    this.#early.set(id, [event]);
    try {
      const me = this.#me;
      const view = await this.#api.get(`/conversations/${id}`);
      if (me === this.#me) this.add(view);
    } catch {
      // Not seen after all: the next hello brings it again.
      this.#early.delete(id);
      this.socket.forget(id);
    }
  }

  #grow(one, event) {
    one.event(event);
    const theirs = event.kind === "message" && event.sender_id !== this.#me.id;
    if (theirs && event.seq > (this.#read[one.id] ?? 0)) one.unread += 1;
    one.lastSeq = event.seq;
    this.#markRead();
  }

  #putAway(id) {
    for (const { client_id } of this.outbox.of(id)) this.outbox.remove(client_id);
    this.#remove(id);
    this.select(this.all.at(-1)?.id ?? null);
    byId("list").querySelector("button")?.focus();
  }

  #remove(id) {
    this.#all.get(id)?.element.remove();
    this.#all.delete(id);
    if (this.#shown === id) this.#show(null);
    this.#changed();
  }

  #markRead() {
    const shown = this.#all.get(this.#shown);
    if (shown?.lastSeq && !document.hidden) {
      shown.unread = 0;
      this.#read[shown.id] = shown.lastSeq;
      kept.set(this.#key("read"), this.#read);
    }
    this.#changed();
  }

  #changed() {
    const list = byId("list");
    const focused = list.contains(document.activeElement) && document.activeElement.dataset.id;
    const items = this.all.map((one) => {
      const { view, unread, id } = one;
      const state = one.isOpen ? view.status : `closed: ${view.resolution}`;
      return make("li", {}, make("button", {
        type: "button", "data-id": id, "aria-current": id === this.#shown ? "true" : null,
        onclick: () => this.select(id),
      }, words(view.subject || "No subject"), ` #${view.number} `,
      make("span", { class: "note" }, one.other ? words(one.other.name) : null,
        one.other ? ", " : "", state),
      unread ? make("strong", { class: "unread" }, `${unread} new`) : null));
    });
    list.replaceChildren(...items);
    if (focused) list.querySelector(`[data-id="${focused}"]`)?.focus();
    const unread = this.all.reduce((sum, one) => sum + one.unread, 0);
    document.title = unread ? `(${unread}) ${this.#title}` : this.#title;
    this.onChange();
  }

  #connection(state, { code, reason }) {
    if (code === TOO_BIG) this.outbox.tooBig();
    const text = {
      connecting: "Connecting…",
      ready: "Connected",
      waiting: "Not connected; trying again. What you write is kept and sent then.",
      stopped: reason && `The server has ended this connection: ${reason}.`,
    }[state];
    const again = () => this.socket.start();
    byId("connection").dataset.state = state;
    byId("connection").replaceChildren(text, state === "stopped" && text
      ? make("button", { type: "button", onclick: again }, "Connect again") : "");
  }

  #key = (what) => `switchboard.${this.#page}.${what}.${this.#me.id}`;
}
