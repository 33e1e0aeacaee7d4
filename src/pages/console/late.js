// What comes later, when somebody asks for it.

import { Problem } from "../net/problem.js";
import { unreachable } from "../net/request.js";

/** @import { Late } from "./parts.d.ts" */

/** @type {{ [Path in keyof Late]?: Promise<Late[Path]> }} What has come, or is coming. */
const asked = {};
let tries = 0;

/**
 * A module of this folder. If it cannot be had, that is thrown as whatever else is refused: without
 * a network there is no answer, and with one there may be a newer release. It is asked for again
 * under another address then, because a browser may remember that it could not be had.
 * @template {keyof Late} Path
 * @param {Path} path
 * @returns {Promise<Late[Path]>}
 */
export function late(path) {
  asked[path] ??= import(path)
    .catch(() => import(`${path}?${tries += 1}`))
    .catch((error) => {
      console.warn(error);
      delete asked[path];
      throw navigator.onLine ? new Problem(0, { code: "reload" }) : unreachable();
    });
  return asked[path];
}
