// The fields of forms: what each asks, in which unit, what it means, and where its error stands.

import { make } from "../ui/dom.js";
import { parsed, typed, UNITS, unitOf } from "./spans.js";

/** @typedef {import("../i18n/locale.js").Locale} Locale */

let made = 0;

/** One question. `value` is what the server is told, `raw` what was typed. */
export class Field {
  #error;
  #control;
  #own;

  /**
   * `read` and `write` are about the value, `readRaw` and `writeRaw` about what was typed, if that
   * is something else; `check` says what is wrong before the server is asked.
   */
  constructor(name, { label, hint, control, box = control, isGroup = false, isWhole = false,
    ...own }) {
    const id = `field-${++made}`;
    this.name = name;
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
    this.element = make("div", { class: isWhole ? "field whole" : "field", "data-field": name,
      role: isGroup && "group", "aria-labelledby": isGroup && `${id}-label` },
    title, isFirst && note, box, !isFirst && note, this.#error);
  }

  get value() {
    return this.#own.read();
  }

  set value(value) {
    this.#own.write(value);
  }

  get raw() {
    return (this.#own.readRaw ?? this.#own.read)();
  }

  set raw(raw) {
    (this.#own.writeRaw ?? this.#own.write)(raw);
  }

  /** What is wrong with it as it stands; empty: nothing that is known here. */
  check = () => this.#own.check?.() ?? "";

  /** Tells what is wrong, or that nothing is any more. */
  fail(text) {
    this.#error.textContent = text;
    if (text) this.#control.setAttribute("aria-invalid", "true");
    else this.#control.removeAttribute("aria-invalid");
  }

  get isWrong() {
    return this.#error.textContent !== "";
  }

  focus = () => this.#control.focus();
}

/** A text; `lines` for more than one, `isLtr` for addresses and names of machines. */
export function textField(locale, name, { label, hint, kind = "text", lines = 0, isLtr = false,
  isNeeded = false, isWhole = lines > 0, complete = "off", list = null, none = "", ...own }) {
  const attributes = { name, dir: isLtr ? "ltr" : "auto", autocomplete: complete,
    spellcheck: isLtr ? "false" : null, list, "aria-required": isNeeded && "true" };
  const control = lines ? make("textarea", { rows: lines, ...attributes })
    : make("input", { type: kind, ...attributes });
  return new Field(name, { label, hint, control, isWhole, ...own,
    read: () => (control.value.trim() === "" ? none : control.value),
    write: (value) => { control.value = value ?? ""; },
    check: () => (isNeeded && !control.value.trim() ? locale.t("says_needed") : "") });
}

function numberBox(locale, attributes) {
  const control = make("input", { type: "text", inputmode: "decimal", autocomplete: "off",
    dir: "ltr", class: "figure-box", ...attributes });
  control.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const value = parsed(control.value);
    if (!step || Number.isNaN(value)) return;
    event.preventDefault();
    control.value = typed(locale, Math.max(0, value + step));
    control.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return control;
}

/** A whole number, in digits of any script. */
export function numberField(locale, name, { label, hint, least = 0, most = Infinity, unit = "",
  ...own }) {
  const control = numberBox(locale, { name });
  const box = unit ? make("div", { class: "with-unit" }, control, make("span", {}, unit)) : control;
  return new Field(name, { label, hint, control, box, ...own,
    read: () => parsed(control.value),
    write: (value) => { control.value = value == null ? "" : typed(locale, value); },
    readRaw: () => control.value,
    writeRaw: (text) => { control.value = text; },
    check() {
      const value = parsed(control.value);
      const isGood = Number.isInteger(value) && value >= least && value <= most;
      if (isGood) return "";
      return most === Infinity ? locale.t("says_number") : locale.t("says_range", { least, most });
    } });
}

/** One of a few; options are `[value, text]`, and the value may be null. */
export function choiceField(name, { label, hint, options, ...own }) {
  const control = make("select", { name }, ...options.map(([value, text]) =>
    make("option", { value: value ?? "" }, text)));
  return new Field(name, { label, hint, control, ...own,
    read: () => (options.some(([value]) => value === null) && control.value === "" ? null
      : control.value),
    write: (value) => { control.value = value ?? ""; } });
}

/** Yes or no. */
export function switchField(name, { label, hint, ...own }) {
  const control = make("input", { type: "checkbox", name });
  const box = make("label", { class: "check" }, control, make("span", {}, label));
  return new Field(name, { label, hint, control, box, isCheck: true, ...own,
    read: () => control.checked,
    write: (value) => { control.checked = Boolean(value); } });
}

/** Any of some; options are `[value, text, hint]`. */
export function checksField(name, { label, hint, options, none = "", ...own }) {
  const controls = options.map(([value]) => make("input", { type: "checkbox", name, value }));
  const boxes = options.map(([, text, note], at) => make("label", { class: "check" }, controls[at],
    make("span", {}, text, note && make("span", { class: "note" }, note))));
  const box = make("div", { class: "checks" }, ...(boxes.length ? boxes
    : [make("p", { class: "note" }, none)]));
  return new Field(name, { label, hint, control: controls[0] ?? box, box, isGroup: true,
    isWhole: true, ...own,
    read: () => controls.filter(({ checked }) => checked).map(({ value }) => value),
    write: (values) => {
      for (const one of controls) one.checked = (values ?? []).includes(one.value);
    } });
}

/** How long: a number and its unit. `never` is what no limit is called, where there may be none. */
export function spanField(locale, name, { label, hint, never = "", ...own }) {
  const number = numberBox(locale, { name, "aria-label": label });
  const unit = make("select", { "aria-label": locale.t("unit") }, ...Object.keys(UNITS).map(
    (key) => make("option", { value: key }, locale.t(`unit_${key}`))));
  const none = never && make("input", { type: "checkbox" });
  const turn = () => {
    number.disabled = unit.disabled = Boolean(none && none.checked);
  };
  none && none.addEventListener("change", turn);
  const box = make("div", { class: "span-box" }, number, unit,
    none && make("label", { class: "check" }, none, make("span", {}, never)));
  return new Field(name, { label, hint, control: number, box, isGroup: true, isTime: true, ...own,
    read: () => (none && none.checked ? null
      : Math.round(parsed(number.value) * UNITS[unit.value])),
    write(value) {
      if (none) none.checked = value === null;
      const key = value == null ? unit.value || "minute" : unitOf(value);
      unit.value = value === 0 ? "second" : key;
      if (value != null) number.value = typed(locale, value / UNITS[unit.value]);
      turn();
    },
    readRaw: () => [number.value, unit.value, none && none.checked],
    writeRaw([text, key, isNone]) {
      [number.value, unit.value] = [text, key];
      if (none) none.checked = isNone;
      turn();
    },
    check: () => ((none && none.checked) || parsed(number.value) >= 0 ? ""
      : locale.t("says_number")) });
}
