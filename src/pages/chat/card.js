// What stands beside the log: how it is going on, and what can be done about it. One card at a
// time, and each state has one. What is not for newcomers comes later (underway.js).

import { kept } from "../net/keep.js";
import { make, tell, words } from "../ui/dom.js";
import { toast } from "../ui/toast.js";
import { queueOf } from "./opener.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Does } from "./parts.d.ts" */
/** @import { Underway } from "./underway.js" */
/** @import { Visit } from "./visit.js" */

/** @typedef {NonNullable<Visit["welcome"]>} Welcome */
/** @typedef {Welcome["queues"][number]} Queue */

/**
 * A name for what is shown, so that it is made anew only when it is another; then its parts.
 * @typedef {[key: string, ...parts: Child[]]} Made
 */

/** How often it is looked whether another card is due, in ms. */
const LOOK_MS = 20_000;
/** After so many looks at most, who is told that nobody is there asks again. */
const LOOKS_MAX = 15;
/** How often a place is read aloud at most, in ms. */
const SPOKEN_MS = 10_000;
/** After so long it is said that something is still coming, in ms. */
const LONG_MS = 2_000;

export class Card {
  #visit;
  #locale;
  #does;
  #shown = "";
  #spokenAt = 0;
  #speech = make("p", { class: "unseen", role: "status" });
  #body = make("div", { class: "card-body" });
  /**
   * The id or the name of the queue that was chosen, as soon as that may be.
   * @type {string | null}
   */
  #picked;
  /**
   * What there is to say of a conversation, and of what stops everything, once that has come.
   * @type {Underway | null}
   */
  underway = null;
  /** @type {number | undefined} */
  #speakTimer;
  #clock;
  #asked;
  #looks = 0;
  #every = 1;
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
    this.#asked = make("label", { class: "asked" }, locale.t("your_name"), this.name);
    this.name.value = kept.get(visit.key("name"), "");
    this.#picked = kept.get(visit.key("queue"), null);
    this.name.oninput = () => {
      kept.set(visit.key("name"), this.name.value || null);
      this.#again();
    };
    this.#clock = setInterval(() => {
      this.#lookAgain();
      this.show();
    }, LOOK_MS);
  }

  /** Who is told that nobody is there is told when somebody is: if he looks, and ever later. */
  #lookAgain() {
    const { queues = [] } = this.#visit.welcome ?? {};
    if (!this.#does.isSeen() || !this.#shown.startsWith("welcome") || !queues.some(lacks)) {
      [this.#looks, this.#every] = [0, 1];
    } else if (++this.#looks >= this.#every) {
      [this.#looks, this.#every] = [0, Math.min(this.#every * 2, LOOKS_MAX)];
      this.#visit.lookAgain();
    }
  }

  /** Another one takes its place. */
  stop() {
    clearInterval(this.#clock);
    clearTimeout(this.#speakTimer);
  }

  /** What a new conversation is to be like, as it was chosen here. */
  get wishes() {
    const { view, welcome } = this.#visit;
    const queue = this.#queue();
    // Outside of its hours a queue takes messages by itself.
    const leave = queue?.open === false && queue.hours?.open !== false;
    // What follows a chat that has ended goes where that one was.
    const wanted = view ? queue : this.#find(this.#picked);
    const id = wanted?.id ?? (welcome ? null : this.#picked);
    return { queue: id, name: this.name.value, leave };
  }

  /**
   * Chooses a queue by its id or its name, even before it is known which there are.
   * @param {string | null} wanted
   */
  pick(wanted) {
    this.#picked = wanted;
    kept.set(this.#visit.key("queue"), wanted);
    this.#shown = "";
    this.#again();
    this.show();
  }

  /** What was refused is tried again as it is chosen here now. */
  #again() {
    const { opening, opener } = this.#visit;
    if (opening?.error) opener.keep({ ...opening, ...this.wishes });
  }

  /** @param {string | null | undefined} wanted */
  #find = (wanted) => queueOf(this.#visit.welcome, wanted);

  #queue() {
    const { view, welcome } = this.#visit;
    return this.#find(view ? view.queue.id : this.#picked) ?? this.#find(welcome?.queue)
      ?? welcome?.queues.at(0) ?? null;
  }

  /** Somebody else comes. */
  clear() {
    this.name.value = "";
    this.pick(null);
  }

  show() {
    const [key, ...children] = this.#made();
    this.element.hidden = !children.some(Boolean);
    this.element.dataset.state = key.split(":")[0];
    if (key === this.#shown) return;
    this.#shown = key;
    // Who pressed a button that goes away goes on in the card.
    const active = document.activeElement;
    const focused = this.#body.contains(active);
    this.#body.replaceChildren(...children.filter((one) => one != null && one !== false));
    /** @type {HTMLElement | null} */
    const rated = this.#body.querySelector(".rated");
    if (rated) this.#does.rate(rated);
    /** @type {HTMLElement | null} */
    const first = active === this.name ? this.name
      : this.#body.querySelector(":checked") ?? this.#body.querySelector("button, input");
    if (focused) first?.focus();
    clearTimeout(this.#speakTimer);
    if (key !== "loading") return this.#speak();
    const said = this.#locale.t(key);
    this.#speakTimer = setTimeout(() => tell(this.#speech, said), LONG_MS);
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
    const { trouble, view, opening, isKnown } = this.#visit;
    if (trouble) return this.underway?.trouble(trouble) ?? this.#loading();
    if (opening) return opening.error ? this.#welcome() : this.#finding();
    if (view) return this.underway?.made(view) ?? this.#loading();
    return isKnown ? this.#welcome() : this.#loading();
  }

  /** @returns {Made} */
  #loading = () => ["loading", make("p", { class: "note" }, this.#locale.t("loading"))];

  /** @returns {Made} */
  #welcome() {
    const { t } = this.#locale;
    const { welcome, api, widget } = this.#visit;
    if (!welcome) return this.#loading();
    const { texts, visitors } = welcome;
    const queue = this.#queue();
    const closed = queue?.hours?.open === false;
    const key = `welcome:${JSON.stringify([welcome, this.#picked, api.user?.id])}`;
    if (!visitors && !api.user) {
      return [key, make("h2", {}, t("welcome")),
        make("p", {}, t(widget ? "only_named" : "only_members")),
        !widget && make("button", { type: "button", class: "main", onclick: this.#does.signIn },
          t("sign_in"))];
    }
    const greeting = (closed && texts.away) || texts.welcome;
    const title = make("h2", {}, t(closed && !texts.away ? "away" : "welcome"));
    const said = greeting ? make("p", { class: "say", dir: "auto" }, greeting)
      : !lacks(queue) && make("p", { class: "say" }, t("welcome_text"));
    return [key, title, said, ...this.#away(queue), this.#topics(welcome),
      this.#askName()];
  }

  /**
   * What there is to know before one writes to it.
   * @param {Queue | null} queue
   * @returns {Child[]}
   */
  #away(queue) {
    const { t } = this.#locale;
    const lack = lacks(queue);
    if (!queue || !lack) return [];
    const opens = this.#opens(queue);
    const text = { unstaffed: `${t("away")} ${t("anyway")}`, away: t("leave"),
      full: `${t("full")} ${t("leave")}`, shut: this.#shut(queue) }[lack];
    return [opens && make("p", { class: "say" }, opens), make("p", { class: "say" }, text)];
  }

  /**
   * When it is open again, if that is known.
   * @param {Queue} queue
   */
  #opens({ hours }) {
    const when = hours?.open === false && hours.opens_at;
    return when ? this.#locale.t("opens", { when: this.#locale.moment(when) }) : "";
  }

  /**
   * It takes nothing: what else one can do.
   * @param {Queue} queue
   */
  #shut({ name }) {
    const others = this.#visit.welcome?.queues.some((one) => lacks(one) !== "shut");
    return this.#locale.t(others ? "refuses" : "shut", { name });
  }

  /** Whether what is written now would be taken. If not, it is said what to do. */
  takes() {
    const { view, opening, trouble } = this.#visit;
    // What stops everything else is answered first; what is written stays in the field.
    if (trouble) {
      this.#body.querySelector("button")?.focus();
      return false;
    }
    const queue = this.#queue();
    if (view || opening || !queue || lacks(queue) !== "shut") return true;
    toast(`${this.#opens(queue)} ${this.#shut(queue)}`);
    /** @type {HTMLElement | null} */
    const other = this.#body.querySelector("[name=queue]:enabled");
    other?.focus();
    return false;
  }

  /** @param {Welcome} welcome */
  #topics({ queues }) {
    if (queues.length < 2) return null;
    const { t } = this.#locale;
    const chosen = this.#queue()?.id;
    return make("fieldset", { class: "topics" }, make("legend", {}, t("topic")),
      ...queues.map((queue) => {
        const { id, name, description } = queue;
        const lack = lacks(queue);
        return make("label", {}, make("input", { type: "radio", name: "queue", value: id,
          disabled: lack === "shut", checked: id === chosen && lack !== "shut",
          onchange: () => this.pick(id) }),
        make("span", {}, words(name), lack && make("span", { class: "note" },
          ` · ${t(`queue_${lack}`)}`),
        queue.hours?.open === false && id !== chosen
          && make("p", { class: "note" }, this.#opens(queue)),
        description && make("p", { class: "note" }, words(description))));
      }));
  }

  // Always the same one: what is typed there stays where it is.
  #askName = () => (this.#visit.api.user ? null : this.#asked);

  /** @returns {Made} */
  #finding() {
    return ["finding", make("h2", {}, this.#locale.t("finding"))];
  }
}

/**
 * What a queue lacks for whoever comes: it takes nothing, only messages (outside of its hours, or
 * because its line is full), or has nobody there.
 * @param {Queue | null} queue
 */
function lacks(queue) {
  if (!queue) return null;
  const { open, takes_messages: takes, staffed, hours } = queue;
  if (open) return staffed ? null : "unstaffed";
  if (!takes) return "shut";
  return hours?.open === false ? "away" : "full";
}
