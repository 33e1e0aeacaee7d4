// Below a conversation that has ended: how it did, what its customer thought of it, said once and
// changed as he likes, and what he can do next.

import { kept } from "../net/keep.js";
import { make } from "../ui/dom.js";
import { errorPlace, onSubmit, quietly } from "../ui/forms.js";
import { reason } from "./refusal.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Does } from "./parts.d.ts" */
/** @import { View } from "./standing.js" */
/** @import { Visit } from "./visit.js" */

/** @typedef {{ score?: number, text?: string | null }} Begun */

const SCORES = [1, 2, 3, 4, 5];
const CHARS_MAX = 1_000;
/** So long a score stands that was reached by a key before it counts: others may follow. */
const SETTLED_MS = 1_000;

/**
 * Says how it ended, asks what he thought of it, and what is next.
 * @param {HTMLElement} place
 * @param {Visit} visit
 * @param {View} view
 * @param {Locale} locale
 * @param {Does} does
 */
export function ended(place, visit, view, locale, does) {
  const { t } = locale;
  /**
   * @param {string} key
   * @param {() => unknown} work
   */
  const button = (key, work, kind = "") => make("button", { type: "button", class: kind,
    onclick: work }, t(key));
  const asked = make("div", {});
  place.replaceChildren(asked, make("p", { class: "row" },
    button("new_chat", does.startAnew, "main"), button("reopen", does.reopen),
    button("transcript", does.transcript)));
  const how = howOf(view);
  if (how) place.prepend(make("p", { class: "note" }, t(`closed_${how}`)));
  // Where nobody was there, there is nobody to be rated.
  if (view.last_rep || view.rating) rating(asked, visit, view, locale);
}

/** @param {View} view */
function howOf({ resolution, last_rep: rep, left, left_message: message }) {
  if (resolution !== "abandoned" || rep) return resolution;
  return left && (message ? "withdrawn" : "left");
}

/**
 * Asks for it in this place, or thanks for it. A score counts as soon as it is chosen.
 * @param {HTMLElement} place
 * @param {Visit} visit
 * @param {View} view
 * @param {Locale} locale
 */
function rating(place, visit, view, locale) {
  const { t } = locale;
  const draft = visit.key(`rating.${view.id}`);
  let given = view.rating ?? null;
  /**
   * One at a time, so that the last one counts.
   * @type {Promise<unknown>}
   */
  let sent = Promise.resolve();
  /**
   * @param {number} score
   * @param {string | null | undefined} text
   */
  const put = (score, text) => {
    const now = sent.then(async () => {
      const rated = await visit.api.put(`/conversations/${view.id}/rating`, { score, text });
      given = view.rating = rated.rating;
    });
    sent = now.catch(() => {});
    return now;
  };
  const thanks = () => (given ? t("rated", { score: t(`rate_${given.score}`) }) : "");
  const thank = () => place.replaceChildren(make("p", { class: "note", role: "status" }, thanks()),
    make("button", { type: "button", class: "soft", onclick: () => ask(true) }, t("rate_anew")));
  /** @param {import("../net/problem.js").Thrown} error */
  const explain = (error) => reason(locale, error);
  /** @param {boolean} isAnew */
  const ask = (isAnew) => {
    /** @type {Begun} */
    const begun = kept.get(draft, {});
    const form = formOf(locale, { score: begun.score || given?.score,
      text: begun.text ?? given?.text });
    const said = make("p", { class: "note", role: "status" });
    // It is seen where he has just chosen, and not below what else he may say.
    form.querySelector(".scores")?.after(said);
    form.addEventListener("input", () => {
      const fields = new FormData(form);
      kept.set(draft, { score: Number(fields.get("score")), text: fields.get("text") });
    });
    const score = settled(form, (chosen) => quietly(async () => {
      await put(chosen, given?.text);
      said.textContent = thanks();
    }, form.querySelector(".error") ?? said, explain));
    onSubmit(form, async ({ score: chosen, text }) => {
      score.forget();
      await put(Number(chosen), text);
      kept.set(draft, null);
      thank();
    }, explain);
    place.replaceChildren(form);
    if (isAnew) form.querySelector("input")?.focus();
  };
  /** @type {Begun} */
  const begun = kept.get(draft, {});
  if (given && (begun.text ?? "") === (given.text ?? "")) thank();
  else ask(false);
}

/**
 * Tells which score was chosen, once that is so: at once by a pointer; by keys, which lead through
 * others, when he has stopped or goes on elsewhere.
 * @param {HTMLFormElement} form
 * @param {(score: number) => unknown} tell
 */
function settled(form, tell) {
  let byKey = false;
  /** @type {number | null} */
  let chosen = null;
  /** @type {number | undefined} */
  let timer;
  const say = () => {
    clearTimeout(timer);
    if (chosen !== null) tell(chosen);
    chosen = null;
  };
  form.addEventListener("keydown", () => { byKey = true; });
  form.addEventListener("pointerdown", () => { byKey = false; });
  form.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    chosen = Number(target.value);
    clearTimeout(timer);
    if (byKey) timer = setTimeout(say, SETTLED_MS);
    else say();
  });
  form.addEventListener("focusout", ({ target, relatedTarget: to }) => {
    const scores = target instanceof Element && target.closest(".scores");
    if (scores && !(to instanceof Node && scores.contains(to))) say();
  });
  return { forget: () => {
    clearTimeout(timer);
    chosen = null;
  } };
}

/**
 * @param {Locale} locale
 * @param {Begun} begun
 */
function formOf({ t, number }, begun) {
  const scores = SCORES.map((score) => make("label", { title: t(`rate_${score}`) },
    make("input", { type: "radio", name: "score", value: score, required: true,
      checked: score === begun.score, "aria-label": t(`rate_${score}`) }),
    make("span", { "aria-hidden": "true" }, number(score))));
  const said = make("textarea", { name: "text", rows: "2", maxlength: CHARS_MAX, dir: "auto" });
  said.value = begun.text ?? "";
  return make("form", { class: "rating" }, make("fieldset", { class: "scores" },
    make("legend", {}, t("rate")), ...scores, make("span", { class: "note" }, t("rate_1")),
    make("span", { class: "note" }, t("rate_5"))),
  make("label", {}, t("rate_text"), said), errorPlace(),
  make("p", { class: "row" }, make("button", {}, t("rate_send"))));
}
