// How every screen of the admin panel begins.

import { make } from "../ui/dom.js";

/** The heading of a screen, and what can be done with all of it. */
export function heading(title, ...actions) {
  return make("header", { class: "head" }, make("h1", { tabindex: -1 }, title),
    actions.length > 0 && make("div", { class: "row" }, ...actions));
}
