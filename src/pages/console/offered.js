// What is offered to a rep, and what of it he has missed: that outlives a reload.

import { kept } from "../net/keep.js";

/** @import { Offer, OfferGone } from "../net/frames.d.ts" */
/** @import { Asked } from "./parts.d.ts" */

/** How many names of missed offers are kept: the last ones. */
const KEPT = 100;

export class Offered {
  /**
   * By conversation.
   * @type {Map<string, Asked>}
   */
  all = new Map();
  /** @type {(name: string) => string} */
  #key;

  /** @param {(name: string) => string} key under which something is kept for him */
  constructor(key) {
    this.#key = key;
  }

  /**
   * What he has missed since he looked: names, and whether he was set away for it.
   * @returns {{ names: string[], away: boolean }}
   */
  get missed() {
    return kept.get(this.#key("missed"), { names: [], away: false });
  }

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
    const { names, away } = this.missed;
    kept.set(this.#key("missed"), {
      names: [...names, offer?.view.customer.name ?? ""].slice(-KEPT),
      away: away || reason === "set_away" });
    return true;
  }

  /** He has seen what he has missed. */
  forgive() {
    kept.set(this.#key("missed"), null);
  }
}
