/** What happened, in order: payloads in, calls out, changes of state, and what the visitor broke. */
import type { Clock } from "../../src/request/clock.ts";
import { asIs, each, type Said } from "../said.ts";
import { masked, shown } from "./mask.ts";

type TimelineLane = "in" | "slack" | "hub" | "state" | "log" | "you";

export interface Entry {
  n: number;
  at: number;
  lane: TimelineLane;
  title: Said;
  /** A few words after the title: how it went. */
  note: Said;
  bad: boolean;
}

interface Happening {
  lane: TimelineLane;
  title: Said;
  note?: Said;
  bad?: boolean;
  /** Everything that was said, shown when asked for. */
  detail?: unknown;
}

export interface Timeline {
  readonly entries: readonly Entry[];
  /** The indented JSON behind an entry; undefined when there is none. */
  detail(n: number): string | undefined;
  add(happening: Happening): Entry;
  /** Says how an entry went. */
  close(entry: Entry, note: Said, bad: boolean): void;
}

const KEPT = 250;

export function createTimeline(clock: Clock, changed: () => void): Timeline {
  const entries: Entry[] = [];
  const details = new Map<number, string>();
  let last = 0;
  return {
    entries,
    detail: (n) => details.get(n),
    add({ lane, title, note = asIs(""), bad = false, detail }) {
      const entry = { n: ++last, at: clock.now(), lane, title: each(title, masked), note, bad };
      entries.push(entry);
      if (detail !== undefined) details.set(entry.n, shown(detail));
      for (const { n } of entries.splice(0, entries.length - KEPT)) details.delete(n);
      changed();
      return entry;
    },
    close(entry, note, bad) {
      Object.assign(entry, { note, bad });
      changed();
    },
  };
}
