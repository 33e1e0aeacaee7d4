// The frame's side of a chat inside another page. It says hello to the page whose origin it was
// told, and to no other; from then on both speak through a port that nobody else has.

import { choose } from "../i18n/locale.js";
import { patiently } from "../net/api.js";

export class Host {
  /** Fulfilled when the page has said who comes. */
  ready;
  /** Whether the panel is open, as far as the page has said. */
  isOpen = true;
  #port = null;
  #waiting = [];
  #visit;
  #does;
  #parts;
  #dress;

  constructor(origin, { visit, does, parts, dress }) {
    [this.#visit, this.#does, this.#parts, this.#dress] = [visit, does, parts, dress];
    this.ready = new Promise((resolve) => {
      addEventListener("message", (event) => {
        const known = event.source === window.parent && event.origin === origin;
        if (!known || this.#port || event.data?.switchboard !== "port") return;
        [this.#port] = event.ports;
        this.#port.onmessage = ({ data }) => this.#hear(data);
        this.#welcome(event.data).then(resolve);
      });
    });
    window.parent.postMessage({ switchboard: "hello" }, origin);
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented
        && !document.querySelector("dialog[open], :popover-open")) does.close();
    });
  }

  say(message) {
    if (this.#port) this.#port.postMessage(message);
    else this.#waiting.push(message);
  }

  async #welcome({ token, identity, open }) {
    this.isOpen = open;
    if (identity) await this.#identify(identity);
    else if (token) await this.#resume(token);
    for (const message of this.#waiting.splice(0)) this.#port.postMessage(message);
    this.say({ type: "ready" });
  }

  // A token that is good no more is no news: he comes as somebody new.
  async #resume(token) {
    try {
      await patiently(() => this.#visit.api.resume(token));
    } catch {
      this.say({ type: "session", token: null });
    }
  }

  async #identify(token) {
    const { api, widget } = this.#visit;
    try {
      await api.signIn("/identify", { widget, token }, "customer");
      this.say({ type: "event", name: "identified" });
    } catch (error) {
      const { code, message } = error;
      this.say({ type: "event", name: "error", detail: { code, message } });
    }
  }

  async #hear(message) {
    const visit = this.#visit;
    const hears = {
      opened: () => {
        this.isOpen = true;
        this.#parts().composer.focus();
        this.#parts().thread?.toEnd();
        visit.looked();
      },
      closed: () => { this.isOpen = false; },
      identify: async () => {
        visit.socket.stop();
        visit.socket.forgetAll();
        await this.#identify(message.token);
        if (visit.api.user) await visit.enter();
      },
      reset: () => visit.forget(),
      locale: () => this.#does.setLocale(choose(message.locale)),
      theme: () => this.#dress(message.theme),
      start: () => {
        const { queue, text } = message;
        if (visit.isOpen === false) visit.leave();
        if (queue) this.#parts().card.pick(queue);
        if (text) this.#parts().composer.put(text);
      },
    };
    await hears[message.type]?.();
  }
}
