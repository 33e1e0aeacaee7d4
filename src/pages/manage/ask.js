// Questions in a dialog that stay until what they ask for is done: what could not be done is told
// in the dialog, and what was typed in it stays. And secrets that are shown once.

import { drawing } from "../admin/icons.js";
import { make } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";

let made = 0;

/**
 * Asks, and does `work` if it is agreed to. Answers what `work` did, or undefined if he thought
 * better of it. `isHarm`: it cannot be undone, so the way out has the focus.
 * @param {import("./screen.js").Screen} screen
 */
export function ask(screen, { title, text = "", children = [], yes, isHarm = false, work }) {
  const { t } = screen;
  const id = `ask-${++made}`;
  const before = document.activeElement;
  const form = make("form", { novalidate: true }, make("h2", { id }, title),
    text && make("p", {}, text), ...children, errorPlace(), make("p", { class: "row" },
      make("button", { class: isHarm ? "danger" : "main" }, yes),
      make("button", { type: "button", autofocus: isHarm && !children.length,
        onclick: () => dialog.close() }, t("do_cancel"))));
  const dialog = make("dialog", { class: "wide", "aria-labelledby": id }, form);
  let answer;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const explain = (error) => (error.isHere ? error.message : screen.explain(error));
    if (await underWay(form, async () => { answer = await work() ?? true; }, undefined, explain)) {
      dialog.close();
    }
  });
  return shown(dialog, before, () => answer);
}

/** A dialog from its opening to its end; then the focus is where it was. */
function shown(dialog, before, answer) {
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(answer());
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** What was typed is not what was to be typed; told in the dialog as it is. */
export function notYet(text) {
  return Object.assign(new Error(text), { isProblem: true, isHere: true });
}

/**
 * A button that copies a text. Where the browser forbids that, the text is selected instead.
 * @param {import("./screen.js").Screen} screen
 * @param {() => string} text
 * @param {HTMLElement} shownIn
 */
export function copyButton(screen, text, shownIn, more = {}) {
  const { t } = screen;
  const label = make("span", {}, t("do_copy"));
  const told = make("span", { class: "unseen", role: "status" });
  let timer;
  const button = make("button", { type: "button", ...more, async onclick() {
    try {
      await navigator.clipboard.writeText(text());
      label.textContent = t("copied");
    } catch {
      getSelection()?.selectAllChildren(shownIn);
      label.textContent = t("copy_by_hand");
    }
    told.textContent = label.textContent;
    button.dataset.copied = "";
    clearTimeout(timer);
    timer = setTimeout(() => { label.textContent = t("do_copy"); }, 4_000);
  } }, drawing("copy"), label, told);
  return button;
}

/** Shows what is never shown again, until he says that he has it. */
export function shownOnce(screen, { title, text, secret }) {
  const { t } = screen;
  const id = `ask-${++made}`;
  const before = document.activeElement;
  const place = make("pre", { class: "code", tabindex: "0", "aria-label": title }, secret);
  const dialog = make("dialog", { class: "wide", "aria-labelledby": id },
    make("h2", { id }, title), make("p", {}, text), place, make("p", { class: "row" },
      copyButton(screen, () => secret, place, { class: "main", autofocus: true }),
      make("button", { type: "button", onclick: () => dialog.close() }, t("have_it"))));
  // Escape is pressed easily, and this does not come back.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  return shown(dialog, before, () => undefined);
}
