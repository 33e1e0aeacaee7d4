// What a rep had not sent when he closed a tab is sent from his next one, unless he signs out.

import { kept, keptLong } from "../net/keep.js";
import { joined } from "../net/left.js";

/** @import { Unsent } from "../net/outbox.js" */
/** @import { Desk } from "./desk.js" */

/** @param {Desk} desk */
function unsent(desk) {
  const key = desk.key("outbox");
  /** @type {Unsent[]} */
  const none = [];
  const all = joined(keptLong.get(key, none), kept.get(key, none));
  return { key, all: all.length ? all : null };
}

/**
 * What his other tabs have left is here.
 * @param {Desk} desk
 */
export function recall(desk) {
  const { key, all } = unsent(desk);
  kept.set(key, all);
  keptLong.set(key, null);
}

/**
 * When this tab goes, it leaves what it has; one that loads anew takes it up again.
 * @param {Desk} desk
 */
export function leaves(desk) {
  addEventListener("pagehide", ({ persisted }) => {
    const { key, all } = unsent(desk);
    if (!persisted) keptLong.set(key, all);
  });
}
