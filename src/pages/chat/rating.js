// What a customer thought of a conversation that has ended: said once, and changed as he likes.

import { kept } from "../net/keep.js";
import { make } from "../ui/dom.js";
import { errorPlace, onSubmit } from "../ui/forms.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { View } from "./standing.js" */
/** @import { Visit } from "./visit.js" */

const SCORES = [1, 2, 3, 4, 5];
const CHARS_MAX = 1_000;

/**
 * Asks for it in this place, or thanks for it.
 * @param {HTMLElement} place
 * @param {Visit} visit
 * @param {View} view
 * @param {Locale} locale
 */
export function rating(place, visit, view, locale) {
  const { t } = locale;
  const draft = visit.key(`rating.${view.id}`);
  let given = view.rating ?? null;
  const thank = () => {
    if (!given) return;
    place.replaceChildren(make("p", { class: "note", role: "status" },
      t("rated", { score: t(`rate_${given.score}`) })),
    make("button", { type: "button", class: "soft", onclick: () => ask(true) }, t("rate_anew")));
  };
  /** @param {boolean} isAnew */
  const ask = (isAnew) => {
    const form = formOf(locale, given, kept.get(draft, ""));
    form.addEventListener("input", () => {
      kept.set(draft, String(new FormData(form).get("text") ?? "") || null);
    });
    onSubmit(form, async ({ score, text }) => {
      const rated = await visit.api.put(`/conversations/${view.id}/rating`,
        { score: Number(score), text });
      given = rated.rating;
      view.rating = given;
      kept.set(draft, null);
      thank();
    }, ({ code, message }) => (locale.has(`e_${code}`) ? t(`e_${code}`) : message));
    place.replaceChildren(form);
    if (isAnew) form.querySelector("input")?.focus();
  };
  if (given) thank();
  else ask(false);
}

/**
 * @param {Locale} locale
 * @param {components["schemas"]["Rating"] | null} given
 * @param {string} begun
 */
function formOf({ t, number }, given, begun) {
  const scores = SCORES.map((score) => make("label", { title: t(`rate_${score}`) },
    make("input", { type: "radio", name: "score", value: score, required: true,
      checked: score === given?.score, "aria-label": t(`rate_${score}`) }),
    make("span", { "aria-hidden": "true" }, number(score))));
  const said = make("textarea", { name: "text", rows: "2", maxlength: CHARS_MAX, dir: "auto" });
  said.value = begun || (given?.text ?? "");
  return make("form", { class: "rating" }, make("fieldset", { class: "scores" },
    make("legend", {}, t("rate")), ...scores, make("span", { class: "note" }, t("rate_1")),
    make("span", { class: "note" }, t("rate_5"))),
  make("label", {}, t("rate_text"), said), errorPlace(),
  make("p", { class: "row" }, make("button", {}, t("rate_send"))));
}
