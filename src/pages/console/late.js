// What comes later, when somebody asks for it.

import { Problem } from "../net/problem.js";
import { unreachable } from "../net/request.js";

/** @import { Late } from "./parts.d.ts" */

/** @type {Map<string, Promise<any>>} What has come, or is coming. */
const asked = new Map();
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
  const coming = asked.get(path) ?? import(path)
    .catch(() => import(`${path}?${tries += 1}`))
    .catch((error) => {
      console.warn(error);
      asked.delete(path);
      throw navigator.onLine ? new Problem(0, { code: "reload" }) : unreachable();
    });
  asked.set(path, coming);
  return coming;
}
