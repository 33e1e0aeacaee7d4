// The REST side: who is signed in, tokens that renew themselves, errors as thrown problems.

import { kept } from "./dom.js";

/** How long an answer may take, in ms. */
const PATIENCE_MS = 20_000;

/** An error as the server tells it; its message is the server's sentence. */
export class Problem extends Error {
  isProblem = true;

  constructor(status, { code, detail, title } = {}) {
    super(detail ?? title ?? `The server answered with status ${status}.`);
    this.status = status;
    this.code = code ?? "unknown";
  }
}

export class Api {
  /** Called with the reason when the login has ended by itself. */
  onEnded = () => {};
  #key;
  #login;
  #refreshing = null;

  /** Each page has its own login, so that a customer and a rep can be two tabs of one browser. */
  constructor(page) {
    this.#key = `switchboard.${page}.login`;
    this.#login = kept.get(this.#key, null);
  }

  /** Who is signed in, or null. */
  get user() {
    return this.#login?.user ?? null;
  }

  get = (path) => this.#call("GET", path);
  post = (path, body) => this.#call("POST", path, body);
  put = (path, body) => this.#call("PUT", path, body);
  /** The bytes of a file that a message carries. */
  file = (id) => this.#call("GET", `/attachments/${id}`, undefined, "blob");

  /** Signs in as one of these roles, by any request that answers with tokens. */
  async signIn(path, body, role) {
    const login = await this.#fetch("POST", path, body);
    if (login.user.role !== role) {
      this.#forget(login.access_token);
      const pages = { customer: "/chat", rep: "/console", admin: "/" };
      const detail = `This is a ${login.user.role}'s account. Its page is ` +
        `${pages[login.user.role]}; here a ${role} signs in.`;
      throw new Problem(403, { code: "wrong_role", detail });
    }
    this.#keep(login);
    return login.user;
  }

  /** Signs out; here at once, at the server as soon as it hears of it. */
  signOut() {
    const token = this.#login?.access_token;
    this.#keep(null);
    if (token) this.#forget(token);
  }

  #forget(token) {
    this.#fetch("DELETE", "/sessions/current", undefined, token).catch(() => {});
  }

  #keep(login) {
    this.#login = login;
    kept.set(this.#key, login);
  }

  async #call(method, path, body, as) {
    const login = this.#login;
    try {
      return await this.#fetch(method, path, body, login?.access_token, as);
    } catch (error) {
      if (error.status !== 401 || !login) throw error;
      if (error.code !== "token_expired") return this.#end(login, error);
    }
    await this.#refresh(login);
    return this.#fetch(method, path, body, this.#login?.access_token, as);
  }

  // A refresh token is good once, so whoever needs new tokens meanwhile waits for the same ones.
  #refresh(old) {
    if (this.#login !== old) return Promise.resolve();
    this.#refreshing ??= this.#fetch("POST", "/sessions/refresh", {
      refresh_token: old.refresh_token,
    }).then(
      (tokens) => this.#login === old && this.#keep({ ...old, ...tokens }),
      (error) => {
        if (error.status !== 401) throw error;
        this.#end(old, error);
      },
    ).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  #end(login, error) {
    if (this.#login === login) {
      this.#keep(null);
      this.onEnded(error);
    }
    throw error;
  }

  async #fetch(method, path, body, token, as = "text") {
    const headers = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer;
    let content;
    try {
      answer = await fetch(`/api/v1${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      content = await answer[answer.ok ? as : "text"]();
    } catch {
      const detail = "The server cannot be reached. Nothing is lost; try again in a moment.";
      throw new Problem(0, { code: "unreachable", detail });
    }
    if (answer.ok && as === "blob") return content;
    const isJson = /json/.test(answer.headers.get("Content-Type") ?? "");
    const value = isJson && content ? JSON.parse(content) : undefined;
    if (!answer.ok) throw new Problem(answer.status, value);
    return value;
  }
}
