// A table that becomes stacked rows where it is narrow: each cell then says what it is. Roles are
// told outright, because a browser forgets them when a style lays the rows out anew.

import { make } from "../ui/dom.js";

/** @import { Attributes, Child } from "../ui/elements.d.ts" */

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {boolean} [isNumber] Figures stand at the end of their column.
 * @property {boolean} [isActions] What can be done with the row: its title is only read aloud.
 */

/**
 * A table of these rows; a cell is a text, an element or a list of them. `caption` is read aloud.
 * @param {string} caption
 * @param {Column[]} columns
 * @param {HTMLElement[]} rows Made by `row`.
 */
export function table(caption, columns, rows) {
  const titles = columns.map(({ title, isNumber, isActions }) => make("th", {
    scope: "col", role: "columnheader", class: isNumber && "number",
  }, isActions ? make("span", { class: "unseen" }, title) : title));
  return make("table", { class: "list", role: "table" },
    make("caption", { class: "unseen" }, caption),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...titles)),
    make("tbody", { role: "rowgroup" }, ...rows));
}

/**
 * A row of it; the first cell is its heading.
 * @param {Column[]} columns
 * @param {(Child | Child[])[]} cells
 * @param {Attributes<"tr">} attributes
 */
export function row(columns, cells, attributes = {}) {
  return make("tr", { role: "row", ...attributes }, ...cells.map((cell, index) => {
    const { title, isNumber, isActions } = columns[index];
    const isHead = index === 0;
    const children = Array.isArray(cell) ? cell : [cell];
    return make(isHead ? "th" : "td", {
      role: isHead ? "rowheader" : "cell", scope: isHead && "row",
      "data-title": isActions ? null : title,
      class: isActions ? "actions" : isNumber && "number",
    }, make("div", {}, ...children));
  }));
}

/** The tone in which a conversation's status is told. */
export const TONES = { waiting: "warn", offered: "warn", active: "good", closed: "", parked: "",
  wrapup: "" };

/**
 * A few words in a colour that says the same: `good`, `warn`, `bad` or nothing.
 * @param {string} text
 */
export const chip = (text, tone = "") => make("span", { class: "chip", "data-tone": tone }, text);
