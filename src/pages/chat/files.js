// Files that came with a message.

import { problemOf } from "../net/problem.js";
import { icon, make, words } from "../ui/dom.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Api } from "../net/api.js" */
/** @import { Attachment } from "../net/frames.d.ts" */

/** Types that are shown in their place. Everything else comes to be saved. */
const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const PREVIEW_BYTES_MAX = 4 * 1024 * 1024;

/**
 * A file that came with a message: a picture, or a button that saves it.
 * @param {Attachment} file
 * @param {Api} api
 * @param {Locale} locale
 */
export function fileRow(file, api, locale) {
  const { name, bytes, id, type, width, height } = file;
  const place = make("span", { class: "error", role: "alert" });
  // It takes an access token, so the page fetches it and hands it over.
  const save = async () => {
    place.textContent = "";
    try {
      const address = URL.createObjectURL(await api.file(id));
      make("a", { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      place.textContent = problemOf(error).message;
    }
  };
  const said = locale.parts("download", { name: words(name), size: words(locale.size(bytes)) });
  const button = make("button", { type: "button", class: "file", onclick: save }, icon("file"),
    make("span", {}, ...said));
  const row = make("li", {}, button, place);
  if (SHOWN.includes(type) && bytes <= PREVIEW_BYTES_MAX) {
    const image = make("img", { alt: locale.t("image", { name }), width, height });
    // Only what comes near the eye is fetched.
    new IntersectionObserver(([seen], observer) => {
      if (!seen.isIntersecting) return;
      observer.disconnect();
      api.file(id).then((blob) => {
        image.src = URL.createObjectURL(blob);
        image.onload = () => URL.revokeObjectURL(image.src);
        button.prepend(image);
      }, () => {});
    }).observe(row);
  }
  return row;
}
