// Making elements. Whatever people wrote goes in as text nodes only, so nothing of it becomes
// markup, and a page needs no policy for trusted types: there is nothing to trust.

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element. An attribute that begins with `on` is a listener; true is an attribute without a
 * value; false, null and undefined are none.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** Somebody's own words within a sentence, whatever direction they are written in. */
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

/** A small drawing beside words; who cannot see it misses nothing. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"],
    ["class", `icon icon-${name}`]]) svg.setAttribute(key, value);
  for (const line of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}

/** Puts other children into an element only if they read differently: a status is read aloud. */
export function tell(element, ...children) {
  const fresh = make("p", {}, ...children);
  if (fresh.textContent === element.textContent) return false;
  element.replaceChildren(...fresh.childNodes);
  return true;
}
