// The conversation before a rep, his or not, with the end of its log. It is the desk that tells
// what becomes of it.

import { kept } from "../net/keep.js";
import { problemOf } from "../net/problem.js";
import { PAGE } from "./log.js";
import { mayRead } from "./rights.js";
import { after } from "./standing.js";

/** @import { components } from "../api.d.ts" */
/** @import { EventFrame, MarksFrame } from "../net/frames.d.ts" */
/** @import { Desk } from "./desk.js" */
/** @import { Mine } from "./mine.js" */
/** @import { View } from "./parts.d.ts" */
/** @import { Reading } from "./reading.js" */

export class Shown {
  /**
   * Null: none is.
   * @type {View | null}
   */
  view = null;
  /** It has left him, and he may not read it any more. */
  isWithheld = false;
  /** @type {Desk} */
  #desk;
  /** @type {Mine} */
  #his;
  /** @type {Reading} */
  #reading;
  /**
   * What comes for a conversation whose log is being read.
   * @type {{ id: string, early: EventFrame[] } | null}
   */
  #early = null;

  /**
   * @param {Desk} desk
   * @param {Mine} his
   * @param {Reading} reading
   */
  constructor(desk, his, reading) {
    [this.#desk, this.#his, this.#reading] = [desk, his, reading];
  }

  get wanted() {
    return this.#early?.id ?? this.view?.id ?? null;
  }

  /**
   * Shows a conversation with the end of its log.
   * @param {string} id
   */
  async show(id) {
    if (this.view?.id === id && !this.#early) return;
    const { api, tell } = this.#desk;
    /** @type {EventFrame[]} */
    const early = [];
    this.#early = { id, early };
    const isWanted = () => this.#early?.early === early;
    tell("opening", id);
    try {
      const [view, page] = await Promise.all([
        api.get(`/conversations/${id}`), api.get(`/conversations/${id}/events?limit=${PAGE}`)]);
      if (isWanted()) this.#present(view, page, early);
    } catch (error) {
      if (isWanted()) this.#early = null;
      tell("unopened", error);
      throw error;
    }
  }

  /**
   * @param {components["schemas"]["Listed"]} view
   * @param {components["schemas"]["EventPage"]} page
   * @param {EventFrame[]} early
   */
  #present(view, page, early) {
    const desk = this.#desk;
    kept.set(desk.key("shown"), view.id);
    [this.view, this.#early, this.isWithheld] = [null, null, false];
    this.#reading.marked = page.marks.staff.read;
    this.#reading.lastSeq = page.items.at(-1)?.seq ?? 0;
    if (desk.isMine(view)) {
      desk.socket.knows(view.id, this.#reading.lastSeq);
      this.#his.put(view, { latest: view.latest_message });
    }
    desk.names.learn(page.people);
    desk.outbox.settle(view.id, page.items);
    this.set({ ...view, marks: page.marks });
    desk.tell("log", { items: page.items, earlier: page.previous ?? null });
    for (const frame of early) desk.event(frame);
    desk.looked();
  }

  /** Nothing is before him. */
  leave() {
    const { key, tell } = this.#desk;
    kept.set(key("shown"), null);
    [this.view, this.#early] = [null, null];
    tell("log", { items: [], earlier: null });
    tell("view");
  }

  /**
   * Reads again what is before him, or the state of another one of his.
   * @param {string} id
   */
  async again(id) {
    const { api, mine, tell } = this.#desk;
    if (id === this.view?.id) {
      const page = await api.get(`/conversations/${id}/events?limit=${PAGE}`);
      const view = await api.get(`/conversations/${id}`);
      if (id === this.view?.id) this.#present(view, page, []);
    } else if (mine.has(id)) {
      const view = await api.get(`/conversations/${id}`);
      this.#desk.put(view, { latest: view.latest_message });
      tell("mine");
    }
  }

  /**
   * It leaves him: what he may not read from now on is not asked for, and not shown by a reload.
   * @param {View} view
   */
  leaves(view) {
    if (view.id === this.view?.id && !mayRead(view, this.#desk)) this.#withhold();
  }

  /** Of what is not his nothing is told, so while it is shown it is asked for. */
  async look() {
    const { view } = this;
    const { api, isMine, names, outbox, socket, tell } = this.#desk;
    if (!view || isMine(view) || document.hidden || view.status === "closed") return;
    if (!socket.isReady || this.#early || this.isWithheld) return;
    const { id } = view;
    const isSame = () => this.view?.id === id && !isMine(view);
    // One after the other: what he may not read any more is asked for once.
    const fresh = await api.get(`/conversations/${id}`).catch((error) => {
      if (problemOf(error).status !== 404 || !isSame()) return null;
      this.#withhold();
      tell("view");
      return null;
    });
    const page = fresh && await api.get(
      `/conversations/${id}/events?after=${this.#reading.lastSeq}&limit=200`).catch(() => null);
    if (!page || !isSame()) return;
    names.learn(page.people);
    outbox.settle(view.id, page.items);
    for (const event of page.items) {
      this.#reading.lastSeq = event.seq;
      tell("entry", event);
    }
    this.set({ ...fresh, marks: page.marks });
  }

  #withhold() {
    this.isWithheld = true;
    kept.set(this.#desk.key("shown"), null);
  }

  /**
   * What comes for one whose log is being read waits until it is there.
   * @param {EventFrame} frame
   */
  wait(frame) {
    if (this.#early?.id === frame.conversation) this.#early.early.push(frame);
  }

  /**
   * An entry of a log; `mine`: he has written it.
   * @param {EventFrame} frame
   * @param {boolean} mine
   */
  entry(frame, mine) {
    const { conversation, kind, seq } = frame;
    const { view } = this;
    if (conversation !== view?.id || this.#early?.id === conversation) return;
    const { sender_id: sender, data } = frame;
    if (kind === "joined" && sender && typeof data?.name === "string") {
      this.#desk.names.learn([{ id: sender, name: data.name }]);
    }
    const news = after(view, frame, this.#desk.names.get);
    if (kind === "assigned") this.leaves({ ...view, ...news });
    this.#reading.lastSeq = Math.max(this.#reading.lastSeq, seq);
    this.#desk.tell("entry", frame);
    if (news) this.set({ ...view, ...news });
    if (kind === "message" && !mine) this.#desk.looked();
  }

  /**
   * What is new of it, if it is this one.
   * @param {View} view
   */
  renew(view) {
    if (view.id === this.view?.id && view.last_seq >= this.view.last_seq) this.set(view);
  }

  /** @param {View} view */
  set(view) {
    this.view = { ...(this.view?.id === view.id ? this.view : {}), ...view };
    this.#desk.tell("view");
    this.#desk.tell("marks");
  }

  /** @param {MarksFrame} frame */
  marks({ conversation, customer, staff }) {
    if (conversation !== this.view?.id) return;
    this.view.marks = { customer, staff };
    this.#reading.marked = Math.max(this.#reading.marked, staff.read);
    this.#desk.tell("marks");
  }
}
