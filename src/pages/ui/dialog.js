// A question that is answered before anything else goes on.

import { make } from "./dom.js";

/**
 * Asks; answers whether it was agreed to. Escape is a no, and so is what was pressed once more
 * before the question stood there.
 * @param {{ title: string, text: string, yes: string, no: string }} said
 * @returns {Promise<boolean>}
 */
export function agreed({ title, text, yes, no }) {
  if (document.getElementById("asked")) return Promise.resolve(false);
  return new Promise((resolve) => {
    const heading = make("h2", { id: "asked" }, title);
    const dialog = make("dialog", { "aria-labelledby": "asked" }, make("form", { method: "dialog" },
      heading, make("p", {}, text), make("p", { class: "row" },
        make("button", { value: "yes", class: "main" }, yes),
        make("button", { value: "no", autofocus: true }, no))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
