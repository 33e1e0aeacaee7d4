// Everything by keyboard. A letter counts by what it is where it is Latin, and else by its place on
// the keyboard, so that the same keys work on Russian and Persian layouts. So does the slash where
// its key has other signs.

import { wishes } from "./wishes.js";

/**
 * A key, or several, or any digit; which of Shift and Ctrl go with it; how it is shown; what it
 * does.
 * @typedef {{ keys?: string[], shift?: boolean, digit?: boolean, ctrl?: boolean, shown: string,
 *   does: string }} Key
 */

/**
 * Which key was meant.
 * @param {{ key: string, code: string, shiftKey: boolean }} pressed
 */
export function meant({ key, code, shiftKey }) {
  // On Russian layouts it has a full stop and a comma, on Persian ones a question mark of its own.
  if (code === "Slash" && (key === "." || key === "," || key > "~")) return shiftKey ? "?" : "/";
  if (key.length > 1 || /^[\x21-\x7e]$/.test(key)) {
    return key.length === 1 ? key.toLowerCase() : key;
  }
  // "ф" and "ش" stand where A does.
  return /^Key([A-Z])$/.exec(code)?.[1].toLowerCase() ?? key;
}

/**
 * What does what, in the order of the help. `does` names what is done.
 * @type {Key[]}
 */
export const KEYS = [
  { keys: ["a"], shown: "A", does: "accept" },
  { keys: ["a"], shift: true, shown: "⇧ A", does: "pass" },
  { keys: ["j", "ArrowDown"], shown: "J ↓", does: "next" },
  { keys: ["k", "ArrowUp"], shown: "K ↑", does: "previous" },
  { digit: true, shown: "1…9", does: "nth" },
  { keys: ["r"], shown: "R ↵", does: "reply" },
  { keys: ["/"], shown: "/", does: "canned" },
  { keys: ["n"], shown: "N", does: "noteSwitch" },
  { keys: ["t"], shown: "T", does: "transfer" },
  { keys: ["e"], shown: "E", does: "close" },
  { keys: ["s"], shown: "S", does: "availability" },
  { ctrl: true, keys: ["k"], shown: "Ctrl K", does: "search" },
  { ctrl: true, keys: ["Enter"], shown: "Ctrl Enter", does: "send" },
  { shown: "↑", does: "edit" },
  { keys: ["Escape"], shown: "Esc", does: "escape" },
  { keys: ["?"], shown: "?", does: "help" },
];

/** @param {Element | null} target */
const inField = (target) => target?.closest(
  "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

/**
 * Where the arrow keys belong to what has the focus.
 * @param {Element | null} target
 */
const hasArrows = (target) => target?.closest("[role=log], [role=tablist], [popover], dialog");

/**
 * Listens to the whole page.
 * @param {Record<string, (n: number) => unknown>} does what each key does, by its name
 */
export function listen(does) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const pressed = command(event);
    if (!pressed) return;
    const [name, n = 0] = pressed;
    if (does[name]?.(n) === false) return;
    event.preventDefault();
  });
}

/**
 * What a press of a key asks for; null: nothing.
 * @param {KeyboardEvent} event
 * @returns {[name: string, n?: number] | null}
 */
function command(event) {
  const { ctrlKey, metaKey, altKey, shiftKey } = event;
  const target = event.target instanceof Element ? event.target : null;
  const key = meant(event);
  if ((ctrlKey || metaKey) && !altKey && !shiftKey) return key === "k" ? ["search"] : null;
  if (document.querySelector("dialog[open]")) return null;
  // Those with Alt are the browser's own.
  if (ctrlKey || metaKey || altKey || inField(target)) return null;
  // What lies over the page is closed by the browser, and nothing else with it.
  if (key === "Escape") return document.querySelector(":popover-open") ? null : ["escape"];
  if (key.startsWith("Arrow") && hasArrows(target)) return null;
  if (!key.startsWith("Arrow") && !wishes.keys) return null;
  if (target?.closest("[popover]")) return null;
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit && !shiftKey) return ["nth", Number(digit[1])];
  // Which signs need Shift is another thing on each layout.
  const found = KEYS.find((one) => !one.ctrl && one.keys?.includes(key)
    && (!/^[a-z]$/.test(key) || Boolean(one.shift) === shiftKey));
  return found ? [found.does] : null;
}
