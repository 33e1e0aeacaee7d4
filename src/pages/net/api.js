// The REST side of a page: what it asks for in the name of whoever is signed in, and how he signs
// in and out.

import { Problem } from "./problem.js";
import { ask, askBytes } from "./request.js";

/** @import { components } from "../api.d.ts" */
/** @import { Login } from "./login.js" */
/** @import { Thrown } from "./problem.js" */
/** @import { Head, Method } from "./request.js" */
/** @import { Answer, Ask, Body } from "./rest.d.ts" */

/** @typedef {components["schemas"]["Account"]} Account */
/** @typedef {components["schemas"]["Role"]} Role */

export class Api {
  /**
   * Called with the reason when the login has ended by itself, or in another tab.
   * @type {(problem: Thrown) => void}
   */
  onEnded = () => {};
  /**
   * Called when somebody has signed in again after that.
   * @type {(user: Account) => void}
   */
  onBack = () => {};
  /**
   * Whose login has ended last.
   * @type {Account | null}
   */
  endedUser = null;
  #login;

  /** @param {Login} login */
  constructor(login) {
    this.#login = login;
    login.onEnded = (problem, user) => {
      this.endedUser = user;
      this.onEnded(problem);
    };
  }

  /** Who is signed in, or null. */
  get user() {
    return this.#login.known?.user ?? null;
  }

  /** Whether that is somebody who has not said who he is. */
  get isVisitor() {
    return Boolean(this.#login.known?.token);
  }

  /** Whether somebody is in, or has come in another tab meanwhile. */
  look = () => this.#login.look();

  /** @type {Ask<"get">} */
  get = (path, ...[body]) => this.#call("GET", path, body);
  /** @type {Ask<"post">} */
  post = (path, ...[body]) => this.#call("POST", path, body);
  /** @type {Ask<"put">} */
  put = (path, ...[body]) => this.#call("PUT", path, body);
  /** @type {Ask<"patch">} */
  patch = (path, ...[body]) => this.#call("PATCH", path, body);
  /** @type {Ask<"delete">} */
  delete = (path, ...[body]) => this.#call("DELETE", path, body);
  /**
   * Puts a file there, as it is.
   * @template {string} Path
   * @param {Path} path
   * @param {Blob} file
   * @returns {Promise<Answer<"put", Path>>}
   */
  putFile = (path, file) => this.#call("PUT", path, file);
  /**
   * The bytes of whatever stands at a path.
   * @param {string} path
   */
  blob = (path) => this.#login.repeating((head) => askBytes(head, "GET", path));
  /**
   * The bytes of a file that a message carries.
   * @param {string} id
   */
  file = (id) => this.blob(`/attachments/${id}`);

  /**
   * Signs in as somebody of this role, or of any, by any request that answers with tokens.
   * @template {string} Path
   * @param {Path} path
   * @param {Body<"post", Path>} body
   * @param {Role} [role]
   */
  async signIn(path, body, role) {
    const known = await this.#login.begin(path, body);
    const { user } = known;
    if (role && user.role !== role) {
      // Before he tries as another, whose cookies it would take with it.
      await this.#login.revoke(this.#login.headOf(known)).catch(() => {});
      // Each page has its own words for it.
      const problem = new Problem(403, { code: "wrong_role" });
      problem.role = user.role;
      throw problem;
    }
    const visitor = this.#login.known?.token;
    this.#login.keep(known);
    // What was begun before he said who he is goes along. If it cannot, he is in all the same.
    if (visitor) await this.post("/me/visitor", { token: visitor }).catch(() => {});
    return user;
  }

  /**
   * Takes in what has changed of who is signed in; of anybody else it is no news.
   * @param {Account} user
   */
  renew(user) {
    const { known } = this.#login;
    if (known?.user.id === user.id) this.#login.keep({ ...known, user });
  }

  /**
   * Comes as somebody who does not say who he is.
   * @param {Body<"post", "/visitors">} body
   */
  async visit(body) {
    /** @type {Answer<"post", "/visitors">} */
    const { token, user } = await ask({}, "POST", "/visitors", body);
    this.#login.keep({ token, user });
    return user;
  }

  /**
   * Goes on as whoever this visitor's token belongs to.
   * @param {string} token
   */
  async resume(token) {
    const user = await ask(this.#login.headOf({ token }), "GET", "/me");
    this.#login.keep({ token, user });
  }

  /** Signs out; what is thrown then says that he is still in. */
  signOut = () => this.#login.signOut();

  /** Forgets who it was, and leaves his login as it is. */
  leave = () => this.#login.keep(null);

  /**
   * Does something in the name of whoever is signed in, which these headers say.
   * @template Done
   * @param {(head: Head) => Promise<Done>} work
   * @returns {Promise<Done>}
   */
  asking = (work) => this.#login.asking(work);

  /**
   * @template Told
   * @param {Method} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<Told>}
   */
  #call(method, path, body) {
    const work = (/** @type {Head} */ head) => ask(head, method, path, body);
    return method === "GET" ? this.#login.repeating(work) : this.asking(work);
  }
}
