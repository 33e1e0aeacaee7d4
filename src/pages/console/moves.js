// The dialogs in which a rep gives a conversation away, puts it back in line or ends it.

import { sheet } from "../account/sheet.js";
import { kept, uuid7 } from "../net/keep.js";
import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { errorPlace, onSubmit } from "../ui/forms.js";
import { isTouch, wishes } from "./wishes.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does, View } from "./parts.d.ts" */

/** @typedef {components["schemas"]["Targets"]} Targets */

/** @type {components["schemas"]["Resolution"][]} */
const RESOLUTIONS = ["resolved", "unresolved", "abandoned"];

/**
 * A dialog with a form: `work(fields)` does it, and closes it if it went well. Ctrl+Enter does it
 * from within its text, too.
 * @param {Locale} locale
 * @param {Does} does
 * @param {string} title
 * @param {HTMLElement[]} fields
 * @param {{ yes: string, work: (fields: Record<string, string>) => unknown }} how
 */
export function ask(locale, does, title, fields, { yes, work }) {
  const { t } = locale;
  const hasText = fields.some((one) => one.querySelector("textarea"));
  const confirm = make("button", { class: "main",
    "aria-keyshortcuts": hasText && "Control+Enter" }, t(yes), ...(hasText && !isTouch() ? [" ",
    make("kbd", { dir: "ltr", "aria-hidden": "true" }, "Ctrl ↵")] : []));
  const form = make("form", { onkeydown: (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing
      || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    form.requestSubmit(confirm);
  } }, ...fields, errorPlace(), make("p", { class: "row" }, confirm,
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
 * Whether a rep is there, and how much he holds.
 * @param {Targets["reps"][number]} rep
 * @param {Locale} locale
 */
function standingOf({ present, availability, load, capacity }, { t }) {
  if (!present) return t("w_absent");
  if (availability === "available" && load >= capacity) return t("w_full", { load, capacity });
  return `${t(`w_${availability}`)}, ${t("load", { load, capacity })}`;
}

/**
 * Whom and where it may go, in the server's order: who has room first, who is not there last.
 * @param {Targets} targets
 * @param {Locale} locale
 * @param {{ toQueue: boolean, but: string | null }} how `but`: not into this queue
 */
function drawTargets({ reps, queues }, locale, { toQueue, but }) {
  const { t } = locale;
  /**
   * @param {string} value
   * @param {string} name
   * @param {string[]} hints
   */
  const radio = (value, name, hints, disabled = false) => make("label", { class: "target" },
    make("input", { type: "radio", name: "to", value, disabled }), words(name),
    make("span", { class: "note" }, hints.join(" · ")));
  // Who is not there, or wants none, is not given it.
  const people = reps.map((rep) => radio(`rep:${rep.id}`, rep.name, [standingOf(rep, locale),
    ...(rep.serves ? [] : [t("serves_not")])], !rep.present || rep.availability !== "available"));
  const others = queues.filter(({ id }) => id !== but).map(({ id, name, waiting, open }) =>
    radio(`queue:${id}`, name, [waiting ? t("waiting_n", { n: waiting }) : t("waiting_none"),
      ...(open ? [] : [t("queue_closed")])]));
  /**
   * @param {HTMLElement[]} all
   * @param {string} none
   */
  const list = (all, none) => (all.length ? make("div", {}, ...all)
    : make("p", { class: "note" }, t(none)));
  return [...(toQueue ? [] : [make("h3", {}, t("reps")), list(people, "no_reps")]),
    make("h3", {}, t("queues")), list(others, "no_queues")];
}

/**
 * To another rep or queue. `toQueue`: only the queues are asked for.
 * @param {Desk} desk
 * @param {Locale} locale
 * @param {Does} does
 */
export async function transfer(desk, locale, does, { toQueue = false } = {}) {
  const { t } = locale;
  const { view } = desk;
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
  // What is his goes back into its own line by another way.
  const but = desk.isMine(view) ? view.queue.id : null;
  const read = async () => {
    place.replaceChildren(make("p", { class: "note" }, t("loading")));
    try {
      const targets = await desk.api.get(`/conversations/${view.id}/targets`);
      desk.names.learn(targets.reps);
      place.replaceChildren(...drawTargets(targets, locale, { toQueue, but }));
      // Who has begun to write meanwhile goes on with that.
      /** @type {HTMLElement | null} */
      const first = place.querySelector("input:enabled");
      if (!form.contains(document.activeElement)) first?.focus();
    } catch (error) {
      place.replaceChildren(make("p", { class: "error", role: "alert" },
        does.explain(problemOf(error))), make("button", { type: "button", class: "soft",
        onclick: read }, t("try_again")));
    }
  };
  await read();
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
