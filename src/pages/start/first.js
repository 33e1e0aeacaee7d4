// What a new server asks of whoever comes first: to make its admin, and its first rep.

import { field, newPassword, onFilled } from "../account/field.js";
import { explain } from "../account/texts.js";
import { kept } from "../net/keep.js";
import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Api } from "../net/api.js" */
/** @import { Thrown } from "../net/problem.js" */
/** @import { Attributes, Child } from "../ui/elements.d.ts" */

/** @typedef {components["schemas"]["Rep"]} Rep */

/**
 * What is known by now. `token` makes the first admin; `needed`: whether there is none yet;
 * `error`: why that is not known; `reps`: how many there are, if an admin asks; `made`: the rep
 * that was just made; `used`: somebody has come by a link that makes no admin any more; `typed`:
 * how the admin would have signed in who was made elsewhere meanwhile.
 * @typedef {{ token: string | null, needed: boolean | null, error: Thrown | null,
 *   reps: number | null, made: Rep | null, used: boolean, typed: string }} State
 */

/** Codes of a link that makes no admin any more. */
const USELESS = ["setup_done", "token_invalid"];

/** What is typed of the first admin: a link may turn out to be old, and the newest is opened. */
const DRAFT = "switchboard.first";

/** @param {string} text */
const title = (text) => make("h2", { id: "first-title", tabindex: "-1" }, text);

/** @param {Child[]} children */
const section = (...children) => make("section", { class: "entry-card first",
  "aria-labelledby": "first-title" }, ...children);

/**
 * How somebody signs in and what he is called.
 * @param {Locale} texts
 * @param {Attributes<"input">} name
 * @param {Attributes<"input">} called
 */
export function namesOf({ t }, name = {}, called = {}) {
  return [field(t("username"), { name: "username", required: true, autocapitalize: "none",
    spellcheck: "false", dir: "auto", maxlength: "150", autocomplete: "username", ...name }),
  field(t("name_seen"), { name: "display_name", dir: "auto", maxlength: "150",
    autocomplete: "name", ...called })].map(({ element }) => element);
}

/**
 * What is sent of a form: a name that others see only if one was given.
 * @param {Record<string, string>} fields
 */
export const person = ({ username, password, display_name: called }) => ({
  username: username.trim(), password, ...(called.trim() ? { display_name: called.trim() } : {}),
});

/**
 * The form that makes the first admin.
 * @param {Api} api
 * @param {Locale} texts
 * @param {string} token
 * @param {{ done: () => Promise<void>, useless: (typed: string) => Promise<void> }} then
 */
export function firstAdmin(api, texts, token, { done, useless }) {
  const { t } = texts;
  const draft = kept.get(DRAFT, { username: "", display_name: "" });
  const form = make("form", { id: "first-admin" },
    ...namesOf(texts, { value: draft.username }, { value: draft.display_name }),
    newPassword(texts).element, errorPlace(),
    make("p", { class: "row" }, make("button", { class: "main" }, t("make_admin"))));
  form.addEventListener("input", () => {
    const { username, display_name } = Object.fromEntries(new FormData(form));
    kept.set(DRAFT, { username, display_name });
  });
  onFilled(form, texts, async (fields) => {
    try {
      await api.signIn("/setup", { token, ...person(fields) }, "admin");
    } catch (error) {
      if (!USELESS.includes(problemOf(error).code)) throw error;
      return useless(person(fields).username);
    }
    kept.set(DRAFT, null);
    await done();
  });
  return section(title(t("first_admin")), make("p", { class: "note" }, t("first_admin_text")),
    form);
}

/**
 * There is no admin, or nobody can say: where the link is, and to look again.
 * @param {Locale} texts
 * @param {State} state
 * @param {() => Promise<void>} look
 */
export function lookAgain(texts, { error, needed, used }, look) {
  const { t } = texts;
  const button = make("button", { type: "button",
    onclick: ({ currentTarget }) => underWay(currentTarget, look) }, t("look_again"));
  const where = [make("p", {}, t("no_admin")), make("p", { class: "note" }, t("no_admin_where")),
    make("p", {}, make("code", { dir: "ltr" }, `${location.origin}/?setup=…`))];
  return section(title(t(needed ? "no_admin_title" : "no_answer")),
    error && make("p", { class: "error", role: "alert" }, explain(texts)(error)),
    needed && used && make("p", {}, t("link_old")), ...(needed ? where : []),
    make("p", { class: "row" }, button));
}

/**
 * Who comes by a link that was used signs in; `typed`: by which name he would have.
 * @param {Locale} texts
 */
export function linkUsed({ t, parts }, typed = "") {
  return section(title(t("link_used")), make("p", {}, t("e_setup_done")),
    typed && make("p", {}, ...parts("typed_goes_along", { name: words(typed) })),
    make("p", { class: "row" }, make("a", { class: "go", href: "/admin" }, t("admin_go"))));
}

/**
 * The form that makes the first rep.
 * @param {Api} api
 * @param {Locale} texts
 * @param {(rep: Rep) => void} made
 */
export function firstRep(api, texts, made) {
  const { t } = texts;
  const none = { autocomplete: "off" };
  const form = make("form", { id: "first-rep", autocomplete: "off" },
    make("div", { class: "pair" }, ...namesOf(texts, none, none)), newPassword(texts).element,
    field(t("capacity"), { name: "capacity", type: "number", min: "0", max: "100", value: "3",
      required: true }, t("capacity_note")).element, errorPlace(),
    make("p", { class: "row" }, make("button", { class: "main" }, t("make_rep"))));
  onFilled(form, texts, async (fields) => {
    const capacity = Number(fields.capacity);
    made(await api.post("/reps", { ...person(fields), capacity }));
  });
  return section(title(t("first_rep")), make("p", { class: "note" }, t("first_rep_text")), form);
}

/**
 * The rep is there: what he needs to come in, each in a tab of its own, so that this one stays.
 * @param {Locale} texts
 * @param {Rep} rep
 */
export function repMade({ t, parts }, { name, username }) {
  /**
   * @param {string} href
   * @param {string} text
   */
  const tab = (href, text) => make("a", { class: "go", href, target: "_blank", rel: "noopener" },
    text);
  return section(title(t("rep_made")), make("p", {}, ...parts("rep_made_text",
    { name: words(name), login: make("strong", {}, words(username ?? "")) })),
  make("p", { class: "row" }, tab("/console", t("console_go")), tab("/chat", t("chat_go"))));
}
