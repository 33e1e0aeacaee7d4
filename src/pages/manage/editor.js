// A form about one thing. It knows what was changed, keeps it while it is not saved, tells each
// error at its field, and lets nothing go that was typed.

import { kept } from "../net/keep.js";
import { make } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";
import { FIELD_OF, fieldSays } from "./refusals.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * @typedef {object} Group
 * @property {string} [title]
 * @property {string} [hint]
 * @property {import("./fields.js").Field[]} fields
 */

export class Editor {
  element;
  #screen;
  #key;
  #fields;
  #send;
  #base = new Map();
  #note = make("p", { class: "note", role: "status" });
  #undo;

  /**
   * `name` is what its draft is kept under. `send(changed, all)` saves: what differs from `values`,
   * and everything; if it answers with values, they are what is so now. `submit` is what its
   * button says, `more` stands beside it.
   * @param {import("./screen.js").Screen} screen
   * @param {{ name: string, groups: Group[], values: any, submit: string, more?: Node[],
   *   send: (changed: any, all: any) => Promise<any> }} options
   */
  constructor(screen, { name, groups, values, submit, more = [], send }) {
    this.#screen = screen;
    this.#key = `switchboard.manage.${name}`;
    this.#fields = groups.flatMap(({ fields }) => fields);
    this.#send = send;
    this.#undo = make("button", { type: "button", hidden: true, onclick: () => this.reset() },
      screen.t("do_undo"));
    this.element = make("form", { class: "editor", novalidate: true },
      ...groups.map((group) => this.#group(group)),
      make("div", { class: "save" }, errorPlace(), make("div", { class: "row" },
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

  /** What differs from what is saved. */
  get changed() {
    return Object.fromEntries(this.#fields.filter((one) => !same(one.value, this.#base.get(one)))
      .map((one) => [one.name, one.value]));
  }

  /** Shows what is saved. */
  fill(values) {
    for (const one of this.#fields) {
      if (one.name in values) one.value = values[one.name];
      this.#base.set(one, structuredClone(one.value));
      one.fail("");
    }
    this.#tell();
  }

  /** One field is saved as this by other means; the others stay as they were typed. */
  settle(name, value) {
    const field = this.#of(name);
    if (!field) return;
    field.value = value;
    this.#base.set(field, structuredClone(field.value));
    field.fail("");
    this.#tell();
    this.#keepNow();
  }

  /** Back to what is saved. */
  reset() {
    for (const one of this.#fields) {
      one.value = this.#base.get(one);
      one.fail("");
    }
    this.#place.textContent = "";
    kept.set(this.#key, null);
    this.#tell();
    this.#fields[0].focus();
  }

  get #place() {
    return this.element.querySelector(".save > .error");
  }

  #group({ title, hint, fields }) {
    const id = `${this.#key}.${title ?? ""}`.replace(/[^\w.-]/g, "_");
    return make("div", { class: "group", role: title && "group", "aria-labelledby": title && id },
      title && make("h2", { id }, title), hint && make("p", { class: "note" }, hint),
      make("div", { class: "fields" }, ...fields.map(({ element }) => element)));
  }

  #touched(target) {
    const field = this.#fields.find(({ element }) => element.contains(target));
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
    const typed = this.#fields.filter((one) => !one.isSecret && one.name in changed)
      .map((one) => [one.name, one.raw]);
    kept.set(this.#key, typed.length ? Object.fromEntries(typed) : null);
  }

  #restore() {
    const draft = kept.get(this.#key, null);
    if (!draft) return;
    for (const one of this.#fields) if (one.name in draft) one.raw = draft[one.name];
    this.#tell();
    if (Object.keys(this.changed).length) this.#note.textContent = this.#screen.t("restored");
  }

  async #save() {
    for (const one of this.#fields) one.fail(one.check());
    if (this.#toWrong()) {
      this.#place.textContent = this.#screen.t("says_wrong_fields");
      return;
    }
    const all = Object.fromEntries(this.#fields.map((one) => [one.name, one.value]));
    const isSaved = await underWay(this.element, async () => {
      const now = await this.#send(this.changed, all);
      kept.set(this.#key, null);
      this.fill(now ?? all);
    }, this.#place, (error) => this.#explain(error));
    if (!isSaved && !this.#toWrong()) this.#place.scrollIntoView({ block: "nearest" });
  }

  /** Leads to the first field that is wrong, if one is. */
  #toWrong() {
    const wrong = this.#fields.find(({ isWrong }) => isWrong);
    wrong?.focus();
    return Boolean(wrong);
  }

  // Each error stands at its field; what is about none of them stands below.
  #explain(error) {
    const { locale, t } = this.#screen;
    const rest = [];
    for (const wrong of error.fields ?? []) {
      const field = this.#of(wrong.field);
      if (!field) rest.push(fieldSays(locale, wrong));
      else if (!field.isWrong) field.fail(fieldSays(locale, wrong, field.isTime));
    }
    const field = this.#of(FIELD_OF[error.code] ?? "");
    field?.fail(this.#screen.explain(error));
    if (rest.length) return rest.join(" ");
    return error.fields?.length || field ? t("says_wrong_fields") : this.#screen.explain(error);
  }

  #of = (name) => this.#fields.find((one) => one.name === name)
    ?? this.#fields.find((one) => new RegExp(`^${one.name}[.[]`).test(name));
}
