// What a rep had not sent when he closed a tab is sent from another one of his. Signing out forgets
// it, as his drafts.

import { kept, keptLong } from "../net/keep.js";
import { joined, leftIn, stillUnsent } from "../net/left.js";

/** @import { Unsent } from "../net/outbox.js" */
/** @import { Desk } from "./desk.js" */

/** A tab that loads anew takes back within this time, in ms, what it has left. */
const ANEW_MS = 5_000;

/** @param {Desk} desk */
const entries = ({ user }) => leftIn("console", user.id);

/**
 * @param {Desk} desk
 * @returns {Unsent[]}
 */
const unsent = (desk) => kept.get(desk.key("outbox"), []);

/**
 * What his other tabs have left is in his outbox.
 * @param {Desk} desk
 */
export function recall(desk) {
  const { leave, others } = entries(desk);
  leave(null);
  for (const { key, left } of others()) {
    kept.set(desk.key("outbox"), joined(JSON.parse(left.values.outbox), unsent(desk)));
    keptLong.set(key, null);
  }
}

/**
 * From now on this tab leaves what it has when it goes, and takes up what others leave.
 * @param {Desk} desk
 */
export function leaves(desk) {
  addEventListener("pagehide", () => {
    const all = stillUnsent(unsent(desk));
    entries(desk).leave(all.length ? { at: Date.now(), owner: desk.user.id,
      values: { outbox: JSON.stringify(all) } } : null);
  });
  addEventListener("pageshow", ({ persisted }) => persisted && entries(desk).leave(null));
  addEventListener("storage", ({ key, newValue }) => {
    if (!key || !newValue || !entries(desk).isOthers(key)) return;
    setTimeout(() => {
      if (!desk.api.user || !keptLong.get(key, null)) return;
      recall(desk);
      desk.outbox.open("console", desk.user);
      desk.outbox.ready();
      desk.tell("pending");
    }, ANEW_MS);
  });
}
