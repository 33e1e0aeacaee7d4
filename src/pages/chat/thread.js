// The log of a conversation as it is read: messages, what happened between them, what is under
// way. However long it is, only the part near the reader is kept.

import { icon, make, words } from "../ui/dom.js";
import { Entries } from "./entries.js";
import { late, sayLost } from "./late.js";
import { PAGE } from "./texts.js";
import { Unsent } from "./unsent.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attachment, LogEvent, TypingFrame } from "../net/frames.d.ts" */
/** @import { Message } from "./entries.js" */
/** @import { Visit } from "./visit.js" */

/**
 * @typedef {Pick<LogEvent, "seq" | "kind">
 *   & { row: HTMLElement, day: string, message?: Message }} Row
 */

/** Rows that are kept while the reader is at the end, and how many go when there are more. */
const ROWS_MAX = 200;
const ROWS_AWAY = 100;
/** For so long one's own message can be changed as long as nothing else is known, in seconds. */
const CHANGE_S = 15 * 60;
/** So near its end, in pixels, the log follows what is new. */
const NEAR_PX = 100;

export class Thread {
  #visit;
  #locale;
  /** @type {Row[]} */
  #rows = [];
  /** @type {number | null} */
  #older = null;
  #isReading = false;
  #below = 0;
  /** Whether the reader was at the end when he last moved. */
  #follows = true;
  /** How high the log was when it was looked at last, in pixels. */
  #height = 0;
  /**
   * While what was missed comes in: how many messages of others there were; else null.
   * @type {number | null}
   */
  #missed = null;
  /** The first message of others that he has not seen, as far as it is marked; 0: there is none. */
  #newFrom = 0;
  #day = "";
  /** @type {number | undefined} */
  #typingTimer;
  #earlier;
  /** @type {HTMLElement | DocumentFragment} */
  #list;
  /** @type {Entries} */
  #entries;
  #unsent;
  #typing;
  #toEnd;

  /**
   * `takeBack` puts what could not be sent into the field again.
   * @param {Visit} visit
   * @param {Locale} locale
   * @param {(text: string, files?: Attachment[]) => unknown} takeBack
   */
  constructor(visit, locale, takeBack) {
    this.#visit = visit;
    this.#locale = locale;
    const { t } = locale;
    this.#earlier = make("button", { type: "button", class: "soft", hidden: true,
      onclick: () => this.#readOlder() }, t("older"));
    this.#list = make("ol", { class: "rows" });
    this.#entries = new Entries(visit, locale, this.#own);
    this.#unsent = new Unsent(locale, { retry: (id) => visit.retry(id),
      discard: (id) => visit.discard(id), takeBack });
    this.#typing = make("p", { class: "typing", "aria-live": "off" });
    this.#toEnd = make("button", { type: "button", class: "to-end", hidden: true,
      onclick: () => this.toEnd() });
    // What stands here at first is history, and is not read aloud.
    this.log = make("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0",
      "aria-label": t("messages"), onscroll: () => this.#scrolled() },
    this.#earlier, this.#list, this.#unsent.element);
    this.element = make("div", { class: "thread" }, this.log, this.#typing, this.#toEnd);
    // What grows below it leaves its end in sight.
    new ResizeObserver(() => this.#follows && this.toEnd()).observe(this.log);
  }

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    [this.#follows, this.#height] = [true, this.log.clientHeight];
    this.#scrolled();
  }

  /**
   * Shows another log, from its end.
   * @param {{ items: LogEvent[], older: number | null }} shown
   */
  reset({ items, older }) {
    this.quiet();
    this.#entries.reset();
    this.#rows = [];
    this.#day = "";
    this.#list.replaceChildren();
    this.#hush();
    this.#older = older;
    this.#earlier.hidden = older === null;
    const read = this.#readUpTo();
    this.#newFrom = items.find((one) => one.seq > read && this.#isTheirs(one))?.seq ?? 0;
    for (const event of items) this.#add(event);
    this.showPending();
    this.showMarks();
    this.toEnd();
  }

  /** What comes for a moment is the past, not news. */
  quiet() {
    this.log.setAttribute("aria-live", "off");
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.log.setAttribute("aria-live", "polite"), 1_000);
  }
  /** @type {number | undefined} */
  #quiet;

  /**
   * One entry more.
   * @param {LogEvent} event
   */
  add(event) {
    const follows = this.isAtEnd || this.#entries.isMine(event);
    if (!this.#entries.isMine(event)) this.#hush();
    if (this.#isTheirs(event) && !this.#visit.isLooking() && this.#newFrom <= this.#readUpTo()) {
      this.#newFrom = event.seq;
    }
    this.#add(event);
    if (follows) {
      this.#forget();
      this.toEnd();
    } else if (event.kind === "message") {
      this.#below += 1;
      this.#showBelow();
    }
  }

  /** How far he has read. */
  #readUpTo = () => this.#visit.view?.marks?.customer.read ?? 0;

  /** @param {LogEvent} event */
  #isTheirs = (event) => event.kind === "message" && !this.#entries.isMine(event);

  /** @param {LogEvent} event */
  #add(event) {
    const { kind, seq, created_at } = event;
    const last = this.#rows.at(-1);
    if (seq <= (last?.seq ?? 0)) return;
    // For the customer it has ended with the wrap-up.
    if (kind === "closed" && last?.kind === "wrapup") return;
    if (kind === "edited" || kind === "deleted") return this.#change(event);
    const body = this.#entries.draw(event, last?.message);
    if (!body) return;
    const day = this.#locale.day(created_at);
    const isNext = this.#missed !== null && body.kind === "theirs" && this.#missed++ === 0;
    if (isNext || seq === this.#newFrom) this.#drawLine();
    const row = make("li", { class: body.kind }, day !== this.#day
      && make("p", { class: "day" }, day), ...body.parts);
    this.#day = day;
    this.#rows.push({ seq, kind, row, day, message: body.message });
    this.#list.append(row);
  }

  /**
   * A message has another text, or none any more.
   * @param {LogEvent} event
   */
  #change({ kind, data, text = null }) {
    if (data?.erased) {
      for (const { seq, message } of this.#rows) {
        if (message && seq <= (data.through ?? 0)) this.#entries.empty(message);
      }
      return;
    }
    const message = this.#rows.find(({ seq }) => seq === data?.seq)?.message;
    if (!message) return;
    if (kind === "deleted") this.#entries.empty(message);
    else if (text !== null) this.#entries.say(message, text, true);
  }

  /**
   * Whether its writer may still change it, as far as the page knows.
   * @param {Message} message
   */
  #isChangeable({ mine, deleted, at }) {
    const lasts = this.#visit.welcome?.edit_window_s ?? CHANGE_S;
    return mine && !deleted && Math.max(0, this.#visit.now() - at) < lasts * 1_000;
  }

  /** What cannot be changed any more has no button for it, and what can has one. */
  age() {
    for (const { message } of this.#rows) {
      if (!message || Boolean(message.own) === this.#isChangeable(message)) continue;
      if (message.own?.contains(document.activeElement)) this.log.focus();
      message.own?.remove();
      message.own = message.own ? null : this.#own(message);
      message.state.append(message.own ?? "");
    }
  }

  /**
   * The button beside one's own message. Whether it can still be changed the server knows best.
   * @param {Message} message
   */
  #own = (message) => {
    if (!this.#isChangeable(message)) return null;
    const [visit, locale, entries] = [this.#visit, this.#locale, this.#entries];
    const label = locale.t("change_own");
    const button = make("button", { type: "button", class: "round", "aria-label": label,
      title: label, "aria-expanded": "false", onclick: async () => {
        const module = await late("./own.js").catch(() => sayLost(locale));
        const { view } = visit;
        if (module && view) module.offer(button, { message, entries, visit, view, locale });
      } }, icon("more"));
    return make("span", { class: "own" }, button);
  };

  // Of a long log the beginning goes while the reader is at its end; it can be read again.
  #forget() {
    if (this.#rows.length <= ROWS_MAX) return;
    for (const { row } of this.#rows.splice(0, ROWS_AWAY)) row.remove();
    this.#older = this.#rows[0].seq;
    this.#earlier.hidden = false;
  }

  async #readOlder() {
    if (this.#isReading || this.#older === null) return;
    this.#isReading = true;
    const id = this.#visit.view?.id;
    const bottom = this.log.scrollHeight - this.log.scrollTop;
    try {
      const { items, people, previous = null } = await this.#visit.api.get(
        `/conversations/${id}/events?before=${this.#older}&limit=${PAGE}`);
      if (id !== this.#visit.view?.id) return;
      this.#visit.names.meet(people);
      this.#prepend(items);
      this.#older = previous;
      this.#earlier.hidden = previous === null;
      // What was before the reader's eyes stays there.
      this.log.scrollTop = this.log.scrollHeight - bottom;
    } catch {
      // The button is still there.
    } finally {
      this.#isReading = false;
    }
  }

  /** @param {LogEvent[]} items */
  #prepend(items) {
    const [kept, list, day] = [this.#rows, this.#list, this.#day];
    this.#rows = [];
    this.#day = "";
    this.#list = document.createDocumentFragment();
    for (const event of items) this.#add(event);
    list.prepend(this.#list);
    if (kept[0]?.day === this.#day) kept[0].row.querySelector(".day")?.remove();
    this.#rows = [...this.#rows, ...kept];
    [this.#list, this.#day] = [list, day];
  }

  #scrolled() {
    // Whoever is carried away from the end by what grows below it has not left it.
    const { clientHeight } = this.log;
    if (this.#height === clientHeight) this.#follows = this.isAtEnd;
    this.#height = clientHeight;
    if (this.log.scrollTop < 40 && this.#older !== null && this.#rows.length) this.#readOlder();
    if (!this.isAtEnd) {
      this.#showBelow();
      return;
    }
    this.#below = 0;
    this.#showBelow();
    this.#visit.signs.looked();
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

  /** What comes next was missed: a line stands before the first message of it. */
  markNew() {
    this.#missed = 0;
  }

  /** It has come; answers how many messages it was. */
  countNew() {
    const missed = this.#missed ?? 0;
    this.#missed = null;
    return missed;
  }

  #drawLine() {
    this.#list.querySelector(".new-line")?.remove();
    this.#list.append(make("li", { class: "new-line" }, make("p", {}, this.#locale.t("new_line"))));
  }

  showPending() {
    const follows = this.isAtEnd;
    this.#unsent.show(this.#visit.pending);
    if (follows) this.toEnd();
  }

  /** More is known: what people are called, and how far one's own last message has come. */
  showMarks() {
    this.#entries.name();
    const last = this.#rows.findLast(({ message }) => message?.mine);
    const message = last?.message;
    for (const one of this.#list.querySelectorAll(".reached")) {
      if (one !== message?.reached) one.remove();
    }
    if (!last || !message || !this.#visit.view?.marks) return;
    const { read, delivered } = this.#visit.view.marks.staff;
    const key = last.seq <= read ? "seen" : last.seq <= delivered ? "delivered" : "sent";
    const reached = message.reached ??= make("span", { class: "reached" });
    reached.textContent = ` · ${this.#locale.t(key)}`;
    if (!reached.isConnected) message.state.insertBefore(reached, message.own);
  }

  /** @param {TypingFrame} frame */
  showTyping({ user, on, expires_in_ms: lasts = 5_000 }) {
    clearTimeout(this.#typingTimer);
    if (!on || this.#entries.isMine({ sender_id: user.id })) return this.#hush();
    this.#typing.replaceChildren(...this.#locale.parts("typing", { name: words(user.name) }));
    this.#typingTimer = setTimeout(() => this.#hush(), lasts);
  }

  #hush() {
    this.#typing.replaceChildren();
  }
}
