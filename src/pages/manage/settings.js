// What may be set while the server runs, each with what it means and what it is by itself; and,
// to be read only, all that counts from the start.

import { chip, row, table } from "../admin/table.js";
import { make, words } from "../ui/dom.js";
import { Editor } from "./editor.js";
import { numberField, switchField, textField } from "./fields.js";
import { Screen } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @import { AnyField } from "./parts.d.ts" */
/** @typedef {components["schemas"]["Setting"]} Setting */
/** @typedef {boolean | number | string} Value */
/** @typedef {Setting & { value: Value, default: Value }} Changeable */

/**
 * Which setting stands where; one that is not named stands in the last.
 * @type {Record<string, string[]>}
 */
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

/**
 * @param {Setting} one
 * @returns {one is Changeable}
 */
const isChangeable = (one) => one.changeable;

/** @param {Changeable[]} settings */
const valuesOf = (settings) =>
  Object.fromEntries(settings.map(({ name, value }) => [name, value]));

/**
 * @param {Screen} screen
 * @param {Setting[]} all
 */
function draw(screen, all) {
  const { t, api } = screen;
  const changeable = all.filter(isChangeable);
  const named = new Map(changeable.map((one) => [one.name, one]));
  const known = Object.values(GROUPS).flat();
  const names = { ...GROUPS, other: [...named.keys()].filter((name) => !known.includes(name)) };
  /** @type {Map<string, (setting: Changeable) => void>} */
  const origins = new Map();
  /** @param {Record<string, Value | null | undefined>} body */
  const put = async (body) => {
    const now = (await screen.young(() => api.patch("/settings", body))).filter(isChangeable);
    for (const one of now) origins.get(one.name)?.(one);
    return valuesOf(now);
  };
  /**
   * @param {string} name
   * @param {HTMLElement} button
   */
  const reset = async (name, button) => {
    const isDone = await screen.run(button, async () => {
      const now = await put({ [name]: null });
      editor.settle(name, now[name]);
    });
    if (isDone) screen.say("setting_reset");
  };
  /** @param {string[]} list */
  const fields = (list) => list.flatMap((name) => {
    const setting = named.get(name);
    if (!setting) return [];
    const one = field(screen, setting);
    const foot = origin(screen, one, (button) => reset(name, button));
    origins.set(name, foot);
    foot(setting);
    return [one];
  });
  const groups = Object.entries(names).map(([key, list]) => ({ title: t(`settings_${key}`),
    hint: t(`settings_${key}_hint`), fields: fields(list) })).filter((one) => one.fields.length);
  const editor = new Editor(screen, { name: "settings", submit: t("do_save"), groups,
    values: valuesOf(changeable),
    fresh: async () => valuesOf((await screen.api.get("/settings")).filter(isChangeable)),
    async send(changed) {
      const now = await put(changed);
      screen.say("saved");
      return now;
    } });
  screen.draw(t("nav_settings"), { lead: t("settings_lead") },
    make("section", { class: "card", "aria-label": t("nav_settings") }, editor.element),
    fixed(screen, all.filter((one) => !one.changeable)));
}

/**
 * The field of one, by what its value is.
 * @param {Screen} screen
 * @param {Changeable} setting
 */
function field(screen, { name, value, least, most, chars_max: chars }) {
  const { t, locale } = screen;
  const said = { label: locale.has(`s_${name}`) ? t(`s_${name}`) : name,
    hint: locale.has(`s_${name}_hint`) ? t(`s_${name}_hint`) : "" };
  if (typeof value === "boolean") return switchField(name, { ...said, isWhole: true });
  if (typeof value === "string") {
    return textField(locale, name, { ...said, lines: (chars ?? 0) > 200 ? 3 : 0 });
  }
  const unit = name.endsWith("_s") && !name.endsWith("per_s") ? t("unit_second")
    : name.endsWith("_mib_max") ? t("mib") : "";
  return numberField(locale, name, { ...said, unit, least: least ?? undefined,
    most: most ?? undefined });
}

/**
 * What it is by itself, where it comes from, and the way back.
 * @param {Screen} screen
 * @param {AnyField} one
 * @param {(button: HTMLElement) => void} reset
 * @returns {(setting: Changeable) => void}
 */
function origin(screen, one, reset) {
  const { t, locale } = screen;
  const place = make("p", { class: "origin" });
  one.body.append(place);
  return ({ name, default: usual, origin: from }) => {
    const shown = typeof usual === "boolean" ? t(usual ? "yes" : "no")
      : typeof usual === "number" ? locale.number(usual) : usual;
    const isSet = from === "database";
    place.replaceChildren(...(from === "default" ? []
      : [chip(t(`origin_${from}`), isSet ? "good" : "")]),
    // What an empty text means says its explanation.
    ...(usual === "" ? [] : [make("span", { class: "note" },
      ...locale.parts("usually", { value: words(shown) }))]),
    ...(isSet ? [make("button", { type: "button", class: "small soft",
      onclick: ({ currentTarget }) => reset(currentTarget) },
        t("do_reset"), make("span", { class: "unseen" }, ` (${t(`s_${name}`)})`))] : []));
  };
}

/**
 * @param {Screen} screen
 * @param {Setting[]} all
 */
function fixed(screen, all) {
  const { t } = screen;
  const columns = [{ title: t("setting") }, { title: t("value") }, { title: t("by_itself") },
    { title: t("origin") }];
  /** @param {unknown} value */
  const shown = (value) => make("code", { dir: "ltr" }, typeof value === "string" ? value || "\"\""
    : JSON.stringify(value));
  return make("details", { class: "card" }, make("summary", {}, t("settings_fixed")),
    make("p", { class: "note" }, t("settings_fixed_hint")),
    table(t("settings_fixed"), columns, all.map((one) => row(columns, [
      make("code", { dir: "ltr" }, one.name), one.secret ? t("secret") : shown(one.value),
      one.secret ? "" : shown(one.default), t(`origin_${one.origin}`)]))));
}
