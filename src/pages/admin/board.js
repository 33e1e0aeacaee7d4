// The live board: what is now, pushed by the server at most once a second, and the plots of what
// was. Who waits is read again whenever something has changed, at most every two seconds.

import { problemOf } from "../net/problem.js";
import { make } from "../ui/dom.js";
import { Capacity } from "./capacity.js";
import { daysAgo, midnight, offset } from "./days.js";
import { heading } from "./heading.js";
import { MINUTE, Trends } from "./trends.js";
import { Tiles } from "./tiles.js";
import { Waiting } from "./waiting.js";

/** @import { BoardFrame } from "../net/frames.d.ts" */
/** @import { Desk } from "./router.js" */
/** @import { LiveLine, QueueNow } from "./waiting.js" */

const READ_MS = 2_000;
/** Even if nothing is pushed: places change by themselves, too. */
const AGAIN_MS = 10_000;
const REPORTS_MS = 5 * MINUTE;
const WEEKS_DAYS = 28;

/** Whoever wants no motion gets new plots when he asks for them. */
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class Board {
  #desk;
  /** @type {LiveLine} */
  #line = { queues: [], reps: [] };
  /**
   * How many each rep is asked about.
   * @type {Map<string, number>}
   */
  #offered = new Map();
  /**
   * How long conversations of each queue take, in ms; null: nobody knows.
   * @type {Map<string, number | null>}
   */
  #pace = new Map();
  #queue;
  #tiles;
  #waiting;
  #capacity;
  #trends;
  #choice;
  #readAt = 0;
  /** @type {Promise<void> | null} */
  #reading = null;
  /** @type {number | undefined} */
  #again;
  /** @type {number[]} */
  #timers = [];
  #isOver = false;

  /**
   * @param {HTMLElement} place
   * @param {Desk} desk
   */
  constructor(place, desk) {
    this.#desk = desk;
    const { locale } = desk;
    const { t } = locale;
    this.#queue = desk.at.query.get("queue") ?? "";
    this.#tiles = new Tiles(locale);
    const moved = () => this.#soon();
    this.#waiting = new Waiting({ ...desk, moved }, () => this.#line,
      (now, ahead) => this.#eta(now, ahead));
    this.#capacity = new Capacity(desk);
    this.#trends = new Trends(desk);
    this.#choice = make("select", { "aria-label": t("board_queue"),
      onchange: () => this.#choose() });
    const fresh = make("button", { type: "button", hidden: !isCalm(),
      onclick: () => this.#plots({ all: true }) }, t("plots_again"));
    place.append(heading(t("nav_board"), this.#choice, fresh), this.#tiles.element,
      make("div", { class: "cards uneven" }, this.#waiting.element, this.#capacity.element),
      this.#trends.element);
  }

  async begin() {
    await this.#read();
    this.#plots({ all: true });
    const stop = this.#desk.hear("board", (frame) => this.#hear(frame));
    const back = this.#desk.hear("link", ({ state }) => state === "ready" && this.#soon());
    this.#timers = [
      setInterval(() => this.#tick(), 1_000),
      setInterval(() => document.hidden || this.#soon(), AGAIN_MS),
      setInterval(() => isCalm() || document.hidden || this.#plots({ all: false }), MINUTE),
      setInterval(() => document.hidden || this.#today().catch(() => {}), MINUTE),
      setInterval(() => isCalm() || document.hidden || this.#reports(), REPORTS_MS),
    ];
    return () => {
      this.#isOver = true;
      stop();
      back();
      clearTimeout(this.#again);
      this.#timers.forEach(clearInterval);
    };
  }

  /**
   * Figures are shown as they come; who is behind them is read.
   * @param {BoardFrame} frame
   */
  #hear({ queues, reps }) {
    const known = new Map(this.#line.queues.map((one) => [one.queue.id, one.first]));
    this.#line = { reps, queues: queues.map((one) =>
      ({ ...one, first: known.get(one.queue.id) ?? [] })) };
    this.#show();
    this.#soon();
  }

  #soon() {
    if (this.#again !== undefined) return;
    const rest = Math.max(0, this.#readAt + READ_MS - Date.now());
    this.#again = setTimeout(() => {
      this.#again = undefined;
      // It is read again soon; a fault of the page is logged.
      this.#read().catch(problemOf);
    }, rest);
  }

  async #read() {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readOnce() {
    this.#readAt = Date.now();
    const { api } = this.#desk;
    const line = await api.get("/line");
    const offers = line.queues.some(({ mode }) => mode === "offer")
      ? (await api.get("/conversations?status=offered&limit=200")).items : [];
    if (this.#isOver) return;
    this.#offered = new Map();
    for (const { offered_to: rep } of offers) {
      if (rep) this.#offered.set(rep.id, (this.#offered.get(rep.id) ?? 0) + 1);
    }
    this.#line = line;
    this.#choices();
    this.#show();
  }

  #show() {
    const { queues, reps } = this.#line;
    const own = queues.filter(({ queue }) => !this.#queue || queue.id === this.#queue);
    const serving = this.#queue
      ? reps.filter((rep) => rep.queues.some(({ id }) => id === this.#queue)) : reps;
    this.#tiles.live({ queues: own, reps: serving }, this.#trends.before);
    this.#waiting.show(this.#queue);
    this.#capacity.show(serving, this.#offered);
  }

  #tick() {
    this.#waiting.tick();
    const { queues, reps } = this.#line;
    if (queues.length && !this.#queue) this.#tiles.live({ queues, reps }, this.#trends.before);
    else if (queues.length) this.#show();
  }

  /** Which queues there are to look at. One that is gone is looked at no more. */
  #choices() {
    const { t } = this.#desk.locale;
    /** @type {[string, string][]} */
    const named = this.#line.queues.map(({ queue }) => [queue.id, queue.name]);
    if (!named.some(([id]) => id === this.#queue)) this.#queue = "";
    /** @type {[string, string][]} */
    const options = [["", t("all_queues")], ...named];
    const drawn = JSON.stringify(options);
    if (this.#choice.dataset.drawn !== drawn) {
      this.#choice.dataset.drawn = drawn;
      this.#choice.replaceChildren(...options.map(([value, name]) =>
        make("option", { value }, name)));
    }
    this.#choice.value = this.#queue;
    this.#choice.hidden = named.length < 2;
  }

  #choose() {
    this.#queue = this.#choice.value;
    this.#desk.note(new URLSearchParams(this.#queue ? { queue: this.#queue } : {}));
    this.#show();
    this.#plots({ all: true });
  }

  /** @param {{ all: boolean }} which */
  #plots({ all }) {
    this.#trends.minutes(this.#queue, this.#line.reps).then(() => this.#isOver || this.#show());
    if (all) this.#reports();
  }

  /**
   * What has been since then, of the queue that is chosen.
   * @param {number} from
   */
  #report(from) {
    const which = this.#queue ? `&queue=${this.#queue}` : "";
    return this.#desk.api.get(
      `/reports?from=${from}&to=${Date.now()}&offset=${offset()}${which}`);
  }

  /** Today's figures. */
  async #today() {
    const queue = this.#queue;
    const today = await this.#report(midnight());
    if (!this.#isOver && queue === this.#queue) this.#tiles.today(today);
  }

  /** What is told by reports: today's figures, four weeks of arrivals, a day of ends. */
  async #reports() {
    const queue = this.#queue;
    try {
      await this.#today();
      const weeks = await this.#report(daysAgo(WEEKS_DAYS));
      const day = await this.#report(daysAgo(1));
      if (this.#isOver || queue !== this.#queue) return;
      for (const one of weeks.queues) {
        this.#pace.set(one.queue.id, one.handling?.p50_ms ?? null);
      }
      this.#trends.reports(weeks, day);
      this.#show();
    } catch (error) {
      const problem = problemOf(error);
      if (this.#isOver) return;
      this.#tiles.noReport();
      this.#trends.noReports(problem);
    }
  }

  /**
   * A slot gets free as often as conversations of the queue take on average.
   * @param {QueueNow} now
   * @param {number} ahead
   */
  #eta({ queue }, ahead) {
    const handling = this.#pace.get(queue.id) ?? null;
    const slots = this.#line.reps.filter((rep) => rep.present && rep.availability === "available"
      && rep.queues.some(({ id }) => id === queue.id))
      .reduce((sum, { capacity }) => sum + capacity, 0);
    return handling === null || !slots ? null : (ahead + 1) * handling / slots;
  }
}

/** @type {import("./router.js").Show} */
export async function show(place, desk) {
  return new Board(place, desk).begin();
}
