// The field to write in. Whatever stands in it is kept, whatever happens to the page.

import { icon, make } from "../ui/dom.js";
import { pasted } from "../ui/pasted.js";
import { kept } from "../net/keep.js";
import { late, sayLost, surely } from "./late.js";
import { moreTexts } from "./texts.js";

/** @import { Locale } from "../i18n/locale.js" */
/** @import { Attachment } from "../net/frames.d.ts" */
/** @import { Does } from "./parts.d.ts" */
/** @import { Tray } from "./tray.js" */
/** @import { Visit } from "./visit.js" */

/** Where a key that says Enter is a key of the screen, it breaks the line. */
const isTouch = () => matchMedia("(pointer: coarse)").matches;

/** Whether what stands here goes as soon as it is known which chats he has. */
let goes = false;

export class Composer {
  element;
  #field;
  #send;
  #pick;
  /** @type {Tray | null} */
  #tray = null;
  /** @type {Visit | null} */
  #visit = null;
  #locale;
  #does;
  #key = "";
  /** Whether what is before him has ended. */
  #ended = false;
  /** Whether what stands here was begun before that, and not as a new chat. */
  #asks = false;
  /** Files whose tray is still on its way. */
  #coming = 0;

  /**
   * It is ready to be written in at once.
   * @param {Locale} locale
   * @param {Does} does
   */
  constructor(locale, does) {
    this.#locale = locale;
    this.#does = does;
    const { t } = locale;
    this.#field = make("textarea", { name: "text", rows: "1", dir: locale.dir, id: "text",
      "aria-label": t("write"), placeholder: t("placeholder"), "aria-describedby": "hint",
      enterkeyhint: isTouch() ? "enter" : "send" });
    this.#send = make("button", { class: "send", "aria-label": t("send"), title: t("send") },
      icon("send"));
    this.#pick = make("input", { type: "file", multiple: true, class: "unseen", tabindex: "-1",
      "aria-hidden": "true" });
    const attach = make("button", { type: "button", class: "round", "aria-label": t("attach"),
      title: t("attach"), onclick: () => this.#pick.click() }, icon("clip"));
    // What is allowed is said before anything is chosen, and whoever comes so near may choose.
    for (const near of ["pointerenter", "focus"]) {
      attach.addEventListener(near, () => this.#trayOf().then((tray) => {
        if (tray?.limits) attach.title = `${t("attach")}. ${tray.limits}`;
      }, () => {}));
    }
    const row = make("div", { class: "write" }, attach, this.#pick, this.#field, this.#send);
    this.element = make("form", { class: "composer" }, row,
      make("p", { id: "hint", class: "unseen" }, t("hint")));
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("keydown", (event) => {
      // While a word is being composed, Enter chooses it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch()) return;
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("input", () => this.#typed());
  }

  /**
   * The visit is there: drafts, typing and files work from now on.
   * @param {Visit} visit
   */
  connect(visit) {
    this.#visit = visit;
    this.follow();
    this.#pick.addEventListener("change", () => {
      this.#attach([...this.#pick.files ?? []]);
      this.#pick.value = "";
    });
    this.#field.addEventListener("paste", (event) => {
      const files = pasted(event);
      if (!files.length) return;
      event.preventDefault();
      this.#attach(files);
    });
    // What is uploaded is still there.
    if (kept.get(visit.key("files"), null)) this.#attach([]);
  }

  /**
   * Files may be dropped anywhere on this element.
   * @param {HTMLElement} target
   */
  takeDrops(target) {
    /** @param {DragEvent} event */
    const has = (event) => event.dataTransfer?.types.includes("Files");
    target.addEventListener("dragover", (event) => {
      if (!has(event)) return;
      event.preventDefault();
      target.classList.add("dropping");
    });
    target.addEventListener("dragleave", (event) => {
      const { relatedTarget: to } = event;
      if (!(to instanceof Node && target.contains(to))) target.classList.remove("dropping");
    });
    target.addEventListener("drop", (event) => {
      target.classList.remove("dropping");
      if (!has(event)) return;
      event.preventDefault();
      this.#attach([...event.dataTransfer?.files ?? []]);
    });
  }

  /** Another conversation is before him: what he began to write there comes back. */
  follow() {
    if (!this.#visit) return;
    const { view, isOpen, trouble, welcome, api, isKnown } = this.#visit;
    // Who is not let in is not asked to write.
    this.element.hidden = trouble === "unavailable"
      || (welcome?.visitors === false && !api.user);
    const key = this.#visit.key(`draft.${view?.id ?? "new"}`);
    const ended = view !== null && !isOpen;
    if (key !== this.#key || ended !== this.#ended) this.#turn(key, ended);
    goes &&= !trouble;
    if (goes && isKnown) this.#submit();
  }

  /**
   * @param {string} key
   * @param {boolean} ended
   */
  #turn(key, ended) {
    if (key !== this.#key) this.#change(key);
    const { t } = this.#locale;
    this.#ended = ended;
    this.#asks = ended && !this.isEmpty;
    // What is written below what has ended begins another chat.
    const send = t(ended ? "new_chat" : "send");
    this.#field.placeholder = ended ? `${send}…` : t("placeholder");
    this.#send.title = send;
    this.#send.setAttribute("aria-label", send);
  }

  /** @param {string} key */
  #change(key) {
    const typed = this.#field.value;
    // What was begun before its conversation was there goes on in it, and what was not sent when
    // a login ended goes on after that.
    const isNobodys = this.#key === "" || this.#key.includes(".draft.new.");
    const goesOn = isNobodys || !this.#visit?.api.user || (this.#ended && !this.#visit.view);
    const carried = goesOn ? typed : "";
    if (this.#key) kept.set(this.#key, carried ? null : typed || null);
    this.#key = key;
    // What was begun there before comes first.
    this.#field.value = [...new Set([kept.get(key, ""), carried])].filter(Boolean).join("\n");
    this.save();
    this.#grow();
  }

  /** Somebody else comes. */
  clear() {
    this.take();
    this.#field.value = "";
    this.#key = "";
    goes = false;
    this.follow();
  }

  /**
   * Puts text back that could not be sent, before what stands there.
   * @param {string} text
   * @param {Attachment[]} files
   */
  async put(text, files = []) {
    this.#field.value = [text, this.#field.value].filter(Boolean).join("\n");
    this.#typed();
    this.focus();
    if (files.length) (await surely(() => this.#trayOf()))?.put(files);
  }

  /** What is uploaded and not sent yet; it is not here any more then. */
  take = () => this.#tray?.take() ?? [];

  /** @param {File[]} files */
  async #attach(files) {
    if (this.element.hidden) return;
    this.#coming += 1;
    this.#update();
    const tray = await surely(() => this.#trayOf(), () => sayLost(this.#locale));
    this.#coming -= 1;
    tray?.add(files);
    this.#update();
  }

  // Few attach anything, so what that takes is fetched when somebody does.
  async #trayOf() {
    const [{ Tray }] = await Promise.all([late("./tray.js"), moreTexts(this.#locale)]);
    if (!this.#tray && this.#visit) {
      this.#tray = new Tray(this.#visit, this.#locale, () => this.#update(),
        this.#visit.key("files"));
      this.element.prepend(this.#tray.element);
    }
    return this.#tray;
  }

  focus = () => this.#field.focus({ preventScroll: true });

  get isEmpty() {
    return !this.#field.value.trim() && (this.#tray?.isEmpty ?? true);
  }

  // Something about the files has changed.
  #update() {
    this.#send.disabled = this.#coming > 0 || (this.#tray?.isBusy ?? false);
  }

  async #submit() {
    const { takes, sure, write } = this.#does;
    // What he has open is known before anything new is begun; until then it stays here.
    goes = this.#visit?.isKnown === false;
    if (goes || !this.#visit || this.isEmpty || this.#send.disabled || !takes()) return;
    if (this.#asks && !await sure()) return;
    this.#asks = false;
    const text = this.#field.value.trim() ? this.#field.value : "";
    const files = this.take();
    this.#field.value = "";
    this.save();
    this.#grow();
    write(text, files);
    this.focus();
  }

  #typed() {
    this.#grow();
    this.save();
    // Whoever goes on writing sends it himself.
    goes = false;
    if (this.isEmpty) this.#asks = false;
    this.#visit?.signs.typing(Boolean(this.#field.value.trim()));
  }

  /** What stands in the field outlives the page. */
  save() {
    if (this.#key) kept.set(this.#key, this.#field.value || null);
  }

  // An empty field runs as the page does, a text as its first letter says. Browsers that cannot
  // size a field by its content are told how many lines there are.
  #grow() {
    this.#field.dir = this.#field.value ? "auto" : this.#locale.dir;
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.rows = Math.min(6, this.#field.value.split("\n").length);
  }
}
