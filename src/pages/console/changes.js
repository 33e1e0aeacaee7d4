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
    const isMeant = await agreed({ title: t("delete_title"), text: t("delete_text"),
      yes: t("delete"), no: t("cancel") });
    if (!isMeant) return this.#talk.log.log.focus();
    this.#talk.composer.leaveEdit(seq);
    await this.#change(seq, null, (id) =>
      this.#desk.api.delete(`/conversations/${id}/messages/${seq}`));
  }

  /**
   * Gives a message another text. Refused, it stands in the field again.
   * @param {number} seq
   * @param {string} text
   */
  save(seq, text) {
    if (text === this.#talk.log.textOf(seq)) return this.#talk.composer.edited(this.#shown, seq);
    return this.#change(seq, text, async (id) => {
      try {
        await this.#desk.api.put(`/conversations/${id}/messages/${seq}`, { text });
      } catch (error) {
        if (this.#desk.view?.id === id) this.#talk.composer.edit(seq, text);
        throw error;
      }
      this.#talk.composer.edited(id, seq);
    });
  }

  get #shown() {
    return this.#desk.view?.id ?? "";
  }

  /**
   * @param {number} seq
   * @param {string | null} text
   * @param {(id: string) => Promise<unknown>} work
   */
  #change(seq, text, work) {
    const undo = this.#talk.log.change(seq, text);
    return this.#run(async () => {
      try {
        await work(this.#shown);
      } catch (error) {
        undo();
        throw error;
      }
    });
  }
}
