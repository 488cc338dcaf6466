/** Who opened their Home tab, in memory. */
import { DAY } from "../../src/domain/duration.ts";
import { RequestId, UserId } from "../../src/domain/ids.ts";
import type { Clock, Homes, HomeTab } from "../../src/flow/ports.ts";

export function memoryHomes(clock: Clock): Homes {
  const opened = new Map<UserId, number>();
  const outdated = new Map<string, number>();
  return {
    opened: async (person) => void opened.set(person, clock.now()),
    forget: async (person) => void opened.delete(person),
    openers: async () => [...opened].filter(([, at]) => clock.now() - at < DAY).map(([person]) => person),
    async outdated(what, ms) {
      const at = clock.now() + ms;
      for (const one of what) outdated.set(one, Math.min(at, outdated.get(one) ?? at));
    },
    async take() {
      const due = [...outdated].flatMap(([one, at]) => (at <= clock.now() ? [one] : []));
      for (const one of due) outdated.delete(one);
      return {
        people: due.flatMap((one) => UserId.safeParse(one).data ?? []),
        requests: due.flatMap((one) => RequestId.safeParse(one).data ?? []),
      };
    },
  };
}

/** Where nobody looks at it. */
export const noHomeTab: HomeTab = { look: async () => ({ show: async () => "shown" }) };
