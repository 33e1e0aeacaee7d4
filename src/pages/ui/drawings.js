// Drawings by name: those of one face beside those that all have.

import { drawn, icon } from "./dom.js";

/** @import { IconName } from "./dom.js" */

/**
 * Draws by name: one of these lines, or of those that all faces have.
 * @template {string} Own
 * @param {Record<Own, string[]>} lines
 * @returns {(name: Own | IconName) => SVGSVGElement}
 */
export function drawings(lines) {
  /** @type {(name: string) => name is Own} */
  const isOwn = (name) => Object.hasOwn(lines, name);
  return (name) => (isOwn(name) ? drawn(name, lines[name]) : icon(name));
}
