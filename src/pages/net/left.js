// What a tab had not sent when it went waits in the browser for another one. Each tab has an entry
// of its own there, so that none overwrites another's; one that loads anew has its things itself.

import { kept, keptLong, uuid7 } from "./keep.js";

/** @import { Unsent } from "./outbox.js" */

/**
 * What was left: when, in ms; whose it is, null if nobody's yet; and what the tab kept, as JSON by
 * its keys.
 * @typedef {{ at: number, owner: string | null, values: Record<string, string> }} Left
 */

/** So long it waits, in ms, and so many messages of a tab do, the newest. */
const LEFT_MS_MAX = 3 * 24 * 3_600_000;
const LEFT_MAX = 50;

/** Under this a tab keeps which one it is. */
const TAB = "switchboard.tab";

/**
 * What is kept there by its keys; a browser may forbid to look.
 * @param {"sessionStorage" | "localStorage"} name
 */
export function keysOf(name) {
  try {
    return Object.keys(window[name]);
  } catch {
    return [];
  }
}

/**
 * What the tabs of a page have left for the same reader.
 * @param {string} page
 * @param {string} whose
 */
export function leftIn(page, whose) {
  const tab = kept.get(TAB, uuid7());
  kept.set(TAB, tab);
  const [begin, end] = [`switchboard.${page}.tab.`, `.${whose}`];
  const own = begin + tab + end;
  /** @param {string} key */
  const isOthers = (key) => key.startsWith(begin) && key.endsWith(end) && key !== own;
  return {
    isOthers,
    /** @param {Left | null} left of this tab; null: nothing, or no longer */
    leave: (left) => keptLong.set(own, left),
    /** What others have left, the newest first. What has waited too long goes. */
    others() {
      const all = keysOf("localStorage").filter(isOthers).map((key) => {
        const left = keptLong.get(key, /** @type {Left | null} */ (null));
        if (left && left.at > Date.now() - LEFT_MS_MAX && left.values) return { key, left };
        keptLong.set(key, null);
        return null;
      });
      return all.filter((one) => one !== null).sort((a, b) => b.left.at - a.left.at);
    },
  };
}

/**
 * Of these messages what may still be sent by another tab.
 * @param {Unsent[]} entries
 */
export const stillUnsent = (entries) => entries.filter(({ client_id: id, seq }) =>
  !seq && timeOf(id) > Date.now() - LEFT_MS_MAX).slice(-LEFT_MAX);

/**
 * When an id was made, in ms.
 * @param {string} id of version 7
 */
const timeOf = (id) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/**
 * Messages or files of two tabs, each once: those of before come first, and are as they are here.
 * @template {{ client_id: string } | { id: string }} One
 * @param {One[]} before
 * @param {One[]} here
 */
export function joined(before, here) {
  /** @param {One} one */
  const idOf = (one) => ("client_id" in one ? one.client_id : one.id);
  const known = new Set(here.map(idOf));
  return [...before.filter((one) => !known.has(idOf(one))), ...here];
}
