// The log of a conversation as it is shown: messages, notes and files, each as it is now.

import { told } from "./entries.js";
import { make, words } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";
import { clock } from "./phrases.js";

export class Log {
  element = make("ol", { role: "log", "aria-label": "Messages", tabindex: "0", class: "log" });
  #me;
  #names;
  #file;
  /** What was said, by seq, so that it can be changed in its place. */
  #said = new Map();

  /** `names` are those of whoever takes part, by id; `file(id)` fetches one. */
  constructor(me, names, file) {
    this.#me = me;
    this.#names = names;
    this.#file = file;
  }

  add(event) {
    const { kind, data } = event;
    if (kind === "joined") this.#names.set(event.sender_id, data.name);
    if (kind === "deleted" && data.erased) this.#erase(data.through);
    else if (kind === "edited" || kind === "deleted") this.#change(kind, data.seq, event.text);
    else this.element.append(this.#item(event));
  }

  /** Whether its end is in sight. */
  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < 60;
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  #name(id) {
    if (id === this.#me.id) return "You";
    return this.#names.get(id) ?? (id ? "Somebody of the staff" : "Switchboard");
  }

  #item(event) {
    if (event.kind === "message" || event.kind === "note") return this.#saying(event);
    const { kind, data, sender_id, created_at } = event;
    const said = told(kind, data, { who: this.#name(sender_id), rep: this.#name(data?.rep_id),
      isMine: data?.rep_id === this.#me.id });
    return make("li", { class: "entry" }, ...said, " ", clock(created_at));
  }

  #saying({ kind, seq, sender_id, created_at, text, data, attachments = [] }) {
    const who = make("span", { class: "note" }, words(this.#name(sender_id)), " ",
      clock(created_at), kind === "note" ? " · a note: no customer sees it" : null);
    const state = make("span", { class: "note" });
    const said = make("p", { dir: "auto" }, text ?? "");
    const files = make("ul", { class: "list" }, ...attachments.map((one) => this.#link(one)));
    this.#said.set(seq, { state, said, files });
    if (data?.edited) state.textContent = " · edited";
    if (data?.deleted) this.#change("deleted", seq);
    const item = make("li", { class: sender_id === this.#me.id ? "mine" : "theirs" });
    who.append(state);
    item.append(who, said, files);
    return item;
  }

  /** The customer was erased: nothing has a text any more, up to this entry. */
  #erase(through) {
    for (const seq of this.#said.keys()) if (seq <= through) this.#change("deleted", seq);
  }

  /** An edit without a text was followed by another. */
  #change(kind, seq, text) {
    const one = this.#said.get(seq);
    if (!one || (kind === "edited" && text == null)) return;
    one.state.textContent = ` · ${kind}`;
    one.said.textContent = text ?? "";
    if (kind === "deleted") one.files.replaceChildren();
  }

  /** A file's link. It takes an access token, so the page fetches it and hands it over. */
  #link({ id, name, bytes, url }) {
    const place = errorPlace();
    const link = make("a", { href: url, onclick: (event) => {
      event.preventDefault();
      underWay(link, async () => {
        const address = URL.createObjectURL(await this.#file(id));
        make("a", { href: address, download: name }).click();
        setTimeout(() => URL.revokeObjectURL(address), 60_000);
      }, place);
    } }, words(name));
    const size = ` ${Math.ceil(bytes / 1024)} KiB`;
    return make("li", {}, link, make("span", { class: "note" }, size), place);
  }
}
