// What the entries of a log mean: where a conversation stands after each, and how it is told.

import { words } from "../ui/dom.js";

/** Where a conversation stands after an entry of this kind. */
export const AFTER = {
  requeued: "waiting", declined: "waiting", missed: "waiting", withdrawn: "waiting",
  transferred: "waiting", moved: "waiting", woken: "waiting", reopened: "waiting",
  offered: "offered", parked: "parked", wrapup: "wrapup",
};

/** An entry in words. */
export function told(kind, data, { who, rep, isMine }) {
  return {
    opened: [words(who), " opened this conversation."],
    assigned: [words(rep), isMine ? " have it now." : " has it now."],
    requeued: ["It is back in line, in its old place."],
    offered: ["A rep is asked."],
    declined: ["The rep could not take it."],
    missed: ["Nobody answered in time."],
    withdrawn: ["The rep is not asked any more."],
    moved: ["It waits in another queue now."],
    prioritized: [`Its priority is ${data?.to} now.`],
    suspect: [words(rep), isMine ? " have" : " has", " lost the connection. We wait for a moment."],
    returned: data?.rep_id ? [words(rep), isMine ? " are back." : " is back."]
      : ["Back in line, in the old place."],
    held: ["The place in line is held."],
    parked: ["It is laid aside."],
    woken: ["It is taken up again."],
    reopened: [words(who), " opened it again."],
    joined: [words(data?.name ?? who), " has joined."],
    left: [words(data?.name ?? who), " has left."],
    renamed: ["Its customer is known as ", words(data?.name || who), " now."],
    transferred: ["It goes to somebody else."],
    wrapup: [words(who), " ended it."],
    closed: [words(who), ` closed it: ${data?.resolution ?? "closed"}.`],
  }[kind] ?? [`${kind}.`];
}
