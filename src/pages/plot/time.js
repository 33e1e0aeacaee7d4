// Values over time: lines, steps, areas, bands and stacked columns, on one axis of time.

import { Plot } from "./plot.js";
import { moments, ticks } from "./scale.js";
import { area, line, svg } from "./svg.js";

const HOUR = 3_600_000;

/**
 * @typedef {import("./plot.js").Series} Series
 * @typedef {import("../i18n/locale.js").Locale} Locale
 * @typedef {{ times: number[], step: number, series: Series[] }} Times
 */

/**
 * Hours, without their minutes if all of them are whole and said with am or pm.
 * @param {Locale} locale
 * @param {number[]} all
 */
function hours(locale, all) {
  const whole = all.map((at) => locale.time(at, { hour: "numeric" }));
  const isWhole = all.every((at) => new Date(at).getMinutes() === 0);
  return isWhole && whole.every((text) => /\p{L}/u.test(text)) ? whole : all.map(locale.clock);
}

/**
 * Days, with the year where another one begins.
 * @param {Locale} locale
 * @param {number[]} all
 */
function days(locale, all) {
  const years = all.map((at) => locale.time(at, { year: "numeric" }));
  return all.map((at, index) => locale.time(at, { day: "numeric", month: "short",
    ...(index && years[index] !== years[index - 1] && { year: "numeric" }) }));
}

/** @extends {Plot<Times>} */
export class TimePlot extends Plot {
  /** Where a value stands, as it was drawn last. */
  y = (/** @type {number} */ value) => value;

  /**
   * `data` is `{ times, step, series }`: when each value begins, how long it holds, in ms.
   * @param {Times} data
   */
  show(data) {
    this.explain(data.series);
    super.show(data);
  }

  get count() {
    return this.data?.times.length ?? 0;
  }

  get isEmpty() {
    return !this.data?.series.some((one) => one.values.some((value) => value !== null));
  }

  get #span() {
    const { times, step } = this.data;
    return { from: times[0], to: times[times.length - 1] + step };
  }

  /** @param {number} moment */
  #x(moment) {
    const { from, to } = this.#span;
    return this.edges.start + (moment - from) / (to - from) * this.inner.width;
  }

  /**
   * Where the value of an index stands: in the middle of its time, unless it is a step.
   * @param {number} index
   * @param {boolean} isStepped
   */
  #xOf(index, isStepped) {
    return this.#x(this.data.times[index] + (isStepped ? 0 : this.data.step / 2));
  }

  #heights() {
    const { series, times } = this.data;
    const columns = series.filter(({ form }) => form === "columns");
    const sums = times.map((_, index) =>
      columns.reduce((sum, one) => sum + (one.values[index] ?? 0), 0));
    const most = Math.max(1, ...sums, ...series.flatMap((one) => one.values.map(Number)));
    const marks = ticks(this.kind === "span" ? Math.max(most, 60_000) : most, this.kind);
    const { top } = this.edges;
    const { height } = this.inner;
    const end = marks[marks.length - 1];
    const y = (/** @type {number} */ value) => top + height - value / end * height;
    return { marks, y };
  }

  draw() {
    const { series } = this.data;
    const { marks, y } = this.#heights();
    this.y = y;
    const drawn = [...this.grid(marks, y), ...this.#times(y(0) + 17)];
    drawn.push(...this.#columns(series.filter(({ form }) => form === "columns"), y));
    for (const one of series) {
      if (one.form !== "columns") drawn.push(...this.#drawn(one, y));
    }
    return drawn;
  }

  /** @param {number} height */
  #times(height) {
    const { from, to } = this.#span;
    const most = Math.max(2, Math.floor(this.inner.width / 72));
    const shown = moments(from, to, most).filter((at) => {
      const x = this.#x(at);
      return x > this.edges.start - 1 && x < this.width - 18;
    });
    const text = to - from > 26 * HOUR ? days(this.locale, shown) : hours(this.locale, shown);
    return shown.map((at, index) => this.label(text[index], this.#x(at), height));
  }

  /**
   * @param {Series} series
   * @param {(value: number) => number} y
   */
  #drawn({ form, tone, values, low }, y) {
    const isStepped = form === "steps" || form === "area" || form === "dashes";
    const end = this.across(this.#x(this.#span.to));
    /** @type {([number, number] | null)[]} */
    const points = values.map((value, index) =>
      (value === null ? null : [this.across(this.#xOf(index, isStepped)), y(value)]));
    const stroke = svg("path", { d: line(points, { isStepped, end: isStepped ? end : null }),
      class: `plot-line tone-${tone}`, "data-form": form });
    // A value between two gaps has no line: a point says that it is there.
    const lone = isStepped ? [] : points.filter((point, index) =>
      point !== null && !points[index - 1] && !points[index + 1]).filter((point) => point !== null);
    const dots = lone.map(([cx, cy]) => svg("circle", { cx, cy, r: 2.5,
      class: `plot-dot tone-${tone}` }));
    if (form !== "area" && form !== "band") return [stroke, ...dots];
    const ground = (/** @type {number} */ index) => y(low?.[index] ?? 0);
    const fill = svg("path", { d: area(points, ground, { isStepped, end }),
      class: `plot-area-fill tone-${tone}` });
    return form === "area" ? [fill, stroke] : [fill, ...dots];
  }

  /**
   * @param {Series[]} series
   * @param {(value: number) => number} y
   */
  #columns(series, y) {
    const { times, step } = this.data;
    return times.flatMap((at, index) => {
      let below = 0;
      const [a, b] = [this.#x(at) + 1, this.#x(at + step) - 1];
      return series.filter((one) => one.values[index]).map(({ tone, values }) => {
        const value = values[index] ?? 0;
        const [from, to] = [y(below), y(below + value)];
        below += value;
        return svg("rect", { x: Math.min(this.across(a), this.across(b)), y: to,
          width: Math.max(1, b - a), height: Math.max(0, from - to),
          class: `plot-column tone-${tone}` });
      });
    });
  }

  /** @param {number} x */
  under(x) {
    const { from, to } = this.#span;
    const moment = from + (x - this.edges.start) / this.inner.width * (to - from);
    return Math.floor((moment - from) / this.data.step);
  }

  /** @param {number} at */
  mark(at) {
    const x = this.#xOf(at, false);
    const { top } = this.edges;
    const shapes = [svg("line", { x1: this.across(x), x2: this.across(x), y1: top,
      y2: top + this.inner.height, class: "plot-cursor" })];
    for (const { form, tone, values } of this.data.series) {
      const value = values[at];
      if (form === "columns" || value === null) continue;
      shapes.push(svg("circle", { cx: this.across(x), cy: this.y(value), r: 4,
        class: `plot-point tone-${tone}` }));
    }
    return { x, y: 0, shapes };
  }

  /** @param {number} index */
  #when(index) {
    const { times, step } = this.data;
    const { from, to } = this.#span;
    const at = times[index];
    if (to - from > 26 * HOUR) {
      return this.locale.time(at, { day: "numeric", month: "short", hour: "numeric",
        minute: "2-digit" });
    }
    if (step <= 60_000) return this.locale.clock(at);
    return `${this.locale.clock(at)}–${this.locale.clock(at + step)}`;
  }

  /** @param {number} at */
  read(at) {
    return { head: this.#when(at), parts: this.data.series.map((one) => ({
      name: one.name, value: this.written(one.values[at]), tone: one.tone, form: one.form,
    })) };
  }

  rows() {
    const { times, series } = this.data;
    const isSpan = this.kind === "span";
    const raw = (/** @type {number | null} */ value) =>
      (value !== null && isSpan ? Math.round(value / 1_000) : value);
    return {
      titles: [this.locale.t("plot_time"), ...series.map(({ name }) => name)],
      rows: times.map((at, index) => ({
        text: [this.#when(index), ...series.map((one) => this.written(one.values[index]))],
        raw: [new Date(at).toISOString(), ...series.map((one) => raw(one.values[index]))],
      })),
    };
  }
}
