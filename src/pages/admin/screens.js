// The screens of the admin panel, in the order of the navigation. One line each is all it takes:
// the module is loaded when its screen is first opened, with the catalogs it speaks from.

/** @import { drawing } from "./icons.js" */
/** @import { Show } from "./router.js" */

/**
 * @typedef {object} Screen
 * @property {string} name Its place in the address, `#/name`, and its title's key, `nav_name`.
 * @property {string} group The heading it stands under, `group_...` in the catalog.
 * @property {Parameters<typeof drawing>[0]} icon One of admin/icons.js.
 * @property {("board" | "manage" | "audit")[]} texts The catalogs beside that of the shell.
 * @property {() => Promise<{ show: Show }>} load
 */

/** @type {(name: string) => Screen["load"]} Those that manage come in one file. */
const managed = (name) => async () => {
  const { shows } = await import("../manage/screens.js");
  return { show: shows[name] };
};

/** @type {Screen[]} */
export const SCREENS = [
  { name: "board", group: "now", icon: "board", texts: ["board"],
    load: () => import("./board.js") },
  { name: "conversations", group: "now", icon: "chats", texts: ["board"],
    load: () => import("./conversations.js") },
  { name: "reports", group: "now", icon: "report", texts: ["board"],
    load: () => import("./reports.js") },
  { name: "people", group: "house", icon: "people", texts: ["manage"],
    load: managed("people") },
  { name: "queues", group: "house", icon: "queue", texts: ["manage"],
    load: managed("queues") },
  { name: "hours", group: "house", icon: "clock", texts: ["manage"],
    load: managed("hours") },
  { name: "replies", group: "house", icon: "reply", texts: ["manage"],
    load: managed("replies") },
  { name: "widgets", group: "house", icon: "widget", texts: ["manage"],
    load: managed("widgets") },
  { name: "settings", group: "house", icon: "settings", texts: ["manage"],
    load: managed("settings") },
  { name: "health", group: "trust", icon: "health", texts: ["board"],
    load: () => import("./health.js") },
  { name: "audit", group: "trust", icon: "audit", texts: ["manage", "audit"],
    load: managed("audit") },
  { name: "keys", group: "trust", icon: "key", texts: ["manage"],
    load: managed("keys") },
];

/** The headings, in their order. */
export const GROUPS = ["now", "house", "trust"];
