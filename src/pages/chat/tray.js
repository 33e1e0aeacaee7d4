// Files on their way with the next message. Those that are uploaded outlive a reload.

import { size } from "../i18n/size.js";
import { kept } from "../net/keep.js";
import { problemOf } from "../net/problem.js";
import { upload } from "../net/upload.js";
import { icon, make, words } from "../ui/dom.js";
import { brief } from "./brief.js";
import { reason } from "./refusal.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attachment } from "../net/frames.d.ts" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Visit } from "./visit.js" */

/**
 * Who uploads: what he may, and who he becomes for that.
 * @typedef {Pick<Visit, "api" | "welcome" | "become">} Uploads
 */

/**
 * A file, and what the server says of it as soon as it is there.
 * @typedef {{ file: { name: string }, abort?: AbortController, done: Attachment | null }} Carried
 */

/** The files that go with the next message. */
export class Tray {
  element;
  #visit;
  #locale;
  #changed;
  #key;
  #list;
  #error;
  /** @type {Carried[]} */
  #files = [];

  /**
   * `changed()` hears when something is added, is ready, or goes. What is uploaded is kept under
   * the `key`, if there is one.
   * @param {Uploads} visit
   * @param {Locale} locale
   * @param {() => void} changed
   */
  constructor(visit, locale, changed, key = "") {
    this.#visit = visit;
    this.#locale = locale;
    this.#changed = changed;
    this.#key = key;
    this.#list = make("ul", { class: "tray", "aria-label": locale.t("files") });
    this.#error = make("div", { class: "error", role: "alert" });
    this.element = make("div", { class: "trays" }, this.#list, this.#error);
    /** @type {Attachment[]} */
    const uploads = key ? kept.get(key, []) : [];
    this.put(uploads);
  }

  /** Whether one is still being uploaded. */
  get isBusy() {
    return this.#files.some(({ done }) => !done);
  }

  get isEmpty() {
    return this.#files.length === 0;
  }

  /** What may go with a message; empty as long as that is not known. */
  get limits() {
    const allowed = this.#visit.welcome?.files;
    return allowed ? this.#locale.t("limits", { size: size(this.#locale, allowed.bytes_max),
      n: allowed.per_message_max }) : "";
  }

  /** Takes what is ready; the tray is empty then. */
  take() {
    const files = this.#files.flatMap(({ done }) => done ?? []);
    this.#files = [];
    this.#list.replaceChildren();
    this.#error.replaceChildren();
    this.#tell();
    return files;
  }

  /**
   * Puts uploads back that could not be sent.
   * @param {Attachment[]} uploads
   */
  put(uploads) {
    for (const done of uploads) this.#row({ file: done, done });
  }

  /** @param {File[]} files */
  async add(files) {
    const { bytes_max: most, per_message_max: count } = this.#visit.welcome?.files
      ?? { bytes_max: Infinity, per_message_max: Infinity };
    const { t, parts } = this.#locale;
    if (!this.isBusy) this.#error.replaceChildren();
    for (const [at, file] of files.entries()) {
      const name = words(file.name);
      if (this.#files.length >= count) {
        const rest = files.slice(at).map((one) => one.name).join(", ");
        return this.#say(words(rest), ": ", t("too_many", { n: count }));
      }
      if (!file.size) this.#say(...parts("empty_file", { name }));
      else if (file.size <= most) await this.#upload(file);
      else this.#say(...parts("too_large", { name, size: size(this.#locale, most) }));
    }
  }

  /**
   * Each file that is not taken is named, and why.
   * @param {Child[]} said
   */
  #say(...said) {
    return this.#error.appendChild(make("p", {}, ...said));
  }

  #tell() {
    const ready = this.#files.flatMap(({ done }) => done ?? []);
    // One of another language, whose place another tray has taken, keeps nothing more.
    if (this.#key && this.element.isConnected) kept.set(this.#key, ready.length ? ready : null);
    this.#changed();
  }

  /** @param {File} file */
  async #upload(file) {
    const abort = new AbortController();
    /** @type {Carried} */
    const one = { file, abort, done: null };
    const { bar, remove } = this.#row(one);
    /** @type {HTMLElement | null} */
    let said = null;
    const again = make("button", { type: "button", class: "soft", hidden: true,
      onclick: () => send() }, this.#locale.t("try_again"));
    bar.after(again);
    const send = async () => {
      said?.remove();
      [bar.hidden, again.hidden] = [false, true];
      try {
        await this.#visit.become();
        one.done = await upload(this.#visit.api, file, {
          signal: abort.signal,
          progress: (part) => {
            bar.value = part;
            bar.title = this.#locale.percent(part);
          },
        });
        for (const element of [bar, again]) element.remove();
      } catch (error) {
        const problem = problemOf(error);
        if (problem.code === "cancelled") return;
        said = this.#say(words(file.name), ": ", reason(this.#locale, problem));
        if (problem.mayPass) fails();
        else remove();
      }
      this.#tell();
    };
    // It stays, and nothing goes without it unless it is taken away.
    const fails = () => {
      [bar.hidden, again.hidden] = [true, false];
      addEventListener("online", () => !again.hidden && again.isConnected && send(),
        { once: true });
    };
    await send();
  }

  /** @param {Carried} one */
  #row(one) {
    const { name } = one.file;
    const bar = make("progress", { max: "1", value: "0", "aria-label": name,
      hidden: one.done !== null });
    const remove = () => {
      one.abort?.abort();
      this.#files = this.#files.filter((other) => other !== one);
      row.remove();
      this.#tell();
    };
    const row = make("li", {}, icon("file"), brief(name), bar, make("button", {
      type: "button", class: "round", "aria-label": this.#locale.t("remove", { name }),
      onclick: remove }, icon("close")));
    this.#files.push(one);
    this.#list.append(row);
    this.#tell();
    return { bar, remove };
  }
}
