// A copy of a conversation for its customer, in his language and by his clock.

import { make } from "../ui/dom.js";
import { aboutLines, paper, readAll } from "../ui/paper.js";
import { save } from "../ui/save.js";
import { Entries } from "./entries.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Message } from "./entries.js" */
/** @import { Visit } from "./visit.js" */

/**
 * Reads all of it, and has it saved.
 * @param {Visit} visit
 * @param {string} id
 * @param {Locale} locale
 */
export async function copy(visit, id, locale) {
  const { conversation, entries } = await readAll(visit.api, id);
  const { number } = conversation;
  for (const { sender_id, sender } of entries) visit.names.know(sender_id, sender);
  const drawn = new Entries(visit, locale);
  const rows = make("ol");
  let day = "";
  /** @type {Message | undefined} */
  let before;
  for (const event of entries) {
    const body = drawn.draw(event, before);
    if (!body) continue;
    before = body.message;
    const its = locale.day(event.created_at);
    rows.append(make("li", { class: body.kind }, its !== day && make("p", { class: "day" }, its),
      ...body.parts));
    day = its;
  }
  const title = locale.t("numbered", { number });
  const about = aboutLines(locale, conversation);
  save(paper(locale, { title, rows, about }), `chat-${number}.html`);
}
