// What only a login may do that has just begun: it asks for the password where that is needed,
// signs in anew, and does it again.

import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { errorPlace } from "../ui/forms.js";
import { field, onFilled } from "./field.js";
import { sheet } from "./sheet.js";
import { accountTexts, explain, loginOf } from "./texts.js";

/** @import { Account, Api } from "../net/api.js" */
/** @import { Locale } from "../i18n/locale.js" */

/**
 * Runs `work`. If the login is too old for it, asks for the password and runs it again. Whoever
 * closes the question has the first error thrown.
 * @template T
 * @param {Api} api
 * @param {Locale} locale
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withYoungLogin(api, locale, work) {
  try {
    return await work();
  } catch (error) {
    if (problemOf(error).code !== "login_too_old" || !api.user) throw error;
    if (!await signedInAnew(api, api.user, await accountTexts(locale))) throw error;
  }
  return work();
}

/**
 * Asks; answers whether he has signed in. The login before goes on, as its sockets hang on it.
 * @param {Api} api
 * @param {Account} user
 * @param {Locale} texts
 * @returns {Promise<boolean>}
 */
function signedInAnew(api, user, texts) {
  const { t } = texts;
  const login = loginOf(user);
  const { input: password, element } = field(t("password"), { name: "password",
    type: "password", required: true, autocomplete: "current-password", dir: "ltr" });
  let done = false;
  const form = make("form", {},
    make("p", {}, ...texts.parts("young_text", { name: words(user.display_name) })),
    // A password manager wants to know whose it is.
    make("input", { class: "unseen", autocomplete: "username", tabindex: "-1", readonly: true,
      "aria-label": t("login"), value: login }),
    element, errorPlace(),
    make("p", { class: "row" }, make("button", { class: "main" }, t("go_on")),
      make("button", { type: "button", onclick: () => dialog.close() }, t("cancel"))));
  const dialog = sheet(texts, t("young"), form);
  password.focus();
  onFilled(form, texts, async (fields) => {
    try {
      await api.signIn("/sessions", { login, password: fields.password }, user.role);
    } catch (error) {
      setTimeout(() => password.select());
      throw error;
    }
    done = true;
    dialog.close();
  }, (error) => (error.code === "login_failed" ? t("x_wrong") : explain(texts)(error)));
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(done));
  });
}
