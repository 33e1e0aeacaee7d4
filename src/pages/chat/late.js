// What comes later, when it is needed. A browser remembers that a module could not be had, and
// does not ask for it again under the same address, so another try has another address.

import { toast } from "../ui/toast.js";

/** @import { Catalog, Locale } from "../i18n/locale.js" */
/** @import { Late } from "./parts.d.ts" */

const WAIT_MS_MAX = 15_000;

let tries = 0;

/**
 * A module of this folder or beside it.
 * @template {string} Path
 * @param {Path} path
 * @returns {Promise<Path extends keyof Late ? Late[Path] : { default: Catalog }>}
 */
export const late = (path) => import(path).catch(() => import(`${path}?${tries += 1}`));

/**
 * Says that something could not be had.
 * @param {Locale} locale
 */
export const sayLost = ({ t }) => toast(t(navigator.onLine ? "reload" : "offline"));

/**
 * Tries until it is done; `failed()` hears once that it takes longer.
 * @template Done
 * @param {() => Promise<Done>} work
 * @param {() => void} [failed]
 * @returns {Promise<Done>}
 */
export async function surely(work, failed) {
  for (let wait = 500; ; wait = Math.min(wait * 2, WAIT_MS_MAX)) {
    try {
      return await work();
    } catch {
      if (wait === 500) failed?.();
      await new Promise((done) => {
        setTimeout(done, wait);
        addEventListener("online", done, { once: true });
      });
    }
  }
}
