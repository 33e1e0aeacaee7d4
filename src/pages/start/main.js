// The start page: what this is, how the first admin and the first rep are made, and the three ways
// in, each with what to do there.

import { Api } from "../net/api.js";
import { kept } from "../net/keep.js";
import { problemOf } from "../net/problem.js";
import { signedIn, StaffLogin } from "../net/staff_login.js";
import { icon, make, words } from "../ui/dom.js";
import { firstAdmin, firstRep, linkUsed, lookAgain, repMade } from "./first.js";
import { page } from "./page.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Rep, State } from "./first.js" */

/** The three ways, in the order in which a newcomer goes them. */
const WAYS = ["admin", "console", "chat"];

const api = new Api(new StaffLogin("admin"));

/** @type {State} */
const state = { token: new URLSearchParams(location.search).get("setup"), needed: null,
  error: null, reps: null, made: null, used: false, typed: "" };

/**
 * One of the ways, who is signed in there, and what is to be done.
 * @param {Locale} texts
 * @param {string} name
 * @param {number} index
 */
function way({ t, parts, number }, name, index) {
  const user = name === "chat" ? null : signedIn(name);
  const id = `way-${name}`;
  return make("li", { class: "way-card" },
    make("h2", { id }, make("span", { class: "count", "aria-hidden": "true" }, number(index + 1)),
      t(`${name}_title`)),
    make("p", { class: "note" }, t(`${name}_who`)),
    make("ul", { class: "steps", "aria-labelledby": id }, ...["a", "b", "c"].map((step) =>
      make("li", {}, t(`${name}_${step}`)))),
    user && make("p", { class: "note" },
      ...parts("signed_in", { name: words(user.display_name) })),
    make("a", { class: "go", href: `/${name}` }, t(`${name}_go`)));
}

/**
 * What has to be done before the ways lead anywhere.
 * @param {Locale} texts
 */
function first(texts) {
  // Whether a link is good is known before anybody fills anything in.
  if (state.token && state.needed && !api.user) {
    return firstAdmin(api, texts, state.token, { done, useless });
  }
  if (state.used && !state.needed && !api.user) return linkUsed(texts, state.typed);
  if (state.error || state.needed) return lookAgain(texts, state, look);
  if (state.made) return repMade(texts, state.made);
  const next = state.reps === 0 && firstRep(api, texts, made);
  // Another tab was faster: whoever has typed here is told why that is gone.
  if (!state.used) return next;
  const told = state.typed ? texts.parts("made_elsewhere", { name: words(state.typed) })
    : [texts.t("made_before")];
  return make("div", { class: "told" }, make("p", { role: "status" }, ...told), next);
}

/**
 * This page stands for every one that is not there, too.
 * @param {Locale} texts
 */
const lost = ({ parts }) => location.pathname !== "/" && make("div", { class: "told" },
  make("p", { role: "status" }, ...parts("nowhere", { address: words(location.pathname) })));

/** @param {Locale} texts */
const draw = (texts) => [
  lost(texts),
  make("div", { class: "hero" }, make("h1", {}, texts.t("claim")),
    make("p", {}, texts.t("what"))),
  first(texts),
  make("ol", { class: "ways" }, ...WAYS.map((one, index) => way(texts, one, index))),
  make("p", { class: "further" }, make("a", { class: "way", href: "/docs/" }, icon("file"),
    texts.t("api")), make("span", { class: "note" }, texts.t("api_note"))),
];

/** Goes to what has just come up: whoever reads by ear or by key is there at once. */
const goToFirst = () => document.getElementById("first-title")?.focus();

/** The token is used; it does not stay in the address bar. */
function spend() {
  state.token = null;
  history.replaceState(null, "", location.pathname);
}

async function done() {
  spend();
  state.needed = false;
  await countReps();
  redraw();
  goToFirst();
}

/**
 * There is an admin already, or the link is one of another start of the server. The name that was
 * typed goes along to where he signs in.
 * @param {string} typed
 */
async function useless(typed) {
  spend();
  state.used = true;
  state.typed = typed;
  kept.set("switchboard.admin.name", typed);
  await look();
  goToFirst();
}

/** @param {Rep} rep */
function made(rep) {
  state.made = rep;
  redraw();
  goToFirst();
}

async function countReps() {
  // Whoever cannot be told this makes his reps in the admin panel.
  state.reps = api.user ? await api.get("/reps").then((all) => all.length, () => null) : null;
}

async function look() {
  let isGood = true;
  try {
    const { needed, valid } = await (state.token
      ? api.get(`/setup?${new URLSearchParams({ token: state.token })}`) : api.get("/setup"));
    [state.needed, state.error, isGood] = [needed, null, needed && valid !== false];
  } catch (error) {
    state.error = problemOf(error);
  }
  // A link that was used already, or that a later start of the server has replaced, is of no use.
  if (!isGood && state.token) {
    spend();
    state.used = true;
  }
  await countReps();
  redraw();
}

const redraw = await page([(tag) => import(`../i18n/account.${tag}.js`),
  (tag) => import(`../i18n/start.${tag}.js`)], draw);
await look();
/** @type {HTMLInputElement | null} */
const begin = document.querySelector("main input");
begin?.focus();
document.documentElement.dataset.ready = "";
// Whoever has made the admin in another tab is in here a moment later.
document.addEventListener("switchboard:user", () => state.used && look());
addEventListener("pageshow", ({ persisted }) => persisted && look());
