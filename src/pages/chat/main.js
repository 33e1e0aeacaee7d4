// The customer's chat, as a page of its own and inside the pages of others: puts its parts
// together, and says what each hears of the others.

import { choose, Locale } from "../i18n/locale.js";
import { Api } from "../net/api.js";
import { kept, keptLong } from "../net/keep.js";
import { Login } from "../net/login.js";
import { byId, make } from "../ui/dom.js";
import { Banner } from "./banner.js";
import { Card } from "./card.js";
import { Composer } from "./composer.js";
import { Head } from "./head.js";
import { late, sayLost, surely } from "./late.js";
import { firstTexts, moreTexts } from "./texts.js";
import { Visit } from "./visit.js";

/** @import { Store } from "../net/login.js" */
/** @import { EventFrame } from "../net/frames.d.ts" */
/** @import { Host } from "./host.js" */
/** @import { Does, Draws, Panel, Parts } from "./parts.d.ts" */

/** Who is here so long stays, in ms. */
const STAYS_MS = 5_000;

const query = new URLSearchParams(location.search);
const widget = location.pathname.split("/")[2] || null;
/** The page around this one, if it is part of another. */
const origin = window.parent === window ? null : query.get("origin");

// A visitor comes back to what he began; an account's login ends with its tab. Inside another
// page nothing is kept here: the page around keeps it.
/** @type {Store} */
const hosted = {
  get: (key) => kept.get(key, null) ?? keptLong.get(key, null),
  set(key, known) {
    keptLong.set(key, known?.token ? known : null);
    kept.set(key, known?.token ? null : known);
  },
};
/** @type {Host | null} */
let host = null;
/** @type {Store} */
const embedded = {
  get: () => null,
  set: (_, known) => host?.say({ type: "session", token: known?.token ?? null }),
};

const api = new Api(new Login(`chat.${widget ?? "all"}`, origin ? embedded : hosted));
const visit = new Visit(api, widget);
const root = byId("chat");
/**
 * What is on the page; as soon as anything can ask for it, it is there.
 * @type {Parts}
 */
let parts;

/** @type {Does} */
const does = {
  write(text, files) {
    visit.write(text, files, parts.card.wishes);
    withThread().then(() => parts.thread?.toEnd());
    host?.say({ type: "event", name: "sent" });
  },
  takes: () => parts.card.takes(),
  sure: () => more().then((extra) => extra?.sure(parts.locale) ?? false),
  menu: (element) => more().then((extra) => {
    if (!extra) return element.hidePopover();
    extra.menu(element, visit, parts.locale, does, { embedded: Boolean(origin) });
  }),
  end: () => more().then((extra) => extra?.end(visit, parts.locale)),
  leaveMessage: () => more().then((extra) => extra?.leaveMessage(visit, parts.locale)),
  startAnew() {
    visit.leave();
    parts.composer.focus();
  },
  reopen: () => more().then((extra) => extra?.reopen(visit, parts.locale)),
  async rate(place) {
    const { locale } = parts;
    const [{ ended }] = await surely(() =>
      Promise.all([late("./rating.js"), moreTexts(locale)]));
    if (visit.view) ended(place, visit, visit.view, locale, does);
  },
  transcript: () => more().then((extra) => extra?.transcript(visit, parts.locale)),
  signIn: () => more().then((extra) => extra?.signIn(visit, parts.locale, panel)),
  signOut: () => more().then((extra) => extra?.signOut(visit, parts.locale)),
  earlier: () => more().then((extra) => extra?.earlier(visit, parts.locale, panel)),
  useHere() {
    visit.trouble = null;
    visit.socket.start();
    parts.card.show();
  },
  beginAgain() {
    visit.forget("ended");
    parts.composer.focus();
  },
  setLocale(tag) {
    if (!origin) keptLong.set("switchboard.locale", tag);
    return speak(tag);
  },
  setTheme(theme) {
    if (!origin) keptLong.set("switchboard.theme", theme);
    dress(theme);
  },
  redraw: () => speak(parts.locale.tag),
  close: () => host?.say({ type: "close" }),
  isSeen: () => !document.hidden && (host?.isOpen ?? true),
};

/** What is needed now and then; null if it cannot be had, which is said. */
async function more() {
  const { locale } = parts;
  try {
    return (await Promise.all([late("./more.js"), moreTexts(locale)]))[0];
  } catch {
    sayLost(locale);
    return null;
  }
}

/** Whoever stays may need the rest when there is no connection, or a newer release. */
function fetchAhead() {
  moreTexts(parts.locale).catch(() => {});
  for (const path of ["./thread.js", "./underway.js", "./more.js", "./rating.js", "./tray.js"]) {
    late(path).catch(() => {});
  }
}

/**
 * The log is fetched as soon as there is anything to show in it, or there soon will be: who has
 * just come has none. Tried until it is there.
 * @returns {Promise<void>}
 */
async function withThread() {
  const { locale, composer } = parts;
  if (!parts.thread) {
    const [{ Thread }, { Underway }] = await surely(() =>
      Promise.all([late("./thread.js"), late("./underway.js"), moreTexts(locale)]));
    if (parts.locale !== locale) return withThread();
    parts.card.underway ??= new Underway(visit, locale, does);
    parts.thread ??= new Thread(visit, locale, (text, uploads) => composer.put(text, uploads));
  }
  const { thread } = parts;
  if (thread.element.isConnected) return;
  parts.body.prepend(thread.element);
  thread.showPending();
  refresh();
  if (visit.view) await visit.show(visit.view.id);
}

/**
 * Shows something instead of the log, until it is closed.
 * @type {Panel}
 */
function panel(element) {
  const { body } = parts;
  body.querySelector(".panel")?.remove();
  body.classList.toggle("covered", Boolean(element));
  if (element) body.prepend(element);
  else parts.composer.focus();
}

/** @param {string | null} theme */
function dress(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/**
 * Draws everything in this language. What was written stays.
 * @param {string} tag
 */
async function speak(tag) {
  const { default: catalog } = await firstTexts(tag);
  const locale = new Locale(tag, catalog);
  locale.apply();
  const composer = new Composer(locale, does);
  const card = new Card(visit, locale, does);
  const head = new Head(visit, locale, does, { embedded: Boolean(origin) });
  const banner = new Banner(visit, locale);
  const body = make("div", { class: "body", "data-drop": locale.t("drop") }, card.element,
    composer.element);
  /** @type {Parts | undefined} */
  const was = parts;
  parts = { locale, composer, card, thread: null, head, banner, body };
  was?.card.stop();
  root.replaceChildren(head.element, banner.element, body);
  root.setAttribute("aria-busy", "false");
  composer.connect(visit);
  composer.takeDrops(body);
  // Who begins to type will soon need it.
  composer.element.addEventListener("input", withThread, { once: true });
  refresh();
  if (visit.view || visit.pending.length || was?.thread) await withThread();
}

function refresh() {
  parts.card.show();
  parts.head.show();
  parts.composer.follow();
  parts.thread?.age();
  const isEmpty = !visit.view && !visit.pending.length;
  parts.body.classList.toggle("empty", isEmpty);
  if (!parts.thread && (!isEmpty || visit.trouble || !parts.composer.isEmpty)) withThread();
}

/**
 * A message of somebody else has come while nobody looked.
 * @param {EventFrame} event
 */
function ring(event) {
  const theirs = event.kind === "message" && event.sender_id !== api.user?.id;
  if (!theirs) return;
  host?.say({ type: "event", name: "message", detail: { number: visit.view?.number } });
  if (!visit.isLooking()) late("../ui/sound.js").then(({ ring: play }) => play(), () => {});
}

/** @type {number | undefined} */
let missed;
/** @type {Draws} */
const draws = {
  state: refresh,
  forgotten() {
    parts.composer.clear();
    parts.card.clear();
  },
  log: (log) => parts.thread?.reset(log),
  entry(event) {
    parts.thread?.add(event);
    ring(event);
    if (event.kind === "closed") host?.say({ type: "event", name: "closed" });
  },
  pending() {
    parts.thread?.showPending();
    refresh();
  },
  marks: () => parts.thread?.showMarks(),
  typing: (frame) => parts.thread?.showTyping(frame),
  link: () => parts.banner.show(),
  unreachable: () => parts.banner.unreachable(),
  back() {
    const { thread, banner } = parts;
    if (!thread) return;
    thread.quiet();
    thread.markNew();
    clearTimeout(missed);
    missed = setTimeout(() => banner.back(thread.countNew()), 1_000);
  },
  unread() {
    const { unread } = visit;
    document.title = unread ? `(${parts.locale.number(unread)}) ${parts.locale.t("title")}`
      : parts.locale.t("title");
    host?.say({ type: "unread", count: unread });
  },
};
async function begin() {
  visit.isLooking = () => does.isSeen() && !parts.body.querySelector(".panel")
    && Boolean(parts.thread?.isAtEnd);
  document.addEventListener("visibilitychange", () => visit.signs.looked());
  /** @type {string | null} */
  const theme = origin ? null : keptLong.get("switchboard.theme", null);
  /** @type {string | null} */
  const stored = origin ? null : keptLong.get("switchboard.locale", null);
  dress(query.get("theme") ?? theme);
  await speak(choose(query.get("lang"), stored, navigator.languages));
  visit.on(draws);
  document.title = parts.locale.t("title");
  document.documentElement.dataset.ready = "";
  // A page around may have opened it by itself: whoever reads there goes on there.
  if (!origin || document.hasFocus()) parts.composer.focus();
  for (const turn of ["offline", "online"]) {
    addEventListener(turn, () => parts.thread?.showPending());
  }
  // Who has written in another tab is the same here.
  addEventListener("storage", () => {
    if (!api.user && !visit.opening && api.look()) visit.enter().catch(() => {});
  });
  const frame = { visit, does, parts: () => parts, dress };
  if (origin) {
    const { Host } = await surely(() => late("./host.js"));
    host = new Host(origin, frame);
    await host.ready;
  } else if (keptLong.get(visit.key("left"), null)) {
    await late("./left.js").then(({ recall }) => recall(frame)).catch(() => {});
  }
  setTimeout(fetchAhead, STAYS_MS);
  await visit.begin();
}

begin();
