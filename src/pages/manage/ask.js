// Questions in a dialog that stay until what they ask for is done: what could not be done is told
// in the dialog, and what was typed in it stays. And secrets that are shown once.

import { drawing } from "../admin/icons.js";
import { Problem } from "../net/problem.js";
import { copy } from "../ui/copy.js";
import { make } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";

/** @import { Done } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */
/** @import { Attributes, Child } from "../ui/elements.d.ts" */

/** The code of what this page refuses itself. */
const NOT_YET = "not_yet";

let made = 0;

/**
 * Asks, and does `work` if it is agreed to. Answers what `work` did, or undefined if he thought
 * better of it. `isHarm`: it cannot be undone, so the way out has the focus.
 * @template Made
 * @param {Screen} screen
 * @param {{ title: Child | Child[], text?: string, children?: Child[], yes: string,
 *   isHarm?: boolean, work: () => Promise<Made> }} asked
 * @returns {Promise<Done<Made> | undefined>}
 */
export function ask(screen, { title, text = "", children = [], yes, isHarm = false, work }) {
  const { t } = screen;
  const id = `ask-${++made}`;
  const before = document.activeElement;
  // Fields have places of their own.
  const errors = errorPlace();
  const form = make("form", { novalidate: true }, make("h2", { id }, ...[title].flat()),
    text && make("p", {}, text), ...children, errors, make("p", { class: "row" },
      make("button", { class: isHarm ? "danger" : "main" }, yes),
      make("button", { type: "button", autofocus: isHarm && !children.length,
        onclick: () => { dialog.close(); } }, t("do_cancel"))));
  const dialog = make("dialog", { class: "wide", "aria-labelledby": id }, form);
  /** @type {Done<Made> | undefined} */
  let answer;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const isDone = await underWay(form, async () => {
      answer = /** @type {Done<Made>} */ (await work() ?? true);
    }, errors, (error) => (error.code === NOT_YET ? error.message : screen.explain(error)));
    if (isDone) dialog.close();
  });
  return shown(dialog, before, () => answer);
}

/**
 * A dialog from its opening to its end; then the focus is where it was.
 * @template Answer
 * @param {HTMLDialogElement} dialog
 * @param {Element | null} before
 * @param {() => Answer} answer
 * @returns {Promise<Answer>}
 */
function shown(dialog, before, answer) {
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      resolve(answer());
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * What was typed is not what was to be typed; told in the dialog as it is.
 * @param {string} text
 */
export const notYet = (text) => new Problem(0, { code: NOT_YET, detail: text });

/**
 * A button that copies a text. Where the browser forbids that, the text is selected instead.
 * @param {Screen} screen
 * @param {() => string} text
 * @param {HTMLElement} shownIn
 * @param {Attributes<"button">} [more]
 */
export function copyButton(screen, text, shownIn, more = {}) {
  const { t } = screen;
  const label = make("span", {}, t("do_copy"));
  const told = make("span", { class: "unseen", role: "status" });
  /** @type {number | undefined} */
  let timer;
  const button = make("button", { type: "button", ...more, async onclick() {
    const done = await copy(text());
    if (!done) getSelection()?.selectAllChildren(shownIn);
    label.textContent = t(done ? "copied" : "copy_by_hand");
    told.textContent = label.textContent;
    button.dataset.copied = "";
    clearTimeout(timer);
    timer = setTimeout(() => { label.textContent = t("do_copy"); }, 4_000);
  } }, drawing("copy"), label, told);
  return button;
}

/**
 * Shows what is never shown again, until he says that he has it.
 * @param {Screen} screen
 * @param {{ title: string, text: string, secret: string }} said
 */
export function shownOnce(screen, { title, text, secret }) {
  const { t } = screen;
  const id = `ask-${++made}`;
  const before = document.activeElement;
  const place = make("pre", { class: "code", tabindex: "0", "aria-label": title }, secret);
  const dialog = make("dialog", { class: "wide", "aria-labelledby": id, "data-stays": "" },
    make("h2", { id }, title), make("p", {}, text), place, make("p", { class: "row" },
      copyButton(screen, () => secret, place, { class: "main", autofocus: true }),
      make("button", { type: "button", onclick: () => { dialog.close(); } }, t("have_it"))));
  // Escape is pressed easily, and this does not come back.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  return shown(dialog, before, () => undefined);
}
