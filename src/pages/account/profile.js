// One's own profile: how one is called, what one looks like, where one is reached, and all that
// is kept of one to take away.

import { draftKey } from "../net/drafts.js";
import { kept } from "../net/keep.js";
import { make } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";
import { save } from "../ui/save.js";
import { toast } from "../ui/toast.js";
import { face } from "./face.js";
import { field, onFilled } from "./field.js";
import { sheet } from "./sheet.js";
import { explain } from "./texts.js";

/** @import { Account, Api } from "../net/api.js" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attributes } from "../ui/elements.d.ts" */

const FIELDS = /** @type {const} */ (["display_name", "first_name", "last_name", "email", "phone"]);

/** What may be a phone number; which ones this server takes, it tells itself. */
const PHONE = String.raw`\s*\+?[ \(\)\-]*(\d[ \(\)\-]*){5,15}\s*`;

/** @typedef {typeof FIELDS[number]} Field */
/** @typedef {Partial<Record<Field | "password", string | null>>} Changes */

/**
 * Opens the profile as the server has it now.
 * @param {Api} api
 * @param {Locale} texts
 */
export async function profile(api, texts) {
  const user = await api.get("/me");
  api.renew(user);
  sheet(texts, texts.t("profile"), pictureOf(api, texts), new Details(api, texts, user).form,
    exportOf(api, texts));
}

/**
 * @param {Api} api
 * @param {Locale} texts
 */
function pictureOf(api, texts) {
  const { t } = texts;
  const section = make("section", { class: "portrait" });
  const draw = () => {
    const { user } = api;
    if (!user) return;
    const place = errorPlace();
    /**
     * @param {HTMLElement} button
     * @param {() => Promise<Account>} work
     */
    const change = (button, work) => underWay(button, async () => {
      api.renew(await work());
      draw();
      section.querySelector("button")?.focus();
    }, place, explain(texts));
    const input = make("input", { type: "file", class: "unseen", tabindex: "-1",
      accept: "image/png,image/jpeg,image/webp,image/gif", "aria-label": t("picture_choose") });
    const choose = make("button", { type: "button", onclick: () => input.click() },
      t(user.picture ? "picture_other" : "picture_choose"));
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) change(choose, () => api.putFile("/me/picture", file));
    });
    const remove = make("button", { type: "button", hidden: !user.picture,
      onclick: ({ currentTarget }) => change(currentTarget, async () => {
        await api.delete("/me/picture");
        return { ...user, picture: null };
      }) }, t("picture_remove"));
    const large = face(api, user);
    large.classList.add("large");
    section.replaceChildren(large, make("div", {},
      make("p", { class: "row" }, choose, remove, input),
      make("p", { class: "note" }, t("picture_note")), place));
  };
  draw();
  return section;
}

/** The part that is written: what is typed in it outlives its dialog, and a refusal. */
class Details {
  /** @type {Api} */
  #api;
  /** @type {Locale} */
  #texts;
  /** @type {Account} */
  #user;
  /** @type {string} */
  #key;
  /** @type {Map<Field, HTMLInputElement>} */
  #inputs = new Map();
  #password;
  #said = make("span", { class: "done", role: "status" });
  form = make("form");

  /**
   * @param {Api} api
   * @param {Locale} texts
   * @param {Account} user
   */
  constructor(api, texts, user) {
    [this.#api, this.#texts, this.#user] = [api, texts, user];
    this.#key = draftKey("profile", "draft", user);
    const { t } = texts;
    this.#password = field(t("password_now"), { name: "password", type: "password", dir: "ltr",
      autocomplete: "current-password", required: true }, t("password_now_note"));
    this.form.append(this.#own("display_name", { autocomplete: "name", maxlength: "150" }),
      make("div", { class: "pair" }, this.#own("first_name", { autocomplete: "given-name" }),
        this.#own("last_name", { autocomplete: "family-name" })),
      make("div", { class: "pair" },
        this.#own("email", { type: "email", autocomplete: "email", dir: "ltr" }),
        this.#own("phone", { type: "tel", autocomplete: "tel", dir: "ltr", pattern: PHONE })),
      this.#password.element, errorPlace(), make("p", { class: "row" },
        make("button", { class: "main" }, t("save")), this.#said));
    this.form.addEventListener("input", () => {
      this.#said.textContent = "";
      this.#follow();
    });
    this.#follow();
    onFilled(this.form, texts, () => this.#save());
  }

  /**
   * @param {Field} name
   * @param {Attributes<"input">} more
   */
  #own(name, more) {
    /** @type {Partial<Record<Field, string>>} */
    const draft = kept.get(this.#key, {});
    const { input, element } = field(this.#texts.t(name), { name, dir: "auto",
      value: draft[name] ?? this.#user[name] ?? "", ...more });
    this.#inputs.set(name, input);
    return element;
  }

  /** What is another than it was; empty addresses and numbers are none. */
  #changes() {
    /** @type {Changes} */
    const changes = {};
    for (const [name, input] of this.#inputs) {
      const text = input.value.trim();
      if (text === (this.#user[name] ?? "")) continue;
      changes[name] = text || (name === "email" || name === "phone" ? null : "");
    }
    return changes;
  }

  #follow() {
    const changes = this.#changes();
    const typed = [...this.#inputs].map(([name, input]) => [name, input.value]);
    const isChanged = Object.keys(changes).length > 0;
    kept.set(this.#key, isChanged ? Object.fromEntries(typed) : null);
    // Where one is reached is not changed by whoever passes by.
    this.#password.element.hidden = !("email" in changes || "phone" in changes);
  }

  async #save() {
    const changes = this.#changes();
    const was = this.#user;
    const { display_name: name } = changes;
    if (!this.#password.element.hidden) changes.password = this.#password.input.value;
    // Seen at once; taken back if it is refused.
    if (name) this.#api.renew({ ...was, display_name: name });
    try {
      this.#user = /** @type {Account} */ (await this.#api.patch("/me", changes));
    } catch (error) {
      this.#api.renew(was);
      throw error;
    }
    this.#api.renew(this.#user);
    for (const [field, input] of this.#inputs) input.value = this.#user[field] ?? "";
    this.#password.input.value = "";
    this.#follow();
    this.#said.textContent = this.#texts.t("saved");
  }
}

/**
 * @param {Api} api
 * @param {Locale} texts
 */
function exportOf(api, texts) {
  const { t } = texts;
  const place = errorPlace();
  const act = async () => {
    save(await api.blob("/me/export"), "switchboard-my-data.jsonl");
    toast(t("export_saved"));
  };
  const button = make("button", { type: "button", onclick: ({ currentTarget }) =>
    underWay(currentTarget, act, place, explain(texts)) }, t("export"));
  return make("section", {}, make("h3", {}, t("export_title")),
    make("p", { class: "note" }, t("export_note")), make("p", { class: "row" }, button), place);
}
