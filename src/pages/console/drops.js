// Files that are dropped on a part of the page.

/**
 * Takes them in. `isOpen()`: whether it is worth a drop.
 * @param {HTMLElement} target
 * @param {{ isOpen: () => boolean, take: (files: File[]) => unknown }} does
 */
export function takeDrops(target, { isOpen, take }) {
  /** @param {DragEvent} event */
  const has = (event) => event.dataTransfer?.types.includes("Files");
  target.addEventListener("dragover", (event) => {
    if (!has(event)) return;
    // Else the browser would go to the file, and away from the page.
    event.preventDefault();
    if (isOpen()) target.classList.add("dropping");
  });
  target.addEventListener("dragleave", (event) => {
    const to = event.relatedTarget;
    if (!(to instanceof Node && target.contains(to))) target.classList.remove("dropping");
  });
  target.addEventListener("drop", (event) => {
    target.classList.remove("dropping");
    if (!has(event)) return;
    event.preventDefault();
    take([...event.dataTransfer?.files ?? []]);
  });
}
