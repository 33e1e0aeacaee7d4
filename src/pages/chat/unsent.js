// What was written and is not in the log yet. A row stays as it is while nothing of it changes, so
// that what is selected in it, or has the focus, stays so.

import { icon, make } from "../ui/dom.js";
import { brief } from "./brief.js";
import { reason } from "./refusal.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attachment } from "../net/frames.d.ts" */
/** @import { Unsent as Entry } from "../net/outbox.js" */

/** Refusals that the same message would meet again. */
const LASTING = ["attachments", "invalid_character", "text_too_long"];

/** @typedef {Omit<Entry, "conversation">} Written */

/**
 * What is done with what is refused.
 * @typedef {object} Refused
 * @property {(id: string) => void} retry
 * @property {(id: string) => void} discard
 * @property {(text: string, files?: Attachment[], note?: boolean) => unknown} takeBack puts it
 *   into the field again
 */

export class Unsent {
  element = make("ol", { class: "rows pending" });
  /** @type {Locale} */
  #locale;
  /** @type {Refused} */
  #refused;
  /** @type {Map<string, { state: string, row: HTMLElement }>} */
  #rows = new Map();

  /**
   * @param {Locale} locale
   * @param {Refused} refused
   */
  constructor(locale, refused) {
    [this.#locale, this.#refused] = [locale, refused];
  }

  /** @param {Written[]} entries the oldest first */
  show(entries) {
    const [was, list] = [this.#rows, this.element];
    this.#rows = new Map(entries.map((entry) => {
      const state = JSON.stringify([entry.error, entry.code, navigator.onLine]);
      const known = was.get(entry.client_id);
      return [entry.client_id, known?.state === state ? known : { state, row: this.#row(entry) }];
    }));
    const rows = [...this.#rows.values()].map(({ row }) => row);
    const held = list.contains(document.activeElement);
    for (const old of [...list.children]) if (!rows.some((row) => row === old)) old.remove();
    for (const [at, row] of rows.entries()) {
      if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
    }
    // Who has pressed a button that goes goes on in the log.
    /** @type {HTMLElement | null} */
    const log = held && !list.contains(document.activeElement) ? list.closest("[role=log]") : null;
    log?.focus();
  }

  /** @param {Written} entry */
  #row(entry) {
    const { text, files = [], note } = entry;
    return make("li", { class: note ? "remark" : "mine" }, text && make("p", { class: "said" },
      make("span", { dir: "auto" }, text)), files.length > 0 && make("ul", { class: "files" },
      ...files.map(({ name }) => make("li", {}, icon("file"), brief(name)))),
    this.#state(entry));
  }

  /** @param {Written} entry */
  #state({ client_id: id, text, files, note, error, code }) {
    const { t } = this.#locale;
    if (!error) {
      return make("p", { class: "note" }, t(navigator.onLine ? "sending" : "sends_later"));
    }
    const { retry, discard, takeBack } = this.#refused;
    /**
     * @param {string} key
     * @param {() => unknown} work
     */
    const button = (key, work) => make("button", { type: "button", class: "soft",
      onclick: work }, t(key));
    const again = !LASTING.includes(code ?? "") && button("try_again", () => retry(id));
    return make("p", { class: "error", role: "alert" }, t("not_sent"), " ",
      reason(this.#locale, { code, message: error }), " ", again, " ",
      button("take_back", () => {
        discard(id);
        takeBack(text, files, note);
      }));
  }
}
