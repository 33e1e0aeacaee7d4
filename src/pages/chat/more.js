// What is done now and then: ending, saving a copy, signing in, looking back.

import { LOCALES } from "../i18n/locale.js";
import { problemOf } from "../net/problem.js";
import { icon, make, words } from "../ui/dom.js";
import { agreed } from "../ui/dialog.js";
import { onSubmit } from "../ui/forms.js";
import { toast } from "../ui/toast.js";
import { late, sayLost } from "./late.js";
import { forgetLeft } from "./left.js";
import { reason } from "./refusal.js";

/** @import { Answer } from "../net/rest.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attributes, Child } from "../ui/elements.d.ts" */
/** @import { Does, Panel } from "./parts.d.ts" */
/** @import { Visit } from "./visit.js" */

/** @typedef {Answer<"get", "/conversations">["items"][number]} Listed */

const PAGE = 20;

/**
 * Does something whose error is told in passing.
 * @param {Locale} locale
 * @param {() => Promise<void>} work
 */
async function attempt(locale, work) {
  try {
    await work();
  } catch (error) {
    toast(reason(locale, problemOf(error)));
  }
}

/**
 * What was pressed and is not done yet.
 * @type {Set<string>}
 */
const pressed = new Set();

/**
 * What is pressed twice is done once.
 * @param {string} what
 * @param {Locale} locale
 * @param {() => Promise<void>} work
 */
async function once(what, locale, work) {
  if (pressed.has(what)) return;
  pressed.add(what);
  await attempt(locale, work);
  pressed.delete(what);
}

/**
 * Asks, and ends the conversation or gives the place in line away.
 * @param {Visit} visit
 * @param {Locale} locale
 */
export async function end({ api, view }, locale) {
  if (!view) return;
  const { t } = locale;
  const isServed = view.status === "active";
  const what = isServed ? "end" : view.left_message ? "withdraw" : "leave_line";
  const asked = { title: t(`${what}_sure`), text: t(`${what}_text`), yes: t(what), no: t("stay") };
  if (!await agreed(asked)) return;
  await attempt(locale, async () => {
    await api.post(`/conversations/${view.id}/close`, isServed ? {} : { resolution: "abandoned" });
  });
}

/**
 * He waits no more: what he has said is answered whether he is there or not.
 * @param {Visit} visit
 * @param {Locale} locale
 */
export const leaveMessage = (visit, locale) => once("message", locale, async () => {
  if (!visit.view) return;
  const { id } = visit.view;
  await visit.api.post(`/conversations/${id}/leave-message`);
  await visit.show(id);
});

/**
 * Whether what was begun before the end is to begin another chat.
 * @param {Locale} locale
 */
export const sure = ({ t }) => agreed({ title: t("closed"), text: t("anew_text"),
  yes: t("new_chat"), no: t("back") });

/**
 * @param {Visit} visit
 * @param {Locale} locale
 */
export const reopen = (visit, locale) => once("reopen", locale, async () => {
  if (!visit.view) return;
  const { id } = visit.view;
  await visit.api.post(`/conversations/${id}/reopen`);
  await visit.show(id);
});

/**
 * Saves a copy as a page that can be read anywhere.
 * @param {Visit} visit
 * @param {Locale} locale
 */
export async function transcript(visit, locale) {
  if (!visit.view) return;
  const { id } = visit.view;
  const module = await late("./copy.js").catch(() => sayLost(locale));
  await attempt(locale, async () => {
    if (!module) return;
    await module.copy(visit, id, locale);
    toast(locale.t("saved"));
  });
}

/**
 * Signs out. A visitor could not come back, so he is asked.
 * @param {Visit} visit
 * @param {Locale} locale
 */
export async function signOut(visit, locale) {
  const { t } = locale;
  const what = visit.api.isVisitor ? "forget" : "sign_out";
  const asked = { title: t(`${what}_sure`), text: visit.api.isVisitor ? t("forget_text") : "",
    yes: t(what), no: t("stay") };
  if (!await agreed(asked)) return;
  if (visit.api.isVisitor) forgetLeft(visit);
  visit.forget();
}

/**
 * Fills the menu with what can be done at this moment.
 * @param {HTMLElement} element
 * @param {Visit} visit
 * @param {Locale} locale
 * @param {Does} does
 * @param {{ embedded: boolean }} where
 */
export function menu(element, visit, locale, does, { embedded }) {
  const { t, tag } = locale;
  const { api, view, isOpen } = visit;
  /**
   * @param {string} key
   * @param {() => unknown} work
   */
  const item = (key, work) => make("button", { type: "button", onclick: () => {
    element.hidePopover();
    work();
  } }, t(key));
  /**
   * @param {string} key
   * @param {Record<string, string>} options by value
   * @param {string} now
   * @param {(chosen: string) => unknown} work
   */
  const choice = (key, options, now, work) => make("label", {}, t(key), make("select",
    { onchange: ({ target }) => work(target.value) }, ...Object.entries(options).map(
      ([value, name]) => make("option", { value, selected: value === now }, name))));
  const theme = document.documentElement.dataset.theme ?? "auto";
  const themes = { auto: t("theme_auto"), light: t("theme_light"), dark: t("theme_dark") };
  const known = api.isVisitor ? null : api.user;
  element.replaceChildren(...[
    known && make("p", { class: "note" },
      ...locale.parts("signed_in", { name: words(known.display_name) })),
    view && item("transcript", does.transcript),
    isOpen && view?.status === "active" && item("end", does.end),
    !embedded && !known && item("sign_in", does.signIn),
    !embedded && api.user && item(known ? "sign_out" : "forget", does.signOut),
    choice("language", LOCALES, tag, does.setLocale),
    choice("theme", themes, theme, does.setTheme),
  ].filter((one) => one instanceof Node));
}

/**
 * What is shown instead of the log is an entry of the page's history, so that one may go back from
 * it; the history of another page is left alone. Answers with what closes it.
 * @param {Panel} panel
 */
function entered(panel) {
  if (window.parent !== window) return () => panel(null);
  if (!history.state?.panel) history.pushState({ panel: true }, "");
  addEventListener("popstate", () => panel(null), { once: true });
  return () => (history.state?.panel ? history.back() : panel(null));
}

/**
 * @param {Locale} locale
 * @param {string} title
 * @param {() => void} close
 * @param {Child[]} children
 */
function panelOf(locale, title, close, ...children) {
  const heading = make("h2", { tabindex: "-1" }, title);
  const section = make("section", { class: "panel" }, make("div", { class: "panel-head" },
    make("button", { type: "button", class: "round", "aria-label": locale.t("back"),
      onclick: close }, icon("back")), heading), ...children);
  section.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  return { section, heading };
}

/**
 * Lets a customer sign in, or make an account, without leaving what he has begun.
 * @param {Visit} visit
 * @param {Locale} locale
 * @param {Panel} panel
 */
export function signIn(visit, locale, panel) {
  const { t } = locale;
  const close = entered(panel);
  let isNew = false;
  /**
   * @param {string} key
   * @param {Attributes<"input">} more
   */
  const field = (key, more) => make("label", {}, t(key), make("input", { required: true,
    ...more }));
  const name = () => field(isNew ? "username" : "login",
    { name: "login", autocomplete: "username", autocapitalize: "none" });
  const password = () => field(isNew ? "new_password" : "password", { name: "password",
    type: "password", autocomplete: isNew ? "new-password" : "current-password",
    minlength: isNew ? "8" : null });
  const shown = make("label", {}, t("name_seen"),
    make("input", { name: "display_name", autocomplete: "name", dir: "auto" }));
  const form = make("form", { class: "sign-in" });
  // The name that he has typed goes along, and he finds back.
  const forgotten = make("a", { href: "/link", onclick() {
    const who = new URLSearchParams({ ask: String(new FormData(form).get("login")),
      page: "/chat" });
    forgotten.href = `/link#${who}`;
  } }, t("forgotten"));
  const draw = () => {
    form.replaceChildren(name(), password(), ...(isNew ? [shown] : []),
      make("p", { class: "error", role: "alert" }),
      make("p", { class: "row" }, make("button", { class: "main" }, t(isNew ? "register"
        : "sign_in")), make("button", { type: "button", onclick: () => {
        isNew = !isNew;
        draw();
        form.querySelector("input")?.focus();
      } }, t(isNew ? "have_account" : "need_account"))),
      isNew ? "" : make("p", {}, forgotten));
  };
  draw();
  onSubmit(form, async ({ login, password: secret, display_name: called }) => {
    const named = called?.trim() ? { display_name: called.trim() } : {};
    if (isNew) {
      const body = { username: login.trim(), password: secret, ...named };
      await visit.api.signIn("/customers", body, "customer");
    } else {
      await visit.api.signIn("/sessions", { login: login.trim(), password: secret }, "customer");
    }
    visit.socket.stop();
    visit.socket.forgetAll();
    close();
    await visit.enter();
  }, (error) => reason(locale, error));
  panel(panelOf(locale, t("sign_in"), close, form).section);
  form.querySelector("input")?.focus();
}

/**
 * What lists can be narrowed to, and how the server is asked for it.
 * @type {Record<string, string>}
 */
const FILTERS = {
  all: "", open: "&open=true", closed: "&open=false", resolved: "&resolution=resolved",
  unresolved: "&resolution=unresolved", unread: "&unread=true",
};

/**
 * The conversations there were, the newest first, narrowed as one likes.
 * @param {Visit} visit
 * @param {Locale} locale
 * @param {Panel} panel
 */
export function earlier(visit, locale, panel) {
  const { t } = locale;
  const close = entered(panel);
  const list = make("ul", { class: "earlier" });
  const empty = make("p", { class: "note", role: "status" });
  const next = make("button", { type: "button", hidden: true }, t("more"));
  let turn = 0;
  const select = make("select", { onchange: () => read(null) }, ...Object.keys(FILTERS).map(
    (key) => make("option", { value: key }, t(`f_${key}`))));
  /** @param {string} id */
  const open = (id) => {
    close();
    attempt(locale, () => visit.show(id));
  };
  /** @param {string | null | undefined} before */
  async function read(before) {
    const mine = ++turn;
    const from = before ? `&before=${encodeURIComponent(before)}` : "";
    await attempt(locale, async () => {
      const page = await visit.api.get(
        `/conversations?limit=${PAGE}${FILTERS[select.value]}${from}`);
      if (mine !== turn) return;
      if (!before) list.replaceChildren();
      list.append(...page.items.map((one) => row(one, locale, open)));
      const none = select.value === "all" ? "none" : "none_such";
      empty.textContent = list.children.length ? "" : t(none);
      next.hidden = !page.next;
      next.onclick = () => read(page.next);
    });
  }
  const { section, heading } = panelOf(locale, t("earlier"), close,
    make("label", { class: "filter" }, t("show"), select), list, empty, next,
    make("button", { type: "button", class: "main", onclick: () => {
      close();
      visit.leave();
    } }, t("new_chat")));
  panel(section);
  heading.focus();
  read(null);
}

/**
 * What was said, on one line; of files alone, what they are called.
 * @param {Listed["latest_message"]} message
 */
const wordsOf = (message) => message?.text?.trim()
  || (message?.attachments ?? []).map(({ name }) => name).join(", ");

/**
 * What it was about, when it began, where and with whom it was.
 * @param {Listed} one
 * @param {Locale} locale
 * @param {(id: string) => void} open
 */
function row(one, locale, open) {
  const { t } = locale;
  const { id, number, subject, queue, status, resolution, first_message: first,
    latest_message: last, unread, created_at } = one;
  const rep = one.rep ?? one.last_rep;
  // What he has left as a message has nobody laid aside, and he does not wait.
  const isLeft = !rep && (status === "parked" || (status === "waiting" && one.left_message));
  const stands = isLeft ? "left" : status;
  const how = status === "closed" && resolution ? t(`closed_${resolution}`) : t(`st_${stands}`);
  const numbered = t("numbered", { number });
  const begun = subject || wordsOf(first);
  const more = last && last.seq !== first?.seq ? wordsOf(last) : "";
  return make("li", {}, make("button", { type: "button", onclick: () => open(id) },
    make("span", { class: "title", dir: "auto" }, begun || numbered),
    make("span", { class: "chip", "data-status": status }, how),
    more && make("span", { class: "last", dir: "auto" }, more),
    make("span", { class: "note" }, make("time", { datetime: new Date(created_at).toISOString() },
      locale.date(created_at)), " · ", words(queue.name), ...(rep ? [" · ", words(rep.name)] : []),
    begun && ` · ${numbered}`),
    unread > 0 && make("strong", { class: "unread" }, t("unread", { n: unread }))));
}
