// What stands beside the log: how it is going on, and what can be done about it. One card at a
// time, and each state has one.

import { make, tell, words } from "../ui/dom.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Eta } from "../net/frames.d.ts" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Does } from "./parts.d.ts" */
/** @import { View } from "./standing.js" */
/** @import { Visit } from "./visit.js" */

/** @typedef {NonNullable<Visit["welcome"]>} Welcome */

/**
 * A name for what is shown, so that it is made anew only when it is another; then its parts.
 * @typedef {[key: string, ...parts: Child[]]} Made
 */

/** How long nobody answers before it is said why, in ms. */
const BUSY_MS = 60_000;
/** How often a place is read aloud at most, in ms. */
const SPOKEN_MS = 10_000;

export class Card {
  #visit;
  #locale;
  #does;
  #shown = "";
  #spokenAt = 0;
  #speech = make("p", { class: "unseen", role: "status" });
  #body = make("div", { class: "card-body" });
  /** @type {string | null} */
  #picked = null;
  /** Queues that take no messages outside of their hours, as far as they have said so. */
  #refusing = new Set();
  /** @type {number | undefined} */
  #speakTimer;
  #clock;
  name = make("input", { name: "name", autocomplete: "name", dir: "auto", maxlength: "100" });
  element = make("section", { class: "card" }, this.#body, this.#speech);

  /**
   * @param {Visit} visit
   * @param {Locale} locale
   * @param {Does} does
   */
  constructor(visit, locale, does) {
    this.#visit = visit;
    this.#locale = locale;
    this.#does = does;
    this.#clock = setInterval(() => this.show(), BUSY_MS / 4);
  }

  /** Another one takes its place. */
  stop() {
    clearInterval(this.#clock);
    clearTimeout(this.#speakTimer);
  }

  /** What a new conversation is to be like, as it was chosen here. */
  get wishes() {
    const queue = this.#queue();
    // Outside of its hours a queue takes messages by itself.
    const leave = queue?.open === false && queue.hours?.open !== false;
    // What follows a chat that has ended goes where that one was.
    const id = this.#visit.view ? queue?.id ?? null : this.#picked;
    return { queue: id, name: this.name.value, leave };
  }

  /**
   * Chooses a queue by its id or its name.
   * @param {string} wanted
   */
  pick(wanted) {
    const queues = this.#visit.welcome?.queues ?? [];
    this.#picked = queues.find(({ id, name }) => id === wanted || name === wanted)?.id ?? null;
    this.#shown = "";
    const { opening, opener } = this.#visit;
    if (opening?.error) opener.keep({ ...opening, ...this.wishes });
    this.show();
  }

  #queue() {
    const { queues, queue } = this.#visit.welcome ?? { queues: [], queue: null };
    const wanted = this.#visit.view?.queue.id ?? this.#picked ?? queue;
    return queues.find(({ id }) => id === wanted) ?? queues.at(0) ?? null;
  }

  show() {
    const [key, ...children] = this.#made();
    this.element.hidden = !children.some(Boolean);
    this.element.dataset.state = key.split(":")[0];
    if (key === this.#shown) return;
    this.#shown = key;
    // Who pressed a button that goes away goes on in the card.
    const focused = this.#body.contains(document.activeElement);
    this.#body.replaceChildren(...children.filter((one) => one != null && one !== false));
    /** @type {HTMLElement | null} */
    const first = focused ? this.#body.querySelector("button, input") : null;
    first?.focus();
    this.#speak();
  }

  // Places change often; they are not said as often.
  #speak() {
    clearTimeout(this.#speakTimer);
    const lines = [...this.#body.querySelectorAll("h2, .say")].map((one) => one.textContent);
    const wait = this.#spokenAt + SPOKEN_MS - Date.now();
    if (wait > 0) {
      // What holds no more is not found here meanwhile.
      this.#speech.replaceChildren();
      this.#speakTimer = setTimeout(() => this.#speak(), wait);
    } else if (tell(this.#speech, lines.join(" "))) this.#spokenAt = Date.now();
  }

  /** @returns {Made} */
  #made() {
    const { trouble, view, opening, welcome } = this.#visit;
    if (trouble) return this.#trouble(trouble);
    if (opening?.code === "outside_hours") {
      this.#refusing.add(opening.queue ?? welcome?.queue ?? welcome?.queues.at(0)?.id);
    }
    if (opening) return opening.error ? this.#welcome() : this.#finding();
    if (view) return this.#standing(view);
    return welcome ? this.#welcome() : ["loading"];
  }

  /**
   * @param {string} key
   * @param {() => unknown} work
   */
  #button = (key, work, kind = "") => make("button", { type: "button", class: kind,
    onclick: work }, this.#locale.t(key));

  /**
   * @param {NonNullable<Visit["trouble"]>} trouble
   * @returns {Made}
   */
  #trouble(trouble) {
    const { t } = this.#locale;
    const rest = {
      ended: [make("p", { class: "say" }, t("ended_text")),
        this.#button("start_again", this.#does.beginAgain, "main")],
      replaced: [this.#button("use_here", this.#does.useHere, "main")],
      unavailable: [make("p", { class: "say" }, t("unavailable_text"))],
    }[trouble];
    return [trouble, make("h2", {}, t(trouble)), ...rest];
  }

  /** @returns {Made} */
  #welcome() {
    const { t } = this.#locale;
    const { welcome, api, widget } = this.#visit;
    if (!welcome) return ["loading"];
    const { texts, visitors } = welcome;
    const queue = this.#queue();
    const closed = queue?.hours?.open === false;
    const key = `welcome:${JSON.stringify([welcome, this.#picked, api.user?.id,
      [...this.#refusing]])}`;
    if (!visitors && !api.user) {
      return [key, make("h2", {}, t("welcome")),
        make("p", {}, t(widget ? "only_named" : "only_members")),
        !widget && this.#button("sign_in", this.#does.signIn, "main")];
    }
    const greeting = (closed && texts.away) || texts.welcome;
    const title = make("h2", {}, t(closed && !texts.away ? "away" : "welcome"));
    const said = greeting ? make("p", { class: "say", dir: "auto" }, greeting)
      : make("p", { class: "say" }, closed ? "" : t("welcome_text"));
    return [key, title, said, ...this.#away(queue, closed), this.#topics(welcome),
      this.#askName()];
  }

  /**
   * @param {Welcome["queues"][number] | null} queue
   * @param {boolean} closed
   * @returns {Child[]}
   */
  #away(queue, closed) {
    const { t, moment } = this.#locale;
    if (!queue || queue.open) return [];
    const when = queue.hours?.opens_at;
    const leave = closed && this.#refusing.has(queue.id) ? t("refuses") : t("leave");
    return [closed && when != null
      && make("p", { class: "say" }, t("opens", { when: moment(when) })),
      make("p", { class: "say" }, closed ? leave : `${t("full")} ${leave}`)];
  }

  /** @param {Welcome} welcome */
  #topics({ queues }) {
    if (queues.length < 2) return null;
    const { t } = this.#locale;
    const chosen = this.#queue()?.id;
    return make("fieldset", { class: "topics" }, make("legend", {}, t("topic")),
      ...queues.map(({ id, name, description, open, hours }) => {
        const away = !open && t(hours?.open === false ? "queue_away" : "queue_full");
        return make("label", {}, make("input", { type: "radio", name: "queue", value: id,
          checked: id === chosen, onchange: () => this.pick(id) }),
        make("span", {}, words(name), away && make("span", { class: "note" }, ` · ${away}`),
          description && make("p", { class: "note", dir: "auto" }, description)));
      }));
  }

  #askName() {
    if (this.#visit.api.user) return null;
    return make("label", { class: "asked" }, this.#locale.t("your_name"), this.name);
  }

  /** @returns {Made} */
  #finding() {
    return ["finding", make("h2", {}, this.#locale.t("finding"))];
  }

  /**
   * @param {View} view
   * @returns {Made}
   */
  #standing(view) {
    const { status } = view;
    // The texts for it come with the log.
    if (!this.#locale.has("parked")) return ["loading"];
    if (status === "closed" || status === "wrapup") return this.#closed(view);
    if (status === "parked") {
      const key = view.last_rep ? "parked" : "left";
      return [key, make("p", { class: "say" }, this.#locale.t(key))];
    }
    if (status === "active") return this.#active(view);
    return this.#waiting(view);
  }

  /**
   * @param {View} view
   * @returns {Made}
   */
  #active(view) {
    const name = view.rep?.name ?? this.#locale.t("staff");
    /** @param {string} key */
    const line = (key) => make("p", { class: "say" },
      ...this.#locale.parts(key, { name: words(name) }));
    if (view.suspect) return [`suspect:${name}`, line("suspect")];
    if (this.#visit.waitsSince && Date.now() - this.#visit.waitsSince > BUSY_MS) {
      return [`busy:${name}`, line("busy")];
    }
    return ["active"];
  }

  /**
   * @param {View} view
   * @returns {Made}
   */
  #waiting(view) {
    const { t, parts } = this.#locale;
    const { place } = this.#visit;
    const hours = place?.hours;
    const lost = view.lost && this.#visit.names.get(view.lost);
    const begin = lost
      ? [make("p", { class: "say" }, ...parts("lost", { name: words(lost) }))] : [];
    const leave = make("p", { class: "row" }, this.#button("leave_line", this.#does.end));
    const key = `waiting:${JSON.stringify([place?.position, this.#wait(place?.eta), lost,
      hours ?? view.left_message])}`;
    if (hours?.open === false || (view.left_message && !place)) {
      const when = hours?.opens_at;
      return [key, ...begin, make("h2", {}, t("left")),
        when ? make("p", { class: "say" }, t("opens", { when: this.#locale.moment(when) })) : "",
        leave];
    }
    if (!place) return [key, ...begin, make("h2", {}, t("finding")), leave];
    const title = place.position === 1 ? t("next") : t("in_line", { n: place.position });
    return [key, ...begin, make("h2", {}, title),
      make("p", { class: "say" }, this.#wait(place.eta) || t("soon")),
      make("p", { class: "note" }, t("keep_writing")), leave];
  }

  /**
   * How long it will probably take; rounded, for nobody knows better.
   * @param {Eta | null | undefined} eta
   */
  #wait(eta) {
    if (!eta) return "";
    const { t } = this.#locale;
    const minutes = Math.ceil(eta.to_ms / 60_000);
    if (minutes <= 1) return t("eta_minute");
    if (minutes >= 60) return t("eta_hours", { n: Math.round(minutes / 60) });
    return t("eta", { n: minutes > 20 ? Math.ceil(minutes / 5) * 5 : minutes });
  }

  /**
   * @param {View} view
   * @returns {Made}
   */
  #closed(view) {
    const rest = make("div", { class: "rated" });
    const key = `closed:${view.id}:${view.resolution}`;
    if (key !== this.#shown) this.#does.rate(rest);
    return [key, make("h2", {}, this.#locale.t("closed")), rest];
  }
}
