// Who has done what with power, and what was so before: read only, narrowed as one likes, taken out
// as a file.

import { dayBegins, dayEnds } from "../admin/days.js";
import { drawing } from "../admin/icons.js";
import { called } from "../admin/telling.js";
import { DayField } from "../ui/day.js";
import { make, words } from "../ui/dom.js";
import { save } from "../ui/save.js";
import { changes } from "./changes.js";
import { Names } from "./names.js";
import { Pages } from "./pages.js";
import { Screen } from "./screen.js";

/** @import { components } from "../api.d.ts" */
/** @import { Account } from "../net/api.js" */
/** @import { Cell, State } from "./parts.d.ts" */
/** @typedef {components["schemas"]["AuditEntry"]} Entry */
/** @typedef {Entry["object"]["kind"]} Kind */

/**
 * What can be done, by what it is done to.
 * @type {Record<Kind, Entry["act"][]>}
 */
export const ACTS = {
  user: ["user_created", "user_updated", "role_changed", "rights_changed", "user_disabled",
    "user_enabled", "sessions_ended", "password_link_made", "capacity_changed",
    "availability_changed", "rep_queues_changed", "personal_rep_changed", "user_exported",
    "user_erased", "identity_vouched"],
  invitation: ["invitation_created", "invitation_revoked"],
  queue: ["queue_created", "queue_updated", "queues_ordered", "queue_deleted"],
  schedule: ["schedule_created", "schedule_updated", "schedule_deleted"],
  canned_reply: ["canned_reply_created", "canned_reply_updated", "canned_reply_deleted"],
  settings: ["settings_changed"],
  conversation: ["capacity_overridden", "conversations_exported", "conversations_deleted"],
  widget: ["widget_created", "widget_updated", "widget_secret_renewed", "widget_deleted"],
  api_key: ["authn_token_created", "authn_token_revoked"],
  audit: ["audit_exported"],
};
/**
 * Where a thing of a kind is shown.
 * @type {Partial<Record<Kind, string>>}
 */
const PAGES = { user: "people", queue: "queues", schedule: "hours", widget: "widgets",
  conversation: "conversations", canned_reply: "replies" };

/** @type {import("../admin/router.js").Show} */
export async function auditScreen(place, desk) {
  const screen = new Screen(place, desk);
  const { t, api } = screen;
  const names = new Names(api, t("erased"));
  const [admins] = await Promise.all([api.get("/people?role=admin&limit=200"), names.begin()]);
  if (screen.isOver) return screen.end;
  const filter = new Filter(screen, admins.items, () => again());
  const pages = new Pages(screen, {
    caption: t("nav_audit"),
    columns: [{ title: t("audit_when") }, { title: t("audit_who") }, { title: t("audit_act") },
      { title: t("audit_object") }, { title: t("audit_change") }],
    cells: (entry) => cells(screen, entry, names),
    none: () => t(filter.query.size ? "none_such" : "audit_none"),
    async read(before) {
      const query = filter.query;
      if (before) query.set("before", before);
      const page = await api.get(`/audit?${query}`);
      await names.learn(page.items);
      return page;
    },
  });
  const again = () => {
    desk.note(filter.asked);
    pages.reload();
  };
  const out = make("button", { type: "button", onclick: ({ currentTarget }) =>
    filter.check() && screen.run(currentTarget, async () => {
      const query = filter.query;
      save(await screen.young(() => api.blob(`/audit/export?${query}`)), "audit.jsonl");
      screen.say("exported");
    }) }, drawing("download"), t("audit_export"));
  screen.draw(t("nav_audit"), { lead: t("audit_lead"), actions: [out] },
    make("section", { class: "card", "aria-label": t("nav_audit") }, filter.element,
      pages.element));
  await pages.reload();
  return screen.end;
}

/** What is asked for: by whom, what, of which kind, on which days. It stands in the address. */
class Filter {
  element;
  /** @type {Record<string, HTMLSelectElement | DayField>} */
  #boxes = {};
  #trouble = make("p", { class: "error", role: "alert" });
  #t;
  /** @type {string | null} */
  #object;

  /**
   * @param {Screen} screen
   * @param {Account[]} admins
   * @param {() => void} changed
   */
  constructor(screen, admins, changed) {
    const { t, desk } = screen;
    this.#t = t;
    const asked = desk.at.query;
    /**
     * @param {string} name
     * @param {HTMLElement[]} options
     */
    const select = (name, options) => {
      const box = make("select", { name }, make("option", { value: "" }, t("any")), ...options);
      box.value = asked.get(name) ?? "";
      this.#boxes[name] = box;
    };
    /**
     * @param {string} value
     * @param {string} text
     */
    const option = (value, text) => make("option", { value }, text);
    select("actor", admins.map(({ id, display_name: name }) => option(id, name)));
    select("act", Object.entries(ACTS).map(([kind, acts]) => make("optgroup",
      { label: t(`kind_${kind}`) }, ...acts.map((act) => option(act, t(`act_${act}`))))));
    select("object_kind", Object.keys(ACTS).map((kind) => option(kind, t(`kind_${kind}`))));
    for (const name of ["from", "to"]) {
      this.#boxes[name] = new DayField(screen.locale, { name }, asked.get(name) ?? "");
    }
    this.#object = asked.get("object");
    /** @param {string} name */
    const label = (name) => {
      const box = this.#boxes[name];
      return make("label", {}, t(`filter_${name}`), box instanceof DayField ? box.element : box);
    };
    const all = make("button", { type: "button", class: "soft", onclick: () => {
      this.#object = null;
      all.hidden = true;
      changed();
    }, hidden: !this.#object }, t("filter_object_off"));
    this.element = make("form", { class: "narrowing", onchange: () => this.check() && changed(),
      onsubmit: (event) => event.preventDefault() }, ...["actor", "act", "object_kind", "from",
      "to"].map(label), all, this.#trouble);
  }

  /** Whether it can be asked for; if not, it is said. */
  check() {
    const wrong = Object.values(this.#boxes).filter((box) => {
      const isWrong = box instanceof DayField && box.isWrong;
      if (box instanceof DayField) box.input.setAttribute("aria-invalid", String(isWrong));
      return isWrong;
    });
    this.#trouble.textContent = wrong.length ? this.#t("day_half") : "";
    return !wrong.length;
  }

  /** As it stands in the address. */
  get asked() {
    const said = Object.entries(this.#boxes).map(([name, { value }]) => [name, value]);
    return new URLSearchParams([...said, ["object", this.#object ?? ""]]
      .filter(([, value]) => value));
  }

  /** As the server wants it: days are moments. */
  get query() {
    const query = this.asked;
    const [from, to] = [query.get("from"), query.get("to")];
    if (from) query.set("from", String(dayBegins(from)));
    if (to) query.set("to", String(dayEnds(to)));
    return query;
  }
}

/**
 * @param {Screen} screen
 * @param {Entry} entry
 * @param {Names} names
 * @returns {Cell[]}
 */
function cells({ t, locale }, entry, names) {
  const { at, actor, api_key: key, act, object } = entry;
  const [before, after] = /** @type {State[]} */ ([entry.before, entry.after]).map((state) =>
    // A reply of no queue is one of all.
    (object.kind === "canned_reply" && state?.queue === null
      ? { ...state, queue: t("reply_everywhere") } : state));
  const name = names.of(object.id ?? "") ?? after?.name ?? before?.name ?? "";
  const page = PAGES[object.kind];
  const what = object.id && name ? (page ? make("a", { href: `#/${page}/${object.id}` },
    words(name)) : words(name)) : "";
  return [
    make("time", { datetime: new Date(at).toISOString() },
      `${locale.date(at)} ${locale.clock(at)}`),
    actor ? [words(called(locale, actor.name)),
      ...(key ? [" ", make("span", { class: "chip" }, t("by_key"))] : [])] : t("by_server"),
    t(`act_${act}`), [make("span", { class: "note" }, t(`kind_${object.kind}`)), " ", what],
    changes({ t, locale }, before, after, names)];
}
