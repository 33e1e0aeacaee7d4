// Keys of machines: made, shown once, revoked.

import { chip, row, table } from "../admin/table.js";
import { drawing } from "../admin/icons.js";
import { make, words } from "../ui/dom.js";
import { ask, shownOnce } from "./ask.js";
import { Editor } from "./editor.js";
import { checksField, choiceField, textField } from "./fields.js";
import { empty, Screen } from "./screen.js";

/** @import { components } from "../api.d.ts" */

const SCOPES = /** @type {const} */ (["read", "write", "people", "queues", "export", "audit",
  "metrics", "keys", "widgets", "identities"]);
/** For how many days a key may be good; 0: for ever. */
const DAYS = [30, 90, 365, 0];
const DAY_MS = 86_400_000;

/** @type {import("../admin/router.js").Show} */
export async function keysScreen(place, desk) {
  const screen = new Screen(place, desk);
  if (desk.at.path[0] === "new") add(screen);
  else await list(screen);
  return screen.end;
}

/** @param {Screen} screen */
async function list(screen) {
  const { t, api, locale } = screen;
  const [keys, admins] = await Promise.all([api.get("/api-keys"),
    api.get("/people?role=admin&limit=200")]);
  if (screen.isOver) return;
  const makers = new Map(admins.items.map((one) => [one.id, one.display_name]));
  const columns = [{ title: t("col_name") }, { title: t("scopes") }, { title: t("key_by") },
    { title: t("key_used") }, { title: t("key_until") },
    { title: t("col_actions"), isActions: true }];
  /**
   * @param {number | null} ms
   * @param {string} otherwise
   */
  const when = (ms, otherwise) => (ms ? locale.date(ms) : t(otherwise));
  /** @param {string} id */
  const maker = (id) => {
    const name = makers.get(id);
    return name === undefined ? t("somebody") : words(name);
  };
  const button = () => make("a", { class: "button main", href: "#/keys/new" }, drawing("plus"),
    t("key_new"));
  const rows = keys.map((one) => row(columns, [
    [words(one.name), make("code", { class: "note", dir: "ltr" }, ` ${one.hint}…`)],
    make("span", { class: "chips" }, ...one.scopes.map((scope) => chip(t(`scope_${scope}`)))),
    maker(one.created_by),
    when(one.last_used_at, "key_unused"),
    one.expires_at && one.expires_at < Date.now() ? chip(t("key_over"), "warn")
      : when(one.expires_at, "key_for_ever"),
    make("button", { type: "button", class: "small", onclick: () => revoke(screen, one) },
      t("key_revoke"), make("span", { class: "unseen" }, ` ${one.name}`))]));
  screen.draw(t("nav_keys"), { lead: t("keys_lead"), actions: keys.length ? [button()] : [] },
    make("section", { class: "card", "aria-label": t("nav_keys") }, keys.length
      ? table(t("nav_keys"), columns, rows) : empty(t("keys_none"), make("p", {}, button()))));
}

/**
 * @param {Screen} screen
 * @param {components["schemas"]["ApiKey"]} one
 */
async function revoke(screen, one) {
  const { t, api, desk } = screen;
  const isDone = await ask(screen, { title: t("key_revoke_sure", { name: one.name }),
    text: t("key_revoke_text"), yes: t("key_revoke"), isHarm: true,
    work: () => api.delete(`/api-keys/${one.id}`) });
  if (!isDone) return;
  screen.say("key_revoked");
  desk.go("keys");
}

/** @param {Screen} screen */
function add(screen) {
  const { t, api, desk, locale } = screen;
  const values = { name: "", scopes: [], days: "90" };
  const scoped = checksField("scopes", { label: t("scopes"), hint: t("scopes_hint"),
    options: SCOPES.map((scope) => [scope, t(`scope_${scope}`), t(`scope_${scope}_hint`)]) });
  scoped.check = () => (scoped.value.length ? "" : t("says_scopes"));
  const editor = new Editor(screen, { name: "key.new", submit: t("key_make"), values,
    groups: [{ fields: [
      textField(locale, "name", { label: t("key_name"), hint: t("key_name_hint"), isNeeded: true }),
      choiceField("days", { label: t("key_until"), hint: t("key_until_hint"),
        options: DAYS.map((days) => [String(days), days ? t("key_days", { n: days })
          : t("key_for_ever")]) }),
      scoped,
    ] }],
    async send(_, { name, scopes, days }) {
      const body = { name, scopes, ...(Number(days)
        && { expires_at: Date.now() + Number(days) * DAY_MS }) };
      const { key } = await screen.young(() => api.post("/api-keys", body));
      // It is made: the form behind it has nothing to save any more.
      shownOnce(screen, { title: t("key_made"), text: t("key_made_text"), secret: key })
        .then(() => desk.go("keys"));
      return values;
    } });
  screen.draw(t("key_new"), { back: { href: "#/keys", text: t("nav_keys") } },
    make("section", { class: "card", "aria-label": t("key_new") }, editor.element));
}
