// How what was typed in two places goes on in one: in two tabs, or in a frame before it was known
// whose it is.

import { joined } from "../net/left.js";

/**
 * Whether these lines stand there.
 * @param {string} part
 * @param {string} text
 */
const isIn = (part, text) => `\n${text}\n`.includes(`\n${part}\n`);

/** @param {string} key */
const isList = (key) => /\.(outbox|files)\./.test(key);

/**
 * What is typed under one key, before and here: a draft goes before what was begun since, and each
 * message and file is there once. Of anything else what is here counts.
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
  if (!isList(key)) return here;
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
  if (here === now) return false;
  storage.setItem(key, now);
  return true;
}

/** @param {string} key */
const isOpening = (key) => key.includes(".opening.");

/**
 * Two chats are not begun at once: what the other one was to begin with is a draft again.
 * @param {Storage} storage
 * @param {string} key
 * @param {string} before
 */
function putOpening(storage, key, before) {
  const here = storage.getItem(key);
  if (here === null) return put(storage, key, before);
  const { client_id: was, text, files } = JSON.parse(before);
  if (was === JSON.parse(here).client_id) return false;
  /**
   * @param {string} name
   * @param {unknown} value
   */
  const again = (name, value) => put(storage, key.replace(".opening.", `.${name}.`),
    JSON.stringify(value));
  const isMore = text !== "" && again("draft.new", text);
  return (files.length > 0 && again("files", files)) || isMore;
}

/**
 * The messages that were to follow what was to be begun there follow what is begun here.
 * @param {Storage} storage
 * @param {Record<string, string>} values
 * @param {string} messages
 * @returns {string}
 */
function following(storage, values, messages) {
  const key = Object.keys(values).find(isOpening);
  const here = key && storage.getItem(key);
  if (!key || !here) return messages;
  const [was, is] = [values[key], here].map((text) => JSON.parse(text).client_id);
  return messages.replaceAll(was, is);
}

/**
 * What was kept there, by its keys, is here, too; answers whether there is more here than before.
 * @param {Storage} storage
 * @param {Record<string, string>} values
 */
export function takeUp(storage, values) {
  let isMore = false;
  for (const [key, text] of Object.entries(values)) {
    try {
      const value = JSON.parse(text);
      if (isList(key) && !Array.isArray(value)) continue;
      const said = key.includes(".outbox.") ? following(storage, values, text) : text;
      isMore = (isOpening(key) ? putOpening : put)(storage, key, said) || isMore;
    } catch (error) {
      // Others can write there, too: what cannot be read is nothing.
      console.error(error);
    }
  }
  return isMore;
}
