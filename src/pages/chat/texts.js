// The catalogs of the chat: what it says at first, and what it says later.

import { make } from "../ui/dom.js";
import { late } from "./late.js";

/** @import { Catalog, Locale } from "../i18n/locale.js" */

/**
 * What is said from the beginning.
 * @param {string} tag
 * @returns {Promise<{ default: Catalog }>}
 */
export const firstTexts = (tag) => late(`../i18n/chat.${tag}.js`);

/**
 * How the rest looks; if that cannot be had, it can be read all the same.
 * @returns {Promise<void>}
 */
const moreStyle = () => new Promise((done) => {
  const href = new URL("../style/chat_more.css", import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return done();
  const link = make("link", { rel: "stylesheet", href, onload: () => done(), onerror: () => {
    link.remove();
    done();
  } });
  document.head.append(link);
});

/**
 * Has this language say the rest, too, and the rest look as it should.
 * @param {Locale} locale
 */
export const moreTexts = (locale) => Promise.all([moreStyle(),
  locale.more((tag) => late(`../i18n/chat_more.${tag}.js`))]);

/** Entries of a log that are read at once. */
export const PAGE = 50;
