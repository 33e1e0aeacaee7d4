// Files on their way with the next message.

import { icon, make, words } from "../ui/dom.js";

/** The files that go with the next message. */
export class Tray {
  element;
  #visit;
  #locale;
  #changed;
  #list;
  #error;
  #files = [];

  /** `changed()` hears when something is added, is ready, or goes. */
  constructor(visit, locale, changed) {
    this.#visit = visit;
    this.#locale = locale;
    this.#changed = changed;
    this.#list = make("ul", { class: "tray", "aria-label": locale.t("files") });
    this.#error = make("p", { class: "error", role: "alert" });
    this.element = make("div", { class: "trays" }, this.#list, this.#error);
  }

  /** Whether one is still being uploaded. */
  get isBusy() {
    return this.#files.some(({ done }) => !done);
  }

  get isEmpty() {
    return this.#files.length === 0;
  }

  /** Takes what is ready; the tray is empty then. */
  take() {
    const files = this.#files.map(({ done }) => done).filter(Boolean);
    this.#files = [];
    this.#list.replaceChildren();
    this.#changed();
    return files;
  }

  /** Puts uploads back that could not be sent. */
  put(uploads) {
    for (const done of uploads) this.#row({ file: done, done });
  }

  async add(files) {
    const { bytes_max: most, per_message_max: count } = this.#visit.welcome?.files ?? {};
    this.#error.textContent = "";
    for (const file of files) {
      const values = { name: file.name, size: this.#locale.size(most ?? 0), n: count };
      if (this.#files.length >= count) return this.#say("too_many", values);
      if (file.size > most) this.#say("too_large", values);
      else await this.#upload(file);
    }
  }

  #say(key, values) {
    this.#error.textContent = this.#locale.t(key, values);
  }

  async #upload(file) {
    const abort = new AbortController();
    const one = { file, abort, done: null };
    const { bar, remove } = this.#row(one);
    try {
      await this.#visit.become();
      one.done = await this.#visit.api.upload(file, {
        signal: abort.signal,
        progress: (part) => {
          bar.value = part;
          bar.title = this.#locale.percent(part);
        },
      });
      bar.remove();
    } catch (error) {
      remove();
      if (error.code === "cancelled") return;
      const key = `e_${error.code}`;
      this.#error.textContent = this.#locale.has(key)
        ? `${file.name}: ${this.#locale.t(key)}` : error.message;
    }
    this.#changed();
  }

  #row(one) {
    const { name } = one.file;
    const bar = make("progress", { max: "1", value: "0", "aria-label": name, hidden: one.done });
    const remove = () => {
      one.abort?.abort();
      this.#files = this.#files.filter((other) => other !== one);
      row.remove();
      this.#changed();
    };
    const row = make("li", {}, icon("file"), words(name), bar, make("button", {
      type: "button", class: "round", "aria-label": this.#locale.t("remove", { name }),
      onclick: remove }, icon("close")));
    this.#files.push(one);
    this.#list.append(row);
    this.#changed();
    return { bar, remove };
  }
}
