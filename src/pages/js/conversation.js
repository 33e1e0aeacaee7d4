// One conversation on a page: where it stands, its log, what is not sent yet, the field to write
// in, and the way to end it.

import { AFTER } from "./entries.js";
import { kept } from "../net/keep.js";
import { make, words } from "../ui/dom.js";
import { errorPlace, onSubmit } from "../ui/forms.js";
import { Log } from "./log.js";

export class Conversation {
  /** Messages of others that were not looked at. */
  unread = 0;
  #me;
  #desk;
  #names = new Map();
  #title = make("h2");
  #status = make("p", { role: "status", class: "state" });
  #log;
  #pending = make("ol", { class: "log pending", "aria-label": "Not sent yet" });
  #field = make("textarea", { name: "text", rows: "2", dir: "auto" });
  #writing;
  #ending;
  #putAway;

  /** `desk` carries out: outbox, close(id, frame), putAway(id), file(id). */
  constructor(view, me, desk) {
    this.#me = me;
    this.#desk = desk;
    this.id = view.id;
    this.#log = new Log(me, this.#names, desk.file);
    this.#writing = this.#makeWriting();
    this.#ending = this.#makeEnding();
    this.#putAway = make("button", { type: "button", onclick: () => desk.putAway(this.id) },
      "Put away");
    this.element = make("section", { class: "conversation", hidden: true, "aria-label":
      `Conversation ${view.number}` }, this.#title, this.#status, this.#log.element,
      this.#pending, this.#writing, this.#ending, this.#putAway);
    this.update(view);
    this.showPending();
  }

  get isOpen() {
    return this.view.status !== "closed";
  }

  /** The one on the other side. */
  get other() {
    return this.view.customer;
  }

  update(view) {
    this.view = view;
    for (const person of [view.customer, view.rep, view.last_rep]) {
      if (person) this.#names.set(person.id, person.name);
    }
    this.#title.replaceChildren(words(view.subject || "No subject"), ` #${view.number}`);
    this.#showState();
  }

  /** The log has grown. */
  event(event) {
    const { kind, data, sender_id: sender, seq } = event;
    const ended = kind === "closed";
    const status = ended ? "closed" : AFTER[kind];
    // What is told of the past says nothing of where it stands now.
    if (status && seq > this.view.last_seq) {
      const rep = kind === "wrapup" ? this.view.rep : null;
      const resolution = ended ? data?.resolution : this.view.resolution;
      this.update({ ...this.view, status, resolution, rep, last_seq: seq });
      if (ended) this.showPending();
    }
    if (kind === "renamed" && seq > this.view.last_seq && data?.customer_id) {
      const customer = { id: data.customer_id, name: data.name };
      this.update({ ...this.view, customer, last_seq: seq });
    }
    const mine = sender === this.#me.id;
    if (kind === "message" && mine) this.#desk.outbox.remove(event.client_id);
    const { isAtEnd } = this.#log;
    this.#log.add(event);
    if (isAtEnd || (mine && kind === "message")) this.toEnd();
  }

  toEnd() {
    this.#log.toEnd();
  }

  /** What is written and not in the log yet. */
  showPending() {
    const items = this.#desk.outbox.of(this.id).map((entry) => {
      const { client_id: id, text, error } = entry;
      const state = error ? errorPlace() : make("span", { class: "note" }, "Sending…");
      if (error) {
        const button = (name, work) => make("button", { type: "button", onclick: work }, name);
        state.append(`Not sent: ${error} `, ...(this.isOpen ? [
          button("Try again", () => this.#desk.outbox.retry(id)), " ",
          button("Take back", () => this.#takeBack(id, text)),
        ] : [button("Discard", () => this.#desk.outbox.remove(id))]));
      }
      return make("li", { class: "mine" }, make("p", { dir: "auto" }, text), state);
    });
    this.#pending.replaceChildren(...items);
  }

  #takeBack(id, text) {
    this.#field.value = [text, this.#field.value].filter(Boolean).join("\n");
    this.#field.dispatchEvent(new Event("input"));
    this.#field.focus();
    this.#desk.outbox.remove(id);
  }

  #showState() {
    const { status, resolution } = this.view;
    const text = {
      waiting: ["Waiting in line for a rep with room."],
      active: ["You are with ", words(this.view.customer.name), "."],
      offered: ["You are asked to take it."],
      parked: ["Laid aside; it comes back by itself."],
      wrapup: ["Over for its customer. Your slot is taken until you close it."],
      closed: [`Closed: ${resolution ?? "closed"}.`],
    }[status] ?? [status];
    const fresh = make("p", {}, ...text);
    // Said again only when it is another: a status is read aloud.
    if (fresh.textContent !== this.#status.textContent) {
      this.#status.replaceChildren(...fresh.childNodes);
    }
    this.#writing.hidden = this.#ending.hidden = !this.isOpen;
    this.#putAway.hidden = this.isOpen;
  }

  #makeWriting() {
    const draft = `switchboard.draft.${this.#me.id}.${this.id}`;
    const field = this.#field;
    field.value = kept.get(draft, "");
    field.addEventListener("input", () => kept.set(draft, field.value || null));
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    const form = make("form", { class: "writing" },
      make("label", {}, "Message (Enter sends, Shift+Enter breaks the line)", field),
      make("button", { class: "main" }, "Send"));
    onSubmit(form, () => {
      if (!field.value.trim()) return;
      this.#desk.outbox.add(this.id, field.value);
      field.value = "";
      field.focus();
      kept.set(draft, null);
    });
    return form;
  }

  #makeEnding() {
    const how = make("label", {}, "How did it end?",
      make("select", { name: "resolution" }, make("option", { value: "resolved" }, "Resolved"),
        make("option", { value: "unresolved" }, "Unresolved")));
    const form = make("form", {},
      make("label", {}, "Last words (optional)", make("input", { name: "text", dir: "auto" })),
      how, make("button", {}, "Close conversation"), errorPlace());
    onSubmit(form, async ({ text, resolution }) => {
      const said = text.trim() ? { text } : {};
      await this.#desk.close(this.id, { ...said, ...(resolution && { resolution }) });
    });
    return make("details", {}, make("summary", {}, "Close…"), form);
  }
}
