/** What the page knows: the server's parts as they stand, whom it looks at, and what was copied. */
import type { Parts } from "../types.ts";
import { t } from "./language.ts";
import { recall, remember } from "./remember.ts";

export type SideName = "left" | "right";

export const parts: Partial<Parts> = {};

/** Who asks in the tour: the page's own reader. */
export const FIRST_PERSON = t("U0DANA", "U0LIN");

/** Who is looked at, kept for the life of the tab. */
export const watching: Record<SideName, string> = {
  left: recall("left") ?? FIRST_PERSON,
  right: recall("right") ?? t("U0ALICE", "U0WANG"),
};

/** Of the last link that was opened on this page: for the proof by hand, never sent. */
let token: string | undefined;
export const lastToken = (): string | undefined => token;
export function rememberToken(fresh: string): void {
  token = fresh;
  tell("token");
}

const listeners = new Map<keyof Parts | "token", Set<() => void>>();

export function on(part: keyof Parts | "token", listener: () => void): void {
  const known = listeners.get(part) ?? new Set();
  listeners.set(part, known.add(listener));
}

export function tell(part: keyof Parts | "token"): void {
  for (const listener of listeners.get(part) ?? []) listener();
}

const NAMES = ["facts", "left", "right", "clock", "scenes", "timeline", "scenarios"] as const;
let source: EventSource | undefined;

export function listenToServer(): void {
  source?.close();
  source = new EventSource(`/events?${new URLSearchParams(watching)}`);
  for (const name of NAMES) {
    source.addEventListener(name, (event) => {
      Object.assign(parts, { [name]: JSON.parse(event.data) });
      tell(name);
    });
  }
}

/** Resolves when the side shows that person. */
export function watchPerson(side: SideName, person: string): Promise<void> {
  watching[side] = person;
  remember(side, person);
  if (parts[side]?.who.id === person) return Promise.resolve();
  listenToServer();
  return new Promise((resolve) => on(side, () => parts[side]?.who.id === person && resolve()));
}

/** The playground's time. */
export const now = (): number => Date.now() + (parts.clock?.offset ?? 0);

export const timeText = (at: number): string =>
  new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);
