// Dialogs about one's own account: a title, a way out, and what was typed in them as it was.

import { icon, make } from "../ui/dom.js";

/**
 * Opens a dialog over the page; it is gone once it is closed, and the focus is where it was.
 * @param {import("../i18n/locale.js").Locale} texts
 * @param {string} title
 * @param {...Node} children
 * @returns {HTMLDialogElement}
 */
export function sheet(texts, title, ...children) {
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const id = `sheet-${document.querySelectorAll("dialog").length}`;
  /** @type {HTMLDialogElement} */
  const dialog = make("dialog", { class: "sheet", "aria-labelledby": id },
    make("div", { class: "sheet-head" }, make("h2", { id, tabindex: "-1", autofocus: true }, title),
      make("button", { type: "button", class: "round", "aria-label": texts.t("close"),
        onclick: () => dialog.close() }, icon("close"))), ...children);
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
