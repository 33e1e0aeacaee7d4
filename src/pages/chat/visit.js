// One visit of a customer: who he is, which conversation is before him, and the wire. It draws
// nothing: whoever draws listens.
//
// Topics: `state` (what is shown beside the log), `log` (the log anew), `entry` (one more of it),
// `pending` (what is not stored yet), `marks`, `typing`, `link`, `back`, `unread`.

import { patiently, retryMs } from "../net/api.js";
import { kept, uuid7 } from "../net/keep.js";
import { Outbox } from "../net/outbox.js";
import { Socket } from "../net/socket.js";
import { after, isOver, Names, since } from "./standing.js";

/** Entries that are read at once. */
export const PAGE = 50;
/** How soon after a message it is told that it was seen or has arrived, in ms. */
const MARK_MS = 300;
const TYPING_MS = 3_000;
/** Close codes: a frame was too long; too many sockets of one person. */
const TOO_BIG = 1009;
const REPLACED = 4101;

export class Visit {
  /** Since when he waits for an answer to what he wrote last; 0: he does not. */
  waitsSince = 0;
  /** What a newcomer is told: queues, texts, limits; null until it is known. */
  welcome = null;
  /** The conversation before him; null: none yet. */
  view = null;
  /** His open ones, by id. */
  open = new Map();
  /** The first message, while its conversation is being opened. */
  opening = null;
  /** What stops everything else: `unavailable`, `ended` or `replaced`. */
  trouble = null;
  link = { state: "none", since: 0 };
  unread = 0;
  /** Whether there is anything to look back at. */
  hasEarlier = false;
  names = new Names();
  /** Whether he looks at the end of the log right now. */
  isLooking = () => !document.hidden;
  #places = new Map();
  #listeners = [];
  #early = null;
  #marked = 0;
  #lastSeq = 0;
  #markTimer;
  #typedAt = 0;
  #tries = 0;
  #isOpening = false;

  constructor(api, widget) {
    this.api = api;
    this.widget = widget;
    this.socket = new Socket(api, {
      frame: (frame) => this.#hear(frame),
      status: (state, detail) => this.#linked(state, detail),
      gap: ({ conversation }) => {
        if (conversation === this.view?.id) this.show(conversation).catch(() => this.leave());
      },
      probe: () => this.view && this.#marked
        && { type: "read", conversation: this.view.id, seq: this.#marked },
    });
    this.outbox = new Outbox(this.socket, () => this.#tell("pending"));
    this.outbox.open("chat", { id: widget ?? "all" });
    this.opening = kept.get(this.key("opening"), null);
    api.onEnded = () => this.#stuck("ended");
    addEventListener("online", () => this.opening && !this.opening.error && this.#open());
  }

  key = (what) => `switchboard.chat.${what}.${this.widget ?? "all"}`;

  on(listener) {
    this.#listeners.push(listener);
  }

  #tell(topic, detail) {
    for (const listener of this.#listeners) listener(topic, detail);
  }

  get isOpen() {
    return Boolean(this.view) && !isOver(this.view);
  }

  get place() {
    return this.#places.get(this.view?.id) ?? null;
  }

  /** Reads what a newcomer is told, until it is there, and goes on where he was. */
  async begin() {
    const query = this.widget ? `?widget=${encodeURIComponent(this.widget)}` : "";
    const welcome = this.#patiently(() => this.api.get(`/welcome${query}`)).then((told) => {
      this.welcome = told;
      this.#tell("state");
    });
    if (this.api.user) await this.#patiently(() => this.enter());
    else if (this.opening && !this.opening.error) this.#open();
    await welcome.catch(() => this.#stuck("unavailable"));
  }

  #patiently = (work) => patiently(work, () => this.#tell("unreachable"));

  /** Somebody is signed in: finds what is open and shows what he looked at last. */
  async enter() {
    this.trouble = null;
    const { items } = await this.api.get("/conversations?limit=20");
    this.hasEarlier = items.length > 0;
    for (const one of items.filter((one) => !isOver(one))) {
      this.open.set(one.id, one);
      this.socket.knows(one.id, one.last_seq);
    }
    const shown = kept.get(this.key("shown"), null);
    const wanted = items.find(({ id }) => id === shown) ?? [...this.open.values()][0];
    if (wanted && shown !== "none") await this.show(wanted.id, wanted);
    this.socket.start();
    if (this.opening && !this.opening.error) this.#open();
    this.#tell("state");
  }

  /** Shows one of his conversations, open or not, with the end of its log. */
  async show(id, known = null) {
    const early = [];
    this.#early = { id, early };
    const isWanted = () => this.#early?.early === early;
    const read = () => Promise.all([
      known ?? this.api.get(`/conversations/${id}`),
      this.api.get(`/conversations/${id}/events?limit=${PAGE}`),
    ]);
    const [view, page] = await this.#patiently(read).catch((error) => {
      if (isWanted()) this.#early = null;
      throw error;
    });
    if (!isWanted()) return;
    this.#early = null;
    this.#set({ ...view, marks: page.marks });
    kept.set(this.key("shown"), id);
    this.#lastSeq = page.items.at(-1)?.seq ?? 0;
    this.socket.knows(id, this.#lastSeq);
    page.items.forEach((one) => this.names.learn(one));
    this.#marked = page.marks.customer.read;
    this.waitsSince = since(0, page.items, this.api.user);
    this.#tell("log", { items: page.items, older: page.previous });
    for (const frame of early) this.#event(frame);
    this.looked();
  }

  /** Nothing is before him: he may begin another one. */
  leave() {
    kept.set(this.key("shown"), "none");
    this.view = null;
    this.#early = null;
    this.#tell("log", { items: [], older: null });
    this.#tell("state");
  }

  /** Entries before this one. */
  older = (seq) =>
    this.api.get(`/conversations/${this.view.id}/events?before=${seq}&limit=${PAGE}`);

  /** Writes: into what is before him, or as the beginning of a new one. */
  write(text, files, { queue = null, name = "", leave = false } = {}) {
    this.#typedAt = 0;
    // Whoever writes below what has ended begins something new.
    if (this.view && !this.isOpen) this.leave();
    if (this.isOpen) return this.outbox.add(this.view.id, text, { files });
    if (this.opening) {
      return this.outbox.add(this.opening.client_id, text, { files, held: true });
    }
    this.#keepOpening({ client_id: uuid7(), text, files, queue, name, leave, at: Date.now() });
    this.#open();
  }

  /** What is written and not in the log yet, the oldest first. */
  get pending() {
    const { opening } = this;
    const held = opening ? [opening, ...this.outbox.of(opening.client_id)] : [];
    return this.view ? this.outbox.of(this.view.id) : held;
  }

  retry(id) {
    if (id !== this.opening?.client_id) return this.outbox.retry(id);
    this.#keepOpening({ ...this.opening, error: undefined, code: undefined });
    this.#open();
  }

  discard(id) {
    if (id !== this.opening?.client_id) return this.outbox.remove(id);
    for (const { client_id } of this.outbox.of(id)) this.outbox.remove(client_id);
    this.#keepOpening(null);
  }

  #keepOpening(opening) {
    this.opening = opening;
    kept.set(this.key("opening"), opening);
    this.#tell("pending");
    this.#tell("state");
  }

  /** Makes him somebody, if he is nobody yet, as late as that. */
  async become(name = "") {
    if (this.api.user) return;
    const named = name.trim() ? { display_name: name.trim() } : {};
    await this.api.visit({ ...(this.widget && { widget: this.widget }), ...named });
    this.#tell("state");
  }

  // The same id again opens nothing twice, so it is tried until there is an answer.
  async #open() {
    const job = this.opening;
    if (this.#isOpening || !job) return;
    this.#isOpening = true;
    try {
      await this.become(job.name);
      const view = await this.api.post("/conversations", {
        client_id: job.client_id, text: job.text,
        attachments: job.files.map(({ id }) => id),
        ...(job.queue && { queue: job.queue }), ...(job.leave && { leave_message: true }),
      });
      this.#tries = 0;
      this.hasEarlier = true;
      this.open.set(view.id, view);
      await this.show(view.id);
      this.outbox.move(job.client_id, view.id);
      this.#keepOpening(null);
      if (this.link.state === "none" || this.link.state === "stopped") this.socket.start();
    } catch (error) {
      this.#refused(job, error);
    } finally {
      this.#isOpening = false;
    }
  }

  #refused(job, error) {
    const waits = error.mayPass && error.status !== 429 && error.code !== "queue_full";
    if (error.status === 401) return;
    if (!waits) {
      return this.#keepOpening({ ...job, error: error.message, code: error.code });
    }
    setTimeout(() => this.#open(), retryMs(this.#tries++));
    this.#tell("unreachable");
  }

  /** Ends what is before him; who waits gives his place away. */
  async end() {
    const { id, status } = this.view;
    const how = status === "active" ? {} : { resolution: "abandoned" };
    await this.api.post(`/conversations/${id}/close`, how);
  }

  async reopen() {
    await this.api.post(`/conversations/${this.view.id}/reopen`, {});
    await this.show(this.view.id);
  }

  /** He types, or has stopped. */
  typing(on) {
    if (!this.isOpen || (on && Date.now() - this.#typedAt < TYPING_MS)) return;
    if (!on && !this.#typedAt) return;
    this.#typedAt = on ? Date.now() : 0;
    this.socket.send({ type: "typing", conversation: this.view.id, on });
  }

  /**
   * Is nobody any more, here. `signOut`: nor at the server, and whoever comes next at this screen
   * finds nothing of what was written.
   */
  forget({ signOut = true } = {}) {
    this.socket.stop();
    this.socket.forgetAll();
    if (signOut) {
      this.api.signOut();
      this.opening = null;
      this.outbox.clear();
      const [begin, end] = this.key("|").split("|");
      kept.forget((key) => key.startsWith(begin) && key.endsWith(end));
      this.#tell("forgotten");
    } else {
      this.api.leave();
    }
    this.open.clear();
    this.#places.clear();
    this.trouble = null;
    this.hasEarlier = false;
    this.#count(0);
    this.link = { state: "none", since: 0 };
    this.leave();
    this.#tell("link");
  }

  #hear(frame) {
    if (this.outbox.hear(frame)) return;
    const heard = {
      ready: () => this.#ready(frame),
      event: () => this.#event(frame),
      assigned: () => this.#assigned(frame.conversation),
      line: () => {
        this.#places.set(frame.conversation, frame);
        this.#tell("state");
      },
      hours: () => {
        const queue = this.welcome?.queues.find(({ id }) => id === frame.queue);
        if (queue) Object.assign(queue, { hours: frame.hours, open: frame.hours?.open !== false });
        this.#tell("state");
      },
      marks: () => this.#marks(frame),
      typing: () => frame.conversation === this.view?.id && this.#tell("typing", frame),
    }[frame.type];
    heard?.();
    this.#count(frame.unread_total);
  }

  #ready({ conversations, texts }) {
    if (texts && this.welcome) this.welcome.texts = texts;
    this.open = new Map(conversations.map((one) => [one.id, one]));
    const shown = this.open.get(this.view?.id);
    if (shown) this.#set(shown);
    const chosen = kept.get(this.key("shown"), null);
    if (!this.view && !this.opening && conversations.length && chosen !== "none") {
      this.show(conversations.at(-1).id).catch(() => {});
    }
    this.outbox.ready();
    this.#tell("state");
    this.looked();
  }

  #assigned(view) {
    this.open.set(view.id, view);
    if (view.id === this.view?.id) this.#set({ ...view, suspect: null, lost: null });
  }

  #event(frame) {
    const { conversation, kind } = frame;
    if (this.#early?.id === conversation) return this.#early.early.push(frame);
    const ended = kind === "closed" || kind === "wrapup";
    if (ended) this.open.delete(conversation);
    if (conversation !== this.view?.id) return;
    this.names.learn(frame);
    const news = after(this.view, frame);
    if (kind === "message" && frame.sender_id === this.api.user?.id) {
      this.outbox.remove(frame.client_id);
    }
    this.#lastSeq = frame.seq;
    this.waitsSince = since(this.waitsSince, [frame], this.api.user);
    this.#tell("entry", frame);
    if (news) this.#set({ ...this.view, ...news });
    this.looked();
  }

  #set(view) {
    this.view = { ...(this.view?.id === view.id ? this.view : {}), ...view };
    this.names.of(this.view);
    this.#tell("state");
    this.#tell("marks");
  }

  #marks({ conversation, customer, staff }) {
    if (conversation !== this.view?.id) return;
    this.view.marks = { customer, staff };
    this.#marked = Math.max(this.#marked, customer.read);
    this.#tell("marks");
  }

  #count(total) {
    if (total === undefined || total === this.unread) return;
    this.unread = total;
    this.#tell("unread");
  }

  /** Says how far he has read, or, while he looks elsewhere, how much has arrived. */
  looked() {
    clearTimeout(this.#markTimer);
    this.#markTimer = setTimeout(() => {
      const { view } = this;
      const seq = this.#lastSeq;
      if (!view || !seq || seq <= this.#marked) return;
      const type = this.isLooking() ? "read" : "delivered";
      if (this.socket.send({ type, conversation: view.id, seq }) && type === "read") {
        this.#marked = seq;
      }
    }, MARK_MS);
  }

  #linked(state, { code }) {
    if (code === TOO_BIG) this.outbox.tooBig();
    if (state === "stopped" && code) this.#stuck(code === REPLACED ? "replaced" : "ended");
    const was = this.link;
    if (state === "connecting" && was.state === "waiting") return;
    const since = state === "waiting" && was.state === "waiting" ? was.since : Date.now();
    this.link = { state, since };
    if (state === "ready" && was.state === "waiting") this.#tell("back", Date.now() - was.since);
    this.#tell("link");
  }

  #stuck(trouble) {
    this.socket.stop();
    this.trouble = trouble;
    this.#tell("state");
    this.#tell("link");
  }
}
