// Making elements. Whatever people wrote goes in as text nodes only, so nothing of it becomes
// markup, and a page needs no policy for trusted types: there is nothing to trust.

/** @import { Attributes, Child } from "./elements.d.ts" */

const SVG = "http://www.w3.org/2000/svg";

/**
 * The element with this id; the page has it.
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/**
 * A new element. An attribute that begins with `on` is a listener; true is an attribute without a
 * value; false, null and undefined are none.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes<Tag>} [attributes]
 * @param {Child[]} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  /** @type {[string, unknown][]} */
  const given = Object.entries(attributes);
  for (const [name, value] of given) {
    if (typeof value === "function") element.addEventListener(name.slice(2), (on) => value(on));
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child != null && child !== false) element.append(child);
  return element;
}

/**
 * Somebody's own words within a sentence, whatever direction they are written in.
 * @param {string} text
 */
export const words = (text) => make("bdi", {}, text);

/** What the icons look like, as paths in a square of 24. */
const ICONS = {
  send: ["M4 12l16-8-5 16-3-7z", "M12 13l8-9"],
  clip: ["M20 11l-8 8a5 5 0 0 1-7-7l8-8a3.5 3.5 0 0 1 5 5l-8 8a2 2 0 0 1-3-3l7-7"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  back: ["M15 5l-7 7 7 7"],
  down: ["M12 5v14", "M6 13l6 6 6-6"],
  more: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  history: ["M4 12a8 8 0 1 0 3-6", "M4 4v4h4", "M12 8v4l3 2"],
  file: ["M6 3h8l5 5v13H6z", "M14 3v5h5"],
};

/** @typedef {keyof typeof ICONS} IconName */

/**
 * A small drawing beside words; who cannot see it misses nothing.
 * @param {IconName} name
 */
export const icon = (name) => drawn(name, ICONS[name]);

/**
 * The same of lines that a face brings.
 * @param {string} name
 * @param {readonly string[]} lines
 */
export function drawn(name, lines) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  for (const line of lines) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}

/**
 * Puts other children into an element only if they read differently: a status is read aloud.
 * @param {Element} element
 * @param {Child[]} children
 */
export function tell(element, ...children) {
  const fresh = make("p", {}, ...children);
  if (fresh.textContent === element.textContent) return false;
  element.replaceChildren(...fresh.childNodes);
  return true;
}
