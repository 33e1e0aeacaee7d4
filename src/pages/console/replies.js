// Replies that are kept to be used again: a list under the cursor, behind a slash.

import { problemOf } from "../net/problem.js";
import { make } from "../ui/dom.js";
import { wishes } from "./wishes.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does } from "./parts.d.ts" */

/** @typedef {components["schemas"]["CannedReply"]} Canned */

const SHOWN = 8;
/**
 * As letters are compared: without case and accents.
 * @param {string} text
 */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/**
 * Fills in who and what it is about. `{customer|there}` says what stands there instead of what is
 * unknown, as the name of somebody who has given none: without it there is what he is called.
 * @param {string} text
 * @param {Record<string, string>} values
 * @param {string[]} unknown their names
 */
export function filled(text, values, unknown = []) {
  return text.replace(/\{(\w+)(?:\|([^{}]*))?\}/g, (all, name, otherwise) => {
    if (!Object.hasOwn(values, name)) return all;
    return (unknown.includes(name) && otherwise) || values[name] || otherwise || "";
  });
}

export class Replies {
  element;
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {HTMLTextAreaElement} */
  #field;
  /** @type {(text: string, from: number) => void} */
  #take;
  /** @type {Does["explain"]} */
  #explain;
  #list;
  #said = make("p", { class: "unseen", role: "status" });
  #note = make("p", { class: "note" });
  /** @type {Canned[] | null} */
  #all = null;
  /** @type {Canned[]} */
  #found = [];
  #at = 0;
  #from = 0;
  /**
   * The word at which it was closed.
   * @type {string | null}
   */
  #left = null;
  #turn = 0;
  /** Whether the customer is called by a name of his own. */
  #isNamed = true;

  /**
   * `take(text, from)` puts a reply into the field instead of what stands from `from` on.
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {HTMLTextAreaElement} field
   * @param {{ take: (text: string, from: number) => void, explain: Does["explain"] }} how
   */
  constructor(desk, locale, field, { take, explain }) {
    [this.#desk, this.#locale, this.#field] = [desk, locale, field];
    [this.#take, this.#explain] = [take, explain];
    this.#list = make("ul", { role: "listbox", id: "replies", "aria-label": locale.t("replies") });
    this.element = make("div", { class: "replies", hidden: true }, this.#list, this.#note,
      this.#said);
    field.setAttribute("aria-controls", "replies");
  }

  get isOpen() {
    return !this.element.hidden;
  }

  async #read() {
    if (this.#all) return this.#all;
    try {
      this.#all = await this.#desk.api.get("/canned-replies");
      // What is kept anew is there at the next turn.
      setTimeout(() => { this.#all = null; }, 30_000);
    } catch (error) {
      if (problemOf(error).status !== 404) throw error;
      this.#all = [];
    }
    return this.#all;
  }

  async #named() {
    const { view, names } = this.#desk;
    const customer = view && await names.customer(view.customer.id).catch(() => null);
    return customer?.named !== false;
  }

  /**
   * Shows those that a word names, in their name or their text.
   * @param {string} word
   * @param {number} from
   */
  async offer(word, from) {
    if (word === this.#left) return;
    this.#left = null;
    const turn = ++this.#turn;
    let all;
    try {
      [all, this.#isNamed] = await Promise.all([this.#read(), this.#named()]);
    } catch (error) {
      this.#show([], this.#explain(problemOf(error)));
      return;
    }
    if (turn !== this.#turn) return;
    const wanted = plain(word);
    const queue = this.#desk.view?.queue;
    /** @param {Canned} reply */
    const of = (reply) => !reply.queue || reply.queue.id === queue?.id;
    /** @param {Canned} reply */
    const rank = ({ name, text }) => (plain(name).startsWith(wanted) ? 0
      : plain(name).includes(wanted) ? 1 : plain(text).includes(wanted) ? 2 : 3);
    const found = all.filter(of).map((reply) => ({ reply, rank: rank(reply) }))
      .filter((one) => one.rank < 3)
      .sort((one, other) => one.rank - other.rank
        || one.reply.name.localeCompare(other.reply.name));
    this.#from = from;
    // A slash in a sentence is a slash: nothing is said of words that name no reply.
    if (!found.length && word && this.#field.value !== `/${word}`) return this.leave(word);
    this.#show(found.slice(0, SHOWN).map(({ reply }) => reply),
      found.length ? "" : this.#none(word));
  }

  /** @param {string} word */
  #none(word) {
    const { t } = this.#locale;
    if (!word) return t("no_replies");
    return wishes.enter ? `${t("no_such_reply")} ${t("enter_twice")}` : t("no_such_reply");
  }

  /**
   * @param {Canned[]} found
   * @param {string} note
   */
  #show(found, note) {
    const { t } = this.#locale;
    [this.#found, this.#at] = [found, 0];
    this.#list.hidden = found.length === 0;
    this.#list.replaceChildren(...found.map((reply, at) => make("li", { role: "option",
      id: `reply-${at}`, onpointerdown: (event) => {
        event.preventDefault();
        this.#choose(at);
      } }, make("b", { dir: "auto" }, `/${reply.name}`), " ",
    make("span", { dir: "auto", class: "text" }, reply.text.replace(/\s+/g, " ").slice(0, 120)),
    !reply.shared && make("span", { class: "chip" }, t("own_reply")))));
    this.#note.textContent = note;
    this.#said.textContent = found.length ? t("replies_found", { n: found.length }) : note;
    this.element.hidden = false;
    this.#mark();
  }

  #mark() {
    for (const [at, option] of [...this.#list.children].entries()) {
      option.setAttribute("aria-selected", String(at === this.#at));
      if (at === this.#at) option.scrollIntoView({ block: "nearest" });
    }
    if (this.#found.length) this.#field.setAttribute("aria-activedescendant", `reply-${this.#at}`);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  /**
   * Takes a key that was pressed in the field, if it is for the list.
   * @param {KeyboardEvent} event
   */
  pressed(event) {
    if (!this.isOpen) return false;
    const count = this.#found.length;
    const step = Number(event.key === "ArrowDown") - Number(event.key === "ArrowUp");
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      const isAlone = this.#field.value === "/";
      this.leave(isAlone ? null : this.#word);
      // A slash alone was there for this list.
      if (isAlone) this.#take("", 0);
      return true;
    }
    const isEnter = event.key === "Enter" && !event.ctrlKey && !event.shiftKey && !event.metaKey;
    if (!count) {
      // Nobody means to say the mistyped name of a reply.
      if (!isEnter || !this.#word || !wishes.enter) return false;
      this.leave(this.#word);
    } else if (step) {
      this.#at = (this.#at + step + count) % count;
      this.#mark();
    } else if (isEnter || event.key === "Tab") {
      this.#choose(this.#at);
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  get #word() {
    return this.#field.value.slice(this.#from + 1, this.#field.selectionStart);
  }

  /** @param {number} at */
  #choose(at) {
    const { view, user } = this.#desk;
    if (!view) return;
    const text = filled(this.#found[at].text, { customer: view.customer.name,
      name: view.customer.name, rep: user.display_name, number: String(view.number),
      id: String(view.number), queue: view.queue.name },
    this.#isNamed ? [] : ["customer", "name"]);
    this.leave();
    this.#take(text, this.#from);
  }

  /**
   * Closes; the same word does not open it again.
   * @param {string | null} [word]
   */
  leave(word = null) {
    this.#turn += 1;
    this.#left = word;
    this.element.hidden = true;
    this.#list.replaceChildren();
    this.#said.textContent = "";
    this.#field.removeAttribute("aria-activedescendant");
  }
}
