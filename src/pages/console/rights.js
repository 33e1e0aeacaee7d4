// What a rep may do with a conversation, as far as the page knows: what is not offered need not be
// refused, and what he may not read is not asked for.

import { isLeft } from "./standing.js";

/** @import { Desk } from "./desk.js" */
/** @import { Rights, View } from "./parts.d.ts" */

/**
 * Whether he may go on reading what has left him: it depends on what he is trusted with.
 * @param {View} view
 * @param {Desk} desk
 */
export function mayRead(view, desk) {
  const { id } = desk.user;
  if ([view.rep, view.last_rep, view.offered_to].some((one) => one?.id === id)) return true;
  const sees = desk.rep?.rights?.sees ?? "waiting";
  if (sees === "all" || sees === "own") return sees === "all";
  const isSeen = sees === "queues" || view.status === "waiting" || isLeft(view);
  return isSeen && (desk.board?.some(({ queue }) => queue.id === view.queue.id) ?? true);
}

/**
 * @param {View} view
 * @param {Desk} desk
 * @returns {Rights}
 */
export function rights(view, desk) {
  const mine = desk.isMine(view);
  const asked = desk.offers.has(view.id);
  // What he sees only as it was may have gone on.
  const read = mine || asked || view.id !== desk.view?.id || !desk.isWithheld;
  const was = read && !mine && view.last_rep?.id === desk.user.id && !view.rep;
  const { status } = view;
  const directs = (mine && status === "active") || (was && status !== "closed");
  return {
    asked, read, transfer: directs, park: directs && status !== "parked", queue: directs,
    close: mine && status === "active", wrap: mine && status === "wrapup",
    claim: read && !mine && !asked && !was && ["waiting", "parked"].includes(status)
      && desk.rep?.rights?.claim !== false || (was && status === "waiting"),
    wake: was && status === "parked", reopen: was && status === "closed",
    prioritize: directs,
    requeue: mine && status === "active",
    write: mine && status === "active" ? "both" : asked || !read ? "none" : "note",
  };
}
