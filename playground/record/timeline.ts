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
  /** How often it came one after the other. */
  times: number;
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
      const fresh = { n: ++last, at: clock.now(), lane, title: each(title, masked), note, bad, times: 1 };
      const before = entries.at(-1);
      const again =
        before && lane === "hub" && before.title.en === fresh.title.en && before.note.en === note.en;
      if (again) before.times += 1;
      else entries.push(fresh);
      if (!again && detail !== undefined) details.set(fresh.n, shown(detail));
      for (const { n } of entries.splice(0, entries.length - KEPT)) details.delete(n);
      changed();
      return again ? before : fresh;
    },
    close(entry, note, bad) {
      Object.assign(entry, { note, bad });
      changed();
    },
  };
}
