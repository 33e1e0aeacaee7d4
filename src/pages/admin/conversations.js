// Conversations, found by what is known of them. What is asked for stands in the address, so a
// reload, a bookmark or a colleague comes to the same list; a conversation in the path is read.

import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { dayBegins, dayEnds } from "./days.js";
import { Filters, FILTERS } from "./filters.js";
import { heading } from "./heading.js";
import { chip, row, table, TONES } from "./table.js";
import { takeOut } from "./takeout.js";
import { called, explain, repOf } from "./telling.js";

/** @import { components } from "../api.d.ts" */
/** @import { Conversation } from "./moves.js" */
/** @import { Desk } from "./router.js" */
/** @import { Column } from "./table.js" */

/** @typedef {components["schemas"]["Listed"]} Listed */

/**
 * One that was found: what it is about, in which entry, if words were asked for, and what stands
 * there.
 * @typedef {object} Found
 * @property {Conversation} view
 * @property {string} about
 * @property {number | null} seq
 * @property {components["schemas"]["Part"][]} parts
 */

/**
 * Some of them, and what the next ones are asked for by.
 * @typedef {{ items: Found[], next?: string | number | null }} Page
 */

const PAGE = 50;
/** So many findings are narrowed at a time: a search knows no other conditions. */
const FOUND = 200;

/**
 * What a list is asked for, of what stands in the address.
 * @param {URLSearchParams} query
 */
export function asked(query) {
  const all = new URLSearchParams();
  for (const [name, value] of query) {
    if (name === "q" || !FILTERS.includes(name) || !value) continue;
    if (name === "from") all.set("opened_from", String(dayBegins(value)));
    else if (name === "to") all.set("opened_to", String(dayEnds(value)));
    else if (name === "closed_from") all.set(name, String(dayBegins(value)));
    else if (name === "closed_to") all.set(name, String(dayEnds(value)));
    else if (name === "rating") {
      const [from, to] = value.split("-");
      all.set("rating_from", from);
      all.set("rating_to", to ?? from);
    } else if (name === "status" && ["open", "over"].includes(value)) {
      all.set("open", String(value === "open"));
    } else all.set(name, value);
  }
  return all;
}

/**
 * Whether a conversation is of the kind that is asked for: as the server narrows lists.
 * @param {Conversation} view
 * @param {URLSearchParams} wanted
 */
export function fits(view, wanted) {
  /** @type {Record<string, ((value: string) => boolean) | undefined>} */
  const is = {
    status: (value) => view.status === value,
    resolution: (value) => view.resolution === value,
    priority: (value) => view.priority === value,
    // A finding does not say what is unread, so a search is not narrowed by that.
    unread: () => true,
    open: (value) => (view.status !== "closed") === (value === "true"),
    rep: (value) => {
      const rep = view.rep ?? view.offered_to ?? null;
      return value === "none" ? rep === null : rep?.id === value;
    },
    queue: (value) => view.queue.id === value,
    customer: (value) => view.customer.id === value,
    opened_from: (value) => view.created_at >= Number(value),
    opened_to: (value) => view.created_at <= Number(value),
    closed_from: (value) => (view.closed_at ?? -Infinity) >= Number(value),
    closed_to: (value) => (view.closed_at ?? Infinity) <= Number(value),
    rating_from: (value) => (view.rating?.score ?? -Infinity) >= Number(value),
    rating_to: (value) => (view.rating?.score ?? Infinity) <= Number(value),
  };
  return [...wanted].every(([name, value]) => is[name]?.(value) ?? false);
}

/**
 * What a conversation is about, by its subject or what was said first; and what was said last, if
 * that is something else.
 * @param {Listed} view
 * @returns {Pick<Found, "about" | "parts">}
 */
function saidIn({ subject, first_message: first, latest_message: last }) {
  const about = subject || first?.text || "";
  const isFirst = !subject && first?.seq === last?.seq;
  return { about, parts: [{ text: isFirst ? "" : last?.text ?? "", match: false }] };
}

class List {
  #desk;
  #filters;
  /** @type {Column[]} */
  #columns;
  #place;
  #table;
  #body;
  #more;
  #trouble = make("p", { class: "error", role: "alert" });
  #count = make("p", { class: "note", role: "status" });
  /**
   * What the next ones are asked for by; null: these are all.
   * @type {string | number | null}
   */
  #next = null;
  #turn = 0;
  /** @type {Found[]} */
  #shown = [];
  /**
   * What they were asked for by; null: nothing was asked for yet.
   * @type {URLSearchParams | null}
   */
  #asked = null;

  /**
   * @param {HTMLElement} place
   * @param {Desk} desk
   */
  constructor(place, desk) {
    this.#desk = desk;
    const { t } = desk.locale;
    this.#filters = new Filters(desk, desk.at.query, () => this.#changed());
    this.#columns = [{ title: t("col_customer") }, { title: t("col_about") },
      { title: t("col_status") }, { title: t("col_queue") }, { title: t("col_rep") },
      { title: t("col_opened") }];
    this.#more = make("button", { type: "button", hidden: true,
      onclick: () => this.#read({ fresh: false }) }, t("more"));
    this.#table = table(t("nav_conversations"), this.#columns, []);
    this.#body = this.#table.tBodies[0];
    this.#place = make("section", { class: "card found", "aria-label": t("found") },
      this.#count, this.#table, this.#trouble, this.#more);
    const out = takeOut(desk, () => this.#shown, () => {
      const query = this.#asked;
      if (!query) return null;
      const wanted = asked(query);
      // What is unread is known to lists alone.
      return query.get("q") || wanted.has("unread") ? null : wanted;
    });
    place.append(heading(t("nav_conversations"), out), this.#filters.element, this.#place);
  }

  async begin() {
    await this.#filters.fill();
    if (this.#filters.check()) await this.#read({ fresh: true });
  }

  #changed() {
    this.#desk.note(this.#filters.query);
    this.#read({ fresh: true });
  }

  /** @param {{ fresh: boolean }} how */
  async #read({ fresh }) {
    const turn = ++this.#turn;
    const { locale } = this.#desk;
    const { query } = this.#filters;
    this.#place.setAttribute("aria-busy", "true");
    this.#trouble.textContent = "";
    try {
      const page = query.get("q") ? await this.#search(query, fresh ? 0 : this.#next)
        : await this.#list(query, fresh ? null : this.#next);
      if (turn !== this.#turn) return;
      const first = this.#body.children.length;
      const rows = page.items.map((one) => this.#row(one, query));
      this.#asked = query;
      this.#shown = [...(fresh ? [] : this.#shown), ...page.items];
      if (fresh) this.#body.replaceChildren(...rows);
      else this.#body.append(...rows);
      this.#next = page.next ?? null;
      this.#more.hidden = this.#next === null;
      this.#table.hidden = !this.#body.children.length;
      const count = this.#body.children.length;
      this.#count.textContent = count || this.#next !== null
        ? locale.t(this.#next === null ? "found_all" : "found_first", { n: count })
        : locale.t("found_none");
      // Who asked for more goes on at what is new.
      if (!fresh) this.#body.children[first]?.querySelector("a")?.focus();
    } catch (error) {
      const problem = problemOf(error);
      if (turn === this.#turn) this.#trouble.textContent = explain(locale)(problem);
    } finally {
      if (turn === this.#turn) this.#place.removeAttribute("aria-busy");
    }
  }

  /**
   * @param {URLSearchParams} query
   * @param {string | number | null} before
   * @returns {Promise<Page>}
   */
  async #list(query, before) {
    const wanted = asked(query);
    wanted.set("limit", String(PAGE));
    if (before) wanted.set("before", String(before));
    const { items, next } = await this.#desk.api.get(`/conversations?${wanted}`);
    return { next, items: items.map((view) => ({ view, seq: null, ...saidIn(view) })) };
  }

  /**
   * One conversation may be found many times: each finding is shown, with its words.
   * @param {URLSearchParams} query
   * @param {string | number | null} skip
   * @returns {Promise<Page>}
   */
  async #search(query, skip) {
    const wanted = asked(query);
    const asks = new URLSearchParams({ q: query.get("q") ?? "", skip: String(skip ?? 0),
      limit: String(FOUND) });
    const { items, next } = await this.#desk.api.get(`/search?${asks}`);
    const fitting = items.filter(({ conversation }) => fits(conversation, wanted));
    return { next, items: fitting.map(({ conversation: view, snippet: parts, seq }) =>
      ({ view, parts, seq: seq ?? null, about: view.subject })) };
  }

  /**
   * @param {Found} found
   * @param {URLSearchParams} query
   */
  #row({ view, about: title, parts, seq }, query) {
    const { locale } = this.#desk;
    const { t } = locale;
    const back = new URLSearchParams(query);
    if (seq) back.set("seq", String(seq));
    const name = called(locale, view.customer.name);
    const link = make("a", { href: `#/conversations/${view.id}${back.size ? `?${back}` : ""}`,
      title: name, dir: "auto" }, name);
    const said = parts.filter(({ text }) => text).map(({ text, match }) =>
      (match ? make("mark", {}, text) : text));
    const about = [title && make("div", { class: "subject", dir: "auto" }, title),
      said.length > 0 && make("p", { class: "note snippet", dir: "auto" }, ...said)];
    return row(this.#columns, [[link, " ", make("span", { class: "note" },
      t("number", { number: view.number }))], about,
    [chip(t(view.status === "closed" && view.resolution ? `ended_${view.resolution}`
      : `status_${view.status}`), TONES[view.status]), view.rating && make("div",
      { class: "note" }, t("rating_of", { score: view.rating.score }))], words(view.queue.name),
    repOf(locale, view), [make("time", {
      datetime: new Date(view.created_at).toISOString(), title: locale.moment(view.created_at),
    }, locale.date(view.created_at), " ",
    make("span", { class: "note" }, locale.clock(view.created_at))), view.closed_at ? make("div",
      { class: "note" }, t("fact_closed"), " ", locale.date(view.closed_at)) : null]],
    { "data-id": view.id });
  }
}

/** @type {import("./router.js").Show} */
export async function show(place, desk) {
  if (desk.at.path.length) {
    const { showChat } = await import("./chat.js");
    return showChat(place, desk, desk.at.path[0]);
  }
  const list = new List(place, desk);
  await list.begin();
}
