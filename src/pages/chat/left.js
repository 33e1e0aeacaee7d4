// What was not sent when a tab of the chat went waits in the browser for the next one: as a
// visitor's login does, for him, and what nobody had typed yet, for whoever comes there next. What
// an account was writing ends with its tab, as its login does.

import { kept, keptLong } from "../net/keep.js";
import { keysOf, leftIn, stillUnsent } from "../net/left.js";
import { keyOf } from "../net/login.js";
import { takeUp } from "./joined.js";
import { resume } from "./resumed.js";

/** @import { Known } from "../net/login.js" */
/** @import { Frame } from "./host.js" */
/** @import { Visit } from "./visit.js" */

/** What stands beside something that is typed, and is nothing without it. */
const ASIDE = /\.(shown|name|queue)\./;

/** @param {Visit} visit */
const entries = (visit) => leftIn("chat", visit.widget ?? "all");

/**
 * Whether what is typed here is for the next tab. Inside another page, that one keeps it.
 * @param {Visit} visit
 */
function waits({ api, key, widget }) {
  if (window.parent !== window || kept.get(key("theirs"), false)) return false;
  if (!api.user) return true;
  const visitor = keptLong.get(keyOf(`chat.${widget ?? "all"}`),
    /** @type {Known | null} */ (null));
  // In another tab he may have had himself forgotten.
  return api.isVisitor && visitor?.user.id === api.user.id;
}

/**
 * What is typed in this tab, and what was before him then; null: nothing.
 * @param {Visit} visit
 */
function typed(visit) {
  const outbox = visit.key("outbox");
  const unsent = JSON.stringify(stillUnsent(kept.get(outbox, [])));
  const keys = keysOf("sessionStorage").filter((key) => visit.isOurs(key)
    && (key !== outbox || unsent !== "[]"));
  if (keys.every((key) => ASIDE.test(key))) return null;
  const values = Object.fromEntries(keys.map((key) =>
    [key, key === outbox ? unsent : sessionStorage[key]]));
  return { at: Date.now(), owner: visit.api.user?.id ?? null, values };
}

/**
 * Whose login has ended goes on as nobody, with what he was writing: that waits for no other tab.
 * @param {Visit} visit
 */
export const goesOn = (visit) => kept.set(visit.key("theirs"), true);

let isAsked = false;

/**
 * From now on the tab leaves what is typed in it when it goes.
 * @param {Visit} visit
 */
export function leaves(visit) {
  if (isAsked) return;
  isAsked = true;
  addEventListener("pagehide", () => {
    // Whose login has ended is somebody new after a reload: what he was writing goes along.
    if (visit.trouble === "ended") {
      goesOn(visit);
      const text = kept.get(visit.key(`draft.${visit.view?.id}`), "");
      if (text) kept.set(visit.key("draft.new"), text);
    }
    const left = waits(visit) ? typed(visit) : null;
    entries(visit).leave(left);
    if (left) keptLong.set(visit.key("left"), true);
  });
  // Whoever goes back to it finds it as it was.
  addEventListener("pageshow", ({ persisted }) => persisted && entries(visit).leave(null));
}

/**
 * What was left in other tabs is here, if it is his.
 * @param {Frame} frame
 */
export async function recall(frame) {
  const { visit, parts } = frame;
  const { leave, others } = entries(visit);
  leave(null);
  parts().composer.save();
  let isMore = false;
  for (const { key, left } of waits(visit) ? others() : []) {
    if (left.owner && left.owner !== visit.api.user?.id) continue;
    keptLong.set(key, null);
    isMore = takeUp(sessionStorage, left.values) || isMore;
  }
  if (!others().length) keptLong.set(visit.key("left"), null);
  if (isMore) await resume(frame);
}

/**
 * He wants to be forgotten here: nothing waits for him any more.
 * @param {Visit} visit
 */
export function forgetLeft(visit) {
  for (const { key } of entries(visit).others()) keptLong.set(key, null);
}
