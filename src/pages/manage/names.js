// What things are called that are known by their ids: looked up once, and only what is shown.

/** So many people are looked up at once. */
const AT_ONCE = 6;

export class Names {
  #api;
  #known = new Map();

  constructor(api) {
    this.#api = api;
  }

  /** Learns what there is few of. */
  async begin() {
    const read = (path) => this.#api.get(path).catch(() => []);
    const lists = await Promise.all([read("/queues"), read("/schedules"), read("/widgets"),
      read("/api-keys"), read("/canned-replies")]);
    for (const { id, name } of lists.flat()) this.#known.set(id, name);
  }

  /** What is called so; undefined if nobody knows. */
  of = (id) => this.#known.get(id) ?? undefined;

  /** Learns the names of the people that these entries are about. */
  async learn(entries) {
    for (const { actor } of entries) if (actor) this.#known.set(actor.id, actor.name);
    const wanted = new Set(entries.filter(({ object }) => object.kind === "user" && object.id)
      .map(({ object }) => object.id).filter((id) => !this.#known.has(id)));
    const left = [...wanted];
    const read = async () => {
      for (let id = left.pop(); id; id = left.pop()) {
        const person = await this.#api.get(`/people/${id}`).catch(() => null);
        this.#known.set(id, person?.display_name || null);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, read));
  }
}
