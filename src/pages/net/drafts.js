// What people type and have not sent yet. Each draft is its writer's: no page shows it to anybody
// else, and it goes when he signs out. If his login ends by itself, it stays.

import { kept, keptLong } from "./keep.js";
import { keysOf } from "./left.js";

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

/** What is kept for him that he has not typed: what he looked at, and what he has missed. */
const ASIDE = /\.(shown|missed|edits)\./;

/**
 * Whether something is kept for this one.
 * @param {string} key
 * @param {string} id
 */
const isOf = (key, id) => key.startsWith("switchboard.") && key.endsWith(`.${id}`);

/**
 * Whether anything stands in a field of this tab, or of the console in any, that signing out
 * would take away; or was not sent yet, in this tab or in one that has gone.
 * @param {Writer} writer
 */
export function hasDrafts({ id }) {
  /** @type {Record<string, { text: string }>} */
  const long = keptLong.get(draftKey("console", "drafts", { id }), {});
  return Object.values(long).some(({ text }) => text)
    || keysOf("localStorage").some((key) => isOf(key, id) && key.includes(".tab."))
    || keysOf("sessionStorage").some((key) => isOf(key, id) && !ASIDE.test(key));
}

/**
 * @param {typeof kept} where
 * @param {string} id
 */
const forget = (where, id) => where.forget((key) => isOf(key, id));

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
