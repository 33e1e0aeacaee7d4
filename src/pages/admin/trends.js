// The plots of the board: the last hour minute by minute, how long people waited, when they come,
// and how it ends.

import { problemOf } from "../net/problem.js";
import { BarPlot } from "../plot/bars.js";
import { HeatPlot } from "../plot/heat.js";
import { TimePlot } from "../plot/time.js";
import { make } from "../ui/dom.js";
import { groups, levels, read, waits } from "./minutes.js";
import { explain } from "./telling.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Thrown } from "../net/problem.js" */
/** @import { Series } from "../plot/plot.js" */
/** @import { Minute } from "./minutes.js" */
/** @import { Desk } from "./router.js" */

/** @typedef {components["schemas"]["Report"]} Report */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const QUARTER = 15 * MINUTE;
/** How far back waits are shown. */
const WAITS_MS = 4 * HOUR;

/**
 * With which day a week begins, where that is not Monday.
 * @type {Record<string, number>}
 */
const FIRST = { fa: 6 };

/**
 * The days of a week as this language begins it; `index` counts from Monday.
 * @param {Locale} locale
 */
export function weekdays(locale) {
  const first = FIRST[locale.tag] ?? 1;
  return Array.from({ length: 7 }, (_, index) => {
    const monday = (first - 1 + index) % 7;
    // 2001 began with a Monday.
    const day = new Date(2001, 0, 1 + monday);
    const name = (/** @type {"short" | "long"} */ weekday) =>
      new Intl.DateTimeFormat(locale.tag, { weekday }).format(day);
    return { index: monday, short: name("short"), long: name("long") };
  });
}

/**
 * When people come: a heat map of a report's arrivals.
 * @param {Locale} locale
 */
export function arrivalsPlot(locale, note = "plot_arrivals_note") {
  return new HeatPlot(locale, { name: locale.t("plot_arrivals"), note: locale.t(note) });
}

/**
 * @param {HeatPlot} plot
 * @param {Report} report
 * @param {Locale} locale
 */
export function showArrivals(plot, { arrivals }, locale) {
  const days = weekdays(locale);
  plot.show({ days, values: days.map(({ index }) => arrivals[index]) });
}

/**
 * How it ended: columns of a report's buckets.
 * @param {Locale} locale
 */
export function outcomesPlot(locale, key = "plot_outcomes") {
  return new TimePlot(locale, { name: locale.t(key), note: locale.t("plot_outcomes_note") });
}

/**
 * The ways in which it ends, each with its colour.
 * @type {[components["schemas"]["Resolution"], Series["tone"]][]}
 */
const ENDS = [["resolved", 1], ["unresolved", 3], ["abandoned", 2]];

/**
 * @param {TimePlot} plot
 * @param {Report} report
 * @param {Locale} locale
 */
export function showOutcomes(plot, { buckets, step }, { t }) {
  /** @type {Series[]} */
  const series = ENDS.map(([key, tone]) => ({
    key, name: t(`ended_${key}`), tone, form: "columns", values: buckets.map((one) => one[key]),
  }));
  // The first hour may be cut where the span begins: columns stand where whole hours would.
  const length = step === "day" ? DAY : HOUR;
  const times = buckets.map(({ to }, index) =>
    (index === buckets.length - 1 ? buckets[index].from : to - length));
  plot.show({ times, step: length, series });
}

/**
 * Horizontal bars of one figure.
 * @param {Locale} locale
 * @param {string} key
 * @param {"count" | "span" | "share"} kind
 */
export const barsPlot = (locale, key, kind) => new BarPlot(locale, { name: locale.t(key), kind });

export class Trends {
  #desk;
  /** @type {Minute[]} */
  #minutes = [];
  #queue = "";
  #turn = 0;
  #load;
  #waits;
  #arrivals;
  #outcomes;
  #trouble = make("p", { class: "error", role: "alert" });

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    const { locale } = desk;
    const { t } = locale;
    this.#load = new TimePlot(locale, { name: t("plot_load"), note: t("plot_load_note") });
    this.#waits = new TimePlot(locale, { name: t("plot_waits"), kind: "span",
      note: t("plot_waits_note") });
    this.#arrivals = arrivalsPlot(locale);
    this.#outcomes = outcomesPlot(locale);
    this.element = make("div", {}, this.#trouble, make("div", { class: "cards uneven" },
      this.#load.element, this.#waits.element, this.#arrivals.element, this.#outcomes.element));
  }

  /** How many waited five minutes ago; null if nobody knows. */
  get before() {
    const at = Math.floor(Date.now() / MINUTE) * MINUTE - 5 * MINUTE;
    const then = this.#minutes.filter(({ minute, waiting }) => minute === at && waiting != null);
    return then.length ? then.reduce((sum, { waiting }) => sum + (waiting ?? 0), 0) : null;
  }

  /**
   * Reads the minutes that are new, or all of another queue, and shows them.
   * @param {string} queue
   * @param {components["schemas"]["Rep"][]} reps
   */
  async minutes(queue, reps) {
    const turn = ++this.#turn;
    const now = Date.now();
    const step = QUARTER;
    // Quarters begin where the clock's do.
    const end = Math.ceil(now / step) * step;
    const from = end - WAITS_MS;
    const last = queue === this.#queue ? this.#minutes.at(-1)?.minute ?? 0 : 0;
    try {
      const fresh = await read(this.#desk.api, { from: Math.max(from, last + MINUTE), to: now,
        queue });
      if (turn !== this.#turn) return;
      const kept = last ? this.#minutes.filter(({ minute }) => minute >= from) : [];
      [this.#minutes, this.#queue] = [[...kept, ...fresh], queue];
      this.#trouble.textContent = "";
      this.#show(now, { from, count: WAITS_MS / step, step }, reps);
    } catch (error) {
      const problem = problemOf(error);
      if (turn === this.#turn) this.#trouble.textContent = explain(this.#desk.locale)(problem);
    }
  }

  /**
   * @param {number} now
   * @param {{ from: number, count: number, step: number }} quarters
   * @param {components["schemas"]["Rep"][]} reps
   */
  #show(now, quarters, reps) {
    const { t } = this.#desk.locale;
    const from = Math.floor(now / MINUTE) * MINUTE - HOUR;
    const { times, load, capacity, waiting } = levels(this.#minutes,
      { from, count: 60, group: groups(reps) });
    this.#load.show({ times, step: MINUTE, series: [
      { key: "load", name: t("series_load"), tone: 1, form: "area", values: load },
      { key: "waiting", name: t("series_waiting"), tone: 2, form: "area", values: waiting },
      { key: "capacity", name: t("series_capacity"), tone: 4, form: "dashes", values: capacity },
    ] });
    const waited = waits(this.#minutes, quarters);
    this.#waits.show({ times: waited.times, step: quarters.step, series: [
      { key: "p90", name: t("series_p90"), tone: 3, form: "band", values: waited.p90,
        low: waited.p50 },
      { key: "p50", name: t("series_p50"), tone: 3, form: "line", values: waited.p50 },
    ] });
  }

  /**
   * Shows what came in four weeks, and in a day by the hour.
   * @param {Report} weeks
   * @param {Report} day
   */
  reports(weeks, day) {
    showArrivals(this.#arrivals, weeks, this.#desk.locale);
    showOutcomes(this.#outcomes, day, this.#desk.locale);
  }

  /**
   * Reports are not there: the plots that need them say so.
   * @param {Thrown} error
   */
  noReports(error) {
    const text = explain(this.#desk.locale)(error);
    for (const plot of [this.#arrivals, this.#outcomes]) plot.fail(text);
  }
}
