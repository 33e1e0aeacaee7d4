// One conversation on a page: where it stands, its log, what is not sent yet, the field to write
// in, and the way to end it.

import { AFTER } from "./entries.js";
import { errorPlace, kept, make, onSubmit, opening, span, words } from "./dom.js";
import { Log } from "./log.js";

export class Conversation {
  /** Messages of others that were not looked at. */
  unread = 0;
  #me;
  #desk;
  #names = new Map();
  #place = null;
  #eta = null;
  #hours = null;
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
    const { customer, rep, last_rep } = this.view;
    return this.#me.role === "customer" ? rep ?? last_rep : customer;
  }

  update(view) {
    this.view = view;
    for (const person of [view.customer, view.rep, view.last_rep]) {
      if (person) this.#names.set(person.id, person.name);
    }
    this.#title.replaceChildren(words(view.subject || "No subject"), ` #${view.number}`);
    this.#showState();
  }

  /**
   * The customer's place in line (1 is next), how long it will probably take, if known, and whether
   * anybody is expected, if his queue has hours.
   */
  stand(position, eta, hours = null) {
    this.#place = position;
    this.#eta = eta;
    this.#hours = hours;
    this.#showState();
  }

  /** The log has grown. */
  event(event) {
    const { kind, data, sender_id: sender, seq } = event;
    // A wrap-up is the rep's: for the customer it has ended.
    const ended = kind === "closed" || (kind === "wrapup" && this.#me.role === "customer");
    const status = ended ? "closed" : AFTER[kind];
    // What is told of the past says nothing of where it stands now.
    if (status && seq > this.view.last_seq) {
      const rep = kind === "wrapup" && !ended ? this.view.rep : null;
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
    const { status, resolution, rep } = this.view;
    const customer = this.#me.role === "customer";
    const place = this.#place === 1 ? "You are next." : `You are number ${this.#place} in line.`;
    const text = {
      waiting: customer && this.#place ? [place, this.#wait()]
        : ["Waiting in line for a rep with room."],
      active: customer ? [words(rep?.name ?? "A rep"), " is with you."]
        : ["You are with ", words(this.view.customer.name), "."],
      offered: customer ? ["A rep is being asked."] : ["You are asked to take it."],
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

  #wait() {
    if (this.#hours?.open === false) return ` Nobody is here now.${opening(this.#hours)}`;
    if (!this.#eta) return " A rep takes over as soon as one has room.";
    const most = span(this.#eta.to_ms + 60_000);
    return ` It will probably take less than ${most}.`;
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
    const how = this.#me.role === "customer" ? null : make("label", {}, "How did it end?",
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
