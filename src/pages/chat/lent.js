// What was typed and not sent, where it outlives its tab or its frame: in the browser, or in the
// page around, because browsers keep nothing for frames of others. It is his who typed it: it
// waits until he is there again, and nobody else gets it.

import { kept } from "../net/keep.js";
import { joined } from "../net/left.js";

/** @import { Frame } from "./host.js" */

/**
 * What is kept there. `owner`: whose it is; null: nobody's yet, and in the page around any
 * visitor's. `held`: what was kept before, of somebody who has not been there since.
 * @typedef {{ owner: string | null, values: Record<string, string>, held: Kept | null }} Kept
 */

/** So much of it is kept at most, in characters; a browser gives a site some millions. */
const CHARS_MAX = 200_000;

/** What a key begins with: nothing else is the chat's. */
const OURS = "switchboard.";

/**
 * Whether it was written by this file: the page around can write there, too.
 * @param {Partial<Kept> | null | undefined} one
 * @returns {one is Kept}
 */
const isKept = (one) => typeof one?.values === "object" && one.values !== null
  && Object.entries(one.values).every(([key, value]) => key.startsWith(OURS)
    && typeof value === "string");

/**
 * What was kept, if it can be read.
 * @param {string | null} text
 * @returns {Kept | null}
 */
export function keptIn(text) {
  try {
    const one = JSON.parse(text ?? "null");
    if (!isKept(one)) return null;
    return { owner: one.owner ?? null, values: one.values,
      held: isKept(one.held) ? { ...one.held, held: null } : null };
  } catch {
    return null;
  }
}

/**
 * What is to be kept of this storage, with what waits for somebody; null if that is nothing. What
 * is too much stays out.
 * @param {string | null} owner
 * @param {Record<string, string>} storage
 * @param {Kept | null} held
 */
export function textOf(owner, storage, held) {
  let room = CHARS_MAX;
  const fitting = Object.entries(storage).filter(([, value]) => {
    if (value.length > room) return false;
    room -= value.length;
    return true;
  });
  if (!fitting.length && !held) return null;
  return JSON.stringify({ owner, values: Object.fromEntries(fitting), held });
}

/**
 * Whether these lines stand there.
 * @param {string} part
 * @param {string} text
 */
const isIn = (part, text) => `\n${text}\n`.includes(`\n${part}\n`);

/**
 * What is typed under one key, here and before: a draft goes before what was begun since, and
 * each message is there once. Of anything else what is here counts.
 * @param {string} key
 * @param {string} before
 * @param {string} here
 */
function both(key, before, here) {
  if (key.includes(".draft.")) {
    /** @type {[string, string]} */
    const [first, then] = [JSON.parse(before), JSON.parse(here)];
    if (isIn(first, then)) return here;
    return isIn(then, first) ? before : JSON.stringify(`${first}\n${then}`);
  }
  if (!key.includes(".outbox.")) return here;
  return JSON.stringify(joined(JSON.parse(before), JSON.parse(here)));
}

/**
 * Puts it beside what is here; answers whether that has changed anything.
 * @param {Storage} storage
 * @param {string} key
 * @param {string} before
 * @returns {boolean}
 */
function put(storage, key, before) {
  const here = storage.getItem(key);
  const now = here === null ? before : both(key, before, here);
  if (here !== now) storage.setItem(key, now);
  if (here === null || here === before || !key.includes(".opening.")) return here !== now;
  // Two chats are not begun at once: what the other was to begin with is a draft again.
  const [first, then] = [JSON.parse(before).text, JSON.parse(here).text];
  return first !== then && put(storage, key.replace(".opening.", ".draft.new."),
    JSON.stringify(first));
}

/**
 * The id of what was to be begun before, and of what is begun here; what was to follow the one
 * follows the other. Empty unless there are two.
 * @param {Storage} storage
 * @param {Record<string, string>} values
 * @returns {string[]}
 */
function begun(storage, values) {
  const key = Object.keys(values).find((one) => one.includes(".opening."));
  const here = key && storage.getItem(key);
  return key && here ? [values[key], here].map((text) => JSON.parse(text).client_id) : [];
}

/**
 * What was kept and is his is here again. Answers what is held still, and whether there is more
 * here than before.
 * @param {Storage} storage
 * @param {Kept | null} held
 * @param {string | null} owner
 */
export function takeUp(storage, held, owner) {
  let isMore = false;
  for (; held && (!held.owner || held.owner === owner); held = held.held) {
    try {
      const [was, is] = begun(storage, held.values);
      for (const [key, text] of Object.entries(held.values)) {
        isMore = put(storage, key, is ? text.replaceAll(was, is) : text) || isMore;
      }
    } catch (error) {
      // The page around, or its reader, has written there what this file has not.
      console.error(error);
    }
  }
  return { held, isMore };
}

/**
 * The chat goes on with what is here now.
 * @param {Frame} frame
 */
export async function goOn({ visit, does, parts }) {
  visit.outbox.open("chat", { id: visit.widget ?? "all" });
  const job = kept.get(visit.key("opening"), null);
  if (job && !visit.opening) visit.opener.keep(job);
  // Whatever has a beginning is drawn anew, and so begins with this.
  const hadFocus = document.hasFocus() && document.activeElement !== document.body;
  await does.redraw();
  if (hadFocus) parts().composer.focus();
}

/**
 * A storage like the browser's, which says when something in it has changed.
 * @param {() => void} changed
 * @returns {Storage}
 */
export function storageThat(changed) {
  /** @type {Storage} */
  const storage = Object.create({
    /** @param {string} key */
    getItem: (key) => storage[key] ?? null,
    /**
     * @param {string} key
     * @param {string} value
     */
    setItem(key, value) {
      storage[key] = value;
      changed();
    },
    /** @param {string} key */
    removeItem(key) {
      if (!(key in storage)) return;
      delete storage[key];
      changed();
    },
  });
  return storage;
}
