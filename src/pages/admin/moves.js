// What an admin does with a conversation: gives it to a rep, moves it, makes it more or less
// urgent, asks why it waits.

import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { toast } from "../ui/toast.js";
import { named } from "../ui/menu.js";
import { explain } from "./telling.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Command } from "../net/frames.d.ts" */
/** @import { Item } from "../ui/menu.js" */
/** @import { Desk } from "./router.js" */

/** @typedef {components["schemas"]["Conversation"]} Conversation */
/** @typedef {components["schemas"]["QueueView"]} QueueView */
/** @typedef {components["schemas"]["Reason"]} Reason */
/** @typedef {components["schemas"]["Rep"]} Rep */
/** @typedef {Desk & { moved: () => void }} Moving */

/** @type {components["schemas"]["Priority"][]} */
export const PRIORITIES = ["urgent", "high", "normal", "low"];

/**
 * Has the server do it, and says that it was done or why not. Whoever shows the conversation hears
 * of it by `moved()`.
 * @param {Moving} desk
 * @param {Command} command
 * @param {string} done
 */
async function command({ socket, locale, moved }, command, done) {
  try {
    await socket.ask(command);
    toast(done);
  } catch (error) {
    toast(explain(locale)(problemOf(error)));
  }
  // Refused, it may stand elsewhere than it is shown, too.
  moved();
}

/** @param {Rep} rep */
const isThere = ({ present, availability }) => present && availability === "available";

/** @param {Rep} rep */
const free = ({ capacity, load }) => capacity - load;

/**
 * Whether a conversation can be given to a rep as it stands, as the server settles it: not while
 * it is offered, wrapped up or closed.
 * @param {Conversation} view
 */
export const isAssigned = ({ status }) => ["waiting", "active", "parked"].includes(status);

/**
 * What gives it to a rep: whoever waits is claimed for him; what another has had is handed over.
 * @param {Conversation} view
 * @param {Rep} rep
 * @returns {Command}
 */
const giving = ({ id: conversation, status, left_message: isLeft }, { id: rep }) => ({
  type: status === "waiting" || isLeft ? "claim" : "transfer", conversation, rep });

/**
 * Why nobody could take it: all are full, or nobody is there.
 * @param {Rep[]} others
 * @param {Rep[]} everybody
 */
function nobody(others, everybody) {
  if (others.some(({ present }) => present)) return "assign_nobody";
  return everybody.some(({ present }) => present) ? "assign_no_other" : "assign_absent";
}

/**
 * Who could take it: reps who are there and have room, those of its queue first, the freest first.
 * @param {Moving} desk
 * @param {Conversation} view
 * @param {Rep[]} everybody
 * @returns {Item[]}
 */
export function assignItems(desk, view, everybody) {
  const { t } = desk.locale;
  const reps = everybody.filter(({ id }) => id !== view.rep?.id);
  const serves = (/** @type {Rep} */ rep) => rep.queues.some(({ id }) => id === view.queue.id);
  const able = reps.filter((rep) => isThere(rep) && free(rep) > 0).sort((one, other) =>
    Number(serves(other)) - Number(serves(one)) || free(other) - free(one));
  if (!able.length) {
    const away = reps.filter((rep) => rep.present && !isThere(rep) && free(rep) > 0);
    if (!away.length) return [{ text: t(nobody(reps, everybody)) }];
    return [{ text: t("assign_away") }, ...away.map((rep) => ({ text: named(rep.name),
      note: ` · ${t(`state_${rep.availability}`)} · ${t("assign_free", { n: free(rep) })}` }))];
  }
  return able.map((rep) => ({
    text: named(rep.name),
    note: t(serves(rep) ? "assign_free" : "assign_free_other", { n: free(rep) }),
    work: () => command(desk, giving(view, rep),
      t("assigned_to", { name: rep.name, number: view.number })),
  }));
}

/**
 * What the line has to say of it, by its status.
 * @type {Partial<Record<Conversation["status"], string>>}
 */
const WHY = { waiting: "why", offered: "why", active: "why_rep", wrapup: "why_rep" };

/**
 * What else there is to do with it as it stands.
 * @param {Moving} desk
 * @param {Conversation} view
 * @param {QueueView[]} queues
 * @returns {Item[]}
 */
export function moreItems(desk, view, queues, { open = true } = {}) {
  const { t } = desk.locale;
  const { id: conversation, number, status } = view;
  const isClosed = status === "closed";
  const targets = isAssigned(view) ? queues.filter(({ id }) => id !== view.queue.id) : [];
  const moves = targets.map((queue) => ({
    text: desk.locale.parts("move_to", { queue: words(queue.name) }),
    work: () => command(desk, { type: "transfer", conversation, queue: queue.id },
      t("moved_to", { queue: queue.name, number })),
  }));
  const others = isClosed ? [] : PRIORITIES.filter((one) => one !== view.priority);
  const priorities = others.map((priority) => ({
    text: t("make_priority", { priority: t(`priority_${priority}`) }),
    work: () => command(desk, { type: "prioritize", conversation, priority },
      t("made_priority", { priority: t(`priority_${priority}`), number })),
  }));
  const read = { text: t("open_chat"), work: () => desk.go(`conversations/${conversation}`) };
  const key = WHY[status];
  const asks = key ? [{ text: t(key), work: () => why(desk, view) }] : [];
  return [...(open ? [read] : []), ...asks, ...priorities, ...moves];
}

/**
 * A dialog that says something, once it is known.
 * @param {Desk} desk
 * @param {(Node | string)[]} title
 * @param {() => Promise<(Node | string)[]>} load
 */
function told(desk, title, load) {
  const { locale } = desk;
  const body = make("div", { "aria-busy": "true" }, make("p", { role: "status" },
    locale.t("loading")));
  /** @type {HTMLDialogElement} */
  const dialog = make("dialog", { class: "wide", "aria-labelledby": "told",
    onclose: () => dialog.remove() },
  make("h2", { id: "told" }, ...title), body, make("form", { method: "dialog", class: "row" },
    make("button", { class: "main" }, locale.t("close"))));
  document.body.append(dialog);
  dialog.showModal();
  load().then((parts) => body.replaceChildren(...parts), (error) => {
    body.replaceChildren(make("p", { class: "error", role: "alert" },
      explain(locale)(problemOf(error))));
  }).finally(() => body.removeAttribute("aria-busy"));
}

/** Who might have it soonest comes first; all other reasons follow. */
const NEAR = ["free", "ahead", "reserved", "cooling_down", "refused", "full", "busy", "away"];

/**
 * Why it waits, or how its rep was chosen.
 * @param {Desk} desk
 * @param {Conversation} view
 */
export function why(desk, view) {
  const { locale, api } = desk;
  const title = locale.parts("why_title", { number: view.number, name: words(view.customer.name) });
  told(desk, title, async () => {
    const said = await api.get(`/conversations/${view.id}/why`);
    /** @type {Node[]} */
    const parts = [];
    if (said.kept) parts.push(make("p", {}, locale.t(`kept_${said.kept}`)));
    if (said.ahead !== null && said.ahead !== undefined) {
      parts.push(make("p", {}, said.ahead ? locale.t("why_ahead", { n: said.ahead })
        : locale.t("why_first")));
    }
    if (said.chosen) parts.push(make("p", {}, ...chosen(locale, said.chosen)));
    const near = (/** @type {Reason} */ { reason: what }) =>
      (NEAR.includes(what) ? NEAR.indexOf(what) : NEAR.length);
    const reps = said.reps.toSorted((one, other) => near(one) - near(other));
    parts.push(make("ul", { class: "reasons" }, ...reps.map((one) =>
      make("li", {}, make("b", {}, words(one.rep.name)), " ", reason(locale, one)))));
    return said.reps.length || parts.length > 1 ? parts : [make("p", {}, locale.t("why_none"))];
  });
}

/**
 * @param {Locale} locale
 * @param {components["schemas"]["Chosen"]} choice
 */
function chosen(locale, { how, rep, waited_ms: waited, candidates }) {
  const parts = locale.parts(`chosen_${how}`, { name: words(rep?.name ?? locale.t("nobody")) });
  if (waited != null) parts.push(" ", locale.t("chosen_waited", { time: locale.span(waited) }));
  if (candidates != null) parts.push(" ", locale.t("chosen_among", { n: candidates }));
  return parts;
}

/**
 * What keeps a rep from a conversation, or from all of them.
 * @param {Locale} locale
 * @param {Reason} given
 */
function reason(locale, { reason: what, load, capacity, until }) {
  const values = { load: load ?? 0, capacity: capacity ?? 0,
    time: until ? locale.clock(until) : "" };
  const key = until && locale.has(`reason_${what}_until`) ? `reason_${what}_until`
    : `reason_${what}`;
  return locale.has(key) ? locale.t(key, values) : what;
}

/**
 * Why a rep gets nothing, if he gets nothing.
 * @param {Desk} desk
 * @param {Rep} rep
 */
export function whyIdle(desk, rep) {
  const { locale, api } = desk;
  told(desk, locale.parts("idle_title", { name: words(rep.name) }), async () => {
    const said = await api.get(`/reps/${rep.id}/why-idle`);
    return [make("p", {}, reason(locale, said)),
      make("p", { class: "note" }, locale.t("idle_lines", { n: said.first.length }))];
  });
}
