// The chats inside other people's pages: on which sites, into which queue, how they look, and the
// few lines that put them there.

import { drawing } from "../admin/icons.js";
import { chip, row, table } from "../admin/table.js";
import { make, words } from "../ui/dom.js";
import { ask, copyButton, shownOnce } from "./ask.js";
import { Editor } from "./editor.js";
import { choiceField, named, switchField, textField } from "./fields.js";
import { card, empty, Screen } from "./screen.js";
import { look } from "./snippet.js";

/** @import { components } from "../api.d.ts" */
/** @import { Has } from "./parts.d.ts" */
/** @typedef {components["schemas"]["Widget"]} Widget */

/**
 * The sites of a text, one to a line.
 * @param {string} text
 */
const listed = (text) => text.split(/\s+/).filter(Boolean).map((site) => site.replace(/\/$/, ""));

/**
 * Whether it is an origin as browsers write it.
 * @param {string} site
 */
const isSite = (site) => /^https?:/.test(site) && URL.canParse(site)
  && new URL(site).origin === site;

/** @type {import("../admin/router.js").Show} */
export async function widgetsScreen(place, desk) {
  const screen = new Screen(place, desk);
  const { api } = screen;
  const [id] = desk.at.path;
  const [widgets, queues] = await Promise.all([api.get("/widgets"), api.get("/queues")]);
  if (!screen.isOver) {
    if (id) widget(screen, widgets.find((one) => one.id === id) ?? null, queues, id === "new");
    else list(screen, widgets, queues);
  }
  return screen.end;
}

/**
 * @param {Screen} screen
 * @param {Widget[]} widgets
 * @param {Has["queues"]} queues
 */
function list(screen, widgets, queues) {
  const { t } = screen;
  const columns = [{ title: t("col_name") }, { title: t("col_state") }, { title: t("sites") },
    { title: t("widget_queue") }];
  const names = new Map(named(queues));
  /** @param {string | null} id */
  const queue = (id) => {
    const name = id && names.get(id);
    return name ? words(name) : t("queue_first");
  };
  const add = () => make("a", { class: "button main", href: "#/widgets/new" }, drawing("plus"),
    t("widget_new"));
  screen.draw(t("nav_widgets"), { lead: t("widgets_lead"), actions: widgets.length ? [add()] : [] },
    make("section", { class: "card", "aria-label": t("nav_widgets") }, widgets.length
      ? table(t("nav_widgets"), columns, widgets.map((one) => row(columns, [
        make("a", { href: `#/widgets/${one.id}` }, words(one.name)),
        one.disabled_at ? chip(t("widget_off"), "warn") : chip(t("widget_on"), "good"),
        one.sites.length ? words(one.sites.join(", ")) : t("sites_none"),
        queue(one.queue)], { class: one.disabled_at && "gone" })))
      : empty(t("widgets_none"), make("p", {}, add()))));
}

/**
 * @param {Screen} screen
 * @param {Widget | null} one
 * @param {Has["queues"]} queues
 * @param {boolean} isNew
 */
function widget(screen, one, queues, isNew) {
  const { t } = screen;
  const back = { href: "#/widgets", text: t("nav_widgets") };
  if (!one && !isNew) {
    screen.draw(t("not_there"), { back }, card(t("not_there"), empty(t("not_there_text"))));
    return;
  }
  const title = one?.name ?? t("widget_new");
  const form = make("section", { class: "card", "aria-label": title },
    editor(screen, one, queues).element);
  if (!one) {
    screen.draw(title, { back }, form);
    return;
  }
  const head = screen.draw(title, { back, actions: [make("a", { class: "button",
    href: `/chat/${one.id}`, target: "_blank", rel: "noopener" }, drawing("eye"),
  t("widget_see"), make("span", { class: "unseen" }, ` ${t("new_tab")}`))] },
  make("div", { class: "cards" }, form, snippet(screen, one), secret(screen, one)));
  head.querySelector("h1")?.replaceChildren(words(title));
}

/** @param {Widget | null} one */
const valuesOf = (one) => ({ name: one?.name ?? "", sites: one?.sites.join("\n") ?? "",
  queue: one?.queue ?? null, visitors: one?.visitors ?? true,
  disabled: Boolean(one?.disabled_at) });

/**
 * @param {Screen} screen
 * @param {Widget | null} one
 * @param {Has["queues"]} queues
 */
function editor(screen, one, queues) {
  const { t, api, desk, locale } = screen;
  const sites = textField(locale, "sites", { label: t("sites"), hint: t("sites_hint"), lines: 3,
    isLtr: true });
  sites.check = () => {
    const wrong = listed(sites.value).filter((site) => !isSite(site)).join(", ");
    return wrong && `${t("says_site", { site: wrong })} ${t("says_sites")}`;
  };
  /**
   * One site to a line; the server knows them as a list.
   * @template {{ sites?: string }} Given
   * @param {Given} given
   */
  const send = ({ sites: text, ...rest }) => ({ ...rest, ...(text !== undefined
    && { sites: listed(text) }) });
  const values = valuesOf(one);
  return new Editor(screen, { name: `widget.${one?.id ?? "new"}`, values,
    submit: t(one ? "do_save" : "widget_make"), more: one ? [removal(screen, one)] : [],
    groups: [{ fields: [
      textField(locale, "name", { label: t("widget_name"), hint: t("widget_name_hint"),
        isNeeded: true }),
      choiceField("queue", { label: t("widget_queue"), hint: t("widget_queue_hint"), options: [
        [null, t("queue_first")], ...named(queues)] }),
      sites,
      switchField("visitors", { label: t("visitors"), hint: t("visitors_hint"), isWhole: true }),
      ...(one ? [switchField("disabled", { label: t("widget_disabled"),
        hint: t("widget_disabled_hint"), isWhole: true })] : []),
    ] }],
    ...(one && { fresh: async () =>
      valuesOf((await api.get("/widgets")).find(({ id }) => id === one.id) ?? one) }),
    async send(changed, all) {
      if (one) {
        const now = await api.patch(`/widgets/${one.id}`, send(changed));
        screen.say("saved");
        return { ...now, sites: now.sites.join("\n"), disabled: Boolean(now.disabled_at) };
      }
      const made = await screen.young(() => api.post("/widgets", send(all)));
      // It is made: the form behind the secret has nothing to save any more.
      shownOnce(screen, { title: t("widget_secret"), text: t("widget_secret_text"),
        secret: made.secret }).then(() => desk.go(`widgets/${made.id}`));
      return values;
    } });
}

/**
 * @param {Screen} screen
 * @param {Widget} one
 */
function snippet(screen, one) {
  const { t } = screen;
  const { element, code, text } = look(screen, one);
  return card(t("snippet"), make("p", { class: "note" }, t("snippet_hint")), element, code,
    make("p", { class: "row" }, copyButton(screen, text, code, { class: "main" })));
}

/**
 * @param {Screen} screen
 * @param {Widget} one
 */
function secret(screen, one) {
  const { t, api, locale } = screen;
  const since = make("p", { class: "note" }, t("secret_since",
    { when: locale.moment(one.renewed_at) }));
  return card(t("widget_secret"), make("p", { class: "note" }, t("secret_hint")), since,
    make("p", { class: "row" }, make("button", { type: "button", async onclick() {
      const made = await ask(screen, { title: t("secret_renew_sure"), text: t("secret_renew_text"),
        yes: t("secret_renew"), work: () => screen.young(() =>
          api.post(`/widgets/${one.id}/secret`)) });
      if (!made) return;
      await shownOnce(screen, { title: t("widget_secret"), secret: made.secret,
        text: t("secret_renewed", { when: locale.moment(made.previous_until) }) });
      since.textContent = t("secret_since", { when: locale.moment(Date.now()) });
    } }, t("secret_renew"))));
}

/**
 * @param {Screen} screen
 * @param {Widget} one
 */
function removal(screen, one) {
  const { t, api, desk } = screen;
  return make("button", { type: "button", class: "danger", async onclick() {
    const isDone = await ask(screen, { title: t("widget_delete_sure"),
      text: t("widget_delete_text"), yes: t("do_delete"), isHarm: true,
      work: () => api.delete(`/widgets/${one.id}`) });
    if (!isDone) return;
    screen.say("deleted");
    desk.go("widgets");
  } }, t("do_delete"));
}
