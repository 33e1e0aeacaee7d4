// Where one is signed in, and how to end what one does not know or need any more.

import { problemOf } from "../net/problem.js";
import { make, words } from "../ui/dom.js";
import { errorPlace, underWay } from "../ui/forms.js";
import { sheet } from "./sheet.js";
import { explain } from "./texts.js";

/** @import { components } from "../api.d.ts" */
/** @import { Api } from "../net/api.js" */
/** @import { Locale } from "../i18n/locale.js" */
/** @typedef {components["schemas"]["OpenLogin"]} Login */

/**
 * What browsers call themselves, the more special first, and what people call them.
 * @type {[RegExp, string][]}
 */
const BROWSERS = [[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/YaBrowser\//, "Yandex"],
  [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chrome"], [/Safari\//, "Safari"]];
/** @type {[RegExp, string][]} */
const SYSTEMS = [[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"], [/CrOS/, "ChromeOS"], [/Linux/, "Linux"]];

/**
 * A browser and its system as people call them; else what it calls itself.
 * @param {string} agent
 */
export function device(agent) {
  /** @param {[RegExp, string][]} list */
  const named = (list) => list.find(([pattern]) => pattern.test(agent))?.[1];
  return [named(BROWSERS), named(SYSTEMS)].filter(Boolean).join(", ") || agent;
}

/**
 * Opens the list.
 * @param {Api} api
 * @param {Locale} texts
 */
export async function sessions(api, texts) {
  const { t } = texts;
  const list = make("ul", { class: "logins" });
  const place = errorPlace();
  const all = make("button", { type: "button" }, t("session_end_others"));
  const said = make("span", { class: "done", role: "status" });
  /** @param {Login[]} logins */
  const show = (logins) => {
    // The one at hand first, then those that were used last.
    logins.sort((one, other) => Number(other.current) - Number(one.current)
      || other.refreshed_at - one.refreshed_at);
    list.replaceChildren(...logins.map((one) => row(api, texts, one, { place, gone })));
    all.hidden = logins.length < 2;
  };
  /** @param {string} text */
  const gone = async (text) => {
    show(await api.get("/me/sessions"));
    said.textContent = text;
  };
  all.addEventListener("click", () => underWay(all, async () => {
    await api.delete("/me/sessions");
    await gone(t("session_others_ended"));
  }, place, explain(texts)));
  show(await api.get("/me/sessions"));
  sheet(texts, t("sessions"), make("section", {}, make("p", { class: "note" }, t("sessions_note")),
    list, place, make("p", { class: "row" }, all, said)));
}

/**
 * @param {Api} api
 * @param {Locale} texts
 * @param {Login} login
 * @param {{ place: Element, gone: (text: string) => Promise<void> }} list
 */
function row(api, texts, login, { place, gone }) {
  const { t, moment } = texts;
  const name = device(login.agent) || t("session_unnamed");
  const end = make("button", { type: "button", class: "soft", hidden: login.current,
    "aria-label": t("session_end_this", { name }) }, t("session_end"));
  const item = make("li", {}, make("div", {}, make("strong", {}, words(name)), " ",
    login.current && make("span", { class: "chip" }, t("session_current")),
    make("div", { class: "note" },
      login.address ? words(login.address) : t("session_nowhere"), " · ",
      t("session_since", { when: moment(login.created_at) })),
    login.refreshed_at > login.created_at && make("div", { class: "note" },
      t("session_used", { when: moment(login.refreshed_at) }))), end);
  end.addEventListener("click", () => underWay(end, async () => {
    try {
      await api.delete(`/me/sessions/${login.id}`);
    } catch (error) {
      // Ended meanwhile: so it is.
      if (problemOf(error).status !== 404) throw error;
    }
    await gone(t("session_ended"));
    /** @type {HTMLElement | null | undefined} the next one, or, with none left, the title */
    const next = place.closest("section")?.querySelector("button:not([hidden])")
      ?? place.closest("dialog")?.querySelector("h2");
    next?.focus();
  }, place, explain(texts)));
  return item;
}
