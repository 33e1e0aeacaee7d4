// What is pasted into a field as files.

/**
 * The files of a paste; none if its words are what is meant. What is copied from a sheet or a
 * document comes as words with their looks, and as a picture of them, too.
 * @param {ClipboardEvent} event
 * @returns {File[]}
 */
export function pasted({ clipboardData: data }) {
  const types = data?.types ?? [];
  const looks = types.includes("text/html") || types.includes("text/rtf");
  return looks && types.includes("text/plain") ? [] : [...data?.files ?? []];
}
