// One person: who he is, what he does as a rep, how he gets in, what is kept of him.

import { face } from "../account/face.js";
import { chip } from "../admin/table.js";
import { make, words } from "../ui/dom.js";
import { access } from "./access.js";
import { owner, rights, work } from "./duties.js";
import { Editor } from "./editor.js";
import { textField } from "./fields.js";
import { keeping } from "./keeping.js";
import { picture } from "./picture.js";
import { card } from "./screen.js";

/** The page of this person. */
export async function person(screen, id) {
  const { t, api } = screen;
  const one = await api.get(`/people/${id}`);
  const has = { queues: [], reps: [], sessions: [], identities: [], customer: null };
  const read = async (key, path) => { has[key] = await api.get(path); };
  if (!one.erased_at) {
    await Promise.all([read("queues", "/queues"), read("reps", "/reps"),
      read("sessions", `/people/${id}/sessions`), read("identities", `/people/${id}/identities`),
      one.role === "customer" && read("customer", `/customers/${id}`)]);
  }
  if (screen.isOver) return;
  draw(screen, one, has);
}

function draw(screen, one, has) {
  const { t, desk: { user } } = screen;
  const isSelf = one.id === user.id;
  const again = () => screen.desk.go(`people/${one.id}`);
  const rep = has.reps.find(({ id }) => id === one.id);
  const stack = (...cards) => make("div", { class: "stack" }, ...cards);
  const cards = one.erased_at ? [keeping(screen, one, again)] : [stack(
    isSelf ? card(t("profile"), make("p", {}, t("person_self"))) : profile(screen, one),
    access(screen, one, has, { isSelf, again }), picture(screen, one)),
  stack(...(rep ? [work(screen, rep, has.queues), rights(screen, rep)] : []),
    has.customer && owner(screen, has.customer, has.reps),
    keeping(screen, one, again, { isSelf, identities: has.identities }))];
  const head = screen.draw(one.display_name || t("erased"), {
    back: { href: "#/people", text: t("nav_people") } }, summary(screen, one),
  make("div", { class: "cards" }, ...cards));
  head.querySelector("h1").replaceChildren(words(one.display_name || t("erased")));
}

function summary(screen, one) {
  const { t, api, locale } = screen;
  const state = one.erased_at ? chip(t("erased"), "bad")
    : one.disabled_at ? chip(t("disabled"), "warn") : chip(t("enabled"), "good");
  return make("div", { class: "summary" }, face(api, one), make("p", { class: "chips" },
    chip(t(`role_${one.role}`)), state, chip(t("number_of", { n: one.number }))),
  make("p", { class: "note" }, t("since", { when: locale.date(one.created_at) })));
}

const PROFILE = ["display_name", "first_name", "last_name", "email", "phone", "city", "province",
  "language", "time_zone"];

/** What each wants of whoever types it. */
const ASKS = {
  email: { kind: "email", isLtr: true, none: null },
  phone: { kind: "tel", isLtr: true, none: null },
  language: { isLtr: true }, time_zone: { isLtr: true },
};

function profile(screen, one) {
  const { t, api, locale } = screen;
  const fields = PROFILE.map((name) => textField(locale, name, { label: t(name),
    hint: { language: t("language_hint"), time_zone: t("time_zone_hint"), phone: t("phone_hint") }[
      name], ...ASKS[name] }));
  const editor = new Editor(screen, {
    name: `person.${one.id}`, submit: t("do_save"), groups: [{ fields }], values: one,
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
