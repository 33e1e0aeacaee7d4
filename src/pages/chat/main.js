// The customer's chat, as a page of its own and inside the pages of others: puts its parts
// together, and says what each hears of the others.

import { choose, Locale } from "../i18n/locale.js";
import { Api } from "../net/api.js";
import { kept, keptLong } from "../net/keep.js";
import { make } from "../ui/dom.js";
import { Banner } from "./banner.js";
import { Card } from "./card.js";
import { Composer } from "./composer.js";
import { Head } from "./head.js";
import { firstTexts, moreTexts } from "./texts.js";
import { Visit } from "./visit.js";

const query = new URLSearchParams(location.search);
const widget = location.pathname.split("/")[2] || null;
/** The page around this one, if it is part of another. */
const origin = window.parent === window ? null : query.get("origin");

// A visitor comes back to what he began; an account's login ends with its tab. Inside another
// page nothing is kept here: the page around keeps it.
const hosted = {
  get: (key) => kept.get(key, null) ?? keptLong.get(key, null),
  set(key, login) {
    keptLong.set(key, login?.token ? login : null);
    kept.set(key, login?.token ? null : login);
  },
};
let host = null;
const embedded = {
  get: () => null,
  set: (_, login) => host?.say({ type: "session", token: login?.token ?? null }),
};

const api = new Api(`chat.${widget ?? "all"}`, origin ? embedded : hosted);
const visit = new Visit(api, widget);
const root = document.getElementById("chat");
let parts = null;

const does = {
  write(text, files) {
    visit.write(text, files, parts.card.wishes);
    withThread().then(() => parts.thread.toEnd());
    host?.say({ type: "event", name: "sent" });
  },
  menu: (element) => more().then((extra) =>
    extra.menu(element, visit, parts.locale, does, { embedded: Boolean(origin) })),
  end: () => more().then((extra) => extra.end(visit, parts.locale)),
  startAnew() {
    visit.leave();
    parts.composer.focus();
  },
  reopen: () => more().then((extra) => extra.reopen(visit, parts.locale)),
  transcript: () => more().then((extra) => extra.transcript(visit, parts.locale)),
  signIn: () => more().then((extra) => extra.signIn(visit, parts.locale, panel)),
  signOut: () => more().then((extra) => extra.signOut(visit, parts.locale)),
  earlier: () => more().then((extra) => extra.earlier(visit, parts.locale, panel)),
  useHere() {
    visit.trouble = null;
    visit.socket.start();
    parts.card.show();
  },
  beginAgain() {
    visit.forget({ signOut: false });
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
  close: () => host?.say({ type: "close" }),
};

/** What is needed now and then. */
const more = async () => (await Promise.all([import("./more.js"), moreTexts(parts.locale)]))[0];

/**
 * The log is fetched as soon as there is anything to show in it, or there soon will be: who has
 * just come has none. Tried until it is there.
 */
async function withThread() {
  const { locale, composer } = parts;
  for (let wait = 500; !parts.thread; wait = Math.min(wait * 2, 15_000)) {
    try {
      const [{ Thread }] = await Promise.all([import("./thread.js"), moreTexts(locale)]);
      if (parts.locale !== locale) return withThread();
      parts.thread ??= new Thread(visit, locale, (text, uploads) => composer.put(text, uploads));
    } catch (error) {
      console.error(error);
      await new Promise((done) => setTimeout(done, wait));
    }
  }
  if (parts.thread.element.isConnected) return;
  parts.body.prepend(parts.thread.element);
  parts.thread.showPending();
  refresh();
  if (visit.view) await visit.show(visit.view.id);
}

/** Shows something instead of the log, until it is closed. */
function panel(element) {
  const { body } = parts;
  body.querySelector(".panel")?.remove();
  body.classList.toggle("covered", Boolean(element));
  if (element) body.prepend(element);
  else parts.composer.focus();
}

function dress(theme) {
  if (["light", "dark"].includes(theme)) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** Draws everything in this language. What was written stays. */
async function speak(tag) {
  const { default: catalog } = await firstTexts(tag);
  const locale = new Locale(tag, catalog);
  locale.apply();
  const composer = new Composer(locale, does.write);
  const card = new Card(visit, locale, does);
  const head = new Head(visit, locale, does, { embedded: Boolean(origin) });
  const banner = new Banner(visit, locale);
  const body = make("div", { class: "body", "data-drop": locale.t("drop") }, card.element,
    composer.element);
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
  const files = was?.composer.take() ?? [];
  if (files.length) composer.put("", files);
  if (visit.view || visit.pending.length || was?.thread) await withThread();
}

function refresh() {
  parts.card.show();
  parts.head.show();
  parts.composer.follow();
  const isEmpty = !visit.view && !visit.pending.length;
  parts.body.classList.toggle("empty", isEmpty);
  if (!isEmpty && !parts.thread) withThread();
}

/** A message of somebody else has come while nobody looked. */
function ring(event) {
  const theirs = event.kind === "message" && event.sender_id !== api.user?.id;
  if (!theirs) return;
  host?.say({ type: "event", name: "message", detail: { number: visit.view?.number } });
  if (!visit.isLooking()) import("../ui/sound.js").then((sound) => sound.ring());
}

let missed = 0;
const hears = {
  state: refresh,
  forgotten: () => parts.composer.clear(),
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
    if (!parts.thread) return;
    parts.thread.quiet();
    parts.thread.markNew();
    clearTimeout(missed);
    missed = setTimeout(() => parts.banner.back(parts.thread.countNew()), 1_000);
  },
  unread() {
    const { unread } = visit;
    document.title = unread ? `(${parts.locale.number(unread)}) ${parts.locale.t("title")}`
      : parts.locale.t("title");
    host?.say({ type: "unread", count: unread });
  },
};
visit.on((topic, detail) => parts && hears[topic]?.(detail));

async function begin() {
  visit.isLooking = () => !document.hidden && !parts.body.querySelector(".panel")
    && parts.thread?.isAtEnd && (host?.isOpen ?? true);
  document.addEventListener("visibilitychange", () => visit.looked());
  dress(query.get("theme") ?? (origin ? null : keptLong.get("switchboard.theme", null)));
  const stored = origin ? null : keptLong.get("switchboard.locale", null);
  await speak(choose(query.get("lang"), stored, navigator.languages));
  document.title = parts.locale.t("title");
  document.documentElement.dataset.ready = "";
  parts.composer.focus();
  if (origin) {
    const { Host } = await import("./host.js");
    host = new Host(origin, { visit, does, parts: () => parts, dress });
    await host.ready;
  }
  await visit.begin();
}

begin();
