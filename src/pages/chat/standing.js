// What the entries of a log mean to a customer: where his conversation stands after each, and who
// everybody is.

/** @import { components } from "../api.d.ts" */
/** @import { LogEvent } from "../net/frames.d.ts" */

/** @typedef {components["schemas"]["PersonView"]} Person */

/**
 * A conversation as it is shown. `suspect`: its rep has gone, and may come back. `lost`: who had it
 * before it went back into the line. `left`: its customer has closed it himself.
 * @typedef {components["schemas"]["Conversation"] & { marks?: components["schemas"]["Marks"],
 *   suspect?: string | null, lost?: string | null, left?: boolean }} View
 */

/**
 * Where it stands after an entry of this kind.
 * @type {{ [kind in LogEvent["kind"]]?: View["status"] }}
 */
const STATUS = {
  requeued: "waiting", moved: "waiting", transferred: "waiting", woken: "waiting",
  reopened: "waiting", parked: "parked", wrapup: "closed", closed: "closed",
};

/**
 * A wrap-up is the rep's: for the customer it has ended.
 * @param {Pick<View, "status">} view
 */
export const isOver = ({ status }) => status === "closed" || status === "wrapup";

/**
 * What is another about the conversation after this entry; null if that is nothing.
 * @param {View} view
 * @param {LogEvent} event
 * @returns {Partial<View> | null}
 */
export function after(view, { kind, data, sender_id: sender, seq }) {
  // What is told of the past says nothing of where it stands now.
  if (seq <= view.last_seq) return null;
  const status = STATUS[kind];
  if (kind === "suspect") return { last_seq: seq, suspect: data?.rep_id ?? sender };
  if (kind === "returned") return { last_seq: seq, suspect: null };
  if (!status) return { last_seq: seq };
  const lost = kind === "requeued" && data?.reason === "rep_lost" ? view.rep?.id ?? null : null;
  const last_rep = view.rep ?? view.last_rep;
  const resolution = data?.resolution ?? (kind === "reopened" ? null : view.resolution);
  return { status, resolution, rep: null, last_rep, suspect: null, lost, last_seq: seq,
    left: kind === "closed" && sender === view.customer.id };
}

/**
 * What the end of a log says of it beyond where it stands.
 * @param {LogEvent[]} events
 * @param {View} view
 * @returns {Partial<View>}
 */
export function toldBy(events, { customer }) {
  const last = events.findLast(({ kind, data }) => kind in STATUS || kind === "assigned"
    || kind === "suspect" || (kind === "returned" && data?.rep_id));
  return { suspect: last?.kind === "suspect" ? last.data?.rep_id ?? last.sender_id : null,
    left: last?.kind === "closed" && last.sender_id === customer.id };
}

/**
 * Since when he waits for an answer of his rep, after these entries; 0: he does not.
 * @param {number} before
 * @param {LogEvent[]} events
 * @param {{ id: string } | null} user
 */
export function since(before, events, user) {
  let at = before;
  for (const { kind, sender_id: sender, created_at } of events) {
    if (kind === "assigned") at = created_at;
    else if (kind === "message") at = sender === user?.id ? at || created_at : 0;
  }
  return at;
}

/** Names by id, as far as a customer was ever told them. */
export class Names {
  /** @type {Map<string, string>} */
  #names = new Map();

  /** @param {View} view */
  of(view) {
    for (const person of [view.customer, view.rep, view.last_rep]) {
      if (person) this.know(person.id, person.name);
    }
  }

  /**
   * @param {string | null | undefined} id
   * @param {string | null} name
   */
  know(id, name) {
    if (id && name) this.#names.set(id, name);
  }

  /** @param {Person[]} people who are named in a part of a log */
  meet(people) {
    for (const { id, name } of people) this.know(id, name);
  }

  /** @param {LogEvent} event */
  learn({ kind, sender_id: sender, data }) {
    if (kind === "joined" || kind === "left") this.know(sender, data?.name ?? null);
  }

  /** @param {string | null | undefined} id */
  get = (id) => (id && this.#names.get(id)) || null;
}
