// What things are called that are known by their ids: looked up once, and only what is shown.

/** @import { components } from "../api.d.ts" */
/** @import { Api } from "../net/api.js" */

/** So many people are looked up at once. */
const AT_ONCE = 6;

export class Names {
  /** @type {Api} */
  #api;
  /** @type {string} */
  #erased;
  /**
   * By their ids; null: nobody knows.
   * @type {Map<string, string | null>}
   */
  #known = new Map();

  /**
   * @param {Api} api
   * @param {string} erased What whoever is erased is called in the language of the page.
   */
  constructor(api, erased) {
    [this.#api, this.#erased] = [api, erased];
  }

  /** Learns what there is few of. */
  async begin() {
    const api = this.#api;
    const none = () => [];
    const lists = await Promise.all([api.get("/queues").catch(none),
      api.get("/schedules").catch(none), api.get("/widgets").catch(none),
      api.get("/api-keys").catch(none), api.get("/canned-replies").catch(none)]);
    for (const { id, name } of lists.flat()) this.#known.set(id, name);
  }

  /**
   * What is called so; undefined if nobody knows.
   * @param {string} id
   */
  of = (id) => this.#known.get(id) ?? undefined;

  /**
   * Learns the names of the people that these entries are about.
   * @param {components["schemas"]["AuditEntry"][]} entries
   */
  async learn(entries) {
    for (const { actor } of entries) if (actor) this.#known.set(actor.id, actor.name);
    const wanted = new Set(entries.flatMap(({ object: { kind, id } }) =>
      (kind === "user" && id && !this.#known.has(id) ? [id] : [])));
    const left = [...wanted];
    const read = async () => {
      for (let id = left.pop(); id; id = left.pop()) {
        const person = await this.#api.get(`/people/${id}`).catch(() => null);
        this.#known.set(id, person?.erased_at ? this.#erased : person?.display_name || null);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, read));
  }
}
