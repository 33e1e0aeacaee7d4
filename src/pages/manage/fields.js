// The fields of forms: what each asks, in which unit, what it means, and where its error stands.

import { make } from "../ui/dom.js";
import { meant, parsed, typed, UNIT_NAMES, UNITS, unitOf } from "./spans.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attributes, Child } from "../ui/elements.d.ts" */
/** @import { AnyField, Makes, Said, Values } from "./parts.d.ts" */
/** @import { Unit } from "./spans.js" */

/**
 * What keys add to a number.
 * @type {Record<string, number>}
 */
const STEPS = { ArrowUp: 1, ArrowDown: -1 };

let made = 0;

/**
 * One question. `value` is what the server is told, `raw` what was typed.
 * @template {string} Name
 * @template Value
 */
export class Field {
  #error;
  #control;
  #own;
  /**
   * What is marked as wrong.
   * @type {HTMLElement[]}
   */
  #failed = [];

  /**
   * `read` and `write` are about the value, `readRaw` and `writeRaw` about what was typed, if that
   * is something else; `check` says what is wrong before the server is asked.
   * @param {Name} name
   * @param {Makes<Value>} makes
   */
  constructor(name, { label, hint, control, box = control, isGroup = false, isWhole = false,
    ...own }) {
    const id = `field-${++made}`;
    this.name = name;
    /** What it is called. */
    this.title = typeof label === "string" ? label : label?.textContent ?? "";
    this.#own = own;
    this.#control = control;
    /** Its numbers are ms. */
    this.isTime = own.isTime ?? false;
    /** It is kept nowhere. */
    this.isSecret = own.isSecret ?? false;
    this.#error = make("p", { class: "error", id: `${id}-error` });
    const note = hint && make("p", { class: "note", id: `${id}-hint` }, hint);
    const about = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
    control.setAttribute("aria-describedby", about);
    if (!isGroup) control.id = id;
    // Before many boxes, so that it is read before them; below a single one.
    const isFirst = isGroup && !this.isTime;
    const title = own.isCheck ? null : isGroup
      ? make("p", { class: "label", id: `${id}-label` }, label)
      : make("label", { for: id }, label);
    /** All of it but its title. */
    this.body = make("div", { class: "answer" }, isFirst && note, box, !isFirst && note,
      this.#error);
    this.element = make("div", { class: isWhole ? "field whole" : "field", "data-field": name,
      role: isGroup && "group", "aria-labelledby": isGroup && `${id}-label` },
    title, this.body);
  }

  /** @returns {Value} */
  get value() {
    return this.#own.read();
  }

  /** @param {Value | null | undefined} value */
  set value(value) {
    this.#own.write(value);
  }

  /** @returns {unknown} */
  get raw() {
    return (this.#own.readRaw ?? this.#own.read)();
  }

  /** @param {unknown} raw What `raw` has been. */
  set raw(raw) {
    if (this.#own.writeRaw) this.#own.writeRaw(raw);
    else this.#own.write(/** @type {Value} */ (raw));
  }

  /**
   * Does something while it has this value.
   * @template Made
   * @param {unknown} value
   * @param {() => Made} work
   */
  #while(value, work) {
    const { raw } = this;
    this.value = /** @type {Value} */ (value);
    const made = work();
    this.raw = raw;
    return made;
  }

  /**
   * A value as this field has it once it was written in.
   * @param {unknown} value
   */
  fitted = (value) => this.#while(value, () => structuredClone(this.value));

  /**
   * A value as it stands in this field, in words.
   * @param {unknown} value
   * @param {{ yes: string, no: string }} said
   */
  saying = (value, { yes, no }) => this.#while(value, () => {
    if (this.#own.isCheck) return this.value ? yes : no;
    /** @type {(HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[]} */
    const all = [...this.element.querySelectorAll(":is(input, select, textarea):enabled")]
      .map((one) => /** @type {HTMLInputElement} */ (one));
    return all.map((one) => {
      if (one instanceof HTMLSelectElement) return one.selectedOptions[0]?.label;
      if (!(one instanceof HTMLInputElement) || one.type !== "checkbox") return one.value;
      return one.checked && one.closest("label")?.textContent;
    })
      .filter(Boolean).join(this.isTime ? " " : ", ");
  });

  /** What is wrong with it as it stands; empty: nothing that is known here. */
  check = () => this.#own.check?.() ?? "";

  /**
   * Tells what is wrong, or that nothing is any more.
   * @param {string} text
   */
  fail(text) {
    this.#error.textContent = text;
    for (const one of this.#failed) one.removeAttribute("aria-invalid");
    this.#failed = text ? this.#own.wrong?.() ?? [] : [];
    if (text && !this.#failed.length) this.#failed = [this.#control];
    for (const one of this.#failed) one.setAttribute("aria-invalid", "true");
  }

  get isWrong() {
    return this.#error.textContent !== "";
  }

  /** Goes to what is wrong with it, else to its beginning. */
  focus = () => (this.#failed[0] ?? this.#control).focus();
}

/**
 * The values of these fields, by their names.
 * @template {AnyField} One
 * @param {One[]} fields
 */
export const valuesOf = (fields) => /** @type {Values<One>} */ (/** @type {unknown} */ (
  Object.fromEntries(fields.map((one) => [one.name, one.value]))));

/**
 * Things to choose one of, by what they are called.
 * @param {{ id: string, name: string }[]} things
 * @returns {[value: string, text: string][]}
 */
export const named = (things) => things.map(({ id, name }) => [id, name]);

/**
 * A text; `lines` for more than one, `isLtr` for addresses and names of machines. `none` is what
 * the server is told if it is empty.
 * @template {string} Name
 * @template {null | undefined} [None=undefined]
 * @param {Locale} locale
 * @param {Name} name
 * @param {Said & { kind?: string, lines?: number, isLtr?: boolean, isNeeded?: boolean,
 *   complete?: string, list?: string | null, none?: None }} said
 * @returns {Field<Name, None extends null ? string | null : string>}
 */
export function textField(locale, name, { label, hint, kind = "text", lines = 0, isLtr = false,
  isNeeded = false, isWhole = lines > 0, complete = "off", list = null, none, ...own }) {
  const attributes = { name, dir: isLtr ? "ltr" : "auto", autocomplete: complete,
    spellcheck: isLtr ? "false" : null, list, "aria-required": isNeeded && "true" };
  const control = lines ? make("textarea", { rows: lines, ...attributes })
    : make("input", { type: kind, ...attributes });
  return new Field(name, { label, hint, control, isWhole, ...own,
    read: () => /** @type {None extends null ? string | null : string} */ (
      control.value.trim() === "" ? none === undefined ? "" : none : control.value),
    write: (value) => { control.value = value ?? ""; },
    check: () => (isNeeded && !control.value.trim() ? locale.t("says_needed") : "") });
}

/**
 * @param {Locale} locale
 * @param {Attributes<"input">} attributes
 */
function numberBox(locale, attributes) {
  const control = make("input", { type: "text", inputmode: "decimal", autocomplete: "off",
    dir: "ltr", class: "figure-box", ...attributes });
  control.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const value = parsed(locale, control.value);
    if (!step || Number.isNaN(value)) return;
    event.preventDefault();
    control.value = typed(locale, Math.max(0, value + step));
    control.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return control;
}

/**
 * What is wrong with what was typed as a number: nothing, that it can be read in two ways, or
 * what `otherwise` says.
 * @param {Locale} locale
 * @param {string} text
 * @param {(value: number) => boolean} isGood
 * @param {string} otherwise
 */
function numberSays(locale, text, isGood, otherwise) {
  const [one, other] = meant(locale, text);
  if (other !== undefined) {
    return locale.t("says_two", { one: typed(locale, one), other: typed(locale, other) });
  }
  return one !== undefined && isGood(one) ? "" : otherwise;
}

/**
 * A whole number, in digits of any script.
 * @template {string} Name
 * @param {Locale} locale
 * @param {Name} name
 * @param {Said & { least?: number, most?: number, unit?: string }} said
 * @returns {Field<Name, number>}
 */
export function numberField(locale, name, { label, hint, least = 0, most = Infinity, unit = "",
  ...own }) {
  const control = numberBox(locale, { name });
  const box = unit ? make("div", { class: "with-unit" }, control, make("span", {}, unit)) : control;
  return new Field(name, { label, hint, control, box, ...own,
    read: () => parsed(locale, control.value),
    write: (value) => { control.value = value == null ? "" : typed(locale, value); },
    readRaw: () => control.value,
    /** @param {string} text */
    writeRaw: (text) => { control.value = text; },
    check: () => numberSays(locale, control.value,
      (value) => Number.isSafeInteger(value) && value >= least && value <= most,
      most === Infinity ? locale.t("says_number") : locale.t("says_range", { least, most })) });
}

/**
 * One of a few; options are `[value, text]`, and the value may be null.
 * @template {string} Name
 * @template {string | null} Value
 * @param {Name} name
 * @param {Said & { options: (readonly [value: Value, text: string])[] }} said
 * @returns {Field<Name, Value>}
 */
export function choiceField(name, { label, hint, options, ...own }) {
  const control = make("select", { name }, ...options.map(([value, text]) =>
    make("option", { value: value ?? "" }, text)));
  return new Field(name, { label, hint, control, ...own,
    read: () => /** @type {Value} */ (options.some(([value]) => value === null)
      && control.value === "" ? null : control.value),
    write: (value) => { control.value = value ?? ""; } });
}

/**
 * Yes or no.
 * @template {string} Name
 * @param {Name} name
 * @param {Said} said
 * @returns {Field<Name, boolean>}
 */
export function switchField(name, { label, hint, ...own }) {
  const control = make("input", { type: "checkbox", name });
  const box = make("label", { class: "check" }, control, make("span", {}, label));
  return new Field(name, { label, hint, control, box, isCheck: true, ...own,
    read: () => control.checked,
    write: (value) => { control.checked = Boolean(value); } });
}

/**
 * Any of some; options are `[value, text, hint]`.
 * @template {string} Name
 * @template {string} Value
 * @param {Name} name
 * @param {Said & { options: (readonly [value: Value, text: Child, hint?: string])[],
 *   none?: string }} said
 * @returns {Field<Name, Value[]>}
 */
export function checksField(name, { label, hint, options, none = "", ...own }) {
  const controls = options.map(([value]) => make("input", { type: "checkbox", name, value }));
  const boxes = options.map(([, text, note], at) => make("label", { class: "check" }, controls[at],
    make("span", {}, text, note && make("span", { class: "note" }, note))));
  const box = make("div", { class: "checks" }, ...(boxes.length ? boxes
    : [make("p", { class: "note" }, none)]));
  return new Field(name, { label, hint, control: controls[0] ?? box, box, isGroup: true,
    isWhole: true, ...own, wrong: () => controls,
    read: () => /** @type {Value[]} */ (controls.filter(({ checked }) => checked)
      .map(({ value }) => value)),
    write: (values) => {
      /** @type {string[]} */
      const chosen = values ?? [];
      for (const one of controls) one.checked = chosen.includes(one.value);
    } });
}

/**
 * How long: a number and its unit. `never` is what no limit is called, where there may be none.
 * @template {string} Name
 * @template {string | undefined} [Never=undefined]
 * @param {Locale} locale
 * @param {Name} name
 * @param {Said & { label: string, never?: Never }} said
 * @returns {Field<Name, Never extends string ? number | null : number>}
 */
export function spanField(locale, name, { label, hint, never, ...own }) {
  const number = numberBox(locale, { name, "aria-label": label });
  const unit = make("select", { "aria-label": locale.t("unit") }, ...UNIT_NAMES.map(
    (key) => make("option", { value: key }, locale.t(`unit_${key}`))));
  const none = never ? make("input", { type: "checkbox" }) : null;
  const inMs = () => UNITS[/** @type {Unit} */ (unit.value)];
  const turn = () => {
    number.disabled = unit.disabled = Boolean(none && none.checked);
  };
  none?.addEventListener("change", turn);
  const box = make("div", { class: "span-box" }, number, unit,
    none && make("label", { class: "check" }, none, make("span", {}, never)));
  return new Field(name, { label, hint, control: number, box, isGroup: true, isTime: true, ...own,
    read: () => /** @type {Never extends string ? number | null : number} */ (none?.checked ? null
      : Math.round(parsed(locale, number.value) * inMs())),
    write(value) {
      if (none) none.checked = value === null;
      const key = value == null ? unit.value || "minute" : unitOf(value);
      unit.value = value === 0 ? "second" : key;
      if (value != null) number.value = typed(locale, value / inMs());
      turn();
    },
    readRaw: () => [number.value, unit.value, none?.checked ?? false],
    /** @param {[text: string, key: string, isNone: boolean]} raw */
    writeRaw([text, key, isNone]) {
      [number.value, unit.value] = [text, key];
      if (none) none.checked = isNone;
      turn();
    },
    check: () => (none?.checked ? "" : numberSays(locale, number.value,
      (value) => value >= 0 && Number.isSafeInteger(Math.round(value * inMs())),
      locale.t("says_number"))) });
}
