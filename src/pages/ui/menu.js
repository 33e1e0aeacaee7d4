// One menu for all buttons that open one: a list of what can be done, under the button. It stays
// while the page behind it is drawn anew.

import { make, words } from "./dom.js";

/** Between a button and its menu, in px. */
const GAP = 4;

/** @import { Locale } from "../i18n/locale.js" */

/**
 * @typedef {object} Item
 * @property {string | (string | Node)[]} text
 * @property {string} [note] What stands beside it.
 * @property {() => void} [work] None: it is only said.
 */

/** @type {HTMLElement | null} */
let menu = null;
/** @type {HTMLElement | null} */
let opener = null;

function list() {
  menu ??= document.body.appendChild(make("div", {
    class: "menu", popover: "auto", id: "menu", role: "group", onkeydown: walk, ontoggle,
  }));
  return menu;
}

/** @param {ToggleEvent} event */
function ontoggle({ newState }) {
  if (newState === "open") return;
  opener?.setAttribute("aria-expanded", "false");
  // Where it was opened from may have been drawn anew.
  if (document.activeElement === document.body) opener?.focus();
  opener = null;
}

/** Whoever goes elsewhere takes no open menu along. A screen's bundle has a menu of its own. */
export function closeMenu() {
  for (const one of document.querySelectorAll(".menu:popover-open")) {
    if (one instanceof HTMLElement) one.hidePopover();
  }
}

/** @param {KeyboardEvent & { currentTarget: HTMLElement }} event */
function walk(event) {
  const all = [...event.currentTarget.querySelectorAll("button")];
  const at = all.findIndex((one) => one === document.activeElement);
  /** @type {Record<string, number | undefined>} */
  const ways = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
  const to = ways[event.key];
  if (to === undefined || !all.length) return;
  event.preventDefault();
  all.at(to % all.length)?.focus();
}

/**
 * A button that opens a menu. `items()` are asked when it opens.
 * @param {Locale} locale
 * @param {{ label: (string | Node)[], name?: string, items: () => Item[], className?: string }} of
 */
export function menuButton(locale, { label, name, items, className = "small" }) {
  const button = make("button", { type: "button", class: className, "aria-haspopup": "true",
    "aria-expanded": "false", "aria-label": name, onclick() {
      open(locale, button, button.getAttribute("aria-label") ?? button.textContent, items());
    } }, ...label);
  // The menu of the button that this one takes the place of is open.
  if (opener && name && opener.getAttribute("aria-label") === name) {
    button.setAttribute("aria-expanded", "true");
    opener = button;
  }
  return button;
}

/**
 * @param {Locale} locale
 * @param {HTMLElement} button
 * @param {string} name
 * @param {Item[]} items
 */
function open(locale, button, name, items) {
  const place = list();
  if (opener) {
    const isIts = opener === button;
    opener.setAttribute("aria-expanded", "false");
    place.hidePopover();
    if (isIts) return;
  }
  place.setAttribute("aria-label", name);
  place.replaceChildren(...items.map(({ text, note, work }) => {
    const said = [make("span", {}, ...[text].flat()),
      note && make("span", { class: "note" }, note)];
    if (!work) return make("p", { class: "note" }, ...said.filter(Boolean));
    return make("button", { type: "button", onclick() {
      place.hidePopover();
      work();
    } }, ...said);
  }));
  place.showPopover();
  opener = button;
  button.setAttribute("aria-expanded", "true");
  stand(locale, place, button);
  place.querySelector("button")?.focus();
}

/**
 * Under its button, or above it where there is no room; within the window in any case.
 * @param {Locale} locale
 * @param {HTMLElement} place
 * @param {HTMLElement} button
 */
function stand(locale, place, button) {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const [width, height] = [document.documentElement.clientWidth, innerHeight];
  const isMirrored = locale.dir === "rtl";
  const [begin, end] = isMirrored ? [width - right, width - left] : [left, right];
  // It does not stick out of the page: at its edge it ends where its button ends.
  const page = button.closest(".screen")?.getBoundingClientRect();
  const edge = page ? (isMirrored ? width - page.left : page.right) : width;
  const start = begin + place.offsetWidth > edge ? end - place.offsetWidth : begin;
  const most = width - place.offsetWidth - GAP;
  place.style.insetInlineStart = `${Math.max(GAP, Math.min(start, most))}px`;
  const below = bottom + GAP + place.offsetHeight <= height;
  const above = Math.max(GAP, top - GAP - place.offsetHeight);
  place.style.insetBlockStart = `${below ? bottom + GAP : above}px`;
}

/**
 * A person's name in a menu.
 * @param {string} name
 */
export const named = (name) => [words(name)];
