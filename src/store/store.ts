/** What every part of the store works with. */

import type { Transition } from "../domain/audit.ts";
import type { Clock } from "../domain/clock.ts";
import type { Source, TrailLine } from "./chain.ts";
import type { Keys } from "./keys.ts";
import type { Client } from "./open.ts";
import type { Seen } from "./seen.ts";

/** What is enough to read. */
export interface ReadStore {
  redis: Client;
  keys: Keys;
  clock: Clock;
  /** Told of a record that could not be read, where others stand behind it and must not wait. */
  onBroken(error: Error): void;
}

export interface Store extends ReadStore, Source {
  seen: Seen;
  /** Waits until a replica has what was written, where there is one; never for long. */
  replicate(): Promise<void>;
  /** Told of each transition that landed, and how the log has it. */
  onTransition(entry: Transition, line: TrailLine): void;
}
