// Reports: of what came in a span of time, how long people waited, who served them and how that
// ended. The span and the queue stand in the address.

import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { daysAgo, midnight, offset } from "./days.js";
import { heading } from "./heading.js";
import { row, table } from "./table.js";
import { explain, isFault } from "./telling.js";
import { arrivalsPlot, barsPlot, outcomesPlot, showArrivals, showOutcomes } from "./trends.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Thrown } from "../net/problem.js" */
/** @import { Column } from "./table.js" */
/** @import { Desk } from "./router.js" */

/** @typedef {components["schemas"]["Figures"]} Figures */
/** @typedef {components["schemas"]["QueueReport"]} QueueReport */
/** @typedef {components["schemas"]["Report"]} Report */
/** @typedef {components["schemas"]["RepReport"]} RepReport */
/** @typedef {components["schemas"]["Scores"]} Scores */
/** @typedef {components["schemas"]["Spread"]} Spread */

/** The spans there are to choose, in days; 0 is today. */
const SPANS = [0, 1, 7, 28, 90];

class Reports {
  #desk;
  #span;
  #queue;
  #plots;
  #tiles;
  #tables = make("div", { class: "cards" });
  #trouble;
  #body;
  #turn = 0;

  /**
   * @param {HTMLElement} place
   * @param {Desk} desk
   */
  constructor(place, desk) {
    this.#desk = desk;
    const { locale } = desk;
    const { t } = locale;
    const changed = () => this.#changed();
    this.#span = make("select", { "aria-label": t("span"), onchange: changed },
      ...SPANS.map((days) => make("option", { value: days }, this.#named(days))));
    this.#queue = make("select", { "aria-label": t("board_queue"), onchange: changed });
    this.#tiles = make("dl", { class: "tiles", "aria-label": t("report_tiles") });
    this.#plots = {
      outcomes: outcomesPlot(locale, "plot_ends"),
      arrivals: arrivalsPlot(locale, "plot_arrivals_span"),
      level: barsPlot(locale, "plot_level", "share"),
      reply: barsPlot(locale, "plot_reply", "span"),
      handling: barsPlot(locale, "plot_handling", "span"),
      used: barsPlot(locale, "plot_used", "share"),
      ratings: barsPlot(locale, "plot_ratings", "count"),
    };
    this.#plots.outcomes.element.classList.add("whole");
    this.#trouble = make("div", { class: "card state", hidden: true });
    this.#body = make("div", { class: "report" }, this.#tiles, make("div", { class: "cards" },
      ...Object.values(this.#plots).map(({ element }) => element)), this.#tables);
    place.append(heading(t("nav_reports"), this.#span, this.#queue), this.#trouble, this.#body);
  }

  /** @param {number} days */
  #named(days) {
    const { t } = this.#desk.locale;
    return days === 0 ? t("span_today") : days === 1 ? t("span_day") : t("span_days", { n: days });
  }

  async begin() {
    const { api, at, locale } = this.#desk;
    const queues = await api.get("/queues");
    this.#queue.replaceChildren(make("option", { value: "" }, locale.t("all_queues")),
      ...queues.map(({ id, name }) => make("option", { value: id }, name)));
    this.#queue.hidden = queues.length < 2;
    const days = Number(at.query.get("days") ?? 7);
    this.#span.value = String(SPANS.includes(days) ? days : 7);
    const queue = at.query.get("queue") ?? "";
    this.#queue.value = queues.some(({ id }) => id === queue) ? queue : "";
    await this.#read();
  }

  #changed() {
    const query = new URLSearchParams({ days: this.#span.value });
    if (this.#queue.value) query.set("queue", this.#queue.value);
    this.#desk.note(query);
    this.#read();
  }

  async #read() {
    const turn = ++this.#turn;
    const days = Number(this.#span.value);
    const to = Date.now();
    const from = days ? daysAgo(days) : midnight();
    const asks = new URLSearchParams({ from: String(from), to: String(to),
      offset: String(offset()) });
    if (this.#queue.value) asks.set("queue", this.#queue.value);
    this.#body.setAttribute("aria-busy", "true");
    try {
      const report = await this.#desk.api.get(`/reports?${asks}`);
      if (turn !== this.#turn) return;
      this.#trouble.hidden = true;
      this.#body.hidden = false;
      this.#show(report);
    } catch (error) {
      const problem = problemOf(error);
      if (turn === this.#turn) this.#fail(problem);
    } finally {
      if (turn === this.#turn) this.#body.removeAttribute("aria-busy");
    }
  }

  /** @param {Thrown} error */
  #fail(error) {
    const { locale } = this.#desk;
    const known = !isFault(error) && error.status !== 404;
    this.#body.hidden = true;
    this.#trouble.hidden = false;
    this.#trouble.replaceChildren(
      make("p", { role: "alert" }, known ? explain(locale)(error) : locale.t("no_report")),
      make("button", { class: "main", onclick: () => this.#read() }, locale.t("try_again")));
  }

  /** @param {Report} report */
  #show(report) {
    const { locale } = this.#desk;
    const { t } = locale;
    const { totals, queues, reps, ratings } = report;
    this.#tell(totals, ratings);
    showOutcomes(this.#plots.outcomes, report, locale);
    showArrivals(this.#plots.arrivals, report, locale);
    /**
     * @param {(one: QueueReport) => number | null} value
     * @param {(one: QueueReport) => string} [note]
     */
    const bars = (value, note) => queues.map((one) => ({ name: one.queue.name, value: value(one),
      note: note?.(one) }));
    this.#plots.level.show({ title: t("col_level"), most: 1,
      bars: bars(level, (one) => t("level_of", { n: one.assigned, time:
        locale.span(one.wait_target_ms) })) });
    this.#plots.reply.show({ title: t("median"),
      bars: bars((one) => one.first_reply?.p50_ms ?? null,
        (one) => nine(locale, one.first_reply)) });
    this.#plots.handling.show({ title: t("median"),
      bars: bars((one) => one.handling?.p50_ms ?? null, (one) => nine(locale, one.handling)) });
    this.#plots.used.show({ title: t("col_used"), most: 1, bars: reps.map((one) => ({
      name: one.rep.name, value: one.utilisation, tone: (one.utilisation ?? 0) > 1 ? 2 : 1,
      note: t("used_of", { time: locale.span(one.available_ms) }),
    })) });
    const scores = ratings.count ? ratings.scores : [];
    this.#plots.ratings.show({ title: t("col_times"), bars: scores.map((value, index) =>
      ({ name: t("rating_of", { score: index + 1 }), value })).reverse() });
    this.#tables.replaceChildren(this.#byQueue(queues), this.#byRep(reps));
  }

  /**
   * @param {Figures} totals
   * @param {Scores} ratings
   */
  #tell(totals, ratings) {
    const { t, number, percent, span } = this.#desk.locale;
    const spread = (/** @type {Spread | null} */ one) =>
      (one ? [span(one.p50_ms), nine(this.#desk.locale, one)] : ["–", ""]);
    const mean = average(ratings);
    const figures = [["opened", number(totals.opened), t("still_open", { n: totals.open })],
      ["level", this.#level(totals), t("tile_level_note")],
      ["wait", ...spread(totals.wait)], ["reply", ...spread(totals.first_reply)],
      ["handling", ...spread(totals.handling)],
      ["gave_up", number(totals.abandoned), totals.opened
        ? t("tile_left_note", { share: percent(totals.abandoned / totals.opened) }) : ""],
      ["rating", mean === null ? "–" : number(mean), t("rated_by", { n: ratings.count })]];
    this.#tiles.replaceChildren(...figures.map(([name, figure, note]) =>
      make("div", { class: "tile", "data-tile": name }, make("dt", {}, t(`tile_${name}`)),
        make("dd", {}, make("span", { class: "figure" }, figure),
          make("span", { class: "note" }, note)))));
  }

  /** @param {QueueReport[]} queues */
  #byQueue(queues) {
    const { t, number } = this.#desk.locale;
    /** @type {Column[]} */
    const columns = [{ title: t("col_queue") }, ...["opened", "level", "wait", "reply", "handling",
      "gave_up"].map((key) => ({ title: t(`tile_${key}`), isNumber: true }))];
    return this.#card("by_queue", columns, queues.map((one) => row(columns, [
      words(one.queue.name), number(one.opened), this.#level(one),
      this.#median(one.wait), this.#median(one.first_reply), this.#median(one.handling),
      number(one.abandoned)])));
  }

  /** @param {RepReport[]} reps */
  #byRep(reps) {
    const { t, number, percent, span } = this.#desk.locale;
    /** @type {Column[]} */
    const columns = [{ title: t("col_rep") }, ...["served", "used", "there", "first", "handled",
      "rating"].map((key) => ({ title: t(`col_${key}`), isNumber: true }))];
    return this.#card("by_rep", columns, reps.map((one) => {
      const mean = average(one.ratings);
      return row(columns, [words(one.rep.name), number(one.served),
        one.utilisation === null ? "–" : percent(one.utilisation), span(one.available_ms),
        this.#median(one.first_reply), this.#median(one.handling),
        mean === null ? "–" : `${number(mean)} (${number(one.ratings.count)})`]);
    }));
  }

  /** @param {Figures} figures */
  #level(figures) {
    const share = level(figures);
    return share === null ? "–" : this.#desk.locale.percent(share);
  }

  /** @param {Spread | null} spread */
  #median = (spread) => (spread ? this.#desk.locale.span(spread.p50_ms) : "–");

  /**
   * @param {string} key
   * @param {Column[]} columns
   * @param {HTMLElement[]} rows
   */
  #card(key, columns, rows) {
    const { t } = this.#desk.locale;
    return make("section", { class: "card whole", "aria-labelledby": key },
      make("header", {}, make("h2", { id: key }, t(key)),
        make("span", { class: "note" }, t("medians"))),
      rows.length ? table(t(key), columns, rows)
        : make("p", { class: "empty" }, t("plot_empty")));
  }
}

/** @param {Figures} figures */
const level = ({ assigned, in_target: within }) => (assigned ? within / assigned : null);

/**
 * @param {Locale} locale
 * @param {Spread | null} spread
 */
const nine = (locale, spread) =>
  (spread ? locale.t("tile_reply_note", { time: locale.span(spread.p90_ms) }) : "");

/**
 * The mean of scores, to a tenth.
 * @param {Scores} ratings
 */
function average({ count, scores }) {
  if (!count) return null;
  const sum = scores.reduce((total, times, index) => total + times * (index + 1), 0);
  return Math.round(sum / count * 10) / 10;
}

/** @type {import("./router.js").Show} */
export async function show(place, desk) {
  await new Reports(place, desk).begin();
}
