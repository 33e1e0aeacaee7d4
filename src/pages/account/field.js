// Fields that say themselves what is wrong with them.

import { make } from "../ui/dom.js";
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
  const { input, element } = field(t("new_password"), { name, type: "password",
    autocomplete: "new-password", minlength: "8", required: true, dir: "ltr" },
  t("new_password_note"));
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
export function shownOnWish({ t }, input) {
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
 * left to be told elsewhere. For `onSubmit`.
 * @param {HTMLFormElement} form
 * @param {Locale} texts
 * @returns {(error: Thrown) => string}
 */
export function explainIn(form, texts) {
  return (error) => {
    const inputs = [...form.querySelectorAll("input")];
    inputs.forEach(clear);
    const taken = ABOUT[error.code];
    const wrongs = taken ? [{ field: taken, text: explain(texts)(error) }]
      : error.fields.map((one) => ({ field: one.field, text: wrongField(texts, one) }));
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
    return wrongs.length ? rest.join(" ") : explain(texts)(error);
  };
}
