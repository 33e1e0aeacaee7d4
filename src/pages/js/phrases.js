// Times and spans in the words of the plain pages.

import { make } from "../ui/dom.js";

/** The hour and minute of a moment. */
export function clock(ms) {
  const time = new Date(ms);
  const text = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return make("time", { datetime: time.toISOString() }, text);
}

/** How long something takes, in words. */
export function span(ms) {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
