// Which screen is shown: the address says it, after `#/`. Each screen is loaded when it is first
// opened; while it comes there is a shape of it, and if it does not, a word and a way on.

import { problemOf } from "../net/problem.js";
import { make } from "../ui/dom.js";
import { heading } from "./heading.js";
import { drawing } from "./icons.js";
import { closeMenu } from "../ui/menu.js";
import { GROUPS, SCREENS } from "./screens.js";
import { explain } from "./telling.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Account, Api } from "../net/api.js" */
/** @import { Socket } from "../net/socket.js" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Link } from "./link.js" */
/** @import { Screen } from "./screens.js" */

/**
 * What a screen gets. `at.path` is what follows its name in the address, `at.query` what is asked
 * after `?`. `go("people/ID?x=1")` opens another place; `note(query)` writes a query into the
 * address without opening anything, so that a reload comes back to it. `hear(type, heard)` hears
 * frames of the socket until the function that it answers with is called. `isIn(conversation)`
 * says whether this admin has joined it, `joins` that he just has, or has left.
 * @typedef {object} Desk
 * @property {Api} api
 * @property {Locale} locale
 * @property {Socket} socket
 * @property {Account} user
 * @property {(path: string) => void} go
 * @property {(query: URLSearchParams) => void} note
 * @property {Link["hear"]} hear
 * @property {(conversation: string) => boolean} isIn
 * @property {(conversation: string, is: boolean) => void} joins
 * @property {{ path: string[], query: URLSearchParams }} at
 */

/**
 * Fills a place and answers with what ends it: timers, listeners.
 * @typedef {(place: HTMLElement, desk: Desk) => Promise<(() => void) | void>} Show
 */

/**
 * What the address asks for.
 * @param {string} hash
 */
export function whereTo(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/").map(plain).filter(Boolean);
  return { name: name || SCREENS[0].name, path: rest, query: new URLSearchParams(query) };
}

/** @param {string} part */
function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export class Router {
  #desk;
  #main;
  /** @type {Map<string, HTMLElement>} */
  #links = new Map();
  /** @type {(() => void) | null} */
  #end = null;
  #turn = 0;
  /** What is shown is that there is nothing to show. */
  #hasFailed = false;

  /**
   * `desk` is what every screen gets; `main` is where they stand.
   * @param {Omit<Desk, "go" | "note" | "at">} desk
   * @param {HTMLElement} main
   */
  constructor(desk, main) {
    this.#main = main;
    this.#desk = { ...desk, go: this.go, note: this.note };
    /** The links to all of them, as a list for the navigation. */
    this.navigation = make("ul", {}, ...GROUPS.map((group) => this.#group(group)));
  }

  /** Opens what the address says, now and whenever it changes. */
  begin() {
    addEventListener("hashchange", ({ oldURL }) => {
      // What is shown once stays, and so does the screen that it is about.
      if (document.querySelector("dialog[data-stays]")) history.pushState(null, "", oldURL);
      else this.open({ moves: true });
    });
    return this.open({ moves: false });
  }

  /** Opens again what could not be shown, now that it may be. */
  again() {
    if (this.#hasFailed) this.open({ moves: false });
  }

  /** @param {string} path */
  go = (path) => {
    const hash = `#/${path}`;
    if (location.hash === hash) this.open({ moves: true });
    else location.hash = hash;
  };

  /** @param {URLSearchParams} query */
  note = (query) => {
    const text = String(query);
    const path = location.hash.split("?")[0] || `#/${SCREENS[0].name}`;
    history.replaceState(history.state, "", text ? `${path}?${text}` : path);
  };

  /**
   * `moves`: somebody has gone here, so the focus goes along.
   * @param {{ moves: boolean }} how
   */
  async open({ moves }) {
    const turn = ++this.#turn;
    this.#hasFailed = false;
    const { locale } = this.#desk;
    const at = whereTo(location.hash);
    const screen = SCREENS.find(({ name }) => name === at.name);
    this.#end?.();
    this.#end = null;
    for (const [name, link] of this.#links) {
      if (name === at.name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const title = locale.t(screen ? `nav_${screen.name}` : "no_screen");
    const place = make("div", { class: "screen" });
    place.dataset.at = [at.name, ...at.path].join("/");
    this.#show(place, loading(locale, title));
    if (moves) {
      closeMenu();
      scrollTo(0, 0);
      this.#toHeading();
    }
    document.title = locale.t("page_title", { screen: title });
    if (!screen) return this.#fail(place, title, locale.t("no_screen_text"), []);
    try {
      const [{ show }] = await Promise.all([screen.load(), texts(locale, screen.texts)]);
      if (turn !== this.#turn) return;
      const end = await show(place, { ...this.#desk, at: { path: at.path, query: at.query } });
      if (turn !== this.#turn) return end?.();
      this.#end = end ?? null;
      if (!place.querySelector("h1")) place.prepend(heading(title));
      this.#settle(place, moves);
    } catch (error) {
      if (turn !== this.#turn) return;
      const text = explain(locale)(problemOf(error));
      const again = make("button", { class: "main", onclick: () => this.open({ moves: true }) },
        locale.t("try_again"));
      this.#fail(place, title, text, [again]);
      this.#hasFailed = true;
    }
  }

  /** @param {string} group */
  #group(group) {
    const { locale } = this.#desk;
    const id = `group-${group}`;
    const links = SCREENS.filter((screen) => screen.group === group).map((screen) => {
      const link = make("a", { href: `#/${screen.name}`, "data-icon": screen.icon },
        drawing(screen.icon), locale.t(`nav_${screen.name}`));
      this.#links.set(screen.name, link);
      return make("li", {}, link);
    });
    return make("li", {}, make("h2", { id }, locale.t(`group_${group}`)),
      make("ul", { "aria-labelledby": id }, ...links));
  }

  /** @param {Node[]} children */
  #show(...children) {
    this.#main.setAttribute("aria-busy", "true");
    this.#main.replaceChildren(...children);
  }

  /**
   * It is there: the shape of it goes, and whoever came here goes on at its heading.
   * @param {HTMLElement} place
   * @param {boolean} moves
   */
  #settle(place, moves) {
    const focused = document.activeElement;
    const isFree = focused === document.body || !place.contains(focused);
    this.#main.querySelector(".loading")?.remove();
    this.#main.setAttribute("aria-busy", "false");
    const title = place.querySelector("h1")?.textContent;
    document.title = this.#desk.locale.t("page_title", { screen: title });
    if (moves && isFree && !document.querySelector("dialog[open]")) this.#toHeading();
  }

  #toHeading() {
    const found = [...this.#main.querySelectorAll("h1")].find((one) => one.checkVisibility());
    if (!found) return;
    found.tabIndex = -1;
    found.focus({ preventScroll: true });
  }

  /**
   * @param {HTMLElement} place
   * @param {string} title
   * @param {string} text
   * @param {Child[]} more
   */
  #fail(place, title, text, more) {
    place.replaceChildren(heading(title),
      make("div", { class: "card state" }, make("p", { role: "alert" }, text), ...more));
    this.#settle(place, true);
  }
}

/**
 * Has the language say what a screen says.
 * @param {Locale} locale
 * @param {Screen["texts"]} names
 */
const texts = (locale, names) => Promise.all(names.map((name) =>
  locale.more((tag) => import(`../i18n/${name}.${tag}.js`), name)));

/**
 * @param {Locale} locale
 * @param {string} title
 */
function loading(locale, title) {
  return make("div", { class: "loading" }, heading(title),
    make("p", { class: "unseen", role: "status" }, locale.t("loading")),
    make("div", { class: "skeleton", "aria-hidden": "true" },
      make("p"), make("p"), make("p")));
}
