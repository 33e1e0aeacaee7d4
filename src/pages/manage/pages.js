// A list that comes in pages: the first at once, the others as they are asked for.

import { row, table } from "../admin/table.js";
import { make } from "../ui/dom.js";
import { empty } from "./screen.js";

export class Pages {
  #screen;
  #options;
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
   * @param {import("./screen.js").Screen} screen
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
      if (turn === this.#turn && !this.#screen.isOver) this.#fail(error, before);
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
    if (before) this.#body.querySelectorAll("tbody tr")[from]?.querySelector("a, button")?.focus();
  }

  #wait() {
    this.#body.replaceChildren(make("div", { class: "skeleton", "aria-hidden": "true" },
      make("p"), make("p")));
  }

  #draw(from) {
    const { caption, columns, cells, none, gone = () => false } = this.#options;
    if (!this.#shown.length) {
      this.#body.replaceChildren(empty(none()));
      return;
    }
    const rows = this.#shown.slice(from).map((one) => row(columns, cells(one),
      { class: gone(one) && "gone" }));
    if (from) this.#body.querySelector("tbody").append(...rows);
    else this.#body.replaceChildren(table(caption, columns, rows));
  }

  #fail(error, before) {
    if (!error.isProblem) console.error(error);
    if (!this.#shown.length) this.#body.replaceChildren();
    this.#error.textContent = this.#screen.explain(error);
    this.element.setAttribute("aria-busy", "false");
    this.#offer(before ?? true, this.#screen.t("do_again"));
  }

  #offer(next, text) {
    this.#more.hidden = !next;
    this.#more.textContent = text;
    this.#more.onclick = () => this.#read(next === true ? null : next);
  }
}
