// How a customer can be reached, and how sure it is who he is: what his account says, put into
// words for the panel.

import { make, words } from "../ui/dom.js";

/** @import { components } from "../api.d.ts" */
/** @import { Locale } from "../i18n/locale.js" */
/** @typedef {components["schemas"]["Customer"]} Customer */
/** @typedef {[key: string, value: HTMLElement | string | null | undefined]} Fact */

/**
 * What clocks show where he is. What is no name of a zone shows nothing.
 * @param {string} zone
 * @param {Locale} locale
 * @param {number} now
 */
function clockIn(zone, locale, now) {
  if (!zone) return null;
  try {
    return new Intl.DateTimeFormat(locale.tag, {
      weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: zone,
    }).format(now);
  } catch {
    return null;
  }
}

/**
 * A language by its name in the reader's own.
 * @param {string} tag
 * @param {Locale} locale
 */
function spoken(tag, locale) {
  try {
    return tag && new Intl.DisplayNames(locale.tag, { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}

/**
 * An address or a number, which runs from left to right everywhere, and what is to be said of it.
 * @param {string | null | undefined} text
 * @param {string} [remark]
 */
const address = (text, remark) => (text ? make("span", {}, make("bdi", { dir: "ltr" }, text),
  remark ? make("span", { class: "note" }, ` · ${remark}`) : null) : null);

/**
 * Who he is elsewhere: where that is, and as whom.
 * @param {Customer["known_as"][number]} one
 * @param {Locale} locale
 */
function elsewhere({ provider, name, email }, { t }) {
  const place = provider === "telegram" ? "Telegram" : t("c_host");
  const known = [name, email].flatMap((text) => (text ? [" · ", words(text)] : []));
  return make("span", {}, place, ...known);
}

/**
 * @param {Customer} customer
 * @param {Locale} locale
 * @param {number} now
 * @returns {Fact[]}
 */
export function contact(customer, locale, now) {
  const { t, date } = locale;
  const { email, email_confirmed_at: confirmed, city, province } = customer;
  return [
    ["email", address(email, t(confirmed ? "c_confirmed" : "c_unconfirmed"))],
    ["phone", address(customer.phone)],
    ...customer.known_as.map((one) => /** @type {Fact} */ (["proved", elsewhere(one, locale)])),
    ["place", [city, province].filter(Boolean).join(", ")],
    ["language", spoken(customer.language, locale)],
    ["clock", clockIn(customer.time_zone, locale, now)],
    ["widget", customer.widget],
    ["since", date(customer.created_at)],
    ["personal_rep", customer.personal_rep?.name],
  ];
}
