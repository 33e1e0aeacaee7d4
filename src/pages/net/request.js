// One request to the server: its answer, or its refusal as a thrown problem. Who asks stands in
// the head that it is given.

import { Problem } from "./problem.js";

/** @typedef {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} Method */

/**
 * The headers that say who asks.
 * @typedef {Record<string, string>} Head
 */

/** Where all of it stands. */
export const BASE = "/api/v1";

/** How long an answer may take, in ms. */
const PATIENCE_MS = 20_000;

/** There was no answer. */
export const unreachable = () => new Problem(0, {
  code: "unreachable",
  detail: "The server cannot be reached. Nothing is lost; try again in a moment.",
});

/**
 * What an answer says, if it is JSON.
 * @param {Blob} content
 */
const valueOf = async (content) =>
  (content.size && /json/.test(content.type) ? JSON.parse(await content.text()) : undefined);

/**
 * Asks for whatever stands at a path, as bytes.
 * @param {Head} head
 * @param {Method} method
 * @param {string} path
 * @param {unknown} [body] a file goes as it is, anything else as JSON
 * @returns {Promise<Blob>}
 */
export async function askBytes(head, method, path, body) {
  const isFile = body instanceof Blob;
  const type = isFile ? body.type : "application/json";
  let answer;
  let content;
  try {
    answer = await fetch(BASE + path, {
      method,
      headers: body === undefined ? head : { ...head, "Content-Type": type },
      // With a token in a header no cookie is needed, and none is wanted.
      credentials: head.Authorization ? "omit" : "same-origin",
      body: body === undefined || isFile ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    content = await answer.blob();
  } catch {
    throw unreachable();
  }
  if (answer.ok) return content;
  const problem = new Problem(answer.status, await valueOf(content));
  problem.seconds = Number(answer.headers.get("Retry-After")) || 0;
  throw problem;
}

/**
 * Asks for what the server says, which is what its document says.
 * @template Told
 * @param {Head} head
 * @param {Method} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<Told>}
 */
export const ask = async (head, method, path, body) =>
  valueOf(await askBytes(head, method, path, body));
