// One conversation as an admin reads it: quietly, because nobody is told that he looks on. He may
// leave notes for staff; whoever joins is seen by the customer, and may write to him.

import { Log, logTexts } from "../console/log.js";
import { Locale } from "../i18n/locale.js";
import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { aboutLines, paper, readAll } from "../ui/paper.js";
import { save } from "../ui/save.js";
import { toast } from "../ui/toast.js";
import { offset } from "./days.js";
import { FILTERS } from "./filters.js";
import { heading } from "./heading.js";
import { menuButton } from "../ui/menu.js";
import { assignItems, isAssigned, moreItems } from "./moves.js";
import { chip, TONES } from "./table.js";
import { called, explain, repOf } from "./telling.js";
import { Writes } from "./writes.js";

/** @import { components } from "../api.d.ts" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Moving } from "./moves.js" */
/** @import { Desk } from "./router.js" */
/** @import { LiveLine } from "./waiting.js" */

/** @typedef {components["schemas"]["Listed"]} View */

/** @type {components["schemas"]["Format"][]} */
const FORMATS = ["html", "text", "json"];
/** How often it is asked what is new. */
const AGAIN_MS = 3_000;
const PAGE = 60;
/** How it stands while something may be said to its customer. */
const WRITTEN = ["waiting", "offered", "active"];
/** How it stands while its customer waits for a rep. */
const UNSERVED = ["waiting", "offered"];
const SECOND_MS = 1_000;

class Chat {
  /** @type {Moving} */
  #desk;
  /** @type {View} */
  #view;
  #log;
  /** What a log says. */
  #texts;
  /** @type {Map<string, string>} */
  #names;
  /** @type {LiveLine} */
  #line;
  #last = 0;
  #facts = make("dl", { class: "facts" });
  #waited = make("span");
  #state = make("span", { class: "row" });
  #join;
  #writes;
  /** Who knows of the reader. */
  #known = make("p", { class: "note" });
  /** @type {HTMLButtonElement | null} */
  #assign = null;
  /** @type {HTMLButtonElement | null} */
  #more = null;
  #isAsking = false;

  /**
   * @param {Desk} desk
   * @param {View} view
   * @param {LiveLine} line
   * @param {Locale} texts
   */
  constructor(desk, view, line, texts) {
    this.#desk = { ...desk, moved: () => this.#again() };
    [this.#view, this.#line] = [view, line];
    const { api, user } = desk;
    this.#texts = texts;
    this.#names = new Map([...line.reps, ...line.queues.map(({ queue }) => queue)]
      .map(({ id, name }) => [id, name]));
    this.#log = new Log(api, texts, { me: user, name: (id) => this.#names.get(id) ?? null });
    this.#join = make("button", { type: "button", onclick: () => this.#turn() });
    this.#writes = new Writes(desk, view.id, () => this.#again());
  }

  /**
   * Fills the place.
   * @param {HTMLElement} place
   */
  show(place) {
    const { locale, at } = this.#desk;
    const { t } = locale;
    const { number, customer } = this.#view;
    const back = new URLSearchParams([...at.query].filter(([name]) => FILTERS.includes(name)));
    const label = (/** @type {string} */ key) => t(key, { name: customer.name, number });
    this.#assign = menuButton(locale, { label: [t("assign")], name: label("assign_name"),
      className: "", items: () => assignItems(this.#desk, this.#view, this.#line.reps) });
    this.#more = menuButton(locale, { label: [t("more_do")], name: label("more_name"),
      className: "", items: () => this.#doings() });
    const files = menuButton(locale, { label: [t("transcript")], className: "",
      items: () => FORMATS.map((format) => ({ text: t(`as_${format}`),
        work: () => this.#save(format) })) });
    const name = words(called(locale, customer.name));
    const title = locale.parts("chat_title", { number, name });
    const head = heading("", this.#assign, this.#more, files);
    head.querySelector("h1")?.append(...title);
    place.append(
      make("p", {}, make("a", { href: `#/conversations${back.size ? `?${back}` : ""}` },
        t("back_to_list"))),
      head, make("div", { class: "cards uneven" },
        make("section", { class: "card reading", "aria-label": t("chat_log") }, this.#log.element,
          this.#writes.element),
        make("section", { class: "card", "aria-label": t("facts") }, make("header", {},
          make("h2", { dir: "auto" }, this.#view.subject), this.#state), this.#facts,
        make("p", {}, make("a", { href: `#/conversations?customer=${customer.id}` },
          t("all_of_customer"))), make("p", {}, make("a", { href: `#/people/${customer.id}` },
          t("about_customer"))), this.#known, make("p", { class: "row" }, this.#join))));
    this.#tell();
  }

  /** What can be done with it as it stands, beside giving it to somebody. */
  #doings = () => moreItems(this.#desk, this.#view, this.#line.queues.map(({ queue }) => queue),
    { open: false });

  /** Keeps what is shown as things are; answers with what ends that. */
  follow() {
    const timer = setInterval(() => document.hidden || this.#again(), AGAIN_MS);
    const clock = setInterval(() => this.#tick(), SECOND_MS);
    const stop = this.#desk.hear("joined", () => this.#tell());
    return () => {
      clearInterval(timer);
      clearInterval(clock);
      stop();
    };
  }

  /** What was said, from its end; or around an entry that was found. */
  async read() {
    const seq = Number(this.#desk.at.query.get("seq"));
    const from = seq ? `&before=${seq + PAGE / 2}` : "";
    const page = await this.#page(from);
    this.#log.show(this.#view, page.items, { earlier: page.previous ?? null });
    this.#last = page.items.at(-1)?.seq ?? 0;
    if (seq) {
      const found = this.#log.element.querySelector(`[data-seq="${seq}"]`);
      found?.classList.add("found-here");
      found?.scrollIntoView({ block: "center" });
    }
  }

  /** @param {string} more */
  #page = (more) =>
    this.#desk.api.get(`/conversations/${this.#view.id}/events?limit=${PAGE}${more}`);

  async #again() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const { items } = await this.#page(`&after=${this.#last}`);
      if (!items.length) return;
      this.#view = await this.#desk.api.get(`/conversations/${this.#view.id}`);
      this.#line = await this.#desk.api.get("/line");
      this.#log.update?.(this.#view);
      for (const event of items) this.#log.append(event);
      this.#last = items[items.length - 1].seq;
      this.#tell();
    } catch (error) {
      // It is asked again soon; the bar at the top says if there is no connection. A fault of the
      // page is logged.
      problemOf(error);
    } finally {
      this.#isAsking = false;
    }
  }

  /** Where it stands. */
  #tell() {
    const { locale, isIn } = this.#desk;
    const { t } = locale;
    const view = this.#view;
    const when = (/** @type {number | null | undefined} */ ms) => (ms ? locale.moment(ms) : "–");
    const after = (/** @type {number | null | undefined} */ ms) =>
      (ms ? locale.span(ms - view.created_at) : "–");
    /** @type {[string, Child][]} */
    const rows = [["col_queue", words(view.queue.name)], ["col_rep", repOf(locale, view)],
      ["f_priority", t(`f_priority_${view.priority}`)], ["col_opened", when(view.created_at)],
      ["fact_waited", this.#waited], ["fact_reply", after(view.first_reply_at)],
      ["fact_closed", when(view.closed_at)], ["fact_rating", rating(locale, view.rating)]];
    this.#tick();
    this.#facts.replaceChildren(...rows.map(([key, value]) =>
      make("div", {}, make("dt", {}, t(key)), make("dd", {}, value))));
    const status = view.status === "closed" && view.resolution ? `ended_${view.resolution}`
      : `status_${view.status}`;
    this.#state.replaceChildren(chip(t(status), TONES[view.status]));
    const joined = isIn(view.id);
    const isServed = view.rep !== null && view.status === "active";
    this.#join.textContent = t(joined ? "leave" : "join");
    this.#join.hidden = !joined && !isServed;
    // What the server would refuse is not offered.
    if (this.#assign) this.#assign.hidden = !isAssigned(view);
    if (this.#more) this.#more.hidden = !this.#doings().length;
    this.#known.textContent = joined ? t("joined_note")
      : `${t("quiet_note")} ${this.#join.hidden ? "" : t("join_note")}`.trim();
    this.#writes.allow(joined && WRITTEN.includes(view.status));
  }

  /** While nobody serves it, its wait goes on, whoever has served it before. */
  #tick() {
    const { status, created_at: since, assigned_at: assigned } = this.#view;
    const until = UNSERVED.includes(status) ? Date.now() : assigned;
    const text = until ? this.#desk.locale.span(until - since) : "–";
    if (this.#waited.textContent !== text) this.#waited.textContent = text;
  }

  /** Joins, or leaves again. */
  async #turn() {
    const { api, socket, locale, isIn, joins } = this.#desk;
    const { id, last_seq: seq } = this.#view;
    const isJoined = isIn(id);
    try {
      // What comes from now on is no gap.
      if (!isJoined) socket.knows(id, Math.max(seq, this.#last));
      await (isJoined ? api.post(`/conversations/${id}/leave`)
        : api.post(`/conversations/${id}/join`));
      joins(id, !isJoined);
      toast(locale.t(isJoined ? "left_said" : "joined_said"));
    } catch (error) {
      toast(explain(locale)(problemOf(error)));
    }
    this.#tell();
    this.#again();
  }

  /** @param {components["schemas"]["Format"]} format */
  async #save(format) {
    const { api, locale } = this.#desk;
    const { id, number } = this.#view;
    try {
      const blob = format === "html" ? await this.#paper()
        : await api.blob(`/conversations/${id}/transcript?format=${format}&offset=${offset()}`);
      save(blob, `conversation-${number}.${format === "text" ? "txt" : format}`);
    } catch (error) {
      toast(explain(locale)(problemOf(error)));
    }
  }

  /** All of it as a page that can be read anywhere, in the language of whoever reads it. */
  async #paper() {
    const { api, locale } = this.#desk;
    const { conversation, entries } = await readAll(api, this.#view.id);
    const { number, customer } = conversation;
    const names = new Map(entries.map(({ sender_id, sender }) => [sender_id, sender]));
    // Who reads it elsewhere is nobody in it.
    const log = new Log(api, this.#texts, { me: { id: "" },
      name: (id) => names.get(id) ?? this.#names.get(id) ?? null });
    log.show(this.#view, entries);
    const title = locale.t("chat_title", { number, name: customer.name });
    return paper(locale, { title, rows: log.element.querySelector(".rows") ?? log.element,
      about: aboutLines(locale, conversation) });
  }
}

/**
 * @param {Locale} locale
 * @param {View["rating"]} rating
 */
function rating(locale, rating) {
  if (!rating) return "–";
  const score = locale.t("rating_of", { score: rating.score });
  return rating.text ? make("span", {}, score, ": ", words(rating.text)) : score;
}

/**
 * @param {HTMLElement} place
 * @param {Desk} desk
 * @param {string} id
 */
export async function showChat(place, desk, id) {
  const { api, locale } = desk;
  const [view, line, { default: catalog }] = await Promise.all([
    api.get(`/conversations/${encodeURIComponent(id)}`), api.get("/line"), logTexts(locale.tag)]);
  // The log has its own words: some are others' words for something else.
  const chat = new Chat(desk, view, line, new Locale(locale.tag, catalog));
  chat.show(place);
  await chat.read();
  return chat.follow();
}
