// What is the rep's: the conversations that hold a slot of his, and those he has laid aside, each
// with what a list shows of it.

import { after, since, sinceGiven } from "./standing.js";

/** @import { Api } from "../net/api.js" */
/** @import { LogEvent } from "../net/frames.d.ts" */
/** @import { Own, View } from "./parts.d.ts" */

/**
 * What is known beside it: its last message, null if there is none; how much of it is unread; when
 * an answer that says so was asked for.
 * @typedef {{ latest?: LogEvent | null, counts?: number, asked?: number }} Put
 */

export class Mine {
  /**
   * What is his and not over, by id.
   * @type {Map<string, Own>}
   */
  all = new Map();
  /**
   * What he has laid aside.
   * @type {View[]}
   */
  parked = [];
  #api;
  /**
   * What was his until somebody else, or time, has taken it.
   * @type {Set<string>}
   */
  #held = new Set();
  /**
   * How far the logs went of what has left him: an answer that knows no more of one is a late one.
   * @type {Map<string, number>}
   */
  #left = new Map();

  /**
   * When the socket has said last how much of one is unread: an answer asked for before is late.
   * @type {Map<string, number>}
   */
  #counted = new Map();

  /** @param {Api} api */
  constructor(api) {
    this.#api = api;
  }

  /** Reads both; answers with what is his. */
  async read() {
    const { user } = this.#api;
    if (!user) throw new Error("nobody is signed in");
    const { id } = user;
    const asked = performance.now();
    const [{ items }, { items: parked }] = await Promise.all([
      this.#api.get(`/conversations?rep=${id}&open=true&limit=200`),
      this.#api.get(`/conversations?last_rep=${id}&status=parked&limit=50`),
    ]);
    this.parked = parked;
    const his = items.filter(({ status }) => status !== "offered");
    for (const one of his) this.put(one, { latest: one.latest_message, asked });
    return his;
  }

  /**
   * A conversation that is his, new or changed; a late answer undoes nothing.
   * @param {View} view
   * @param {Put} more
   */
  put(view, { latest, counts = view.unread, asked = Infinity } = {}) {
    if (view.last_seq <= (this.#left.get(view.id) ?? -1)) return;
    const known = this.all.get(view.id);
    const isNewer = !known || view.last_seq >= known.last_seq;
    const isLate = (this.#counted.get(view.id) ?? 0) > asked;
    const isTold = latest !== undefined && isNewer;
    const waits = latest && latest.sender_id === view.customer.id ? latest.created_at : 0;
    this.#held.add(view.id);
    this.all.set(view.id, {
      ...(isNewer ? { ...known, ...view } : known), last: isTold ? latest : known?.last ?? null,
      since: isTold ? known?.since && waits ? known.since : waits
        : known?.since ?? (view.assigned_at ? sinceGiven(view.assigned_at, view) : 0),
      unread: (isLate ? null : counts) ?? known?.unread ?? 0,
    });
  }

  /**
   * How much of one of his is unread, as the socket has just said. Answers whether that is news.
   * @param {string} id
   * @param {number} unread
   */
  count(id, unread) {
    const one = this.all.get(id);
    if (!one) return false;
    this.#counted.set(id, performance.now());
    const isNews = one.unread !== unread;
    one.unread = unread;
    return isNews;
  }

  /**
   * An entry of a log; answers with what it belongs to if that is his and it is news.
   * @param {LogEvent} event
   */
  learn(event) {
    const one = this.all.get(event.conversation);
    if (!one) return null;
    const news = after(one, event);
    const { kind, data, text } = event;
    if (one.last && one.last.seq === data?.seq && (kind === "edited" || kind === "deleted")) {
      const isGone = kind === "deleted";
      one.last = { ...one.last, text: isGone ? null : text,
        data: { ...one.last.data, ...(isGone && { deleted: event.seq }) } };
    }
    if (event.seq >= (one.last?.seq ?? 0)) {
      one.since = since(one.since, one, event);
      if (event.kind === "message") one.last = event;
    }
    if (news) Object.assign(one, news);
    if (one.status !== "active" && one.status !== "wrapup") this.drop(one.id);
    return news && one;
  }

  /**
   * Only these are his.
   * @param {Set<string>} ids
   */
  keep(ids) {
    for (const id of [...this.all.keys()].filter((id) => !ids.has(id))) this.drop(id);
  }

  /**
   * It is his no longer. Answers whether it was.
   * @param {string} id
   * @param {number | undefined} seq how far its log has come
   */
  drop(id, seq = this.all.get(id)?.last_seq) {
    if (seq !== undefined) this.#left.set(id, seq);
    return this.all.delete(id);
  }

  /**
   * Nobody need tell him that it goes: he gives it away. Answers whether it was his.
   * @param {string} id
   */
  release = (id) => this.#held.delete(id);

  /**
   * He has it after all.
   * @param {string} id
   */
  hold = (id) => this.#held.add(id);
}
