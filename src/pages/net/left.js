// What one tab had not sent, beside what another has not.

/** @import { Unsent } from "./outbox.js" */

/**
 * The messages of both, each once: those of before come first, and are as they are here.
 * @param {Unsent[]} before
 * @param {Unsent[]} here
 */
export function joined(before, here) {
  const known = new Set(here.map(({ client_id: id }) => id));
  return [...before.filter(({ client_id: id }) => !known.has(id)), ...here];
}
