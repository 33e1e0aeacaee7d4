// Where an admin writes in a conversation: a note for staff, or, once he has joined, a message for
// the customer. Each is a draft of its own, so that nothing that was meant for staff is sent on.

import { wishes } from "../console/wishes.js";
import { draftKey } from "../net/drafts.js";
import { kept, uuid7 } from "../net/keep.js";
import { make } from "../ui/dom.js";
import { errorPlace, onSubmit } from "../ui/forms.js";
import { explain } from "./telling.js";

/** @import { Desk } from "./router.js" */

/** @typedef {typeof KINDS[number]} Kind */
/**
 * What is begun, and what went out last under this id: the server takes no other text for it.
 * @typedef {{ text: string, client_id: string, sent?: string }} Draft
 */

const KINDS = /** @type {const} */ (["notes", "messages"]);
/**
 * What each is kept under.
 * @type {Record<Kind, string>}
 */
const KEYS = { notes: "draft", messages: "message" };
/** @type {Record<Kind, string>} */
const SAID = { notes: "note", messages: "message" };

export class Writes {
  /** @type {Desk} */
  #desk;
  /** @type {string} */
  #id;
  /** @type {() => Promise<void>} */
  #done;
  /** @type {Kind} */
  #kind = "notes";
  /** Whether the customer may be written to. */
  #mayWrite = false;
  /** @type {Record<Kind, Draft>} */
  #drafts;
  /** @type {HTMLTextAreaElement} */
  #text;
  #send = make("button", { class: "main" });
  #choice;

  /**
   * `done()` hears that something was sent.
   * @param {Desk} desk
   * @param {string} id The conversation.
   * @param {() => Promise<void>} done
   */
  constructor(desk, id, done) {
    [this.#desk, this.#id, this.#done] = [desk, id, done];
    const { t } = desk.locale;
    const draft = (/** @type {Kind} */ kind) =>
      kept.get(this.#key(kind), { text: "", client_id: uuid7() });
    this.#drafts = { notes: draft("notes"), messages: draft("messages") };
    this.#text = make("textarea", { name: "text", rows: 2, dir: "auto", maxlength: 16_000,
      oninput: () => this.#keep(this.#text.value),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event) });
    this.#choice = make("fieldset", { class: "row kinds", hidden: true },
      make("legend", { class: "unseen" }, t("write")), ...KINDS.map((kind) =>
        make("label", { class: "check" }, make("input", { type: "radio", name: "kind",
          value: kind, onchange: () => this.#turn(kind) }), t(`write_${SAID[kind]}`))));
    this.element = make("form", { class: "writes" }, this.#choice, this.#text, errorPlace(),
      make("p", { class: "row" }, this.#send));
    onSubmit(this.element, () => this.#submit(), explain(desk.locale));
    this.#turn("notes");
  }

  /**
   * Whether the customer may be written to now. What was begun as a note stays one.
   * @param {boolean} may
   */
  allow(may) {
    if (may === this.#mayWrite) return;
    this.#mayWrite = may;
    this.#choice.hidden = !may;
    this.#turn(may && !this.#drafts.notes.text.trim() ? "messages" : "notes");
  }

  /** @param {Kind} kind */
  #key = (kind) => draftKey("admin", `${KEYS[kind]}.${this.#id}`, this.#desk.user);

  /** @param {Kind} kind */
  #turn(kind) {
    const { t } = this.#desk.locale;
    this.#kind = kind;
    this.#text.value = this.#drafts[kind].text;
    this.#text.placeholder = t(`write_${SAID[kind]}_hint`);
    this.#text.setAttribute("aria-label", t(`write_${SAID[kind]}`));
    this.#send.textContent = t(`send_${SAID[kind]}`);
    this.element.dataset.kind = SAID[kind];
    for (const one of this.#choice.querySelectorAll("input")) one.checked = one.value === kind;
  }

  /** @param {string} text */
  #keep(text) {
    const draft = this.#drafts[this.#kind];
    draft.text = text;
    kept.set(this.#key(this.#kind), text ? draft : null);
  }

  // As in the console, and as is wished there: else Enter begins a new line.
  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!event.ctrlKey && !event.metaKey && !wishes.enter) return;
    event.preventDefault();
    this.element.requestSubmit(this.#send);
  }

  async #submit() {
    const kind = this.#kind;
    const draft = this.#drafts[kind];
    const text = draft.text.trimEnd();
    if (!text.trim()) return;
    // An answer that was lost may have been a yes.
    if (draft.sent !== undefined && draft.sent !== text) draft.client_id = uuid7();
    draft.sent = text;
    kept.set(this.#key(kind), draft);
    const said = { client_id: draft.client_id, text };
    await (kind === "messages"
      ? this.#desk.api.post(`/conversations/${this.#id}/messages`, said)
      : this.#desk.api.post(`/conversations/${this.#id}/notes`, said));
    // What was typed meanwhile is not sent yet.
    const rest = draft.text.trimEnd() === text ? "" : draft.text;
    this.#drafts[kind] = { text: rest, client_id: uuid7() };
    kept.set(this.#key(kind), rest ? this.#drafts[kind] : null);
    if (this.#kind === kind && !rest) this.#text.value = "";
    await this.#done();
  }
}
