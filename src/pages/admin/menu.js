// One menu for all buttons that open one: a list of what can be done, under the button. It stays
// while the page behind it is drawn anew.

import { make, words } from "../ui/dom.js";

/** Between a button and its menu, in px. */
const GAP = 4;

/**
 * @typedef {object} Item
 * @property {string | (string | Node)[]} text
 * @property {string} [note] What stands beside it.
 * @property {() => void} [work] None: it is only said.
 */

let menu = null;
let opener = null;

function list() {
  menu ??= document.body.appendChild(make("div", {
    class: "menu", popover: "auto", id: "menu", role: "group", onkeydown: walk, ontoggle,
  }));
  return menu;
}

function ontoggle({ newState }) {
  if (newState === "open") return;
  opener?.setAttribute("aria-expanded", "false");
  opener = null;
}

function walk(event) {
  const all = [...menu.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || !all.length) return;
  event.preventDefault();
  all.at(to % all.length).focus();
}

/**
 * A button that opens a menu. `items()` are asked when it opens.
 * @param {import("../i18n/locale.js").Locale} locale
 * @param {{ label: (string | Node)[], name?: string, items: () => Item[], className?: string }} of
 */
export function menuButton(locale, { label, name, items, className = "small" }) {
  const button = make("button", { type: "button", class: className, "aria-haspopup": "true",
    "aria-expanded": "false", "aria-label": name, onclick() {
      open(locale, button, name ?? button.textContent, items());
    } }, ...label);
  return button;
}

function open(locale, button, name, items) {
  const place = list();
  if (opener === button) return place.hidePopover();
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

/** Under its button, or above it where there is no room; within the window in any case. */
function stand(locale, place, button) {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const [width, height] = [document.documentElement.clientWidth, innerHeight];
  const start = locale.dir === "rtl" ? width - right : left;
  const most = width - place.offsetWidth - GAP;
  place.style.insetInlineStart = `${Math.max(GAP, Math.min(start, most))}px`;
  const below = bottom + GAP + place.offsetHeight <= height;
  const above = Math.max(GAP, top - GAP - place.offsetHeight);
  place.style.insetBlockStart = `${below ? bottom + GAP : above}px`;
}

/** A person's name in a menu. */
export const named = (name) => [words(name)];
