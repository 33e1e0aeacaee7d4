// Who there is: customers, reps and admins, narrowed as one likes; each leads to a page of his own.

import { face } from "../account/face.js";
import { chip } from "../admin/table.js";
import { drawing } from "../admin/icons.js";
import { make, words } from "../ui/dom.js";
import { invite } from "./invite.js";
import { newRep } from "./newrep.js";
import { Pages } from "./pages.js";
import { person } from "./person.js";
import { Screen } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @import { Account, Api } from "../net/api.js" */
/** @import { Cell } from "./parts.d.ts" */
/** @typedef {Account & { rep?: components["schemas"]["Rep"] }} Listed */

/** Typed so often, so long: it is sought once this many ms are quiet. */
const QUIET_MS = 300;

const PAGE = 50;

export const roles = ["customer", "rep", "admin"];
/** Who they are that run the desk. */
const STAFF = ["rep", "admin"];

/** @type {import("../admin/router.js").Show} */
export async function peopleScreen(place, desk) {
  const screen = new Screen(place, desk);
  const [first] = desk.at.path;
  if (first === "invite") await invite(screen);
  else if (first === "new") await newRep(screen);
  else if (first) await person(screen, first);
  else await list(screen);
  return screen.end;
}

/** @param {Screen} screen */
async function list(screen) {
  const { t, api, desk } = screen;
  const asked = desk.at.query;
  /**
   * @param {string} value
   * @param {string} text
   * @param {string | null} now
   */
  const option = (value, text, now) => make("option", { value, selected: now === value }, text);
  // Staff come first; customers and visitors are many.
  const wish = asked.get("role") ?? "staff";
  const role = make("select", { name: "role" }, option("staff", t("people_staff"), wish),
    option("all", t("people_all"), wish),
    ...roles.map((one) => option(one, t(`roles_${one}`), wish)));
  const state = make("select", { name: "state" }, ...["", "false", "true"].map((one) =>
    option(one, t(`people_state_${one || "any"}`), asked.get("disabled") ?? "")));
  const search = make("input", { type: "search", dir: "auto", autocomplete: "off",
    value: asked.get("search") ?? "" });
  const query = () => new URLSearchParams(Object.entries({ role: role.value,
    disabled: state.value, search: search.value.trim() }).filter(([, value]) => value));
  const loads = api.get("/reps").catch(() => []);
  /** @type {Pages<Listed>} */
  const pages = new Pages(screen, {
    caption: t("nav_people"),
    columns: [{ title: t("col_person") }, { title: t("col_role") }, { title: t("col_login") },
      { title: t("col_load"), isNumber: true }, { title: t("col_since") }],
    cells: (one) => cells(screen, one),
    gone: (one) => Boolean(one.disabled_at || one.erased_at),
    none: () => t(query().size ? "none_such" : "people_none"),
    async read(before) {
      const page = await read(api, query(), before);
      const reps = new Map((await loads).map((one) => [one.id, one]));
      return { ...page, items: page.items.map((one) => ({ ...one, rep: reps.get(one.id) })) };
    },
  });
  /** @type {number | undefined} */
  let timer;
  const again = () => {
    clearTimeout(timer);
    desk.note(query());
    pages.reload();
  };
  role.addEventListener("change", again);
  state.addEventListener("change", again);
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(again, QUIET_MS);
  });
  screen.atEnd(() => clearTimeout(timer));
  /**
   * @param {string} href
   * @param {Parameters<typeof drawing>[0]} icon
   * @param {string} text
   */
  const link = (href, icon, text, isMain = false) => make("a", { href,
    class: isMain ? "button main" : "button" }, drawing(icon), text);
  screen.draw(t("nav_people"), { actions: [
    link("#/people/invite", "plus", t("invite"), true),
    link("#/people/new", "people", t("newrep")),
  ] }, make("section", { class: "card", "aria-label": t("nav_people") },
    make("form", { class: "narrowing", role: "search", onsubmit(event) {
      event.preventDefault();
      again();
    } }, make("label", {}, t("col_role"), role), make("label", {}, t("col_state"), state),
    make("label", { class: "wide" }, t("people_search"), search)), pages.element));
  await pages.reload();
}

/**
 * A page of people. Staff are of two roles: the newest of both.
 * @param {Api} api
 * @param {URLSearchParams} query
 * @param {string | null} before
 * @returns {Promise<{ items: Account[], next?: string | null }>}
 */
async function read(api, query, before) {
  const wanted = new URLSearchParams({ ...Object.fromEntries(query), limit: String(PAGE) });
  if (wanted.get("role") === "all") wanted.delete("role");
  if (before) wanted.set("before", before);
  if (wanted.get("role") !== "staff") return api.get(`/people?${wanted}`);
  const pages = await Promise.all(STAFF.map((role) => {
    wanted.set("role", role);
    return api.get(`/people?${wanted}`);
  }));
  const all = pages.flatMap(({ items }) => items)
    .sort((one, other) => (one.id < other.id ? 1 : -1));
  const items = all.slice(0, PAGE);
  const isWhole = all.length <= PAGE && pages.every(({ next }) => !next);
  return { items, next: isWhole ? null : items[items.length - 1].id };
}

/**
 * @param {Screen} screen
 * @param {Listed} one
 * @returns {Cell[]}
 */
function cells(screen, one) {
  const { t, api, locale } = screen;
  const name = make("a", { class: "who", href: `#/people/${one.id}` }, face(api, one),
    words(one.erased_at ? t("erased") : one.display_name));
  const off = one.erased_at ? chip(t("erased"), "bad")
    : one.disabled_at && chip(t("disabled"), "warn");
  return [[name, ...(off ? [off] : [])], t(`role_${one.role}`),
    words(one.username ?? one.email ?? one.phone ?? t("no_login")),
    one.rep ? locale.t("load_held", { load: one.rep.load, capacity: one.rep.capacity }) : "",
    make("time", { datetime: new Date(one.created_at).toISOString() },
      locale.date(one.created_at))];
}
