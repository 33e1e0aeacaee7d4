// Which language a page speaks, and how that language counts, tells time and runs.
//
// A catalog is a plain object: a text, or an object of texts by plural form, under each key.
// `{name}` in a text is replaced. Persian comes with its own digits and the solar calendar: both
// are what browsers do for `fa` by themselves.

/**
 * What is said, by key: a text, or texts by plural form.
 * @typedef {Record<string, string | Record<string, string>>} Catalog
 */

/** @typedef {Record<string, Node | string | number | null | undefined>} Values */

/** The languages there are catalogs for, each by its own name. */
export const LOCALES = { en: "English", ru: "Русский", fa: "فارسی" };

const RTL = new Set(["fa", "ar", "he", "ur", "ps", "ckb"]);

/**
 * The first of these that there is a catalog for.
 * @param {(string | null | undefined | readonly string[])[]} wanted
 */
export function choose(...wanted) {
  /** @param {string | null | undefined} tag */
  const short = (tag) => String(tag ?? "").toLowerCase().split("-")[0];
  return wanted.flat().map(short).find((tag) => tag in LOCALES) ?? "en";
}

/** A language with its catalog: `t(key, values)` is a text, the rest are figures and times. */
export class Locale {
  /** @type {Catalog} */
  #catalog;
  #plurals;
  #number;
  /** @type {Map<string, Promise<void>>} */
  #more = new Map();
  #land;

  /**
   * @param {string} tag
   * @param {Catalog} catalog
   */
  constructor(tag, catalog) {
    this.tag = tag;
    // How a moment is written depends on the land, too.
    this.#land = navigator.languages.find((one) => choose(one) === tag && one.startsWith(tag))
      ?? tag;
    /** @type {"rtl" | "ltr"} */
    this.dir = RTL.has(tag) ? "rtl" : "ltr";
    this.#catalog = catalog;
    this.#plurals = new Intl.PluralRules(tag);
    this.#number = new Intl.NumberFormat(tag);
  }

  /** How moments are written where he is. */
  get land() {
    return this.#land;
  }

  /** Makes it the page's: its language and its direction. */
  apply() {
    document.documentElement.lang = this.tag;
    document.documentElement.dir = this.dir;
  }

  /**
   * Takes further texts in, as they are needed; `load` fetches a catalog, and is asked once for
   * each `name` that a page has for such texts.
   * @param {(tag: string) => Promise<{ default: Catalog }>} load
   * @returns {Promise<void>}
   */
  more(load, name = "more") {
    const known = this.#more.get(name);
    if (known) return known;
    const loaded = load(this.tag).then(({ default: catalog }) => {
      this.#catalog = { ...this.#catalog, ...catalog };
    }, (error) => {
      this.#more.delete(name);
      throw error;
    });
    this.#more.set(name, loaded);
    return loaded;
  }

  /** @param {string} key */
  has = (key) => key in this.#catalog;

  /**
   * A text. `n` among its values chooses the plural form.
   * @param {string} key
   * @param {Values} values
   */
  t = (key, values = {}) => this.parts(key, values)
    .map((part) => (typeof part === "string" ? part : part.textContent)).join("");

  /**
   * The same in parts: a value that is an element stays one, so that somebody's name keeps its own
   * direction within a sentence.
   * @param {string} key
   * @param {Values} values
   * @returns {(Node | string)[]}
   */
  parts = (key, values = {}) => {
    const said = this.#catalog[key] ?? key;
    const text = typeof said === "string" ? said
      : said[this.#plurals.select(Number(values.n ?? 0))] ?? said.other;
    return text.split(/\{(\w+)\}/).map((part, index) => {
      if (index % 2 === 0) return part;
      const value = values[part] ?? "";
      return typeof value === "number" ? this.number(value) : value;
    }).filter((part) => part !== "");
  };

  /** @param {number} value */
  number = (value) => this.#number.format(value);

  /**
   * A part of a whole, as 40 %.
   * @param {number} part
   */
  percent = (part) => new Intl.NumberFormat(this.tag, { style: "percent" }).format(part);

  /**
   * The hour and minute of a moment.
   * @param {number} ms
   */
  clock = (ms) => this.time(ms, { hour: "numeric", minute: "2-digit" });

  /**
   * Its day: with its weekday, but of another year than now with that.
   * @param {number} ms
   */
  day = (ms) => this.time(ms,
    { day: "numeric", month: "long", ...this.#year(ms) ?? { weekday: "long" } });

  /**
   * Its day and its hour.
   * @param {number} ms
   */
  moment = (ms) => this.time(ms, {
    weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit",
  });

  /**
   * The hour of a moment of today; of another day, that day with it.
   * @param {number} ms
   */
  when = (ms) => (new Date(ms).toDateString() === new Date().toDateString() ? this.clock(ms)
    : this.time(ms, { day: "numeric", month: "long", hour: "numeric", minute: "2-digit" }));

  /**
   * How long something took: as 0:38, 12:05 or 1:02:05.
   * @param {number} ms
   */
  span = (ms) => {
    const s = Math.max(0, Math.round(ms / 1000));
    const parts = s < 3600 ? [Math.floor(s / 60), s % 60]
      : [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
    return parts.map((part, index) => new Intl.NumberFormat(this.tag, {
      minimumIntegerDigits: index ? 2 : 1, useGrouping: false,
    }).format(part)).join(":");
  };

  /**
   * A shorter day, for lists: with the year only if that is another one than now.
   * @param {number} ms
   */
  date = (ms) => this.time(ms, { day: "numeric", month: "short", ...this.#year(ms) });

  /**
   * How the year of a day is told: not at all if it is the one that it is now.
   * @param {number} ms
   * @param {Intl.DateTimeFormatOptions} form
   */
  #year = (ms, form = { year: "numeric" }) =>
    (this.time(ms, form) === this.time(Date.now(), form) ? null : form);

  /**
   * A moment in a form of its own, as it is written in this land.
   * @param {number} ms
   * @param {Intl.DateTimeFormatOptions} form
   */
  time = (ms, form) => new Intl.DateTimeFormat(this.#land, form).format(ms);
}
