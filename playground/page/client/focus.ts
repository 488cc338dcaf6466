/** Focus outlives a redraw and a dialog: it goes back, or to what took the place of the element that had it; never to the body. */
const TWINS = "button:enabled, input, textarea, select, a[href], summary";

/** Remembers what inside `root` has focus; the answer gives it back where it was lost. */
export function holdFocus(root: HTMLElement): () => void {
  const held = document.activeElement;
  if (!(held instanceof HTMLElement) || !root.contains(held)) return () => {};
  const key = held.closest<HTMLElement>("[data-key]")?.dataset.key;
  return () => {
    if (document.activeElement !== document.body) return;
    held.focus();
    if (document.activeElement === held) return;
    // A button of the same name on another message is another one.
    const row = key ? root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) : root;
    ((row && twinIn(row, held)) ?? focusable(row ?? root)).focus();
  };
}

/** One message may have the same button for several requests. */
const nameOf = ({ dataset, id, ariaLabel, textContent }: HTMLElement): string =>
  dataset.action ? `${dataset.action} ${dataset.value}` : id || (ariaLabel ?? textContent);

/** The same control, drawn anew. */
const twinIn = (root: HTMLElement, old: HTMLElement): HTMLElement | undefined =>
  [...root.querySelectorAll<HTMLElement>(TWINS)].find(
    (one) => one.tagName === old.tagName && nameOf(one) === nameOf(old),
  );

function focusable(element: HTMLElement): HTMLElement {
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  return element;
}
