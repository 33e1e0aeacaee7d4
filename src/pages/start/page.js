// A page that stands before all others: a bar with language and theme, and below it what it is
// for. It changes its language in place, because a link is good for this one visit.

import { dress, followLook, language, lookBoxes } from "../account/look.js";
import { Locale } from "../i18n/locale.js";
import { make } from "../ui/dom.js";

/** @import { Catalog, Locale as Texts } from "../i18n/locale.js" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @typedef {(tag: string) => Promise<{ default: Catalog }>} Load */

/** What is typed in the page, by form and field. */
function typedIn() {
  /** @type {NodeListOf<HTMLInputElement>} */
  const inputs = document.querySelectorAll("main input");
  return new Map([...inputs].map((input) => [`${input.form?.id}/${input.name}`, input]));
}

/**
 * Draws the page in the language of the browser, and again in each other one that is chosen; what
 * is typed in it stays. `draw(texts)` answers with the children of its main part. Answers with a
 * function that draws it again as things are now.
 * @param {Load[]} loads its catalogs
 * @param {(texts: Texts) => Child[]} draw
 * @returns {Promise<() => void>}
 */
export async function page(loads, draw) {
  /** @type {Texts} */
  let texts;
  const main = make("main", {});
  const redraw = () => {
    const before = typedIn();
    const focused = [...before].find(([, input]) => input === document.activeElement)?.[0];
    main.replaceChildren(...make("main", {}, ...draw(texts)).childNodes);
    for (const [key, input] of typedIn()) {
      input.value = before.get(key)?.value ?? input.value;
      if (key === focused) input.focus();
    }
  };
  /** @param {string} tag */
  const speak = async (tag) => {
    const catalogs = await Promise.all(loads.map((load) => load(tag)));
    texts = new Locale(tag, Object.assign({}, ...catalogs.map((one) => one.default)));
    texts.apply();
    document.title = texts.t("title");
    const box = document.activeElement?.closest("header")
      && document.activeElement.getAttribute("name");
    document.body.replaceChildren(make("header", { class: "top" },
      make("p", { class: "brand" }, make("a", { href: "/" }, "Switchboard")),
      make("div", { class: "look" }, ...lookBoxes(texts, speak))), main);
    redraw();
    /** @type {HTMLElement | null} the box in which the language was changed, as it is now */
    const again = document.querySelector(`header [name="${box}"]`);
    again?.focus();
  };
  dress();
  followLook(speak);
  await speak(language());
  return redraw;
}
