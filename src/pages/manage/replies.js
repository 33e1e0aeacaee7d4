// Canned replies that all reps have: what they are called, what they say, in which queue.

import { drawing } from "../admin/icons.js";
import { row, table } from "../admin/table.js";
import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { ask } from "./ask.js";
import { Editor } from "./editor.js";
import { choiceField, named, textField } from "./fields.js";
import { card, empty, Screen } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @import { Api } from "../net/api.js" */
/** @import { AnyField } from "./parts.d.ts" */
/** @typedef {components["schemas"]["CannedReply"]} Reply */

/** What is filled in when a reply is used. */
const VARIABLES = ["customer", "rep", "number", "queue"];

/** @type {import("../admin/router.js").Show} */
export async function repliesScreen(place, desk) {
  const screen = new Screen(place, desk);
  const [id] = desk.at.path;
  let replies;
  try {
    replies = await all(screen.api);
  } catch (error) {
    if (problemOf(error).status !== 404) throw error;
    missing(screen);
    return screen.end;
  }
  if (screen.isOver) return screen.end;
  if (id) await reply(screen, replies.find((one) => one.id === id) ?? null, id === "new");
  else list(screen, replies);
  return screen.end;
}

/**
 * Those that are everybody's, in the order of their names.
 * @param {Api} api
 */
async function all(api) {
  const replies = await api.get("/canned-replies");
  return replies.filter(({ shared }) => shared)
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** @param {Screen} screen */
function missing(screen) {
  const { t } = screen;
  screen.draw(t("nav_replies"), {}, make("section", { class: "card",
    "aria-label": t("nav_replies") }, empty(t("replies_missing"))));
}

/**
 * @param {Screen} screen
 * @param {Reply[]} replies
 */
function list(screen, replies) {
  const { t, locale } = screen;
  const columns = [{ title: t("col_name") }, { title: t("reply_text") },
    { title: t("reply_queue") }, { title: t("reply_changed") }];
  const add = () => make("a", { class: "button main", href: "#/replies/new" }, drawing("plus"),
    t("reply_new"));
  screen.draw(t("nav_replies"), { lead: t("replies_lead"), actions: replies.length ? [add()] : [] },
    make("section", { class: "card", "aria-label": t("nav_replies") }, replies.length
      ? table(t("nav_replies"), columns, replies.map((one) => row(columns, [
        make("a", { href: `#/replies/${one.id}` }, words(one.name)),
        make("span", { class: "clipped" }, words(one.text)),
        one.queue ? words(one.queue.name) : t("reply_everywhere"),
        locale.date(one.updated_at)])))
      : empty(t("replies_none"), make("p", {}, add()))));
}

/** @param {Reply | null} one */
const valuesOf = (one) => ({ name: one?.name ?? "", text: one?.text ?? "",
  queue: one?.queue?.id ?? null });

/**
 * @param {Screen} screen
 * @param {Reply | null} one
 * @param {boolean} isNew
 */
async function reply(screen, one, isNew) {
  const { t, api, desk, locale } = screen;
  const back = { href: "#/replies", text: t("nav_replies") };
  if (!one && !isNew) {
    screen.draw(t("not_there"), { back }, card(t("not_there"), empty(t("not_there_text"))));
    return;
  }
  const queues = await api.get("/queues");
  if (screen.isOver) return;
  const text = textField(locale, "text", { label: t("reply_text"),
    hint: t("reply_text_hint", { left: "{", right: "}" }), lines: 6, isNeeded: true });
  const editor = new Editor(screen, { name: `reply.${one?.id ?? "new"}`,
    submit: t(one ? "do_save" : "reply_make"), more: one ? [removal(screen, one)] : [],
    values: valuesOf(one),
    ...(one && { fresh: async () =>
      valuesOf((await all(screen.api)).find(({ id }) => id === one.id) ?? one) }),
    groups: [{ fields: [
      textField(locale, "name", { label: t("reply_name"), hint: t("reply_name_hint"),
        isNeeded: true }),
      choiceField("queue", { label: t("reply_queue"), hint: t("reply_queue_hint"), options: [
        [null, t("reply_everywhere")], ...named(queues)] }),
      text] }],
    async send(changed, whole) {
      if (one) await api.patch(`/canned-replies/${one.id}`, changed);
      else await api.post("/canned-replies", { ...whole, shared: true });
      screen.say("saved");
      setTimeout(() => desk.go("replies"));
      return one ? whole : { name: "", text: "", queue: null };
    } });
  insertion(screen, text);
  const title = one?.name ?? t("reply_new");
  const head = screen.draw(title, { back }, make("section", { class: "card", "aria-label": title },
    editor.element));
  if (one) head.querySelector("h1")?.replaceChildren(words(title));
}

/**
 * Buttons that put a variable where the cursor is, and what the reply then looks like.
 * @param {Screen} screen
 * @param {AnyField} field
 */
function insertion(screen, field) {
  const { t } = screen;
  const box = field.element.querySelector("textarea");
  if (!box) return;
  const seen = make("p", { class: "code preview", dir: "auto" });
  const doubts = make("p", { class: "note doubts", role: "status" });
  const draw = () => {
    const names = unknown(box.value);
    const said = names.length ? t("variables_unknown", { names: names.join(", ") }) : "";
    if (doubts.textContent !== said) doubts.textContent = said;
    seen.textContent = filled(box.value, (name) => t(`variable_${name}_as`)) || t("preview_none");
  };
  /** @param {string} name */
  const put = (name) => {
    box.setRangeText(`{${name}}`, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  };
  box.addEventListener("input", draw);
  field.body.append(make("p", { class: "row", role: "group", "aria-label": t("variables") },
    ...VARIABLES.map((name) => make("button", { type: "button", class: "small soft",
      onclick: () => put(name) }, t(`variable_${name}`)))),
  make("p", { class: "label" }, t("preview")), seen, doubts);
  queueMicrotask(draw);
}

/**
 * What stands in braces in a text and is no variable: it would be sent as it is.
 * @param {string} text
 */
export const unknown = (text) => [...new Set(text.match(/\{+[^{}]*\}+/g))].filter((one) =>
  !VARIABLES.includes(one.match(/^\{(\w+)(?:\|[^{}]*)?\}$/)?.[1] ?? ""));

/**
 * A text with its variables filled; one that is not known stays as it is.
 * @param {string} text
 * @param {(name: string) => string} value
 */
export const filled = (text, value) => text.replace(/\{(\w+)(?:\|[^{}]*)?\}/g,
  (whole, name) => (VARIABLES.includes(name) ? value(name) : whole));

/**
 * @param {Screen} screen
 * @param {Reply} one
 */
function removal(screen, one) {
  const { t, api, desk } = screen;
  return make("button", { type: "button", class: "danger", async onclick() {
    const isDone = await ask(screen, { title: t("reply_delete_sure"), text: t("reply_delete_text"),
      yes: t("do_delete"), isHarm: true, work: () => api.delete(`/canned-replies/${one.id}`) });
    if (!isDone) return;
    screen.say("deleted");
    desk.go("replies");
  } }, t("do_delete"));
}
