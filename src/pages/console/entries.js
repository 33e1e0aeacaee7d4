// How the entries of a log are drawn: messages, notes, and what happened between them.

import { fileRow } from "../chat/files.js";
import { make, words } from "../ui/dom.js";
import { linked } from "../ui/links.js";
import { drawing } from "./icons.js";
import { span } from "./spans.js";
import { told } from "./standing.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Api } from "../net/api.js" */
/** @import { LogEvent } from "../net/frames.d.ts" */
/** @import { Drawn, Message, Said, View } from "./parts.d.ts" */

/** So much of a message is said of the button that changes it. */
const SAID_CHARS = 40;

export class Entries {
  /** @type {View | null} */
  view = null;
  /**
   * Who has spoken last, beside the reader. His name is not told again.
   * @type {string | null | undefined}
   */
  speaker = null;
  /** @type {Api} */
  #api;
  /** @type {Locale} */
  #locale;
  /** @type {{ id: string }} */
  #me;
  /** @type {(id: string) => string | null} */
  #name;

  /**
   * `me` is who looks; `name(id)` knows people and queues by id, as far as anybody does.
   * @param {Api} api
   * @param {Locale} locale
   * @param {{ me: { id: string }, name: (id: string) => string | null }} whose
   */
  constructor(api, locale, { me, name }) {
    [this.#api, this.#locale, this.#me, this.#name] = [api, locale, me, name];
  }

  /** @param {LogEvent} event */
  isMine = ({ sender_id: sender }) => sender !== null && sender === this.#me.id;

  /**
   * Null: it is nothing to read.
   * @param {LogEvent} event
   */
  draw(event) {
    const { kind } = event;
    return kind === "message" || kind === "note" ? this.#message(event) : this.#happened(event);
  }

  /**
   * Who this is, for this reader.
   * @param {string | null | undefined} id
   * @param {string | null} [name]
   */
  #called(id, name) {
    const { view } = this;
    if (id === this.#me.id) return this.#locale.t("you");
    const found = [view?.customer, view?.rep, view?.last_rep, view?.offered_to]
      .find((one) => one && one.id === id);
    if (id === "customer" && view) return view.customer.name;
    return name || found?.name || (id && this.#name(id)) || this.#locale.t("somebody");
  }

  /**
   * The text of what has happened: of the reader himself and of the customer it may be another.
   * @param {Said} said
   */
  #keyOf({ key, who, by }) {
    const me = this.#me.id;
    const isCustomer = who === "customer" || who === this.view?.customer.id;
    const own = who === me ? `${key}_you` : by === me ? `${key}_by_you`
      : isCustomer ? `${key}_customer` : key;
    return this.#locale.has(own) ? own : key;
  }

  /**
   * @param {LogEvent} event
   * @returns {Drawn | null}
   */
  #happened(event) {
    const said = told(event);
    if (!said) return null;
    const { t, parts } = this.#locale;
    const { reason, waited, until } = said;
    const values = {
      name: words(this.#called(said.who, said.name)), by: words(this.#called(said.by)),
      queue: words((said.queue && this.#name(said.queue)) ?? t("another_queue")),
      when: until ? this.#locale.when(until) : t("some_time"), n: said.n ?? 0,
      priority: said.priority ? t(`p_${said.priority}`) : "",
      resolution: said.resolution ? t(`r_${said.resolution}`) : t("r_none"),
    };
    const own = reason && this.#locale.has(`why_${reason}`) ? t(`why_${reason}`) : null;
    const told_ = own ?? reason ?? said.words;
    const more = told_ ? [": ", own ?? words(told_)] : [];
    const line = make("p", {}, ...parts(this.#keyOf(said), values), waited && waited > 1000
      ? ` · ${t("waited", { time: span(this.#locale, waited) })}` : null, ...more, " · ",
    this.#clock(event.created_at));
    return { kind: "entry", parts: [line] };
  }

  /**
   * @param {LogEvent} event
   * @returns {Drawn}
   */
  #message(event) {
    const { sender_id: sender, text, data, attachments = [], created_at: at } = event;
    const mine = this.isMine(event);
    const isNote = event.kind === "note";
    const { t, parts } = this.#locale;
    const name = this.#called(sender);
    const isCustomer = sender === this.view?.customer.id;
    const who = make("span", { class: "unseen" }, isNote ? `${t("note")}: ` : "",
      ...parts("said", { name: words(name), time: this.#locale.clock(at) }));
    const place = make("span", { dir: "auto" });
    const said = make("p", { class: "said" }, place);
    const files = make("ul", { class: "files" },
      ...attachments.map((one) => fileRow(one, this.#api, this.#locale)));
    const state = make("p", { class: "note" });
    const label = isNote ? [drawing("note"), t("note_by"), " ", words(name)] : [words(name)];
    const shows = isNote || (!mine && this.speaker !== sender);
    if (!isNote && !mine) this.speaker = sender;
    const kind = isNote ? "remark" : isCustomer ? "theirs" : mine ? "mine" : "mine other";
    /** @type {Message} */
    const message = { mine: mine && !isNote, said, place, files, state,
      time: this.#clock(at), at, text: null, edited: Boolean(data?.edited) };
    this.put(message, data?.deleted ? null : text ?? "");
    return { kind, message, parts: [shows && make("p", { class: "name",
      "aria-hidden": "true" }, ...label), who, said, attachments.length > 0 && files,
    make("div", { class: "foot" }, state)] };
  }

  /**
   * Gives a message a text; null takes it away, with all that it carries.
   * @param {Message} message
   * @param {string | null} text
   */
  put(message, text, edited = message.edited) {
    const { said, place, files, state, time } = message;
    const { t } = this.#locale;
    [message.text, message.edited] = [text, edited];
    said.hidden = !text;
    place.replaceChildren(...linked(text ?? ""));
    files.hidden = text === null;
    state.replaceChildren(...(text === null ? [t("deleted"), " · ", time]
      : [time, ...(edited ? [` · ${t("edited")}`] : [])]));
    message.own?.remove();
    if (text === null || !message.own) return;
    message.own.setAttribute("aria-label", this.ownName(text));
    state.after(message.own);
  }

  /**
   * What the button is called that changes a message.
   * @param {string | null} text
   */
  ownName = (text) => this.#locale.t("own_more", { text: text?.slice(0, SAID_CHARS) ?? "" });

  /** @param {number} ms */
  #clock = (ms) => make("time", { datetime: new Date(ms).toISOString() },
    this.#locale.clock(ms));
}
