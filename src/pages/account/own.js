// The dialogs about one's own account, fetched when the first of them is opened.

import { password } from "./password.js";
import { profile } from "./profile.js";
import { sessions } from "./sessions.js";

/** @import { Api } from "../net/api.js" */
/** @import { Locale } from "../i18n/locale.js" */
/** @typedef {keyof typeof DIALOGS} Own */

const DIALOGS = { password, profile, sessions };

/**
 * Opens one of them.
 * @param {Own} name
 * @param {Api} api
 * @param {Locale} texts
 */
export async function openOwn(name, api, texts) {
  await texts.more((tag) => import(`../i18n/own.${tag}.js`), "own");
  await DIALOGS[name](api, texts);
}
