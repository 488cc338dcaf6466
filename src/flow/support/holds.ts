/** Everything that holds back new grants now, and every notice, from all who look. Each cause is logged once when it begins and once when it is over. */
import type { Hold } from "../../domain/hold.ts";
import type { Ports } from "../ports.ts";

export type HoldFound = Omit<Hold, "since">;

export interface Holds {
  /** All that this source finds now, in place of what it found before. */
  report(source: string, found: readonly HoldFound[]): void;
  /** What holds back new grants, the longest first. */
  all(): Hold[];
  notices(): Hold[];
}

export function createHolds({ clock, log }: Pick<Ports, "clock" | "log">): Holds {
  const sources = new Map<string, Map<string, Hold>>();
  const standing = () =>
    [...sources.values()].flatMap((of) => [...of.values()]).sort((a, b) => a.since - b.since);
  return {
    report(source, found) {
      const before = sources.get(source) ?? new Map<string, Hold>();
      const now = new Map(
        found.map((one) => [one.cause, { since: clock.now(), ...before.get(one.cause), ...one }]),
      );
      for (const { cause, message, fix, notice } of found)
        if (!before.has(cause))
          log.error({ cause, fix }, notice ? message : `${message.replace(/\.$/, "")}; new grants wait`);
      for (const { cause, message } of before.values())
        if (!now.has(cause)) log.info({ cause }, `over: ${message}`);
      sources.set(source, now);
    },
    all: () => standing().filter(({ notice }) => !notice),
    notices: () => standing().filter(({ notice }) => notice),
  };
}
