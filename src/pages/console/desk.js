// One rep at work: what is his, what is offered to him, which conversation is before him, and the
// wire. It draws nothing: whoever draws listens.

import { draftKey } from "../net/drafts.js";
import { kept } from "../net/keep.js";
import { Outbox } from "../net/outbox.js";
import { patiently } from "../net/problem.js";
import { Socket } from "../net/socket.js";
import { ACTS } from "./acts.js";
import { Mine } from "./mine.js";
import { Names } from "./names.js";
import { Offered } from "./offered.js";
import { Reading } from "./reading.js";
import { Shown } from "./shown.js";
import { isOver } from "./standing.js";

/** @import { Account, Api } from "../net/api.js" */
/** @import * as Frames from "../net/frames.d.ts" */
/** @import { State } from "../net/socket.js" */
/** @import { Put } from "./mine.js" */
/** @import { Given, Listener, Self, Topics, View } from "./parts.d.ts" */

const SOON_MS = 400;
/** How often something that is not his, and of which nothing is told, is read again. */
const LOOK_MS = 5_000;
/** Close codes: a frame was too long; too many sockets of one person. */
const [TOO_BIG, REPLACED] = [1009, 4101];

export class Desk {
  /** @type {Self | null} The rep himself; null until he is known. */
  rep = null;
  /** @type {Frames.BoardFrame["queues"] | null} The queues he serves, as they are now. */
  board = null;
  /** @type {"ended" | "replaced" | null} What stops everything else. */
  trouble = null;
  /** @type {{ state: State | "none", since: number }} */
  link = { state: "none", since: 0 };
  unread = 0;
  /** @type {() => boolean} */
  isLooking = () => !document.hidden;
  /**
   * Does what may need a younger login.
   * @type {<Done>(work: () => Promise<Done>) => Promise<Done>}
   */
  renew = (work) => work();
  /** @type {Listener[]} */
  #listeners = [];
  /** @type {Account | null} */
  #user = null;
  #skew = 0;
  /** @type {number | undefined} */
  #soon;
  #his;
  #offered = new Offered((name) => this.key(name));
  offers = this.#offered.all;
  /** @type {Reading} */ #reading;
  /** @type {Shown} */ #shown;

  /** @param {Api} api */
  constructor(api) {
    this.api = api;
    this.names = new Names(api);
    this.#his = new Mine(api);
    /** What is his and not over, by id. */
    this.mine = this.#his.all;
    this.socket = new Socket(api, {
      frame: (frame) => this.#hear(frame),
      status: (state, detail) => this.#linked(state, detail),
      gap: ({ conversation }) => this.#shown.again(conversation),
      probe: () => ({ type: "watch", on: true }),
    });
    this.#reading = new Reading(this.socket);
    this.#shown = new Shown(this, this.#his, this.#reading);
    this.outbox = new Outbox(this.socket, () => this.tell("pending"));
    setInterval(() => this.#shown.look(), LOOK_MS);
  }

  /** Who works here; after his login has ended, who did. */
  get user() {
    this.#user = this.api.user ?? this.#user;
    if (!this.#user) throw new Error("nobody has signed in");
    return this.#user;
  }

  /** The conversation before him; null: none. */
  get view() {
    return this.#shown.view;
  }

  /** Which one is, or will be as soon as its log is read. */
  get wanted() {
    return this.#shown.wanted;
  }

  /** Whether the one before him has left him, and he may not read it any more. */
  get isWithheld() {
    return this.#shown.isWithheld;
  }

  get parked() {
    return this.#his.parked;
  }

  get missed() {
    return this.#offered.missed;
  }

  /** The server's clock, as far as it is known. */
  now = () => Date.now() + this.#skew;

  /** @param {Listener} listener */
  on(listener) {
    this.#listeners.push(listener);
  }

  /**
   * @template {keyof Topics} Topic
   * @param {Topic} topic
   * @param {Topics[Topic]} told
   */
  tell = (topic, ...told) => {
    for (const listener of this.#listeners) listener(topic, ...told);
  };

  /** @param {string} what */
  key = (what) => draftKey("console", what, this.user);

  /** He has come in. */
  async begin() {
    this.trouble = null;
    this.outbox.open("console", this.user);
    this.names.read().catch(() => {});
    const his = await patiently(() => this.#his.read());
    // Only before there is a socket: what is under way to it then would seem to be known.
    for (const one of his) if (one.id !== this.view?.id) this.socket.knows(one.id, one.last_seq);
    /** @type {string | null} */
    const shown = kept.get(this.key("shown"), null);
    if (shown && !this.view) await this.show(shown).catch(() => this.#shown.leave());
    this.socket.start();
    this.tell("mine");
  }

  /**
   * Puts a conversation among his, or what is new of it.
   * @param {View} view
   * @param {Put} [more]
   */
  put(view, more) {
    this.#his.put(view, more);
    this.#shown.renew(view);
  }

  /**
   * Whether this one is his now.
   * @param {View | null} view
   */
  isMine = (view) => view !== null && this.mine.has(view.id);

  /**
   * Shows a conversation, his or not, with the end of its log.
   * @param {string} id
   */
  show = (id) => this.#shown.show(id);

  /**
   * Does something with a conversation, and takes in how it is then.
   * @template {keyof Given} Act
   * @param {string} id
   * @param {Act} what
   * @param {Given[Act]} given
   */
  async act(id, what, ...given) {
    const held = this.#his.release(id);
    const answer = await this.renew(() => ACTS[what](this.api, id, ...given)).catch((error) => {
      if (held) this.#his.hold(id);
      throw error;
    });
    const view = "conversation" in answer ? answer.conversation : answer;
    if (held) this.#shown.leaves(view);
    this.#became(view);
    return view;
  }

  /** @param {View} view */
  #became(view) {
    const isHis = view.rep?.id === this.user.id && ["active", "wrapup"].includes(view.status);
    const known = this.mine.get(view.id);
    if (isHis) this.put(view);
    else if (known && known.last_seq <= view.last_seq) this.#his.drop(view.id, view.last_seq);
    this.#shown.renew(view);
    this.tell("mine");
    this.#readSoon();
  }

  /**
   * What he wants: shown at once, taken back if it is refused.
   * @param {Self["availability"]} availability
   */
  async want(availability) {
    const was = this.rep?.availability;
    if (availability === "available") this.forgive();
    this.#wants(availability);
    try {
      await this.api.put(`/reps/${this.user.id}/availability`, { availability });
    } catch (error) {
      if (was) this.#wants(was);
      throw error;
    }
  }

  /** @param {Self["availability"]} availability */
  #wants(availability) {
    if (this.rep) this.rep = { ...this.rep, availability };
    this.tell("rep");
  }

  /** He has seen what he has missed. */
  forgive() {
    this.#offered.forgive();
    this.tell("missed");
  }

  /**
   * Writes into what is before him.
   * @param {string} text
   * @param {Frames.Attachment[]} files
   * @param {{ note?: boolean }} more
   */
  write(text, files, { note = false } = {}) {
    if (!this.view) return;
    this.#reading.typedAt = 0;
    this.outbox.add(this.view.id, text, { files, note });
  }

  get pending() {
    return this.view ? this.outbox.of(this.view.id) : [];
  }

  /**
   * He types to the customer, or has stopped.
   * @param {boolean} on
   */
  typing(on) {
    const { view } = this;
    if (view && this.isMine(view) && !isOver(view)) this.#reading.typing(view.id, on);
  }

  /** @param {Frames.ServerFrame} frame */
  #hear(frame) {
    if (this.outbox.hear(frame)) return;
    switch (frame.type) {
      case "ready": this.#ready(frame); break;
      case "event": this.event(frame); break;
      case "assigned": this.#assigned(frame); break;
      case "offer": this.#offer(frame); break;
      case "offer_gone":
        if (this.#offered.gone(frame)) this.tell("missed");
        this.tell("offers");
        break;
      case "gone": this.#gone(frame.conversation); break;
      case "rep": this.#is(frame.rep); break;
      case "board":
        this.board = frame.queues;
        this.#is(frame.reps.find(({ id }) => id === this.user.id));
        this.tell("board");
        break;
      case "marks": this.#shown.marks(frame); break;
      case "typing":
        if (frame.conversation === this.view?.id) this.tell("typing", frame);
        break;
    }
    this.#count(frame);
  }

  /**
   * @param {{ type: string, conversation?: string | { id: string }, unread?: number,
   *   unread_total?: number }} frame
   */
  #count({ conversation, unread, unread_total: total }) {
    const id = typeof conversation === "object" ? conversation.id : conversation;
    if (id && unread !== undefined && this.#his.count(id, unread)) this.tell("mine");
    if (total === undefined || total === this.unread) return;
    this.unread = total;
    this.tell("unread");
  }

  /** @param {Frames.Ready} frame */
  #ready({ conversations, rep, server_time: time }) {
    this.#skew = time - Date.now();
    this.#is(rep);
    const his = conversations.filter(({ status, rep: whose }) =>
      whose?.id === this.user.id && status !== "offered");
    this.#his.keep(new Set(his.map(({ id }) => id)));
    for (const one of his) this.put(one);
    this.offers.clear();
    this.tell("offers");
    this.socket.send({ type: "watch", on: true });
    this.outbox.ready();
    this.tell("mine");
    this.#readSoon();
    if (this.view && !this.mine.has(this.view.id)) this.#shown.look();
    this.looked();
  }

  /** @param {Self | undefined} rep */
  #is(rep) {
    if (!rep) return;
    const was = this.rep?.availability ?? "available";
    this.rep = { ...this.rep, ...rep };
    // He is back, wherever he has said so.
    if (was !== "available" && rep.availability === "available") this.forgive();
    this.tell("rep");
  }

  /** @param {Frames.Offer} frame */
  #offer(frame) {
    const isNew = this.#offered.put(frame, this.now());
    this.tell("offers");
    if (isNew) this.tell("heard", { kind: "offer", view: frame.conversation });
  }

  /** @param {Frames.Assigned} frame */
  #assigned({ conversation: view, unread }) {
    const isNew = !this.mine.has(view.id);
    this.put(view, { counts: unread });
    this.#his.parked = this.parked.filter(({ id }) => id !== view.id);
    if (this.offers.delete(view.id)) this.tell("offers");
    this.tell("mine");
    if (isNew) this.tell("heard", { kind: "assigned", view });
  }

  /** @param {string} id */
  #gone(id) {
    const was = this.#his.release(id);
    if (this.#his.drop(id)) this.tell("mine");
    this.#readSoon();
    if (id !== this.view?.id) return;
    if (was) this.tell("lost");
    this.#shown.look();
  }

  /**
   * An entry of a log.
   * @param {Frames.EventFrame} frame
   */
  event(frame) {
    this.#shown.wait(frame);
    const mine = frame.sender_id === this.user.id;
    if (mine && frame.client_id) this.outbox.remove(frame.client_id);
    this.#learn(frame, mine);
    this.#shown.entry(frame, mine);
  }

  /**
   * What an entry says of a conversation in the list.
   * @param {Frames.EventFrame} frame
   * @param {boolean} mine
   */
  #learn(frame, mine) {
    const { conversation: id, kind, seq } = frame;
    if (!this.mine.has(id)) return;
    const one = this.#his.learn(frame);
    if (one && kind === "message" && !mine) {
      if (id !== this.view?.id) this.#reading.arrive(id, seq);
      this.tell("heard", { kind: "message", view: one, event: frame });
    }
    this.tell("mine");
    if (one && one.status !== "active") this.#readSoon();
  }

  #readSoon() {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      if (this.api.user) this.#his.read().then(() => this.tell("mine"), () => {});
    }, SOON_MS);
  }

  /** Something was read, or has come: the other side is told. */
  looked() {
    this.#reading.looked(() => (this.isMine(this.view) ? this.view : null), this.isLooking);
  }

  /**
   * @param {State} state
   * @param {{ code?: number }} detail
   */
  #linked(state, { code }) {
    if (code === TOO_BIG) this.outbox.tooBig();
    if (state === "stopped" && code) {
      this.trouble = code === REPLACED ? "replaced" : "ended";
      this.tell("trouble");
    }
    const was = this.link;
    if (state === "connecting" && was.state === "waiting") return;
    const begun = state === "waiting" && was.state === "waiting" ? was.since : Date.now();
    this.link = { state, since: begun };
    this.tell("link");
  }
}
