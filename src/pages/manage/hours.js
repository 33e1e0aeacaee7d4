// When somebody is expected to be there: the schedules, and which queues go by each.

import { drawing } from "../admin/icons.js";
import { chip, row, table } from "../admin/table.js";
import { make, words } from "../ui/dom.js";
import { schedule } from "./schedule.js";
import { empty, Screen } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @import { Cell } from "./parts.d.ts" */
/** @typedef {components["schemas"]["Schedule"]} Schedule */

/** @type {import("../admin/router.js").Show} */
export async function hoursScreen(place, desk) {
  const screen = new Screen(place, desk);
  const [id] = desk.at.path;
  if (id) await schedule(screen, id === "new" ? null : id);
  else await list(screen);
  return screen.end;
}

/** @param {Screen} screen */
async function list(screen) {
  const { t, api } = screen;
  const all = await api.get("/schedules");
  if (screen.isOver) return;
  const columns = [{ title: t("col_name") }, { title: t("col_state") }, { title: t("time_zone") },
    { title: t("hours_queues") }];
  const add = () => make("a", { class: "button main", href: "#/hours/new" }, drawing("plus"),
    t("schedule_new"));
  screen.draw(t("nav_hours"), { lead: t("hours_lead"), actions: all.length ? [add()] : [] },
    make("section", { class: "card", "aria-label": t("nav_hours") }, all.length
      ? table(t("nav_hours"), columns, all.map((one) => row(columns, [
        make("a", { href: `#/hours/${one.id}` }, words(one.name)), state(screen, one),
        words(one.time_zone), queues(screen, one)])))
      : empty(t("schedules_none"), make("p", {}, add()))));
}

/**
 * @param {Screen} screen
 * @param {Schedule} one
 * @returns {Cell}
 */
const queues = ({ t }, { queues: all }) => (all.length ? all.flatMap(({ id, name }, at) => [
  at ? ", " : "", make("a", { href: `#/queues/${id}` }, words(name))].filter(Boolean))
  : t("hours_no_queue"));

/**
 * Whether it is open, and when that changes.
 * @param {Screen} screen
 * @param {Schedule} one
 */
function state({ t, locale }, { hours: { open, opens_at: opens, closes_at: closes } }) {
  const next = open ? closes && t("closes", { when: locale.moment(closes) })
    : opens && t("opens_again", { when: locale.moment(opens) });
  return [chip(t(open ? "open_now" : "closed_now"), open ? "good" : ""),
    ...(next ? [make("p", { class: "note" }, next)] : [])];
}
