// Who and what is called how, as far as a rep can know it: whoever serves a queue, and the queues.

/** @import { components } from "../api.d.ts" */
/** @import { Api } from "../net/api.js" */

export class Names {
  #api;
  /** @type {Map<string, string>} */
  #known = new Map();
  /** @type {Promise<components["schemas"]["QueueInFull"][]> | null} */
  #reading = null;

  /** @param {Api} api */
  constructor(api) {
    this.#api = api;
  }

  /** @param {string} id */
  get = (id) => this.#known.get(id) ?? null;

  /** Reads them once, or `anew`; answers with all queues, each with who serves it. */
  read({ anew = false } = {}) {
    if (anew) this.#reading = null;
    this.#reading ??= this.#ask().catch((error) => {
      this.#reading = null;
      throw error;
    });
    return this.#reading;
  }

  async #ask() {
    const list = await this.#api.get("/queues");
    const queues = await Promise.all(list.map(({ id }) => this.#api.get(`/queues/${id}`)));
    for (const queue of queues) {
      this.#known.set(queue.id, queue.name);
      for (const rep of queue.reps) this.#known.set(rep.id, rep.name);
    }
    return queues;
  }
}
