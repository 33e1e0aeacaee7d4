// One rep at work: what is his, what is offered to him, which conversation is before him, and the
// wire. It draws nothing: whoever draws listens.
//
// Topics: `rep`, `mine`, `offers`, `board` (the queues), `view` (what is said of the conversation
// before him), `log` (its log anew), `entry` (one more of it), `pending` (what is not stored yet),
// `marks`, `typing`, `link`, `trouble`, `missed`, `lost`, `heard` (something that may ring).

import { kept } from "../net/keep.js";
import { Outbox } from "../net/outbox.js";
import { patiently } from "../net/problem.js";
import { Socket } from "../net/socket.js";
import { PAGE } from "./log.js";
import { Mine } from "./mine.js";
import { Names } from "./names.js";
import { Offered } from "./offered.js";
import { Reading } from "./reading.js";
import { after, isOver } from "./standing.js";

const SOON_MS = 400;
/** How often something that is not his, and of which nothing is told, is read again. */
const LOOK_MS = 5_000;
/** Close codes: a frame was too long; too many sockets of one person. */
const [TOO_BIG, REPLACED] = [1009, 4101];

export class Desk {
  /** @type {any} The rep himself, as the server sees him; null until it is known. */
  rep = null;
  /** @type {any[] | null} The queues he serves, as they are now. */
  board = null;
  /** @type {any} The conversation before him; null: none. */
  view = null;
  /** What stops everything else: `ended` or `replaced`. */
  trouble = null;
  link = { state: "none", since: 0 };
  unread = 0;
  isLooking = () => !document.hidden;
  /** Does what may need a younger login. */
  renew = (work) => work();
  #listeners = [];
  #early = null;
  #skew = 0;
  #soon;
  #his;
  #offered = new Offered();
  #reading;

  /** @param {import("../net/api.js").Api} api */
  constructor(api) {
    this.api = api;
    this.names = new Names(api);
    this.#his = new Mine(api);
    this.socket = new Socket(api, {
      frame: (frame) => this.#hear(frame),
      status: (state, detail) => this.#linked(state, detail),
      gap: ({ conversation }) => this.#again(conversation),
      probe: () => ({ type: "watch", on: true }),
    });
    this.#reading = new Reading(this.socket);
    this.outbox = new Outbox(this.socket, () => this.#tell("pending"));
    setInterval(() => this.#look(), LOOK_MS);
  }

  get user() {
    return this.api.user;
  }

  /** What is his and not over, by id. */
  get mine() {
    return this.#his.all;
  }

  get parked() {
    return this.#his.parked;
  }

  get offers() {
    return this.#offered.all;
  }

  get missed() {
    return this.#offered.missed;
  }

  /** The server's clock, as far as it is known. */
  now = () => Date.now() + this.#skew;

  on(listener) {
    this.#listeners.push(listener);
  }

  #tell(topic, detail) {
    for (const listener of this.#listeners) listener(topic, detail);
  }

  key = (what) => `switchboard.console.${what}.${this.user?.id}`;

  /** He has come in. */
  async begin() {
    this.trouble = null;
    this.outbox.open("console", this.user);
    this.names.read().catch(() => {});
    const his = await patiently(() => this.#his.read());
    // Only before there is a socket: what is under way to it then would seem to be known.
    for (const one of his) if (one.id !== this.view?.id) this.socket.knows(one.id, one.last_seq);
    const shown = kept.get(this.key("shown"), null);
    if (shown && !this.view) await this.show(shown).catch(() => this.leave());
    this.socket.start();
    this.#tell("mine");
  }

  /** How long a customer of this queue should wait at most. */
  goal = (view) => this.board?.find(({ queue }) => queue.id === view.queue.id)?.wait_target_ms ?? 0;

  /** Puts a conversation among his, or what is new of it. */
  #put(view, more) {
    this.#his.put(view, more);
    if (view.id === this.view?.id && view.last_seq >= this.view.last_seq) this.#set(view);
  }

  /** Whether this one is his now. */
  isMine = (view) => Boolean(view) && this.mine.has(view.id);

  /** Shows a conversation, his or not, with the end of its log. */
  async show(id) {
    if (this.view?.id === id && !this.#early) return;
    const early = [];
    this.#early = { id, early };
    const isWanted = () => this.#early?.early === early;
    this.#tell("opening", id);
    try {
      const [view, page] = await Promise.all([
        this.api.get(`/conversations/${id}`),
        this.api.get(`/conversations/${id}/events?limit=${PAGE}`),
      ]);
      if (isWanted()) this.#present(view, page, early);
    } catch (error) {
      if (isWanted()) this.#early = null;
      this.#tell("unopened", error);
      throw error;
    }
  }

  #present(view, page, early) {
    kept.set(this.key("shown"), view.id);
    [this.view, this.#early] = [null, null];
    this.#reading.marked = page.marks.staff.read;
    this.#reading.lastSeq = page.items.at(-1)?.seq ?? 0;
    if (this.isMine(view)) {
      this.socket.knows(view.id, this.#reading.lastSeq);
      this.#put(view, { latest: view.latest_message });
    }
    this.#set({ ...view, marks: page.marks });
    this.#tell("log", { items: page.items, earlier: page.previous });
    for (const frame of early) this.#event(frame);
    this.looked();
  }

  /** Nothing is before him. */
  leave() {
    kept.set(this.key("shown"), null);
    [this.view, this.#early] = [null, null];
    this.#tell("log", { items: [], earlier: null });
    this.#tell("view");
  }

  /** Reads again what is before him, or the state of another one of his. */
  async #again(id) {
    if (id === this.view?.id) {
      const page = await this.api.get(`/conversations/${id}/events?limit=${PAGE}`);
      const view = await this.api.get(`/conversations/${id}`);
      if (id === this.view?.id) this.#present(view, page, []);
    } else if (this.mine.has(id)) {
      const view = await this.api.get(`/conversations/${id}`);
      this.#put(view, { latest: view.latest_message });
      this.#tell("mine");
    }
  }

  // Of what is not his nothing is told, so while it is shown it is asked for.
  async #look() {
    const { view } = this;
    if (!view || this.isMine(view) || document.hidden || view.status === "closed") return;
    if (!this.socket.isReady || this.#early) return;
    const [fresh, page] = await Promise.all([
      this.api.get(`/conversations/${view.id}`),
      this.api.get(`/conversations/${view.id}/events?after=${this.#reading.lastSeq}&limit=200`),
    ]).catch(() => []);
    if (!page || this.view?.id !== view.id || this.isMine(view)) return;
    for (const event of page.items) {
      this.#reading.lastSeq = event.seq;
      this.#tell("entry", event);
    }
    this.#set({ ...fresh, marks: page.marks });
  }

  /** Does something with a conversation, and takes in how it is then. */
  async act(id, what, body = {}, method = "post") {
    const held = this.#his.release(id);
    const path = `/conversations/${id}/${what}`;
    const answer = await this.renew(() => this.api[method](path, body)).catch((error) => {
      if (held) this.#his.hold(id);
      throw error;
    });
    const view = answer.conversation ?? answer;
    this.#became(view);
    return view;
  }

  #became(view) {
    const isHis = view.rep?.id === this.user.id && ["active", "wrapup"].includes(view.status);
    if (isHis) this.#put(view);
    else if (this.mine.get(view.id)?.last_seq <= view.last_seq) this.#his.drop(view.id);
    if (view.id === this.view?.id && view.last_seq >= this.view.last_seq) this.#set(view);
    this.#tell("mine");
    this.#readSoon();
  }

  /** What he wants: shown at once, taken back if it is refused. */
  async want(availability) {
    const was = this.rep?.availability;
    this.rep = { ...this.rep, availability };
    if (availability === "available") this.forgive();
    this.#tell("rep");
    try {
      await this.api.put(`/reps/${this.user.id}/availability`, { availability });
    } catch (error) {
      this.rep = { ...this.rep, availability: was };
      this.#tell("rep");
      throw error;
    }
  }

  /** He has seen what he has missed. */
  forgive() {
    this.#offered.forgive();
    this.#tell("missed");
  }

  /** Writes into what is before him. */
  write(text, files, { note = false } = {}) {
    this.#reading.typedAt = 0;
    this.outbox.add(this.view.id, text, { files, note });
  }

  get pending() {
    return this.view ? this.outbox.of(this.view.id) : [];
  }

  /** He types to the customer, or has stopped. */
  typing(on) {
    if (this.isMine(this.view) && !isOver(this.view)) this.#reading.typing(this.view.id, on);
  }

  #hear(frame) {
    if (this.outbox.hear(frame)) return;
    const heard = {
      ready: () => this.#ready(frame),
      event: () => this.#event(frame),
      assigned: () => this.#assigned(frame),
      offer: () => {
        const isNew = this.#offered.put(frame, this.now());
        this.#tell("offers");
        if (isNew) this.#tell("heard", { kind: "offer", view: frame.conversation });
      },
      offer_gone: () => {
        if (this.#offered.gone(frame)) this.#tell("missed");
        this.#tell("offers");
      },
      gone: () => this.#gone(frame.conversation),
      rep: () => this.#is(frame.rep),
      board: () => {
        this.board = frame.queues;
        this.#is(frame.reps.find(({ id }) => id === this.user.id));
        this.#tell("board");
      },
      marks: () => this.#marks(frame),
      typing: () => frame.conversation === this.view?.id && this.#tell("typing", frame),
    }[frame.type];
    heard?.();
    this.#count(frame);
  }

  #count({ conversation, unread, unread_total: total }) {
    const id = conversation?.id ?? conversation;
    const one = unread === undefined ? null : this.mine.get(id);
    if (one && one.unread !== unread) {
      one.unread = unread;
      this.#tell("mine");
    }
    if (total === undefined || total === this.unread) return;
    this.unread = total;
    this.#tell("unread");
  }

  #ready({ conversations, rep, server_time: time }) {
    this.#skew = time - Date.now();
    this.#is(rep);
    const his = conversations.filter(({ status, rep: whose }) =>
      whose?.id === this.user.id && status !== "offered");
    this.#his.keep(new Set(his.map(({ id }) => id)));
    for (const one of his) this.#put(one);
    this.offers.clear();
    this.#tell("offers");
    this.socket.send({ type: "watch", on: true });
    this.outbox.ready();
    this.#tell("mine");
    this.#readSoon();
    if (this.view && !this.mine.has(this.view.id)) this.#look();
    this.looked();
  }

  #is(rep) {
    if (!rep) return;
    this.rep = { ...this.rep, ...rep };
    this.#tell("rep");
  }

  #assigned({ conversation: view, unread }) {
    const isNew = !this.mine.has(view.id);
    this.#put(view, { counts: unread });
    this.#his.parked = this.parked.filter(({ id }) => id !== view.id);
    if (this.offers.delete(view.id)) this.#tell("offers");
    this.#tell("mine");
    if (isNew) this.#tell("heard", { kind: "assigned", view });
  }

  #gone(id) {
    const was = this.#his.release(id);
    if (this.mine.delete(id)) this.#tell("mine");
    this.#readSoon();
    if (id !== this.view?.id) return;
    if (was) this.#tell("lost");
    this.#look();
  }

  #event(frame) {
    const { conversation, kind, seq } = frame;
    if (this.#early?.id === conversation) this.#early.early.push(frame);
    const mine = frame.sender_id === this.user.id;
    if (mine && frame.client_id) this.outbox.remove(frame.client_id);
    this.#learn(frame, mine);
    if (conversation !== this.view?.id || this.#early?.id === conversation) return;
    const news = after(this.view, frame);
    this.#reading.lastSeq = Math.max(this.#reading.lastSeq, seq);
    this.#tell("entry", frame);
    if (news) this.#set({ ...this.view, ...news });
    if (kind === "message" && !mine) this.looked();
  }

  // What an entry says of a conversation in the list.
  #learn(frame, mine) {
    const { conversation: id, kind, seq } = frame;
    if (!this.mine.has(id)) return;
    const one = this.#his.learn(frame);
    if (one && kind === "message" && !mine) {
      if (id !== this.view?.id) this.#reading.arrive(id, seq);
      this.#tell("heard", { kind: "message", view: one, event: frame });
    }
    this.#tell("mine");
    if (one && one.status !== "active") this.#readSoon();
  }

  #readSoon() {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      if (this.user) this.#his.read().then(() => this.#tell("mine"), () => {});
    }, SOON_MS);
  }

  #set(view) {
    this.view = { ...(this.view?.id === view.id ? this.view : {}), ...view };
    this.#tell("view");
    this.#tell("marks");
  }

  #marks({ conversation, customer, staff }) {
    if (conversation !== this.view?.id) return;
    this.view.marks = { customer, staff };
    this.#reading.marked = Math.max(this.#reading.marked, staff.read);
    this.#tell("marks");
  }

  /** Something was read, or has come: the other side is told. */
  looked() {
    this.#reading.looked(() => (this.isMine(this.view) ? this.view : null), this.isLooking);
  }

  #linked(state, { code }) {
    if (code === TOO_BIG) this.outbox.tooBig();
    if (state === "stopped" && code) {
      this.trouble = code === REPLACED ? "replaced" : "ended";
      this.#tell("trouble");
    }
    const was = this.link;
    if (state === "connecting" && was.state === "waiting") return;
    const begun = state === "waiting" && was.state === "waiting" ? was.since : Date.now();
    this.link = { state, since: begun };
    this.#tell("link");
  }
}
