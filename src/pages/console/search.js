// The search, and whatever else can be done from the keyboard: words in what was said, numbers,
// names of those in the list.

import { latin } from "../i18n/digits.js";
import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { drawing } from "./icons.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Desk } from "./desk.js" */
/** @import { Does, View } from "./parts.d.ts" */

/** @typedef {{ id?: string, work: () => unknown, parts: Child[] }} Found */

/** @typedef {"transfer" | "close" | "park" | "help" | "whyIdle"} Command */

const PAUSE_MS = 250;
const SHOWN = 30;
/** @type {Command[]} */
const COMMANDS = ["transfer", "close", "park", "help", "whyIdle"];

/**
 * A text as it is compared: in any script, with or without accents.
 * @param {string} text
 */
const plain = (text) => latin(text).normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase()
  .replaceAll("\u064a", "\u06cc").replaceAll("\u0643", "\u06a9");
/** @type {HTMLDialogElement | null} */
let open = null;

/**
 * Opens it, or closes it if it is open.
 * @param {Desk} desk
 * @param {Locale} locale
 * @param {Does} does
 */
export function search(desk, locale, does) {
  if (open?.open) return open.close();
  if (document.querySelector("dialog[open]")) return;
  open = new Search(desk, locale, does).dialog;
}

class Search {
  /** @type {HTMLDialogElement} */
  dialog;
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;
  #field;
  #list;
  #said = make("p", { class: "note", role: "status" });
  /** @type {Found[]} */
  #items = [];
  #at = 0;
  /** @type {number | undefined} */
  #timer;
  #turn = 0;

  /**
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {Does} does
   */
  constructor(desk, locale, does) {
    [this.#desk, this.#locale, this.#does] = [desk, locale, does];
    const { t } = locale;
    const before = document.activeElement;
    this.#list = make("ul", { role: "listbox", id: "found", "aria-label": t("found") });
    this.#field = make("input", { type: "search", role: "combobox", "aria-expanded": "true",
      "aria-controls": "found", "aria-autocomplete": "list", "aria-label": t("search"),
      placeholder: t("search_hint"), maxlength: "200", dir: "auto", autofocus: true,
      autocomplete: "off", oninput: () => this.#typed(),
      onkeydown: (event) => this.#pressed(event) });
    this.dialog = make("dialog", { class: "search", "aria-label": t("search") },
      make("div", { class: "search-head" }, drawing("search"), this.#field,
        make("button", { type: "button", class: "round", "aria-label": t("shut"),
          onclick: () => this.dialog.close() }, drawing("close"))), this.#said, this.#list);
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => {
      clearTimeout(this.#timer);
      this.dialog.remove();
      if (!this.#went && before instanceof HTMLElement && before.isConnected) before.focus();
    });
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.#near("");
  }
  #went = false;

  /** What can be done by name. */
  get #commands() {
    const { t } = this.#locale;
    const isMine = this.#desk.isMine(this.#desk.view);
    return COMMANDS.filter((name) => isMine || ["help", "whyIdle"].includes(name))
      .map((name) => ({ text: t(`do_${name}`), work: () => this.#does[name]() }));
  }

  #typed() {
    clearTimeout(this.#timer);
    const q = this.#field.value.trim();
    this.#turn += 1;
    this.#near(q);
    if (q.length > 1) this.#timer = setTimeout(() => this.#ask(q), PAUSE_MS);
  }

  /**
   * What is known without asking: those in the list, by name or number, and commands.
   * @param {string} q
   */
  #near(q) {
    const wanted = plain(q.replace(/^#/, ""));
    /** @param {string} text */
    const fits = (text) => plain(text).includes(wanted);
    const known = [...this.#desk.mine.values(), ...this.#desk.parked].filter((view) =>
      fits(view.customer.name) || String(view.number).startsWith(wanted));
    const items = [...known.map((view) => this.#conversation(view)),
      ...this.#commands.filter(({ text }) => fits(text)).map(({ text, work }) =>
        ({ work, parts: [make("span", {}, make("span", { class: "chip" },
          this.#locale.t("command")), " ", text)] }))];
    this.#show(items);
    this.#said.textContent = "";
  }

  /**
   * @param {View} view
   * @param {{ snippet?: { text: string, match: boolean }[], note?: boolean }} found
   * @returns {Found}
   */
  #conversation(view, { snippet = [], note = false } = {}) {
    const { t, number, date } = this.#locale;
    return { id: view.id, work: () => this.#does.show(view.id), parts: [
      make("span", { class: "found-head" }, words(view.customer.name), " ",
        make("span", { dir: "ltr" }, `#${number(view.number)}`), " ",
        make("span", { class: "note" }, words(view.queue.name), " · ",
          t(`st_${view.status}`), " · ", date(view.updated_at))),
      snippet.length > 0 && make("span", { class: "snippet", dir: "auto" },
        note && make("span", { class: "chip" }, t("note")), ...snippet.map(({ text, match }) =>
          (match ? make("mark", {}, text) : text)))] };
  }

  /** @param {string} q */
  async #ask(q) {
    const turn = this.#turn;
    const { t } = this.#locale;
    this.#said.textContent = t("searching");
    try {
      const found = await this.#desk.api.get(
        `/search?q=${encodeURIComponent(q)}&limit=${SHOWN}`);
      if (turn !== this.#turn) return;
      const known = this.#items.filter(({ id, work }) => id || work).slice(0, 6);
      const items = found.items.map((one) => this.#conversation(one.conversation, one));
      this.#show([...known, ...items]);
      this.#said.textContent = t("found_n", { n: items.length });
    } catch (error) {
      if (turn === this.#turn) this.#said.textContent = this.#does.explain(problemOf(error));
    }
  }

  /** @param {Found[]} items */
  #show(items) {
    [this.#items, this.#at] = [items, 0];
    this.#list.replaceChildren(...items.map(({ parts }, at) => make("li", { role: "option",
      id: `found-${at}`, onclick: () => this.#choose(at) }, ...parts)));
    this.#mark();
  }

  #mark() {
    for (const [at, option] of [...this.#list.children].entries()) {
      option.setAttribute("aria-selected", String(at === this.#at));
      if (at === this.#at) option.scrollIntoView({ block: "nearest" });
    }
    if (this.#items.length) this.#field.setAttribute("aria-activedescendant", `found-${this.#at}`);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const count = this.#items.length;
    const step = Number(event.key === "ArrowDown") - Number(event.key === "ArrowUp");
    if (step && count) {
      this.#at = (this.#at + step + count) % count;
      this.#mark();
    } else if (event.key === "Enter" && count) {
      this.#choose(this.#at);
    } else if (event.key === "Escape") {
      // A browser would only empty the field.
      this.dialog.close();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** @param {number} at */
  #choose(at) {
    this.#went = true;
    this.dialog.close();
    this.#items[at].work();
  }
}
