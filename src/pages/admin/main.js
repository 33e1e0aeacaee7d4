// The admin panel: who is signed in, the frame around the screens, and the screen itself.

import { enter } from "../account/door.js";
import { accountMenu } from "../account/menu.js";
import { choose, Locale } from "../i18n/locale.js";
import { Api } from "../net/api.js";
import { keptLong } from "../net/keep.js";
import { StaffLogin } from "../net/staff_login.js";
import { byId, make } from "../ui/dom.js";
import { drawing } from "./icons.js";
import { Link } from "./link.js";
import { Router } from "./router.js";

/** From here on the navigation stands beside the screen, as in the style. */
const WIDE = matchMedia("(min-width: 800px)");

async function begin() {
  const theme = keptLong.get("switchboard.theme", "");
  if (["light", "dark"].includes(theme)) document.documentElement.dataset.theme = theme;
  const tag = choose(keptLong.get("switchboard.locale", null), navigator.languages);
  const { default: catalog } = await import(`../i18n/admin.${tag}.js`);
  const locale = new Locale(tag, catalog);
  locale.apply();
  document.title = locale.t("title");
  const api = new Api(new StaffLogin("admin"));
  const user = await enter(api, locale, "admin");
  const link = new Link(api, locale);
  const main = make("main", { id: "main", tabindex: -1 });
  const { socket, hear, isIn, joins } = link;
  const desk = { api, locale, user, socket, hear, isIn, joins };
  const router = new Router(desk, main);
  byId("admin").replaceChildren(...frame(locale, router, main, bar(api, locale, link)));
  byId("admin").setAttribute("aria-busy", "false");
  // Under the door everything stays as it is; only the socket ends with the login.
  const ended = api.onEnded;
  api.onEnded = (problem) => {
    link.socket.stop();
    ended(problem);
  };
  api.onBack = () => {
    link.socket.start();
    router.again();
  };
  link.socket.start();
  await router.begin();
  document.documentElement.dataset.ready = "";
}

/**
 * What stands above every screen.
 * @param {Api} api
 * @param {Locale} locale
 * @param {Link} link
 */
function bar(api, locale, link) {
  return make("header", { class: "bar" },
    make("a", { class: "brand", href: "#/board" }, locale.t("title")), link.element,
    accountMenu(api, locale));
}

/**
 * The frame: a way past the navigation, the bar, the navigation, the screen.
 * @param {Locale} locale
 * @param {Router} router
 * @param {HTMLElement} main
 * @param {HTMLElement} top
 */
function frame(locale, router, main, top) {
  const nav = make("nav", { id: "nav", class: "side", "aria-label": locale.t("navigation") },
    router.navigation);
  const button = make("button", {
    class: "round open-nav", "aria-label": locale.t("navigation"), "aria-expanded": "false",
    "aria-controls": "nav",
  }, drawing("menu"));
  const turn = (/** @type {boolean} */ isOpen, { focuses = true } = {}) => {
    nav.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    /** @type {HTMLElement | null} */
    const here = nav.querySelector("[aria-current]") ?? nav.querySelector("a");
    if (isOpen) here?.focus();
    else if (focuses) button.focus();
  };
  const isOpen = () => nav.classList.contains("open");
  button.addEventListener("click", () => turn(!isOpen()));
  nav.addEventListener("click", ({ target }) => {
    const isLink = target instanceof Element && target.closest("a");
    if (isLink && isOpen()) turn(false, { focuses: false });
  });
  nav.addEventListener("keydown", ({ key }) => key === "Escape" && isOpen() && turn(false));
  document.addEventListener("pointerdown", ({ target }) => {
    const isOn = target instanceof Node && (nav.contains(target) || button.contains(target));
    if (isOpen() && !isOn) turn(false, { focuses: false });
  });
  WIDE.addEventListener("change", () => turn(false, { focuses: false }));
  top.prepend(button);
  const skip = make("a", { class: "skip", href: "#main", onclick(event) {
    event.preventDefault();
    main.focus();
  } }, locale.t("skip"));
  return [skip, top, nav, main];
}

begin();
