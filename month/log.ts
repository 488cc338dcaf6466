/** The bot's log, read as it comes: each line of the trail, as a shipper would deliver it, and what stands in each request. */
import type { Transition } from "../src/domain/audit.ts";
import { isSeal } from "../src/domain/seal.ts";
import { isTransition, type TrailEntry } from "../src/domain/trail-entry.ts";
import { type TrailLine, wholeOf } from "../src/store/chain.ts";

interface LogLine extends Partial<TrailLine<TrailEntry>> {
  level: string;
  msg: string;
  /** How long each of its steps took. */
  canary?: object;
}

const ID = /R-[0-9A-Z]{8}/;
const MOVING = ["requested", "approved", "delivering", "extending", "ending"];
/** Longer only while something is away. */
const MOVES_WITHIN_MS = 1_500;

export type LogReader = ReturnType<typeof createLogReader>;

export function createLogReader() {
  /** Lines of the trail, with their hashes. */
  const shipped: string[] = [];
  const newest = new Map<string, Transition>();
  const errors: string[] = [];
  const listeners = new Set<(entry: Transition) => void>();
  const counts = { entries: 0, seals: 0, canaries: 0 };
  /** Requests in a state that is left at once, and since when, of the machine's time. */
  const moving = new Map<string, number>();
  const hear = ({ trail, texts, chain }: LogLine, line: string) => {
    if (!trail || !chain) return;
    shipped.push(line);
    if (isSeal(trail)) counts.seals += 1;
    else counts.entries += 1;
    const entry = wholeOf({ trail, texts });
    if (!isTransition(entry)) return;
    newest.set(entry.id, entry);
    if (MOVING.includes(entry.to)) moving.set(entry.id, performance.now());
    else moving.delete(entry.id);
    for (const listen of [...listeners]) listen(entry);
  };
  const requestOf = (account: string): Transition | undefined =>
    newest.get(ID.exec(account.toUpperCase())?.[0] ?? "");
  return {
    requestOf,
    ...{ shipped, errors, counts, newest },
    /** An account was deleted: an end is under way until then. */
    gone(account: string): void {
      moving.delete(requestOf(account)?.id ?? "");
    },
    /** Whether its token is refused: then the end is under way again, until it is proved. */
    looked(account: string): void {
      const request = requestOf(account);
      if (request?.to === "ending") moving.set(request.id, performance.now());
    },
    isMoving: () => [...moving.values()].some((since) => performance.now() - since < MOVES_WITHIN_MS),
    onLine(line: string): void {
      if (!line.startsWith("{")) return void (line.trim() && errors.push(line));
      const read = JSON.parse(line) as LogLine;
      if (read.level === "error" || read.level === "fatal") errors.push(line);
      if (read.canary) counts.canaries += 1;
      hear(read, line);
    },
    on: (listen: (entry: Transition) => void): (() => void) => {
      listeners.add(listen);
      return () => void listeners.delete(listen);
    },
  };
}
