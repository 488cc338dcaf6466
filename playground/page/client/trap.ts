/** Keeps the keyboard inside a dialog; Escape leaves it. Answers how to let go. */
const FOCUSABLE = "button:not([disabled]), input, textarea, select, a[href]";

export function trap(dialog: HTMLElement, leave: () => void): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      leave();
    }
    if (event.key !== "Tab") return;
    const all = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)];
    const [first, last] = [all[0], all.at(-1)];
    const out = event.shiftKey ? document.activeElement === first : document.activeElement === last;
    if (!out) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  };
  dialog.addEventListener("keydown", listen);
  return () => dialog.removeEventListener("keydown", listen);
}
