// Making a rep at once, with a password that is told to him by hand.

import { words } from "../ui/dom.js";
import { Editor } from "./editor.js";
import { checksField, numberField, textField } from "./fields.js";
import { card } from "./screen.js";

/** @import { Screen } from "./screen.js" */

/**
 * What is told of a text that may be left out.
 * @param {string} text
 */
const told = (text) => text.trim() || undefined;

/**
 * The page.
 * @param {Screen} screen
 */
export async function newRep(screen) {
  const { t, api, locale, desk } = screen;
  const queues = await api.get("/queues");
  if (screen.isOver) return;
  const all = queues.map(({ id }) => id);
  /**
   * @template {string} Name
   * @param {Name} name
   * @param {Omit<Partial<Parameters<typeof textField>[2]>, "none">} more
   */
  const text = (name, more = {}) => textField(locale, name, { label: t(name), ...more });
  const editor = new Editor(screen, {
    name: "newrep", submit: t("newrep_make"), values: { capacity: 5, queues: all },
    groups: [{ fields: [
      text("username", { hint: t("username_hint"), isNeeded: true, isLtr: true }),
      text("password", { hint: t("password_hint"), isNeeded: true, kind: "password",
        complete: "new-password", isSecret: true, isLtr: true }),
      text("display_name", { hint: t("display_name_hint") }),
      text("email", { kind: "email", isLtr: true }),
      text("phone", { kind: "tel", isLtr: true, hint: t("phone_hint") }),
      numberField(locale, "capacity", { label: t("capacity"), hint: t("capacity_hint"),
        most: 100 }),
      checksField("queues", { label: t("serves"), hint: t("serves_hint"),
        options: queues.map(({ id, name }) => [id, words(name)]) }),
    ] }],
    async send(_, { queues: chosen, password, capacity, ...given }) {
      const { id } = await api.post("/reps", { username: given.username.trim(), password,
        display_name: told(given.display_name), email: told(given.email),
        phone: told(given.phone), capacity,
        ...(chosen.length < all.length && { queues: chosen }) });
      screen.say("newrep_made");
      // Once the form is done with: it forgets what was typed first.
      setTimeout(() => desk.go(`people/${id}`));
      return { username: "", password: "", display_name: "", email: "", phone: "" };
    },
  });
  screen.draw(t("newrep"), { back: { href: "#/people", text: t("nav_people") },
    lead: t("newrep_lead") }, card(t("newrep_who"), editor.element));
}
