// One queue: what it is for, how it finds its rep, how long what takes, when it is open, and who
// serves it.

import { words, make } from "../ui/dom.js";
import { ask } from "./ask.js";
import { Editor } from "./editor.js";
import { checksField, choiceField, named, numberField, spanField, switchField,
  textField } from "./fields.js";

/** @import { components } from "../api.d.ts" */
/** @import { Screen } from "./screen.js" */
/** @typedef {components["schemas"]["QueueInFull"]} Queue */
/** @typedef {components["schemas"]["QueueEdit"]} Edit */

const MODES = /** @type {const} */ (["auto", "offer", "manual"]);
const OUTSIDE = /** @type {const} */ (["leave_message", "refuse"]);
/**
 * What the server does if nothing is said.
 * @type {Edit}
 */
const NEW = {
  name: "", description: "", draining: false, mode: "auto", waiting_max: 10_000,
  offer_ms: 20_000, cooldown_ms: 30_000, misses_max: 3, prefer_ms: 0, abandon_after_ms: 300_000,
  first_reply_ms: null, idle_after_ms: 86_400_000, wrap_ms: 0, reopen_ms: 604_800_000,
  wait_target_ms: 60_000, fallback_queue_id: null, fallback_after_ms: 86_400_000, hops_max: 3,
  schedule_id: null, outside_hours: "leave_message",
};

/**
 * The page of this queue, or of a new one.
 * @param {Screen} screen
 * @param {string | null} id
 */
export async function queue(screen, id) {
  const { t, api } = screen;
  const [one, others, schedules, reps] = await Promise.all([id ? api.get(`/queues/${id}`) : null,
    api.get("/queues"), api.get("/schedules"), api.get("/reps")]);
  if (screen.isOver) return;
  const values = one ? { ...one, reps: one.reps.map((rep) => rep.id) }
    : { ...NEW, reps: reps.map((rep) => rep.id) };
  const groups = [
    what(screen), finding(screen), waiting(screen, others.filter((other) => other.id !== id)),
    serving(screen), opening(screen, schedules),
    { title: t("queue_served"), fields: [checksField("reps", { label: t("served_by"),
      hint: t("served_by_hint"), none: t("no_reps_yet"),
      options: reps.map((rep) => [rep.id, words(rep.name)]) })] },
  ];
  const editor = new Editor(screen, { name: `queue.${id ?? "new"}`, groups, values,
    submit: t(one ? "do_save" : "queue_make"),
    more: one ? [removal(screen, one)] : [],
    ...(one && { async fresh() {
      const now = await api.get(`/queues/${one.id}`);
      return { ...now, reps: now.reps.map((rep) => rep.id) };
    } }),
    async send(changed, all) {
      const now = await save(screen, one, changed, all);
      if (one) named(now.name ?? one.name);
      return now;
    } });
  const title = one?.name ?? t("queue_new");
  const head = screen.draw(title, { back: { href: "#/queues", text: t("nav_queues") } },
    make("section", { class: "card", "aria-label": title }, editor.element));
  const named = (/** @type {string} */ name) =>
    head.querySelector("h1")?.replaceChildren(words(name));
  if (one) named(title);
}

/**
 * @param {Screen} screen
 * @param {Queue | null} one
 * @param {Edit} changed
 * @param {Edit & { name: string }} all
 */
async function save(screen, one, changed, all) {
  const { api, desk } = screen;
  if (one) {
    const now = await api.patch(`/queues/${one.id}`, changed);
    screen.say("saved");
    return { ...now, reps: now.reps.map((rep) => rep.id) };
  }
  await api.post("/queues", all);
  screen.say("queue_made", { name: all.name });
  setTimeout(() => desk.go("queues"));
  return { ...NEW };
}

/**
 * A field of the policy, whose label and explanation are in the catalog under its name.
 * @param {Screen} screen
 * @param {string} name
 */
const said = ({ t }, name) => ({ label: t(`q_${name}`), hint: t(`q_${name}_hint`) });

/** @param {Screen} screen */
function what(screen) {
  const { t, locale } = screen;
  return { title: t("queue_what"), fields: [
    textField(locale, "name", { ...said(screen, "name"), isNeeded: true }),
    textField(locale, "description", { ...said(screen, "description"), lines: 2 }),
    switchField("draining", { ...said(screen, "draining"), isWhole: true }),
  ] };
}

/** @param {Screen} screen */
function finding(screen) {
  const { t, locale } = screen;
  return { title: t("queue_finding"), fields: [
    choiceField("mode", { ...said(screen, "mode"),
      options: MODES.map((mode) => [mode, t(`mode_${mode}_long`)]) }),
    spanField(locale, "offer_ms", said(screen, "offer_ms")),
    spanField(locale, "cooldown_ms", said(screen, "cooldown_ms")),
    numberField(locale, "misses_max", { ...said(screen, "misses_max"), least: 1, most: 100 }),
    spanField(locale, "prefer_ms", said(screen, "prefer_ms")),
  ] };
}

/**
 * @param {Screen} screen
 * @param {components["schemas"]["ListedQueue"][]} others
 */
function waiting(screen, others) {
  const { t, locale } = screen;
  return { title: t("queue_waiting"), fields: [
    spanField(locale, "wait_target_ms", said(screen, "wait_target_ms")),
    numberField(locale, "waiting_max", { ...said(screen, "waiting_max"), most: 1_000_000 }),
    spanField(locale, "abandon_after_ms", { ...said(screen, "abandon_after_ms"),
      never: t("for_ever") }),
    choiceField("fallback_queue_id", { ...said(screen, "fallback_queue_id"), options: [
      [null, t("fallback_none")], ...named(others)] }),
    spanField(locale, "fallback_after_ms", said(screen, "fallback_after_ms")),
    numberField(locale, "hops_max", { ...said(screen, "hops_max"), most: 100 }),
  ] };
}

/** @param {Screen} screen */
function serving(screen) {
  const { t, locale } = screen;
  return { title: t("queue_serving"), fields: [
    spanField(locale, "first_reply_ms", { ...said(screen, "first_reply_ms"),
      never: t("whenever") }),
    spanField(locale, "idle_after_ms", said(screen, "idle_after_ms")),
    spanField(locale, "wrap_ms", said(screen, "wrap_ms")),
    spanField(locale, "reopen_ms", said(screen, "reopen_ms")),
  ] };
}

/**
 * @param {Screen} screen
 * @param {components["schemas"]["Schedule"][]} schedules
 */
function opening(screen, schedules) {
  const { t } = screen;
  return { title: t("queue_opening"), fields: [
    choiceField("schedule_id", { ...said(screen, "schedule_id"), options: [
      [null, t("always_open")], ...named(schedules)] }),
    choiceField("outside_hours", { ...said(screen, "outside_hours"),
      options: OUTSIDE.map((one) => [one, t(`outside_${one}`)]) }),
  ] };
}

/**
 * @param {Screen} screen
 * @param {Queue} one
 */
function removal(screen, one) {
  const { t, api, desk } = screen;
  return make("button", { type: "button", class: "danger", async onclick() {
    const isDone = await ask(screen, { title: t("queue_delete_sure"), text: t("queue_delete_text"),
      yes: t("do_delete"), isHarm: true, work: () => api.delete(`/queues/${one.id}`) });
    if (!isDone) return;
    screen.say("deleted");
    desk.go("queues");
  } }, t("do_delete"));
}
