// How each entry of a log looks to its customer: messages, and what happened between them.

import { make, words } from "../ui/dom.js";
import { linked } from "../ui/links.js";
import { fileRow } from "./files.js";
import { told } from "./told.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { LogEvent } from "../net/frames.d.ts" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Visit } from "./visit.js" */

/**
 * What is drawn of a message.
 * @typedef {object} Message
 * @property {boolean} mine
 * @property {string | null | undefined} sender
 * @property {number} seq
 * @property {string} text as it was written
 * @property {boolean} edited
 * @property {HTMLElement} said
 * @property {HTMLElement} files
 * @property {HTMLElement} state
 * @property {HTMLElement} time
 * @property {number} at when it was written
 * @property {boolean} deleted
 * @property {HTMLElement | null} own what its writer can do with it
 * @property {HTMLElement | null} form in which he gives it another text
 * @property {HTMLElement} [reached] how far it has come
 */

/** @typedef {{ kind: string, parts: Child[], message?: Message }} Drawn */

/**
 * Whom it asks: who looks, what people are called, where files come from.
 * @typedef {Pick<Visit, "api" | "names">} Knows
 */

export class Entries {
  /** @type {Knows} */
  #knows;
  /** @type {Locale} */
  #locale;
  /** @type {(message: Message) => HTMLElement | null} */
  #own;
  /**
   * Names that are not known yet, where they stand.
   * @type {{ id: string, place: HTMLElement }[]}
   */
  #unnamed = [];

  /**
   * `own` makes what its writer can do with a message.
   * @param {Knows} knows
   * @param {Locale} locale
   * @param {(message: Message) => HTMLElement | null} own
   */
  constructor(knows, locale, own = () => null) {
    [this.#knows, this.#locale, this.#own] = [knows, locale, own];
  }

  /** @param {{ sender_id?: string | null }} event */
  isMine = ({ sender_id: sender }) => Boolean(sender) && sender === this.#knows.api.user?.id;

  /**
   * An entry behind another message; null: there is nothing to see of it.
   * @param {LogEvent} event
   * @param {Message} [before]
   * @returns {Drawn | null}
   */
  draw(event, before) {
    if (event.kind === "message") return this.#message(event, before);
    const said = told(event);
    if (!said) return null;
    const [key, who] = said;
    const time = this.#clock(event.created_at);
    return { kind: "entry",
      parts: [make("p", {}, ...this.#locale.parts(key, { name: this.#name(who) }), " ", time)] };
  }

  /**
   * @param {LogEvent} event
   * @param {Message} [before]
   * @returns {Drawn}
   */
  #message(event, before) {
    const { seq, sender_id: sender, text, data, attachments = [], created_at } = event;
    const mine = this.isMine(event);
    const { t } = this.#locale;
    const name = () => (mine ? words(t("you")) : this.#name(sender));
    const time = this.#clock(created_at);
    const who = make("span", { class: "unseen" },
      ...this.#locale.parts("said", { name: name(), time: this.#locale.clock(created_at) }));
    const said = make("p", { class: "said" });
    const files = make("ul", { class: "files" },
      ...attachments.map((one) => fileRow(one, this.#knows.api, this.#locale)));
    const state = make("p", { class: "note" });
    /** @type {Message} */
    const message = { mine, sender, seq, at: created_at, text: "", edited: false,
      deleted: false, said, files, state, time, own: null, form: null };
    if (mine && !data?.deleted) message.own = this.#own(message);
    if (data?.deleted) this.empty(message);
    else this.say(message, text ?? "", Boolean(data?.edited));
    const shows = !mine && before?.sender !== sender;
    const parts = [shows && make("p", { class: "name", "aria-hidden": "true" }, name()), who, said,
      attachments.length > 0 && files, state];
    return { kind: mine ? "mine" : "theirs", message, parts };
  }

  /** @param {number} ms */
  #clock = (ms) => make("time", { datetime: new Date(ms).toISOString() },
    this.#locale.clock(ms));

  /** @param {string | null | undefined} id */
  #name(id) {
    const known = this.#knows.names.get(id);
    const place = words(known ?? this.#locale.t("staff"));
    if (id && !known) this.#unnamed.push({ id, place });
    return place;
  }

  /** Another log is shown: nobody stands in it yet. */
  reset() {
    this.#unnamed = [];
  }

  /** Whoever is known meanwhile is called by his name, wherever he stands. */
  name() {
    this.#unnamed = this.#unnamed.filter(({ id, place }) => {
      if (!place.isConnected) return false;
      const known = this.#knows.names.get(id);
      if (known) place.textContent = known;
      return !known;
    });
  }

  /**
   * What a message says, and what is known of it.
   * @param {Message} message
   * @param {string} text
   * @param {boolean} edited
   */
  say(message, text, edited) {
    const { said, state, time, own, form, reached } = message;
    Object.assign(message, { text, edited });
    said.hidden = !text || form !== null;
    said.replaceChildren(make("span", { dir: "auto" }, ...linked(text)));
    const parts = [time, edited ? ` · ${this.#locale.t("edited")}` : "",
      reached?.isConnected ? reached : ""];
    // What its writer can do stays where it is, or it would lose the focus.
    while (state.firstChild && state.firstChild !== own) state.firstChild.remove();
    state.prepend(...parts);
    if (own && !state.contains(own)) state.append(own);
  }

  /** @param {Message} message whose text is gone */
  empty(message) {
    const { said, files, state, time, form } = message;
    Object.assign(message, { text: "", deleted: true, own: null, form: null });
    said.hidden = true;
    form?.remove();
    files.remove();
    state.replaceChildren(this.#locale.t("deleted"), " · ", time);
  }
}
