// What comes later, when somebody asks for it.

import { unreachable } from "../net/request.js";

/** @import { Late } from "./parts.d.ts" */

let tries = 0;

/**
 * A module of this folder; thrown is what a request is refused with that has no answer. A browser
 * remembers that a module could not be had, so another try has another address.
 * @template {keyof Late} Path
 * @param {Path} path
 * @returns {Promise<Late[Path]>}
 */
export const late = (path) => import(path)
  .catch(() => import(`${path}?${tries += 1}`))
  .catch(() => { throw unreachable(); });
