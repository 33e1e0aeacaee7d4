// Drawing by SVG: elements and the lines of plots. Colours and widths are the style's: here are
// only shapes and the names of their classes.

const SVG = "http://www.w3.org/2000/svg";

/**
 * A new shape with its attributes and what is in it.
 * @param {string} tag
 * @param {Record<string, string | number | null>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value != null) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * A line through points; where there is no value it is broken. As steps, a value holds until the
 * next one, and the last one until `end`.
 * @param {([number, number] | null)[]} points
 * @param {{ isStepped?: boolean, end?: number | null }} [how]
 */
export function line(points, { isStepped = false, end = null } = {}) {
  let path = "";
  /** @type {[number, number] | null} */
  let before = null;
  for (const point of points) {
    if (!point) {
      before = null;
      continue;
    }
    const [x, y] = [rounded(point[0]), rounded(point[1])];
    if (!before) path += `M${x} ${y}`;
    else path += isStepped ? `H${x}V${y}` : `L${x} ${y}`;
    before = point;
  }
  return before && isStepped && end !== null ? `${path}H${rounded(end)}` : path;
}

/**
 * The area between points and others below them, or the ground. Each unbroken stretch is closed by
 * itself.
 * @param {([number, number] | null)[]} points
 * @param {(index: number) => number} ground The height below the point of an index.
 * @param {{ isStepped?: boolean, end?: number | null }} [how]
 */
export function area(points, ground, { isStepped = false, end = null } = {}) {
  let path = "";
  for (let from = 0; from < points.length; from += 1) {
    if (!points[from]) continue;
    let to = from;
    while (points[to + 1]) to += 1;
    const stretch = points.slice(from, to + 1).filter((point) => point !== null);
    const isLast = to === points.length - 1;
    const reach = isStepped ? points[to + 1]?.[0] ?? (isLast ? end : null) : null;
    path += line(stretch, { isStepped, end: reach });
    const under = stretch.map(([x], index) => [x, ground(from + index)]).reverse();
    if (reach != null) path += `V${rounded(ground(to))}`;
    path += under.map(([x, y]) => `L${rounded(x)} ${rounded(y)}`).join("") + "Z";
    from = to;
  }
  return path;
}

/** @param {number} value */
const rounded = (value) => Math.round(value * 10) / 10;
