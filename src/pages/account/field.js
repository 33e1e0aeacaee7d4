// Fields that say themselves what is wrong with them.

import { make } from "../ui/dom.js";
import { onSubmit } from "../ui/forms.js";
import { explain, wrongField } from "./texts.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Thrown } from "../net/problem.js" */
/** @import { Attributes } from "../ui/elements.d.ts" */

let count = 0;

/**
 * A field: its input, and an element with that, its label, a place for what is wrong with it and,
 * if there is one, a note.
 * @param {string} label
 * @param {Attributes<"input">} attributes of its input
 * @param {string} [note]
 */
export function field(label, attributes, note = "") {
  const id = `field-${count += 1}`;
  const wrong = make("span", { class: "wrong", id: `${id}-wrong` });
  const input = make("input", { "aria-describedby": note ? `${id}-wrong ${id}-note` : wrong.id,
    ...attributes, id });
  input.addEventListener("input", () => clear(input));
  const element = make("div", { class: "field" }, make("label", { for: id }, label), input, wrong,
    note ? make("span", { class: "note", id: `${id}-note` }, note) : null);
  return { input, element };
}

/**
 * A field for a new password.
 * @param {Locale} texts
 */
export function newPassword(texts, name = "password") {
  const { t } = texts;
  return secretField(texts, t("new_password"), { name, autocomplete: "new-password",
    minlength: "8" }, t("new_password_note"));
}

/**
 * A field for a password, which is shown on wish.
 * @param {Locale} texts
 * @param {string} label
 * @param {Attributes<"input">} attributes of its input
 * @param {string} [note]
 */
export function secretField(texts, label, attributes, note) {
  const { input, element } = field(label, { type: "password", required: true, dir: "ltr",
    ...attributes }, note);
  const place = make("span", {});
  input.before(place);
  place.replaceWith(shownOnWish(texts, input));
  return { input, element };
}

/**
 * The input of a password with a button beside it that shows what is typed.
 * @param {Locale} texts
 * @param {HTMLInputElement} input
 */
function shownOnWish({ t }, input) {
  const button = make("button", { type: "button", class: "soft", "aria-pressed": "false",
    onclick() {
      const isShown = input.type === "password";
      input.type = isShown ? "text" : "password";
      button.setAttribute("aria-pressed", String(isShown));
    } }, t("show"), make("span", { class: "unseen" }, ` (${t("password")})`));
  return make("span", { class: "secret" }, input, button);
}

/**
 * Which field an error is about that names none.
 * @type {Record<string, string>}
 */
const ABOUT = { username_taken: "username", email_taken: "email", phone_taken: "phone" };

/**
 * What is wrong with what stands in a field, in the words of the page; nothing if it may be sent.
 * @param {Locale} texts
 * @param {HTMLInputElement} input
 */
function wrongIn({ t, has }, input) {
  const { name, value, type, required, minLength, min, max, validity } = input;
  if (input.closest("[hidden]")) return "";
  const isNew = input.autocomplete === "new-password";
  // Of a password, spaces are a part.
  const isEmpty = (type === "password" ? value : value.trim()) === "" && !validity.badInput;
  if (isEmpty && !required) return "";
  if (isNew && value.length < minLength) return t("x_short");
  if (isEmpty) {
    if (input.autocomplete === "current-password") return t("m_password");
    return t(has(`m_${name}`) ? `m_${name}` : "m_any");
  }
  if (type === "number") {
    return validity.valid ? "" : t("x_number", { min: Number(min), max: Number(max) });
  }
  return validity.typeMismatch || validity.patternMismatch ? t(`x_${name}`) : "";
}

/**
 * A form that does `work(fields)` when it is sent, but tells first, at the fields, what is wrong
 * with them: a browser would tell it in its own language. `told` puts an error of the server into
 * words.
 * @param {HTMLFormElement} form
 * @param {Locale} texts
 * @param {(fields: Record<string, string>) => unknown} work
 * @param {(error: Thrown) => string} [told]
 */
export function onFilled(form, texts, work, told = explainIn(form, texts)) {
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    const inputs = [...form.querySelectorAll("input")];
    const wrongs = inputs.map((input) => ({ field: input.name, text: wrongIn(texts, input) }))
      .filter(({ text }) => text);
    tellAt(inputs, wrongs);
    if (!wrongs.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.querySelector(".error")?.replaceChildren();
  });
  onSubmit(form, work, told);
}

/**
 * Tells at each field what is wrong with it, goes to the first of them, and answers what is about
 * none of them.
 * @param {HTMLInputElement[]} inputs
 * @param {{ field: string, text: string }[]} wrongs
 */
function tellAt(inputs, wrongs) {
  inputs.forEach(clear);
  const rest = [];
  /** @type {HTMLInputElement | undefined} */
  let first;
  for (const wrong of wrongs) {
    const input = inputs.find((one) => one.name === wrong.field);
    if (!input) {
      rest.push(wrong.text);
      continue;
    }
    input.setAttribute("aria-invalid", "true");
    placeOf(input)?.append(wrong.text, " ");
    first ??= input;
  }
  first?.focus();
  return rest;
}

/**
 * Where it is said what is wrong with it.
 * @param {HTMLInputElement} input
 */
const placeOf = (input) => input.closest(".field")?.querySelector(".wrong");

/** @param {HTMLInputElement} input */
function clear(input) {
  if (!input.hasAttribute("aria-invalid")) return;
  input.removeAttribute("aria-invalid");
  placeOf(input)?.replaceChildren();
}

/**
 * Tells an error at the fields that it is about and goes to the first of them; answers what is
 * left to be told elsewhere.
 * @param {HTMLFormElement} form
 * @param {Locale} texts
 * @returns {(error: Thrown) => string}
 */
export function explainIn(form, texts) {
  return (error) => {
    const inputs = [...form.querySelectorAll("input")];
    const taken = ABOUT[error.code];
    const wrongs = taken ? [{ field: taken, text: explain(texts)(error) }]
      : error.fields.map((one) => ({ field: one.field, text: wrongField(texts, one) }));
    const rest = tellAt(inputs, wrongs);
    return wrongs.length ? rest.join(" ") : explain(texts)(error);
  };
}
