// The name of a file, where there may be too little room for it.

import { make, words } from "../ui/dom.js";

/** So much of the end of a name always shows. */
const END_CHARS = 12;

/**
 * A name that is shortened in its middle where it finds no room: its end says what it is.
 * @param {string} name
 */
export function brief(name) {
  if (name.length <= END_CHARS * 2) return words(name);
  return make("bdi", { class: "brief", title: name }, make("span", {}, name.slice(0, -END_CHARS)),
    make("span", {}, name.slice(-END_CHARS)));
}
