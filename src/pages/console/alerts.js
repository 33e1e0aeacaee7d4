// What calls a rep who looks elsewhere: sounds, the title, the badge of the app, notifications. Of
// several tabs one rings.

import { wishes } from "./wishes.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Heard, View } from "./parts.d.ts" */

/** @typedef {{ sound: boolean, notify: boolean }} Chips */

const TONES = { offer: [523, 659, 784], assigned: [587, 784], message: [660, 880] };
/** How often an offer rings until it is answered, and how soon the same thing rings again. */
const AGAIN_MS = 5_000;
const PAUSE_MS = 1_200;

export class Alerts {
  /**
   * Hears whether sound or notifications wait for a word of the rep.
   * @type {(chips: Chips) => void}
   */
  onChange = () => {};
  /** @type {Desk} */
  #desk;
  /** @type {Locale} */
  #locale;
  /** @type {(id: string) => unknown} */
  #show;
  #isFirst = !navigator.locks;
  #rangAt = 0;
  /** @type {typeof import("../ui/sound.js") | null} */
  #sound = null;
  /** @type {Map<string, Notification>} */
  #shown = new Map();

  /**
   * `show(id)` brings a conversation before him.
   * @param {Desk} desk
   * @param {Locale} locale
   * @param {(id: string) => unknown} show
   */
  constructor(desk, locale, show) {
    [this.#desk, this.#locale, this.#show] = [desk, locale, show];
    // Whoever holds this rings; when its tab goes, the next one does.
    navigator.locks?.request(`switchboard.console.ring.${desk.user.id}`, () => {
      this.#isFirst = true;
      return new Promise(() => {});
    }).catch(() => {});
    setInterval(() => this.#remind(), AGAIN_MS);
    document.addEventListener("visibilitychange", () => !document.hidden && this.#clear());
    addEventListener("pointerdown", () => this.#wake(), { once: true });
    addEventListener("keydown", () => this.#wake(), { once: true });
    this.#check();
  }

  async #load() {
    this.#sound ??= await import("../ui/sound.js");
    return this.#sound;
  }

  // A browser lets a page sound only after somebody has pressed something on it.
  async #wake() {
    const sound = await this.#load().catch(() => null);
    await sound?.unlock();
    this.#check();
  }

  /** Turns sound on, and lets him hear that it is. */
  async soundOn() {
    wishes.sound = true;
    await this.#wake();
    this.#ring("message");
  }

  async notifyOn() {
    await Notification.requestPermission().catch(() => {});
    this.#check();
  }

  #check() {
    const active = navigator.userActivation?.hasBeenActive ?? true;
    this.onChange({ sound: !wishes.sound || !active,
      notify: wishes.notify && "Notification" in window && Notification.permission === "default" });
  }

  check = () => this.#check();

  /**
   * Something has happened.
   * @param {Heard} what
   */
  heard({ kind, view }) {
    const { hidden } = document;
    const isRead = kind === "message" && view.id === this.#desk.view?.id
      && this.#desk.isLooking();
    if (isRead || !this.#isFirst) return;
    this.#ring(kind);
    if (hidden) this.#notify(kind, view);
  }

  #remind() {
    const now = this.#desk.now();
    const isOpen = [...this.#desk.offers.values()].some(({ until }) => until > now);
    if (this.#isFirst && isOpen) this.#ring("offer");
  }

  /** @param {Heard["kind"]} kind */
  async #ring(kind) {
    if (!wishes.sound || Date.now() - this.#rangAt < PAUSE_MS) return;
    this.#rangAt = Date.now();
    const { ring } = await this.#load();
    ring(TONES[kind]);
    document.documentElement.dataset.rang = String(
      Number(document.documentElement.dataset.rang ?? 0) + 1);
  }

  /**
   * It names who, and not what was said: others may see the screen.
   * @param {Heard["kind"]} kind
   * @param {View} view
   */
  #notify(kind, view) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const { t } = this.#locale;
    let note;
    try {
      note = new Notification(t(`notify_${kind}`, { name: view.customer.name }), {
        tag: view.id, icon: "/icon.svg", body: view.queue.name, dir: this.#locale.dir,
        lang: this.#locale.tag });
    } catch {
      // Some browsers on phones have the name and not the thing.
      return;
    }
    note.onclick = () => {
      window.focus();
      if (kind !== "offer") this.#show(view.id);
      note.close();
    };
    this.#shown.set(view.id, note);
  }

  #clear() {
    for (const note of this.#shown.values()) note.close();
    this.#shown.clear();
  }

  /** What waits for him, in the title and on the app's picture. */
  count() {
    const { offers, unread } = this.#desk;
    const n = unread + offers.size;
    const { t, number } = this.#locale;
    document.title = n ? `(${number(n)}) ${t("title")}` : t("title");
    try {
      if (n) navigator.setAppBadge?.(n)?.catch(() => {});
      else navigator.clearAppBadge?.()?.catch(() => {});
    } catch {
      // Not every page may.
    }
  }
}
