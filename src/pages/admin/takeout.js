// Taking out of the panel what a list has found: its rows for a spreadsheet, or all of it with
// every word for a program.

import { withYoungLogin } from "../account/again.js";
import { problemOf } from "../net/problem.js";
import { csv, file } from "../plot/table.js";
import { menuButton } from "../ui/menu.js";
import { save } from "../ui/save.js";
import { toast } from "../ui/toast.js";
import { explain } from "./telling.js";

/** @import { Item } from "../ui/menu.js" */
/** @import { Found } from "./conversations.js" */
/** @import { Desk } from "./router.js" */

/**
 * @param {number | null | undefined} ms
 */
const moment = (ms) => (ms == null ? null : new Date(ms).toISOString());

/**
 * These conversations as comma-separated values: names as people read them, words as programs do.
 * @param {Desk["locale"]} locale
 * @param {Found[]} found
 */
function sheet({ t }, found) {
  const titles = [t("col_number"), t("col_customer"), t("col_about"), t("col_status"),
    t("f_resolution"), t("f_priority"), t("col_queue"), t("col_rep"), t("col_opened"),
    t("fact_closed"), t("fact_rating")];
  const rows = found.map(({ view, about, parts }) => ({ text: [], raw: [view.number,
    view.customer.name, about || parts.map(({ text }) => text).join(""), view.status,
    view.resolution ?? null, view.priority, view.queue.name,
    (view.rep ?? view.last_rep)?.name ?? null, moment(view.created_at), moment(view.closed_at),
    view.rating?.score ?? null] }));
  return file(csv({ titles, rows }));
}

/**
 * The button. `shown()` are those of the list as it stands, `wanted()` what it was asked for, or
 * null if a search has found it, which knows only what it shows.
 * @param {Desk} desk
 * @param {() => Found[]} shown
 * @param {() => URLSearchParams | null} wanted
 */
export function takeOut({ api, locale }, shown, wanted) {
  const { t } = locale;
  /** @param {URLSearchParams} query */
  const all = async (query) => {
    try {
      const blob = await withYoungLogin(api, locale, () => api.blob(`/export?${query}`));
      save(blob, "conversations.jsonl");
      toast(t("taken_out"));
    } catch (error) {
      toast(explain(locale)(problemOf(error)));
    }
  };
  return menuButton(locale, { label: [t("take_out")], className: "", items() {
    const found = [...new Map(shown().map((one) => [one.view.id, one])).values()];
    const query = wanted();
    /** @type {Item[]} */
    const items = [found.length ? { text: t("take_shown", { n: found.length }),
      work: () => save(sheet(locale, found), "conversations.csv") } : { text: t("found_none") }];
    items.push(query ? { text: t("take_all"), work: () => all(query) }
      : { text: t("take_all_not") });
    return items;
  } });
}
