// What every management screen is made of at first: where it stands, what it speaks, how it tells
// what went wrong, and that it has ended.

import { withYoungLogin } from "../account/again.js";
import { heading } from "../admin/heading.js";
import { icon, make } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";
import { toast } from "../ui/toast.js";
import { explain } from "./refusals.js";

/** @import { Desk } from "../admin/router.js" */
/** @import { Values } from "../i18n/locale.js" */
/** @import { Thrown } from "../net/problem.js" */
/** @import { Child } from "../ui/elements.d.ts" */

/**
 * @param {Child} child
 * @returns {child is Node | string}
 */
const isThere = (child) => Boolean(child);

export class Screen {
  /** It is shown no more: what comes late draws nothing. */
  isOver = false;
  /** Where it tells what buttons could not do. */
  errors = errorPlace();
  /** @type {(() => void)[]} */
  #ends = [];

  /**
   * @param {HTMLElement} place
   * @param {Desk} desk
   */
  constructor(place, desk) {
    this.place = place;
    this.desk = desk;
    this.api = desk.api;
    this.locale = desk.locale;
    this.t = desk.locale.t;
    this.parts = desk.locale.parts;
  }

  /**
   * Puts a heading and what stands below it in its place.
   * @param {string} title
   * @param {{ actions?: Child[], back?: { href: string, text: string } | null,
   *   lead?: string }} more
   * @param {Child[]} children
   */
  draw(title, { actions = [], back = null, lead = "" }, ...children) {
    const head = heading(title, ...actions);
    this.place.replaceChildren(...[
      back && make("p", {}, make("a", { class: "way-back", href: back.href }, icon("back"),
        back.text)),
      head, lead && make("p", { class: "note lead" }, lead), this.errors,
      ...children].filter(isThere));
    return head;
  }

  /**
   * An error in words of this language that say what to do.
   * @param {Thrown} error
   */
  explain = (error) => explain(this.locale, error);

  /**
   * Does what wants a login that has just begun, and asks for the password if it has not.
   * @template Done
   * @param {() => Promise<Done>} work
   * @returns {Promise<Done>}
   */
  young = (work) => withYoungLogin(this.api, this.locale, work);

  /**
   * Tells in passing that something has been done.
   * @param {string} key
   * @param {Values} [values]
   */
  say = (key, values) => toast(this.t(key, values));

  /**
   * Does what a button or a form asks for; what goes wrong is told at the top.
   * @param {HTMLElement} element
   * @param {() => unknown} work
   */
  async run(element, work) {
    const isDone = await underWay(element, work, this.errors, this.explain);
    if (!isDone) this.errors.scrollIntoView({ block: "nearest" });
    return isDone;
  }

  /**
   * What is to be done when it ends.
   * @param {() => void} work
   */
  atEnd = (work) => this.#ends.push(work);

  end = () => {
    this.isOver = true;
    for (const work of this.#ends) work();
  };
}

/**
 * A part of a screen with a title of its own.
 * @param {string} title
 * @param {Child[]} children
 */
export function card(title, ...children) {
  return make("section", { class: "card", "aria-label": title },
    make("header", {}, make("h2", {}, title)), ...children);
}

/**
 * What is said where there is nothing to show.
 * @param {string} text
 * @param {Child[]} more
 */
export const empty = (text, ...more) =>
  make("div", { class: "empty" }, make("p", {}, text), ...more);
