// The native wire: one socket that comes back by itself and misses nothing.
//
// It knows up to which seq each conversation was seen and says so in `hello`. An event that does
// not follow on what was seen means that something was missed: it then says hello anew.

import { Problem, problemOf } from "./problem.js";

/** @import { Api } from "./api.js" */
/** @import { Ack, ClientFrame, Command, EventFrame, Gap, ServerFrame } from "./frames.d.ts" */

/** @typedef {"connecting" | "ready" | "waiting" | "stopped"} State */

/**
 * @typedef {object} Hears
 * @property {(frame: ServerFrame) => void} frame hears what the server says, in order
 * @property {(state: State, detail: { code?: number, reason?: string }) => void} status hears how
 *   the connection is: waiting means to come back, and `code` is the close code; where it is
 *   stopped, `code` and `reason` are the server's
 * @property {(frame: Gap) => unknown} gap is told that more is missing than comes by itself; frames
 *   wait until it is read
 * @property {() => Command | null} [probe] a harmless command that is answered
 */

/** @typedef {{ resolve: (ack: Ack) => void, reject: (problem: Problem) => void }} Waiting */

const BACKOFF_MS = 500;
const BACKOFF_MAX_MS = 8_000;
/** Ready for so long, a socket counts as a good one, and the next try comes soon. */
const STEADY_MS = 5_000;
/** How long the server may leave a command unanswered before the socket is given up. */
const PATIENCE_MS = 10_000;
/** Close codes from here on mean: do not come back by yourself. */
const TERMINAL = 4100;
/** The one that says: this login has ended. */
const ENDED = 4100;
/** Silent for so long while somebody looks on, the socket is asked whether it still lives. */
const SILENCE_MS = 15_000;
const LOOK_MS = 3_000;
/** As many as the server takes in one hello. */
const RESUME_MAX = 200;

export class Socket {
  #api;
  #hears;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Map<string, number>} */
  #seen = new Map();
  /** @type {Map<string, Waiting>} */
  #asked = new Map();
  #reference = 0;
  #tries = 0;
  #readyAt = 0;
  /** @type {number | null} */
  #comeBackIn = null;
  /** @type {number | undefined} */
  #timer;
  /** @type {number | undefined} */
  #watch;
  #turn = 0;
  #stopped = true;
  #heardAt = 0;
  #isConnecting = false;

  /**
   * @param {Api} api
   * @param {Hears} hears
   */
  constructor(api, { frame, status, gap, probe = () => null }) {
    this.#api = api;
    this.#hears = { frame, status, gap, probe };
    const wake = () => {
      if (this.#stopped || document.hidden) return;
      if (!this.#socket) this.hurry();
      else look();
    };
    const look = () => {
      if (!this.#socket || this.#stopped || document.hidden) return;
      if (Date.now() - this.#heardAt > SILENCE_MS) this.#ask();
    };
    addEventListener("online", wake);
    addEventListener("pageshow", wake);
    document.addEventListener("visibilitychange", wake);
    setInterval(look, LOOK_MS);
    addEventListener("offline", () => this.#socket && this.#lose());
  }

  get isReady() {
    return this.#readyAt > 0;
  }

  start() {
    this.#stopped = false;
    this.#tries = 0;
    this.#connect();
  }

  /** Ends it for good; `text` says why, if somebody is to know. */
  stop(reason = "", code = 0) {
    this.#stopped = true;
    this.#drop();
    this.#hears.status("stopped", { reason, code });
  }

  /** Comes back now instead of after a while. */
  hurry() {
    if (!this.#stopped && !this.#socket && !this.#isConnecting) this.#connect();
  }

  /**
   * The next hello asks for all of this conversation, open or closed.
   * @param {string} conversation
   */
  forget = (conversation) => this.#seen.set(conversation, 0);

  /**
   * The next hello asks for what came after this entry.
   * @param {string} conversation
   * @param {number} seq
   */
  knows(conversation, seq) {
    if (seq > (this.#seen.get(conversation) ?? 0)) this.#seen.set(conversation, seq);
  }

  /** Somebody else signs in. */
  forgetAll = () => this.#seen.clear();

  /**
   * Sends a frame, if there is a socket that takes it.
   * @param {ClientFrame} frame
   */
  send(frame) {
    if (!this.isReady || !this.#socket) return false;
    this.#socket.send(JSON.stringify(frame));
    this.#watch ??= setTimeout(() => this.#lose(), PATIENCE_MS);
    return true;
  }

  /**
   * Sends a command and waits for its `ack`; its error is thrown.
   * @param {Command} frame
   * @returns {Promise<Ack>}
   */
  ask(frame) {
    const ref = String(++this.#reference);
    return new Promise((resolve, reject) => {
      this.#asked.set(ref, { resolve, reject });
      if (!this.send({ ...frame, ref })) this.#refuseAll();
    });
  }

  async #connect() {
    clearTimeout(this.#timer);
    this.#drop();
    const turn = this.#turn;
    // Said once: while it tries again, it is said already that it does.
    if (!this.#tries) this.#hears.status("connecting", {});
    let ticket;
    this.#isConnecting = true;
    try {
      ({ ticket } = await this.#api.post("/socket-tickets"));
    } catch (error) {
      // Without a login there is nothing to come back with; the page has heard of it.
      if (turn === this.#turn && problemOf(error).status !== 401) this.#lose();
      return;
    }
    if (turn !== this.#turn) return;
    this.#isConnecting = false;
    const address = `${location.protocol.replace("http", "ws")}//${location.host}/ws`;
    const socket = new WebSocket(address, ["switchboard.v1", `ticket.${ticket}`]);
    this.#socket = socket;
    this.#comeBackIn = null;
    socket.onopen = () => {
      const resume = Object.fromEntries([...this.#seen].slice(-RESUME_MAX));
      socket.send(JSON.stringify({ type: "hello", resume }));
    };
    // Frames wait for the one before, because a gap is read over HTTP.
    /** @type {Promise<unknown>} */
    let before = Promise.resolve();
    socket.onmessage = ({ data }) => {
      this.#heardAt = Date.now();
      clearTimeout(this.#watch);
      this.#watch = undefined;
      before = before.then(() => turn === this.#turn && this.#hear(JSON.parse(data)))
        .catch((error) => {
          console.error(error);
          if (turn === this.#turn) this.#lose();
        });
    };
    socket.onclose = ({ code, reason }) => before.then(() => {
      if (turn !== this.#turn) return;
      // Whatever asks next hears that the login has ended, and with it the page.
      if (code === ENDED) this.#api.get("/me").catch(() => {});
      if (code >= TERMINAL) this.stop(reason || String(code), code);
      else this.#lose(code);
    });
  }

  /** @param {ServerFrame} frame */
  async #hear(frame) {
    if (frame.type === "ready") {
      this.#readyAt = Date.now();
      this.#hears.status("ready", {});
    }
    if (frame.type === "bye") this.#comeBackIn = frame.reconnect_in_ms;
    if (frame.type === "event") return this.#event(frame);
    if (frame.type === "gap") {
      this.#seen.set(frame.conversation, frame.to);
      return this.#hears.gap(frame);
    }
    const ref = frame.type === "ack" || frame.type === "error" ? frame.ref : undefined;
    const asked = ref && this.#asked.get(ref);
    if (asked && (frame.type === "ack" || frame.type === "error")) {
      this.#asked.delete(ref);
      if (frame.type === "ack") return asked.resolve(frame);
      return asked.reject(new Problem(400, { code: frame.code, detail: frame.message }));
    }
    // An error that names no command may be about any.
    const isNameless = frame.type === "error" && !frame.ref && !frame.client_id;
    if (isNameless) this.#refuseAll(frame.message, frame.code);
    this.#hears.frame(frame);
  }

  /** @param {EventFrame} frame */
  #event(frame) {
    const { conversation, seq, after } = frame;
    const seen = this.#seen.get(conversation) ?? 0;
    if (seq <= seen) return;
    if (after > seen) {
      this.#lose();
      return;
    }
    // Put last, so that the ones longest silent are the ones a long hello leaves out.
    this.#seen.delete(conversation);
    this.#seen.set(conversation, seq);
    this.#hears.frame(frame);
  }

  // The socket is of no more use: another one after a while, a random one so that not all come
  // at once.
  /** @param {number} [code] */
  #lose(code) {
    const steady = this.isReady && Date.now() - this.#readyAt > STEADY_MS;
    const comeBackIn = this.#comeBackIn;
    this.#drop();
    this.#tries = steady ? 1 : this.#tries + 1;
    const most = Math.min(BACKOFF_MS * 2 ** (this.#tries - 1), BACKOFF_MAX_MS);
    const wait = comeBackIn ?? most * (0.5 + Math.random() / 2);
    this.#hears.status("waiting", { code });
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  // A line may die without a word, as while a laptop sleeps: then the answer does not come.
  #ask() {
    const frame = this.#hears.probe();
    if (frame) this.send({ ...frame, ref: "probe" });
  }

  #drop() {
    this.#turn += 1;
    this.#isConnecting = false;
    this.#readyAt = 0;
    this.#comeBackIn = null;
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    this.#watch = undefined;
    this.#socket?.close();
    this.#socket = null;
    this.#refuseAll();
  }

  #refuseAll(detail = "There is no connection right now. Try again once it is back.",
    code = "no_link") {
    for (const { reject } of this.#asked.values()) reject(new Problem(0, { code, detail }));
    this.#asked.clear();
  }
}
