// Those who wait in several lines, as one.

import { PRIORITIES, waitsSince } from "./standing.js";

/** @import { View } from "./parts.d.ts" */

/**
 * Which of two comes first who wait in different lines: the more urgent, else who came earlier.
 * @param {View} one
 * @param {View} other
 */
const order = (one, other) => PRIORITIES.indexOf(other.priority) - PRIORITIES.indexOf(one.priority)
  || waitsSince(one) - waitsSince(other);

/**
 * Each line keeps its order; of their first ones the more urgent comes next, then the earlier.
 * @template {{ view: View }} Waiter
 * @param {Waiter[][]} lines
 */
export function asOne(lines) {
  const rest = lines.map((line) => [...line]);
  /** @type {Waiter[]} */
  const all = [];
  for (;;) {
    const [next] = rest.filter(({ length }) => length)
      .sort(([one], [other]) => order(one.view, other.view));
    if (!next) return all;
    all.push(...next.splice(0, 1));
  }
}
