// The loader: one script in somebody's page, which shows a button and, once it is pressed, the
// chat in a frame. Before that it asks for nothing and keeps nothing. Its look is a constructed
// sheet in a closed shadow root, so the page's own styles and policies leave it alone.
//
//   <script async src="https://chat.example/widget.js" data-widget="ID"></script>
//
// Calls made before it is there wait in `switchboard.q`; docs/widget.md lists them.

/** @import { Calls } from "./switchboard.d.ts" */
/** @import { FromPage, Greeting, ToPage } from "../chat/parts.d.ts" */

(() => {
  "use strict";
  const script = document.currentScript;
  const early = window.switchboard;
  if (!(script instanceof HTMLScriptElement) || early?.isOpen) return;
  const { dataset } = script;
  const widget = dataset.widget ?? "";
  const base = new URL(script.src).origin;
  const key = `switchboard.${widget}`;
  /** @type {Record<string, Record<string, string>>} */
  const texts = {
    en: { label: "Chat with us", loading: "Loading…", close: "Close the chat",
      blocked: "The chat cannot be shown here.", page: "Open it on its own page",
      unreachable: "The chat could not be loaded.", again: "Try again" },
    ru: { label: "Напишите нам", loading: "Загрузка…", close: "Закрыть чат",
      blocked: "Чат нельзя показать здесь.", page: "Открыть на отдельной странице",
      unreachable: "Не удалось загрузить чат.", again: "Попробовать снова" },
    fa: { label: "گفتگو با ما", loading: "در حال بارگذاری…", close: "بستن گفتگو",
      blocked: "گفتگو را نمی‌توان اینجا نشان داد.", page: "باز کردن در صفحه خودش",
      unreachable: "گفتگو بارگذاری نشد.", again: "تلاش دوباره" },
  };
  const page = document.documentElement;
  let locale = dataset.locale ?? page.lang ?? "";
  let theme = dataset.theme;
  /** @type {string | null} */
  let identity = null;
  let isOpen = false;
  let unread = 0;
  /** @type {HTMLIFrameElement | null} */
  let frame = null;
  /** @type {MessagePort | null} */
  let port = null;
  /** @type {number | undefined} */
  let patience;
  /** @type {FromPage[]} */
  const waiting = [];
  /** @type {Map<string, Set<(detail?: unknown) => void>>} */
  const listeners = new Map();

  /** @param {string} key */
  const t = (key) => (texts[locale.slice(0, 2)] ?? texts.en)[key];
  const label = () => dataset.label ?? t("label");

  const long = dataset.persist === "session" ? "sessionStorage" : "localStorage";
  /**
   * What the page around keeps for the chat: a visitor's token once he has written; and in the
   * tab, whether the panel was open on the page before, and what he has not sent yet. With a value
   * it is kept, with null forgotten, and without one it answers what is there.
   * @param {"sessionStorage" | "localStorage"} where
   * @param {string} name
   * @param {string | null} [value]
   */
  const keep = (where, name, value) => {
    try {
      if (dataset.persist === "none") return null;
      const storage = window[where];
      if (value === undefined) return storage.getItem(key + name);
      if (value) storage.setItem(key + name, value);
      else storage.removeItem(key + name);
    } catch {
      // Full or forbidden: then he begins anew on the next page.
    }
    return null;
  };

  /**
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {Record<string, string>} attributes
   * @param {(Node | string)[]} children
   */
  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  };
  /** @param {string} line */
  const drawing = (line) => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = svg.appendChild(document.createElementNS(space, "path"));
    path.setAttribute("d", line);
    return svg;
  };

  const host = document.createElement("switchboard-widget");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  const side = dataset.side === "start" ? "start" : "end";
  /** @param {string | undefined} value */
  const far = (value) => `${Math.max(0, Number(value ?? 20) || 0)}px`;
  sheet.replaceSync(`
:host{all:initial!important;display:block!important;position:fixed!important;
inset-block-end:max(${far(dataset.offsetY)},env(safe-area-inset-bottom))!important;
inset-inline-${side}:${far(dataset.offsetX)}!important;z-index:2147483000!important;
direction:${getComputedStyle(page).direction}!important}
[hidden]{display:none!important}
button{all:unset;box-sizing:border-box;position:relative;display:grid;place-items:center;
inline-size:56px;block-size:56px;margin-inline-${side === "end" ? "start" : "end"}:auto;
border-radius:50%;background:var(--switchboard-brand,#0b6e4f);
color:var(--switchboard-on-brand,#fff);box-shadow:0 4px 18px #0004;cursor:pointer}
button:focus-visible{outline:3px solid var(--switchboard-brand,#0b6e4f);outline-offset:3px}
svg{inline-size:26px;block-size:26px;fill:none;stroke:currentColor;stroke-width:2;
stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;inset-block-start:-4px;inset-inline-end:-4px;box-sizing:border-box;
min-inline-size:20px;block-size:20px;padding-inline:5px;border-radius:10px;background:#b3261e;
color:#fff;font:700 12px/20px system-ui;text-align:center}
div{position:absolute;inset-block-end:72px;inset-inline-${side}:0;overflow:hidden;
inline-size:min(384px,calc(100vw - 40px));block-size:min(640px,calc(100dvh - 112px));
border-radius:16px;background:Canvas;color:CanvasText;box-shadow:0 12px 48px #0005}
iframe{display:block;inline-size:100%;block-size:100%;border:0}
section{position:absolute;inset:0;padding:20px;background:Canvas;font:15px/1.5 system-ui}
h2{margin:0;padding-inline-end:36px;font-size:18px}
section button,a{all:revert;display:table;min-block-size:24px;margin-block:12px;font:inherit}
section .x{position:absolute;inset-block-start:10px;inset-inline-end:10px;margin:0;
inline-size:36px;block-size:36px;padding:5px;border:0;background:none}
div:has(+[hidden]){inset-block-end:0}
@media (max-width:480px){:host([data-open]){inset:0!important;z-index:2147483001!important}
div{position:fixed;inset:0;inline-size:auto;block-size:100dvh;border-radius:0}
:host([data-open]) div+button{display:none}}
@media (forced-colors:active){button,div{border:2px solid ButtonText}}`);
  root.adoptedStyleSheets = [sheet];
  const badge = make("b", { hidden: "" });
  const faces = [drawing("M4 5h16v11H9l-5 4z"), drawing("M6 9l6 6 6-6")];
  const button = make("button", { type: "button", "aria-haspopup": "dialog",
    "aria-expanded": "false", "aria-controls": "panel" }, faces[0], badge);
  const panel = make("div", { id: "panel", role: "dialog", hidden: "" });
  // Stands before the frame until the chat is there, and can be left.
  const notice = make("section", { dir: "auto" });
  root.append(panel, button);
  button.hidden = "hidden" in dataset;

  /**
   * @param {string} name
   * @param {unknown} [detail]
   */
  const emit = (name, detail) => {
    for (const listener of listeners.get(name) ?? []) {
      try {
        listener(detail);
      } catch (error) {
        console.error(error);
      }
    }
  };
  /** @param {FromPage} message */
  const tell = (message) => {
    if (port) port.postMessage(message);
    else if (frame) waiting.push(message);
  };
  /** @type {"loading" | "blocked" | "unreachable"} */
  let standing = "loading";
  /**
   * @param {() => void} work
   * @param {Record<string, string>} attributes
   * @param {Node | string} content
   */
  const action = (work, attributes, content) => {
    const made = make("button", { type: "button", ...attributes }, content);
    made.onclick = work;
    return made;
  };
  const name = () => {
    badge.hidden = !unread || isOpen;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    button.setAttribute("aria-label", unread ? `${label()} (${unread})` : label());
    panel.setAttribute("aria-label", label());
    frame?.setAttribute("title", label());
    panel.style.colorScheme = theme === "dark" || theme === "light" ? theme : "light dark";
    /** @type {Node[]} */
    const more = standing === "loading" ? [] : [make("a", { target: "_blank", rel: "noopener",
      href: `${base}/chat/${widget}` }, t("page"))];
    if (standing === "unreachable") more.unshift(action(load, {}, t("again")));
    const closer = action(() => show(false), { class: "x", "aria-label": t("close") },
      drawing("M6 6l12 12M18 6L6 18"));
    const held = notice.contains(root.activeElement);
    notice.replaceChildren(make("h2", {}, label()), make("p", { role: "status" }, t(standing)),
      ...more, closer);
    if (held) closer.focus();
  };

  // A page that may not show the chat gets an empty frame, as one does whose server is away.
  /** @param {"blocked" | "unreachable"} code */
  const refused = (code) => {
    if (!frame) return;
    standing = code;
    const held = root.activeElement === frame;
    frame.hidden = true;
    name();
    if (held) notice.querySelector("button")?.focus();
    emit("error", { code, message: t(code) });
  };
  /** @param {HTMLIFrameElement} asked */
  const doubt = async (asked) => {
    /** @type {"blocked" | "unreachable"} */
    let code = "blocked";
    await fetch(script.src, { mode: "no-cors", cache: "no-store",
      signal: AbortSignal.timeout?.(10_000) }).catch(() => {
      code = "unreachable";
    });
    if (frame === asked && !port) refused(code);
  };
  const load = () => {
    if (frame && standing === "loading") return;
    standing = "loading";
    clearTimeout(patience);
    frame?.remove();
    const address = new URL(`/chat/${encodeURIComponent(widget)}`, base);
    address.searchParams.set("origin", location.origin);
    if (locale) address.searchParams.set("lang", locale);
    if (theme) address.searchParams.set("theme", theme);
    const asked = make("iframe", { title: label(), allow: "autoplay; clipboard-write",
      referrerpolicy: "origin", src: address.href, sandbox: "allow-scripts allow-same-origin "
        + "allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-downloads" });
    frame = asked;
    patience = setTimeout(() => refused("unreachable"), 15_000);
    asked.addEventListener("load", () => {
      if (port) return;
      clearTimeout(patience);
      patience = setTimeout(() => doubt(asked), 4_000);
    });
    const held = notice.contains(root.activeElement);
    name();
    panel.append(asked, notice);
    if (held) asked.focus();
  };

  /** @param {ToPage} message */
  const hear = (message) => {
    if (message.type === "ready") emit("ready");
    else if (message.type === "session") keep(long, "", message.token);
    else if (message.type === "keep") keep("sessionStorage", ".kept", message.text);
    else if (message.type === "close") show(false);
    else if (message.type === "event") emit(message.name, message.detail);
    else if (message.count !== unread) {
      unread = message.count;
      name();
      emit("unread", unread);
    }
  };
  // One word with the frame in the open; what follows goes through a port that nobody else has.
  /** @param {MessageEvent} event */
  const greet = (event) => {
    const inside = frame?.contentWindow;
    const known = inside && event.source === inside && event.origin === base;
    if (!frame || !known || event.data?.switchboard !== "hello") return;
    clearTimeout(patience);
    const held = notice.contains(root.activeElement);
    standing = "loading";
    notice.remove();
    frame.hidden = false;
    if (held) frame.focus();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = ({ data }) => hear(data);
    /** @type {Greeting} */
    const greeting = { switchboard: "port", token: keep(long, ""), identity, open: isOpen,
      kept: keep("sessionStorage", ".kept") };
    inside.postMessage(greeting, base, [channel.port2]);
    for (const message of waiting.splice(0)) port.postMessage(message);
  };
  addEventListener("message", greet);
  // Who has written in another tab is the same here.
  /** @param {StorageEvent} event */
  const follow = ({ key: changed, newValue: token }) => changed === key && token
    && dataset.persist !== "none" && tell({ type: "session", token });
  addEventListener("storage", follow);

  // What had the focus before: where the button is hidden, it gets it back.
  /** @type {Element | null} */
  let before = null;
  const isNarrow = () => matchMedia("(max-width:480px)").matches;
  /** @param {boolean} wanted */
  const show = (wanted, focuses = true) => {
    if (wanted === isOpen) return;
    isOpen = wanted;
    keep("sessionStorage", ".open", wanted ? "1" : null);
    if (wanted) {
      load();
      before = document.activeElement;
    }
    panel.hidden = !wanted;
    panel.setAttribute("aria-modal", String(isNarrow()));
    host.toggleAttribute("data-open", wanted);
    button.setAttribute("aria-expanded", String(wanted));
    button.firstChild?.replaceWith(faces[Number(wanted)]);
    name();
    if (focuses) {
      tell({ type: wanted ? "opened" : "closed" });
      const next = wanted ? frame : button.hidden ? before : button;
      if (next instanceof HTMLElement) next.focus();
    }
    emit(wanted ? "open" : "close");
  };
  /** @param {KeyboardEvent} event */
  const escape = ({ key: pressed }) => pressed === "Escape" && isOpen && show(false);
  button.addEventListener("click", () => show(!isOpen));
  panel.addEventListener("keydown", escape);
  button.addEventListener("keydown", escape);

  /** @type {Calls} */
  const api = {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!isOpen),
    isOpen: () => isOpen,
    unread: () => unread,
    show: () => { button.hidden = false; },
    hide: () => {
      button.hidden = true;
      show(false);
    },
    start: ({ queue, message } = {}) => {
      show(true);
      tell({ type: "start", queue, text: message });
    },
    identify: (token) => {
      identity = token;
      tell({ type: "identify", token });
    },
    reset: () => {
      identity = null;
      keep(long, "", null);
      keep("sessionStorage", ".kept", null);
      tell({ type: "reset" });
    },
    setLocale: (tag) => {
      locale = tag;
      name();
      tell({ type: "locale", locale: tag });
    },
    setTheme: (wanted) => {
      theme = wanted;
      name();
      tell({ type: "theme", theme: wanted });
    },
    on: (event, listener) => {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener));
      return () => all.delete(listener);
    },
    destroy: () => {
      removeEventListener("message", greet);
      removeEventListener("storage", follow);
      clearTimeout(patience);
      port?.close();
      host.remove();
      delete window.switchboard;
    },
  };
  /** @type {(call: string, ...given: unknown[]) => unknown} */
  const call = (wanted, ...given) => {
    const found = Object.entries(api).find(([known]) => known === wanted)?.[1];
    return found && Reflect.apply(found, null, given);
  };
  window.switchboard = Object.assign(call, api);

  const begin = () => {
    name();
    document.body.append(host);
    for (const [wanted, ...given] of early?.q ?? []) call(wanted, ...given);
    // It goes on as it was on the page before, unless it would cover this one.
    if ("open" in dataset || (keep("sessionStorage", ".open") && !isNarrow())) show(true, false);
    // Who has written before is told what was answered.
    else if (keep(long, "")) (window.requestIdleCallback ?? setTimeout)(load);
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin, { once: true });
})();
