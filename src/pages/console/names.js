// Who and what is called how, as far as a rep can know it: whoever serves a queue, and the queues.

/** @import { components } from "../api.d.ts" */
/** @import { Api } from "../net/api.js" */

/** @typedef {components["schemas"]["Customer"]} Known */

export class Names {
  #api;
  /** @type {Map<string, string>} */
  #known = new Map();
  /** @type {Promise<components["schemas"]["QueueInFull"][]> | null} */
  #reading = null;
  /**
   * The customer who was asked about last.
   * @type {{ id: string, read: Promise<Known> } | null}
   */
  #customer = null;

  /** @param {Api} api */
  constructor(api) {
    this.#api = api;
  }

  /** @param {string} id */
  get = (id) => this.#known.get(id) ?? null;

  /**
   * Takes in how these are called.
   * @param {{ id: string, name: string }[]} people
   */
  learn(people) {
    for (const { id, name } of people) this.#known.set(id, name);
  }

  /** Reads them once, or `anew`; answers with all queues, each with who serves it. */
  read({ anew = false } = {}) {
    if (anew) this.#reading = null;
    this.#reading ??= this.#ask().catch((error) => {
      this.#reading = null;
      throw error;
    });
    return this.#reading;
  }

  /**
   * Who a customer is: read once while it is he, or `anew`.
   * @param {string} id
   * @returns {Promise<Known>}
   */
  customer(id, { anew = false } = {}) {
    const known = this.#customer;
    if (known?.id === id && !anew) return known.read;
    /** @type {Promise<Known>} */
    const read = this.#api.get(`/customers/${id}`);
    const asked = this.#customer = { id, read };
    read.catch(() => {
      if (this.#customer === asked) this.#customer = null;
    });
    return read;
  }

  async #ask() {
    const list = await this.#api.get("/queues");
    const queues = await Promise.all(list.map(({ id }) => this.#api.get(`/queues/${id}`)));
    this.learn(queues.flatMap((queue) => [queue, ...queue.reps]));
    return queues;
  }
}
