// What a visitor had not sent when he closed a tab waits in the browser for his next one. What an
// account was writing ends with its tab, as its login does.

import { keysHere } from "../net/drafts.js";
import { keptLong } from "../net/keep.js";
import { goOn, keptIn, storageThat, takeUp, textOf } from "./lent.js";

/** @import { Frame } from "./host.js" */
/** @import { Visit } from "./visit.js" */

/** @param {Visit} visit */
const leftKey = (visit) => visit.key("left");

/** @param {Visit} visit */
const left = (visit) => keptIn(keptLong.get(leftKey(visit), null));

/** What stands beside something that is typed, and is nothing without it. */
const ASIDE = /\.(shown|name|queue)\./;

/**
 * What is typed in this tab, as it is kept, and what was before him then.
 * @param {Visit} visit
 */
function typed(visit) {
  const [begin, end] = visit.key("|").split("|");
  const keys = keysHere().filter((key) => key.startsWith(begin) && key.endsWith(end));
  if (keys.every((key) => ASIDE.test(key))) return {};
  return Object.fromEntries(keys.map((key) => [key, sessionStorage[key]]));
}

/**
 * The tab goes, or loads anew: then it finds what it has itself.
 * @param {Visit} visit
 */
export function leave(visit) {
  const { api, trouble } = visit;
  // Whose login has ended may have signed out elsewhere; then nothing of his stays here.
  if (trouble === "ended" || (api.user && !api.isVisitor)) return;
  const owner = api.user?.id ?? null;
  const here = Object.assign(storageThat(() => {}), typed(visit));
  const { held } = takeUp(here, left(visit), owner);
  keptLong.set(leftKey(visit), textOf(owner, here, held));
}

/**
 * What was left in other tabs is here again, if it is his.
 * @param {Frame} frame
 */
export async function recall(frame) {
  const { visit, parts } = frame;
  parts().composer.save();
  const { held, isMore } = takeUp(sessionStorage, left(visit), visit.api.user?.id ?? null);
  keptLong.set(leftKey(visit), held && textOf(null, {}, held));
  if (isMore) await goOn(frame);
}
