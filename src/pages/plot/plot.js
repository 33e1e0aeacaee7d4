// What all plots have: a name, a legend, a drawing as wide as there is room, a cursor that reads
// exact values under the pointer or by the arrow keys, and the same values as a table.
//
// The drawing is hidden from who cannot see it. Instead of it there is the cursor, as a slider: it
// says each value that it comes to.

import { make } from "../ui/dom.js";
import { svg } from "./svg.js";
import { values } from "./table.js";

/** Room for the marks of the axes, in px. */
const EDGES = { top: 10, start: 46, end: 12, bottom: 24 };

/**
 * @typedef {object} Series
 * @property {string} key
 * @property {string} name
 * @property {1 | 2 | 3 | 4} tone
 * @property {"line" | "dashes" | "steps" | "area" | "columns" | "band"} form
 * @property {(number | null)[]} values
 * @property {(number | null)[]} [low] Of a band: its lower edge.
 * @property {"count" | "span" | "share"} [kind] Else that of the plot.
 */

/** @typedef {Pick<Series, "name"> & { value: string, tone?: number, form?: string }} Part */

/** @template Data */
export class Plot {
  /** What is shown; nothing is drawn before there is anything. */
  data = /** @type {Data} */ (/** @type {unknown} */ (null));
  /** @type {number | null} Where the cursor stands. */
  at = null;
  #size = 0;
  #body;
  #values;

  /**
   * `kind` is what is counted; `height` is that of the drawing, in px.
   * @param {import("../i18n/locale.js").Locale} locale
   * @param {{ name: string, note?: string, kind?: "count" | "span" | "share", height?: number }} of
   */
  constructor(locale, { name, note = "", kind = "count", height = 220 }) {
    this.locale = locale;
    this.name = name;
    this.kind = kind;
    this.height = height;
    this.edges = EDGES;
    this.legend = make("ul", { class: "plot-legend" });
    this.drawing = svg("svg", { class: "plot-drawing", "aria-hidden": "true" });
    this.marks = svg("g");
    this.pointer = svg("g");
    this.reading = make("div", { class: "plot-reading", "aria-hidden": "true", hidden: true });
    this.area = make("div", { class: "plot-area", role: "slider", tabindex: 0,
      "aria-label": locale.t("plot_read", { name }), "aria-readonly": "true",
      "aria-valuenow": "1" },
    this.drawing, this.reading);
    this.drawing.append(this.marks, this.pointer);
    this.#values = values(locale.t, name, () => this.rows());
    this.empty = make("p", { class: "empty", hidden: true }, locale.t("plot_empty"));
    this.#body = make("div", {}, this.area, this.#values.element);
    this.note = make("p", { class: "note", hidden: !note }, note);
    this.element = make("section", { class: "card plot", "aria-label": name },
      make("header", {}, make("h2", {}, name), this.legend), this.note, this.empty, this.#body);
    this.#listen();
    new ResizeObserver(([{ contentRect }]) => {
      const size = Math.floor(contentRect.width);
      if (size === this.#size || !size) return;
      this.#size = size;
      this.#draw();
    }).observe(this.area);
  }

  // What each kind of plot knows of itself.

  /** How many values the cursor can stand on. */
  get count() { return 0; }
  /** Whether there is nothing to show. */
  get isEmpty() { return this.count === 0; }
  /** @returns {SVGElement[]} The shapes. */
  draw() { return []; }
  /**
   * Which value is under a place.
   * @param {number} _x
   * @param {number} _y
   */
  under(_x, _y) { return 0; }
  /**
   * Where the cursor stands on the drawing, with what marks it.
   * @param {number} _at
   * @returns {{ x: number, y: number, shapes: SVGElement[] }}
   */
  mark(_at) { return { x: 0, y: 0, shapes: [] }; }
  /**
   * What is read there: a heading, and names with values.
   * @param {number} _at
   * @returns {{ head: string, parts: Part[] }}
   */
  read(_at) { return { head: "", parts: [] }; }
  /** @returns {import("./table.js").Rows} */
  rows() { return { titles: [], rows: [] }; }
  /**
   * Where an arrow key leads.
   * @param {number} at
   * @param {number} dx
   * @param {number} _dy
   */
  move(at, dx, _dy) { return at + dx; }

  /**
   * Shows other values.
   * @param {Data} data
   */
  show(data) {
    this.data = data;
    if (this.at !== null && this.at >= this.count) this.at = null;
    this.empty.hidden = !this.isEmpty;
    this.empty.textContent = this.locale.t("plot_empty");
    this.#body.hidden = this.isEmpty;
    this.area.setAttribute("aria-valuemin", "1");
    this.area.setAttribute("aria-valuemax", String(Math.max(1, this.count)));
    this.#draw();
    this.#values.fill();
    this.#say();
  }

  /**
   * There is nothing to show, and why.
   * @param {string} text
   */
  fail(text) {
    this.#body.hidden = true;
    this.empty.hidden = false;
    this.empty.textContent = text;
  }

  get width() {
    return this.#size;
  }

  get inner() {
    const { top, start, end, bottom } = this.edges;
    return { width: Math.max(10, this.width - start - end), height: this.height - top - bottom };
  }

  /**
   * How far from the begin of a line something stands: mirrored where lines run to the left.
   * @param {number} x
   */
  across = (x) => (this.locale.dir === "rtl" ? this.width - x : x);

  /**
   * A value as people read it.
   * @param {number | null | undefined} value
   */
  written(value, kind = this.kind) {
    if (value == null) return this.locale.t("plot_none");
    if (kind === "span") return this.locale.span(value);
    return kind === "share" ? this.locale.percent(value) : this.locale.number(value);
  }

  /**
   * A text beside the drawing, by where it begins and ends in its line. Drawings go from left to
   * right; a text goes as its own first letter does.
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {"start" | "middle" | "end"} anchor
   */
  label(text, x, y, anchor = "middle") {
    const turned = { start: "end", end: "start", middle: "middle" };
    const isMirrored = this.locale.dir === "rtl";
    return svg("text", { x: this.across(x), y, class: "plot-label",
      "text-anchor": isMirrored ? turned[anchor] : anchor }, `\u2068${text}\u2069`);
  }

  /**
   * The lines behind the values, each with what it stands for.
   * @param {number[]} marks
   * @param {(value: number) => number} height
   */
  grid(marks, height) {
    const { start, end } = this.edges;
    return marks.flatMap((mark) => [
      svg("line", { x1: this.across(start), x2: this.across(this.width - end), y1: height(mark),
        y2: height(mark), class: mark === 0 ? "plot-ground" : "plot-grid" }),
      this.label(this.written(mark), start - 6, height(mark) + 4, "end"),
    ]);
  }

  /**
   * Says which colour is what.
   * @param {Series[]} series
   */
  explain(series) {
    this.legend.replaceChildren(...series.map(({ name, tone, form }) =>
      make("li", {}, swatch(tone, form), name)));
  }

  #draw() {
    if (!this.data || !this.width || this.isEmpty) return;
    this.drawing.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.drawing.setAttribute("height", String(this.height));
    this.marks.replaceChildren(...this.draw());
    this.#point();
  }

  #listen() {
    this.area.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      const { left, top } = this.drawing.getBoundingClientRect();
      this.#go(this.under(this.across(event.clientX - left), event.clientY - top));
    });
    this.area.addEventListener("pointerleave", () =>
      document.activeElement !== this.area && this.#go(null));
    this.area.addEventListener("focus", () => this.at === null && this.#go(this.count - 1));
    this.area.addEventListener("blur", () => this.#go(null));
    this.area.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const side = this.locale.dir === "rtl" ? -1 : 1;
      const at = this.at ?? this.count - 1;
      /** @type {Record<string, [number, number]>} */
      const steps = { ArrowRight: [side, 0], ArrowLeft: [-side, 0], ArrowDown: [0, 1],
        ArrowUp: [0, -1], PageDown: [-10, 0], PageUp: [10, 0] };
      const [dx, dy] = steps[event.key] ?? [0, 0];
      if (steps[event.key]) this.#go(this.move(at, dx, dy));
      else if (event.key === "Home") this.#go(0);
      else if (event.key === "End") this.#go(this.count - 1);
      else if (event.key === "Escape") this.#go(null);
      else return;
      event.preventDefault();
    });
  }

  /** @param {number | null} at */
  #go(at) {
    this.at = at === null || !this.count ? null : Math.max(0, Math.min(this.count - 1, at));
    this.#point();
    this.#say();
  }

  #say() {
    const at = this.at ?? Math.max(0, this.count - 1);
    this.area.setAttribute("aria-valuenow", String(at + 1));
    const { head, parts } = this.count ? this.read(at) : { head: "", parts: [] };
    const said = parts.map(({ name, value }) => `${name} ${value}`).join(", ");
    this.area.setAttribute("aria-valuetext", said ? `${head}: ${said}` : head);
  }

  #point() {
    this.reading.hidden = this.at === null || !this.width;
    if (this.at === null || !this.width) return this.pointer.replaceChildren();
    const { x, shapes } = this.mark(this.at);
    this.pointer.replaceChildren(...shapes);
    const { head, parts } = this.read(this.at);
    this.reading.replaceChildren(make("b", {}, head), ...parts.map(({ name, value, tone, form }) =>
      make("span", {}, tone ? swatch(tone, form) : "", make("span", {}, name),
        make("b", {}, value))));
    // It stands on the side with more room, and never outside.
    const isLate = x > this.width / 2;
    this.reading.dataset.side = isLate ? "before" : "after";
    this.reading.style.insetInlineStart = isLate ? "auto" : `${x + 12}px`;
    this.reading.style.insetInlineEnd = isLate ? `${this.width - x + 12}px` : "auto";
  }
}

/**
 * @param {number} tone
 * @param {string} [form]
 */
const swatch = (tone, form) =>
  make("span", { class: `plot-swatch tone-${tone}`, "data-form": form, "aria-hidden": "true" });
