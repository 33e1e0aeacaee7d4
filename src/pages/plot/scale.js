// Scales: which values stand beside a plot. They begin at zero, so that twice as high is twice as
// much, and are round in what they count: things, shares or time.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Round spans of time, in ms. */
const SPANS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800,
  86_400, 172_800].map((s) => s * 1_000);
/** Between marks on an axis of time, in ms. */
const BETWEEN = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR,
  2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY];

/** @typedef {"count" | "span" | "share"} Kind */

/**
 * Round values from 0 up to at least `most`, about so many.
 * @param {number} most
 * @param {Kind} kind
 */
export function ticks(most, kind, about = 4) {
  if (kind === "share") return [0, 0.25, 0.5, 0.75, 1];
  const step = kind === "span" ? spanStep(most / about) : countStep(most / about);
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** @param {number} rough */
const spanStep = (rough) =>
  SPANS.find((span) => span >= rough) ?? Math.ceil(rough / WEEK) * WEEK;

/** @param {number} rough */
function countStep(rough) {
  if (rough <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5].map((one) => one * power).find((step) => step >= rough) ?? 10 * power;
}

/**
 * Round moments between two, at most so many: in the time of whoever looks on.
 * @param {number} from
 * @param {number} to
 * @param {number} most
 */
export function moments(from, to, most) {
  const step = BETWEEN.find((one) => (to - from) / one <= most) ?? WEEK;
  const shift = new Date(from).getTimezoneOffset() * MINUTE;
  const first = Math.ceil((from - shift) / step) * step + shift;
  const all = [];
  for (let at = first; at <= to; at += step) all.push(at);
  return all;
}
