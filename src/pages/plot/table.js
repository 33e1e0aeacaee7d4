// The values of a plot as a table, and as a file for a spreadsheet.

import { make } from "../ui/dom.js";
import { save } from "../ui/save.js";

/**
 * What a plot shows, as rows. `text` is for people, `raw` for programs.
 * @typedef {object} Rows
 * @property {string[]} titles
 * @property {{ text: string[], raw: (string | number | null)[] }[]} rows
 */

/**
 * Values that open below a plot; they are written out when somebody asks for them.
 * @param {(key: string) => string} t
 * @param {string} name
 * @param {() => Rows} rows
 */
export function values(t, name, rows) {
  const place = make("div", { class: "plot-values", tabindex: 0, role: "region",
    "aria-label": name });
  const details = make("details", {}, make("summary", {}, t("plot_data")),
    make("p", { class: "row" }, make("button", { class: "soft", type: "button",
      onclick: () => save(file(csv(rows())), `${name}.csv`) }, t("plot_csv"))), place);
  const fill = () => details.open && place.replaceChildren(written(name, rows()));
  details.addEventListener("toggle", fill);
  return { element: details, fill };
}

/**
 * @param {string} name
 * @param {Rows} rows
 */
function written(name, { titles, rows }) {
  return make("table", { class: "plot-table" }, make("caption", { class: "unseen" }, name),
    make("thead", {}, make("tr", {}, ...titles.map((title) =>
      make("th", { scope: "col" }, title)))),
    make("tbody", {}, ...rows.map(({ text }) => make("tr", {}, ...text.map((one, index) =>
      (index ? make("td", {}, one) : make("th", { scope: "row" }, one)))))));
}

/**
 * As comma-separated values. What a spreadsheet would take for a formula is made a text.
 * @param {Rows} rows
 */
export function csv({ titles, rows }) {
  const cell = (/** @type {string | number | null} */ value) => {
    const text = String(value ?? "");
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [titles, ...rows.map(({ raw }) => raw)].map((row) => row.map(cell).join(","))
    .join("\r\n");
}

/**
 * The mark at its beginning tells spreadsheets that it is UTF-8.
 * @param {string} text
 */
export const file = (text) => new Blob(["\ufeff", text], { type: "text/csv" });
