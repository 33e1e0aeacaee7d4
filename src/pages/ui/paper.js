// A conversation as a page of its own that can be kept, read and printed anywhere: it has no
// scripts and loads nothing. What stands on it is what a log shows, without what only a screen
// needs.

import { make, words } from "./dom.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Api } from "../net/api.js" */
/** @import { LogEvent } from "../net/frames.d.ts" */

/**
 * All of a conversation, each entry with who made it.
 * @typedef {object} Transcript
 * @property {components["schemas"]["Conversation"]} conversation
 * @property {(LogEvent & { sender: string | null })[]} entries
 */

const STYLE = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-inline-size: 42rem; margin: 2rem auto; padding-inline: 1rem; overflow-wrap: anywhere }
h1 { margin-block-end: .25rem; font-size: 1.4rem }
header { border-block-end: 1px solid; padding-block-end: 1rem }
p { margin: 0 }
ol, ul { margin: 0; padding: 0; list-style: none }
ol > li { margin-block: .75rem }
.mine, .theirs, .remark { padding-inline-start: .75rem; border-inline-start: 3px solid #8a8f98 }
.theirs { border-color: #0b6e4f }
.remark { border-style: dashed }
.who { display: block; font-weight: 600 }
.said { white-space: pre-wrap }
.entry, .note, header p { opacity: .8; font-size: .9rem }
ol > .day { margin-block-start: 1.25rem; font-weight: 600 }
@media print { :root { color-scheme: light } body { margin: 0 } li { break-inside: avoid } }`;

/**
 * All that one may read of it.
 * @param {Api} api
 * @param {string} id
 * @returns {Promise<Transcript>}
 */
export async function readAll(api, id) {
  const told = await api.blob(`/conversations/${id}/transcript?format=json`);
  return JSON.parse(await told.text());
}

/**
 * A row of a log as it stands on paper.
 * @param {Element} row
 */
function plain(row) {
  const day = row.querySelector(".day");
  if (day) row.before(make("li", { class: "day" }, day.textContent));
  day?.remove();
  for (const name of row.querySelectorAll(".name, .picture, .reached, .own")) name.remove();
  // Who cannot see the log is told who says what, and when; here everybody is.
  for (const who of row.querySelectorAll(".unseen")) who.className = "who";
  for (const file of row.querySelectorAll(".files > li")) {
    const [name, size] = file.querySelectorAll("bdi");
    if (name) file.replaceChildren("+ ", name, size ? " · " : "", size ?? "");
  }
  for (const note of row.querySelectorAll(".note")) {
    note.querySelector("time")?.remove();
    note.textContent = (note.textContent ?? "").replace(/^[\s·]+|[\s·]+$/g, "");
    if (!note.textContent) note.remove();
  }
}

/**
 * From when to when, with its year.
 * @param {Locale} locale
 * @param {number} from
 * @param {number} to
 */
const period = ({ land }, from, to) => new Intl.DateTimeFormat(land,
  { day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit" })
  .formatRange(from, Math.max(from, to));

/**
 * The lines below its title: what it is about, where it was and with whom, and when.
 * @param {Locale} locale
 * @param {Transcript["conversation"]} conversation
 * @returns {(Node | string)[][]}
 */
export function aboutLines(locale, conversation) {
  const { subject, queue, rep, last_rep, created_at, closed_at } = conversation;
  const served = rep ?? last_rep;
  return [...(subject ? [[words(subject)]] : []),
    [words(queue.name), ...(served ? [" · ", words(served.name)] : [])],
    [period(locale, created_at, closed_at ?? Date.now())]];
}

/**
 * The page, as a file holds it.
 * @param {Locale} locale
 * @param {{ title: string, about: (Node | string)[][], rows: Element }} what `about` are the lines
 *   below its title
 */
export function paper({ tag, dir }, { title, about, rows }) {
  const sheet = document.implementation.createHTMLDocument(title);
  Object.assign(sheet.documentElement, { lang: tag, dir });
  const metas = [{ charset: "utf-8" }, { name: "viewport", content: "width=device-width" }]
    .map((one) => {
      const meta = sheet.createElement("meta");
      for (const [name, value] of Object.entries(one)) meta.setAttribute(name, value);
      return meta;
    });
  sheet.head.prepend(...metas);
  const list = make("ol", {}, ...[...rows.children].map((row) => row.cloneNode(true)));
  for (const row of [...list.children]) plain(row);
  sheet.body.append(make("header", {}, make("h1", { dir: "auto" }, title),
    ...about.map((line) => make("p", {}, ...line))), list);
  // Here the style would count as one of this page, whose policy forbids it.
  const text = new XMLSerializer().serializeToString(sheet.documentElement)
    .replace(` xmlns="${sheet.documentElement.namespaceURI}"`, "")
    .replace("</head>", `<style>${STYLE}</style></head>`);
  return new Blob([`<!doctype html>\n${text}\n`], { type: "text/html;charset=utf-8" });
}
