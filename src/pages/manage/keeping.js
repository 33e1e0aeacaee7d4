// What is kept of somebody: taken out as a file, or erased for ever.

import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { save } from "../ui/save.js";
import { ask, notYet } from "./ask.js";
import { textField } from "./fields.js";
import { card } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @import { Account } from "../net/api.js" */
/** @import { Has } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */

/** How often it is asked how far an erasing has come, in ms. */
const LOOK_MS = 1_500;

/**
 * The card about that.
 * @param {Screen} screen
 * @param {Account} one
 * @param {() => void} again
 * @param {{ isSelf?: boolean, identities?: Has["identities"] }} more
 */
export function keeping(screen, one, again, { isSelf = false, identities = [] } = {}) {
  const { t, api, locale } = screen;
  if (one.erased_at) {
    return card(t("keeping"), make("p", {}, t("erased_at",
      { when: locale.moment(one.erased_at) })));
  }
  const out = make("button", { type: "button", onclick: ({ currentTarget }) =>
    screen.run(currentTarget, async () => {
      save(await screen.young(() => api.blob(`/people/${one.id}/export`)),
        `person-${one.number}.jsonl`);
      screen.say("exported");
    }) }, t("export_person"));
  const erasing = make("p", { class: "note", role: "status" });
  const away = make("button", { type: "button", class: "danger",
    onclick: () => erase(screen, one, erasing, again) }, t("erase"));
  return card(t("keeping"), make("p", { class: "note" }, t("keeping_text")),
    identities.length > 0 && elsewhere(screen, identities),
    make("div", { class: "row" }, out, !isSelf && away), erasing);
}

/**
 * @param {Screen} screen
 * @param {Has["identities"]} identities
 */
function elsewhere(screen, identities) {
  const { t, locale } = screen;
  return make("div", {}, make("h3", {}, t("elsewhere")), make("ul", { class: "plain" },
    ...identities.map(({ provider, subject, email, created_at: at }) => make("li", {},
      t(provider === "telegram" ? "by_telegram" : "by_widget"), " ", words(subject),
      email && " · ", email && words(email), " · ", locale.date(at)))));
}

/**
 * @param {Screen} screen
 * @param {Account} one
 * @param {HTMLElement} erasing
 * @param {() => void} again
 */
async function erase(screen, one, erasing, again) {
  const { t, api, locale } = screen;
  const confirm = one.username ?? String(one.number);
  // Who has no username is known by his name; a number is typed without a look at it.
  const word = one.username ?? (one.display_name.replace(/\s+/g, " ").trim() || confirm);
  const typed = textField(locale, "confirm", { label: make("span", {},
    ...locale.parts("erase_type", { word: make("strong", {}, words(word)) })) });
  typed.element.addEventListener("input", () => typed.fail(""));
  const title = locale.parts("erase_sure", { name: words(one.display_name || word) });
  const begun = await ask(screen, { title, isHarm: true, yes: t("erase"),
    children: [make("ul", { class: "plain" }, ...["erase_goes", "erase_words", "erase_stays"].map(
      (key) => make("li", {}, t(key)))), typed.element],
    work() {
      if (typed.value.replace(/\s+/g, " ").trim() !== word) {
        typed.fail(t("erase_not_it"));
        typed.focus();
        throw notYet("");
      }
      return screen.young(() => api.post(`/people/${one.id}/erase`, { confirm }));
    } });
  if (begun) await follow(screen, one, confirm, erasing, begun, again);
}

/**
 * Says how far it has come, until it has. It goes on by itself if nobody looks.
 * @param {Screen} screen
 * @param {Account} one
 * @param {string} confirm
 * @param {HTMLElement} erasing
 * @param {components["schemas"]["Erasure"]} begun
 * @param {() => void} again
 */
async function follow(screen, one, confirm, erasing, begun, again) {
  const { t, api } = screen;
  let state = begun;
  while (!state.ended_at && !screen.isOver) {
    const text = t("erasing", { step: t(`erasing_${state.step}`) });
    if (erasing.textContent !== text) erasing.textContent = text;
    await new Promise((done) => setTimeout(done, LOOK_MS));
    try {
      state = await screen.young(() => api.post(`/people/${one.id}/erase`, { confirm }));
    } catch (error) {
      const problem = problemOf(error);
      if (problem.mayPass) continue;
      erasing.textContent = t("erasing_unseen", { why: screen.explain(problem) });
      return;
    }
  }
  if (screen.isOver) return;
  screen.say("was_erased");
  again();
}
