/** What each replica goes by, in Redis for as long as it lives; and of every change an entry on the trail, once for all replicas. */
import { randomUUID } from "node:crypto";
import type { PolicyTaken } from "../domain/audit.ts";
import { diffPolicies } from "../domain/policy-diff.ts";
import { isReadable, type Policy, partOf, policyFrom } from "../domain/policy-file.ts";
import type { PolicyRegister } from "../flow/ports.ts";
import { chained, type TrailLine } from "./chain.ts";
import { reading, writing } from "./failures.ts";
import { defineScripts } from "./scripts.ts";
import type { Store } from "./store.ts";

/** A replica that has said nothing for so long is gone. By the time of Redis. */
const SILENT_MS = 15_000;

export interface PoliciesOptions extends Pick<Store, "keys" | "clock"> {
  redis: Store["redis"];
  /** What this replica goes by. */
  policy: Policy;
  /** Told of each change that landed on the trail. */
  onChange?(entry: PolicyTaken, line: TrailLine): void;
  /** Shorter in tests. */
  silentMs?: number;
}

export function createPolicies({
  keys,
  clock,
  policy,
  onChange = () => {},
  silentMs = SILENT_MS,
  ...options
}: PoliciesOptions): PolicyRegister {
  const redis = defineScripts(options.redis);
  const replica = randomUUID();
  return {
    others: async () =>
      parsed(await reading(redis, () => redis.lookPolicies(keys.policies, replica, policy.digest, silentMs))),
    hold: async ({ digest, source }) =>
      parsed(await writing(redis, () => redis.holdPolicy(keys.policies, replica, digest, silentMs, source))),
    leave: async () => void (await writing(redis, () => redis.hdel(keys.policies, replica))),
    async record(now) {
      const [was = "", source = ""] = split((await reading(redis, () => redis.get(keys.policy))) ?? "");
      if (was === now.digest) return true;
      const at = clock.now();
      const entry = was === "" ? null : chained(taken(policyFrom(source, was), now, at));
      const { digest, source: text } = now;
      const args = [was, `${digest} ${text}`, at, entry?.entry ?? ""];
      const changed = [keys.trail, keys.policy, keys.texts];
      if ((await writing(redis, () => redis.recordPolicy(...changed, ...args))) !== 1) return false;
      if (entry) onChange(entry.whole, entry.line);
      return true;
    },
  };
}

const taken = (was: Policy, now: Policy, at: number): PolicyTaken => ({
  took: now.digest,
  was: was.digest,
  at,
  changes: isReadable(was) ? diffPolicies(partOf(was), partOf(now)) : null,
});

/** A digest, and what it is of. */
const split = (stored: string): string[] => /^(\S+) (.*)$/s.exec(stored)?.slice(1) ?? [];

/** Each once. */
function parsed(found: readonly string[]): Policy[] {
  const all = new Map(found.map(split).map(([digest = "", source = ""]) => [digest, source]));
  return [...all].map(([digest, source]) => policyFrom(source, digest));
}
