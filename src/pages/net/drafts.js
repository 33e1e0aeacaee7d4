// What people type and have not sent yet. Each draft is its writer's: no page shows it to anybody
// else, and it goes when he signs out. If his login ends by itself, it stays.

import { kept, keptLong } from "./keep.js";

/** @typedef {{ id: string }} Writer */

/** By this the other tabs are told who has signed out. */
const LEFT = "switchboard.left";

/**
 * Where something of a page is kept for whoever uses it.
 * @param {string} page
 * @param {string} what
 * @param {Writer} writer
 */
export const draftKey = (page, what, { id }) => `switchboard.${page}.${what}.${id}`;

/**
 * @param {typeof kept} where
 * @param {string} id
 */
const forget = (where, id) => where.forget((key) => key.startsWith("switchboard.")
  && key.endsWith(`.${id}`));

/**
 * He has signed out: nothing of his drafts stays, in no tab.
 * @param {Writer} writer
 */
export function forgetDrafts({ id }) {
  forget(kept, id);
  forget(keptLong, id);
  keptLong.set(LEFT, id);
  keptLong.set(LEFT, null);
}

/** Whoever signs out in another tab is forgotten here, too. */
export function followForgetting() {
  addEventListener("storage", ({ key, newValue }) => {
    if (key === LEFT && newValue) forget(kept, JSON.parse(newValue));
  });
}
