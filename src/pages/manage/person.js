// One person: who he is, what he does as a rep, how he gets in, what is kept of him.

import { face } from "../account/face.js";
import { drawing } from "../admin/icons.js";
import { chip } from "../admin/table.js";
import { make, words } from "../ui/dom.js";
import { access } from "./access.js";
import { owner, rights, work } from "./duties.js";
import { Editor } from "./editor.js";
import { textField } from "./fields.js";
import { keeping } from "./keeping.js";
import { picture } from "./picture.js";
import { card } from "./screen.js";

/** @import { Account } from "../net/api.js" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Has } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */

/**
 * The page of this person.
 * @param {Screen} screen
 * @param {string} id
 */
export async function person(screen, id) {
  const { t, api } = screen;
  const one = await api.get(`/people/${id}`);
  /** @type {Has} */
  const has = { queues: [], reps: [], sessions: [], identities: [], customer: null };
  if (!one.erased_at) {
    [has.queues, has.reps, has.sessions, has.identities, has.customer] = await Promise.all([
      api.get("/queues"), api.get("/reps"), api.get(`/people/${id}/sessions`),
      api.get(`/people/${id}/identities`),
      one.role === "customer" ? api.get(`/customers/${id}`) : null]);
  }
  if (screen.isOver) return;
  draw(screen, one, has);
}

/**
 * @param {Screen} screen
 * @param {Account} one
 * @param {Has} has
 */
function draw(screen, one, has) {
  const { t, desk: { user } } = screen;
  const isSelf = one.id === user.id;
  const again = () => screen.desk.go(`people/${one.id}`);
  const rep = has.reps.find(({ id }) => id === one.id);
  /** @param {Child[]} cards */
  const stack = (...cards) => make("div", { class: "stack" }, ...cards);
  const cards = one.erased_at ? [keeping(screen, one, again)] : [stack(
    isSelf ? card(t("profile"), make("p", {}, t("person_self"))) : profile(screen, one),
    access(screen, one, has, { isSelf, again }), picture(screen, one)),
  stack(...(rep ? [work(screen, rep, has.queues), rights(screen, rep)] : []),
    has.customer && owner(screen, has.customer, has.reps),
    keeping(screen, one, again, { isSelf, identities: has.identities }))];
  // What the server calls whoever is erased is English.
  const name = one.erased_at ? t("erased") : one.display_name;
  const head = screen.draw(name, {
    back: { href: "#/people", text: t("nav_people") }, actions: [chats(screen, one)] },
  summary(screen, one),
  make("div", { class: "cards" }, ...cards));
  head.querySelector("h1")?.replaceChildren(words(name));
}

/**
 * Leads to his conversations, if he is one who has some.
 * @param {Screen} screen
 * @param {Account} one
 */
const chats = ({ t }, { id, role }) => role !== "admin" && make("a", { class: "button",
  href: `#/conversations?${role}=${id}` }, drawing("chats"), t("person_chats"));

/**
 * @param {Screen} screen
 * @param {Account} one
 */
function summary(screen, one) {
  const { t, api, locale } = screen;
  const state = one.erased_at ? chip(t("erased"), "bad")
    : one.disabled_at ? chip(t("disabled"), "warn") : chip(t("enabled"), "good");
  return make("div", { class: "summary" }, face(api, one), make("p", { class: "chips" },
    chip(t(`role_${one.role}`)), state, chip(t("number_of", { n: one.number }))),
  make("p", { class: "note" }, t("since", { when: locale.date(one.created_at) })));
}

const PROFILE = /** @type {const} */ (["display_name", "first_name", "last_name", "email", "phone",
  "city", "province", "language", "time_zone"]);
/** @typedef {typeof PROFILE[number]} Asked */

/**
 * What each wants of whoever types it.
 * @type {{ [name in Asked]?: { kind?: string, isLtr: boolean, none?: null } }}
 */
const ASKS = {
  email: { kind: "email", isLtr: true, none: null },
  phone: { kind: "tel", isLtr: true, none: null },
  language: { isLtr: true }, time_zone: { isLtr: true },
};

/**
 * @param {Screen} screen
 * @param {Account} one
 */
function profile(screen, one) {
  const { t, api, locale } = screen;
  /** @type {{ [name in Asked]?: string }} */
  const hints = { language: t("language_hint"), time_zone: t("time_zone_hint"),
    phone: t("phone_hint") };
  const fields = PROFILE.map((name) => textField(locale, name, { label: t(name),
    hint: hints[name], ...ASKS[name] }));
  const editor = new Editor(screen, {
    name: `person.${one.id}`, submit: t("do_save"), groups: [{ fields }], values: one,
    fresh: () => api.get(`/people/${one.id}`),
    async send(changed) {
      const trimmed = Object.entries(changed).map(([key, value]) => [key, value?.trim() ?? null]);
      const now = await screen.young(() => api.patch(`/people/${one.id}`,
        Object.fromEntries(trimmed)));
      screen.say("saved");
      return now;
    },
  });
  return card(t("profile"), editor.element);
}
