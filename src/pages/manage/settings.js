// What may be set while the server runs, each with what it means and what it is by itself; and,
// to be read only, all that counts from the start.

import { chip, row, table } from "../admin/table.js";
import { make, words } from "../ui/dom.js";
import { Editor } from "./editor.js";
import { numberField, switchField, textField } from "./fields.js";
import { Screen } from "./screen.js";

/** Which setting stands where; one that is not named stands in the last. */
const GROUPS = {
  greetings: ["welcome_text", "away_text"],
  chats: ["open_per_customer_max", "edit_window_s", "reps_may_join"],
  files: ["attachments_per_message_max", "attachments_per_day_max", "attachments_total_mib_max"],
  entry: ["fresh_login_s", "login_tries_max", "login_tries_per_address_max",
    "login_tries_per_name_max", "registrations_per_address_max", "tokens_per_address_max"],
  pace: ["messages_burst", "messages_per_s", "frames_burst", "frames_per_s",
    "sockets_per_user_max", "sockets_per_address_max", "sockets_max"],
  other: [],
};

/** @type {import("../admin/router.js").Show} */
export async function settingsScreen(place, desk) {
  const screen = new Screen(place, desk);
  const all = await screen.api.get("/settings");
  if (!screen.isOver) draw(screen, all);
  return screen.end;
}

function draw(screen, all) {
  const { t, api } = screen;
  const changeable = all.filter((one) => one.changeable);
  const named = new Map(changeable.map((one) => [one.name, one]));
  const known = Object.values(GROUPS).flat();
  const names = { ...GROUPS, other: [...named.keys()].filter((name) => !known.includes(name)) };
  const origins = new Map();
  const put = async (body) => {
    const now = await screen.young(() => api.patch("/settings", body));
    for (const one of now) origins.get(one.name)?.(one);
    return Object.fromEntries(now.map(({ name, value }) => [name, value]));
  };
  const reset = (name) => async ({ target }) => {
    const isDone = await screen.run(target, async () => {
      const now = await put({ [name]: null });
      editor.settle(name, now[name]);
    });
    if (isDone) screen.say("setting_reset");
  };
  const fields = (list) => list.filter((name) => named.has(name)).map((name) => {
    const one = field(screen, named.get(name));
    const foot = origin(screen, one, reset(name));
    origins.set(name, foot);
    foot(named.get(name));
    return one;
  });
  const groups = Object.entries(names).map(([key, list]) => ({ title: t(`settings_${key}`),
    hint: t(`settings_${key}_hint`), fields: fields(list) })).filter((one) => one.fields.length);
  const editor = new Editor(screen, { name: "settings", submit: t("do_save"), groups,
    values: Object.fromEntries(changeable.map(({ name, value }) => [name, value])),
    async send(changed) {
      const now = await put(changed);
      screen.say("saved");
      return now;
    } });
  screen.draw(t("nav_settings"), { lead: t("settings_lead") },
    make("section", { class: "card", "aria-label": t("nav_settings") }, editor.element),
    fixed(screen, all.filter((one) => !one.changeable)));
}

/** The field of one, by what its value is. */
function field(screen, { name, value, least, most, chars_max: chars }) {
  const { t, locale } = screen;
  const said = { label: locale.has(`s_${name}`) ? t(`s_${name}`) : name,
    hint: locale.has(`s_${name}_hint`) ? t(`s_${name}_hint`) : "" };
  if (typeof value === "boolean") return switchField(name, { ...said, isWhole: true });
  if (typeof value === "string") {
    return textField(locale, name, { ...said, lines: chars > 200 ? 3 : 0 });
  }
  const unit = name.endsWith("_s") && !name.endsWith("per_s") ? t("unit_second")
    : name.endsWith("_mib_max") ? t("mib") : "";
  return numberField(locale, name, { ...said, least, most, unit });
}

/** What it is by itself, where it comes from, and the way back. */
function origin(screen, one, reset) {
  const { t, locale } = screen;
  const place = make("p", { class: "origin" });
  one.element.append(place);
  return ({ name, default: usual, origin: from }) => {
    const shown = typeof usual === "boolean" ? t(usual ? "yes" : "no")
      : typeof usual === "number" ? locale.number(usual) : usual || t("nothing");
    const isSet = from === "database";
    place.replaceChildren(...(from === "default" ? []
      : [chip(t(`origin_${from}`), isSet ? "good" : "")]),
    make("span", { class: "note" }, ...locale.parts("usually", { value: words(shown) })),
    ...(isSet ? [make("button", { type: "button", class: "small soft", onclick: reset },
        t("do_reset"), make("span", { class: "unseen" }, ` (${t(`s_${name}`)})`))] : []));
  };
}

function fixed(screen, all) {
  const { t } = screen;
  const columns = [{ title: t("setting") }, { title: t("value") }, { title: t("by_itself") },
    { title: t("origin") }];
  const shown = (value) => make("code", { dir: "ltr" }, typeof value === "string" ? value || "\"\""
    : JSON.stringify(value));
  return make("details", { class: "card" }, make("summary", {}, t("settings_fixed")),
    make("p", { class: "note" }, t("settings_fixed_hint")),
    table(t("settings_fixed"), columns, all.map((one) => row(columns, [
      make("code", { dir: "ltr" }, one.name), one.secret ? t("secret") : shown(one.value),
      one.secret ? "" : shown(one.default), t(`origin_${one.origin}`)]))));
}
