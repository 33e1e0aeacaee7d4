// A form about one thing. It knows what was changed, keeps it while it is not saved, tells each
// error at its field, and lets nothing go that was typed.

import { draftKey } from "../net/drafts.js";
import { kept } from "../net/keep.js";
import { Problem } from "../net/problem.js";
import { make } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";
import { Clash } from "./clash.js";
import { valuesOf } from "./fields.js";
import { FIELD_OF, fieldSays } from "./refusals.js";

/** @import { Thrown } from "../net/problem.js" */
/** @import { AnyField, Edits, Group, Whole } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */

/**
 * @param {unknown} one
 * @param {unknown} other
 */
const same = (one, other) => JSON.stringify(one, plain) === JSON.stringify(other, plain);

/**
 * What is no number is not what nothing is.
 * @param {string} _
 * @param {unknown} value
 */
const plain = (_, value) => (Number.isNaN(value) ? "NaN" : value);

/**
 * What was typed and not saved, and what was saved there at that time.
 * @typedef {{ typed: Record<string, unknown>, saved: Record<string, unknown> }} Draft
 */

/** @template {Group} Of */
export class Editor {
  element;
  #screen;
  #key;
  /** @type {Of["fields"][number][]} */
  #fields;
  #send;
  #fresh;
  /**
   * Where somebody else has saved something, too, and nobody has said what holds.
   * @type {Clash[]}
   */
  #clashes = [];
  /**
   * What is saved.
   * @type {Map<AnyField, unknown>}
   */
  #base = new Map();
  /**
   * What was saved of what is being saved, where each is saved alone.
   * @type {AnyField[]}
   */
  #saved = [];
  #note = make("p", { class: "note", role: "status" });
  #error = errorPlace();
  #undo;

  /**
   * @param {Screen} screen
   * @param {Edits<Of>} edits
   */
  constructor(screen, { name, groups, values, submit, more = [], send, fresh }) {
    this.#screen = screen;
    this.#key = draftKey("manage", name, screen.desk.user);
    this.#fields = groups.flatMap(({ fields }) => fields);
    this.#send = send;
    this.#fresh = fresh;
    this.#undo = make("button", { type: "button", hidden: true, onclick: () => this.reset() },
      screen.t("do_undo"));
    this.element = make("form", { class: "editor", novalidate: true },
      ...groups.map((group) => this.#group(group)),
      make("div", { class: "save" }, this.#error, make("div", { class: "row" },
        make("button", { class: "main" }, submit), this.#undo, ...more), this.#note));
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    for (const kind of ["input", "change"]) {
      this.element.addEventListener(kind, ({ target }) => this.#touched(target));
    }
    screen.atEnd(() => this.#keepNow());
    this.fill(values);
    this.#restore();
  }

  /**
   * What differs from what is saved.
   * @returns {Partial<Whole<Of>>}
   */
  get changed() {
    const others = this.#fields.filter((one) => !same(one.value, this.#base.get(one)));
    return /** @type {Partial<Whole<Of>>} */ (/** @type {unknown} */ (valuesOf(others)));
  }

  /**
   * Shows what is saved. What was typed since `sent` was so stays.
   * @param {Partial<Whole<Of>> | Whole<Of>} values
   * @param {Map<AnyField, unknown>} [sent] What stood in the fields.
   */
  fill(values, sent) {
    /** @type {Map<string, unknown>} */
    const given = new Map(Object.entries(values));
    for (const one of this.#fields) {
      const { raw } = one;
      if (given.has(one.name) && !same(one.value, given.get(one.name))) {
        one.value = given.get(one.name);
      }
      this.#base.set(one, structuredClone(one.value));
      if (sent && !same(raw, sent.get(one))) one.raw = raw;
      else one.fail("");
    }
    this.#settle();
    this.#tell();
  }

  /**
   * One field is saved as this by other means; the others stay as they were typed.
   * @param {string} name
   * @param {unknown} value
   */
  settle(name, value) {
    const field = this.#of(name);
    if (!field) return;
    field.value = value;
    this.#base.set(field, structuredClone(field.value));
    this.#saved.push(field);
    field.fail("");
    this.#settle(field);
    this.#tell();
    this.#keepNow();
  }

  /** Back to what is saved. */
  reset() {
    for (const one of this.#fields) {
      one.value = this.#base.get(one);
      one.fail("");
    }
    this.#error.textContent = "";
    kept.set(this.#key, null);
    this.#settle();
    this.#tell();
    this.#fields[0].focus();
  }

  /** @param {Group} group */
  #group({ title, hint, fields }) {
    const id = `${this.#key}.${title ?? ""}`.replace(/[^\w.-]/g, "_");
    return make("div", { class: "group", role: title && "group", "aria-labelledby": title && id },
      title && make("h2", { id }, title), hint && make("p", { class: "note" }, hint),
      make("div", { class: "fields" }, ...fields.map(({ element }) => element)));
  }

  /** @param {EventTarget | null} target */
  #touched(target) {
    const field = this.#fields.find(({ element }) => target instanceof Node
      && element.contains(target));
    if (field?.isWrong) field.fail("");
    this.#tell();
    this.#keepNow();
  }

  #tell() {
    const isChanged = Object.keys(this.changed).length > 0;
    this.#undo.hidden = !isChanged;
    const text = isChanged ? this.#screen.t("unsaved") : "";
    if (this.#note.textContent !== text) this.#note.textContent = text;
  }

  #keepNow() {
    const { changed } = this;
    const typed = this.#fields.filter((one) => !one.isSecret && one.name in changed);
    /** @type {Draft} */
    const draft = { typed: Object.fromEntries(typed.map((one) => [one.name, one.raw])),
      saved: Object.fromEntries(typed.map((one) => [one.name, this.#base.get(one)])) };
    kept.set(this.#key, typed.length ? draft : null);
  }

  #restore() {
    const draft = kept.get(this.#key, /** @type {Draft | null} */ (null));
    if (!draft?.typed) return;
    for (const one of this.#fields) {
      if (!(one.name in draft.typed)) continue;
      one.raw = draft.typed[one.name];
      this.#compare(one, draft.saved[one.name]);
    }
    this.#tell();
    if (Object.keys(this.changed).length) this.#note.textContent = this.#screen.t("restored");
  }

  /**
   * Asks if what is typed is something else than what is saved, and that is not what it was when
   * it was typed.
   * @param {AnyField} field
   * @param {unknown} was
   */
  #compare(field, was) {
    const theirs = this.#base.get(field);
    if (same(theirs, was) || same(field.value, theirs)) return;
    this.#settle(field);
    this.#clashes.push(new Clash(this.#screen, field, theirs, (takes) => {
      if (takes) field.value = theirs;
      field.fail("");
      this.#settle(field);
      this.#error.textContent = "";
      this.#tell();
      this.#keepNow();
    }));
  }

  /**
   * There is nothing left to be asked about this field, or about all.
   * @param {AnyField} [field]
   */
  #settle(field) {
    this.#clashes = this.#clashes.filter((one) => {
      if (field && one.field !== field) return true;
      one.end();
      return false;
    });
  }

  /** Takes in what others have saved since this was read, and asks where both have been at work. */
  async #meet() {
    const now = await this.#fresh?.();
    if (!now) return;
    const given = new Map(Object.entries(now));
    for (const one of this.#fields) {
      if (!given.has(one.name)) continue;
      const was = this.#base.get(one);
      const theirs = one.fitted(given.get(one.name));
      if (same(theirs, was)) continue;
      const isTyped = !same(one.value, was);
      this.#base.set(one, theirs);
      if (isTyped) this.#compare(one, was);
      else one.value = theirs;
    }
    this.#keepNow();
  }

  async #save() {
    for (const one of this.#fields) one.fail(one.check());
    if (this.#toWrong()) {
      this.#error.textContent = this.#screen.t("says_wrong_fields");
      return;
    }
    this.#saved = [];
    const isSaved = await underWay(this.element, async () => {
      await this.#meet();
      if (this.#clashes.length) throw new Problem(0, { code: "clash" });
      const all = valuesOf(this.#fields);
      const sent = new Map(this.#fields.map((one) => [one, structuredClone(one.raw)]));
      const now = await this.#send(this.changed, all);
      this.fill(now ?? all, sent);
      this.#keepNow();
    }, this.#error, (error) => this.#explain(error));
    if (isSaved || this.#toWrong()) return;
    if (this.#clashes.length) this.#clashes[0].focus();
    else this.#error.scrollIntoView({ block: "nearest" });
  }

  /** Leads to the first field that is wrong, if one is. */
  #toWrong() {
    const wrong = this.#fields.find(({ isWrong }) => isWrong);
    wrong?.focus();
    return Boolean(wrong);
  }

  /**
   * What could not be saved and why; and what of it was.
   * @param {Thrown} error
   */
  #explain(error) {
    const { t } = this.#screen;
    const isPart = this.#saved.length > 0;
    const why = this.#why(error, t(isPart ? "says_wrong_rest" : "says_wrong_fields"));
    if (!isPart) return why;
    const said = (/** @type {AnyField[]} */ fields) =>
      fields.map(({ title }) => title).join(", ");
    const rest = this.#fields.filter(({ name }) => name in this.changed);
    return `${t("says_partly", { saved: said(this.#saved), rest: said(rest) })} ${why}`;
  }

  /**
   * Each error stands at its field; what is about none of them stands below.
   * @param {Thrown} error
   * @param {string} marked What is said if all stands at fields.
   */
  #why(error, marked) {
    const { locale } = this.#screen;
    const rest = [];
    for (const wrong of error.fields) {
      const field = this.#of(wrong.field);
      if (!field) rest.push(fieldSays(locale, wrong));
      else if (!field.isWrong) field.fail(fieldSays(locale, wrong, field.isTime));
    }
    const field = this.#of(FIELD_OF[error.code] ?? "");
    field?.fail(this.#screen.explain(error));
    if (rest.length) return rest.join(" ");
    return error.fields.length || field ? marked : this.#screen.explain(error);
  }

  /** @param {string} name */
  #of = (name) => this.#fields.find((one) => one.name === name)
    ?? this.#fields.find((one) => new RegExp(`^${one.name}[.[]`).test(name));
}
