// One-use links: what stands behind # says what for, and goes to the server with a form only.

import { explainIn, field, newPassword, onFilled } from "../account/field.js";
import { Api } from "../net/api.js";
import { kept } from "../net/keep.js";
import { Login } from "../net/login.js";
import { StaffLogin } from "../net/staff_login.js";
import { make, words } from "../ui/dom.js";
import { errorPlace } from "../ui/forms.js";
import { namesOf, person } from "../start/first.js";
import { page } from "../start/page.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Child } from "../ui/elements.d.ts" */

/**
 * What has become of a form: how it is told, to whom, and on which pages he goes on.
 * @typedef {{ key: string, name?: string, ways?: string[] }} Outcome
 */

/** Whoever takes an invitation is in with this tab alone, until his account is made. */
const api = new Api(new Login("link", { get: (key) => kept.get(key, null), set: kept.set }));

/** Who may come from a page: what signs in there, and what that page keeps of his name. */
const FROM = new Map([["/admin", "admin"], ["/console", "rep"], ["/chat", null]]);

/**
 * What is shown: one of the forms, or what has become of it; what the link carries, a secret or
 * the name of whoever has forgotten his password; whether it is good, as far as that is known; the
 * page to which there is a way back; and what an inviter knows of whom he has invited, and says of
 * himself and of what he invites to.
 * @type {{ kind: string, token: string, login: string, isGood: boolean, done: Outcome | null,
 *   from: string | null, name: string, email: string, by: string, role: string }}
 */
const state = { kind: "ask", token: "", login: "", isGood: true, done: null, from: null, name: "",
  email: "", by: "", role: "" };

/** What is typed but passwords: it outlives a reload, as the link does. */
const DRAFT = "switchboard.link.draft";

/** @param {string} text */
const title = (text) => make("h1", { id: "link-title", tabindex: "-1" }, text);

/** @param {Child[]} children */
const card = (...children) => make("section", { class: "entry-card",
  "aria-labelledby": "link-title" }, ...children);

/**
 * A form with its title and what it is for; `work(fields)` answers with what is shown then.
 * @param {Locale} texts
 * @param {string} key
 * @param {(fields: Record<string, string>) => Promise<Outcome>} work
 * @param {Child[]} fields
 */
function ask(texts, key, work, ...fields) {
  const { t } = texts;
  const anew = askAgain(texts);
  anew.hidden = true;
  const form = make("form", { id: `link-${key}` }, ...fields, errorPlace(),
    make("p", { class: "row" }, make("button", { class: "main" }, t(`${key}_do`))));
  keepTyped(form);
  const explain = explainIn(form, texts);
  onFilled(form, texts, async (typed) => {
    state.done = await work(typed);
    spend();
    redraw();
    document.getElementById("link-title")?.focus();
  }, (error) => {
    if (error.code !== "token_invalid") return explain(error);
    // A new link is asked for right here; who invites is known to whoever was invited.
    anew.hidden = key !== "password";
    return t(`${key}_useless`);
  });
  return card(title(t(`${key}_title`)), key === "invitation" && invitedTo(texts),
    make("p", { class: "note" }, t(`${key}_text`)), form,
    anew, wayBack(texts));
}

/**
 * A link that does nothing any more says so before anything is typed for it.
 * @param {Locale} texts
 */
function useless(texts) {
  const { t } = texts;
  const { kind, role } = state;
  const way = role === "admin" ? "admin" : "console";
  return card(title(t(`${kind}_title`)), make("p", { role: "alert" }, t(`${kind}_useless`)),
    // Who has used it himself signs in.
    kind === "invitation" && make("p", {}, make("a", { class: "way", href: `/${way}` },
      t(`${way}_go`))), kind === "password" && askAgain(texts), wayBack(texts));
}

/** @param {Locale} texts */
const askAgain = ({ t }) => make("p", {}, make("button", { type: "button", onclick: () => {
  Object.assign(state, { kind: "ask", isGood: true });
  spend();
  redraw();
  goToFirst();
} }, t("ask_again")));

/**
 * Fills in what was typed before a reload, and keeps what is typed from now on.
 * @param {HTMLFormElement} form
 */
function keepTyped(form) {
  /** @type {Record<string, string>} */
  const draft = kept.get(DRAFT, {});
  const inputs = [...form.querySelectorAll("input")].filter(({ type }) => type !== "password");
  for (const input of inputs) input.value = draft[input.name] ?? input.value;
  form.addEventListener("input", () => {
    kept.set(DRAFT, Object.fromEntries(inputs.map(({ name, value }) => [name, value])));
  });
}

/** The link is used: a reload asks for nothing by it any more. */
function spend() {
  history.replaceState({ link: "" }, "");
  kept.set(DRAFT, null);
}

/**
 * The way back to where he came from, with the name as it stands here now.
 * @param {Locale} texts
 */
function wayBack({ t }) {
  return state.from && make("p", {}, make("a", { class: "way", href: state.from }, t("back")));
}

/**
 * To what he is invited, and by whom: as far as the link says so.
 * @param {Locale} texts
 */
function invitedTo({ parts, has }) {
  const key = `invited_${state.role}`;
  if (!has(key)) return null;
  return make("p", {}, ...(state.by ? parts(`${key}_by`, { name: words(state.by) })
    : parts(key)));
}

/** @param {string} login */
function keepName(login) {
  const role = FROM.get(state.from ?? "");
  if (role) kept.set(`switchboard.${role}.name`, login.trim());
}

/** @type {Record<string, (texts: Locale) => HTMLElement>} */
const FORMS = {
  ask: (texts) => ask(texts, "ask", async ({ login }) => {
    await api.post("/links", { kind: "password", login: login.trim() });
    return { key: "ask" };
  }, field(texts.t("login"), { name: "login", autocomplete: "username", autocapitalize: "none",
    spellcheck: "false", dir: "auto", required: true, value: state.login,
    oninput: ({ target }) => keepName(target.value) }).element),

  password: (texts) => ask(texts, "password", async ({ password }) => {
    await api.post("/password", { token: state.token, password });
    return { key: "password", ways: ["console", "admin", "chat"] };
  }, newPassword(texts).element),

  email: (texts) => ask(texts, "email", async () => {
    await api.post("/email-confirmations", { token: state.token });
    return { key: "email" };
  }),

  invitation: (texts) => ask(texts, "invitation", accept,
    ...namesOf(texts, {}, { value: state.name }),
    state.email && field(texts.t("email"), { name: "email", type: "email", dir: "ltr",
      autocomplete: "email", value: state.email }).element,
    newPassword(texts).element),
};

/**
 * Makes the account, and signs in on its own page, which is known only now.
 * @param {Record<string, string>} fields
 * @returns {Promise<Outcome>}
 */
async function accept(fields) {
  const { username, password, ...named } = person(fields);
  const email = fields.email?.trim();
  const body = { token: state.token, username, password, ...named, ...(email && { email }) };
  const user = await api.signIn("/invitations/accept", body);
  const way = user.role === "admin" ? "admin" : "console";
  // The account is there; if this fails he signs in there.
  await new Api(new StaffLogin(way)).signIn("/sessions", { login: username, password }, user.role)
    .catch(() => {});
  await api.signOut();
  return { key: "invitation", name: user.display_name, ways: [way] };
}

/**
 * What has become of it, and where to go on.
 * @param {Locale} texts
 * @param {Outcome} outcome
 */
function told(texts, { key, name = "", ways = [] }) {
  const { t, parts } = texts;
  const only = ways.length === 1;
  return card(title(t(`${key}_done`)),
    make("p", {}, ...parts(`${key}_done_text`, { name: words(name) })),
    ways.length > 0 ? make("p", { class: "row" }, ...ways.map((way) =>
      make("a", { class: only ? "go" : "way", href: `/${way}` }, t(`${way}_go`))))
      : wayBack(texts));
}

/**
 * As long as a name may be, or an address: anybody can make a link that says anything.
 * @param {string | null} text
 */
const cut = (text, most = 150) => [...text ?? ""].slice(0, most).join("");

/** Takes in what stands behind #, or has stood there before a reload. */
function arrive() {
  const behind = location.hash.slice(1);
  /** @type {string | undefined} */
  const before = history.state?.link;
  const said = new URLSearchParams(behind || before);
  const [kind, token] = [...said][0] ?? ["ask", ""];
  const isKnown = Object.hasOwn(FORMS, kind) && token !== "";
  const from = said.get("page");
  Object.assign(state, { kind: isKnown ? kind : "ask", token, login: said.get("ask") ?? "",
    isGood: true, done: null, from: FROM.has(from ?? "") ? from : null, name: cut(said.get("name")),
    email: cut(said.get("email"), 254), by: cut(said.get("by")), role: cut(said.get("role")) });
  if (behind || before === undefined) kept.set(DRAFT, null);
  // The token stays neither in the address bar nor in the list of pages that were seen. Until it is
  // used this tab has it, and whatever tab is made or restored out of it.
  history.replaceState({ link: said.toString() }, "", location.pathname);
}

function goToFirst() {
  /** @type {HTMLElement | null} */
  const first = document.querySelector("main input, main button");
  first?.focus();
}

/** Asks whether the link is good; if that is not known, the form will tell. */
async function look() {
  const { kind, token } = state;
  if (kind !== "password" && kind !== "email" && kind !== "invitation") return;
  const { valid } = await api.post("/links/check", { kind, token }).catch(() => ({ valid: true }));
  if (valid || state.kind !== kind || state.token !== token || state.done) return;
  state.isGood = false;
  redraw();
  document.getElementById("link-title")?.focus();
}

arrive();
const redraw = await page([(tag) => import(`../i18n/account.${tag}.js`),
  (tag) => import(`../i18n/link.${tag}.js`)],
(texts) => [state.done ? told(texts, state.done)
  : state.isGood ? FORMS[state.kind](texts) : useless(texts)]);
document.documentElement.dataset.ready = "";
goToFirst();
look();
// Another link may be opened where one was before.
addEventListener("hashchange", () => {
  if (!location.hash) return;
  arrive();
  redraw();
  goToFirst();
  look();
});
