// What is the rep's: the conversations that hold a slot of his, and those he has laid aside, each
// with what a list shows of it.

import { after, since } from "./standing.js";

export class Mine {
  /** @type {Map<string, any>} What is his and not over, by id. */
  all = new Map();
  /** @type {any[]} What he has laid aside. */
  parked = [];
  #api;
  /** What was his until somebody else, or time, has taken it. */
  #held = new Set();

  /** @param {import("../net/api.js").Api} api */
  constructor(api) {
    this.#api = api;
  }

  /** Reads both; answers with what is his. */
  async read() {
    const { id } = this.#api.user;
    const [{ items }, { items: parked }] = await Promise.all([
      this.#api.get(`/conversations?rep=${id}&open=true&limit=200`),
      this.#api.get(`/conversations?last_rep=${id}&status=parked&limit=50`),
    ]);
    this.parked = parked;
    const his = items.filter(({ status }) => status !== "offered");
    for (const one of his) this.put(one, { latest: one.latest_message });
    return his;
  }

  /** A conversation that is his, new or changed; a late answer undoes nothing. */
  put(view, { latest, counts = view.unread } = {}) {
    const known = this.all.get(view.id);
    const isNewer = !known || view.last_seq >= known.last_seq;
    const isTold = latest !== undefined && isNewer;
    const waits = latest && latest.sender_id === view.customer.id ? latest.created_at : 0;
    this.#held.add(view.id);
    this.all.set(view.id, {
      ...(isNewer ? { ...known, ...view } : known), last: isTold ? latest : known?.last ?? null,
      since: isTold ? known?.since && waits ? known.since : waits
        : known?.since ?? view.assigned_at ?? 0,
      unread: counts ?? known?.unread ?? 0,
    });
  }

  /** An entry of a log; answers with what it belongs to if that is his and it is news. */
  learn(event) {
    const one = this.all.get(event.conversation);
    if (!one) return null;
    const news = after(one, event);
    if (event.seq >= (one.last?.seq ?? 0)) {
      one.since = since(one.since, one, event);
      if (event.kind === "message") one.last = event;
    }
    if (news) Object.assign(one, news);
    if (one.status !== "active" && one.status !== "wrapup") this.all.delete(one.id);
    return news && one;
  }

  /** Only these are his. */
  keep(ids) {
    for (const id of [...this.all.keys()].filter((id) => !ids.has(id))) this.all.delete(id);
  }

  /** It is his no longer. */
  drop(id) {
    this.all.delete(id);
  }

  /** Nobody need tell him that it goes: he gives it away. Answers whether it was his. */
  release = (id) => this.#held.delete(id);

  /** He has it after all. */
  hold = (id) => this.#held.add(id);
}
