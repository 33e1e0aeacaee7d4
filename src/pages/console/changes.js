// A rep changes what he has said: another text for a message of his, or none any more. It is shown
// at once, and taken back if it is refused; what he has typed is his all the same.

import { agreed } from "../ui/dialog.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Composer } from "./composer.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Log } from "./log.js" */

export class Changes {
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {{ log: Log, composer: Composer }} */
  #talk;
  /** @type {(work: () => unknown) => Promise<unknown>} */
  #run;

  /**
   * `run` does something, and says why if it is refused.
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {{ log: Log, composer: Composer }} talk
   * @param {(work: () => unknown) => Promise<unknown>} run
   */
  constructor(desk, locale, talk, run) {
    [this.#desk, this.#locale, this.#talk, this.#run] = [desk, locale, talk, run];
  }

  now = () => this.#desk.now();

  /** For so long one may change what one has said, in ms. */
  lasts = 15 * 60_000;

  /**
   * Puts a message into the field.
   * @param {number} seq
   */
  edit = (seq) => this.#talk.composer.edit(seq, this.#talk.log.textOf(seq) ?? "");

  /** The same of the newest one of his. Answers whether there is one. */
  editNewest() {
    const { editable: seq } = this.#talk.log;
    if (seq !== null) this.edit(seq);
    return seq !== null;
  }

  /**
   * Takes a message away, if he means it.
   * @param {number} seq
   */
  async remove(seq) {
    const { t } = this.#locale;
    // Another conversation may be shown before he has answered.
    const id = this.#shown;
    const isMeant = await agreed({ title: t("delete_title"), text: t("delete_text"),
      yes: t("delete"), no: t("cancel") });
    if (id === this.#shown) this.#talk.log.log.focus();
    if (!isMeant) return;
    if (id === this.#shown) this.#talk.composer.leaveEdit(seq);
    await this.#change({ id, seq, text: null }, () =>
      this.#desk.api.delete(`/conversations/${id}/messages/${seq}`));
  }

  /**
   * Gives a message another text. Refused, it stands in the field again, unless he has gone on
   * with something else there: then it does as soon as he edits the message.
   * @param {number} seq
   * @param {string} text
   */
  save(seq, text) {
    const { composer, log } = this.#talk;
    const id = this.#shown;
    if (text === log.textOf(seq)) return composer.edited(id, seq, text);
    return this.#change({ id, seq, text }, async () => {
      try {
        await this.#desk.api.put(`/conversations/${id}/messages/${seq}`, { text });
      } catch (error) {
        if (id === this.#shown) composer.editAgain(seq, text);
        throw error;
      }
      composer.edited(id, seq, text);
    });
  }

  get #shown() {
    return this.#desk.view?.id ?? "";
  }

  /**
   * @param {{ id: string, seq: number, text: string | null }} what
   * @param {() => Promise<unknown>} work
   */
  #change({ id, seq, text }, work) {
    const undo = id === this.#shown ? this.#talk.log.change(seq, text) : () => {};
    return this.#run(async () => {
      try {
        await work();
      } catch (error) {
        undo();
        throw error;
      }
    });
  }
}
