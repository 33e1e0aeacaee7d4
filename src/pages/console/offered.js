// What is offered to a rep, and what of it he has missed.

/** @import { Offer, OfferGone } from "../net/frames.d.ts" */
/** @import { Asked } from "./parts.d.ts" */

export class Offered {
  /**
   * By conversation.
   * @type {Map<string, Asked>}
   */
  all = new Map();
  /**
   * What he has missed since he looked: names, and whether he was set away for it.
   * @type {{ names: string[], away: boolean }}
   */
  missed = { names: [], away: false };

  /**
   * Takes an offer in; answers whether it is new.
   * @param {Offer} offer
   * @param {number} now
   */
  put({ conversation: view, expires_at: until }, now) {
    const known = this.all.get(view.id);
    this.all.set(view.id, { view, until: until ?? now, from: known?.from ?? now });
    return !known;
  }

  /**
   * One is over; answers whether he has missed it.
   * @param {OfferGone} frame
   */
  gone({ conversation: id, reason }) {
    const offer = this.all.get(id);
    this.all.delete(id);
    if (reason !== "expired" && reason !== "set_away") return false;
    this.missed.names.push(offer?.view.customer.name ?? "");
    this.missed.away ||= reason === "set_away";
    return true;
  }

  /** He has seen what he has missed. */
  forgive() {
    this.missed = { names: [], away: false };
  }
}
