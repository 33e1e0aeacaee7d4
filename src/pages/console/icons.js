// The drawings of the console, beside those that all faces have.

import { drawings } from "../ui/drawings.js";

/** As paths in a square of 24. */
export const drawing = drawings({
  alert: ["M12 3L2 20h20z", "M12 10v4", "M12 17h.01"],
  note: ["M4 20l1-5L16 4l4 4L9 19z", "M14 6l4 4"],
  search: ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z", "M16 16l5 5"],
  person: ["M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M4 21a8 8 0 0 1 16 0"],
  clock: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 7v5l3 3"],
  bell: ["M6 17V11a6 6 0 0 1 12 0v6l2 2H4z", "M10 21h4"],
  mute: ["M4 9v6h4l5 4V5L8 9z", "M17 9l5 6", "M22 9l-5 6"],
  help: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .9-1 1.7",
    "M12 17h.01"],
});
