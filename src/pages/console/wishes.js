// What a rep wants of the console, for all tabs of this browser.

import { keptLong } from "../net/keep.js";

const KEYS = "switchboard.console.keys";
const ENTER = "switchboard.console.enter";
const SOUND = "switchboard.console.sound";
const NOTIFY = "switchboard.console.notify";
const NEXT = "switchboard.console.next";

/** Whether he has no keyboard before him. */
export const isTouch = () => matchMedia("(pointer: coarse)").matches;

/** Each is read anew, as another tab may have changed it. */
export const wishes = {
  /** Single letters do something, outside of fields. */
  get keys() {
    return keptLong.get(KEYS, true);
  },
  set keys(on) {
    keptLong.set(KEYS, on ? null : false);
  },
  /** Enter sends; else only Ctrl+Enter does. */
  get enter() {
    return keptLong.get(ENTER, true) && !isTouch();
  },
  set enter(on) {
    keptLong.set(ENTER, on ? null : false);
  },
  get sound() {
    return keptLong.get(SOUND, true);
  },
  set sound(on) {
    keptLong.set(SOUND, on ? null : false);
  },
  /** The console may offer to show notifications. */
  get notify() {
    return keptLong.get(NOTIFY, true);
  },
  set notify(on) {
    keptLong.set(NOTIFY, on ? null : false);
  },
  /** After a close, the one that waits longest is shown. */
  get next() {
    return keptLong.get(NEXT, false);
  },
  set next(on) {
    keptLong.set(NEXT, on ? true : null);
  },
};
