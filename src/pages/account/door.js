// The door of a page for staff: the card in which somebody signs in, over the whole page until he
// has. When his login ends later it is there again, and what stands behind it stays as it was.

import { kept } from "../net/keep.js";
import { problemOf } from "../net/problem.js";
import { make } from "../ui/dom.js";
import { errorPlace } from "../ui/forms.js";
import { field, onFilled, secretField } from "./field.js";
import { lookBoxes } from "./look.js";
import { accountTexts, explain, loginOf } from "./texts.js";

/** @import { Account, Api, Role } from "../net/api.js" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Thrown } from "../net/problem.js" */

/** Which page is whose. */
const PAGES = { customer: "/chat", rep: "/console", admin: "/admin" };

/**
 * Lets nobody by who is not signed in as `role`; answers who is. Whenever the login ends, it asks
 * again, and calls `api.onBack(user)` once somebody is in: sockets begin anew then.
 * @param {Api} api
 * @param {Locale} locale
 * @param {"rep" | "admin"} role
 * @returns {Promise<Account>}
 */
export async function enter(api, locale, role) {
  const texts = await accountTexts(locale);
  const ended = api.onEnded;
  let isOpen = false;
  api.onEnded = async (problem) => {
    ended(problem);
    if (isOpen) return;
    isOpen = true;
    const was = api.endedUser;
    const user = await new Door(api, texts, role, problem).passed;
    isOpen = false;
    // What stands on the page is another's.
    if (was && was.id !== user.id) location.reload();
    else api.onBack(user);
  };
  if (!api.user) return new Door(api, texts, role, null).passed;
  // What is kept of him may be old, and his login may have ended while no page was open.
  api.get("/me").then((user) => api.renew(user), () => {});
  return api.user;
}

/** A browser gives the focus back to a field without its keys: they come with the next focus. */
function refocus() {
  const { activeElement: had } = document;
  if (!(had instanceof HTMLElement)) return;
  had.blur();
  had.focus({ preventScroll: true });
}

class Door {
  /**
   * Fulfilled with who is in.
   * @type {Promise<Account>}
   */
  passed;
  /** @type {Api} */
  #api;
  /** @type {Locale} */
  #texts;
  /** @type {"rep" | "admin"} */
  #role;
  #name;
  #password;
  #hint = make("p", { class: "note", hidden: true });
  #elsewhere = make("p", { hidden: true });
  #dialog = make("dialog", { "aria-labelledby": "door-title",
    oncancel: (event) => event.preventDefault() });

  /**
   * @param {Api} api
   * @param {Locale} texts
   * @param {"rep" | "admin"} role
   * @param {Thrown | null} problem why his login has ended, if there was one
   */
  constructor(api, texts, role, problem) {
    [this.#api, this.#texts, this.#role] = [api, texts, role];
    this.#name = field(texts.t("login"), { name: "login", autocomplete: "username",
      autocapitalize: "none", spellcheck: "false", dir: "auto", required: true });
    this.#password = secretField(texts, texts.t("password"), { name: "password",
      autocomplete: "current-password" });
    this.#build(problem);
    this.passed = new Promise((resolve) => this.#listen(resolve));
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    const { input } = this.#name;
    (input.value ? this.#password.input : input).focus();
    // Whoever cannot be told this can still sign in.
    api.get("/setup").then(({ needed }) => { this.#hint.hidden = !needed; }, () => {});
  }

  /** @param {Thrown | null} problem */
  #build(problem) {
    const { t } = this.#texts;
    const key = `switchboard.${this.#role}.name`;
    const name = this.#name.input;
    name.value = loginOf(this.#api.endedUser) || kept.get(key, "");
    // The page of a forgotten password is told who it is, and from where he comes.
    const forgotten = make("a", { class: "way" }, t("forgotten"));
    const lead = () => {
      const who = new URLSearchParams({ ask: name.value.trim(), page: PAGES[this.#role] });
      forgotten.href = `/link#${who}`;
    };
    lead();
    name.addEventListener("input", () => {
      kept.set(key, name.value);
      lead();
    });
    this.#hint.append(t("no_admin"));
    const form = make("form", { class: "entry-card" },
      make("h1", { id: "door-title" }, t(problem ? "again_title" : `door_${this.#role}`)),
      make("p", { class: "note" }, this.#why(problem)), this.#hint,
      this.#name.element, this.#password.element, errorPlace(), this.#elsewhere,
      make("p", { class: "row" }, make("button", { class: "main" }, t("sign_in")), forgotten));
    onFilled(form, this.#texts, ({ login, password }) => this.#signIn(login, password),
      explain(this.#texts));
    this.#dialog.className = problem && problem.code !== "signed_out" ? "door again" : "door";
    this.#dialog.append(make("div", { class: "door-frame" }, make("p", { class: "brand" },
      make("a", { href: "/" }, "Switchboard")), form,
    make("div", { class: "look" }, ...lookBoxes(this.#texts))));
  }

  /** @param {Thrown | null} problem */
  #why(problem) {
    if (!problem) return this.#texts.t(`door_${this.#role}_text`);
    return this.#texts.t(problem.code === "signed_out" ? "signed_out" : "ended");
  }

  /** @param {(user: Account) => void} resolve */
  #listen(resolve) {
    // He may come in by another tab.
    const look = () => {
      const { user } = this.#api;
      if (!user) return;
      document.removeEventListener("switchboard:user", look);
      this.#dialog.removeEventListener("close", stay);
      this.#dialog.close();
      this.#dialog.remove();
      refocus();
      resolve(user);
    };
    // A browser closes any dialog at the second Escape.
    const stay = () => this.#dialog.showModal();
    document.addEventListener("switchboard:user", look);
    this.#dialog.addEventListener("close", stay);
  }

  /**
   * @param {string} login
   * @param {string} password
   */
  async #signIn(login, password) {
    this.#elsewhere.hidden = true;
    try {
      await this.#api.signIn("/sessions", { login: login.trim(), password }, this.#role);
    } catch (error) {
      const { role } = problemOf(error);
      if (role) this.#showPage(role);
      // Off until the answer is told.
      setTimeout(() => this.#password.input.select());
      throw error;
    }
  }

  /** @param {Role} role */
  #showPage(role) {
    this.#elsewhere.hidden = false;
    this.#elsewhere.replaceChildren(make("a", { class: "way", href: PAGES[role] },
      this.#texts.t(`page_${role}`)));
  }
}
