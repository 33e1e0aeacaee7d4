// Another password, with the one before it.

import { make } from "../ui/dom.js";
import { errorPlace } from "../ui/forms.js";
import { toast } from "../ui/toast.js";
import { field, newPassword, onFilled } from "./field.js";
import { sheet } from "./sheet.js";
import { loginOf } from "./texts.js";

/**
 * Asks for both and changes it; all other logins end.
 * @param {import("../net/api.js").Api} api
 * @param {import("../i18n/locale.js").Locale} texts
 */
export function password(api, texts) {
  const { t } = texts;
  const now = field(t("password_now"), { name: "password", type: "password", required: true,
    dir: "ltr", autocomplete: "current-password" });
  const form = make("form", {}, make("p", { class: "note" }, t("password_note")),
    make("input", { class: "unseen", autocomplete: "username", tabindex: "-1", readonly: true,
      "aria-label": t("login"), value: loginOf(api.user) }),
    now.element, newPassword(texts, "new_password").element, errorPlace(),
    make("p", { class: "row" }, make("button", { class: "main" }, t("password_other")),
      make("button", { type: "button", onclick: () => dialog.close() }, t("cancel"))));
  const dialog = sheet(texts, t("password_other"), form);
  now.input.focus();
  onFilled(form, texts, async ({ password: old, new_password }) => {
    await api.put("/me/password", { password: old, new_password });
    dialog.close();
    toast(t("password_changed"));
  });
}
