// What the card says of a conversation that is there: it waits, is served, laid aside, or over; and
// of what stops everything else.

import { make, words } from "../ui/dom.js";
import { goesOn, leaves } from "./left.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Eta } from "../net/frames.d.ts" */
/** @import { Made } from "./card.js" */
/** @import { Does } from "./parts.d.ts" */
/** @import { View } from "./standing.js" */
/** @import { Visit } from "./visit.js" */

/** How long nobody answers before it is said why, in ms. */
const BUSY_MS = 60_000;

export class Underway {
  /** @type {Visit} */
  #visit;
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;

  /**
   * @param {Visit} visit
   * @param {Locale} locale
   * @param {Does} does
   */
  constructor(visit, locale, does) {
    [this.#visit, this.#locale, this.#does] = [visit, locale, does];
    leaves(visit);
  }

  /**
   * @param {NonNullable<Visit["trouble"]>} trouble
   * @returns {Made}
   */
  trouble(trouble) {
    const { t } = this.#locale;
    // Inside another page, whoever is recognised in one window is nobody in the next one.
    const said = trouble === "ended" && window.parent !== window ? "unknown" : trouble;
    /**
     * @param {string} key
     * @param {() => unknown} work
     */
    const button = (key, work) => make("button", { type: "button", class: "main",
      onclick: work }, t(key));
    const rest = {
      ended: [make("p", { class: "say" }, t(`${said}_text`)),
        button("start_again", () => {
          goesOn(this.#visit);
          this.#does.beginAgain();
        })],
      replaced: [button("use_here", this.#does.useHere)],
      unavailable: [make("p", { class: "say" }, t("unavailable_text"))],
    }[trouble];
    return [trouble, make("h2", {}, t(said)), ...rest];
  }

  /**
   * @param {View} view
   * @returns {Made}
   */
  made(view) {
    const { status } = view;
    if (status === "closed" || status === "wrapup") return this.#closed(view);
    if (status === "parked") {
      const key = view.last_rep ? "parked" : "left";
      return [key, make("p", { class: "say" }, this.#locale.t(key))];
    }
    if (status === "active") return this.#active(view);
    return this.#waiting(view);
  }

  /**
   * @param {View} view
   * @returns {Made}
   */
  #active(view) {
    const name = view.rep?.name ?? this.#locale.t("staff");
    /** @param {string} key */
    const line = (key) => make("p", { class: "say" },
      ...this.#locale.parts(key, { name: words(name) }));
    if (view.suspect) return [`suspect:${name}`, line("suspect")];
    if (this.#visit.waitsSince && Date.now() - this.#visit.waitsSince > BUSY_MS) {
      return [`busy:${name}`, line("busy")];
    }
    return ["active"];
  }

  /**
   * @param {View} view
   * @returns {Made}
   */
  #waiting(view) {
    const { t, parts } = this.#locale;
    const { place } = this.#visit;
    const hours = place?.hours;
    const lost = view.lost && this.#visit.names.get(view.lost);
    // Who was served before waits like anybody else.
    const isLeft = view.left_message && view.epoch === 0;
    const begin = lost
      ? [make("p", { class: "say" }, ...parts("lost", { name: words(lost) }))] : [];
    const goes = make("button", { type: "button", onclick: this.#does.end },
      t(view.left_message ? "withdraw" : "leave_line"));
    const leave = make("p", { class: "row" }, goes);
    const how = place?.staffed === false ? t("nobody") : this.#wait(place?.eta) || t("soon");
    const key = `waiting:${JSON.stringify([place?.position, how, lost,
      hours, isLeft])}`;
    if (hours?.open === false || isLeft) {
      const when = hours?.opens_at;
      const say = when ? t("opens", { when: this.#locale.moment(when) }) : t("left_text");
      return [key, ...begin, make("h2", {}, t("left")), make("p", { class: "say" }, say), leave];
    }
    if (!place) return [key, ...begin, make("h2", {}, t("finding")), leave];
    const title = place.position === 1 ? t("next") : t("in_line", { n: place.position });
    return [key, ...begin, make("h2", {}, title), make("p", { class: "say" }, how),
      make("p", { class: "note" }, t("keep_writing")), make("p", { class: "row" },
        make("button", { type: "button", onclick: this.#does.leaveMessage }, t("left_instead")),
        goes)];
  }

  /**
   * How long it will probably take; rounded, for nobody knows better.
   * @param {Eta | null | undefined} eta
   */
  #wait(eta) {
    if (!eta) return "";
    const { t } = this.#locale;
    const minutes = Math.ceil(eta.to_ms / 60_000);
    if (minutes <= 1) return t("eta_minute");
    if (minutes >= 60) return t("eta_hours", { n: Math.round(minutes / 60) });
    return t("eta", { n: minutes > 20 ? Math.ceil(minutes / 5) * 5 : minutes });
  }

  /**
   * The rest of it is asked for once it stands there.
   * @param {View} view
   * @returns {Made}
   */
  #closed = (view) => [`closed:${view.id}:${view.resolution}`,
    make("h2", {}, this.#locale.t("closed")), make("div", { class: "rated" })];
}
