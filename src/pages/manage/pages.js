// A list that comes in pages: the first at once, the others as they are asked for.

import { row, table } from "../admin/table.js";
import { problemOf } from "../net/problem.js";
import { make } from "../ui/dom.js";
import { empty } from "./screen.js";

/** @import { Column } from "../admin/table.js" */
/** @import { Thrown } from "../net/problem.js" */
/** @import { Cell, Page } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */

/** @template Item */
export class Pages {
  #screen;
  #options;
  /** @type {Item[]} */
  #shown = [];
  #turn = 0;
  #body = make("div");
  #error = make("p", { class: "error", role: "alert" });
  #status = make("p", { class: "unseen", role: "status" });
  #more;
  element;

  /**
   * `read(before)` answers `{ items, next }`; `cells(item)` are those of its row, in the order of
   * `columns`; `none` says that there is nothing; `gone(item)`: it counts no more.
   * @param {Screen} screen
   * @param {{ caption: string, columns: Column[], read: (before: string | null) =>
   *   Promise<Page<Item>>, cells: (item: Item) => Cell[], none: () => string,
   *   gone?: (item: Item) => boolean }} options
   */
  constructor(screen, options) {
    this.#screen = screen;
    this.#options = options;
    this.#more = make("button", { type: "button", hidden: true }, screen.t("do_more"));
    this.element = make("div", { class: "pages" }, this.#status, this.#body, this.#error,
      make("p", { class: "row" }, this.#more));
  }

  /** Reads it from its beginning; answers once it is there, or has said that it is not. */
  reload = () => this.#read(null);

  /** @param {string | null} before */
  async #read(before) {
    const turn = ++this.#turn;
    const { t } = this.#screen;
    this.element.setAttribute("aria-busy", "true");
    this.#more.hidden = true;
    if (!before && !this.#shown.length) this.#wait();
    let page;
    try {
      page = await this.#options.read(before);
    } catch (error) {
      if (turn === this.#turn && !this.#screen.isOver) this.#fail(problemOf(error), before);
      return;
    }
    if (turn !== this.#turn || this.#screen.isOver) return;
    const from = before ? this.#shown.length : 0;
    this.#shown = before ? [...this.#shown, ...page.items] : page.items;
    this.#error.textContent = "";
    this.#draw(from);
    this.element.setAttribute("aria-busy", "false");
    this.#status.textContent = t("shown", { n: this.#shown.length });
    this.#offer(page.next, t("do_more"));
    // Who asked for more goes on with the first that came.
    if (!before) return;
    const first = this.#body.querySelectorAll("tbody tr")[from];
    if (!first) return;
    /** @type {HTMLElement | null} */
    const link = first.querySelector("a, button");
    link?.focus();
  }

  #wait() {
    this.#body.replaceChildren(make("div", { class: "skeleton", "aria-hidden": "true" },
      make("p"), make("p")));
  }

  /** @param {number} from */
  #draw(from) {
    const { caption, columns, cells, none, gone = () => false } = this.#options;
    if (!this.#shown.length) {
      this.#body.replaceChildren(empty(none()));
      return;
    }
    const rows = this.#shown.slice(from).map((one) => row(columns, cells(one),
      { class: gone(one) && "gone" }));
    if (from) this.#body.querySelector("tbody")?.append(...rows);
    else this.#body.replaceChildren(table(caption, columns, rows));
  }

  /**
   * @param {Thrown} error
   * @param {string | null} before
   */
  #fail(error, before) {
    if (!this.#shown.length) this.#body.replaceChildren();
    this.#error.textContent = this.#screen.explain(error);
    this.element.setAttribute("aria-busy", "false");
    this.#offer(before ?? true, this.#screen.t("do_again"));
  }

  /**
   * @param {string | true | null | undefined} next true: from the beginning
   * @param {string} text
   */
  #offer(next, text) {
    this.#more.hidden = !next;
    this.#more.textContent = text;
    this.#more.onclick = () => this.#read(next === true ? null : next ?? null);
  }
}
