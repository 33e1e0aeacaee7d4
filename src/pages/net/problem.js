// What was thrown, told in one way: a refusal of the server is a problem with a code, and whatever
// else goes wrong is one without. And how what may pass is tried again.

/** @import { components } from "../api.d.ts" */

/**
 * What pages need to know of anything that was thrown.
 * @typedef {Pick<Problem, "name" | "message" | "status" | "code" | "fields" | "role" | "seconds"
 *   | "mayPass">} Thrown
 */

/** An error as the server tells it; its message is the server's sentence. */
export class Problem extends Error {
  isProblem = true;

  /** For how many seconds it would be in vain to try again; 0 if that is not known. */
  seconds = 0;

  /**
   * The role of an account that signed in where another one should.
   * @type {components["schemas"]["Role"] | undefined}
   */
  role = undefined;

  /**
   * @param {number} status 0 if there was no answer
   * @param {Partial<components["schemas"]["Problem"]>} told
   */
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

/**
 * A bundle that comes later has its own class of it, so it is not known by its class.
 * @param {unknown} error
 * @returns {error is Problem}
 */
const isProblem = (error) => error instanceof Error && "isProblem" in error;

/**
 * What was thrown; a fault of the page itself goes to the browser's console, too.
 * @param {unknown} error
 * @returns {Thrown}
 */
export function problemOf(error) {
  if (isProblem(error)) return error;
  console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  return { name: "Error", message, status: -1, code: "unknown", fields: [], role: undefined,
    seconds: 0, mayPass: false };
}

/**
 * How long to wait before trying again, the more often it was tried.
 * @param {number} tries
 */
export const retryMs = (tries) => Math.min(1_000 * 2 ** tries, 15_000);

/**
 * Does what may well be done a little later, until it is; `failed()` hears of each failure.
 * @template Done
 * @param {() => Promise<Done>} work
 * @param {() => void} failed
 * @returns {Promise<Done>}
 */
export async function patiently(work, failed = () => {}) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!problemOf(error).mayPass) throw error;
      failed();
      await new Promise((done) => setTimeout(done, retryMs(tries)));
    }
  }
}
