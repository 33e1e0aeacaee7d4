// What a customer can do with a message of his own for a while: give it another text, or delete it.

import { kept } from "../net/keep.js";
import { problemOf } from "../net/problem.js";
import { agreed } from "../ui/dialog.js";
import { make } from "../ui/dom.js";
import { errorPlace } from "../ui/forms.js";
import { toast } from "../ui/toast.js";
import { reason } from "./refusal.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Entries, Message } from "./entries.js" */
/** @import { View } from "./standing.js" */
/** @import { Visit } from "./visit.js" */

/** Lines of its text that are seen at once. */
const LINES_MAX = 6;

/**
 * Which message it is, and where.
 * @typedef {{ message: Message, entries: Entries, visit: Visit, view: View, locale: Locale }} Mine
 */

/**
 * @param {Locale} locale
 * @param {unknown} error
 */
function explained(locale, error) {
  const problem = problemOf(error);
  return problem.code === "too_late" ? locale.t("change_late") : reason(locale, problem);
}

/**
 * Offers what can be done beside the button that was pressed, or takes the offer back.
 * @param {HTMLButtonElement} button
 * @param {Mine} mine
 */
export function offer(button, mine) {
  const { locale: { t }, visit } = mine;
  const open = button.nextElementSibling === null;
  button.setAttribute("aria-expanded", String(open));
  if (!open) return button.nextElementSibling?.remove();
  const close = () => {
    choices.remove();
    button.setAttribute("aria-expanded", "false");
  };
  /**
   * @param {string} key
   * @param {() => unknown} work
   */
  const choice = (key, work) => make("button", { type: "button", class: "soft", onclick: () => {
    close();
    work();
  } }, t(key));
  const choices = make("span", {}, visit.isOpen && choice("change", () => edit(button, mine)),
    choice("delete", () => remove(button, mine)));
  choices.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
    button.focus();
  });
  button.after(choices);
  choices.querySelector("button")?.focus();
}

/**
 * Whether nothing has the focus but this button, or nothing at all: who has gone on elsewhere stays
 * there.
 * @param {HTMLElement} button
 */
const isFree = (button) => [button, document.body, null].includes(
  /** @type {HTMLElement | null} */ (document.activeElement));

/**
 * A field in the place of the message. What is typed in it outlives a reload. `refused`: why what
 * was in it could not be saved.
 * @param {HTMLButtonElement} button
 * @param {Mine} mine
 */
function edit(button, mine, refused = "") {
  const { message, entries, visit, view, locale } = mine;
  const { t } = locale;
  const draft = visit.key(`edit.${view.id}.${message.seq}`);
  if (message.form) return sayIn(message.form, refused);
  const field = make("textarea", { dir: "auto", "aria-label": t("change_label"),
    rows: Math.min(LINES_MAX, message.text.split("\n").length) });
  field.value = kept.get(draft, message.text);
  const place = errorPlace();
  const close = () => {
    form.remove();
    message.form = null;
    message.said.hidden = !message.text;
    button.focus();
  };
  const cancel = () => {
    kept.set(draft, null);
    close();
  };
  const save = async () => {
    const text = field.value;
    const was = { text: message.text, edited: message.edited };
    if (text === was.text) return cancel();
    if (!text.trim()) return field.focus();
    close();
    entries.say(message, text, true);
    try {
      await visit.api.put(`/conversations/${view.id}/messages/${message.seq}`, { text });
      if (kept.get(draft, null) === text) kept.set(draft, null);
    } catch (error) {
      // Something else may have become of it meanwhile.
      if (message.text === text) entries.say(message, was.text, was.edited);
      const said = explained(locale, error);
      if (message.deleted || !message.said.isConnected) toast(said);
      else edit(button, mine, said);
    }
  };
  const form = make("form", { class: "editing" }, field, place, make("p", { class: "row" },
    make("button", { class: "main" }, t("save")),
    make("button", { type: "button", onclick: cancel }, t("cancel"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("input", () => kept.set(draft, field.value));
  form.addEventListener("keydown", (event) => {
    const saves = event.key === "Enter" && event.target === field && !event.shiftKey
      && !event.isComposing && !matchMedia("(pointer: coarse)").matches;
    if (!saves && event.key !== "Escape") return;
    event.preventDefault();
    if (saves) save();
    else cancel();
  });
  message.said.hidden = true;
  message.said.after(form);
  message.form = form;
  form.scrollIntoView({ block: "nearest" });
  place.textContent = refused;
  if (!refused || isFree(button)) field.focus();
}

/**
 * It is open already: who asked for it goes on there, and what is wrong is said.
 * @param {HTMLElement} form
 * @param {string} refused
 */
function sayIn(form, refused) {
  const place = form.querySelector("[role=alert]");
  if (refused && place) place.textContent = refused;
  else form.querySelector("textarea")?.focus();
}

/**
 * @param {HTMLButtonElement} button
 * @param {Mine} mine
 */
async function remove(button, { message, entries, visit, view, locale }) {
  const { t } = locale;
  const asked = { title: t("delete_sure"), text: t("delete_text"), yes: t("delete"),
    no: t("cancel") };
  /** @type {HTMLElement | null} */
  const log = button.closest("[role=log]");
  if (!await agreed(asked)) return button.focus();
  try {
    await visit.api.delete(`/conversations/${view.id}/messages/${message.seq}`);
  } catch (error) {
    toast(explained(locale, error));
    return isFree(button) && button.focus();
  }
  const goes = isFree(button) || message.form?.contains(document.activeElement);
  entries.empty(message);
  if (goes) log?.focus();
}
