// Horizontal bars: one value for each of several, as how busy each rep was.

import { Plot } from "./plot.js";
import { ticks } from "./scale.js";
import { svg } from "./svg.js";

const ROW = 40;

/**
 * @typedef {object} Bars
 * @property {string} title
 * @property {number} [most]
 * @property {{ name: string, value: number | null, note?: string, tone?: number }[]} bars
 */

/** @extends {Plot<Bars>} */
export class BarPlot extends Plot {
  /**
   * `data` is `{ bars, most, title }`: each with its name, its value and perhaps a note of what it
   * is made of; `most` is the end of the scale, if it is not the greatest value.
   * @param {Bars} data
   */
  show(data) {
    this.height = data.bars.length * ROW + 24;
    this.edges = { top: 2, start: 4, end: 44, bottom: 22 };
    super.show(data);
  }

  get count() {
    return this.data?.bars.length ?? 0;
  }

  get isEmpty() {
    return !this.data?.bars.some(({ value }) => value !== null);
  }

  draw() {
    const { bars } = this.data;
    const greatest = Math.max(...bars.map(({ value }) => value ?? 0));
    const marks = ticks(this.data.most ?? Math.max(greatest, this.kind === "span" ? 1_000 : 1),
      this.kind, Math.max(2, Math.floor(this.inner.width / 90)));
    const { start, top } = this.edges;
    const end = marks[marks.length - 1];
    const far = (/** @type {number} */ value) => value / end * this.inner.width;
    const bottom = this.height - 22;
    const grid = marks.flatMap((mark) => [
      svg("line", { x1: this.across(start + far(mark)), x2: this.across(start + far(mark)), y1: top,
        y2: bottom, class: mark === 0 ? "plot-ground" : "plot-grid" }),
      this.label(this.written(mark), start + far(mark), bottom + 16,
        mark === 0 ? "start" : "middle"),
    ]);
    return [...grid, ...bars.flatMap(({ name, value, tone = 1 }, index) => {
      const y = top + index * ROW;
      const width = far(Math.min(value ?? 0, end));
      return [
        this.label(name, start + 3, y + 14, "start"),
        svg("rect", { x: Math.min(this.across(start), this.across(start + width)), y: y + 20,
          width, height: 14, class: `plot-column tone-${tone}` }),
        this.label(this.written(value), start + width + 5, y + 32, "start"),
      ];
    })];
  }

  /**
   * @param {number} _x
   * @param {number} y
   */
  under(_x, y) {
    return Math.floor((y - this.edges.top) / ROW);
  }

  /**
   * @param {number} at
   * @param {number} dx
   * @param {number} dy
   */
  move(at, dx, dy) {
    const side = this.locale.dir === "rtl" ? -1 : 1;
    return at + dx * side + dy;
  }

  /** @param {number} at */
  mark(at) {
    const y = this.edges.top + at * ROW;
    return { x: 0, y, shapes: [svg("rect", { x: 1, y: y + 1, width: this.width - 2,
      height: ROW - 2, rx: 4, class: "plot-chosen" })] };
  }

  /** @param {number} at */
  read(at) {
    const { name, value, note } = this.data.bars[at];
    /** @type {import("./plot.js").Part[]} */
    const parts = [{ name: this.data.title, value: this.written(value) }];
    if (note) parts.push({ name: note, value: "" });
    return { head: name, parts };
  }

  rows() {
    const { bars, title } = this.data;
    const isSpan = this.kind === "span";
    const raw = (/** @type {number | null} */ value) =>
      (value !== null && isSpan ? Math.round(value / 1_000) : value);
    return {
      titles: [this.name, title],
      rows: bars.map(({ name, value }) => ({
        text: [name, this.written(value)], raw: [name, raw(value)],
      })),
    };
  }
}
