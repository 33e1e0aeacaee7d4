// The frame's side of a chat inside another page. It says hello to the page whose origin it was
// told, and to no other; from then on both speak through a port that nobody else has.

import { choose } from "../i18n/locale.js";
import { kept } from "../net/keep.js";
import { patiently, problemOf } from "../net/problem.js";
import { keptIn, storageThat, textOf } from "./lent.js";

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
        this.#welcome(event.data).then(resolve);
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

  /** Who the page has named; null: a visitor, or nobody. */
  get #owner() {
    const { api } = this.#frame.visit;
    return api.isVisitor ? null : api.user?.id ?? null;
  }

  #lend() {
    const text = textOf(this.#owner, this.#storage);
    if (!this.#port || text === this.#lent) return;
    this.#lent = text;
    this.say({ type: "keep", text });
  }

  /** What was not sent on the page before is here again, if he is here whose it is. */
  async #recall() {
    const { visit, does, parts } = this.#frame;
    const { composer, locale } = parts();
    // What he has begun to write since goes before.
    if (!composer.isEmpty) composer.put("");
    const held = this.#held;
    if (held?.owner && !this.#owner) return;
    this.#held = null;
    if (held && (!held.owner || held.owner === this.#owner)) {
      for (const [key, text] of Object.entries(held.values)) {
        if (!this.#storage.getItem(key)) this.#storage.setItem(key, text);
      }
      visit.outbox.open("chat", { id: visit.widget ?? "all" });
      const job = kept.get(visit.key("opening"), null);
      if (job && !visit.opening) visit.opener.keep(job);
      // Whatever has a beginning is drawn anew, and so begins with this.
      const hadFocus = document.hasFocus() && document.activeElement !== document.body;
      await does.setLocale(locale.tag);
      if (hadFocus) parts().composer.focus();
    }
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
    const was = api.isVisitor ? null : api.user;
    try {
      const user = await api.signIn("/identify", { widget, token }, "customer");
      // A visitor's chats become his; those of somebody else do not.
      if (was && was.id !== user.id) visit.forget("else");
      await this.#recall();
      this.say({ type: "event", name: "identified" });
    } catch (error) {
      const { code, message } = problemOf(error);
      this.say({ type: "event", name: "error", detail: { code, message } });
    }
  }

  /** @param {FromPage} message */
  async #hear(message) {
    const { visit, does, parts, dress } = this.#frame;
    if (message.type === "opened") {
      this.isOpen = true;
      parts().composer.focus();
      parts().thread?.toEnd();
      visit.signs.looked();
    } else if (message.type === "closed") {
      this.isOpen = false;
    } else if (message.type === "identify") {
      visit.socket.stop();
      visit.socket.forgetAll();
      await this.#identify(message.token);
      if (visit.api.user) await visit.enter();
    } else if (message.type === "session") {
      if (visit.api.user || visit.opening) return;
      await this.#resume(message.token);
      if (visit.api.user) await visit.enter();
    } else if (message.type === "reset") {
      this.#held = null;
      visit.forget();
    } else if (message.type === "locale") {
      does.setLocale(choose(message.locale));
    } else if (message.type === "theme") {
      dress(message.theme);
    } else if (message.type === "start") {
      if (visit.isOpen === false) visit.leave();
      if (message.queue) parts().card.pick(message.queue);
      if (message.text) parts().composer.put(message.text);
    }
  }
}
