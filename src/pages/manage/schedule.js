// One schedule: its zone, its week, and the days that are not as their weekday.

import { DayField } from "../ui/day.js";
import { make, words } from "../ui/dom.js";
import { ask } from "./ask.js";
import { Editor } from "./editor.js";
import { Field, textField } from "./fields.js";
import { Ranges } from "./ranges.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Hours } from "./ranges.js" */
/** @import { Screen } from "./screen.js" */
/** @typedef {components["schemas"]["Schedule"]} Schedule */
/** @typedef {components["schemas"]["Day"]} Day */
/** @typedef {typeof DAYS[number]} Weekday */
/** @typedef {Record<`week.${Weekday}`, Hours[]>} Week As the fields have it. */
/** @typedef {Day & { text?: string }} Typed `text`: what was typed as its date. */
/** @typedef {Week & { name: string, time_zone: string, days: Day[] }} Fields */

const DAYS = /** @type {const} */ (["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
/** The days that a schedule may name. */
const YEARS = { first: "2000-01-01", last: "2199-12-31" };
/** A Monday, to name the days of the week by. */
const MONDAY = Date.UTC(2024, 0, 1, 12);
/**
 * When offices are open in some lands where that is not from Monday to Friday, by their zone.
 * @type {Record<string, Weekday[]>}
 */
const OPEN = { "Asia/Tehran": ["sat", "sun", "mon", "tue", "wed"],
  "Asia/Kabul": ["sat", "sun", "mon", "tue", "wed"] };
/** @type {Weekday[]} */
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"];
/** What an office has that says nothing else. */
const OFFICE = [{ from: "09:00", to: "18:00" }];

/**
 * The days of the week in the order of this language, each with its name.
 * @param {Locale} locale
 */
function week(locale) {
  const name = new Intl.DateTimeFormat(locale.tag, { weekday: "long", timeZone: "UTC" });
  /** @type {[day: Weekday, name: string][]} */
  const days = DAYS.map((day, at) => [day, name.format(MONDAY + at * 86_400_000)]);
  // In Persian it begins on Saturday.
  const first = locale.tag === "fa" ? 5 : 0;
  return [...days.slice(first), ...days.slice(0, first)];
}

/**
 * A week with these hours, one field for each day.
 * @param {(day: Weekday) => Hours[]} hours
 */
const weekOf = (hours) => /** @type {Week} */ (
  Object.fromEntries(DAYS.map((day) => [`week.${day}`, hours(day)])));

/**
 * The page of this schedule, or of a new one.
 * @param {Screen} screen
 * @param {string | null} id
 */
export async function schedule(screen, id) {
  const { t, api, locale } = screen;
  const one = id ? await api.get(`/schedules/${id}`) : null;
  if (screen.isOver) return;
  const zones = make("datalist", { id: "zones" }, ...Intl.supportedValuesOf("timeZone").map(
    (value) => make("option", { value })));
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const open = OPEN[zone] ?? WEEKDAYS;
  const values = one ? flat(one) : { name: "", days: [], time_zone: zone,
    ...weekOf((day) => (open.includes(day) ? OFFICE : [])) };
  const editor = new Editor(screen, { name: `schedule.${id ?? "new"}`, values,
    submit: t(one ? "do_save" : "schedule_make"), more: one ? [removal(screen, one)] : [],
    groups: [
      { fields: [textField(locale, "name", { label: t("schedule_name"), isNeeded: true }),
        textField(locale, "time_zone", { label: t("time_zone"), hint: t("time_zone_rule"),
          isLtr: true, isNeeded: true, list: "zones" })] },
      { title: t("schedule_week"), hint: t("schedule_week_hint"), fields: weekFields(screen) },
      { title: t("schedule_days"), hint: t("schedule_days_hint"), fields: [daysField(screen)] },
    ],
    ...(one && { fresh: async () => flat(await api.get(`/schedules/${one.id}`)) }),
    send: (changed, all) => save(screen, one, changed, all) });
  const title = one?.name ?? t("schedule_new");
  const head = screen.draw(title, { back: { href: "#/hours", text: t("nav_hours") } },
    make("section", { class: "card", "aria-label": title }, editor.element, zones));
  if (one) head.querySelector("h1")?.replaceChildren(words(title));
}

/**
 * As the fields have it: one for each weekday.
 * @param {Schedule} one
 * @returns {Fields}
 */
const flat = ({ name, time_zone: zone, week: hours, days }) => ({ name, time_zone: zone, days,
  ...weekOf((day) => hours[day]) });

/**
 * @param {Screen} screen
 * @param {Schedule | null} one
 * @param {Partial<Fields>} changed
 * @param {Fields} all
 */
async function save(screen, one, changed, all) {
  const { api, desk } = screen;
  const isWeek = Object.keys(changed).some((key) => key.startsWith("week."));
  const whole = { name: all.name, time_zone: all.time_zone.trim(), days: all.days,
    week: /** @type {Schedule["week"]} */ (
      Object.fromEntries(DAYS.map((day) => [day, all[`week.${day}`]]))) };
  if (!one) {
    await api.post("/schedules", whole);
    screen.say("schedule_made", { name: all.name });
    setTimeout(() => desk.go("hours"));
    return all;
  }
  const now = await api.patch(`/schedules/${one.id}`, {
    ...("name" in changed && { name: whole.name }),
    ...("time_zone" in changed && { time_zone: whole.time_zone }),
    ...("days" in changed && { days: whole.days }), ...(isWeek && { week: whole.week }) });
  screen.say("saved");
  return flat(now);
}

/** @param {Screen} screen */
function weekFields(screen) {
  const { t, locale } = screen;
  /** @type {Map<Weekday, Field<`week.${Weekday}`, Hours[]>>} */
  const fields = new Map();
  for (const [day, name] of week(locale)) {
    const ranges = new Ranges(screen, name, [make("button", { type: "button", class: "small soft",
      onclick: () => copy(day) }, t("range_copy"),
    make("span", { class: "unseen" }, ` (${name})`))]);
    fields.set(day, new Field(`week.${day}`, { label: name, control: ranges.element, isGroup: true,
      isWhole: true, read: () => ranges.value, write: (value) => { ranges.value = value; } }));
  }
  // To the other days that have hours: those that are closed stay so.
  /** @param {Weekday} from */
  const copy = (from) => {
    const source = fields.get(from);
    if (!source) return;
    const { value } = source;
    for (const [day, field] of fields) {
      if (day !== from && field.value.length) field.value = structuredClone(value);
    }
    source.element.dispatchEvent(new Event("input", { bubbles: true }));
    screen.say("range_copied");
  };
  return [...fields.values()];
}

/**
 * Days that are not as their weekday, each with a date, a name and hours of its own.
 * @param {Screen} screen
 * @returns {Field<"days", Day[]>}
 */
function daysField(screen) {
  const { t } = screen;
  const list = make("ul", { class: "days" });
  const changed = () => list.dispatchEvent(new Event("input", { bubbles: true }));
  /** @type {{ dateField: DayField, read: () => Day }[]} */
  const rows = [];
  /** @param {Partial<Typed>} day */
  const insert = ({ date = "", name = "", hours = [], text }) => {
    const ranges = new Ranges(screen, t("day_hours"));
    ranges.value = hours;
    const dateField = new DayField(screen.locale, {}, date, YEARS);
    dateField.text = text ?? dateField.text;
    const nameBox = make("input", { value: name, dir: "auto", maxlength: "100" });
    const called = make("span", { class: "unseen" });
    const call = () => { called.textContent = ` ${nameBox.value.trim() || dateField.text}`; };
    const item = make("li", { oninput: call }, make("label", {}, t("day_date"), dateField.element),
      make("label", {}, t("day_name"), nameBox), make("div", { class: "day-hours" },
        make("span", { class: "label" }, t("day_hours")), ranges.element),
      make("button", { type: "button", class: "small", onclick() {
        const at = rows.indexOf(entry);
        rows.splice(at, 1);
        item.remove();
        changed();
        (rows[Math.min(at, rows.length - 1)]?.dateField.input ?? add).focus();
      } }, t("day_remove"), called));
    call();
    const entry = { dateField, read: () => ({ date: dateField.value, name: nameBox.value.trim(),
      hours: ranges.value }) };
    rows.push(entry);
    list.append(item);
    return entry;
  };
  const undated = () => rows.filter(({ dateField }) => !dateField.value || dateField.isWrong)
    .map(({ dateField }) => dateField.input);
  const add = make("button", { type: "button", onclick() {
    insert({}).dateField.input.focus();
    changed();
  } }, t("day_add"));
  /** @param {Typed[] | null} value */
  const write = (value) => {
    rows.length = 0;
    list.replaceChildren();
    for (const day of value ?? []) insert(day);
  };
  return new Field("days", { label: t("schedule_days"), control: list, isGroup: true, isWhole: true,
    box: make("div", {}, list, add), read: () => rows.map(({ read }) => read()),
    readRaw: () => rows.map(({ read, dateField }) => ({ ...read(), text: dateField.text })),
    /** @param {Typed[]} raw */
    writeRaw(raw) { write(raw); },
    write,
    wrong: () => undated(), check: () => (undated().length ? t("says_date") : "") });
}

/**
 * @param {Screen} screen
 * @param {Schedule} one
 */
function removal(screen, one) {
  const { t, api, desk } = screen;
  return make("button", { type: "button", class: "danger", async onclick() {
    const isDone = await ask(screen, { title: t("schedule_delete_sure"), yes: t("do_delete"),
      isHarm: true, work: () => api.delete(`/schedules/${one.id}`) });
    if (!isDone) return;
    screen.say("deleted");
    desk.go("hours");
  } }, t("do_delete"));
}
