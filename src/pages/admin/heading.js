// How every screen of the admin panel begins.

import { make } from "../ui/dom.js";

/** @import { Child } from "../ui/elements.d.ts" */

/**
 * The heading of a screen, and what can be done with all of it.
 * @param {string} title
 * @param {Child[]} actions
 */
export function heading(title, ...actions) {
  return make("header", { class: "head" }, make("h1", { tabindex: -1 }, title),
    actions.length > 0 && make("div", { class: "row" }, ...actions));
}
