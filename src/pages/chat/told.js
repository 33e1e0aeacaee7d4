// How an entry of a log is told to its customer.

/** @import { LogEvent } from "../net/frames.d.ts" */

/**
 * The text of an entry and whom it names; null: a customer need not read it.
 * @param {LogEvent} event
 * @returns {[key: string, who?: string | null] | null}
 */
export function told({ kind, data, sender_id: sender }) {
  /** @type {{ [one in LogEvent["kind"]]?: [key: string, who?: string | null] | null }} */
  const texts = {
    assigned: ["s_assigned", data?.rep_id], requeued: ["s_requeued"], moved: ["s_moved"],
    transferred: ["s_transferred"], suspect: ["s_suspect", data?.rep_id],
    returned: data?.rep_id ? ["s_returned", data.rep_id] : null, parked: ["s_parked"],
    woken: ["s_woken"], reopened: ["s_reopened"], joined: ["s_joined", sender],
    left: ["s_left", sender], wrapup: ["s_ended"],
    closed: [{ waited: "s_waited", idle: "s_idle" }[String(data?.reason)] ?? "s_ended"],
  };
  return texts[kind] ?? null;
}
