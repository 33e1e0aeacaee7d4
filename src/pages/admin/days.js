// Days by the reader's clock. One on which clocks are put forward or back has 23 or 25 hours, so
// none is counted by its length.

/**
 * When a day begins, in ms.
 * @param {string} day as 2026-10-25
 */
export const dayBegins = (day) => begins(day, 0);

/**
 * The last ms of a day.
 * @param {string} day as 2026-10-25
 */
export const dayEnds = (day) => begins(day, 1) - 1;

/**
 * @param {string} day
 * @param {number} more so many days later
 */
function begins(day, more) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + more).getTime();
}

/** When this day began. */
export const midnight = () => new Date().setHours(0, 0, 0, 0);

/**
 * The same time of another day.
 * @param {number} days so many days ago
 */
export function daysAgo(days) {
  const date = new Date();
  return date.setDate(date.getDate() - days);
}

/** How many minutes the reader's clock is ahead of UTC, as reports ask for it. */
export const offset = () => -new Date().getTimezoneOffset();
