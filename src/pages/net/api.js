// The REST side: who is signed in, tokens that renew themselves, uploads that tell how far they
// are, errors as thrown problems.

import { kept } from "./keep.js";

/** How long an answer may take, in ms. */
const PATIENCE_MS = 20_000;

/** An error as the server tells it; its message is the server's sentence. */
export class Problem extends Error {
  isProblem = true;

  constructor(status, { code, detail, title, errors } = {}) {
    super(detail ?? title ?? `The server answered with status ${status}.`);
    this.status = status;
    this.code = code ?? "unknown";
    this.fields = errors ?? [];
  }

  /** Whether the same thing may well be answered a little later. */
  get mayPass() {
    return this.status === 0 || this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

const unreachable = () => new Problem(0, {
  code: "unreachable",
  detail: "The server cannot be reached. Nothing is lost; try again in a moment.",
});

/** How long to wait before trying again, the more often it was tried. */
export const retryMs = (tries) => Math.min(1_000 * 2 ** tries, 15_000);

/** Does what may well be done a little later, until it is; `failed()` hears of each failure. */
export async function patiently(work, failed = () => {}) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!error.mayPass) throw error;
      failed();
      await new Promise((done) => setTimeout(done, retryMs(tries)));
    }
  }
}

export class Api {
  /** Called with the reason when the login has ended by itself. */
  onEnded = () => {};
  #key;
  #store;
  #login;
  #refreshing = null;

  /**
   * Each page has its own login, so that a customer and a rep can be two tabs of one browser.
   * `store` is where it is kept. A login is `{ user, access_token, refresh_token }`, a visitor's
   * `{ user, token }`.
   */
  constructor(page, store = kept) {
    this.#key = `switchboard.${page}.login`;
    this.#store = store;
    this.#login = store.get(this.#key, null);
  }

  /** Who is signed in, or null. */
  get user() {
    return this.#login?.user ?? null;
  }

  /** Whether that is somebody who has not said who he is. */
  get isVisitor() {
    return Boolean(this.#login?.token);
  }

  get = (path) => this.#call("GET", path);
  post = (path, body) => this.#call("POST", path, body);
  put = (path, body) => this.#call("PUT", path, body);
  patch = (path, body) => this.#call("PATCH", path, body);
  delete = (path) => this.#call("DELETE", path);
  /** The bytes of whatever stands at a path. */
  blob = (path) => this.#call("GET", path, undefined, "blob");
  /** The bytes of a file that a message carries. */
  file = (id) => this.blob(`/attachments/${id}`);

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
    const visitor = this.#login?.token;
    this.#keep(login);
    // What was begun before he said who he is goes along. If it cannot, he is in all the same.
    if (visitor) await this.post("/me/visitor", { token: visitor }).catch(() => {});
    return login.user;
  }

  /** Comes as somebody who does not say who he is. */
  async visit(body) {
    const { token, user } = await this.#fetch("POST", "/visitors", body);
    this.#keep({ token, user });
    return user;
  }

  /** Goes on as whoever this visitor's token belongs to. */
  async resume(token) {
    this.#keep({ token, user: await this.#fetch("GET", "/me", undefined, token) });
  }

  /** The token of a visitor, for whoever keeps it; null if it is an account. */
  get visitorToken() {
    return this.#login?.token ?? null;
  }

  /** Signs out; here at once, at the server as soon as it hears of it. */
  signOut() {
    const token = this.#token;
    this.#keep(null);
    if (token) this.#forget(token);
  }

  /** Forgets who it was, and leaves his login as it is. */
  leave = () => this.#keep(null);

  /** Uploads a file; `progress(part)` hears how much of it is there, from 0 to 1. */
  upload(file, { progress, signal }) {
    const body = new FormData();
    body.append("file", file, file.name);
    return this.#renewing((token) => new Promise((resolve, reject) => {
      // Of what was sent already only this old interface tells.
      const request = new XMLHttpRequest();
      request.open("POST", "/api/v1/attachments");
      request.responseType = "json";
      if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.upload.onprogress = ({ loaded, total }) => total && progress(loaded / total);
      request.onload = () => (request.status < 300 ? resolve(request.response)
        : reject(new Problem(request.status, request.response ?? {})));
      request.onerror = () => reject(unreachable());
      request.onabort = () => reject(new Problem(0, { code: "cancelled", detail: "Cancelled." }));
      signal?.addEventListener("abort", () => request.abort());
      request.send(body);
    }));
  }

  get #token() {
    return this.#login?.token ?? this.#login?.access_token;
  }

  #forget(token) {
    this.#fetch("DELETE", "/sessions/current", undefined, token).catch(() => {});
  }

  #keep(login) {
    this.#login = login;
    this.#store.set(this.#key, login);
  }

  #call(method, path, body, as) {
    return this.#renewing((token) => this.#fetch(method, path, body, token, as));
  }

  async #renewing(work) {
    const login = this.#login;
    try {
      return await work(this.#token);
    } catch (error) {
      if (error.status !== 401 || !login) throw error;
      if (error.code !== "token_expired" || login.token) return this.#end(login, error);
    }
    await this.#refresh(login);
    return work(this.#token);
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
        // With a token in a header no cookie is needed, and none is wanted.
        credentials: token ? "omit" : "same-origin",
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      content = await answer[answer.ok ? as : "text"]();
    } catch {
      throw unreachable();
    }
    if (answer.ok && as === "blob") return content;
    const isJson = /json/.test(answer.headers.get("Content-Type") ?? "");
    const value = isJson && content ? JSON.parse(content) : undefined;
    if (!answer.ok) throw new Problem(answer.status, value);
    return value;
  }
}
