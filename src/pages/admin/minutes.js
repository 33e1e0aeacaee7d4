// The minutes that the server keeps of its queues, made into what plots show.

/** @import { components } from "../api.d.ts" */
/** @import { Api } from "../net/api.js" */

/** @typedef {components["schemas"]["Minute"]} Minute */

const MINUTE = 60_000;

/** As many as one answer can have. */
const PAGE = 10_000;

/**
 * All minutes of a span of time, of one queue or of all.
 * @param {Api} api
 * @param {{ from: number, to: number, queue?: string }} span
 * @returns {Promise<Minute[]>}
 */
export async function read(api, { from, to, queue = "" }) {
  /** @type {Minute[]} */
  const all = [];
  for (let at = from; ;) {
    const which = queue ? `&queue=${queue}` : "";
    const { minutes } = await api.get(`/line/history?from=${at}&to=${to}${which}`);
    if (minutes.length < PAGE) return [...all, ...minutes];
    // The last one may not be whole: it is asked for again.
    const last = minutes[minutes.length - 1].minute;
    all.push(...minutes.filter(({ minute }) => minute < last));
    at = last;
  }
}

/**
 * Queues that share a rep are one group: a rep's slots are counted in each of his queues, and
 * would count twice if all were added up.
 * @param {{ queues: components["schemas"]["QueueView"][] }[]} reps
 * @returns {(queue: string) => string}
 */
export function groups(reps) {
  /** @type {Map<string, string>} */
  const parent = new Map();
  /** @type {(one: string) => string} */
  const root = (one) => {
    const next = parent.get(one) ?? one;
    return next === one ? one : root(next);
  };
  for (const { queues } of reps) {
    for (const { id } of queues) parent.set(root(id), root(queues[0].id));
  }
  return root;
}

/**
 * What a minute has of each group, and how many waited in all; null: nobody knows.
 * @typedef {{ load: Map<string, number>, capacity: Map<string, number>, waiting: number | null }}
 *   Level
 */

/** @type {("load" | "capacity")[]} */
const SLOTS = ["load", "capacity"];

/**
 * Minute by minute: how much reps held and might hold, and how many waited. Within a group it is
 * the queue with the most; that is exact wherever each rep of it serves all its queues.
 * @param {Minute[]} minutes
 * @param {{ from: number, count: number, group: (queue: string) => string }} how
 */
export function levels(minutes, { from, count, group }) {
  const times = Array.from({ length: count }, (_, index) => from + index * MINUTE);
  /** @type {Map<number, Level>} */
  const at = new Map(times.map((time) => [time, { load: new Map(), capacity: new Map(),
    waiting: null }]));
  for (const one of minutes) {
    const here = at.get(one.minute);
    if (!here || one.waiting == null) continue;
    here.waiting = (here.waiting ?? 0) + one.waiting;
    for (const key of SLOTS) {
      const name = group(one.queue_id);
      here[key].set(name, Math.max(here[key].get(name) ?? 0, one[key] ?? 0));
    }
  }
  const sum = (/** @type {Map<string, number>} */ map) =>
    (map.size ? [...map.values()].reduce((one, other) => one + other, 0) : null);
  const all = [...at.values()];
  return { times, load: all.map(({ load }) => sum(load)),
    capacity: all.map(({ capacity }) => sum(capacity)),
    waiting: all.map(({ waiting }) => waiting) };
}

/**
 * How long people waited who were served in each bucket: the median, and what nine of ten stayed
 * below. A minute tells only these two of itself, so it counts as half of its people at each.
 * @param {Minute[]} minutes
 * @param {{ from: number, count: number, step: number }} buckets
 */
export function waits(minutes, { from, count, step }) {
  /** @type {[value: number, times: number][][]} */
  const samples = Array.from({ length: count }, () => []);
  for (const { minute, assigned, wait_p50_ms: p50, wait_p90_ms: p90 } of minutes) {
    const index = Math.floor((minute - from) / step);
    if (!assigned || p50 == null || p90 == null || !samples[index]) continue;
    const half = Math.ceil(assigned / 2);
    samples[index].push([p50, half], [p90, assigned - half]);
  }
  const times = samples.map((_, index) => from + index * step);
  const rank = (/** @type {number} */ share) => samples.map((all) => ranked(all, share));
  return { times, p50: rank(0.5), p90: rank(0.9) };
}

/**
 * The nearest rank among values that count so many times each.
 * @param {[value: number, times: number][]} samples
 * @param {number} share
 */
function ranked(samples, share) {
  const sorted = samples.toSorted(([one], [other]) => one - other);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  for (const [value, count] of sorted) {
    below += count;
    if (below >= total * share && count) return value;
  }
  return null;
}
