// The login of a page for staff. It is in a cookie, one for each of their pages: no script reads
// it, all tabs of a page share it, and an admin and a rep can be two tabs of one browser. What is
// kept here is only whose it is. Where there are no cookies, as by plain HTTP over a network, the
// tokens are kept here themselves, in their tab.

import { kept, keptLong } from "./keep.js";
import { keyOf, Login } from "./login.js";
import { Problem, problemOf } from "./problem.js";
import { ask } from "./request.js";

/** @import { Known, Store } from "./login.js" */
/** @import { Thrown } from "./problem.js" */
/** @import { Head } from "./request.js" */

/**
 * Whose login it is, for all tabs; tokens are this tab's alone.
 * @type {Store}
 */
const shared = {
  get: (key) => kept.get(key, null) ?? keptLong.get(key, null),
  set(key, known) {
    kept.set(key, known?.access_token ? known : null);
    keptLong.set(key, known?.access_token ? null : known);
  },
};

/**
 * Does what no other tab may do meanwhile.
 * @param {string} name
 * @param {() => Promise<void>} work
 */
const alone = async (name, work) =>
  (navigator.locks ? navigator.locks.request(name, work) : work());

/** @param {Pick<Problem, "code" | "fields">} problem */
const cookiesAreRefused = ({ code, fields }) => code === "origin_not_allowed"
  || fields.some(({ field }) => field === "cookie");

/**
 * A connection that was kept open and idle has just been shut, most likely before anything of
 * the request was read. Whoever waits for a body that does not come says so with a code.
 * @param {unknown} error
 */
const wasShut = (error) => {
  const { status, code } = problemOf(error);
  return status === 408 && code === "unknown";
};

/** @param {unknown} error */
const ifItHasNotEnded = (error) => {
  if (problemOf(error).status !== 401) throw error;
};

/**
 * Who is signed in on another page for staff, as far as is known here.
 * @param {string} page console or admin
 */
export const signedIn = (page) => shared.get(keyOf(page))?.user ?? null;

/**
 * Where the tabs that share a login keep the code of why it has ended.
 * @param {string} key
 */
const whyOf = (key) => `${key}.why`;

/** He has signed out himself. */
const OUT = "signed_out";

/** @param {string} code */
const gone = (code) => new Problem(401, { code, detail: code === OUT ? "You have signed out."
  : "Your login has ended." });

/** Whoever shows who is signed in looks again. */
const tell = () => document.dispatchEvent(new Event("switchboard:user"));

export class StaffLogin extends Login {
  /** The server is told which page asks, as each has its own cookie. */
  #named;

  /** @param {string} page console or admin */
  constructor(page) {
    super(page, shared);
    this.#named = { "Switchboard-Page": page };
    addEventListener("storage", () => this.#follow());
  }

  /**
   * @override
   * @param {Omit<Known, "user"> | null} known
   * @returns {Head}
   */
  headOf(known) {
    return known?.access_token ? super.headOf(known) : this.#named;
  }

  /**
   * @override
   * @param {Known | null} known
   */
  keep(known) {
    if (known?.at) this.#because(null);
    super.keep(known);
    tell();
  }

  /**
   * @override
   * @param {string} path
   * @param {unknown} body
   * @returns {Promise<Known>}
   */
  async begin(path, body) {
    try {
      const { user } = await super.begin(path, Object.assign({ cookie: true }, body));
      return { user, at: Date.now() };
    } catch (error) {
      if (!cookiesAreRefused(problemOf(error))) throw error;
      return super.begin(path, body);
    }
  }

  /**
   * Signs out, in all tabs that share the login. What is in a cookie only the server can take
   * back: if it cannot be reached, that is thrown, and he is still in.
   * @override
   */
  async signOut() {
    if (!this.known?.at) return super.signOut();
    // The other tabs may hear of it from the server first.
    this.#because(OUT);
    try {
      await this.repeating(this.revoke).catch(ifItHasNotEnded);
    } catch (error) {
      this.#because(null);
      throw error;
    }
    this.keep(null);
  }

  /**
   * The tabs that share it are told why, too.
   * @override
   * @protected
   * @param {Known} known
   * @param {Thrown} problem
   */
  ended(known, problem) {
    if (!known.at) return problem;
    if (this.#why === OUT) return gone(OUT);
    this.#because(problem.code);
    return problem;
  }

  get #why() {
    return keptLong.get(whyOf(this.key), /** @type {string | null} */ (null));
  }

  /** @param {string | null} code */
  #because = (code) => keptLong.set(whyOf(this.key), code);

  /**
   * @override
   * @template Done
   * @param {(head: Head) => Promise<Done>} work
   * @returns {Promise<Done>}
   */
  async asking(work) {
    this.#follow();
    return super.asking(work);
  }

  /**
   * @override
   * @template Done
   * @param {(head: Head) => Promise<Done>} work
   * @returns {Promise<Done>}
   */
  async repeating(work) {
    try {
      return await this.asking(work);
    } catch (error) {
      if (!wasShut(error)) throw error;
    }
    return this.asking(work);
  }

  /**
   * A cookie goes when the token in it runs out.
   * @override
   * @protected
   * @param {Known} known
   * @param {string} code
   */
  hasRunOut(known, code) {
    return super.hasRunOut(known, code) || Boolean(known.at && code === "token_missing");
  }

  /**
   * @override
   * @protected
   * @param {Known} old
   */
  exchange(old) {
    return old.at ? alone(this.key, () => this.#turnOver(old)) : super.exchange(old);
  }

  // In a cookie; another tab may have done it while this one waited.
  /** @param {Known} old */
  async #turnOver(old) {
    this.#follow();
    if (this.known?.at !== old.at) return;
    await ask(this.#named, "POST", "/sessions/refresh", {});
    if (this.known) this.keep({ ...this.known, at: Date.now() });
  }

  // What has become of a login that tabs share: another tab may have ended or renewed it.
  #follow() {
    const [was, is] = [this.known, this.store.get(this.key)];
    if (JSON.stringify(was) === JSON.stringify(is)) return;
    this.known = is;
    if (!is) {
      this.onEnded(gone(this.#why ?? OUT), was?.user ?? null);
      return;
    }
    // What stands on the page is another's.
    if (was && was.user.id !== is.user.id) location.reload();
    else tell();
  }
}
