/** What was allowed beforehand, in memory: swaps, reservations and triggers as in Redis; what is over longer than a day is gone. */
import { Allowance, statusOf } from "../../src/domain/allowance.ts";
import { DAY } from "../../src/domain/duration.ts";
import type { AllowanceId } from "../../src/domain/ids.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { Allowances, Clock } from "../../src/flow/ports.ts";

export function memoryAllowances({ clock }: { clock: Clock }): Allowances {
  const records = new Map<string, string>();
  const triggers = new Map<string, AllowanceId>();
  const read = (id: string): Allowance | null => {
    const json = records.get(id);
    const a = json === undefined ? null : Allowance.parse(JSON.parse(json));
    return a && clock.now() < a.until + DAY ? a : null;
  };
  const all = async () =>
    [...records.keys()].flatMap((id) => read(id) ?? []).sort((a, b) => a.until - b.until);
  const isSame = (a: Allowance, b: Allowance) =>
    a.person.id === b.person.id &&
    a.role === b.role &&
    a.clusterRole === b.clusterRole &&
    a.duration === b.duration &&
    a.period === b.period;
  return {
    async make(allowance, triggerId) {
      const now = clock.now();
      const waiting = (await all()).find(
        (a) =>
          statusOf(a, now) === "waiting" && statusOf(allowance, now) === "waiting" && isSame(a, allowance),
      );
      const taken = read(triggers.get(triggerId) ?? "") ?? waiting;
      if (taken) return { made: false, allowance: taken };
      records.set(allowance.id, JSON.stringify(Allowance.parse(allowance)));
      triggers.set(triggerId, allowance.id);
      return { made: true, allowance };
    },
    get: async (id) => read(id),
    async update(id, change) {
      for (;;) {
        const before = read(id);
        if (!before) throw new Refused({ kind: "unknown-allowance", word: id });
        const changed = change(before);
        if (changed === null) return before;
        await Promise.resolve();
        if (read(id)?.version !== before.version) continue;
        const after = { ...changed, version: before.version + 1 };
        records.set(id, JSON.stringify(Allowance.parse(after)));
        return after;
      }
    },
    of: async (person) => (await all()).filter((a) => a.person.id === person),
    all,
  };
}
