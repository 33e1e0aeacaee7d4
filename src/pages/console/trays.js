// The files that go with an answer: each conversation has its own.

import { Tray } from "../chat/tray.js";
import { make } from "../ui/dom.js";

/** @import { Uploads } from "../chat/tray.js" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Api } from "../net/api.js" */
/** @import { Attachment } from "../net/frames.d.ts" */
/** @import { Does } from "./parts.d.ts" */

export class Trays {
  /** Where those of the conversation that is shown stand. */
  element = make("div", {});
  /** @type {Uploads} */
  #uploads;
  /** @type {Locale} */
  #locale;
  /** @type {Does} */
  #does;
  /** @type {() => void} */
  #changed;
  /** @type {Map<string, Tray>} */
  #all = new Map();
  /** @type {string | null} */
  #id = null;

  /**
   * `changed()` hears when something is added, is ready, or goes.
   * @param {Api} api
   * @param {Locale} locale
   * @param {Does} does
   * @param {() => void} changed
   */
  constructor(api, locale, does, changed) {
    [this.#locale, this.#does, this.#changed] = [locale, does, changed];
    this.#uploads = { api, welcome: null, become: async () => {} };
  }

  get #tray() {
    return this.#id ? this.#all.get(this.#id) : undefined;
  }

  get isEmpty() {
    return this.#tray?.isEmpty ?? true;
  }

  /** Whether one is still being uploaded. */
  get isBusy() {
    return this.#tray?.isBusy ?? false;
  }

  /** Takes what is ready. */
  take = () => this.#tray?.take() ?? [];

  /**
   * Another conversation is shown, or none.
   * @param {string | null} id
   */
  turn(id) {
    this.#id = id;
    this.element.replaceChildren(...(this.#tray ? [this.#tray.element] : []));
  }

  /** @returns {Tray | undefined} */
  #open() {
    if (this.#id && !this.#tray) {
      this.#all.set(this.#id, new Tray(this.#uploads, this.#locale, this.#changed));
      this.turn(this.#id);
    }
    return this.#tray;
  }

  /**
   * Puts back what could not be sent.
   * @param {Attachment[]} files
   */
  put(files) {
    if (files.length) this.#open()?.put(files);
  }

  /** @param {File[]} files */
  async add(files) {
    const tray = this.#open();
    // Where it is not known what is taken, the server says so of each file.
    this.#uploads.welcome ??= await this.#does.welcome().catch(() => null);
    tray?.add(files);
  }
}
