// One row of a list of conversations: who, the last words, how long he waits, what is unread.

import { make, words } from "../ui/dom.js";
import { drawing } from "./icons.js";
import { isLeft, waitsSince } from "./standing.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Item, View } from "./parts.d.ts" */

/**
 * The first letter of a name, as a picture of its owner.
 * @param {string | null | undefined} name
 * @param {Locale} locale
 */
export const letter = (name, locale) => make("span", { class: "face", "aria-hidden": "true" },
  ([...(name ?? "").trim()][0] ?? "?").toLocaleUpperCase(locale.tag));

/**
 * The words of a last message, as a list shows them.
 * @param {Item} view
 * @param {Desk} desk
 * @param {Locale} locale
 */
function lastWords({ last, latest_message: latest, subject, customer }, desk, { t }) {
  const message = last ?? latest;
  if (!message) return subject ? [subject] : [];
  const by = { [desk.user.id]: "you_said", [customer.id]: "" }[message.sender_id ?? customer.id]
    ?? "rep_said";
  const text = message.data?.deleted ? t("deleted") : message.text
    || (message.attachments?.length ? t("a_file") : "");
  const line = text.replace(/\s+/g, " ").slice(0, 160);
  return by ? [`${t(by)} `, words(line)] : [line];
}

/**
 * How long a customer of its queue should wait at most.
 * @param {View} view
 * @param {Desk} desk
 */
const goalOf = (view, { board }) =>
  board?.find(({ queue }) => queue.id === view.queue.id)?.wait_target_ms ?? 0;

/** The statuses that need a word in a list of one's own. */
const SAID = new Set(["parked", "wrapup", "closed", "waiting", "offered"]);

export class Row {
  element;
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  #button;
  #shown = "";

  /**
   * `claim` takes it, where it can be taken.
   * @param {Item} view
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {{ show: (id: string, how: { points: boolean }) => unknown,
   *   claim: false | ((view: View, button: HTMLElement) => unknown) }} does
   */
  constructor(view, desk, locale, { show, claim }) {
    [this.#desk, this.#locale] = [desk, locale];
    this.#button = make("button", { type: "button", class: "pick", "data-id": view.id,
      // By the Enter key he goes on to the field.
      onclick: ({ detail }) => show(view.id, { points: detail > 0 }) });
    this.element = make("li", { class: "item" }, this.#button);
    if (claim) {
      this.element.append(make("button", { type: "button", class: "claim soft",
        onclick: (event) => claim(view, event.currentTarget) }, locale.t("claim"),
      make("span", { class: "unseen" }, " ", words(view.customer.name))));
    }
  }

  focus = () => this.#button.focus();

  get hasFocus() {
    return this.#button === document.activeElement;
  }

  /**
   * @param {Item} view
   * @param {{ tab: string }} where
   */
  update(view, { tab }) {
    const { user } = this.#desk;
    const waits = view.status === "waiting" ? waitsSince(view) : view.since || 0;
    const last = view.last ?? view.latest_message;
    const key = JSON.stringify([view.customer.name, view.status, view.priority, view.unread,
      waits, last?.seq, last?.text, view.queue.name, view.subject, view.rep?.id, tab,
      goalOf(view, this.#desk), Boolean(last?.data?.deleted), view.held,
      isLeft(view)]);
    if (key === this.#shown) return;
    this.#shown = key;
    const { t, number } = this.#locale;
    const states = [view.held ? t("st_held")
      : tab !== "waiting" && SAID.has(view.status) && t(`st_${view.status}`),
      isLeft(view) && t("st_left"),
      ["high", "urgent"].includes(view.priority) && t(`p_${view.priority}`),
      tab === "all" && view.rep && view.rep.id !== user.id && view.rep.name];
    const chips = states.flatMap((text) => (text ? make("span", { class: "chip" },
      words(text)) : []));
    // Nobody keeps a customer waiting who has left, or wants his answer later.
    const isAway = view.held || isLeft(view);
    const goal = isAway ? null : goalOf(view, this.#desk) || null;
    const wait = waits > 0 && make("span", { class: "wait", "data-since": waits,
      "data-goal": goal }, drawing("clock"), drawing("alert"),
    make("span", { class: "unseen" }, t("waits")), make("span", { class: "span" }));
    const { unread: n = 0 } = view;
    const unread = tab !== "waiting" && n > 0 && make("span", { class: "badge" }, number(n), " ",
      make("span", { class: "unseen" }, t("unread", { n })));
    this.#button.replaceChildren(letter(view.customer.name, this.#locale),
      make("span", { class: "lines" },
        make("span", { class: "top" }, make("bdi", { class: "title" },
          view.customer.name), wait),
        make("span", { class: "bottom" }, make("span", { class: "last", dir: "auto" },
          ...lastWords(view, this.#desk, this.#locale)), unread),
        make("span", { class: "about" }, words(view.queue.name), ...chips)));
  }

  /** @param {boolean} is */
  current(is) {
    if (is) this.#button.setAttribute("aria-current", "true");
    else this.#button.removeAttribute("aria-current");
  }
}
