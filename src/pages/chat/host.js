// The frame's side of a chat inside another page. It says hello to the page whose origin it was
// told, and to no other; from then on both speak through a port that nobody else has.

import { choose } from "../i18n/locale.js";
import { patiently, problemOf } from "../net/problem.js";
import { takeUp } from "./joined.js";
import { keptIn, storageThat, textOf } from "./lent.js";
import { resume } from "./resumed.js";

/** @import { FromPage, Does, Greeting, Parts, ToPage } from "./parts.d.ts" */
/** @import { Kept } from "./lent.js" */
/** @import { Visit } from "./visit.js" */

/**
 * What the frame is made of.
 * @typedef {{ visit: Visit, does: Does, parts: () => Parts, dress: (theme: string) => void }} Frame
 */

export class Host {
  /** Whether the panel is open, as far as the page has said. */
  isOpen = true;
  /** @type {MessagePort | null} */
  #port = null;
  /** @type {ToPage[]} */
  #waiting = [];
  #frame;
  /**
   * What was not sent on the page before, until it is known whose it is.
   * @type {Kept | null}
   */
  #held = null;
  /** @type {string | null} What the page keeps now. */
  #lent = null;
  /** @type {string | null} Whom the page has named last: his login may have ended since. */
  #named = null;
  /**
   * Who comes and goes does so one after the other.
   * @type {Promise<unknown>}
   */
  #turn = Promise.resolve();
  #storage = storageThat(() => this.#lend());

  /**
   * @param {string} origin
   * @param {Frame} frame
   */
  constructor(origin, frame) {
    this.#frame = frame;
    // Whatever the chat keeps in its tab is kept by the page around.
    Object.defineProperty(window, "sessionStorage", { value: this.#storage });
    /**
     * Fulfilled when the page has said who comes.
     * @type {Promise<void>}
     */
    this.ready = new Promise((resolve) => {
      addEventListener("message", (event) => {
        const known = event.source === window.parent && event.origin === origin;
        if (!known || this.#port || event.data?.switchboard !== "port") return;
        const [port] = event.ports;
        this.#port = port;
        port.onmessage = ({ data }) => this.#hear(data);
        this.#turn = this.#welcome(event.data).catch(console.error);
        this.#turn.then(() => resolve());
      });
    });
    window.parent.postMessage({ switchboard: "hello" }, origin);
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented
        && !document.querySelector("dialog[open], :popover-open")) frame.does.close();
    });
  }

  /** @param {ToPage} message */
  say(message) {
    if (this.#port) this.#port.postMessage(message);
    else this.#waiting.push(message);
  }

  /** @param {Greeting} greeting */
  async #welcome({ token, identity, open, kept: text }) {
    this.isOpen = open;
    this.#lent = text;
    this.#held = keptIn(text);
    if (token) await this.#resume(token);
    if (identity) await this.#identify(identity);
    await this.#recall();
    for (const message of this.#waiting.splice(0)) this.say(message);
    this.say({ type: "ready" });
  }

  /** Whose it is that is written here; null: a visitor's, or nobody's. */
  get #owner() {
    const { api } = this.#frame.visit;
    return api.isVisitor ? null : api.user?.id ?? this.#named;
  }

  #lend() {
    const text = textOf(this.#owner, this.#storage, this.#held);
    if (!this.#port || text === this.#lent) return;
    this.#lent = text;
    this.say({ type: "keep", text });
  }

  /** What was not sent on the page before is here again, if he is here whose it is. */
  async #recall() {
    // What he has begun to write meanwhile is kept with it.
    this.#frame.parts().composer.save();
    const owner = this.#owner;
    let isMore = false;
    for (let held = this.#held; held && (!held.owner || held.owner === owner);) {
      isMore = takeUp(this.#storage, held.values) || isMore;
      held = this.#held = held.held;
    }
    // What another has written who was named goes when somebody else is.
    if (owner) this.#held = null;
    if (isMore) await resume(this.#frame);
    this.#lend();
  }

  // A token that is good no more is no news: he comes as somebody new.
  /** @param {string} token */
  async #resume(token) {
    try {
      await patiently(() => this.#frame.visit.api.resume(token));
    } catch {
      this.say({ type: "session", token: null });
    }
  }

  /** @param {string} token */
  async #identify(token) {
    const { visit } = this.#frame;
    const { api, widget } = visit;
    if (!widget) return;
    const was = this.#owner;
    try {
      const user = await api.signIn("/identify", { widget, token }, "customer");
      // A visitor's chats become his; those of somebody else do not.
      if (was && was !== user.id) visit.forget("else");
      this.#named = user.id;
      await this.#recall();
      this.say({ type: "event", name: "identified" });
    } catch (error) {
      const { code, message } = problemOf(error);
      this.say({ type: "event", name: "error", detail: { code, message } });
    }
  }

  /** @param {FromPage} message */
  async #become(message) {
    const { visit } = this.#frame;
    if (message.type === "identify") {
      visit.socket.stop();
      visit.socket.forgetAll();
      await this.#identify(message.token);
    } else if (message.type === "session") {
      if (visit.api.user || visit.opening) return;
      await this.#resume(message.token);
    } else {
      [this.#held, this.#named] = [null, null];
      visit.forget();
    }
    if (visit.api.user) await visit.enter();
  }

  /** @param {FromPage} message */
  #hear(message) {
    const { visit, does, parts, dress } = this.#frame;
    if (message.type === "opened") {
      this.isOpen = true;
      parts().composer.focus();
      parts().thread?.toEnd();
      visit.signs.looked();
    } else if (message.type === "closed") {
      this.isOpen = false;
    } else if (["identify", "session", "reset"].includes(message.type)) {
      this.#turn = this.#turn.then(() => this.#become(message)).catch(console.error);
    } else if (message.type === "locale") {
      does.setLocale(choose(message.locale));
    } else if (message.type === "theme") {
      dress(message.theme);
    } else if (message.type === "start") {
      if (visit.view && !visit.isOpen) visit.leave();
      if (message.queue) parts().card.pick(message.queue);
      if (message.text) parts().composer.put(message.text);
    }
  }
}
