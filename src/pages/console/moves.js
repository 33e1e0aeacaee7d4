// The dialogs in which a rep gives a conversation away, lays it aside or ends it.

import { sheet } from "../account/sheet.js";
import { kept, uuid7 } from "../net/keep.js";
import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { errorPlace, onSubmit } from "../ui/forms.js";
import { wishes } from "./wishes.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does, View } from "./parts.d.ts" */

const HOUR = 3_600_000;
/** @type {components["schemas"]["Resolution"][]} */
const RESOLUTIONS = ["resolved", "unresolved", "abandoned"];

/**
 * A dialog with a form: `work(fields)` does it, and closes it if it went well.
 * @param {Locale} locale
 * @param {Does} does
 * @param {string} title
 * @param {HTMLElement[]} fields
 * @param {{ yes: string, work: (fields: Record<string, string>) => unknown }} how
 */
function ask(locale, does, title, fields, { yes, work }) {
  const { t } = locale;
  const form = make("form", {}, ...fields, errorPlace(), make("p", { class: "row" },
    make("button", { class: "main" }, t(yes)),
    make("button", { type: "button", onclick: () => dialog.close() }, t("cancel"))));
  const dialog = sheet(locale, title, form);
  dialog.classList.add("ask");
  onSubmit(form, async (values) => {
    await work(values);
    dialog.close();
  }, does.explain);
  return form;
}

/**
 * A text that is kept while its dialog is not sent.
 * @param {Desk} desk
 * @param {View} view
 * @param {string} name
 * @param {string} label
 */
function keptText(desk, view, name, label) {
  const key = desk.key(`${name}.${view.id}`);
  /** @type {HTMLTextAreaElement} */
  const field = make("textarea", { name, rows: "2", dir: "auto",
    oninput: () => kept.set(key, field.value || null) });
  field.value = kept.get(key, "");
  return { label: make("label", {}, label, field), forget: () => kept.set(key, null) };
}

/**
 * To another rep or queue. `toQueue`: only the queues are asked for.
 * @param {Desk} desk
 * @param {Locale} locale
 * @param {Does} does
 */
export async function transfer(desk, locale, does, { toQueue = false } = {}) {
  const { t } = locale;
  const { view, user } = desk;
  if (!view) return;
  const note = keptText(desk, view, "note", t("transfer_note"));
  const place = make("div", { class: "targets", role: "group", "aria-label": t("transfer_to") },
    make("p", { class: "note" }, t("loading")));
  const form = ask(locale, does, t(toQueue ? "to_queue" : "transfer_title"), [place, note.label], {
    yes: "transfer_yes",
    work: async ({ to, note: text }) => {
      const [what, id] = String(to ?? "").split(":");
      if (!id) throw Object.assign(new Error(t("choose_target")), { isProblem: true });
      const target = what === "rep" ? { rep: id } : { queue: id };
      await desk.act(view.id, "transfer", { ...target, ...(text.trim() && { note: text.trim() }) });
      note.forget();
      does.tell(t("transferred"));
    },
  });
  try {
    const queues = await desk.names.read({ anew: true });
    const reps = new Map(queues.flatMap((queue) => queue.reps.map((rep) => [rep.id, rep])));
    reps.delete(user.id);
    /**
     * @param {string} value
     * @param {string} name
     * @param {string} hint
     */
    const radio = (value, name, hint) => make("label", { class: "target" }, make("input",
      { type: "radio", name: "to", value }), words(name),
    hint && make("span", { class: "note" }, hint));
    const own = queues.find(({ id }) => id === view.queue.id)?.reps ?? [];
    /** @param {{ id: string }} rep */
    const serves = (rep) => Number(own.some(({ id }) => id === rep.id));
    const people = [...reps.values()].sort((one, other) => serves(other) - serves(one)
      || one.name.localeCompare(other.name));
    const others = queues.filter(({ id }) => id !== view.queue.id || !desk.isMine(view));
    place.replaceChildren(
      ...(toQueue ? [] : [make("h3", {}, t("reps")), people.length === 0
        ? make("p", { class: "note" }, t("no_reps")) : make("div", {}, ...people.map((rep) =>
          radio(`rep:${rep.id}`, rep.name, serves(rep) ? t("serves") : t("serves_not"))))]),
      make("h3", {}, t("queues")), others.length === 0
        ? make("p", { class: "note" }, t("no_queues")) : make("div", {}, ...others.map((queue) =>
          radio(`queue:${queue.id}`, queue.name, t("waiting_n", { n: queue.waiting })))));
    // Who has begun to write meanwhile goes on with that.
    if (!form.contains(document.activeElement)) place.querySelector("input")?.focus();
  } catch (error) {
    const said = does.explain(problemOf(error));
    place.replaceChildren(make("p", { class: "error", role: "alert" }, said));
  }
  return form;
}

/**
 * Ends it, or begins its wrap-up.
 * @param {Desk} desk
 * @param {Locale} locale
 * @param {Does} does
 */
export async function close(desk, locale, does) {
  const { t } = locale;
  const { view } = desk;
  if (!view) return;
  const id = uuid7();
  const text = keptText(desk, view, "last_words", t("last_words"));
  const radios = RESOLUTIONS.map((value) => make("label", { class: "target" },
    make("input", { type: "radio", name: "resolution", value, checked: value === "resolved",
      autofocus: value === "resolved" }), t(`close_${value}`)));
  const next = make("label", { class: "target" }, make("input", { type: "checkbox",
    checked: wishes.next, onchange: ({ target }) => {
      wishes.next = target.checked;
    } }), t("then_next"));
  const form = ask(locale, does, t("close_title"), [make("fieldset", { class: "targets" },
    make("legend", {}, t("how_ended")), ...radios), text.label, next], {
    yes: "close_yes",
    work: ({ resolution: chosen, last_words: last }) => does.finish(async () => {
      const resolution = RESOLUTIONS.find((one) => one === chosen);
      const body = { resolution, ...(last.trim() && { text: last.trim(), client_id: id }) };
      await desk.act(view.id, "close", body);
      text.forget();
    }),
  });
  form.querySelector("input")?.focus();
}

/**
 * When it is to wake: in a while, tomorrow at nine, or at a moment of one's own.
 * @param {number} now
 */
function moments(now) {
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(9, 0, 0, 0);
  return { park_hour: now + HOUR, park_four: now + 4 * HOUR, park_tomorrow: tomorrow.getTime(),
    park_week: tomorrow.getTime() + 6 * 24 * HOUR };
}

/** @param {number} ms */
const forField = (ms) => {
  const at = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return at.toISOString().slice(0, 16);
};

/**
 * Lays it aside.
 * @param {Desk} desk
 * @param {Locale} locale
 * @param {Does} does
 */
export async function park(desk, locale, does) {
  const { t } = locale;
  const { view } = desk;
  if (!view) return;
  const now = Date.now();
  const times = moments(now);
  const field = make("input", { type: "datetime-local", name: "at", "aria-label": t("park_other"),
    min: forField(now), onfocus: () => { own.checked = true; } });
  const own = make("input", { type: "radio", name: "when", value: "own" });
  const radios = Object.entries(times).map(([key, at], index) => make("label",
    { class: "target" }, make("input", { type: "radio", name: "when", value: String(at),
      checked: index === 0 }), t(key), make("span", { class: "note" }, locale.when(at))));
  const form = ask(locale, does, t("park_title"), [make("p", {}, t("park_text")),
    make("fieldset", { class: "targets" }, make("legend", { class: "unseen" }, t("park_until")),
      ...radios, make("label", { class: "target" }, own, t("park_other")), field)], {
    yes: "park_yes",
    work: async ({ when, at }) => {
      const until = when === "own" ? new Date(at).getTime() : Number(when);
      if (!(until > Date.now())) {
        throw Object.assign(new Error(t("park_past")), { isProblem: true });
      }
      await desk.act(view.id, "park", { wake_at: until });
      does.tell(t("parked_until", { when: locale.when(until) }));
    },
  });
  form.querySelector("input")?.focus();
}

/**
 * Puts it back in line, in its old place.
 * @param {Desk} desk
 * @param {Locale} locale
 * @param {Does} does
 */
export async function requeue(desk, locale, does) {
  const { t } = locale;
  const { view } = desk;
  if (!view) return;
  const reason = keptText(desk, view, "reason", t("requeue_reason"));
  const form = ask(locale, does, t("requeue_title"), [make("p", {}, t("requeue_text")),
    reason.label], {
    yes: "requeue_yes",
    work: async ({ reason: text }) => {
      await desk.act(view.id, "requeue", text.trim() ? { reason: text.trim() } : {});
      reason.forget();
    },
  });
  form.querySelector("textarea")?.focus();
}
