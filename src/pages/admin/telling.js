// How errors are told in the admin panel, and how time is told that goes on.

/** An error in words that say what to do: in the page's language if it knows it. */
export function explain(locale) {
  return (error) => {
    const key = `e_${error.code}`;
    if (locale.has(key)) return locale.t(key);
    return error.isProblem ? error.message : locale.t("screen_failed");
  };
}

/** How near a wait is to its target: calm, then a warning from the half on, then over it. */
export const urgency = (ms, target) => (ms >= target ? "bad" : ms >= target / 2 ? "warn" : "");

/** A wait that is foretold: rounded, because nobody knows it better. */
export function about(locale, ms) {
  if (ms === null) return locale.t("eta_none");
  const minutes = Math.round(ms / 60_000);
  return minutes < 1 ? locale.t("eta_soon") : locale.t("eta", { n: minutes });
}
