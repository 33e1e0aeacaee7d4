// Who is signed in, by tokens that are kept here: those of an account, which renew themselves, or
// the one of a visitor, who has not said who he is.

import { problemOf } from "./problem.js";
import { ask } from "./request.js";

/** @import { components } from "../api.d.ts" */
/** @import { Thrown } from "./problem.js" */
/** @import { Head } from "./request.js" */
/** @import { Answer } from "./rest.d.ts" */

/** @typedef {components["schemas"]["Account"]} Account */

/**
 * Somebody, and by what he is in: tokens of an account, the token of a visitor, or, where a cookie
 * has them, the time of the newest.
 * @typedef {{ user: Account, token?: string, access_token?: string | null,
 *   refresh_token?: string | null, at?: number }} Known
 */

/**
 * Where that is kept.
 * @typedef {object} Store
 * @property {(key: string) => Known | null} get
 * @property {(key: string, known: Known | null) => void} set
 */

/**
 * Where the login of a page is kept.
 * @param {string} page
 */
export const keyOf = (page) => `switchboard.${page}.login`;

export class Login {
  /**
   * Called with the reason and whose it was when it has ended by itself, or in another tab.
   * @type {(problem: Thrown, user: Account | null) => void}
   */
  onEnded = () => {};
  /**
   * Who is in; null: nobody.
   * @type {Known | null}
   */
  known;
  /** @protected */
  key;
  /** @protected */
  store;
  /** @type {Promise<void> | null} */
  #renewal = null;

  /**
   * Each page has its own login, so that a customer and a rep can be two tabs of one browser.
   * @param {string} page
   * @param {Store} store
   */
  constructor(page, store) {
    this.key = keyOf(page);
    this.store = store;
    this.known = store.get(this.key);
  }

  /**
   * The headers that say who asks.
   * @param {Omit<Known, "user"> | null} known
   * @returns {Head}
   */
  headOf(known) {
    const token = known?.token ?? known?.access_token;
    return token ? { Authorization: `Bearer ${token}` } : {};
  }

  /** Somebody may have come in another tab meanwhile; answers whether anybody is in. */
  look() {
    this.known ??= this.store.get(this.key);
    return this.known !== null;
  }

  /** @param {Known | null} known */
  keep(known) {
    this.known = known;
    this.store.set(this.key, known);
  }

  /**
   * Signs in by a request that answers with tokens; nothing is kept yet.
   * @param {string} path
   * @param {unknown} body
   * @returns {Promise<Known>}
   */
  begin(path, body) {
    return ask(this.headOf(null), "POST", path, body);
  }

  /**
   * Has the server forget the login that these headers are of.
   * @param {Head} head
   * @returns {Promise<void>}
   */
  revoke = (head) => ask(head, "DELETE", "/sessions/current");

  /** Signs out: it is so here at once, whether the server can be reached or not. */
  async signOut() {
    const { known } = this;
    this.keep(null);
    if (known) this.revoke(this.headOf(known)).catch(() => {});
  }

  /**
   * Does something in his name; if his token has run out meanwhile, again with a new one.
   * @template Done
   * @param {(head: Head) => Promise<Done>} work
   * @returns {Promise<Done>}
   */
  async asking(work) {
    const { known } = this;
    try {
      return await work(this.headOf(this.known));
    } catch (error) {
      const { status, code } = problemOf(error);
      if (status !== 401 || !known) throw error;
      if (!this.hasRunOut(known, code)) return this.#end(known, error);
      await this.#renew(known);
    }
    return work(this.headOf(this.known));
  }

  /**
   * The same for what may be done twice, as reading.
   * @template Done
   * @param {(head: Head) => Promise<Done>} work
   * @returns {Promise<Done>}
   */
  repeating(work) {
    return this.asking(work);
  }

  /**
   * Whether new tokens are to be had after this refusal.
   * @protected
   * @param {Known} known
   * @param {string} code
   */
  hasRunOut(known, code) {
    return code === "token_expired" && !known.token;
  }

  /**
   * @protected
   * @param {Known} old
   * @returns {Promise<void>}
   */
  async exchange(old) {
    const { refresh_token } = old;
    /** @type {Answer<"post", "/sessions/refresh">} */
    const tokens = await ask(this.headOf(null), "POST", "/sessions/refresh", { refresh_token });
    if (this.known === old) this.keep({ ...old, ...tokens });
  }

  // A refresh token is good once, so whoever needs new tokens meanwhile waits for the same ones.
  /** @param {Known} old */
  async #renew(old) {
    if (this.known !== old) return;
    this.#renewal ??= this.exchange(old).catch((error) => {
      // Without a refresh token there is nothing to be had.
      if (error.status !== 401 && error.status !== 422) throw error;
      this.#end(old, error);
    }).finally(() => {
      this.#renewal = null;
    });
    await this.#renewal;
  }

  /**
   * Hears that this login has ended, just before it is forgotten; answers why, as it is told.
   * @protected
   * @param {Known} known
   * @param {Thrown} problem
   */
  ended(known, problem) {
    return problem;
  }

  /**
   * @param {Known} known
   * @param {unknown} error
   * @returns {never}
   */
  #end(known, error) {
    if (this.known === known) {
      const why = this.ended(known, problemOf(error));
      this.keep(null);
      this.onEnded(why, known.user);
    }
    throw error;
  }
}
