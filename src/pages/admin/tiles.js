// The six figures above the board.

import { make } from "../ui/dom.js";
import { urgency } from "./telling.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */

/** @typedef {components["schemas"]["QueueNow"]} QueueNow */
/** @typedef {components["schemas"]["Rep"]} Rep */

const NAMES = ["waiting", "longest", "load", "reps", "reply", "left"];

export class Tiles {
  #locale;
  /** @type {Map<string, { tile: HTMLElement, figure: HTMLElement, note: HTMLElement }>} */
  #tiles = new Map();

  /** @param {Locale} locale */
  constructor(locale) {
    this.#locale = locale;
    this.element = make("dl", { class: "tiles", "aria-label": locale.t("tiles") },
      ...NAMES.map((name) => this.#tile(name)));
  }

  /** @param {string} name */
  #tile(name) {
    const figure = make("span", { class: "figure" }, "–");
    const note = make("span", { class: "note" });
    const tile = make("div", { class: "tile", "data-tile": name },
      make("dt", {}, this.#locale.t(`tile_${name}`)), make("dd", {}, figure, note));
    this.#tiles.set(name, { tile, figure, note });
    return tile;
  }

  /**
   * @param {string} name
   * @param {string} figure
   */
  #say(name, figure, note = "", tone = "") {
    const one = this.#tiles.get(name);
    if (!one) return;
    if (one.figure.textContent !== figure) one.figure.textContent = figure;
    if (one.note.textContent !== note) one.note.textContent = note;
    one.tile.dataset.tone = tone;
  }

  /**
   * What is live. `before` is how many waited five minutes ago, if that is known.
   * @param {{ queues: QueueNow[], reps: Rep[] }} line
   * @param {number | null} before
   */
  live({ queues, reps }, before) {
    const { t, number, percent, span } = this.#locale;
    const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
    const trend = before === null || before === waiting ? "tile_same" : "tile_trend";
    this.#say("waiting", number(waiting), before === null ? ""
      : t(trend, { change: signed(number, waiting - before) }));
    const oldest = queues.flatMap(({ oldest_at: since, wait_target_ms: target }) =>
      (since == null ? [] : [{ since, target }])).sort((one, other) => one.since - other.since)[0];
    if (oldest) {
      const waited = Date.now() - oldest.since;
      this.#say("longest", span(waited), t("tile_target", { time: span(oldest.target) }),
        urgency(waited, oldest.target));
    } else {
      this.#say("longest", "–", t("tile_nobody_waits"));
    }
    const there = reps.filter(({ present }) => present);
    const at = (/** @type {Rep["availability"]} */ what) =>
      there.filter(({ availability }) => availability === what).length;
    const ready = there.filter(({ availability }) => availability === "available");
    const sum = (/** @type {"load" | "capacity"} */ key) =>
      ready.reduce((total, rep) => total + rep[key], 0);
    const [load, capacity] = [sum("load"), sum("capacity")];
    this.#say("load", t("load_of", { load, capacity }),
      capacity ? t("tile_share", { share: percent(load / capacity) }) : t("tile_no_slots"));
    this.#say("reps", number(ready.length), t("tile_reps_note", { away: at("away") + at("busy"),
      off: reps.length - there.length + at("offline") }));
  }

  /**
   * What was today, as a report tells it.
   * @param {Pick<components["schemas"]["Report"], "totals">} report
   */
  today({ totals }) {
    const { t, number, percent, span } = this.#locale;
    const { first_reply: reply, abandoned, opened } = totals;
    this.#say("reply", reply ? span(reply.p50_ms) : "–",
      reply ? t("tile_reply_note", { time: span(reply.p90_ms) }) : t("tile_no_reply"));
    this.#say("left", number(abandoned), opened
      ? t("tile_left_note", { share: percent(abandoned / opened) }) : t("tile_none_came"));
  }

  /** It is not known. */
  noReport() {
    for (const name of ["reply", "left"]) this.#say(name, "–", this.#locale.t("tile_unknown"));
  }
}

/**
 * @param {(value: number) => string} number
 * @param {number} value
 */
const signed = (number, value) => (value > 0 ? `+${number(value)}` : `−${number(-value)}`);
