/** Making elements, and keeping a list of them in step with its data without touching what has not changed. */
import { holdFocus } from "./focus.ts";

type Child = Node | string | undefined | false;
type Props = Record<string, string | boolean | number | undefined | ((event: never) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** One that submits no form. */
export const plainButton = (props: Props, ...children: Child[]): HTMLButtonElement =>
  h("button", { type: "button", ...props }, ...children);

export const byId = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
};

export interface Keyed {
  key: string;
  rev: string;
}

/** Elements are made anew only when their `rev` changed, so that focus, selection and what is typed stay. */
export function keepInStep<T extends Keyed>(
  parent: HTMLElement,
  items: readonly T[],
  make: (item: T) => HTMLElement,
): void {
  const giveFocusBack = holdFocus(parent);
  const known = new Map(
    [...parent.children].map((child) => [(child as HTMLElement).dataset.key, child as HTMLElement]),
  );
  let before: Element | null = parent.firstElementChild;
  for (const item of items) {
    const old = known.get(item.key);
    known.delete(item.key);
    const same = old?.dataset.rev === item.rev ? old : undefined;
    const element = same ?? make(item);
    element.dataset.key = item.key;
    element.dataset.rev = item.rev;
    if (old && !same) {
      if (before === old) before = element;
      old.replaceWith(element);
    }
    if (before === element) before = element.nextElementSibling;
    else parent.insertBefore(element, before);
  }
  for (const gone of known.values()) gone.remove();
  giveFocusBack();
}

/** Replaces what is inside only when it would look different. */
export function swap(parent: HTMLElement, rev: string, make: () => (Node | string)[]): void {
  if (parent.dataset.rev === rev) return;
  parent.dataset.rev = rev;
  const giveFocusBack = holdFocus(parent);
  parent.replaceChildren(...make());
  giveFocusBack();
}

const NEAR_END = 80;

/** Where its last message is longer than the list, its first line stays in sight. */
function endOf(list: HTMLElement): number {
  const end = list.scrollHeight - list.clientHeight;
  const last = list.lastElementChild;
  if (!last) return end;
  const above = last.getBoundingClientRect().top - list.getBoundingClientRect().top + list.scrollTop;
  return Math.min(end, Math.round(above));
}

/** Keeps the end of a list in sight until somebody scrolls up from it; `again` goes back to the end. */
export function followEnd(list: HTMLElement): { follow(): void; again(): void } {
  let [following, before] = [true, 0];
  // Whoever reads on in a long last message is not pulled back to its beginning.
  const follow = () => {
    const end = endOf(list);
    if (following && end !== before) list.scrollTop = end;
    before = end;
  };
  list.addEventListener("scroll", () => {
    following = endOf(list) - list.scrollTop < NEAR_END;
  });
  // A hidden list has no end to scroll to; a narrower one has another.
  new ResizeObserver(follow).observe(list);
  const again = () => {
    [following, before] = [true, -1];
    follow();
  };
  return { follow, again };
}
