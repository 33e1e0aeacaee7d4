// The chat goes on with what has come to what is kept: drafts, unsent messages, a beginning.

import { kept } from "../net/keep.js";

/** @import { Frame } from "./host.js" */

/** @param {Frame} frame */
export async function resume({ visit, does, parts }) {
  visit.outbox.open("chat", { id: visit.widget ?? "all" });
  const job = kept.get(visit.key("opening"), null);
  if (job && !visit.opening) visit.opener.keep(job);
  // Whatever has a beginning is drawn anew, and so begins with this.
  const hadFocus = document.hasFocus() && document.activeElement !== document.body;
  await does.redraw();
  if (hadFocus) parts().composer.focus();
}
