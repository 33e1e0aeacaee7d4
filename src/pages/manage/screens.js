// The management screens, all in one file: they are made of the same parts, which would come again
// with each of them.

import { auditScreen } from "./audit.js";
import { hoursScreen } from "./hours.js";
import { keysScreen } from "./keys.js";
import { peopleScreen } from "./people.js";
import { queuesScreen } from "./queues.js";
import { repliesScreen } from "./replies.js";
import { settingsScreen } from "./settings.js";
import { widgetsScreen } from "./widgets.js";

/** @type {Record<string, import("../admin/router.js").Show>} What shows each, by its name. */
export const shows = {
  audit: auditScreen, hours: hoursScreen, keys: keysScreen, people: peopleScreen,
  queues: queuesScreen, replies: repliesScreen, settings: settingsScreen, widgets: widgetsScreen,
};
