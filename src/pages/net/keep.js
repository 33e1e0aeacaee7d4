// What outlives a reload: in the tab, in the browser, or, where neither is allowed, in memory.

/**
 * The same surface over `sessionStorage` or `localStorage`; a browser may forbid either.
 * @param {"sessionStorage" | "localStorage"} name
 */
function keeper(name) {
  /** @type {Map<string, string>} */
  const memory = new Map();
  const storage = () => window[name];
  /** @param {string} key */
  const read = (key) => {
    try {
      return storage().getItem(key) ?? memory.get(key);
    } catch {
      return memory.get(key);
    }
  };
  return {
    /**
     * @template Kept
     * @param {string} key
     * @param {Kept} otherwise
     * @returns {Kept}
     */
    get(key, otherwise) {
      try {
        return JSON.parse(read(key) ?? "null") ?? otherwise;
      } catch {
        return otherwise;
      }
    },
    /**
     * @param {string} key
     * @param {unknown} value null forgets it
     */
    set(key, value) {
      memory.delete(key);
      try {
        if (value == null) storage().removeItem(key);
        else storage().setItem(key, JSON.stringify(value));
      } catch {
        // Full or forbidden: then only a reload forgets it.
        if (value != null) memory.set(key, JSON.stringify(value));
      }
    },
    /**
     * Forgets whatever has such a key.
     * @param {(key: string) => boolean} isSuch
     */
    forget(isSuch) {
      try {
        for (const key of Object.keys(storage()).filter(isSuch)) storage().removeItem(key);
      } catch {
        // Then there is nothing in it.
      }
      for (const key of [...memory.keys()].filter(isSuch)) memory.delete(key);
    },
  };
}

/** What a tab keeps while it is open. */
export const kept = keeper("sessionStorage");

/** What the browser keeps for all of its tabs. */
export const keptLong = keeper("localStorage");

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
