// One visit of a customer: who he is, which conversation is before him, and the wire. It draws
// nothing: whoever draws listens.

import { kept } from "../net/keep.js";
import { Outbox } from "../net/outbox.js";
import { patiently } from "../net/problem.js";
import { Socket } from "../net/socket.js";
import { Opener } from "./opener.js";
import { Signs } from "./signs.js";
import { PAGE } from "./texts.js";
import { after, isOver, Names, since, toldBy } from "./standing.js";

/** @import { Api } from "../net/api.js" */
/** @import * as Frames from "../net/frames.d.ts" */
/** @import { State } from "../net/socket.js" */
/** @import { Draws, Opening, Topics, Welcome, Wishes } from "./parts.d.ts" */
/** @import { View } from "./standing.js" */

/** Close codes: a frame was too long; too many sockets of one person. */
const [TOO_BIG, REPLACED] = [1009, 4101];
/** All who are told of other hours ask again within this time, in ms. */
const SPREAD_MS = 5_000;

export class Visit {
  /** Since when he waits for an answer to what he wrote last; 0: he does not. */
  waitsSince = 0;
  /** @type {Welcome | null} What a newcomer is told; null until it is known. */
  welcome = null;
  /** @type {View | null} The conversation before him; null: none yet. */
  view = null;
  /** @type {Map<string, View>} His open ones, by id. */
  open = new Map();
  /** Whether it is known which those are. Until then nothing is begun. */
  isKnown = false;
  /** @type {"unavailable" | "ended" | "replaced" | null} What stops everything else. */
  trouble = null;
  /** @type {{ state: State | "none", since: number }} */
  link = { state: "none", since: 0 };
  unread = 0;
  /** Whether there is anything to look back at. */
  hasEarlier = false;
  names = new Names();
  /** @type {() => boolean} Whether he looks at the end of the log right now. */
  isLooking = () => !document.hidden;
  /** @type {Map<string, Frames.LineFrame>} */
  #places = new Map();
  /** @type {Draws | null} */
  #draws = null;
  /** @type {{ id: string, early: Frames.EventFrame[] } | null} What comes while a log is read. */
  #early = null;
  signs = new Signs(this);
  #skew = 0;

  /**
   * @param {Api} api
   * @param {string | null} widget
   */
  constructor(api, widget) {
    this.api = api;
    this.widget = widget;
    this.socket = new Socket(api, {
      frame: (frame) => this.#hear(frame),
      status: (state, detail) => this.#linked(state, detail),
      gap: ({ conversation }) => {
        if (conversation === this.view?.id) this.show(conversation).catch(() => this.leave());
      },
      probe: () => this.signs.probe(),
    });
    this.outbox = new Outbox(this.socket, () => this.tell("pending"));
    this.outbox.open("chat", { id: widget ?? "all" });
    this.opener = new Opener(this);
    api.onEnded = () => this.#stuck("ended");
  }

  /** The server's clock, as far as it is known. */
  now = () => Date.now() + this.#skew;

  /** @param {string} what */
  key = (what) => `switchboard.chat.${what}.${this.widget ?? "all"}`;

  /** @param {string} key */
  isOurs = (key) => this.key("|").split("|").every((part) => key.includes(part));

  /**
   * What it tells goes there from now on.
   * @param {Draws} draws
   */
  on(draws) {
    this.#draws = draws;
  }

  /**
   * @template {keyof Topics} Topic
   * @param {Topic} topic
   * @param {Topics[Topic]} told
   */
  tell(topic, ...told) {
    this.#draws?.[topic](...told);
  }

  /** The first message, while its conversation is being opened. */
  get opening() {
    return this.opener.job;
  }

  get isOpen() {
    return this.view !== null && !isOver(this.view);
  }

  get place() {
    return (this.view && this.#places.get(this.view.id)) ?? null;
  }

  /** Reads what a newcomer is told, until it is there, and goes on where he was. */
  async begin() {
    const welcome = this.#patiently(this.#ask);
    await (this.api.user ? this.enter() : this.#knows());
    await welcome.catch(() => this.#stuck("unavailable"));
    this.opener.go();
  }

  #ask = async () => {
    const query = new URLSearchParams(this.widget ? { widget: this.widget } : {});
    this.welcome = await this.api.get(`/welcome?${query}`);
    this.tell("state");
  };

  /** Asks again what a newcomer is told, if he is one or what he had has ended. */
  lookAgain() {
    if (!this.isOpen) this.#ask().catch(() => {});
  }

  /**
   * @template Done
   * @param {() => Promise<Done>} work
   */
  #patiently = (work) => patiently(work, () => this.tell("unreachable"));

  /** Somebody is signed in: finds what is open and shows what he looked at last. */
  async enter() {
    [this.trouble, this.isKnown] = [null, false];
    await this.#patiently(this.#find).finally(this.#knows);
    this.socket.start();
    this.opener.go();
    this.tell("state");
  }

  #knows = () => { this.isKnown = true; this.tell("state"); };

  #find = async () => {
    const { items } = await this.api.get("/conversations?limit=20");
    this.hasEarlier = items.length > 0;
    for (const one of items.filter((one) => !isOver(one))) {
      this.open.set(one.id, one);
      this.socket.knows(one.id, one.last_seq);
    }
    /** @type {string | null} */
    const shown = kept.get(this.key("shown"), null);
    const wanted = items.find(({ id }) => id === shown) ?? [...this.open.values()][0];
    // What he is just beginning stays before him.
    if (wanted && shown !== "none" && !this.opening) await this.show(wanted.id, wanted);
  };

  /**
   * Shows one of his conversations, open or not, with the end of its log.
   * @param {string} id
   * @param {View | null} known
   */
  async show(id, known = null) {
    /** @type {Frames.EventFrame[]} */
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
    this.outbox.settle(id, page.items);
    this.#set({ ...view, ...toldBy(page.items, view), marks: page.marks });
    kept.set(this.key("shown"), id);
    const last = page.items.at(-1)?.seq ?? 0;
    this.signs.begin(last, page.marks.customer.read);
    this.socket.knows(id, last);
    this.names.meet(page.people);
    this.waitsSince = since(0, page.items, this.api.user);
    this.tell("log", { items: page.items, older: page.previous ?? null });
    for (const frame of early) this.#event(frame);
    this.signs.looked();
  }

  /** Nothing is before him: he may begin another one. */
  leave() {
    kept.set(this.key("shown"), "none");
    this.view = null;
    this.#early = null;
    this.tell("log", { items: [], older: null });
    this.tell("state");
    this.lookAgain();
  }

  /**
   * Writes: into what is before him, or as the beginning of a new one.
   * @param {string} text
   * @param {Frames.Attachment[]} files
   * @param {Wishes} wishes
   */
  write(text, files, wishes = {}) {
    this.signs.written();
    // Whoever writes below what has ended begins something new.
    if (this.view && !this.isOpen) this.leave();
    if (this.view) this.outbox.add(this.view.id, text, { files });
    else if (this.opening) this.outbox.add(this.opening.client_id, text, { files, held: true });
    else this.opener.begin(text, files, wishes);
  }

  /** What is written and not in the log yet, the oldest first. */
  get pending() {
    const { opening } = this;
    const held = opening ? [opening, ...this.outbox.of(opening.client_id)] : [];
    return this.view ? this.outbox.of(this.view.id) : held;
  }

  /** @param {string} id */
  retry(id) {
    if (id === this.opening?.client_id) this.opener.retry();
    else this.outbox.retry(id);
  }

  /** @param {string} id */
  discard(id) {
    if (id !== this.opening?.client_id) return this.outbox.remove(id);
    for (const { client_id } of this.outbox.of(id)) this.outbox.remove(client_id);
    this.opener.keep(null);
  }

  /** Makes him somebody, if he is nobody yet, as late as that. */
  async become(name = "") {
    if (this.api.look()) return;
    const named = name.trim() ? { display_name: name.trim() } : {};
    await this.api.visit({ ...(this.widget && { widget: this.widget }), ...named });
    this.tell("state");
  }

  /**
   * A conversation is there that was being opened: what was written meanwhile goes into it.
   * @param {Opening} job
   * @param {View} view
   */
  async opened(job, view) {
    this.hasEarlier = true;
    this.open.set(view.id, view);
    await this.show(view.id);
    this.outbox.move(job.client_id, view.id);
    this.opener.keep(null);
    if (this.link.state === "none" || this.link.state === "stopped") this.socket.start();
  }

  /**
   * Who was here has gone: he has signed `out`, or his login has `ended`, after which he goes on
   * with what he was writing, or somebody `else` is in. Else whoever comes next at this screen
   * finds nothing of what was written.
   * @param {"out" | "ended" | "else"} how
   */
  forget(how = "out") {
    this.socket.stop();
    this.socket.forgetAll();
    if (how === "out") this.api.signOut();
    if (how === "ended") {
      this.api.leave();
    } else {
      this.opener.job = null;
      this.outbox.clear();
      kept.forget(this.isOurs);
      this.tell("forgotten");
    }
    for (const all of [this.open, this.#places]) all.clear();
    this.trouble = null;
    this.hasEarlier = false;
    this.#count(0);
    this.link = { state: "none", since: 0 };
    this.leave();
    kept.set(this.key("shown"), null);
    this.tell("link");
  }

  /** @param {Frames.ServerFrame} frame */
  #hear(frame) {
    if (this.outbox.hear(frame)) return;
    if (frame.type === "ready") this.#ready(frame);
    else if (frame.type === "event") this.#event(frame);
    else if (frame.type === "assigned") this.#assigned(frame);
    else if (frame.type === "hours") setTimeout(() => this.lookAgain(), Math.random() * SPREAD_MS);
    else if (frame.type === "marks") this.#marks(frame);
    else if (frame.type === "line") {
      this.#places.set(frame.conversation, frame);
      this.tell("state");
    } else if (frame.type === "typing" && frame.conversation === this.view?.id) {
      this.tell("typing", frame);
    }
    if ("unread_total" in frame) this.#count(frame.unread_total);
  }

  /** @param {Frames.Ready} frame */
  #ready({ conversations, texts, server_time: time }) {
    this.#skew = time - Date.now();
    if (texts && this.welcome) this.welcome.texts = texts;
    this.open = new Map(conversations.map((one) => [one.id, one]));
    const shown = this.view && this.open.get(this.view.id);
    if (shown) this.#set(shown);
    const chosen = kept.get(this.key("shown"), null);
    const last = conversations.at(-1);
    if (!this.view && !this.opening && last && chosen !== "none") {
      this.show(last.id).catch(() => {});
    }
    this.outbox.ready();
    this.tell("state");
    this.signs.looked();
  }

  /** @param {Frames.Assigned} frame */
  #assigned({ conversation: view }) {
    this.open.set(view.id, view);
    if (view.id === this.view?.id) this.#set({ ...view, suspect: null, lost: null });
  }

  /** @param {Frames.EventFrame} frame */
  #event(frame) {
    const { conversation, kind } = frame;
    if (this.#early?.id === conversation) {
      this.#early.early.push(frame);
      return;
    }
    const ended = kind === "closed" || kind === "wrapup";
    if (ended) this.open.delete(conversation);
    if (!this.view || conversation !== this.view.id) return;
    this.names.learn(frame);
    const news = after(this.view, frame);
    if (kind === "message" && frame.sender_id === this.api.user?.id) {
      this.outbox.remove(frame.client_id);
    }
    this.signs.last = frame.seq;
    this.waitsSince = since(this.waitsSince, [frame], this.api.user);
    this.tell("entry", frame);
    if (news) this.#set({ ...this.view, ...news });
    if (ended && news) this.lookAgain();
    this.signs.looked();
  }

  /** @param {View} view */
  #set(view) {
    this.view = { ...(this.view?.id === view.id ? this.view : {}), ...view };
    this.names.of(this.view);
    this.tell("state");
    this.tell("marks");
  }

  /** @param {Frames.MarksFrame} frame */
  #marks({ conversation, customer, staff }) {
    if (!this.view || conversation !== this.view.id) return;
    this.view.marks = { customer, staff };
    this.signs.read(customer.read);
    this.tell("marks");
  }

  /** @param {number | undefined} total */
  #count(total) {
    if (total === undefined || total === this.unread) return;
    this.unread = total;
    this.tell("unread");
  }

  /**
   * @param {State} state
   * @param {{ code?: number }} detail
   */
  #linked(state, { code }) {
    if (code === TOO_BIG) this.outbox.tooBig();
    if (state === "stopped" && code) this.#stuck(code === REPLACED ? "replaced" : "ended");
    const was = this.link;
    if (state === "connecting" && was.state === "waiting") return;
    const since = state === "waiting" && was.state === "waiting" ? was.since : Date.now();
    this.link = { state, since };
    if (state === "ready" && was.state === "waiting") this.tell("back");
    this.tell("link");
  }

  /** @param {Visit["trouble"]} trouble */
  #stuck(trouble) {
    this.socket.stop();
    this.trouble = trouble;
    this.tell("state");
    this.tell("link");
  }
}
