// How the house is: nodes, the database, what the doctor says of it, and the newest lines of the
// log that somebody should look at.

import { problemOf } from "../net/problem.js";
import { make } from "../ui/dom.js";
import { underWay } from "../ui/forms.js";
import { drawing } from "./icons.js";
import { heading } from "./heading.js";
import { chip, row, table } from "./table.js";
import { explain } from "./telling.js";

/** @import { components } from "../api.d.ts" */
/** @import { Child } from "../ui/elements.d.ts" */
/** @import { Desk } from "./router.js" */

/** @typedef {components["schemas"]["Health"]} Now */

const AGAIN_MS = 15_000;
/** A moment in a narrow column. */
const SHORT = /** @type {const} */ ({ day: "numeric", month: "short", hour: "numeric",
  minute: "2-digit" });

class Health {
  #desk;
  #body = make("div", { class: "health" });
  #trouble = make("p", { class: "error", role: "alert" });
  /** @type {HTMLButtonElement} */
  #check;
  #last = "";

  /**
   * @param {HTMLElement} place
   * @param {Desk} desk
   */
  constructor(place, desk) {
    this.#desk = desk;
    const { t } = desk.locale;
    this.#check = make("button", { type: "button", class: "main", onclick: () =>
      underWay(this.#check, () => this.read({ check: true }), this.#trouble,
        explain(desk.locale)) }, t("check_now"));
    place.append(heading(t("nav_health"), this.#check), this.#trouble, this.#body);
  }

  async begin() {
    await this.read();
    const timer = setInterval(() => document.hidden || this.#again(), AGAIN_MS);
    return () => clearInterval(timer);
  }

  async #again() {
    try {
      await this.read();
      this.#trouble.textContent = "";
    } catch (error) {
      this.#trouble.textContent = explain(this.#desk.locale)(problemOf(error));
    }
  }

  async read({ check = false } = {}) {
    const health = await this.#desk.api.get(`/health${check ? "?check=true" : ""}`);
    // What is read again and says the same stays as it is, with whatever is marked in it.
    const { time, uptime_ms: _, ...rest } = health;
    const said = JSON.stringify({ ...rest, nodes: health.nodes.map(({ id, alive }) => [id, alive]),
      database: { ...health.database, time: 0, answered_ms: 0,
        ahead_ms: Math.round(health.database.ahead_ms / 1_000) } });
    if (said === this.#last) return;
    this.#last = said;
    this.#body.replaceChildren(this.#verdict(health),
      make("div", { class: "cards" }, this.#node(health), this.#nodes(health, time),
        this.#findings(health), this.#log(health)));
  }

  /**
   * In a word, and what is the matter if anything is.
   * @param {Now} health
   */
  #verdict({ ready, database, engine, verdict, full, log }) {
    const { t } = this.#desk.locale;
    const broken = verdict ? verdict.findings.filter(({ broken: rows }) => rows > 0).length : 0;
    const matters = [!ready && "bad_ready", !database.stores && "bad_stores",
      engine.set !== engine.in_use && "bad_engine",
      full.sockets >= full.sockets_max * 0.9 && "bad_sockets",
      full.backlog >= full.backlog_max * 0.5 && "bad_backlog"]
      .filter((key) => key !== false).map((key) => t(key));
    if (broken) matters.push(t("bad_data", { n: broken }));
    const isWell = matters.length === 0;
    const errors = log.filter(({ level }) => level === "error").length;
    return make("section", { class: "card verdict", "data-well": String(isWell), role: "status" },
      drawing(isWell ? "good" : "warn"), make("div", {},
        make("h2", {}, t(isWell ? "all_well" : "not_well")),
        ...matters.map((text) => make("p", {}, text)),
        isWell && errors ? make("p", { class: "note" }, t("well_but", { n: errors })) : ""));
  }

  /**
   * @param {string} key
   * @param {[string, Child][]} rows
   */
  #facts(key, rows) {
    const { t } = this.#desk.locale;
    const facts = rows.map(([name, value]) =>
      make("div", {}, make("dt", {}, t(name)), make("dd", {}, value)));
    return make("section", { class: "card", "aria-labelledby": key }, make("header", {},
      make("h2", { id: key }, t(key))), make("dl", { class: "facts" }, ...facts));
  }

  /**
   * How the database's clock goes, in words either way.
   * @param {number} ahead in ms
   */
  #clock(ahead) {
    const { t, number } = this.#desk.locale;
    if (ahead === 0) return t("h_in_step");
    return t(ahead > 0 ? "h_ahead" : "h_behind", { ms: number(Math.abs(ahead)) });
  }

  /** @param {Now} health */
  #node({ version, started_at: since, database, engine, full }) {
    const { t, number, moment } = this.#desk.locale;
    const of = (/** @type {number} */ one, /** @type {number} */ most) =>
      t("load_of", { load: number(one), capacity: number(most) });
    return this.#facts("this_node", [["h_version", make("bdi", {}, version)],
      ["h_since", moment(since)],
      ["h_database", t("h_database_is", { kind: t(`kind_${database.kind}`),
        ms: number(database.answered_ms) })],
      ["h_clock", this.#clock(database.ahead_ms)],
      ["h_engine", engine.set === engine.in_use ? t(`kind_${engine.in_use}`)
        : t("h_instead", { used: t(`kind_${engine.in_use}`), set: t(`kind_${engine.set}`) })],
      ["h_waiting", number(full.waiting)], ["h_sockets", of(full.sockets, full.sockets_max)],
      ["h_backlog", of(full.backlog, full.backlog_max)]]);
  }

  /**
   * @param {Now} health
   * @param {number} now
   */
  #nodes({ nodes }, now) {
    const { t, moment } = this.#desk.locale;
    const columns = [{ title: t("h_node") }, { title: t("col_status") }, { title: t("h_since") },
      { title: t("h_lease") }];
    const state = (/** @type {Now["nodes"][0]} */ { alive, this: isThis }) => (alive
      ? chip(t(isThis ? "node_this" : "node_alive"), "good") : chip(t("node_gone"), "bad"));
    const rows = nodes.map((one) => row(columns, [make("bdi", {}, one.name), state(one),
      moment(one.started_at), t(one.lease_until > now ? "lease_until" : "lease_was",
        { time: this.#desk.locale.clock(one.lease_until) })]));
    return make("section", { class: "card", "aria-labelledby": "nodes" }, make("header", {},
      make("h2", { id: "nodes" }, t("nodes"))), table(t("nodes"), columns, rows));
  }

  /** @param {Now} health */
  #findings({ verdict }) {
    const { t, clock } = this.#desk.locale;
    const head = make("header", {}, make("h2", { id: "doctor" }, t("doctor")),
      verdict && make("span", { class: "note" }, t("checked_at", { time: clock(verdict.at) })));
    const body = verdict ? make("ul", { class: "findings" }, ...verdict.findings.map((one) =>
      this.#finding(one))) : make("p", { class: "empty" }, t("not_checked"));
    return make("section", { class: "card whole", "aria-labelledby": "doctor" }, head, body);
  }

  // What there are no words for here is told in the doctor's own, which are English, as the log
  // is. His name for it stands beside it: whoever mends it asks for that.
  /** @param {components["schemas"]["CheckFinding"]} found */
  #finding({ name, says, broken, unasked, told }) {
    const { t, has } = this.#desk.locale;
    const key = `d_${name}`;
    const said = has(key) ? make("span", {}, t(key))
      : make("span", { lang: "en", dir: "ltr" }, says);
    const state = unasked ? chip(t("find_unasked"), "warn") : broken
      ? chip(t("find_broken", { n: broken }), "bad") : chip(t("find_well"), "good");
    return make("li", {}, make("div", {}, said, " ",
      make("code", { class: "note", dir: "ltr" }, name),
      told.length > 0 && make("ul", { class: "note", lang: "en", dir: "ltr" }, ...told.map((text) =>
        make("li", {}, text)))), state);
  }

  /** @param {Now} health */
  #log({ log }) {
    const { locale } = this.#desk;
    const { t } = locale;
    const columns = [{ title: t("log_when") }, { title: t("log_level") }, { title: t("log_text") }];
    const rows = log.map(({ at, level, part, text }) => row(columns, [
      make("time", { datetime: new Date(at).toISOString() }, locale.time(at, SHORT)),
      chip(t(`level_${level}`), level === "error" ? "bad" : "warn"),
      make("span", { lang: "en", dir: "ltr" }, make("code", {}, part), " ", text)]));
    return make("section", { class: "card whole", "aria-labelledby": "log" }, make("header", {},
      make("h2", { id: "log" }, t("log"))),
    rows.length ? table(t("log"), columns, rows) : make("p", { class: "empty" }, t("log_empty")));
  }
}

/** @type {import("./router.js").Show} */
export async function show(place, desk) {
  return new Health(place, desk).begin();
}
