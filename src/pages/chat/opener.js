// The first message of a conversation that is not there yet: kept, and tried until the server has
// it. Whatever else is written meanwhile waits for it.

import { kept, uuid7 } from "../net/keep.js";
import { problemOf, retryMs } from "../net/problem.js";

/** @import { Attachment } from "../net/frames.d.ts" */
/** @import { Opening, Wishes } from "./parts.d.ts" */
/** @import { Visit } from "./visit.js" */

/**
 * The queue of this id or name.
 * @param {Visit["welcome"]} welcome
 * @param {string | null | undefined} wanted
 */
export const queueOf = (welcome, wanted) => welcome?.queues
  .find(({ id, name }) => id === wanted || name === wanted);

export class Opener {
  /**
   * What is being opened; null: nothing.
   * @type {Opening | null}
   */
  job = null;
  /** @type {Visit} */
  #visit;
  #tries = 0;
  #isUnderWay = false;

  /** @param {Visit} visit */
  constructor(visit) {
    this.#visit = visit;
    this.job = kept.get(this.#key, null);
    addEventListener("online", () => this.go());
  }

  get #key() {
    return this.#visit.key("opening");
  }

  /**
   * Begins with this.
   * @param {string} text
   * @param {Attachment[]} files
   * @param {Wishes} wishes
   */
  begin(text, files, { queue = null, name = "", leave = false }) {
    this.keep({ client_id: uuid7(), text, files, queue, name, leave, at: Date.now() });
    this.go();
  }

  /** @param {Opening | null} job */
  keep(job) {
    this.job = job;
    kept.set(this.#key, job);
    this.#visit.tell("pending");
    this.#visit.tell("state");
  }

  retry() {
    if (this.job) this.keep({ ...this.job, error: undefined, code: undefined });
    this.go();
  }

  // The same id again opens nothing twice, so it is tried until there is an answer.
  async go() {
    const { job } = this;
    const { welcome } = this.#visit;
    // Which queue is meant by its name is known by then.
    if (this.#isUnderWay || !job || job.error || (job.queue && !welcome)) return;
    this.#isUnderWay = true;
    try {
      await this.#visit.become(job.name);
      const view = await this.#visit.api.post("/conversations", {
        client_id: job.client_id, text: job.text,
        attachments: job.files.map(({ id }) => id),
        ...(job.queue && { queue: queueOf(welcome, job.queue)?.id ?? job.queue }),
        ...(job.leave && { leave_message: true }),
      });
      this.#tries = 0;
      await this.#visit.opened(job, view);
    } catch (error) {
      this.#refused(job, error);
    } finally {
      this.#isUnderWay = false;
    }
  }

  /**
   * @param {Opening} job
   * @param {unknown} error
   */
  #refused(job, error) {
    const { status, code, message, fields, mayPass } = problemOf(error);
    if (status === 401) return;
    // What is wrong with a field is told as what it is about.
    const about = fields[0]?.field ?? code;
    const isGone = about === "queue";
    if (isGone || code === "outside_hours") this.#visit.lookAgain();
    if (!mayPass || status === 429 || code === "queue_full") {
      this.keep({ ...job, error: message, code: about, queue: isGone ? null : job.queue });
      return;
    }
    setTimeout(() => this.go(), retryMs(this.#tries++));
    this.#visit.tell("unreachable");
  }
}
