// The log of a conversation as staff see it: messages, notes, what happened between them. It can
// stand alone: whoever reads a conversation shows it with this. Its texts are in the catalog `log`.

import { Unsent } from "../chat/unsent.js";
import { icon, make, words } from "../ui/dom.js";
import { menuButton } from "../ui/menu.js";
import { Entries } from "./entries.js";
import { isOver } from "./standing.js";

/** @import { Refused, Written } from "../chat/unsent.js" */
/** @import { Catalog, Locale } from "../i18n/locale.js" */
/** @import { Api } from "../net/api.js" */
/** @import { LogEvent, TypingFrame } from "../net/frames.d.ts" */
/** @import { Changing, Message, Row, View } from "./parts.d.ts" */

/** @typedef {View["marks"] | null} Marks */

/** Entries that are read at once. */
export const PAGE = 60;
/** Rows that are kept while the reader is at the end, and how many go when there are more. */
const ROWS_MAX = 240;
const ROWS_AWAY = 120;
/** So near its end, in pixels, the log follows what is new. */
const NEAR_PX = 100;

/**
 * The texts of a log, for whoever shows one alone.
 * @param {string} tag
 * @returns {Promise<{ default: Catalog }>}
 */
export const logTexts = (tag) => import(`../i18n/log.${tag}.js`);

/**
 * The browser keeps a picture for as long as it has an address.
 * @param {HTMLElement} row
 */
function forgetPictures(row) {
  for (const { src } of row.querySelectorAll("img")) if (src) URL.revokeObjectURL(src);
}

export class Log {
  element;
  /** Hears that the reader has come to the end. */
  onEnd = () => {};
  /** @type {Refused} */
  refused = { retry() {}, discard() {}, takeBack() {} };
  /**
   * Changes what the reader has said himself; null: he only reads.
   * @type {Changing | null}
   */
  changes = null;
  /** @type {Api} */
  #api;
  /** @type {Locale} */
  #locale;
  /** @type {{ id: string }} */
  #me;
  #entries;
  /** @type {Map<string, string>} */
  #people = new Map();
  /** @type {View | null} */
  #view = null;
  /** @type {Row[]} */
  #rows = [];
  /** @type {number | null} */
  #older = null;
  #isReading = false;
  #below = 0;
  #follows = true;
  #day = "";
  /** @type {Marks} */
  #marks = null;
  /** @type {number | undefined} */
  #quiet;
  /** @type {number | undefined} */
  #typingTimer;
  #earlier;
  /** @type {HTMLElement | DocumentFragment} */
  #list;
  #unsent;
  #typing;
  #toEnd;

  /**
   * `me` is who looks; `name(id)` knows people and queues by id, as far as anybody does.
   * @param {Api} api
   * @param {Locale} locale
   * @param {{ me: { id: string }, name?: (id: string) => string | null }} whose
   */
  constructor(api, locale, { me, name = () => null }) {
    [this.#api, this.#locale, this.#me] = [api, locale, me];
    this.#entries = new Entries(api, locale,
      { me, name: (id) => this.#people.get(id) ?? name(id) });
    const { t } = locale;
    this.#earlier = make("button", { type: "button", class: "soft", hidden: true,
      onclick: () => this.#readOlder() }, t("older"));
    const list = make("ol", { class: "rows" });
    this.#list = list;
    this.#unsent = new Unsent(locale, { retry: (id) => this.refused.retry(id),
      discard: (id) => this.refused.discard(id),
      takeBack: (...what) => this.refused.takeBack(...what) });
    this.#typing = make("p", { class: "typing", "aria-live": "off" });
    this.#toEnd = make("button", { type: "button", class: "to-end", hidden: true,
      onclick: () => this.toEnd() });
    // What stands here at first is history, and is not read aloud.
    this.log = make("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0",
      "aria-label": t("messages"), onscroll: () => this.#scrolled() },
    this.#earlier, this.#list, this.#unsent.element);
    this.element = make("div", { class: "thread" }, this.log, this.#typing, this.#toEnd);
    // Pictures come late, and the reader who is at the end stays there.
    const grows = new ResizeObserver(() => this.#follows && this.toEnd());
    for (const one of [this.log, list]) grows.observe(one);
  }

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  /** The newest entry that stands here; 0: none. */
  get lastSeq() {
    return this.#rows.at(-1)?.seq ?? 0;
  }

  /**
   * Takes in how these are called whom the entries name.
   * @param {{ id: string, name: string }[]} people
   */
  learn(people) {
    for (const { id, name } of people) this.#people.set(id, name);
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.#scrolled();
  }

  /**
   * Shows a conversation from the end of its log. `earlier` is what a page of the log names as
   * `previous`: before which entry there is more, or null.
   * @param {View} view
   * @param {LogEvent[]} events
   * @param {{ earlier?: number | null, marks?: Marks }} more
   */
  show(view, events, { earlier = null, marks = view.marks ?? null } = {}) {
    this.quiet();
    const was = this.#rows;
    [this.#view, this.#rows, this.#day, this.#older] = [view, [], "", earlier];
    [this.#marks, this.#below] = [marks, 0];
    [this.#entries.view, this.#entries.speaker] = [view, null];
    for (const { row } of was) forgetPictures(row);
    this.#list.replaceChildren();
    this.#unsent.show([]);
    this.#hush();
    this.#earlier.hidden = earlier === null;
    for (const event of events) this.#add(event);
    this.marks(this.#marks);
    this.toEnd();
  }

  /** @param {View} view what is known of the same conversation now */
  update(view) {
    this.#view = this.#entries.view = view;
  }

  /** What comes for a moment is the past, not news. */
  quiet() {
    this.log.setAttribute("aria-live", "off");
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.log.setAttribute("aria-live", "polite"), 1_000);
  }

  /**
   * One entry more. What stands here already is not shown twice.
   * @param {LogEvent} event
   */
  append(event) {
    const follows = this.isAtEnd || this.#entries.isMine(event);
    if (event.kind === "message" && !this.#entries.isMine(event)) this.#hush();
    this.#add(event);
    if (follows) {
      this.#forget();
      this.toEnd();
    } else if (event.kind === "message" || event.kind === "note") {
      this.#below += 1;
      this.#showBelow();
    }
    this.marks(this.#marks);
  }

  /** @param {LogEvent} event */
  #add(event) {
    const { kind, seq, created_at: at } = event;
    if (seq <= this.lastSeq) return;
    if (kind === "edited" || kind === "deleted") return this.#change(event);
    const body = this.#entries.draw(event);
    if (!body) return;
    const day = this.#locale.day(at);
    const row = make("li", { class: body.kind, "data-seq": seq }, day !== this.#day
      && make("p", { class: "day" }, day), ...body.parts);
    this.#day = day;
    this.#rows.push({ seq, row, day, message: body.message });
    this.#list.append(row);
    if (body.message) this.#offer(seq, body.message);
  }

  /** @param {LogEvent} event that has changed a message, or taken its text away */
  #change({ kind, data, text }) {
    if (data?.erased) {
      for (const { seq, message } of this.#rows) {
        if (message && seq <= (data.through ?? 0)) this.#entries.put(message, null);
      }
      return;
    }
    const message = this.#messageOf(data?.seq);
    if (!message) return;
    if (kind === "deleted") this.#entries.put(message, null);
    else if (text != null) this.#entries.put(message, text, true);
  }

  /** @param {number | undefined} seq */
  #messageOf = (seq) => this.#rows.find((row) => row.seq === seq)?.message;

  /**
   * Whether its writer, the reader, may still change it.
   * @param {Message} message
   */
  #isChangeable = ({ mine, text, at }) => this.changes !== null && mine && text !== null
    && Math.max(0, this.changes.now() - at) < this.changes.lasts;

  /**
   * A button beside what the reader may still change.
   * @param {number} seq
   * @param {Message} message
   */
  #offer(seq, message) {
    const { changes } = this;
    if (!changes || !this.#isChangeable(message)) return;
    const { t } = this.#locale;
    message.own = menuButton(this.#locale, { label: [icon("more")], className: "round own",
      name: this.#entries.ownName(message.text), items: () => [
        // What is over for its customer stays as it was said, or goes.
        ...(this.#view && isOver(this.#view) ? []
          : [{ text: t("edit"), work: () => changes.edit(seq) }]),
        { text: t("delete"), work: () => changes.remove(seq) }] });
    message.state.after(message.own);
  }

  /** What cannot be changed any more has no button for it, and what can has one. */
  age() {
    for (const { seq, message } of this.#rows) {
      if (!message || Boolean(message.own) === this.#isChangeable(message)) continue;
      if (!message.own) {
        this.#offer(seq, message);
        continue;
      }
      // Who is there goes on in the log.
      if (message.own === document.activeElement) this.log.focus();
      message.own.remove();
      message.own = undefined;
    }
  }

  /** The newest message of the reader, if he may still edit it; else null. */
  get editable() {
    const row = this.#rows.findLast(({ message }) => message?.mine && message.text !== null);
    return row?.message && this.#isChangeable(row.message) ? row.seq : null;
  }

  /**
   * What a message says; null: there is nothing.
   * @param {number} seq
   */
  textOf = (seq) => this.#messageOf(seq)?.text ?? null;

  /**
   * Shows a message as it will be; answers with what takes that back.
   * @param {number} seq
   * @param {string | null} text
   */
  change(seq, text) {
    const message = this.#messageOf(seq);
    if (!message) return () => {};
    const { text: was, edited } = message;
    this.#entries.put(message, text, true);
    this.marks(this.#marks);
    return () => {
      this.#entries.put(message, was, edited);
      this.marks(this.#marks);
    };
  }

  // Of a long log the beginning goes while the reader is at its end; it can be read again.
  #forget() {
    if (this.#rows.length <= ROWS_MAX) return;
    for (const { row } of this.#rows.splice(0, ROWS_AWAY)) {
      forgetPictures(row);
      row.remove();
    }
    this.#older = this.#rows[0].seq;
    this.#earlier.hidden = false;
  }

  async #readOlder() {
    if (this.#isReading || this.#older === null || !this.#view) return;
    this.#isReading = true;
    this.#earlier.setAttribute("aria-busy", "true");
    const { id } = this.#view;
    const bottom = this.log.scrollHeight - this.log.scrollTop;
    try {
      const { items, people, previous = null } = await this.#api.get(
        `/conversations/${id}/events?before=${this.#older}&limit=${PAGE}`);
      if (id !== this.#view?.id) return;
      this.learn(people);
      this.#prepend(items);
      this.#older = previous;
      this.#earlier.hidden = previous === null;
      // What was before the reader's eyes stays there.
      this.log.scrollTop = this.log.scrollHeight - bottom;
    } catch {
      // The button is still there.
    } finally {
      this.#earlier.removeAttribute("aria-busy");
      this.#isReading = false;
    }
  }

  /** @param {LogEvent[]} items */
  #prepend(items) {
    const [rows, list, day] = [this.#rows, this.#list, this.#day];
    const { speaker } = this.#entries;
    this.#entries.speaker = null;
    const fragment = document.createDocumentFragment();
    [this.#rows, this.#list, this.#day] = [[], fragment, ""];
    for (const event of items) this.#add(event);
    list.prepend(fragment);
    if (rows[0]?.day === this.#day) rows[0].row.querySelector(".day")?.remove();
    [this.#rows, this.#list, this.#day] = [[...this.#rows, ...rows], list, day];
    this.#entries.speaker = speaker;
  }

  #scrolled() {
    this.#follows = this.isAtEnd;
    if (this.log.scrollTop < 40 && this.#older !== null && this.#rows.length) this.#readOlder();
    if (this.isAtEnd) {
      this.#below = 0;
      this.onEnd();
    }
    this.#showBelow();
  }

  #showBelow() {
    const { t } = this.#locale;
    this.#toEnd.hidden = this.isAtEnd;
    const label = this.#below ? t("new_below", { n: this.#below }) : t("to_end");
    if (this.#toEnd.title === label) return;
    this.#toEnd.title = label;
    this.#toEnd.replaceChildren(icon("down"), make("span", { class: this.#below ? "" : "unseen" },
      label));
  }

  /** @param {Written[]} entries what is written and not stored yet */
  pending(entries) {
    const follows = this.isAtEnd;
    this.#unsent.show(entries);
    if (follows) this.toEnd();
  }

  /** @param {Marks} marks how far one's own last message has come */
  marks(marks) {
    this.#marks = marks;
    const row = this.#rows.findLast(({ message }) => message?.mine);
    const last = row?.message;
    for (const one of this.#list.querySelectorAll(".reached")) {
      if (one !== last?.reached) one.remove();
    }
    if (!row || !last || !marks) return;
    const { read, delivered } = marks.customer;
    const key = row.seq <= read ? "seen" : row.seq <= delivered ? "delivered" : "sent";
    last.reached ??= make("span", { class: "reached" });
    last.reached.textContent = ` · ${this.#locale.t(key)}`;
    if (!last.reached.isConnected) last.state.append(last.reached);
  }

  /** @param {Omit<TypingFrame, "type" | "conversation">} frame somebody types, or has stopped */
  typing({ user, on, expires_in_ms: lasts = 5_000 }) {
    clearTimeout(this.#typingTimer);
    if (!on || user.id === this.#me.id) return this.#hush();
    this.#typing.replaceChildren(...this.#locale.parts("typing", { name: words(user.name) }));
    this.#typingTimer = setTimeout(() => this.#hush(), lasts);
  }

  #hush() {
    this.#typing.replaceChildren();
  }
}
