// How somebody gets in: what he is, links for a new password, his logins, and whether he may.

import { device } from "../account/sessions.js";
import { row, table } from "../admin/table.js";
import { make, words } from "../ui/dom.js";
import { ask, shownOnce } from "./ask.js";
import { checksField, choiceField, numberField } from "./fields.js";
import { card } from "./screen.js";
import { span } from "./spans.js";

/** @import { Account } from "../net/api.js" */
/** @import { Has } from "./parts.d.ts" */
/** @import { Screen } from "./screen.js" */

const ROLES = /** @type {const} */ (["customer", "rep", "admin"]);

/**
 * The card; `again()` shows the person anew.
 * @param {Screen} screen
 * @param {Account} one
 * @param {Has} has
 * @param {{ isSelf: boolean, again: () => void }} how
 */
export function access(screen, one, has, { isSelf, again }) {
  const { t } = screen;
  /**
   * @param {string} key
   * @param {(target: HTMLButtonElement) => void} work
   */
  const button = (key, work, isHarm = false) => make("button", { type: "button",
    class: isHarm && "danger", onclick: ({ currentTarget }) => work(currentTarget) }, t(key));
  const buttons = [
    one.username && button("password_link", (target) => passwordLink(screen, one, target)),
    !isSelf && button("role_change", () => changeRole(screen, one, has.queues, again)),
    !isSelf && (one.disabled_at ? button("enable", (target) => enable(screen, one, target, again))
      : button("disable", () => disable(screen, one, again), true)),
  ].filter(Boolean);
  return card(t("access"), isSelf && make("p", { class: "note" }, t("access_self")),
    make("div", { class: "row" }, ...buttons), logins(screen, one, has.sessions));
}

/**
 * @param {Screen} screen
 * @param {Account} one
 * @param {HTMLElement} target
 */
async function passwordLink(screen, one, target) {
  const { t, api, locale } = screen;
  await screen.run(target, async () => {
    const { link, expires_in_ms: ms } = await screen.young(() =>
      api.post(`/people/${one.id}/password-link`));
    await shownOnce(screen, { title: t("password_link"),
      text: t("password_link_text", { time: span(locale, ms) }), secret: link });
  });
}

/**
 * @param {Screen} screen
 * @param {Account} one
 * @param {Has["queues"]} queues
 * @param {() => void} again
 */
async function changeRole(screen, one, queues, again) {
  const { t, api, locale } = screen;
  const role = choiceField("role", { label: t("col_role"),
    options: ROLES.filter((each) => each !== one.role)
      .map((each) => [each, t(`role_${each}`)]) });
  const capacity = numberField(locale, "capacity", { label: t("capacity"), most: 100 });
  const serves = checksField("queues", { label: t("serves"),
    options: queues.map(({ id, name }) => [id, words(name)]) });
  capacity.value = 5;
  serves.value = queues.map(({ id }) => id);
  const turn = () => {
    capacity.element.hidden = serves.element.hidden = role.value !== "rep";
  };
  role.element.addEventListener("change", turn);
  turn();
  const isDone = await ask(screen, { title: t("role_change"), text: t("role_change_text"),
    children: [role, capacity, serves].map(({ element }) => element), yes: t("role_change"),
    work() {
      const isRep = role.value === "rep";
      const body = { role: role.value,
        ...(isRep && { capacity: capacity.value, queues: serves.value }) };
      return screen.young(() => api.put(`/people/${one.id}/role`, body));
    } });
  if (!isDone) return;
  screen.say("role_changed");
  again();
}

/**
 * @param {Screen} screen
 * @param {Account} one
 * @param {() => void} again
 */
async function disable(screen, one, again) {
  const { t, api } = screen;
  const isDone = await ask(screen, { title: t("disable_sure"),
    text: t(one.role === "rep" ? "disable_rep" : "disable_text"), yes: t("disable"), isHarm: true,
    work: () => api.post(`/people/${one.id}/disable`) });
  if (!isDone) return;
  screen.say("was_disabled");
  again();
}

/**
 * @param {Screen} screen
 * @param {Account} one
 * @param {HTMLElement} target
 * @param {() => void} again
 */
async function enable(screen, one, target, again) {
  const isDone = await screen.run(target, () => screen.api.post(`/people/${one.id}/enable`));
  if (!isDone) return;
  screen.say("was_enabled");
  again();
}

/**
 * @param {Screen} screen
 * @param {Account} one
 * @param {Has["sessions"]} sessions
 */
function logins(screen, one, sessions) {
  const { t, api, locale } = screen;
  const place = make("div", { class: "logins" });
  const columns = [{ title: t("login_agent") }, { title: t("login_address") },
    { title: t("login_used") }];
  /** @param {Has["sessions"]} all */
  const draw = (all) => {
    const rows = all.map((login) => row(columns, [
      make("span", { title: login.agent }, words(device(login.agent) || t("login_unknown"))),
      login.address ? words(login.address) : "–",
      login.current ? t("login_this") : locale.moment(login.refreshed_at)]));
    const end = make("button", { type: "button", class: "danger", async onclick() {
      const isDone = await ask(screen, { title: t("logins_end_sure"), text: t("logins_end_text"),
        yes: t("logins_end"), isHarm: true,
        work: () => api.delete(`/people/${one.id}/sessions`) });
      if (!isDone) return;
      screen.say("logins_ended");
      draw([]);
    } }, t("logins_end"));
    const isSelf = one.id === screen.desk.user.id;
    place.replaceChildren(make("h3", {}, t("logins", { n: all.length })),
      ...(all.length ? [table(t("access"), columns, rows),
        ...(isSelf ? [] : [make("p", { class: "row" }, end)])]
        : [make("p", { class: "note" }, t("logins_none"))]));
  };
  draw(sessions);
  return place;
}
