// What the entries of a log mean to a customer: where his conversation stands after each, how each
// is told, and who everybody is.

/** Where it stands after an entry of this kind. */
const STATUS = {
  requeued: "waiting", moved: "waiting", transferred: "waiting", woken: "waiting",
  reopened: "waiting", parked: "parked", wrapup: "closed", closed: "closed",
};

/** A wrap-up is the rep's: for the customer it has ended. */
export const isOver = ({ status }) => status === "closed" || status === "wrapup";

/** The conversation as it is after this entry; null if that changes nothing of it. */
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
  return { status, resolution, rep: null, last_rep, suspect: null, lost, last_seq: seq };
}

/** The text of an entry and whom it names; null: a customer need not read it. */
export function told({ kind, data, sender_id: sender }) {
  const texts = {
    assigned: ["s_assigned", data?.rep_id], requeued: ["s_requeued"], moved: ["s_moved"],
    transferred: ["s_transferred"], suspect: ["s_suspect", data?.rep_id],
    returned: data?.rep_id ? ["s_returned", data.rep_id] : null, parked: ["s_parked"],
    woken: ["s_woken"], reopened: ["s_reopened"], joined: ["s_joined", sender],
    left: ["s_left", sender], wrapup: ["s_ended"],
    closed: [{ waited: "s_waited", idle: "s_idle" }[data?.reason] ?? "s_ended"],
  };
  return texts[kind] ?? null;
}

/** Since when he waits for an answer of his rep, after these entries; 0: he does not. */
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
  #names = new Map();

  of(view) {
    for (const person of [view.customer, view.rep, view.last_rep]) {
      if (person) this.#names.set(person.id, person.name);
    }
  }

  learn({ kind, sender_id: sender, data }) {
    if ((kind === "joined" || kind === "left") && data?.name) this.#names.set(sender, data.name);
  }

  get = (id) => this.#names.get(id) ?? null;
}
