// Small pieces that every page needs: making elements, forms that are under way, ids, times.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** A new element. Text goes in as text only, so nobody's words become markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Somebody's own words within a sentence, whatever direction they are written in. */
export const words = (text) => make("bdi", {}, text);

/** What an empty output element is for: errors, told where they happen. */
export const errorPlace = () => make("p", { class: "error", role: "alert" });

/**
 * Runs what a form or button asks for. Its buttons are off meanwhile; an error is told in its
 * `.error`, or in `place`. Answers whether it went well.
 */
export async function underWay(element, work, place = element.querySelector(".error")) {
  const isButton = element instanceof HTMLButtonElement;
  const buttons = isButton ? [element] : [...element.querySelectorAll("button")];
  if (element.getAttribute("aria-busy") === "true") return false;
  element.setAttribute("aria-busy", "true");
  // Who presses a key goes on from there: a button that is off would lose the focus.
  const focused = buttons.find((button) => button === document.activeElement);
  for (const button of buttons) button.disabled = true;
  if (place) place.textContent = "";
  try {
    await work();
    return true;
  } catch (error) {
    if (!error.isProblem) console.error(error);
    if (place) place.textContent = error.message;
    return false;
  } finally {
    element.removeAttribute("aria-busy");
    for (const button of buttons) button.disabled = false;
    if (document.activeElement === document.body) focused?.focus();
  }
}

/** Runs what nobody asked for, as reading a list again: an error is told once, nothing is off. */
export async function quietly(work, place) {
  let text = "";
  try {
    await work();
  } catch (error) {
    if (!error.isProblem) console.error(error);
    text = error.message;
  }
  if (place.textContent !== text) place.textContent = text;
}

/** A form that does `work(fields, pressed button)` when it is sent. */
export function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    underWay(form, () => work(fields, event.submitter));
  });
}

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

/** A UUID of version 7: ids made later sort later. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint32(0, Math.floor(Date.now() / 65_536));
  new DataView(bytes.buffer).setUint16(4, Date.now() % 65_536);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What a tab keeps while it is open, reloads included. */
export const kept = {
  get(key, otherwise) {
    try {
      return JSON.parse(sessionStorage.getItem(key)) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  set(key, value) {
    try {
      if (value == null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Full or forbidden: then only a reload forgets it.
    }
  },
};

/** When somebody is here again, by the clock of whoever reads it; nothing if that is not known. */
export function opening({ opens_at }) {
  if (opens_at === null) return "";
  const day = { weekday: "long", day: "numeric", month: "long" };
  const form = { ...day, hour: "numeric", minute: "2-digit" };
  return ` We are back on ${new Date(opens_at).toLocaleString(undefined, form)}.`;
}
