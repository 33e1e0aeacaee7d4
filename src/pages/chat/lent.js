// What the chat keeps in the page around it, because browsers keep nothing for frames of others:
// what was typed and not sent. It is his who typed it: what somebody wrote who was named by the
// page waits until he is named again, and nobody else gets it.

/**
 * What is kept there. `owner`: who the page had named; null: a visitor, or nobody yet. `held`: what
 * was kept before, of somebody who has not been named since.
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
 * @param {Storage} storage
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
