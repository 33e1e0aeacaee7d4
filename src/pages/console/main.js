// The rep's console: puts its parts together, and says what each hears of the others.

import { withYoungLogin } from "../account/again.js";
import { enter } from "../account/door.js";
import { dress, language } from "../account/look.js";
import { accountMenu } from "../account/menu.js";
import { sheet } from "../account/sheet.js";
import { Locale } from "../i18n/locale.js";
import { Api } from "../net/api.js";
import { patiently, problemOf } from "../net/problem.js";
import { StaffLogin } from "../net/staff_login.js";
import { copy } from "../ui/copy.js";
import { byId, make } from "../ui/dom.js";
import { hush, toast, toastIn } from "../ui/toast.js";
import { Alerts } from "./alerts.js";
import { Bar } from "./bar.js";
import { Customer } from "./customer.js";
import { Desk } from "./desk.js";
import { help } from "./help.js";
import { listen } from "./keys.js";
import { late } from "./late.js";
import { leaves, recall } from "./left.js";
import { Link } from "./link.js";
import { List } from "./list.js";
import { logTexts } from "./log.js";
import { close, requeue, transfer } from "./moves.js";
import { Offers } from "./offers.js";
import { rights } from "./rights.js";
import { search } from "./search.js";
import { tick } from "./spans.js";
import { Talk } from "./talk.js";
import { why, whyIdle } from "./why.js";
import { wishes } from "./wishes.js";

/** @import { Catalog } from "../i18n/locale.js" */
/** @import { Thrown } from "../net/problem.js" */
/** @import { Does, Draws, Parts, Rights, Welcome } from "./parts.d.ts" */

const api = new Api(new StaffLogin("console"));
const desk = new Desk(api);
const root = byId("console");
/** Narrower than this, the list and the conversation are a screen each. */
const narrow = matchMedia("(max-width: 720px)");
/** Where it is told what has just happened: within the page, so that it covers nothing. */
const said = make("p", { class: "toast", role: "status" });
/** @type {Locale} */
let locale;
/**
 * What is on the page; there is nothing until somebody is in.
 * @type {Parts}
 */
let parts;

/**
 * Says what went wrong, in words that say what to do.
 * @param {Thrown} error
 */
const explain = (error) => {
  const key = `e_${error.code}`;
  return locale.has(key) ? locale.t(key) : error.message;
};

/** What is before him, where something is done with it. */
const shown = () => {
  if (!desk.view) throw new Error("no conversation is shown");
  return desk.view;
};

/** @type {Does} */
const does = {
  explain,
  say: (error) => toast(explain(problemOf(error))),
  tell: (text) => toast(text),
  tick: () => parts && tick(root, locale, desk.now()),
  async show(id, { walks = false, points = false } = {}) {
    screen("talk");
    const stays = walks || (points && !narrow.matches);
    try {
      const shown = desk.show(id);
      if (stays) does.leaveField();
      await shown;
      if (!stays && (!narrow.matches || matchMedia("(pointer: fine)").matches)) does.reply();
    } catch (error) {
      does.say(error);
      if (!desk.view) screen("list");
    }
  },
  async claim(view) {
    try {
      await desk.act(view.id, "claim");
    } catch (error) {
      const { status, code } = problemOf(error);
      if (status !== 409) throw error;
      const now = await api.get(`/conversations/${view.id}`).catch(() => null);
      const winner = now?.rep && now.rep.id !== desk.user.id ? now.rep.name : null;
      if (code !== "already_claimed" && !winner) throw error;
      toast(winner ? locale.t("taken_by", { name: winner }) : locale.t("taken"));
      parts.list.readLine();
      return;
    }
    parts.list.open("mine");
    await does.show(view.id);
  },
  answer(what) {
    return desk.act(shown().id, what).then(() => what === "accept" && does.reply());
  },
  move: (what) => desk.act(shown().id, what),
  // All of these are there from the beginning: whoever presses a key goes on typing into them.
  transfer: () => transfer(desk, locale, does),
  toQueue: () => transfer(desk, locale, does, { toQueue: true }),
  close: () => close(desk, locale, does),
  park: () => late("./park.js").then(({ park }) => park(desk, locale, does)).catch(does.say),
  requeue: () => requeue(desk, locale, does),
  why: () => why(desk, locale, does),
  whyIdle: () => whyIdle(desk, locale, does),
  endWrap: () => does.finish(() => desk.act(shown().id, "close")),
  /** Ends the conversation before him, and goes on with the one that waits longest. */
  async finish(work) {
    await work();
    const waits = [...desk.mine.values()].filter((one) => one.id !== desk.view?.id
      && one.status === "active" && one.since);
    const [next] = waits.sort((one, other) => one.since - other.since);
    if (wishes.next && next) await does.show(next.id);
  },
  search: () => search(desk, locale, does),
  help: () => help(locale, () => {
    parts.talk.composer.mode(parts.talk.composer.isNote);
    parts.alerts.check();
  }),
  async copyLink() {
    const link = `${location.origin}/console#/${shown().id}`;
    if (await copy(link)) return toast(locale.t("copied"));
    const field = make("input", { readonly: true, dir: "ltr", value: link,
      "aria-label": locale.t("copy_by_hand") });
    sheet(locale, locale.t("copy_link"), make("p", {}, locale.t("copy_by_hand")), field);
    field.select();
  },
  customer: () => parts.customer.toggle(),
  toList() {
    screen("list");
    parts.list.focus();
  },
  focusList: () => parts.list.focus(),
  leaveField: () => (narrow.matches ? parts.talk.focus() : parts.list.focus()),
  reply() {
    if (parts.talk.composer.element.hidden) parts.talk.focus();
    else parts.talk.composer.answer();
  },
  wrote: () => parts.talk.log.toEnd(),
  soundOn: () => parts.alerts.soundOn(),
  notifyOn: () => parts.alerts.notifyOn(),
  notifyNever() {
    wishes.notify = false;
    parts.alerts.check();
    parts.list.focus();
  },
  async welcome() {
    welcome ??= await api.get("/welcome");
    return welcome;
  },
};
/** @type {Welcome | null} */
let welcome = null;

/**
 * On small screens either the list or the conversation is there.
 * @param {"list" | "talk"} name
 */
function screen(name) {
  if (root.dataset.screen !== name) hush();
  root.dataset.screen = name;
  placeTold();
}

/** What is told and what is offered stands on the screen that is there. */
function placeTold() {
  const [{ list, offers, talk }, on] = [parts, narrow.matches ? root.dataset.screen : null];
  if (on === "list") list.element.append(said);
  else talk.body.before(said);
  const place = on === "talk" ? talk.element : list.element;
  if (offers.top.parentElement !== place) place.prepend(offers.top);
}

/** @param {keyof Rights} what */
const may = (what) => desk.view && rights(desk.view, desk)[what];
/**
 * Who goes from one to the next goes on from there: the field would take the keys as letters.
 * @param {number} step
 */
const beside = (step) => {
  const one = parts.list.beside(step);
  if (!one) return false;
  does.show(one.id, { walks: true });
};
/** @type {Parameters<typeof listen>[0]} */
const byKey = {
  accept: () => parts.offers.answer("accept") || (desk.view && may("claim")
    ? void parts.talk.run(() => desk.view && does.claim(desk.view)) : false),
  pass: () => parts.offers.answer("decline"),
  next: () => beside(1),
  previous: () => beside(-1),
  nth(n) {
    const one = parts.list.shown[n - 1];
    return one ? void does.show(one.id, { walks: true }) : false;
  },
  reply: () => (desk.view ? void does.reply() : false),
  canned: () => (desk.view ? void parts.talk.composer.canned() : false),
  noteSwitch: () => (desk.view ? void parts.talk.composer.note() : false),
  transfer: () => (may("transfer") ? void does.transfer() : false),
  close: () => (may("close") ? void does.close()
    : may("wrap") ? void parts.talk.run(does.endWrap) : false),
  availability: () => parts.bar.choose(),
  search: () => does.search(),
  help: () => does.help(),
  escape() {
    if (parts.customer.close()) return;
    if (narrow.matches && root.dataset.screen === "talk") does.toList();
    else return false;
  },
};

/** @type {Draws} */
const hears = {
  rep: () => {
    parts.bar.show();
    parts.list.show();
  },
  mine() {
    parts.list.show();
    parts.talk.show();
    parts.bar.show();
  },
  offers() {
    parts.offers.show();
    parts.talk.show();
    parts.bar.show();
    parts.alerts.count();
  },
  board: () => parts.list.lineChanged(),
  view() {
    parts.talk.show();
    parts.list.show();
    parts.customer.show();
  },
  opening() {
    hush();
    parts.talk.element.setAttribute("aria-busy", "true");
  },
  unopened: () => parts.talk.element.removeAttribute("aria-busy"),
  log({ items, earlier }) {
    parts.talk.element.removeAttribute("aria-busy");
    if (desk.view) parts.talk.log.show(desk.view, items, { earlier });
    hears.pending();
  },
  entry: (event) => parts.talk.log.append(event),
  pending: () => parts.talk.log.pending(desk.pending),
  marks: () => parts.talk.log.marks(desk.view?.marks ?? null),
  typing: (frame) => parts.talk.log.typing(frame),
  link: () => parts.link.show(),
  trouble: () => parts.link.show(),
  unread: () => parts.alerts.count(),
  missed: () => parts.offers.showMissed(),
  lost: () => parts.talk.lost(),
  heard: (what) => parts.alerts.heard(what),
};
desk.on((topic, ...told) => parts && hears[topic](...told));

function build() {
  const menu = accountMenu(api, locale);
  const list = new List(desk, locale, does);
  const offers = new Offers(desk, locale, does);
  parts = { list, offers, bar: new Bar(desk, locale, does, menu),
    talk: new Talk(desk, locale, does), customer: new Customer(desk, locale, does),
    link: new Link(desk, locale), alerts: new Alerts(desk, locale, does.show) };
  toastIn(said);
  parts.alerts.onChange = (chips) => parts.bar.chips(chips);
  parts.alerts.check();
  root.replaceChildren(make("h1", { class: "unseen" }, locale.t("title")), list.element,
    parts.talk.element, parts.customer.element);
  parts.customer.show();
  document.body.prepend(parts.bar.element, parts.link.element);
  root.setAttribute("aria-busy", "false");
  desk.isLooking = () => !document.hidden && document.hasFocus() && parts.talk.log.isAtEnd
    && !(narrow.matches && root.dataset.screen === "list");
  for (const one of ["visibilitychange", "focusin"]) {
    document.addEventListener(one, () => desk.looked());
  }
  addEventListener("focus", () => desk.looked());
  narrow.addEventListener("change", placeTold);
  setInterval(() => {
    does.tick();
    offers.tick();
    list.tick();
    parts.talk.log.age();
  }, 1_000);
  listen(byKey);
}

/** An address may name a conversation. */
async function follow() {
  const id = /^#\/([\w-]{36})$/.exec(location.hash)?.[1];
  if (!id) return;
  // What he goes to from there, a reload brings back.
  history.replaceState(null, "", location.pathname + location.search);
  await does.show(id);
}

/**
 * @param {string} tag
 * @returns {Promise<{ default: Catalog }>}
 */
const texts = (tag) => import(`../i18n/console.${tag}.js`);

async function begin() {
  dress();
  const tag = language();
  const [{ default: catalog }, { default: log }] = await Promise.all([
    texts(tag), logTexts(tag)]);
  locale = new Locale(tag, { ...log, ...catalog });
  locale.apply();
  document.title = locale.t("title");
  await enter(api, locale, "rep");
  const { onEnded } = api;
  api.onEnded = (problem) => {
    desk.socket.stop();
    onEnded(problem);
  };
  leaves(desk);
  const start = () => {
    recall(desk);
    // Of a login that has ended the door tells.
    return desk.begin().catch((error) => api.user && does.say(error));
  };
  api.onBack = start;
  desk.renew = (work) => withYoungLogin(api, locale, work);
  build();
  screen("list");
  parts.offers.showMissed();
  document.documentElement.dataset.ready = "";
  patiently(does.welcome).then(({ edit_window_s: seconds }) => {
    if (seconds !== undefined) parts.talk.changes.lasts = seconds * 1_000;
  }).catch(() => {});
  await start();
  if (desk.view) screen("talk");
  await follow();
}

addEventListener("hashchange", () => parts && follow());
begin();
