// What was not sent when a tab of the chat went waits in the browser for the next one: as a
// visitor's login does, for him, and what nobody had typed yet, for whoever comes there next. What
// an account was writing ends with its tab, as its login does.

import { kept, keptLong } from "../net/keep.js";
import { keysOf, leftIn, stillUnsent } from "../net/left.js";
import { keyOf } from "../net/login.js";
import { takeUp } from "./joined.js";
import { resume } from "./resumed.js";

/** @import { Left } from "../net/left.js" */
/** @import { Known } from "../net/login.js" */
/** @import { Frame } from "./host.js" */
/** @import { Visit } from "./visit.js" */

/** A tab that loads anew takes back within this time, in ms, what it has left. */
const ANEW_MS = 5_000;

/** By this the other tabs are told who is forgotten. */
const FORGOTTEN = "forgotten";

/** Inside another page, that one keeps what is typed. */
const isAlone = window.parent === window;

/** What stands beside something that is typed, and is nothing without it. */
const ASIDE = /\.(shown|name|queue)\./;

/** @param {Visit} visit */
const entries = (visit) => leftIn("chat", visit.widget ?? "all");

/**
 * Whether what is typed here is for the next tab.
 * @param {Visit} visit
 */
function waits({ api, key, widget }) {
  if (!isAlone || kept.get(key("theirs"), false)) return false;
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
 * Whose login has ended goes on as nobody, and what he was writing goes along: what was not sent is
 * a draft again. It waits for no other tab.
 * @param {Visit} visit
 * @param {string} [begun] what stands in the field
 */
export function goesOn(visit, begun = "") {
  if (isAlone) kept.set(visit.key("theirs"), true);
  const unsent = stillUnsent(kept.get(visit.key("outbox"), []));
  for (const { client_id: id } of unsent) visit.outbox.remove(id);
  const draft = visit.key("draft.new");
  const texts = [kept.get(draft, ""), ...unsent.map(({ text }) => text), begun].filter(Boolean);
  kept.set(draft, texts.length ? texts.join("\n") : null);
}

/**
 * What a tab of his that has gone had not sent is sent from here; its drafts wait for the next one.
 * @param {Visit} visit
 * @param {string} key
 */
function send(visit, key) {
  const left = keptLong.get(key, /** @type {Left | null} */ (null));
  const [outbox, owner] = [visit.key("outbox"), visit.api.user?.id];
  if (!left?.values[outbox] || !owner || left.owner !== owner || !waits(visit)) return;
  const { [outbox]: messages, ...rest } = left.values;
  keptLong.set(key, Object.keys(rest).every((one) => ASIDE.test(one)) ? null
    : { ...left, values: rest });
  takeUp(sessionStorage, { [outbox]: messages });
  visit.outbox.open("chat", { id: visit.widget ?? "all" });
  visit.outbox.ready();
  visit.tell("pending");
}

/**
 * From now on the tab leaves what is typed in it when it goes, and hears of other tabs.
 * @param {Visit} visit
 */
export function leaves(visit) {
  // Once for the page, whichever of its bundles asks first.
  const { dataset } = document.documentElement;
  if ("leaves" in dataset) return;
  dataset.leaves = "";
  addEventListener("pagehide", () => {
    if (visit.trouble === "ended") {
      goesOn(visit, kept.get(visit.key(`draft.${visit.view?.id}`), ""));
    }
  });
  if (!isAlone) return;
  addEventListener("pagehide", () => {
    const left = waits(visit) ? typed(visit) : null;
    entries(visit).leave(left);
    if (left) keptLong.set(visit.key("left"), true);
  });
  // Whoever goes back to it finds it as it was.
  addEventListener("pageshow", ({ persisted }) => persisted && entries(visit).leave(null));
  // What an account has sent and is not stored ends with its tab.
  addEventListener("beforeunload", (event) => {
    const isAccount = visit.api.user && !visit.api.isVisitor;
    if (isAccount && stillUnsent(kept.get(visit.key("outbox"), [])).length) event.preventDefault();
  });
  addEventListener("storage", ({ key, newValue }) => {
    if (!key || !newValue) return;
    if (entries(visit).isOthers(key)) setTimeout(() => send(visit, key), ANEW_MS);
    if (key === visit.key(FORGOTTEN) && newValue === JSON.stringify(visit.api.user?.id)) {
      kept.forget(visit.isOurs);
      location.reload();
    }
  });
}

/**
 * What was left in other tabs is here, if it is his.
 * @param {Frame} frame
 */
export async function recall(frame) {
  const { visit, parts } = frame;
  const { leave, others } = entries(visit);
  // It may go again before the log is there, which asks for this, too.
  leaves(visit);
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
 * He wants to be forgotten here: nothing waits for him any more, and his other tabs are told.
 * @param {Visit} visit
 */
export function forgetLeft(visit) {
  for (const { key } of entries(visit).others()) keptLong.set(key, null);
  keptLong.set(visit.key(FORGOTTEN), visit.api.user?.id);
  keptLong.set(visit.key(FORGOTTEN), null);
}
