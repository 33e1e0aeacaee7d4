// The field in which a rep answers, or leaves a note for colleagues. What stands in it is kept for
// each conversation, whatever happens to the page.

import { make } from "../ui/dom.js";
import { pasted } from "../ui/pasted.js";
import { Drafts } from "./drafts.js";
import { takeDrops } from "./drops.js";
import { Held } from "./held.js";
import { drawing } from "./icons.js";
import { Slash } from "./slash.js";
import { Trays } from "./trays.js";
import { isTouch, wishes } from "./wishes.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attachment } from "../net/frames.d.ts" */
/** @import { Changes } from "./changes.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Does, Rights } from "./parts.d.ts" */

export class Composer {
  element;
  isNote = false;
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;
  #field;
  #send;
  #sendText = make("span", {});
  #mode;
  #hint;
  #pick;
  #attach;
  #trays;
  #held;
  #isHeld = false;
  #editing;
  #slash;
  #drafts;
  /** Only notes could be written until now. */
  #isNotesOnly = false;
  /** @type {number | null} The message of his that he changes; null: he writes a new one. */
  #seq = null;
  /** @type {Changes | null} Does that. */
  changes = null;
  /** @type {Rights | null} */
  #may = null;
  /** @type {string | null} */
  #id = null;

  /**
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {Does} does
   */
  constructor(desk, locale, does) {
    [this.#desk, this.#locale, this.#does] = [desk, locale, does];
    this.#drafts = new Drafts(desk);
    this.#trays = new Trays(desk.api, locale, does, () => this.#update());
    this.#held = new Held(locale, does, () => this.toggle());
    const { t } = locale;
    this.#field = make("textarea", { name: "text", rows: "1", id: "text", dir: locale.dir,
      "aria-describedby": "hint", "aria-autocomplete": "list", "aria-keyshortcuts": "R",
      enterkeyhint: isTouch() ? "enter" : "send" });
    this.#mode = make("button", { type: "button", class: "mode soft", "aria-pressed": "false",
      "aria-keyshortcuts": "N", onclick: () => this.toggle() }, drawing("note"), t("note"));
    this.#pick = make("input", { type: "file", multiple: true, class: "unseen", tabindex: "-1",
      "aria-hidden": "true" });
    this.#attach = make("button", { type: "button", class: "round", "aria-label": t("attach"),
      title: t("attach"), onclick: () => this.#pick.click() }, drawing("clip"));
    const canned = make("button", { type: "button", class: "canned soft",
      onclick: () => this.canned() }, make("kbd", { dir: "ltr", "aria-hidden": "true" }, "/"),
    make("span", {}, t("replies")));
    this.#send = make("button", { class: "main send-text" }, drawing("send"), this.#sendText);
    this.#hint = make("p", { id: "hint", class: "unseen" });
    this.#editing = make("p", { class: "editing", hidden: true }, drawing("note"),
      make("span", {}, t("editing")), make("button", { type: "button", class: "soft",
        onclick: () => this.leaveEdit() }, t("cancel")));
    this.element = make("form", { class: "composer" }, this.#held.element, this.#editing,
      this.#trays.element, this.#field, this.#hint,
      make("div", { class: "under" }, this.#mode, canned, this.#attach, this.#pick, this.#send));
    this.#slash = new Slash(desk, locale, does, this.#field,
      (text, from) => this.insert(text, from));
    this.#listen();
    this.mode(false);
  }

  #listen() {
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("keydown", (event) => this.#pressed(event));
    this.#field.addEventListener("input", () => this.#typed());
    addEventListener("storage", () => this.#seq === null
      && this.#drafts.isGone(this.#id, this.#field.value) && this.#restore());
    this.#field.addEventListener("blur", () => setTimeout(() => {
      if (document.activeElement !== this.#field) this.#slash.leave();
    }, 150));
    this.#pick.addEventListener("change", () => {
      this.attach([...this.#pick.files ?? []]);
      this.#pick.value = "";
    });
    this.#field.addEventListener("paste", (event) => {
      const files = pasted(event);
      if (!files.length) return;
      event.preventDefault();
      this.attach(files);
    });
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing || this.#slash.pressed(event)) return;
    if (event.key === "Escape") {
      if (this.#seq === null) return this.#does.leaveField();
      event.preventDefault();
      return this.leaveEdit();
    }
    if (event.key === "ArrowUp" && this.isEmpty && this.#may?.write === "both" && !this.isNote
      && this.#seq === null && this.changes?.editNewest()) event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey) return;
    if (!event.ctrlKey && !event.metaKey && !wishes.enter) return;
    event.preventDefault();
    this.#submit();
  }

  /**
   * Files may be dropped everywhere on this element.
   * @param {HTMLElement} target
   */
  takeDrops = (target) => takeDrops(target, { take: (files) => this.attach(files),
    isOpen: () => !this.element.hidden && !this.isNote && this.#seq === null });

  /** To the customer, or for colleagues. */
  toggle() {
    if (this.#seq === null && !this.#mode.disabled) {
      this.mode(!this.isNote);
      // What was begun for colleagues alone is not sent to anybody else unawares.
      if (!this.isNote && this.#field.value.trim()) this.#does.tell(this.#locale.t("note_answer"));
    }
    this.#settle();
    this.#save();
    this.focus();
  }

  /** For colleagues. Said again it only leads there: what is meant for them goes to nobody else. */
  note = () => (this.isNote ? this.focus() : this.toggle());

  /** To the customer, unless a note is begun. */
  answer = () => (this.isNote && this.isEmpty ? this.toggle() : this.focus());

  /** @param {boolean} isNote */
  mode(isNote) {
    const { t } = this.#locale;
    const isEdit = this.#seq !== null;
    this.isNote = isNote;
    this.element.dataset.note = String(isNote);
    this.#mode.setAttribute("aria-pressed", String(isNote));
    const text = t(isEdit ? "write_edit" : isNote ? "write_note" : "write");
    this.#field.setAttribute("aria-label", text);
    this.#field.placeholder = t(isNote ? "placeholder_note" : "placeholder");
    this.#editing.hidden = !isEdit;
    this.#mode.hidden = this.#trays.element.hidden = isEdit;
    this.#attach.hidden = isNote || isEdit;
    this.#sendText.textContent = t(isEdit ? "save_edit" : isNote ? "save_note" : "send");
    this.#hint.textContent = t(wishes.enter ? "hint_enter" : "hint_ctrl");
  }

  /**
   * He changes what he has said; what he had begun of that is there again. What else he has begun
   * to write waits until that is done.
   * @param {number} seq
   * @param {string} said
   */
  edit(seq, said, { focuses = true } = {}) {
    this.#save();
    const text = (this.#id && this.#drafts.changeOf(this.#id, seq)) ?? said;
    this.#seq = seq;
    this.mode(false);
    this.#field.value = text;
    this.#save();
    this.#settle();
    this.#grow();
    if (focuses) this.focus();
    this.#field.setSelectionRange(text.length, text.length);
  }

  /**
   * A change of his was refused: it takes neither the place of something else nor the focus.
   * @param {number} seq
   * @param {string} text
   */
  editAgain(seq, text) {
    if (this.#seq !== null || this.#field.value.trim()) return;
    const { activeElement: active } = document;
    this.edit(seq, text, { focuses: active === document.body || this.element.contains(active) });
  }

  /**
   * He does not, or it is on its way: what he had begun stands there again. `only` that message
   * is meant.
   * @param {number} [only]
   */
  leaveEdit(only, { forget = true } = {}) {
    if (this.#seq === null || (only !== undefined && only !== this.#seq)) return;
    if (forget && this.#id) this.#drafts.forgetChange(this.#id, this.#seq);
    this.#seq = null;
    this.#restore();
    this.follow(this.#may);
    this.focus();
  }

  /**
   * It is changed: what he typed need not be kept any more.
   * @param {string} id
   * @param {number} seq
   * @param {string} text
   */
  edited(id, seq, text) {
    // Unless he changes it once more.
    if (id === this.#id && seq === this.#seq) return;
    if (this.#drafts.changeOf(id, seq) === text) this.#drafts.forgetChange(id, seq);
  }

  /**
   * What he may do with what is shown; null: nothing is.
   * @param {Rights | null} may
   */
  follow(may) {
    const id = this.#desk.view?.id ?? null;
    this.#may = may;
    if (id !== this.#id) this.#turn(id);
    this.#settle();
  }

  // An answer that was begun stays one where only notes can be written, and is not sent.
  #settle() {
    const { write, asked } = this.#may ?? { write: "none", asked: false };
    const hasFocus = document.activeElement === this.#field;
    const isBegun = !this.isEmpty || (this.#isHeld && hasFocus);
    const isAnswer = !this.isNote && this.#seq === null;
    this.#isHeld = Boolean(this.#may) && write !== "both" && !asked && isAnswer && isBegun;
    if (write === "note" && isAnswer && !this.#isHeld) this.mode(true);
    // What was for notes alone is for answers, unless a note was begun or is about to be.
    if (write === "both" && this.#isNotesOnly && this.isNote && !this.#field.value.trim()
      && !hasFocus) this.mode(false);
    this.#isNotesOnly = write !== "both";
    this.#mode.disabled = write !== "both" && (this.isNote || write === "none");
    this.element.hidden = write === "none" && !this.#isHeld;
    if (this.#held.show(this.#desk.view, this.#isHeld ? this.#may : null)) this.focus();
    this.#update();
  }

  /**
   * Another conversation is before him: what he began to write there comes back.
   * @param {string | null} id
   */
  #turn(id) {
    this.#save();
    this.#slash.leave();
    this.#id = id;
    this.#seq = id ? this.#drafts.edits(id) : null;
    this.#trays.turn(id);
    this.#isHeld = false;
    this.#restore();
  }

  /** What was begun comes back. */
  #restore() {
    const draft = this.#id ? this.#drafts.of(this.#id) : null;
    const edit = this.#id && this.#seq !== null
      ? this.#drafts.changeOf(this.#id, this.#seq) ?? "" : null;
    this.#field.value = edit ?? draft?.text ?? "";
    this.mode(edit === null && (draft?.note ?? false));
    this.#grow();
  }

  /**
   * Puts text back that could not be sent, before what stands there.
   * @param {string} text
   * @param {Attachment[]} files
   */
  put(text, files = [], note = false) {
    if (this.#seq !== null) this.leaveEdit(this.#seq, { forget: false });
    // A note that was begun stays one, whatever comes to stand before it.
    const isNote = Boolean(note) || (this.isNote && Boolean(this.#field.value.trim()));
    this.#field.value = [text, this.#field.value].filter(Boolean).join("\n");
    this.mode(isNote);
    this.#trays.put(files);
    this.#settle();
    this.#typed();
    this.focus();
  }

  /**
   * Puts a text where the cursor is, instead of what stands from `from` on.
   * @param {string} text
   */
  insert(text, from = this.#field.selectionStart) {
    const { selectionEnd: to } = this.#field;
    this.#field.setRangeText(text, from, to, "end");
    this.#typed();
    this.focus();
  }

  /** @param {File[]} files */
  async attach(files) {
    if (this.element.hidden) return;
    if (this.isNote) return this.#does.tell(this.#locale.t("note_files"));
    if (this.#seq !== null) return this.#does.tell(this.#locale.t("edit_files"));
    await this.#trays.add(files);
  }

  focus = () => this.#field.focus({ preventScroll: true });

  get isEmpty() {
    return !this.#field.value.trim() && this.#trays.isEmpty;
  }

  #update() {
    this.#send.disabled = this.#seq === null && (this.#isHeld || this.#trays.isBusy);
  }

  #submit() {
    if (this.#seq !== null) return this.#saveEdit(this.#seq);
    if (this.#isHeld) return this.#held.again();
    if (this.element.hidden || this.isEmpty || this.#trays.isBusy) return;
    const text = this.#field.value.trim() ? this.#field.value : "";
    // A note carries no files: they stay for the next answer.
    const files = this.isNote ? [] : this.#trays.take();
    if (!text && !files.length) return;
    const note = this.isNote;
    this.#field.value = "";
    if (note && !this.#mode.disabled) this.mode(false);
    this.#save();
    this.#grow();
    this.#desk.write(text, files, { note });
    this.#does.wrote();
    this.focus();
  }

  /**
   * A message without words is none; what it carries it goes on carrying.
   * @param {number} seq
   */
  #saveEdit(seq) {
    const text = this.#field.value.trim() ? this.#field.value : "";
    if (!text) return this.changes?.remove(seq);
    // It is kept until the server has it.
    this.leaveEdit(seq, { forget: false });
    this.changes?.save(seq, text);
  }

  #typed() {
    this.#grow();
    this.#save();
    if (!this.isNote && this.#seq === null) this.#desk.typing(Boolean(this.#field.value.trim()));
    this.#slash.typed();
  }

  /** Opens the replies that are kept, where the cursor is. */
  canned() {
    if (this.element.hidden) return;
    this.focus();
    const { value, selectionStart: at } = this.#field;
    const joins = at > 0 && !/\s/.test(value[at - 1]);
    this.insert(joins ? " /" : "/");
  }

  #save() {
    if (!this.#id) return;
    const { value: text } = this.#field;
    if (this.#seq !== null) this.#drafts.keepChange(this.#id, this.#seq, text);
    else this.#drafts.keep(this.#id, { text, note: this.isNote });
  }

  // An empty field runs as the page does, a text as its first letter says.
  #grow() {
    this.#field.dir = this.#field.value ? "auto" : this.#locale.dir;
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.rows = Math.min(8, this.#field.value.split("\n").length);
  }
}
