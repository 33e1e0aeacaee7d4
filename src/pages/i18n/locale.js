// Which language a page speaks, and how that language counts, tells time and runs.
//
// A catalog is a plain object: a text, or an object of texts by plural form, under each key.
// `{name}` in a text is replaced. Persian comes with its own digits and the solar calendar: both
// are what browsers do for `fa` by themselves.

/** The languages there are catalogs for, each by its own name. */
export const LOCALES = { en: "English", ru: "Русский", fa: "فارسی" };

const RTL = new Set(["fa", "ar", "he", "ur", "ps", "ckb"]);

/** The first of these that there is a catalog for. */
export function choose(...wanted) {
  const short = (tag) => String(tag ?? "").toLowerCase().split("-")[0];
  return wanted.flat().map(short).find((tag) => tag in LOCALES) ?? "en";
}

/** A language with its catalog: `t(key, values)` is a text, the rest are figures and times. */
export class Locale {
  #catalog;
  #plurals;
  #number;
  #more = null;
  #land;

  constructor(tag, catalog) {
    this.tag = tag;
    // How a moment is written depends on the land, too.
    this.#land = navigator.languages.find((one) => choose(one) === tag && one.startsWith(tag))
      ?? tag;
    this.dir = RTL.has(tag) ? "rtl" : "ltr";
    this.#catalog = catalog;
    this.#plurals = new Intl.PluralRules(tag);
    this.#number = new Intl.NumberFormat(tag);
  }

  /** Makes it the page's: its language and its direction. */
  apply() {
    document.documentElement.lang = this.tag;
    document.documentElement.dir = this.dir;
  }

  /** Takes further texts in, as they are needed; `load` fetches a catalog, and is asked once. */
  more(load) {
    this.#more ??= load(this.tag).then(({ default: catalog }) => {
      this.#catalog = { ...this.#catalog, ...catalog };
    }, (error) => {
      this.#more = null;
      throw error;
    });
    return this.#more;
  }

  has = (key) => key in this.#catalog;

  t = (key, values = {}) => this.parts(key, values).map((part) => part.textContent ?? part)
    .join("");

  /**
   * The same in parts: a value that is an element stays one, so that somebody's name keeps its own
   * direction within a sentence.
   */
  parts = (key, values = {}) => {
    let text = this.#catalog[key] ?? key;
    if (typeof text === "object") text = text[this.#plurals.select(values.n ?? 0)] ?? text.other;
    return text.split(/\{(\w+)\}/).map((part, index) => {
      if (index % 2 === 0) return part;
      const value = values[part] ?? "";
      return typeof value === "number" ? this.number(value) : value;
    }).filter((part) => part !== "");
  };

  number = (value) => this.#number.format(value);

  /** A part of a whole, as 40 %. */
  percent = (part) => new Intl.NumberFormat(this.tag, { style: "percent" }).format(part);

  /** The hour and minute of a moment. */
  clock = (ms) => this.#time(ms, { hour: "2-digit", minute: "2-digit" });

  /** Its day: with the year only if that is another one than now. */
  day = (ms) => {
    const year = new Date(ms).getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
    return this.#time(ms, { weekday: "long", day: "numeric", month: "long", ...year });
  };

  /** Its day and its hour. */
  moment = (ms) => this.#time(ms, {
    weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit",
  });

  /** A shorter day, for lists. */
  date = (ms) => this.#time(ms, { day: "numeric", month: "short", year: "numeric" });

  /** The size of a file. */
  size = (bytes) => {
    const [value, unit] = bytes < 1_048_576 ? [Math.max(1, bytes / 1024), "kilobyte"]
      : [bytes / 1_048_576, "megabyte"];
    const style = { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 };
    return new Intl.NumberFormat(this.tag, style).format(value);
  };

  #time = (ms, form) => new Intl.DateTimeFormat(this.#land, form).format(ms);
}
