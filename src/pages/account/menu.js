// The button with one's name in the bar at the top: one's account, language, theme, and the way
// out.

import { followForgetting, forgetDrafts, hasDrafts } from "../net/drafts.js";
import { Problem, problemOf } from "../net/problem.js";
import { agreed } from "../ui/dialog.js";
import { make, words } from "../ui/dom.js";
import { toast } from "../ui/toast.js";
import { face } from "./face.js";
import { followLook, lookBoxes } from "./look.js";
import { accountTexts, explain } from "./texts.js";

/** @import { Api } from "../net/api.js" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Own } from "./own.js" */

/** What a page adds: an element, or a button that does something. */
/** @typedef {HTMLElement | { text: string, work: () => void }} Item */

/** Between the button and what it opens, in px. */
const GAP = 6;
/** How wide that is, as the style has it. */
const WIDTH = 250;

/**
 * The button and its menu. `more` is what a page adds at the top.
 * @param {Api} api
 * @param {Locale} locale
 * @param {{ more?: Item[] }} [options]
 * @returns {HTMLElement}
 */
export function accountMenu(api, locale, { more = [] } = {}) {
  return new Menu(api, locale, more).element;
}

class Menu {
  /** @type {Api} */
  #api;
  /** @type {Locale} */
  #locale;
  /** @type {Item[]} */
  #more;
  #what = make("span", { class: "unseen" });
  #list = make("div", { class: "account-list", popover: "auto", id: "account-list" });
  #button = make("button", { type: "button", class: "account-button", "aria-haspopup": "true",
    "aria-expanded": "false", popovertarget: "account-list" });
  element = make("div", { class: "account" }, this.#button, this.#list);

  /**
   * @param {Api} api
   * @param {Locale} locale
   * @param {Item[]} more
   */
  constructor(api, locale, more) {
    [this.#api, this.#locale, this.#more] = [api, locale, more];
    this.#list.addEventListener("beforetoggle", ({ newState }) => {
      if (newState === "open") this.#place();
    });
    this.#list.addEventListener("toggle", ({ newState }) => {
      this.#button.setAttribute("aria-expanded", String(newState === "open"));
      if (newState === "open") this.#list.querySelector("button")?.focus();
    });
    document.addEventListener("switchboard:user", () => this.#show());
    followLook();
    followForgetting();
    this.#show();
    this.#fill();
  }

  #show() {
    const { user } = this.#api;
    if (!user) return;
    const { display_name: name } = user;
    this.#button.replaceChildren(face(this.#api, user),
      make("span", { class: "account-name", title: name }, words(name)), this.#what);
  }

  // Under the button, at the side at which its line ends, and all of it on the page.
  #place() {
    const { bottom, left, right } = this.#button.getBoundingClientRect();
    const wide = document.documentElement.clientWidth;
    const end = this.#locale.dir === "rtl" ? left : wide - right;
    this.#list.style.insetBlockStart = `${bottom + GAP}px`;
    this.#list.style.insetInlineEnd = `${Math.max(GAP, Math.min(end, wide - WIDTH - GAP))}px`;
  }

  async #fill() {
    const texts = await accountTexts(this.#locale);
    const { t } = texts;
    this.#what.textContent = t("account");
    /**
     * @param {string} text
     * @param {() => unknown} work
     */
    const item = (text, work) => make("button", { type: "button", onclick: () => {
      this.#list.hidePopover();
      work();
    } }, text);
    this.#list.replaceChildren(
      ...this.#more.map((one) => (one instanceof HTMLElement ? one : item(one.text, one.work))),
      item(t("profile"), () => this.#open("profile", texts)),
      item(t("password_other"), () => this.#open("password", texts)),
      item(t("sessions"), () => this.#open("sessions", texts)), ...lookBoxes(texts),
      item(t("sign_out"), () => this.#leave(texts)));
  }

  /**
   * @param {Own} name
   * @param {Locale} texts
   */
  async #open(name, texts) {
    try {
      const { openOwn } = await import("../account/own.js").catch(() => {
        throw new Problem(0, { code: "unreachable" });
      });
      await openOwn(name, this.#api, texts);
    } catch (error) {
      // Of a login that has ended the door tells.
      if (this.#api.user) toast(explain(texts)(problemOf(error)));
    }
  }

  /** @param {Locale} texts */
  async #leave(texts) {
    const { user } = this.#api;
    const { t } = texts;
    if (user && hasDrafts(user) && !await agreed({ title: t("leave_drafts"),
      text: t("leave_drafts_text"), yes: t("sign_out"), no: t("cancel") })) return;
    try {
      await this.#api.signOut();
      if (user) forgetDrafts(user);
      // Nothing of what he has seen stays on the page.
      location.reload();
    } catch (error) {
      toast(explain(texts)(problemOf(error)));
    }
  }
}
