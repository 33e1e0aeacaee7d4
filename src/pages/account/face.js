// What somebody looks like: his picture, or the first letter of his name.

import { make } from "../ui/dom.js";

/** Where pictures stand is told as an address; requests are told as a path. */
const API = "/api/v1";

/** @import { Api } from "../net/api.js" */

/**
 * A round picture. One that does not come is a letter, and nobody misses anything: the name
 * stands beside it.
 * @param {Api} api
 * @param {{ display_name: string, picture?: string | null }} person
 */
export function face(api, { display_name: name, picture }) {
  const letter = [...name.trim()][0]?.toUpperCase() ?? "?";
  const element = make("span", { class: "face", "aria-hidden": "true" }, letter);
  if (picture) {
    api.blob(picture.replace(API, "")).then((blob) => {
      const src = URL.createObjectURL(blob);
      const image = make("img", { alt: "", src });
      image.addEventListener("load", () => {
        URL.revokeObjectURL(src);
        element.replaceChildren(image);
      });
    }, () => {});
  }
  return element;
}
