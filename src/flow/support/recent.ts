/** One look serves all who ask within a second. */
import { SECOND } from "../../domain/duration.ts";
import type { Ports } from "../ports.ts";

const FRESH_MS = SECOND;

export interface Recent<T> {
  now(): Promise<T>;
  recent(): Promise<T>;
  forget(): void;
}

export function recently<T>({ clock }: Pick<Ports, "clock">, look: () => Promise<T>): Recent<T> {
  let last: { at: number; found: Promise<T> } | null = null;
  const now = () => {
    last = { at: clock.now(), found: look() };
    return last.found;
  };
  return {
    now,
    recent: () => (last && Math.abs(clock.now() - last.at) < FRESH_MS ? last.found : now()),
    forget: () => {
      last = null;
    },
  };
}
