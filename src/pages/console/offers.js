// What is offered to the rep: a card for each, with the time that is left to answer.

import { make, words } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";
import { second, span } from "./spans.js";
import { waitsSince } from "./standing.js";
import { wishes } from "./wishes.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Asked, Does, Reply, View } from "./parts.d.ts" */

/**
 * @typedef {{ element: HTMLElement, left: SVGElement, count: HTMLElement,
 *   answer: (what: Reply) => unknown }} Card
 */

const SVG = "http://www.w3.org/2000/svg";
const RING = 100;

function ring() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 40 40");
  svg.setAttribute("aria-hidden", "true");
  const circles = ["rest", "left"].map((name) => {
    const circle = document.createElementNS(SVG, "circle");
    const values = { cx: 20, cy: 20, r: 17, class: name, pathLength: RING };
    for (const [key, value] of Object.entries(values)) circle.setAttribute(key, String(value));
    return circle;
  });
  circles[1].setAttribute("stroke-dasharray", String(RING));
  svg.append(...circles);
  return { svg, left: circles[1] };
}

export class Offers {
  element = make("section", { class: "offers", hidden: true });
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;
  /** @type {Map<string, Card>} */
  #cards = new Map();
  #said = make("p", { class: "unseen", role: "alert" });
  #missed = make("div", { class: "notice missed", role: "alert" });

  /**
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {Does} does
   */
  constructor(desk, locale, does) {
    [this.#desk, this.#locale, this.#does] = [desk, locale, does];
    this.element.setAttribute("aria-label", locale.t("offered"));
    this.top = make("div", { class: "tops" }, this.#missed, this.#said, this.element);
  }

  show() {
    const { offers } = this.#desk;
    for (const [id, card] of this.#cards) {
      if (offers.has(id)) continue;
      const held = card.element.contains(document.activeElement);
      card.element.remove();
      this.#cards.delete(id);
      if (held) this.#does.focusList();
    }
    for (const [id, offer] of offers) {
      if (this.#cards.has(id)) continue;
      const card = this.#card(offer);
      this.#cards.set(id, card);
      this.element.append(card.element);
      const { t } = this.#locale;
      const said = t("offer_said", { name: offer.view.customer.name,
        queue: offer.view.queue.name });
      this.#said.textContent = wishes.keys ? `${said} ${t("offer_key")}` : said;
    }
    this.element.hidden = this.#cards.size === 0;
    if (!this.#cards.size) this.#said.textContent = "";
    this.tick();
  }

  /** The seconds that are left. */
  tick() {
    const now = this.#desk.now();
    for (const [id, { left, count }] of this.#cards) {
      const { until, from } = this.#desk.offers.get(id) ?? { until: now, from: now };
      const rest = Math.max(0, until - now);
      const part = until > from ? rest / (until - from) : 0;
      left.setAttribute("stroke-dashoffset", String(RING * (1 - part)));
      const text = rest < 100_000 ? this.#locale.number(Math.ceil(rest / 1000))
        : span(this.#locale, rest);
      if (count.textContent !== text) count.textContent = text;
    }
  }

  /**
   * @param {Asked} offer
   * @returns {Card}
   */
  #card({ view, until }) {
    const { t, parts } = this.#locale;
    const { svg, left } = ring();
    const count = make("span", { class: "count", "aria-hidden": "true" });
    const place = errorPlace();
    const said = make("p", { class: "offer-said", dir: "auto" });
    this.#read(view, said);
    /** @param {Reply} what */
    const answer = (what) => this.#answer(view, what, element, place);
    const title = make("h2", { id: `offer-${view.id}` }, t("offer_title"));
    /**
     * @param {string} key
     * @param {string} kbd
     * @param {Reply} what
     * @param {string} kind
     */
    const button = (key, kbd, what, kind) => make("button", { type: "button", class: kind,
      "data-answer": what, onclick: () => answer(what) }, t(key), " ",
    make("kbd", { dir: "ltr", "aria-hidden": "true" }, kbd));
    /** @type {HTMLElement} */
    const element = make("article", { class: "offer", "aria-labelledby": title.id },
      make("div", { class: "offer-head" }, title, make("span", { class: "ring" }, svg, count)),
      make("p", {}, words(view.customer.name), " · ", words(view.queue.name), " · ",
        make("span", { class: "note", "data-since": waitsSince(view) }, t("waited_now"), " ",
          make("span", { class: "span" }))),
      view.subject && make("p", { class: "note" }, words(view.subject)), said,
      make("p", { class: "unseen" }, ...parts("until", { time: second(this.#locale, until) })),
      make("div", { class: "row" }, button("accept", "A", "accept", "main"),
        button("pass", "⇧ A", "decline", "")), place);
    return { element, left, count, answer };
  }

  /**
   * What its customer has said last, as soon as it is known: the offer stands without it.
   * @param {View} view
   * @param {HTMLElement} place
   */
  async #read({ id, customer }, place) {
    const read = await this.#desk.api.get(`/conversations/${id}`).catch(() => null);
    const latest = read?.latest_message;
    if (latest?.sender_id === customer.id) place.textContent = latest.text ?? "";
  }

  /**
   * @param {View} view
   * @param {Reply} what
   * @param {HTMLElement} element
   * @param {HTMLElement} place
   */
  #answer(view, what, element, place) {
    return underWay(element, async () => {
      await this.#desk.act(view.id, what);
      if (what === "accept") await this.#does.show(view.id);
    }, place, this.#does.explain);
  }

  /**
   * Answers the oldest offer.
   * @param {Reply} what
   */
  answer(what) {
    const [card] = this.#cards.values();
    card?.answer(what);
    return Boolean(card);
  }

  /** What was missed, until he has seen it. */
  showMissed() {
    const { names, away } = this.#desk.missed;
    const { t } = this.#locale;
    if (!names.length) return this.#missed.replaceChildren();
    const text = away ? t("missed_away", { n: names.length })
      : names.length === 1 ? this.#locale.parts("missed_one", { name: words(names[0]) })
        : t("missed", { n: names.length });
    const back = make("button", { type: "button", class: "main", onclick: (event) =>
      underWay(event.currentTarget, () => this.#desk.want("available"), null) }, t("back_again"));
    const seen = make("button", { type: "button", onclick: () => this.#desk.forgive() },
      t("got_it"));
    this.#missed.replaceChildren(make("p", {}, ...[text].flat()),
      make("div", { class: "row" }, ...(away ? [back, seen] : [seen])));
  }
}
