// The drawings of the admin panel, beside those that all faces have.

import { drawings } from "../ui/drawings.js";

/** As paths in a square of 24. */
export const drawing = drawings({
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
  board: ["M4 4h7v9H4z", "M13 4h7v5h-7z", "M13 11h7v9h-7z", "M4 15h7v5H4z"],
  chats: ["M4 5h12v9H9l-5 4z", "M19 9h1v11l-4-3h-5"],
  report: ["M4 20h16", "M7 17v-6", "M12 17V5", "M17 17v-9"],
  people: ["M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M3 20c0-4 3-6 6-6s6 2 6 6",
    "M16 4.5a3.5 3.5 0 0 1 0 6.5", "M18 14.5c2 .8 3 2.7 3 5.5"],
  queue: ["M4 6h16", "M4 12h11", "M4 18h6"],
  clock: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M12 8v4l3 2"],
  reply: ["M10 6l-6 5 6 5v-3c5 0 8 1 10 5 0-6-3-9-10-9z"],
  widget: ["M4 5h16v14H4z", "M4 9h16", "M13 13h4v3h-4z"],
  settings: ["M4 7h9", "M17 7h3", "M15 5v4", "M4 17h3", "M11 17h9", "M9 15v4"],
  health: ["M3 12h4l3-7 4 14 3-7h4"],
  audit: ["M6 3h9l4 4v14H6z", "M9 10h6", "M9 14h6", "M9 18h3"],
  key: ["M8 15a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M12 11h9", "M17 11v4", "M21 11v3"],
  plus: ["M12 5v14", "M5 12h14"],
  minus: ["M5 12h14"],
  search: ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z", "M16 16l5 5"],
  up: ["M12 19V6", "M6 12l6-6 6 6"],
  top: ["M5 4h14", "M12 20V9", "M6 14l6-6 6 6"],
  bottom: ["M5 20h14", "M12 4v11", "M6 10l6 6 6-6"],
  edit: ["M4 20l1-4L16 5l3 3L8 19z"],
  trash: ["M5 7h14", "M9 7V4h6v3", "M7 7l1 13h8l1-13"],
  copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
  download: ["M12 4v11", "M7 11l5 5 5-5", "M5 20h14"],
  warn: ["M12 4l9 16H3z", "M12 10v4", "M12 17h.01"],
  good: ["M5 13l4 4L19 7"],
  eye: ["M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7z",
    "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"],
});
