// A heat map: how much there was of each hour of each day of the week.

import { Plot } from "./plot.js";
import { svg } from "./svg.js";

const HOURS = 24;
/** In how many shades it is drawn. */
const SHADES = 5;
const CELL = 22;
/** How wide a letter is about, in px. */
const LETTER = 6.5;

/** @typedef {{ days: { short: string, long: string }[], values: number[][] }} Heat */

/** @extends {Plot<Heat>} */
export class HeatPlot extends Plot {
  /**
   * @param {import("../i18n/locale.js").Locale} locale
   * @param {{ name: string, note?: string }} of
   */
  constructor(locale, of) {
    super(locale, { ...of, height: 7 * CELL + 26 });
    this.edges = { top: 20, start: 46, end: 4, bottom: 4 };
  }

  /**
   * `data` is `{ days, values }`: the names of the days from the first of the week on, and one
   * row of 24 values for each.
   * @param {Heat} data
   */
  show(data) {
    const longest = Math.max(...data.days.map(({ short }) => short.length));
    this.edges.start = Math.max(46, 12 + longest * LETTER);
    super.show(data);
  }

  get count() {
    return this.data ? this.data.days.length * HOURS : 0;
  }

  get isEmpty() {
    return !this.data?.values.some((row) => row.some((value) => value > 0));
  }

  /** @param {number} at */
  #cell(at) {
    const [day, hour] = [Math.floor(at / HOURS), at % HOURS];
    const width = this.inner.width / HOURS;
    return { day, hour, x: this.edges.start + hour * width, y: this.edges.top + day * CELL, width };
  }

  draw() {
    const { days, values } = this.data;
    const most = Math.max(1, ...values.flat());
    const every = this.inner.width < 360 ? 6 : 3;
    const hours = Array.from({ length: HOURS / every }, (_, index) => index * every);
    const width = this.inner.width / HOURS;
    const named = hours.map((hour) => this.label(this.locale.number(hour),
      this.edges.start + (hour + 0.5) * width, 14));
    const cells = days.flatMap(({ short }, day) => [
      this.label(short, this.edges.start - 6, this.edges.top + day * CELL + CELL / 2 + 4, "end"),
      ...values[day].map((value, hour) => this.#rect(day * HOURS + hour, {
        class: "plot-cell", "data-shade": value ? Math.ceil(value / most * SHADES) : 0,
      })),
    ]);
    return [...named, ...cells];
  }

  /**
   * @param {number} at
   * @param {Record<string, string | number>} attributes
   */
  #rect(at, attributes) {
    const { x, y, width } = this.#cell(at);
    return svg("rect", { x: Math.min(this.across(x + 1), this.across(x + width - 1)), y: y + 1,
      width: Math.max(1, width - 2), height: CELL - 2, rx: 2, ...attributes });
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  under(x, y) {
    const hour = Math.floor((x - this.edges.start) / this.inner.width * HOURS);
    const day = Math.floor((y - this.edges.top) / CELL);
    const within = (/** @type {number} */ value, /** @type {number} */ most) =>
      Math.max(0, Math.min(most, value));
    return within(day, this.data.days.length - 1) * HOURS + within(hour, HOURS - 1);
  }

  /**
   * @param {number} at
   * @param {number} dx
   * @param {number} dy
   */
  move(at, dx, dy) {
    const { day, hour } = this.#cell(at);
    const next = day + dy;
    if (dy) return next < 0 || next >= this.data.days.length ? at : next * HOURS + hour;
    return at + dx;
  }

  /** @param {number} at */
  mark(at) {
    const { x, y } = this.#cell(at);
    return { x, y, shapes: [this.#rect(at, { class: "plot-chosen" })] };
  }

  /** @param {number} hour */
  #hours = (hour) => {
    const clock = (/** @type {number} */ at) => this.locale.clock(new Date(2001, 0, 1,
      at).getTime());
    return `${clock(hour)}–${clock((hour + 1) % HOURS)}`;
  };

  /** @param {number} at */
  read(at) {
    const { day, hour } = this.#cell(at);
    const value = this.written(this.data.values[day][hour]);
    return { head: `${this.data.days[day].long}, ${this.#hours(hour)}`,
      parts: [{ name: this.name, value }] };
  }

  rows() {
    const { days, values } = this.data;
    const hours = Array.from({ length: HOURS }, (_, hour) => this.locale.number(hour));
    return {
      titles: [this.locale.t("plot_day"), ...hours],
      rows: days.map(({ long }, day) => ({
        text: [long, ...values[day].map((value) => this.written(value))],
        raw: [long, ...values[day]],
      })),
    };
  }
}
