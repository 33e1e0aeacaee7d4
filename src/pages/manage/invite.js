// Inviting a rep or an admin: the link is shown once. And what became of earlier invitations.

import { chip, row, table } from "../admin/table.js";
import { make, words } from "../ui/dom.js";
import { ask, shownOnce } from "./ask.js";
import { Editor } from "./editor.js";
import { checksField, choiceField, numberField, textField } from "./fields.js";
import { card, empty } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @import { Body } from "../net/rest.d.ts" */
/** @import { Has } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */
/** @typedef {components["schemas"]["Invitation"]} Invitation */

/** What is proposed. */
const NEW = { role: /** @type {const} */ ("rep"), display_name: "", email: "", capacity: 5,
  days: 7 };

/**
 * The link with what is known of whoever comes by it, to what he is invited and by whom, so that
 * he finds it there: behind #, where it goes to no server.
 * @param {string} link
 * @param {Pick<Body<"post", "/invitations">, "display_name" | "email" | "role">} person
 * @param {string | undefined} by
 */
function knowing(link, { display_name: name, email, role }, by) {
  const known = new URLSearchParams({ ...(name && { name }), ...(email && { email }),
    ...(role && { role }), ...(by && { by }) });
  return `${link}&${known}`;
}

/**
 * The page.
 * @param {Screen} screen
 */
export async function invite(screen) {
  const { t, api } = screen;
  const [queues, earlier] = await Promise.all([api.get("/queues"), api.get("/invitations")]);
  if (screen.isOver) return;
  const place = make("div");
  /** @param {Invitation[]} all */
  const draw = (all) => place.replaceChildren(list(screen, all, again));
  const again = async () => draw(await api.get("/invitations"));
  const editor = form(screen, queues, again);
  screen.draw(t("invite"), { back: { href: "#/people", text: t("nav_people") },
    lead: t("invite_lead") }, card(t("invite_new"), editor.element),
  card(t("invite_earlier"), place));
  draw(earlier);
}

/**
 * @param {Screen} screen
 * @param {Has["queues"]} queues
 * @param {() => Promise<void>} again
 */
function form(screen, queues, again) {
  const { t, api, locale } = screen;
  const role = choiceField("role", { label: t("col_role"), hint: t("invite_role_hint"),
    options: [["rep", t("role_rep")], ["admin", t("role_admin")]] });
  const capacity = numberField(locale, "capacity", { label: t("capacity"),
    hint: t("capacity_hint"), most: 100 });
  const serves = checksField("queues", { label: t("serves"), hint: t("serves_hint"),
    options: queues.map(({ id, name }) => [id, words(name)]) });
  const proposed = { ...NEW, queues: queues.map(({ id }) => id) };
  const editor = new Editor(screen, {
    name: "invite", submit: t("invite_make"), values: proposed,
    groups: [{ fields: [role, numberField(locale, "days", { label: t("invite_days"),
      hint: t("invite_days_hint"), least: 1, most: 30 }),
    textField(locale, "display_name", { label: t("display_name"), hint: t("invite_name_hint") }),
    textField(locale, "email", { label: t("email"), kind: "email", isLtr: true }), capacity,
    serves] }],
    async send(_, { display_name: name, email, ...rest }) {
      /** @type {Body<"post", "/invitations">} */
      const body = { role: rest.role, days: rest.days, ...(name && { display_name: name.trim() }),
        ...(email && { email: email.trim() }) };
      if (rest.role === "rep") {
        body.capacity = rest.capacity;
        if (rest.queues.length < queues.length) body.queues = rest.queues;
      }
      const { link } = await screen.young(() => api.post("/invitations", body));
      again().catch(() => {});
      await shownOnce(screen, { title: t("invite_link"), text: t("invite_link_text"),
        secret: knowing(link, body, api.user?.display_name) });
      return proposed;
    },
  });
  const turn = () => {
    capacity.element.hidden = serves.element.hidden = role.value !== "rep";
  };
  editor.element.addEventListener("change", turn);
  turn();
  return editor;
}

/**
 * @param {Screen} screen
 * @param {Invitation[]} all
 * @param {() => Promise<void>} again
 */
function list(screen, all, again) {
  const { t, api, locale } = screen;
  if (!all.length) return empty(t("invite_none"));
  const columns = [{ title: t("invite_for") }, { title: t("col_role") }, { title: t("col_state") },
    { title: t("invite_until") }, { title: t("col_actions"), isActions: true }];
  const rows = all.map((one) => {
    const state = one.used_at ? "used" : one.revoked_at ? "revoked"
      : one.expires_at < Date.now() ? "expired" : "open";
    const back = make("button", { type: "button", class: "small", async onclick() {
      const isDone = await ask(screen, { title: t("invite_revoke_sure"),
        text: t("invite_revoke_text"), yes: t("invite_revoke"), isHarm: true,
        work: () => api.delete(`/invitations/${one.id}`) });
      if (isDone) {
        screen.say("invite_revoked");
        await again();
      }
    } }, t("invite_revoke"));
    const called = one.display_name ?? one.email;
    const name = called ? words(called) : t("invite_anybody");
    return row(columns, [
      one.used_by ? make("a", { href: `#/people/${one.used_by}` }, name) : name,
      t(`role_${one.role}`), chip(t(`invite_${state}`), state === "open" ? "good" : ""),
      locale.date(one.expires_at), state === "open" ? back : ""],
    { class: state !== "open" && "gone" });
  });
  return table(t("invite_earlier"), columns, rows);
}
