// Somebody's picture: chosen, seen, taken away.

import { face } from "../account/face.js";
import { problemOf } from "../net/problem.js";
import { make } from "../ui/dom.js";
import { ask } from "./ask.js";
import { card } from "./screen.js";

/** @import { Account } from "../net/api.js" */
/** @import { Screen } from "./screen.js" */

/** What a picture may be, and how large. */
const KINDS = "image/png,image/jpeg,image/webp,image/gif";
const BYTES_MAX = 1_048_576;

/**
 * The card of somebody's picture.
 * @param {Screen} screen
 * @param {Account} person
 */
export function picture(screen, person) {
  const { t, api } = screen;
  let one = person;
  const seen = make("div", { class: "portrait" });
  const error = make("p", { class: "error", role: "alert" });
  const file = make("input", { type: "file", accept: KINDS, "aria-label": t("picture_choose") });
  const away = make("button", { type: "button", onclick: () => remove() }, t("picture_remove"));
  const draw = () => {
    seen.replaceChildren(face(api, one));
    away.hidden = !one.picture;
  };
  /** @param {File} chosen */
  const set = async (chosen) => {
    error.textContent = "";
    if (chosen.size > BYTES_MAX) {
      error.textContent = t("picture_large");
      return;
    }
    file.disabled = true;
    try {
      one = await api.putFile(`/people/${one.id}/picture`, chosen);
      draw();
      screen.say("picture_set");
    } catch (problem) {
      error.textContent = screen.explain(problemOf(problem));
    } finally {
      file.disabled = false;
      file.value = "";
      file.focus();
    }
  };
  const remove = async () => {
    const isDone = await ask(screen, { title: t("picture_remove_sure"), yes: t("picture_remove"),
      isHarm: true, work: () => api.delete(`/people/${one.id}/picture`) });
    if (!isDone) return;
    one = { ...one, picture: null };
    draw();
    file.focus();
  };
  file.addEventListener("change", () => file.files?.[0] && set(file.files[0]));
  draw();
  return card(t("picture"), make("div", { class: "picture" }, seen, make("div", {},
    make("label", {}, t("picture_choose"), file), make("p", { class: "note" }, t("picture_hint")),
    error, make("p", { class: "row" }, away))));
}
