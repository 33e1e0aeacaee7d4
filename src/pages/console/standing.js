// What the entries of a log mean to staff: where a conversation stands after each, and how each is
// told.

/** @import { EventData, LogEvent } from "../net/frames.d.ts" */
/** @import { Said, View } from "./parts.d.ts" */

/**
 * Where it stands after an entry of this kind.
 * @type {{ [kind in LogEvent["kind"]]?: View["status"] }}
 */
const STATUS = {
  assigned: "active", offered: "offered", requeued: "waiting", declined: "waiting",
  missed: "waiting", withdrawn: "waiting", moved: "waiting", transferred: "waiting",
  woken: "waiting", reopened: "waiting", parked: "parked", wrapup: "wrapup", closed: "closed",
};

/** @type {View["priority"][]} */
export const PRIORITIES = ["low", "normal", "high", "urgent"];

/** A conversation with one of these is not served by anybody. */
const NOBODY = new Set(["waiting", "parked", "closed"]);

/**
 * Whether it is over for its customer.
 * @param {{ status?: View["status"] }} view
 */
export const isOver = ({ status }) => status === "closed" || status === "wrapup";

/**
 * Since when somebody waits to be served, this time.
 * @param {View} view
 */
export const waitsSince = ({ waits_since: since, created_at: begun }) => since ?? begun;

/**
 * Whether its customer has left it as a message, and nobody has served it yet: afterwards it is
 * like any other.
 * @param {View} view
 */
export const isLeft = ({ left_message: left, epoch }) => Boolean(left) && epoch === 0;

/**
 * What an entry changes of a conversation; null: it tells of the past.
 * @param {View} view
 * @param {LogEvent} entry
 * @param {(id: string) => string | null} name
 * @returns {Partial<View> | null}
 */
export function after(view, { kind, data, seq, created_at: at }, name = () => null) {
  if (seq <= view.last_seq) return null;
  const news = { last_seq: seq, updated_at: at };
  if (kind === "prioritized") {
    const priority = PRIORITIES.find((one) => one === data?.to) ?? view.priority;
    return { ...news, priority };
  }
  if (kind === "renamed") {
    const { id, name } = view.customer;
    return { ...news, customer: { id: data?.customer_id ?? id, name: data?.name ?? name } };
  }
  if (kind === "held") return { ...news, held: true };
  if (kind === "returned") return { ...news, held: false };
  const status = STATUS[kind];
  if (!status) return news;
  const rep = kind === "assigned" && data?.rep_id && data.rep_id !== view.rep?.id
    ? { id: data.rep_id, name: name(data.rep_id) ?? "" } : null;
  const resolution = data?.resolution ?? (isOver({ status }) ? view.resolution : null);
  return { ...news, status, resolution, held: false,
    ...(rep && { rep, last_rep: rep }),
    ...(NOBODY.has(status) && { rep: null, last_rep: view.rep ?? view.last_rep }),
    ...(kind === "reopened" && { waits_since: at }),
    ...(kind === "parked" && { due_at: data?.wake_at ?? null }),
    ...(status === "closed" && { closed_at: at }) };
}

/**
 * What is told of an end that no one has made, by its reason.
 * @type {Record<string, string | undefined>}
 */
const BY_TIME = { waited: "l_waited", idle: "l_idle", wrap_up: "l_wrapped" };

/**
 * How an assignment came about.
 * @param {EventData | null | undefined} data
 * @param {string | null | undefined} sender
 */
function assigned(data, sender) {
  if (data?.claimed && sender === data.rep_id) return "l_claimed";
  if (data?.accepted) return "l_accepted";
  return sender && sender !== data?.rep_id ? "l_given" : "l_assigned";
}

/**
 * An entry in words: the key of its text, whom it names, by whom, and what else it says. Null: it
 * is nothing to read.
 * @param {LogEvent} entry
 * @returns {Said | null}
 */
export function told({ kind, data, sender_id: sender }) {
  const who = data?.rep_id ?? sender;
  switch (kind) {
    case "opened": return { key: data?.left_message ? "l_left_message" : "l_opened", who: sender };
    case "assigned":
      return { key: assigned(data, sender), who, by: sender, waited: data?.waited_ms };
    case "offered": case "withdrawn": return { key: `l_${kind}`, who };
    case "declined": return { key: "l_declined", who, words: data?.reason };
    case "missed": return { key: data?.set_away ? "l_missed_away" : "l_missed", who };
    case "requeued": return { key: "l_requeued", reason: data?.reason, by: sender };
    case "transferred":
      return data?.to ? { key: "l_transferred", who: data.to, by: sender }
        : { key: "l_to_queue", queue: data?.queue_id };
    case "moved": return { key: "l_to_queue", queue: data?.to };
    case "prioritized": return { key: "l_prioritized", priority: data?.to };
    case "parked": return { key: "l_parked", until: data?.wake_at };
    case "held": return { key: "l_held", until: data?.until };
    case "returned": return { key: "l_returned", who: data?.rep_id ?? "customer" };
    case "suspect": return { key: "l_suspect", who };
    case "wrapup": return { key: "l_wrapup", resolution: data?.resolution };
    case "closed":
      return { key: BY_TIME[data?.reason ?? ""] ?? "l_closed", who: sender,
        resolution: data?.resolution };
    case "reopened": return { key: "l_reopened", who: sender };
    case "joined": case "left": return { key: `l_${kind}`, who: sender, name: data?.name };
    case "renamed": return { key: "l_renamed", name: data?.name, who: data?.customer_id };
    case "rated": return { key: "l_rated", n: data?.score ?? 0 };
    case "woken": return { key: "l_woken" };
    default: return null;
  }
}

/**
 * Since when a customer waits for the answer of a rep who has him since then: if nobody has
 * answered him yet, since he came.
 * @param {number} at
 * @param {View} view
 */
export const sinceGiven = (at, { created_at: begun, first_reply_at: answered }) =>
  (answered ? at : begun);

/**
 * Since when its customer waits for an answer, after this entry; 0: he does not.
 * @param {number} before
 * @param {View} view
 * @param {LogEvent} entry
 */
export function since(before, view, { kind, sender_id: sender, created_at: at, data }) {
  if (kind === "assigned" && !before) return sinceGiven(at, view);
  if (isOver({ status: STATUS[kind] })) return 0;
  if (kind !== "message" || data?.deleted) return before;
  return sender === view.customer.id ? before || at : 0;
}
