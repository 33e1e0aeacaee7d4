// Files that came with a message.

import { size } from "../i18n/size.js";
import { problemOf } from "../net/problem.js";
import { icon, make, words } from "../ui/dom.js";
import { save } from "../ui/save.js";
import { brief } from "./brief.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Api } from "../net/api.js" */
/** @import { Attachment } from "../net/frames.d.ts" */

/** Types that are shown in their place. Everything else comes to be saved. */
const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const PREVIEW_BYTES_MAX = 4 * 1024 * 1024;

/** How large a picture is in its place, at most. */
const [WIDE_PX, HIGH_PX] = [260, 220];

/**
 * Shows a picture as large as there is room, until it is pressed.
 * @param {string} src
 * @param {string} alt
 */
function enlarge(src, alt) {
  /** @type {HTMLDialogElement} */
  const dialog = make("dialog", { class: "enlarged", onclose: () => dialog.remove() },
    make("button", { type: "button", onclick: () => dialog.close() }, make("img", { src, alt })));
  document.body.append(dialog);
  dialog.showModal();
}

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
  const take = async () => {
    place.textContent = "";
    try {
      save(await api.file(id), name);
    } catch (error) {
      place.textContent = problemOf(error).message;
    }
  };
  const said = { name: brief(name), size: words(size(locale, bytes)) };
  const label = locale.t("download", said);
  const button = make("button", { type: "button", class: "file", "aria-label": label,
    onclick: take }, icon("file"), make("span", {}, ...locale.parts("download", said)));
  const row = make("li", {}, button, place);
  if (SHOWN.includes(type) && bytes <= PREVIEW_BYTES_MAX) {
    const alt = locale.t("image", { name });
    const image = make("img", { alt, width, height });
    // It has its room from the beginning, so that nothing moves when it comes.
    const frame = make("button", { type: "button", class: "picture", "aria-haspopup": "dialog",
      onclick: () => enlarge(image.src, alt) }, image);
    if (width && height) {
      const part = Math.min(1, WIDE_PX / width, HIGH_PX / height);
      frame.style.inlineSize = `${Math.round(width * part)}px`;
      frame.style.aspectRatio = `${width} / ${height}`;
    }
    row.prepend(frame);
    // Only what comes near the eye is fetched.
    new IntersectionObserver(([seen], observer) => {
      if (!seen.isIntersecting) return;
      observer.disconnect();
      api.file(id).then((blob) => {
        image.src = URL.createObjectURL(blob);
      }, () => frame.remove());
    }).observe(row);
  }
  return row;
}
